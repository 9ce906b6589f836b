"""Is money given back for this reason, on this day, and of which payment?"""

from canbao.policy.assessment import RefundAnswer
from canbao.policy.person import Person
from canbao.policy.time_rules import RefundRule
from canbao.policy.values import Span


def refund(person: Person) -> RefundAnswer | None:
    """The answer to the question in the facts; None when nobody asked."""
    asked = person.facts.refund
    if asked is None:
        return None
    rule = next((rule for rule in person.pack.refunds if rule.reason == asked.reason), None)
    if rule is None:
        known = "、".join(rule.reason for rule in person.pack.refunds) or "没有写退费"
        says = f"本方案没有写这种情形的退费；写了的有：{known}。请向医保部门询问。"
        return RefundAnswer(asked.reason, None, None, says, "")
    if rule.allowed is None:
        return RefundAnswer(asked.reason, None, None, f"{rule.unknown}，请向{rule.ask}询问。", rule.where)
    too_late = _too_late(person, rule)
    if too_late is not None:
        return RefundAnswer(asked.reason, False, None, too_late, rule.where)
    return RefundAnswer(asked.reason, True, rule.of, _OF[rule.of], rule.where)


_OF = {
    "all": "退还全部个人缴费。",
    "later": "退还后缴的一笔。",
    "earlier": "退还先缴的一笔。",
    "difference": "退还差额。",
}


def _too_late(person: Person, rule: RefundRule) -> str | None:
    period = person.pack.period
    if rule.allowed == "never":
        return "这种情形不退费。"
    if rule.allowed == "before_period" and person.reached(period.first, "refund_asked"):
        return f"待遇期从{period.first}开始，开始以后不再退费。"
    if rule.allowed == "in_period" and not person.reached("refund_asked", person.pack.benefit_period.last):
        return f"待遇期到{period.last}为止，以后不再退费。"
    if rule.until is not None and not person.reached("refund_asked", rule.until):
        return f"应在{rule.until}以前提出。"
    if rule.within is not None:
        span = rule.within
        if person.reached("paid", "refund_asked", Span(span.months, span.days + 1, span.text)):
            return f"应在缴费后{rule.within}以内提出。"
    return None
