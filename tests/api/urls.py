"""The addresses for programs alone, so that these tests need no page."""

from django.urls import include, path

urlpatterns = [path("api/", include("canbao.api.urls"))]
