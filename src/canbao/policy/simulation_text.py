"""A simulation in words: a table for the screen, in Chinese or English."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from canbao.kernel.fen import yuan
from canbao.policy.english import phrase
from canbao.policy.simulate import CHANGES, NO_FUND, Group, Simulation, Sums

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "what": ("", ""),
    "before": ("原来", "before"),
    "after": ("新的", "after"),
    "difference": ("差", "difference"),
    "people": ("人数", "people"),
    "refused": ("不能参保的人", "cannot enrol"),
    "unknown": ("应缴不知道的人", "amount unknown"),
    "pays_nothing": ("不用缴费的人", "pay nothing"),
    "pays": ("个人应缴（元）", "people pay (yuan)"),
    "fund": ("{payer}资助（元）", "{payer} pays (yuan)"),
    "fund_people": ("{payer}资助的人", "helped by {payer}"),
    "waived": ("免缴（元）", "waived (yuan)"),
    "paid_back": ("{payer}返还（元）", "{payer} gives back (yuan)"),
    "government": ("财政补助（元）", "government contribution (yuan)"),
    "funds": ("资助合计（元）", "all funds (yuan)"),
    "together": ("合计", "all"),
    "changed": ("有变化的 {count} 人", "{count} people change"),
    "nobody": ("没有人有变化", "nobody changes"),
    "by_division": ("按 {by}", "By {by}"),
    "by_category": ("按身份（有几个身份的人在每个身份里都算）", "By category (whoever has several is counted in each)"),
    "no_category": ("没有身份", "no category"),
    "no_division": ("没有写", "not given"),
    "accepted": ("原来不能参保，现在可以", "could not enrol and now can"),
    "newly_refused": ("原来可以参保，现在不能", "could enrol and now cannot"),
    "known": ("应缴原来不知道，现在知道", "amount was unknown and is known"),
    "newly_unknown": ("应缴原来知道，现在不知道", "amount was known and is unknown"),
    "more": ("多缴", "pays more"),
    "less": ("少缴", "pays less"),
    "helped": ("缴得一样，资助的来源或金额变了", "pays the same, but others help otherwise"),
    "given_back": ("返还变了", "another sum is given back"),
    "start": ("待遇开始的日子变了", "cover begins on another day"),
    "tier": ("享受的档次变了", "enjoys another tier"),
}
CHANGE_WORDS = {kind: {"refused": "newly_refused", "unknown": "newly_unknown"}.get(kind, kind) for kind in CHANGES}
"""The word of each kind of change."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure before and after: whole people, or fen."""

    name: str
    before: int
    after: int
    is_money: bool

    @property
    def difference(self) -> int:
        return self.after - self.before

    def figures(self) -> list[str]:
        return [figure(one, is_money=self.is_money) for one in (self.before, self.after)] + [
            figure(self.difference, is_money=self.is_money, signed=True)
        ]


class Words:
    """One language, with the words that the packs have for their names."""

    def __init__(self, language: Language, glossary: Mapping[str, str]) -> None:
        self.at = 0 if language == "zh" else 1
        self.glossary = glossary

    def of(self, key: str, **words: object) -> str:
        return WORDS[key][self.at].format(**words)

    def say(self, text: str) -> str:
        return text if self.at == 0 else phrase(text, self.glossary)

    def lines(self, group: Group) -> Iterator[Line]:
        """Every figure of a group that is not nothing on both sides."""
        before, after = group.before, group.after
        yield Line(self.of("people"), before.people, after.people, is_money=False)
        for key, value in _COUNTS.items():
            yield from _unless_nothing(Line(self.of(key), value(before), value(after), is_money=False))
        yield Line(self.of("pays"), before.pays_fen, after.pays_fen, is_money=True)
        for payer in dict.fromkeys((*before.funds, *after.funds)):
            one, other = before.funds.get(payer, NO_FUND), after.funds.get(payer, NO_FUND)
            yield Line(self.of("fund", payer=self.say(payer)), one.fen, other.fen, is_money=True)
            yield Line(self.of("fund_people", payer=self.say(payer)), one.people, other.people, is_money=False)
        yield from _unless_nothing(Line(self.of("waived"), before.waived_fen, after.waived_fen, is_money=True))
        for payer in dict.fromkeys((*before.paid_back, *after.paid_back)):
            one, other = before.paid_back.get(payer, NO_FUND), after.paid_back.get(payer, NO_FUND)
            yield Line(self.of("paid_back", payer=self.say(payer)), one.fen, other.fen, is_money=True)
        yield Line(self.of("government"), before.government_fen, after.government_fen, is_money=True)

    def name_of(self, group: Group, kind: str) -> str:
        return self.say(group.name) if group.name else self.of(f"no_{kind}")


_COUNTS: dict[str, Callable[[Sums], int]] = {
    "refused": lambda sums: sums.refused,
    "unknown": lambda sums: sums.unknown,
    "pays_nothing": lambda sums: sums.pays_nothing,
}


def words_of(found: Simulation, language: Language) -> Words:
    return Words(language, found.old.english | found.new.english)


def in_words(found: Simulation, language: Language = "zh") -> list[str]:
    """The tables, line by line: everybody, how people change, divisions, categories."""
    words = words_of(found, language)
    heads = [words.of(key) for key in ("what", "before", "after", "difference")]
    lines = [f"{words.say(found.old.document.title)} → {words.say(found.new.document.title)}", ""]
    lines += aligned([heads, *([line.name, *line.figures()] for line in words.lines(found.together))])
    lines += ["", *change_lines(found, words)]
    for kind, groups in (("division", found.by_division), ("category", found.by_category)):
        if groups:
            lines += ["", words.of(f"by_{kind}", by=found.by), *aligned(group_rows(groups, words, kind))]
    return lines


def change_lines(found: Simulation, words: Words) -> list[str]:
    """How many people change, and how."""
    if not found.changes:
        return [words.of("nobody")]
    rows = [["  " + words.of(CHANGE_WORDS[kind]), figure(count)] for kind, count in found.changes.items()]
    return [words.of("changed", count=figure(found.changed.height)), *aligned(rows)]


def group_rows(groups: Sequence[Group], words: Words, kind: str) -> list[list[str]]:
    """One line a group: people, what people pay, and what all funds pay, before and after."""
    pays, funds = words.of("pays"), words.of("funds")
    old, new = words.of("before"), words.of("after")
    rows = [["", words.of("people"), f"{pays} {old}", new, words.of("difference"), f"{funds} {old}", new]]
    rows[0].append(words.of("difference"))
    for group in groups:
        before, after = group.before, group.after
        paid = Line("", before.pays_fen, after.pays_fen, is_money=True)
        given = Line("", before.funds_fen, after.funds_fen, is_money=True)
        rows.append([words.name_of(group, kind), figure(before.people), *paid.figures(), *given.figures()])
    return rows


def figure(number: int, *, is_money: bool = False, signed: bool = False) -> str:
    """`1,141,677` people, `28,000.00` yuan; with its sign where it is a difference."""
    sign = "−" if number < 0 else "+" if signed and number else ""
    whole, point, rest = (yuan(abs(number)) if is_money else str(abs(number))).partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns under one another; the first to the left, figures to the right."""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) if at == 0 else " " * (width - _width(cell)) + cell
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """A Chinese character takes two columns of a screen."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _unless_nothing(line: Line) -> Iterator[Line]:
    if line.before or line.after:
        yield line
