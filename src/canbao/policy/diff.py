"""What differs between two packs, rule by rule: last year's notice and this year's, or a notice and its amendment.

A rule is the same one when it is about the same thing (its name, its categories, its tier …); where several are, the one
with the same condition, then the next in order; of the subsidies that are left, those that share a category. Examples,
translations and how we worked a figure out (`derived`) are no rules. A rule that only moved to another clause is kept
apart: nobody pays otherwise for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from canbao.policy.conditions import Condition
from canbao.policy.inherit import name_of, notice_name
from canbao.policy.money_rules import Amount, PartOfYear, Subsidy
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Trait
from canbao.policy.reading import Path
from canbao.policy.rule import Frozen, Rule, Silence
from canbao.policy.time_rules import Start
from canbao.policy.walk import models
from canbao.policy.work_rules import TargetUnit

ORDERED = ("ways_in", "standards")  # where the first that fits is taken
_NOT_SAID = ("clause", "notice", "derived")  # where it stands and how we read it, not what it says
_WHOLE = (Condition, Amount, PartOfYear, Silence, Start)  # said in one piece


@dataclass(frozen=True, slots=True)
class Spoken:
    """One rule, or one trait, and where it stands."""

    path: Path
    rule: Frozen
    notice: str  # of the pack, for rules that it did not take from another

    @property
    def topic(self) -> str:
        return str(self.path[0])

    @property
    def name(self) -> str:
        entry = self.rule.model_dump(mode="json", by_alias=True)
        return str(entry["what"]) if self.topic == "calendar" else name_of(self.topic, entry) or ""

    @property
    def where(self) -> str:
        return self.rule.where if isinstance(self.rule, Rule) else ""

    def stands_where(self, other: "Spoken") -> bool:
        """Under the same clause: of the same notice, or each of their own."""
        if not isinstance(self.rule, Rule) or not isinstance(other.rule, Rule):
            return True
        if self.rule.clause != other.rule.clause:
            return False
        own = self.rule.notice is None and other.rule.notice is None
        return own or (self.rule.notice or self.notice) == (other.rule.notice or other.notice)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a rule says: the key, the row of a table that it is in, the model around it, and the value."""

    key: str
    row: str
    model: type[BaseModel]
    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a rule says differently; None where it does not say it."""

    key: str
    row: str
    model: type[BaseModel]
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Changed:
    old: Spoken
    new: Spoken
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Difference:
    """Everything that two packs say differently."""

    old: Pack
    new: Pack
    changed: tuple[Changed, ...]
    added: tuple[Spoken, ...]
    gone: tuple[Spoken, ...]
    moved: tuple[Changed, ...]  # the same words under another clause or from another notice
    reordered: tuple[str, ...]  # topics in which the order counts and is another

    @cached_property
    def is_none(self) -> bool:
        return not (self.changed or self.added or self.gone or self.moved or self.reordered)


def difference(old: Pack, new: Pack) -> Difference:
    """What `new` says that `old` does not, and the other way round."""
    before, after = list(_spoken(old)), list(_spoken(new))
    pairs = _pairs(before, after)
    paired_old, paired_new = {id(one) for one, _ in pairs}, {id(other) for _, other in pairs}
    differing = [Changed(one, other, tuple(_changes(one.rule, other.rule))) for one, other in pairs]
    return Difference(
        old=old,
        new=new,
        changed=tuple(one for one in differing if one.changes),
        added=tuple(other for other in after if id(other) not in paired_new),
        gone=tuple(one for one in before if id(one) not in paired_old),
        moved=tuple(one for one in differing if not one.changes and not one.old.stands_where(one.new)),
        reordered=tuple(topic for topic in ORDERED if _is_reordered(pairs, topic)),
    )


def _spoken(pack: Pack) -> Iterator[Spoken]:
    notice = notice_name(pack.document.number, pack.document.title)
    for path, model in models(pack):
        if isinstance(model, Rule | Trait):
            yield Spoken(path, model, notice)


def _pairs(before: list[Spoken], after: list[Spoken]) -> list[tuple[Spoken, Spoken]]:
    """The rules that are about the same, in the order of the newer pack."""
    left: dict[tuple[object, ...], list[Spoken]] = {}
    for one in before:
        left.setdefault(_about(one), []).append(one)
    found: dict[int, Spoken] = {}
    for is_same in (_says_the_same, _has_the_same_condition, lambda one, other: True):
        for other in after:
            candidates = left.get(_about(other), [])
            match = next((one for one in candidates if id(other) not in found and is_same(one, other)), None)
            if match is not None:
                found[id(other)] = match
                candidates.remove(match)
    for other in after:
        if id(other) not in found and isinstance(other.rule, Subsidy):
            candidates = [one for several in left.values() for one in several if _shared(one, other)]
            match = max(candidates, key=lambda one: _shared(one, other), default=None)
            if match is not None:
                found[id(other)] = match
                left[_about(match)].remove(match)
    return [(found[id(other)], other) for other in after if id(other) in found]


def _shared(one: Spoken, other: Spoken) -> int:
    """How many categories two subsidies for the same lines of the bill share."""
    if not isinstance(one.rule, Subsidy) or not isinstance(other.rule, Subsidy) or one.rule.lines != other.rule.lines:
        return 0
    return len(set(one.rule.categories) & set(other.rule.categories))


def _about(one: Spoken) -> tuple[object, ...]:
    """What a rule is about: its place without its number in a list, and its name."""
    return (*(step for step in one.path if isinstance(step, str)), one.name)


def _says_the_same(one: Spoken, other: Spoken) -> bool:
    return not any(_changes(one.rule, other.rule))


def _has_the_same_condition(one: Spoken, other: Spoken) -> bool:
    return bool(getattr(one.rule, "when", None) == getattr(other.rule, "when", None))


def _changes(old: Frozen, new: Frozen) -> Iterator[Change]:
    """Everything but the clause; a rule of another kind (an amount instead of a silence) differs in its keys."""
    before = {(part.row, part.key): part for part in _parts(old)}
    after = {(part.row, part.key): part for part in _parts(new)}
    if ("", "units") not in before or ("", "units") not in after:  # a table that only one of them has
        before, after = _without_rows(before), _without_rows(after)
    for place in dict.fromkeys((*before, *after)):
        one, other = before.get(place), after.get(place)
        said, says = one.value if one else None, other.value if other else None
        if said != says:
            part = other or one
            assert part is not None
            yield Change(part.key, part.row, part.model, said, says)


def _without_rows(parts: dict[tuple[str, str], Part]) -> dict[tuple[str, str], Part]:
    return {place: part for place, part in parts.items() if part.model is not TargetUnit}


def _parts(model: BaseModel, row: str = "") -> Iterator[Part]:
    for name, field in type(model).model_fields.items():
        value, key = getattr(model, name), field.alias or name
        if name in _NOT_SAID or value in (None, (), {}, False) or value == Condition():
            continue
        if isinstance(value, tuple) and isinstance(value[0], TargetUnit):
            yield Part(key, row, type(model), len(value))
            for unit in value:
                yield from (part for part in _parts(unit, unit.name) if part.key != "name")
        elif isinstance(value, dict):
            yield from (Part(key, str(inner), type(model), one) for inner, one in value.items())
        elif isinstance(value, BaseModel) and not isinstance(value, _WHOLE):
            yield from _parts(value, key)
        else:
            yield Part(key, row, type(model), value)


def _is_reordered(pairs: list[tuple[Spoken, Spoken]], topic: str) -> bool:
    places = [int(one.path[1]) for one, other in pairs if other.topic == topic]
    return places != sorted(places)
