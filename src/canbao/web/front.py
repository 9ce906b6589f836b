"""The front page: three doors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache  # it says who is signed in
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "front.html")
