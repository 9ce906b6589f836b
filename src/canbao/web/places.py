"""Places that an address names."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from canbao.divisions.models import Division
from canbao.kernel.division_code import DivisionCode


def place_of(request: HttpRequest, division: str) -> Division:
    """A place within the signed-in person's own; any other, and what is no code of a place, is not there."""
    place = get_object_or_404(Division, pk=division)
    if not DivisionCode(request.user.division).covers(place.code):
        raise Http404
    return place
