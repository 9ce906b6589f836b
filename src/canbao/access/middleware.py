"""Each request works within the scope of whoever is signed in: a member of staff, or a resident and their household."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from canbao.access.scope import Scope, within

RESIDENT_SESSION_KEY = "resident"


class ScopeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scope = scope_of(request)
        if scope is None:
            return self.get_response(request)
        with within(scope):
            return self.get_response(request)


def scope_of(request: HttpRequest) -> Scope | None:
    """Nobody signed in: no scope, so guarded tables show nothing."""
    if request.user.is_authenticated:
        return Scope(division=request.user.division, actor=f"staff:{request.user.username}")
    resident = request.session.get(RESIDENT_SESSION_KEY)
    if resident:
        return Scope(division=resident["division"], household=resident["household"], actor=f"resident:{resident['id']}")
    return None
