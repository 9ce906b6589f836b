"""Who may open a page: the first line of every view. What they see on it is narrowed again by the scope below.

Pages of people are never kept by a browser or a proxy: phones and office computers are shared.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from canbao.access.may import Work, may
from canbao.access.middleware import RESIDENT_SESSION_KEY

View = Callable[..., HttpResponse]


def staff_who_may(*works: Work) -> Callable[[View], View]:
    """For staff whose role does one of these kinds of work; others are told so kindly (403)."""

    def decorate(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(may(request.user, work) for work in works):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def for_resident(view: View) -> View:
    """For a resident who has entered; `request.resident` is {"id", "household", "division", "county", "name"}."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        resident = request.session.get(RESIDENT_SESSION_KEY)
        if not resident or request.user.is_authenticated:
            return redirect("resident-enter")
        request.resident = resident
        return view(request, *args, **kwargs)

    return guarded
