"""Where somebody who was enrolled last year stands now, by the register."""

from enum import StrEnum

from canbao.register.models import Resident


class Standing(StrEnum):
    """On the register still, or gone, with the reason."""

    HERE = "在册"
    DIED = "死亡"
    MOVED = "迁出"
    EMPLOYED = "参加职工医保"
    WITHDRAWN = "登记有误，撤下"


def standing_of(resident: Resident) -> Standing:
    if resident.died_on is not None:
        return Standing.DIED
    if resident.withdrawn:
        return Standing.WITHDRAWN
    if resident.moved_on is not None:
        return Standing.MOVED
    scheme = resident.circumstances.get("employee_scheme")
    return Standing.EMPLOYED if scheme is not None and not scheme.get("left_on") else Standing.HERE


# The same as `standing_of`, for many, of the resident `r`; a test holds one against the other.
STANDING = f"""
CASE WHEN r.died_on IS NOT NULL THEN '{Standing.DIED}' WHEN r.withdrawn THEN '{Standing.WITHDRAWN}'
     WHEN r.moved_on IS NOT NULL THEN '{Standing.MOVED}'
     WHEN r.circumstances ? 'employee_scheme' AND coalesce(r.circumstances->'employee_scheme'->>'left_on', '') = ''
     THEN '{Standing.EMPLOYED}' ELSE '{Standing.HERE}' END"""
