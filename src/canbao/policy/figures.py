"""Look up every figure of a pack in exactly the clause that it cites.

Amounts, rates, days, lengths, counts and telephone numbers are found by their types. What a rule marks as `derived`,
and every rule that is `assumed`, is ours and is not looked up; everything else has to stand in the published text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from canbao.kernel.fen import short_yuan
from canbao.policy.inherit import read_texts
from canbao.policy.notice import WHOLE, clauses_of
from canbao.policy.pack import Pack
from canbao.policy.reading import Path, Problem, digest_of
from canbao.policy.rule import Rule
from canbao.policy.values import FigureKind, Span, figure_kind, percent
from canbao.policy.walk import Spot, rules, spots

_DIGITS = "零一二三四五六七八九十"
_TEN_THOUSAND = 10_000
_NEAR = 6  # clauses that are named in place of one that is not there


@dataclass(frozen=True, slots=True)
class FigureSpot:
    """One figure of the pack: where it stands, how people say it, and the clauses in one of which it must be found."""

    path: Path
    kind: FigureKind
    says: str
    pattern: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookUp:
    """`found` figures stand in their clauses; `ours` were derived or assumed and not looked up."""

    found: int
    ours: int
    problems: tuple[Problem, ...]


def look_up_figures(pack: Pack, notice_text: str) -> LookUp:
    """Every figure of the pack against the published text; a problem for each that its clause does not say."""
    reading = read_texts(pack.texts)
    assert digest_of(reading) == pack.digest, "a pack is read from its own texts"
    clauses = clauses_of(notice_text, pack.document.annexes)
    cited = [((*path, "clause"), rule.clauses) for path, rule in rules(pack) if rule.notice is None]
    cited += [(("no_rule_for", index, "clauses"), one.clauses) for index, one in enumerate(pack.no_rule_for)]
    problems = [
        reading.problem(path, f"通知里找不到条款 {clause}（no such clause）；里面有的是：{_nearest(clause, clauses)}")
        for path, several in cited
        for clause in several
        if clause not in clauses
    ]
    found = 0
    to_find, ours = _figures(pack)
    for figure in to_find:
        texts = [clauses[clause] for clause in figure.clauses if clause in clauses]
        if not texts:
            continue  # said above
        if any(re.search(figure.pattern, text) for text in texts):
            found += 1
        else:
            message = (
                f"{'、'.join(figure.clauses)} 没有写 {figure.says}（does not say {figure.says}）："
                "改数字或 clause；由我们推算的，写 derived: {键: 理由}"
            )
            problems.append(reading.problem(figure.path, message))
    return LookUp(found, ours, tuple(sorted(set(problems))))


def _nearest(clause: str, clauses: Mapping[str, str]) -> str:
    """The clauses that share the longest beginning with one that is not there."""
    for size in range(len(clause), 0, -1):
        near = [one for one in clauses if one != WHOLE and one.startswith(clause[:size])]
        if near:
            return "、".join(near[:_NEAR])
    return "、".join([one for one in clauses if one != WHOLE][:_NEAR]) or "没有编号的条款"


def _figures(pack: Pack) -> tuple[list[FigureSpot], int]:
    """The figures to find, and how many are ours."""
    to_find: list[FigureSpot] = []
    ours = 0
    for spot, kind, rule in _spots(pack):
        names = {step for step in spot.path if isinstance(step, str)}
        if rule.assumed or any(names & set(rule.derived) for rule in spot.rules):
            ours += len(_values(kind, spot.value))
        else:
            to_find += _figure_spots(spot, kind, rule)
    return to_find, ours


def all_figures(pack: Pack) -> list[FigureSpot]:
    """Every figure of the pack's own rules, those that we worked out or assumed among them."""
    return [one for spot, kind, rule in _spots(pack) for one in _figure_spots(spot, kind, rule)]


def _spots(pack: Pack) -> Iterator[tuple[Spot, FigureKind, Rule]]:
    """The fields that hold figures; another notice's have a pack of their own."""
    for spot in spots(pack):
        kind = figure_kind(spot.field.annotation, spot.field.metadata)
        if kind is not None and spot.value is not None and spot.rule is not None and spot.rule.notice is None:
            yield spot, kind, spot.rule


def _figure_spots(spot: Spot, kind: FigureKind, rule: Rule) -> Iterator[FigureSpot]:
    for value in _values(kind, spot.value):
        says, pattern = said_as(kind, value)
        yield FigureSpot(spot.path, kind, says, pattern, rule.clauses or (WHOLE,))


def _values(kind: FigureKind, value: object) -> list[object]:
    """The figures in a field; a word in the place of a day (`period`) is none."""
    values = list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, tuple) else [value]
    return [one for one in values if kind != "day" or isinstance(one, date)]


def said_as(kind: FigureKind, value: object) -> tuple[str, str]:
    """How a figure is said to people, and the pattern of all the ways in which a notice may say it."""
    if isinstance(value, Span):
        return str(value), _either(_span(value))
    if isinstance(value, date):
        return value.isoformat(), _either(_day(value))
    if isinstance(value, Decimal):
        return percent(value), rf"(?<![\d.]){re.escape(percent(value))}"
    if kind == "yuan" and isinstance(value, int):
        return short_yuan(value), _either(_yuan(value))
    text = str(value)
    if kind == "month":
        year, month = text.split("-")
        pattern = rf"(?:{year}年|(?<![\d年])){int(month)}月"
    elif kind == "age":
        pattern = rf"(?<!\d){text}周?岁"
    elif kind == "number":
        pattern = rf"(?<![\d.]){text}(?![\d.%])" + (f"|{_DIGITS[int(text)]}" if int(text) < len(_DIGITS) else "")
    elif kind == "day_of_month":
        pattern = rf"(?<!\d){text}日"
    else:
        pattern = rf"(?<![\d.]){re.escape(text)}(?![\d.%])"
    return text, pattern


def _either(patterns: Iterator[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def _yuan(fen: int) -> Iterator[str]:
    if fen == 0:
        yield r"全额|免缴|免费|不(?:用|需|必)?(?:要)?(?:个人)?缴"
    text = short_yuan(fen)
    yield rf"(?<![\d.]){re.escape(text)}(?:\.00?)?(?![\d%年月日天]|\.\d)"
    whole, rest = divmod(fen, 100)
    if rest == 0 and whole and whole % (_TEN_THOUSAND // 10) == 0:
        yield rf"(?<![\d.]){(Decimal(whole) / _TEN_THOUSAND).normalize():f}万"


def _span(span: Span) -> Iterator[str]:
    number = re.match(r"\d+", span.text)
    assert number is not None
    count = int(number[0])
    unit = "[天日]" if span.days else re.escape(span.text[number.end() :])
    yield rf"(?<!\d){count}{unit}"
    if count < len(_DIGITS):
        yield rf"{_DIGITS[count]}{unit}"
    if span.months and span.months % 12 == 0:
        yield rf"(?<!\d)(?:{span.months}个月|{span.months // 12}年)"


def _day(day: date) -> Iterator[str]:
    """With its own year or with none; `9月1日至25日` says the 25th too."""
    year, month, number = day.year, day.month, day.day
    yield rf"(?:{year}年|(?<![\d年]))0?{month}月0?{number}日"
    yield rf"(?:{year}年|(?<![\d年]))0?{month}月\d{{1,2}}日?(?:至|到|-|~)0?{number}日"
    yield rf"(?<!\d){year}[-./]0?{month}[-./]0?{number}(?!\d)"
