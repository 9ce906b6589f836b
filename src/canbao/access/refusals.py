"""Every no of this room, in the order in which they are checked."""

from canbao.kernel.refusal import Refusal


class NotYourDivision(Refusal):
    """A clerk of another place. Says nothing about what is there."""

    code = "not_your_division"
    says_template = "这不在您的辖区内，不能查看或办理。"
    remedy_template = "请由当事人所在村（社区）或其上级经办机构办理。"


class NotYourWork(Refusal):
    """A role that does not do this work."""

    code = "not_your_work"
    says_template = "您的岗位（{role}）不办理“{work}”。"
    remedy_template = "请交由相应岗位办理，或请县医保局调整您的岗位。"


class PurposeMissing(Refusal):
    """Whole numbers leave the system for a purpose that goes on record, or not at all."""

    code = "purpose_missing"
    says_template = "没有写明完整证件号码的用途，没有导出。"
    remedy_template = "请写明拿去做什么、给谁；会记入操作记录。"
