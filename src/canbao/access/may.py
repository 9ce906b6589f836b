"""Who may do what, as a table of roles. Whether the state of things allows it is another question, asked elsewhere."""

from enum import StrEnum

from canbao.access.models import Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.kernel.division_code import DivisionCode


class Work(StrEnum):
    """A kind of work, in the words of the office."""

    CHANGE_REGISTER = "变更登记"
    EXPORT_NUMBERS = "导出完整证件号码"
    COLLECT = "收取现金"
    REMIT = "汇缴现金"
    CONFIRM_REMITTANCE = "确认汇缴"
    RECONCILE = "与税务对账"
    SEE_PROGRESS = "查看进度"
    SEE_PEOPLE = "查看没缴费的人"
    IMPORT_ROSTER = "导入花名册"
    CONFIRM_ROSTER = "确认花名册"
    OPEN_CAMPAIGN = "开启征缴"
    ASK_REFUND = "申请退费"
    REVIEW_REFUND = "退款初审"
    APPROVE_REFUND = "退款复审"
    READ_RECORD = "查看操作记录"
    AGREE_VOID = "核准作废票据"
    KEEP_STOCK = "保管票据"
    KEEP_DIVISIONS = "维护区划和代收单位"
    READ_LEDGER = "查看账簿"
    CLOSE_DAY = "日结"
    SIGN_CLOSING = "在结账单上签字"


MAY: dict[Role, frozenset[Work]] = {
    Role.VILLAGE_CLERK: frozenset(
        {
            Work.CHANGE_REGISTER,
            Work.COLLECT,
            Work.REMIT,
            Work.SEE_PROGRESS,
            Work.SEE_PEOPLE,
            Work.ASK_REFUND,
            Work.KEEP_STOCK,
        }
    ),
    Role.SCHOOL_CLERK: frozenset({Work.COLLECT, Work.REMIT, Work.SEE_PROGRESS, Work.SEE_PEOPLE, Work.KEEP_STOCK}),
    Role.TOWNSHIP: frozenset(
        {
            Work.CHANGE_REGISTER,
            Work.SEE_PROGRESS,
            Work.SEE_PEOPLE,
            Work.CONFIRM_REMITTANCE,
            Work.ASK_REFUND,
            Work.REVIEW_REFUND,
            Work.AGREE_VOID,
            Work.SIGN_CLOSING,
            Work.KEEP_STOCK,
        }
    ),
    Role.FINANCE_BRANCH: frozenset({Work.SEE_PROGRESS, Work.CONFIRM_REMITTANCE}),
    Role.DEPARTMENT: frozenset({Work.IMPORT_ROSTER}),
    Role.COUNTY: frozenset(
        {
            Work.CHANGE_REGISTER,
            Work.EXPORT_NUMBERS,
            Work.SEE_PROGRESS,
            Work.SEE_PEOPLE,
            Work.IMPORT_ROSTER,
            Work.CONFIRM_ROSTER,
            Work.OPEN_CAMPAIGN,
            Work.ASK_REFUND,
            Work.REVIEW_REFUND,
            Work.READ_RECORD,
            Work.AGREE_VOID,
            Work.KEEP_STOCK,
            Work.KEEP_DIVISIONS,
            Work.READ_LEDGER,
            Work.CLOSE_DAY,
            Work.SIGN_CLOSING,
            Work.RECONCILE,
        }
    ),
    Role.TAX: frozenset(
        {Work.SEE_PROGRESS, Work.CONFIRM_REMITTANCE, Work.RECONCILE, Work.APPROVE_REFUND, Work.READ_LEDGER}
    ),
    Role.CITY: frozenset({Work.SEE_PROGRESS}),
}


def may(staff: Staff, work: Work) -> bool:
    return work in MAY[Role(staff.role)]


def works_at_a_unit(staff: Staff) -> bool:
    """Whose drawer and receipts are those of a collecting unit, and not of an office."""
    return may(staff, Work.COLLECT)


def works_for_a_unit(staff: Staff) -> bool:
    """A school stands in a village, and the village's people are not its work: only those are who pay through it."""
    return staff.role == Role.SCHOOL_CLERK


def check_may(staff: Staff, work: Work, *, division: str | None = None) -> None:
    """Raises `NotYourDivision`, then `NotYourWork`."""
    if division is not None and not DivisionCode(staff.division).covers(division):
        raise NotYourDivision(who=staff.full_name)
    if not may(staff, work):
        raise NotYourWork(work=work.value, role=Role(staff.role).label)
