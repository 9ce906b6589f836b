"""Every "no" of the policy, in the order in which they are looked for: the first that applies is the answer.

First what nobody can decide on (words that the pack does not know), then who may not enrol at all, then the price,
then the day.
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
    says_template = "您在缴费当日仍参加职工医保，不能同时参加居民医保。"
    remedy_template = "{remedy}"


class CoveredElsewhere(Refusal):
    code = "covered_elsewhere"
    says_template = "您已在{place}参加{scheme}，待遇期重叠，不能重复参保。"
    remedy_template = "{remedy}"


class NotEligible(Refusal):
    code = "not_eligible"
    says_template = "按已知情况，您不属于本方案的参保对象。"
    remedy_template = "可以参保的有：{who}；如属其中之一，请携带证明登记。"


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
    says_template = "本方案没有适用于此人的缴费标准。"
    remedy_template = "请向医保部门询问这类人员的缴费标准。"


class WindowNotOpen(Refusal):
    code = "window_not_open"
    says_template = "集中缴费从{first}开始，现在还不能缴费。"
    remedy_template = "请在{first}至{last}期间缴费。"


class WindowClosed(Refusal):
    code = "window_closed"
    says_template = "集中缴费已于{last}结束，也没有适用于您的补缴情形。"
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


ENGLISH: dict[str, str] = {
    UnknownTrait.code: "These rules do not know one of the circumstances given",
    UnknownCategory.code: "These rules do not know one of the subsidised categories given",
    UnknownLine.code: "There is no such line on the bill here",
    InEmployeeScheme.code: "You are still in the employee scheme on the day of payment and cannot be in both",
    CoveredElsewhere.code: "You are covered elsewhere for the same time and cannot be enrolled twice",
    NotEligible.code: "By what is known, you are not among those who may enrol here",
    TierMissing.code: "There are several tiers; choose one first",
    UnknownTier.code: "There is no such tier here",
    NoPrice.code: "These rules name no price for somebody like this",
    WindowNotOpen.code: "The collection window has not opened yet",
    WindowClosed.code: "The collection window is over, and none of the late ways in fits you",
    StartsAfterPeriod.code: "Paying now, cover would begin only after the benefit period has ended",
}
"""The same sentences in English, without the particulars, which the remedy carries."""
