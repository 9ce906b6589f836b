"""Is money given back for this reason, on this day, and of which payment?"""

from canbao.policy.assessment import RefundAnswer
from canbao.policy.person import Person
from canbao.policy.time_rules import RefundRule
from canbao.policy.values import Span

NOT_WRITTEN = "本方案没有写这种情形的退费；写了的有：{known}。请向医保部门询问。"
ASK = "{unknown}，请向{ask}询问。"
NEVER = "这种情形不退费。"
BEGUN = "待遇期从{first}开始，开始以后不再退费。"
ENDED = "待遇期到{last}为止，以后不再退费。"
UNTIL = "应在{until}以前提出。"
WITHIN = "应在缴费后{within}以内提出。"
_OF = {
    "all": "退还全部个人缴费。",
    "later": "退还后缴的一笔。",
    "earlier": "退还先缴的一笔。",
    "difference": "退还差额。",
}


def refund(person: Person) -> RefundAnswer | None:
    """The answer to the question in the facts; None when nobody asked."""
    asked = person.facts.refund
    if asked is None:
        return None
    rule = next((rule for rule in person.pack.refunds if rule.reason == asked.reason), None)
    if rule is None:
        known = "、".join(rule.reason for rule in person.pack.refunds) or "没有写退费"
        return RefundAnswer(asked.reason, None, None, NOT_WRITTEN.format(known=known), "")
    if rule.allowed is None:
        says = ASK.format(unknown=rule.unknown, ask=rule.ask)
        return RefundAnswer(asked.reason, None, None, says, rule.where)
    too_late = _too_late(person, rule)
    if too_late is not None:
        return RefundAnswer(asked.reason, False, None, too_late, rule.where)
    return RefundAnswer(asked.reason, True, rule.of, _OF[rule.of], rule.where)


def _too_late(person: Person, rule: RefundRule) -> str | None:
    period = person.pack.period
    if rule.allowed == "never":
        return NEVER
    if rule.allowed == "before_period" and person.reached(period.first, "refund_asked"):
        return BEGUN.format(first=period.first)
    if rule.allowed == "in_period" and not person.reached("refund_asked", person.pack.benefit_period.last):
        return ENDED.format(last=period.last)
    if rule.until is not None and not person.reached("refund_asked", rule.until):
        return UNTIL.format(until=rule.until)
    if rule.within is not None:
        span = rule.within
        if person.reached("paid", "refund_asked", Span(span.months, span.days + 1, span.text)):
            return WITHIN.format(within=rule.within)
    return None
