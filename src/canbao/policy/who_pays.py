"""Who pays how much, for the printed page: every category, grade, step and tier, asked of the engine.

The people in this table are otherwise like everybody: an adult who pays on the first day of the collection window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from canbao.kernel.fen import yuan
from canbao.policy.assessment import Share, Waiver
from canbao.policy.combine import split
from canbao.policy.conditions import Condition, HeldFor
from canbao.policy.facts import Facts, Held
from canbao.policy.pack import Pack
from canbao.policy.people_rules import Category
from canbao.policy.person import Person
from canbao.policy.prices import prices
from canbao.policy.sentences import held_text
from canbao.policy.walk import models

ELSEWHERE = ("110000", "120000")  # two provinces: one of them is another one
AGE = 30
_FURTHEST_BACK = 20 * 366


@dataclass(frozen=True, slots=True)
class Row:
    """What somebody pays and who helps. `pays` is a figure or 未知."""

    who: str
    tier: str | None
    pays: str
    helped: str
    clauses: tuple[str, ...]


def asks_age(pack: Pack) -> bool:
    """Whether anything depends on the day of birth, so that the table has to say for whom it speaks."""
    return any(
        isinstance(model, Condition) and (model.age is not None or model.born_since is not None or model.born_until)
        for _, model in models(pack)
    )


def rows(pack: Pack) -> Iterator[Row]:
    """Everybody without a category first, then the categories in the order of the pack."""
    for who, held in [("没有身份", None), *_held(pack)]:
        for tier in pack.tiers or (None,):
            yield _row(pack, who, held, tier)


def _held(pack: Pack) -> Iterator[tuple[str, Held]]:
    for category in pack.categories:
        if category.when is None:
            yield from _ways_to_hold(pack, category)


def _ways_to_hold(pack: Pack, category: Category) -> Iterator[tuple[str, Held]]:
    """A category once, or once for each grade, step or place that a subsidy tells apart."""
    name = category.name
    graded = [grade for grade in category.grades if any(f"{name}（{grade}）" in s.categories for s in pack.subsidies)]
    steps = [s.when.held for s in pack.subsidies if s.when.held is not None and s.when.held.category == name]
    for grade in graded:
        yield f"{name}（{grade}）", Held(name, grade)
    for step in dict.fromkeys(steps):
        yield f"{name}（{held_text(step)}）", Held(name, since=_since(step, pack.period.first, pack.window.first))
    if not graded and not steps:
        yield name, Held(name)
    if any(s.recognised == "elsewhere" and name in s.categories for s in pack.subsidies):
        another = next(place for place in ELSEWHERE if place[:2] != pack.document.place_code[:2])
        yield f"{name}（外地认定）", Held(name, place=another)


def _since(step: HeldFor, first: date, paid: date) -> date:
    """A day from which somebody who pays that day has held a category for as long as the step asks."""
    for days in range(_FURTHEST_BACK):
        since = min(first, paid) - timedelta(days=days)
        if step.at_least is None or step.at_least.after(since) <= first:
            return since
    return paid


def _row(pack: Pack, who: str, held: Held | None, tier: str | None) -> Row:
    born = date(pack.period.first.year - AGE, 1, 1)
    person = Person(pack, Facts(categories=(held,) if held else (), tier=tier, born_on=born, on=pack.window.first))
    bill = [(price, split(person, price)) for price in prices(person)]
    pays = [parts.pays_fen for _, parts in bill]
    known = [fen for fen in pays if fen is not None]
    shares: list[Share | Waiver] = []
    for _, parts in bill:
        shares += [*parts.shares, *parts.waived]
    paid_back = [share for _, parts in bill for share in parts.paid_back]
    unknown = [one for _, parts in bill for one in parts.unknown]
    told = [_told(part) for part in shares] + [f"{_told(share)}（先缴后返）" for share in paid_back]
    told += [f"请问{ask}" for ask in dict.fromkeys(one.ask for one in unknown)]
    clauses = [*(part.clause for part in (*shares, *paid_back)), *(one.clause for one in unknown)]
    if held is not None and not clauses:
        clauses = [rule.where for rule in pack.subsidies if held.name in rule.categories]
    return Row(
        who=who,
        tier=tier,
        pays=yuan(sum(known)) if len(known) == len(pays) else "未知",
        helped="；".join(told),
        clauses=tuple(dict.fromkeys(clauses or [price.clause for price, _ in bill])),
    )


def _told(part: Share | Waiver) -> str:
    line = f"{part.line}：" if part.line else ""
    return f"{line}{part.payer if isinstance(part, Share) else '免缴'} {yuan(part.fen)}"
