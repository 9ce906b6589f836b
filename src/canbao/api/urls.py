"""Addresses for programs: `config` puts them under `/api/`."""

from django.urls import path

from canbao.api.health import health
from canbao.api.notify import notify

urlpatterns = [
    path("health", health, name="api-health"),
    path("gateways/<slug:channel>/notify", notify, name="api-notify"),
]
