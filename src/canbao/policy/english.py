"""What an answer says, in English.

Answers are made and kept in Chinese, as the notice speaks. Their English is read back out of them: a sentence by the
template that it was made with, the words in it by the pack's own `english`. What nobody has translated stays Chinese.
"""

import re
from collections.abc import Mapping
from functools import cache

from canbao.policy import combine, fits, prices, refunds, refusals, ways
from canbao.policy.money_rules import UNNAMED
from canbao.policy.people_rules import REMEDY
from canbao.policy.values import Span

_SENTENCES = {
    combine.SUBSIDY_UNKNOWN: "the subsidy of {category}: {unknown} (the person pays {most} yuan at most)",
    combine.SUBSIDY_OPEN: "the subsidy of {category}: {what} must be known first (the person pays {most} yuan at most)",
    combine.NOT_SAID: "what holds for several categories at once (the person pays {most} yuan at most)",
    prices.PRICE: "the price of {line}",
    prices.PRICE_OPEN: "the price of {line}: {what} must be known first",
    prices.NO_PRICE: "the price of {line}: none is meant for somebody like this",
    ways.START_OPEN: "the start of cover: {what} must be known first",
    ways.MAY_PAY_UNKNOWN: "whether they may pay now: {unknown}",
    combine.PAYER_UNKNOWN: "who pays the subsidy of {category}: {unknown}",
    fits.GRADE: "the grade of {category}",
    fits.SINCE: "since when {category} is held",
    refunds.NOT_WRITTEN: "These rules say nothing of this reason; they name: {known}. Ask the insurance office.",
    refunds.ASK: "{unknown}; ask {ask}.",
    refunds.BEGUN: "The benefit period began on {first}; from then on nothing is given back.",
    refunds.ENDED: "The benefit period ended on {last}; after that nothing is given back.",
    refunds.UNTIL: "It had to be asked for by {until}.",
    refunds.WITHIN: "It had to be asked for within {within} of payment.",
}
"""The engine's own sentences: the Chinese that they are made with, and their English."""

_OURS = {
    **fits.MISSING_ENGLISH,
    refunds.NEVER: "For this reason nothing is given back.",
    "退还全部个人缴费。": "All that the person paid is given back.",
    "退还后缴的一笔。": "The later payment is given back.",
    "退还先缴的一笔。": "The earlier payment is given back.",
    "退还差额。": "The difference is given back.",
    "没有写退费": "none",
    UNNAMED: "somebody whom the notice does not name",
    REMEDY: "Ask the insurance office what to do.",
    "本人或监护人": "the person or the guardian",
    "医保部门": "the insurance office",
    "基本医保": "basic insurance",
    "居民医保": "the resident scheme",
    "职工医保": "the employee scheme",
    "基本医疗保险": "medical insurance",
    "其他地方": "another place",
    "不分档": "there are no tiers",
    "无": "none",
    "监护人": "the guardian",
    refusals.AFTERWARDS: refusals.AFTERWARDS_ENGLISH,
}
_TEMPLATES = {kind.code: (kind.says_template, kind.remedy_template) for kind in refusals.IN_ORDER}
_BETWEEN = (("；", "; "), ("、", ", "))
_WORD = re.compile(r"\{(\w+)\}")


def phrase(text: str, glossary: Mapping[str, str]) -> str:
    """A name, a list of names, or one of the engine's own sentences. `glossary` is the pack's `english`."""
    if text in glossary:
        return glossary[text]
    if text in _OURS:
        return _OURS[text]
    for template, english in _SENTENCES.items():
        words = _read(template, text)
        if words is not None:
            return english.format_map({word: phrase(said, glossary) for word, said in words.items()})
    for between, english in _BETWEEN:
        if between in text:
            return english.join(phrase(piece, glossary) for piece in text.split(between))
    name, bracket, rest = text.partition("（")  # with its clause, or its grade
    return f"{glossary[name]} ({rest[:-1]})" if bracket and name in glossary and rest.endswith("）") else text


def length(span: Span) -> str:
    """`3个月` → `3 months`."""
    number = re.match(r"\d+", span.text)
    count = int(number[0]) if number else span.days or span.months
    unit = "day" if span.days else "year" if span.text.endswith("年") else "month"
    return f"{count} {unit}{'' if count == 1 else 's'}"


def refusal_in_english(refusal: Mapping[str, str], glossary: Mapping[str, str]) -> tuple[str, str]:
    """What a refusal of the notice says, and what helps. A name before it (`赵大：…`) stays before it."""
    says, remedy = refusal["says"], refusal["remedy"]
    if refusal["code"] not in _TEMPLATES:
        return says, remedy
    (says_template, remedy_template), english = _TEMPLATES[refusal["code"]], refusals.ENGLISH[refusal["code"]]
    who, colon, rest = says.partition("：")
    words = _read(says_template, says)
    if words is None and colon:
        words, colon = _read(says_template, rest), ": "
    else:
        who, colon = "", ""
    if words is not None:
        says = who + colon + english[0].format_map({word: phrase(said, glossary) for word, said in words.items()})
    if refusal["code"] == refusals.WindowClosed.code:
        return says, _late(remedy, glossary)
    words = _read(remedy_template, remedy)
    if words is not None:
        remedy = english[1].format_map({word: phrase(said, glossary) for word, said in words.items()})
    return says, remedy


def _late(remedy: str, glossary: Mapping[str, str]) -> str:
    """The late ways in, if there are any, and what everybody else can do."""
    told = ""
    for template, english in (
        (refusals.LATE_WAYS, refusals.LATE_WAYS_ENGLISH),
        (refusals.LATE_WAYS_UNKNOWN, refusals.LATE_WAYS_UNKNOWN_ENGLISH),
    ):
        words = _read(template + "{afterwards}", remedy)
        if words is not None:
            told += english.format(ways=phrase(words["ways"], glossary))
            remedy = words["afterwards"]
    return told + phrase(remedy, glossary)


def _read(template: str, text: str) -> dict[str, str] | None:
    """The words that make this text of the template; None where it was not made with it."""
    found = _pattern(template).fullmatch(text)
    return found.groupdict() if found else None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def word(name: str) -> str:
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.*?)"

    parts = _WORD.split(template)  # text, name, text, name, … text
    return re.compile("".join(word(part) if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL)
