"""Every no of this room."""

from canbao.kernel.refusal import Refusal


class ClosingDiffers(Refusal):
    """Whoever signs says that the figures are right."""

    code = "closing_differs"
    says_template = "{place}的四个一致有差异，不能签字。"
    remedy_template = "请先按列出的人员和票据逐项查清，再重新结账。"


class ClosedByYourself(Refusal):
    """Who closes a day does not sign it."""

    code = "closed_by_yourself"
    says_template = "这一天是您结的账，不能由您签字。"
    remedy_template = "请由另一位经办人核对后签字。"


class OtherPlaceSigns(Refusal):
    """A village is signed for by its town, a town's figures by the town, the county's by the county."""

    code = "other_place_signs"
    says_template = "{place}的结账由{place}的经办人签字。"
    remedy_template = "请在自己的乡镇或县的结账单上签字。"
