"""What of a notice no rule of its pack uses: the other direction of `figures`.

A numbered clause that nobody cites, a figure (yuan, per cent, day, length, grade) or a word of money (全额, 不再享受) that no
rule under its clause says, and a name that stands in one list with categories of the pack and is none. All of these are
reminders: a notice says much that the system need not know, and `no_rule_for` says so.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from canbao.policy.category_names import spelling
from canbao.policy.figures import FigureSpot, all_figures
from canbao.policy.money_rules import Amount, Subsidy
from canbao.policy.notice import Section, sections_of
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Category
from canbao.policy.reading import Problem
from canbao.policy.rule import Rule
from canbao.policy.walk import rules

Steps = tuple[str, ...]
_NUMBER = r"(?:\d+(?:\.\d+)?|[一二三四五六七八九十]+)"
_DAY = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日")
_FIGURES = (
    re.compile(r"\d+(?:\.\d+)?万?元"),
    re.compile(r"\d+(?:\.\d+)?%"),
    _DAY,
    re.compile(rf"{_NUMBER}个月|{_NUMBER}[天日](?=[内后前的]|以内|以后|之内|完成|[,。;)]|$)(?<!月\d日)(?<!月\d\d日)"),
    re.compile(r"[\d一二三四五六七八九十](?:[-—~至、,]?[\d一二三四五六七八九十])*级"),
)
_FULL = re.compile(r"全额(?:资助|代缴|补助)(?!参保对象|对象)|免缴|(?:个人)?不(?:用|需)?缴费")
_NOTHING = re.compile(r"不再(?:享受|给予|予以|资助)|不予资助")
_KINDS = "人员|对象|人口|户|群体|渔民|孤儿|儿童|患者|父母|家庭|残疾人|军人|职工|学生|老年人|成员"
_BEFORE = re.compile(r"^(?:\d+\.|\([^)]*\)|未?纳入|相关部门|提供|给|对|将|向|由|含|的|是|等|如)+")
_TELLING = 4  # characters before a name that make it another one; more are a sentence
_NAME = re.compile(rf"^(.{{0,16}}?(?:{_KINDS}))")
_GRADES = re.compile(r"[\d一二三四五六七八九十]")
_NOBODY = re.compile(
    r"(?:资助|参保|补助)(?:对象|人员)$|^(?:对象|人员|家庭|成员)$"
)  # all of them, and none in particular
_EXCERPT = 14  # characters of a clause by which people find it


@dataclass(frozen=True, slots=True)
class _Clauses:
    """The clauses of a notice as a tree, and which of them the pack's own rules cite."""

    sections: Sequence[Section]
    by_name: dict[str, Steps]
    cited: frozenset[Steps]

    def touched(self, steps: Steps) -> bool:
        """Cited, or something below it is."""
        return any(cited[: len(steps)] == steps for cited in self.cited)

    def below(self, steps: Steps) -> list[Steps]:
        """The clauses of the next level."""
        deeper = [section.steps[: len(steps) + 1] for section in self.sections if section.steps[: len(steps)] == steps]
        return [one for one in dict.fromkeys(deeper) if len(one) > len(steps)]


def not_used(pack: Pack, notice_text: str, file: str) -> list[Problem]:
    """Everything in the notice that no rule uses, at its line of the notice."""
    sections = sections_of(notice_text, pack.document.annexes)
    by_name = {"".join(s.steps[:n]): s.steps[:n] for s in sections for n in range(1, len(s.steps) + 1)}
    own = [(rule, [by_name[c] for c in rule.clauses if c in by_name]) for _, rule in rules(pack) if rule.notice is None]
    clauses = _Clauses(sections, by_name, frozenset(steps for _, several in own for steps in several))
    whole = {by_name[c] for one in pack.no_rule_for if not one.words for c in one.clauses if c in by_name}
    uncited = list(_uncited(clauses, (), whole))
    lines = {section.steps: section.line for section in sections}
    texts = {section.steps: section.text for section in sections}
    found = []
    for several in uncited:
        line = next(
            (lines[s] for section in sections for s in [section.steps] if s[: len(several[0])] == several[0]), 0
        )
        found.append(Problem(file, line, _nobody_cites(several, texts)))
    silent = [*whole, *(steps for several in uncited for steps in several)]
    for section in sections:
        if any(section.steps[: len(steps)] == steps for steps in silent):
            continue
        excused = [w for one in pack.no_rule_for if section.clause in one.clauses for w in one.words]
        about = [rule for rule, several in own if any(section.steps[: len(s)] == s for s in several)]
        says = [*_unused_figures(pack, section, about), *_unnamed(pack, section, about)]
        left = [word for word in dict.fromkeys(says) if not any(word in one or one in word for one in excused)]
        if left:
            what = "、".join(f"“{word}”" for word in left)
            message = f"提醒：{section.clause} 里的{what}没有一条规则用到：漏写了规则？不用写的，在 no_rule_for 里说明"
            found.append(Problem(file, section.line, message))
    return sorted(found)


def _nobody_cites(several: Sequence[Steps], texts: dict[Steps, str]) -> str:
    names = "、".join("".join(steps) for steps in several)
    excerpt = texts.get(several[0], "")[:_EXCERPT] if len(several) == 1 else ""
    about = f"（{excerpt}…）" if excerpt else ""
    return f"提醒：{names}{about}没有一条规则引用：漏写了规则？不用写的，在 no_rule_for 里说明"


def _uncited(clauses: _Clauses, above: Steps, whole: set[Steps], *, covered: bool = False) -> Iterator[list[Steps]]:
    """Neighbours that nobody cites, together. A clause cited as a whole speaks for what is below it, as long as nobody
    cites a part of it by its own number."""
    below = clauses.below(above)
    covered = covered and not any(clauses.touched(steps) for steps in below)
    missing = [s for s in below if not covered and not clauses.touched(s) and s not in whole]
    if missing:
        yield missing
    for steps in below:
        if clauses.touched(steps) and steps not in whole:
            yield from _uncited(clauses, steps, whole, covered=steps in clauses.cited)


def _unused_figures(pack: Pack, section: Section, about: Sequence[Rule]) -> Iterator[str]:
    """Money has to be used under its clause; a day that the pack knows from elsewhere is only said again."""
    spans: list[tuple[int, int]] = []
    for spot in all_figures(pack):
        if spot.kind == "day" or _speaks_of(spot, section):
            spans += [match.span() for match in re.finditer(spot.pattern, section.text)]
    known = {text for category in pack.categories for text in (category.name, *category.aliases)}
    for text in known:
        spans += [match.span() for match in re.finditer(re.escape(text), section.text)]
    grades = {g for category in pack.categories for g in (*category.grades, *category.outside_grades)}
    for pattern in _FIGURES:
        for match in pattern.finditer(section.text):
            if any(start < match.end() and match.start() < end for start, end in spans):
                continue
            if match[0].endswith("级") and (not about or {f"{g}级" for g in _chinese(match[0])} <= grades):
                continue
            yield match[0]
    gifts = [rule for rule in about if isinstance(rule, Subsidy)]
    if about and not any(rule.pays_fen == 0 or any(map(_is_full, rule.subsidy)) for rule in gifts):
        yield from _words(_FULL, section)
    if about and not any(isinstance(rule, Subsidy) and rule.no_subsidy for rule in about):
        yield from _words(_NOTHING, section)


def _words(pattern: re.Pattern[str], section: Section) -> Iterator[str]:
    match = pattern.search(section.text)
    if match:
        yield match[0]


def _speaks_of(spot: FigureSpot, section: Section) -> bool:
    return any(section.clause == c or _is_below(section.steps, c) for c in spot.clauses)


def _is_below(steps: Steps, clause: str) -> bool:
    return any("".join(steps[:n]) == clause for n in range(1, len(steps)))


def _is_full(amount: Amount) -> bool:
    return bool(amount.full or amount.waived or amount.rate == 1)


def _chinese(text: str) -> set[str]:
    """`1—6级` → 一 and 六."""
    digits = "零一二三四五六七八九"
    return {digits[int(one)] if one.isdigit() else one for one in _GRADES.findall(text)}


def _unnamed(pack: Pack, section: Section, about: Sequence[Rule]) -> Iterator[str]:
    """A name in one list with the pack's categories that is none of them."""
    if not any(isinstance(rule, Subsidy | Category) for rule in about):
        return
    known = {spelling(text) for category in pack.categories for text in _called(category)}
    others = known | {spelling(category.department) for category in pack.categories if category.department}
    for sentence in re.split(r"[。;:,]", section.text):
        pieces = re.split(r"、|和|及(?!时|其)|与|或", sentence)
        named = [_is_one_of(known, spelling(_BEFORE.sub("", piece))) for piece in pieces]
        if not any(named):
            continue
        for piece, is_known in zip(pieces, named, strict=True):
            match = _NAME.match(_BEFORE.sub("", piece))
            if is_known or match is None or _NOBODY.search(match[1]):
                continue
            if not any(spelling(match[1]) in text for text in others):
                yield match[1]


def _is_one_of(known: set[str], piece: str) -> bool:
    """Whether a known name stands there; 城市 before 低保户, or 受灾 before 贫困人口, would make it another."""
    return any(text in piece and not 0 < piece.index(text) <= _TELLING for text in known)


def _called(category: Category) -> tuple[str, ...]:
    return (category.name, *category.aliases, *category.aliases_with_grade)
