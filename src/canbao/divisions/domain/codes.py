"""A code of our own for a place whose published one does not nest (decision 0016)."""

from collections.abc import Collection

from canbao.divisions.models import Division
from canbao.divisions.queries import below
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.refusal import must

OURS_FROM = 900  # towns and villages are numbered from 001 to 599 by the national rules


def own_code(within: Division, *, wanted: str, taken: Collection[str]) -> DivisionCode:
    """A free code right below a county or a town. `wanted` are the three digits that it keeps if they are free ("": none);
    `taken` are codes that were given in the same breath."""
    place = DivisionCode(within.code)
    level = Division.Level.VILLAGE if place.level == Level.TOWN else Division.Level.TOWN
    used = {*below(place, level).values_list("code", flat=True), *taken}
    for digits in (*([wanted] if wanted.strip("0") else []), *(f"{number:03d}" for number in range(OURS_FROM, 1000))):
        code = DivisionCode(place.prefix + digits)
        if code not in used:
            return code
    must(False, f"{within.code} has a hundred places that no published code nests")
    raise AssertionError
