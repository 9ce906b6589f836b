"""Who may open a page: the first line of every view. What they see on it is narrowed again by the scope below.

Pages of people are never kept by a browser or a proxy: phones and office computers are shared.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from canbao.access.may import Work, may
from canbao.access.middleware import RESIDENT_SESSION_KEY
from canbao.register.models import Resident

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
    """For a resident who has entered; `request.resident` is {"id", "household", "division", "county", "name"}.

    Who came to another household or village since has to enter again: the one that they left is no business of theirs.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        resident = request.session.get(RESIDENT_SESSION_KEY)
        if not resident or request.user.is_authenticated:
            return redirect("resident-enter")
        # under the scope of the household that they entered
        if not Resident.objects.filter(pk=resident["id"]).exists():
            request.session.flush()
            messages.info(request, _("您家的户籍登记有变动，请重新输入姓名和身份证号。"))
            return redirect("resident-enter")
        request.resident = resident
        return view(request, *args, **kwargs)

    return guarded
