"""Every "no" of the policy, in the order in which they are looked for: the first that applies is the answer.

First what nobody can decide on (words that the pack does not know), then who may not enrol at all, then the price,
then the day. They say nothing of 您 or 此人: the person reads them, and so do their family and their clerk.
"""

from canbao.kernel.refusal import Refusal
from canbao.policy.assessment import Refused


class UnknownTrait(Refusal):
    code = "unknown_trait"
    says_template = "本方案没有“{what}”这一情况。"
    remedy_template = "请核对写法；本方案认识：{known}。"


class UnknownCategory(Refusal):
    code = "unknown_category"
    says_template = "本方案没有“{what}”这一身份。"
    remedy_template = "请核对身份名称和等级，或向医保部门确认后再登记；本方案认识：{known}。"


class UnknownLine(Refusal):
    code = "unknown_line"
    says_template = "本方案的账单上没有“{what}”这一项。"
    remedy_template = "请核对写法；可选的有：{known}。"


class InEmployeeScheme(Refusal):
    code = "in_employee_scheme"
    says_template = "缴费当日仍在参加职工医保，不能同时参加居民医保。"
    remedy_template = "{remedy}"


class CoveredElsewhere(Refusal):
    code = "covered_elsewhere"
    says_template = "已在{place}参加{scheme}，待遇期重叠，不能重复参保。"
    remedy_template = "{remedy}"


class NotEligible(Refusal):
    code = "not_eligible"
    says_template = "按已知情况，不属于本方案的参保对象。"
    remedy_template = "可以参保的有：{who}；如属其中之一，请携带证明登记。"


class EligibilityUnknown(Refusal):
    """A no that more facts would turn into a yes or a real no."""

    code = "eligibility_unknown"
    says_template = "还不知道是不是参保对象：没有写{what}。"
    remedy_template = "请先补上{what}，再登记。"


class TierMissing(Refusal):
    code = "tier_missing"
    says_template = "本方案有几个档次，请先选定一档。"
    remedy_template = "可选：{tiers}。"


class UnknownTier(Refusal):
    code = "unknown_tier"
    says_template = "本方案没有“{tier}”这一档次。"
    remedy_template = "可选：{tiers}。"


class NoPrice(Refusal):
    code = "no_price"
    says_template = "本方案没有适用的缴费标准。"
    remedy_template = "请向医保部门询问这类人员的缴费标准。"


class WindowNotOpen(Refusal):
    code = "window_not_open"
    says_template = "集中缴费从{first}开始，现在还不能缴费。"
    remedy_template = "请在{first}至{last}期间缴费。"


class WindowClosed(Refusal):
    code = "window_closed"
    says_template = "集中缴费已于{last}结束，也没有适用的补缴情形。"
    remedy_template = "{ways}{afterwards}"


class StartsAfterPeriod(Refusal):
    code = "starts_after_period"
    says_template = "此时缴费，待遇要到{start}才开始，已过本待遇期最后一天{last}。"
    remedy_template = "请参加下一个待遇期。"


IN_ORDER: tuple[type[Refusal], ...] = (
    UnknownTrait,
    UnknownCategory,
    UnknownLine,
    InEmployeeScheme,
    CoveredElsewhere,
    EligibilityUnknown,
    NotEligible,
    TierMissing,
    UnknownTier,
    NoPrice,
    WindowNotOpen,
    WindowClosed,
    StartsAfterPeriod,
)


def as_value(refusal: Refusal) -> Refused:
    """The refusal as part of an assessment, which is a value and raises nothing."""
    return Refused(refusal.code, refusal.says, refusal.clause, refusal.remedy)


ENGLISH: dict[str, tuple[str, str]] = {
    UnknownTrait.code: (
        "These rules do not know the circumstance “{what}”.",
        "Check how it is written; these rules know: {known}.",
    ),
    UnknownCategory.code: (
        "These rules do not know the subsidised category “{what}”.",
        "Check its name and grade, or ask the insurance office before it is entered; these rules know: {known}.",
    ),
    UnknownLine.code: ("There is no line “{what}” on the bill here.", "Check how it is written; there are: {known}."),
    InEmployeeScheme.code: ("Still in the employee scheme on the day of payment; nobody can be in both.", "{remedy}"),
    CoveredElsewhere.code: ("Already in {scheme} in {place} for the same time; nobody is enrolled twice.", "{remedy}"),
    EligibilityUnknown.code: (
        "It cannot be told yet whether somebody like this may enrol: {what} is not known.",
        "Find out {what} first, then register.",
    ),
    NotEligible.code: (
        "By what is known, not among those who may enrol here.",
        "These may enrol: {who}. Whoever is one of them brings the proof to be registered.",
    ),
    TierMissing.code: ("There are several tiers; choose one first.", "To choose from: {tiers}."),
    UnknownTier.code: ("There is no tier “{tier}” here.", "To choose from: {tiers}."),
    NoPrice.code: (
        "These rules name no price for somebody like this.",
        "Ask the insurance office what such people pay.",
    ),
    WindowNotOpen.code: ("Collection begins on {first}; it is too early to pay.", "Pay from {first} to {last}."),
    WindowClosed.code: ("Collection ended on {last}, and none of the late ways in fits.", "{ways}{afterwards}"),
    StartsAfterPeriod.code: (
        "Paid now, cover would begin only on {start}, after {last}, the last day of this benefit period.",
        "Enrol for the next benefit period.",
    ),
}
"""What is said and what helps, in English, with the same words to fill in."""

LATE_WAYS = "属于下列情形之一的，可凭证明补办：{ways}。"
LATE_WAYS_UNKNOWN = "能不能补办、通知没有写清楚，先问医保部门的：{ways}。"
LATE_WAYS_ENGLISH = "With proof, these may still pay: {ways}. "
LATE_WAYS_UNKNOWN_ENGLISH = "Whether these may is not said; ask the insurance office first: {ways}. "
AFTERWARDS = "其他人请在下一个集中缴费期参保，或向医保部门询问。"
AFTERWARDS_ENGLISH = "Others enrol in the next collection window, or ask the insurance office."
