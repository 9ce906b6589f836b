"""Who may handle a department's list: bring it, settle its rows, have it back; and as long as nothing is settled."""

from canbao.access.may import Work, check_may
from canbao.access.models import Role, Staff
from canbao.access.names import name_of
from canbao.kernel.division_code import DivisionCode
from canbao.rosters.models import Roster
from canbao.rosters.refusals import NotYourDepartment, RosterAlreadyConfirmed, RosterClosed


def check_may_handle(staff: Staff, *, county: str, department: str) -> None:
    """Raises `NotYourDivision`, `NotYourWork`, then `NotYourDepartment`.

    A department's staff handle their own department's lists, the county bureau everybody's. Staff of a department who
    carry no department's name are not told apart here.
    """
    check_may(staff, Work.IMPORT_ROSTER, division=DivisionCode(county))
    if Role(staff.role) is Role.DEPARTMENT and staff.department and staff.department != department:
        raise NotYourDepartment(own=staff.department, department=department)


def is_maker(staff: Staff, roster: Roster) -> bool:
    """Whose list it is: the department's own staff, or whoever imported it for them. They correct; others check."""
    return staff.role == Role.DEPARTMENT or staff.username == roster.imported_by


def check_is_open(roster: Roster) -> None:
    """Raises `RosterAlreadyConfirmed`, then `RosterClosed`."""
    if roster.confirmed_by is not None:
        raise RosterAlreadyConfirmed(who=name_of(roster.confirmed_by))
    if roster.closed_by is not None:
        raise RosterClosed(who=name_of(roster.closed_by), how=roster.get_closed_as_display(), why=roster.closed_why)
