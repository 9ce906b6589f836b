"""Who may handle a department's list: bring it, settle its rows, have it back."""

from canbao.access.may import Work, check_may
from canbao.access.models import Role, Staff
from canbao.kernel.division_code import DivisionCode
from canbao.rosters.refusals import NotYourDepartment


def check_may_handle(staff: Staff, *, county: str, department: str) -> None:
    """Raises `NotYourDivision`, `NotYourWork`, then `NotYourDepartment`.

    A department's staff handle their own department's lists, the county bureau everybody's. Staff of a department who
    carry no department's name are not told apart here.
    """
    check_may(staff, Work.IMPORT_ROSTER, division=DivisionCode(county))
    if Role(staff.role) is Role.DEPARTMENT and staff.department and staff.department != department:
        raise NotYourDepartment(own=staff.department, department=department)
