"""Every address of the program: pages, and `/api/` for other programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it beside every answer that is no page, such as a receipt as PDF."""
    return redirect(static("web/seal.svg"))


urlpatterns = [
    path("favicon.ico", favicon),
    path("api/", include("canbao.api.urls")),
    path("", include("canbao.web.urls")),
]
