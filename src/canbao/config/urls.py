"""Every address of the program: pages, and `/api/` for other programs."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("canbao.api.urls")),
    path("", include("canbao.web.urls")),
]
