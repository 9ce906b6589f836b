"""A condition that nobody can meet is a rule that nobody gets."""

from collections.abc import Iterator
from datetime import date, timedelta

from canbao.kernel.days import months_after
from canbao.policy.checks.apart import apart, covers, implies
from canbao.policy.conditions import AgeCondition, Condition, EmployeeCondition, HeldFor, Times, day_of
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.values import Span
from canbao.policy.walk import models

_A_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12


def conditions_can_be_met(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Two ends in their order, no word that is asked for and forbidden at once, no day that nobody can pay on."""
    for path, model in models(pack):
        if isinstance(model, Condition):
            yield from _words(pack, model, path)
            yield from _counts(model, path)
            yield from _payment(pack, model, path)
            yield from _birth(pack, model, path)
            yield from _several(pack, model, path)


def conditions_ask_something(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A key whose condition is left empty was meant to say something."""
    for path, model in models(pack):
        match model:
            case AgeCondition(at_least=None, under=None) | Times(at_least=None, at_most=None):
                ends = "under（不满）" if isinstance(model, AgeCondition) else "at_most（至多）"
                yield path, f"写 at_least（至少）或 {ends}"
            case HeldFor(at_least=None, less_than=None):
                yield path, "写 at_least（满多久）或 less_than（不满多久）；只问有没有这个身份时写 any_categories"
            case EmployeeCondition() if not model.model_fields_set:
                yield path, "employee 里要写条件，如 left_at_most: 3个月"


def _words(pack: Pack, when: Condition, path: Path) -> Iterator[tuple[Path, str]]:
    for name in sorted(set(when.all_traits) & set(when.no_traits)):
        yield path, f"情况“{name}”既要有又不能有，没有人符合"
    for name in when.all_categories:
        if any(covers(pack, no, name) for no in when.no_categories):
            yield path, f"身份“{name}”既要有又不能有，没有人符合"
    if when.any_traits and set(when.any_traits) <= set(when.no_traits):
        yield (*path, "any_traits"), "这里要有的情况，no_traits 都不许有，没有人符合"
    if when.any_categories and all(
        any(covers(pack, no, name) for no in when.no_categories) for name in when.any_categories
    ):
        yield (*path, "any_categories"), "这里要有的身份，no_categories 都不许有，没有人符合"
    for trait in pack.traits:
        for name in trait.presumed_unless:
            if {trait.name, name} <= set(when.all_traits):
                yield (*path, "all_traits"), f"“{trait.name}”在有“{name}”时就不算，不能两个都要"


def _counts(when: Condition, path: Path) -> Iterator[tuple[Path, str]]:
    age, held, employee = when.age, when.held, when.employee
    if age is not None and age.at_least is not None and age.under is not None and age.at_least >= age.under:
        yield (*path, "age"), f"没有人既满 {age.at_least} 周岁又不满 {age.under} 周岁"
    for key, times in (("years_in_row", when.years_in_row), ("lapsed_years", when.lapsed_years)):
        low, high = (times.at_least, times.at_most) if times is not None else (None, None)
        if low is not None and high is not None and low > high:
            yield (*path, key), f"至少 {low} 又至多 {high}，没有人符合"
    if held is not None and held.at_least and held.less_than and not held.at_least.shorter_than(held.less_than):
        yield (*path, "held"), f"没有人既满 {held.at_least} 又不满 {held.less_than}"
    at_most, longer = (employee.left_at_most, employee.left_longer_than) if employee is not None else (None, None)
    if at_most is not None and longer is not None and not longer.shorter_than(at_most):
        yield (*path, "employee"), f"没有人中断不超过 {at_most} 又超过 {longer}"
    within, later = when.paid_within_of_birth, when.paid_later_than_birth_by
    if within is not None and later is not None and not later.shorter_than(within):
        yield (*path, "paid_within_of_birth"), f"没有人在出生后 {within} 以内、又超过 {later} 才缴费"


def _payment(pack: Pack, when: Condition, path: Path) -> Iterator[tuple[Path, str]]:
    first, last = pack.window.first, pack.benefit_period.last
    if when.paid_since is not None and when.paid_until is not None and when.paid_until < when.paid_since:
        yield (*path, "paid_until"), f"结束（{when.paid_until}）早于开始（{when.paid_since}）"
        return
    if when.paid_since is not None and when.paid_since > last:
        yield (*path, "paid_since"), f"{when.paid_since} 起没有人缴费了：待遇期最后一天是 {last}"
    if when.paid_until is not None and when.paid_until < first:
        yield (*path, "paid_until"), f"到 {when.paid_until} 还没有人能缴费：集中缴费期从 {first} 开始"


def _birth(pack: Pack, when: Condition, path: Path) -> Iterator[tuple[Path, str]]:
    """Everything that a condition says about the day of birth leaves some day."""
    since = None if when.born_since is None else day_of(when.born_since, pack.window.first, pack.period.first)
    if since is not None and when.born_until is not None and when.born_until < since:
        yield (*path, "born_until"), f"结束（{when.born_until}）早于开始（{since}）"
        return
    paid_first = max(pack.window.first, when.paid_since or date.min)
    paid_last = min(pack.benefit_period.last, when.paid_until or date.max)
    firsts = [day for day in (since, _under(pack, when.age, paid_first)) if day is not None]
    lasts = [day for day in (when.born_until, _at_least(pack, when.age, paid_last)) if day is not None]
    if when.paid_within_of_birth is not None:
        firsts.append(_before(paid_first, when.paid_within_of_birth))
    if when.paid_later_than_birth_by is not None or when.paid_within_of_birth is not None:
        lasts.append(paid_last)
    if firsts and lasts and max(firsts) > min(lasts) + _A_DAY:  # a day is lost or won on 29 February
        yield path, f"出生日期要不早于 {max(firsts)}，又不晚于 {min(lasts)}，没有人符合"


def _day_of_age(pack: Pack, when: AgeCondition, paid: date) -> date:
    return paid if when.on == "paid" else day_of(when.on, pack.window.first, pack.period.first)


def _under(pack: Pack, when: AgeCondition | None, paid: date) -> date | None:
    """The first day of birth of somebody who is not yet that old."""
    if when is None or when.under is None:
        return None
    return _years_before(_day_of_age(pack, when, paid), when.under)


def _at_least(pack: Pack, when: AgeCondition | None, paid: date) -> date | None:
    if when is None or when.at_least is None:
        return None
    return _years_before(_day_of_age(pack, when, paid), when.at_least)


def _years_before(day: date, years: int) -> date:
    return _before(day, Span(_MONTHS_A_YEAR * years, 0, ""))


def _before(day: date, span: Span) -> date:
    """That long before; the calendar's first day where it does not reach."""
    try:
        return months_after(day, -span.months) - timedelta(days=span.days)
    except (OverflowError, ValueError):
        return date.min


def _several(pack: Pack, when: Condition, path: Path) -> Iterator[tuple[Path, str]]:
    rest = when.model_copy(update={"any_of": (), "none_of": ()})
    for index, none in enumerate(when.none_of):
        if implies(pack, rest, none):
            yield (*path, "none_of", index), "none_of 里的这一组人人都符合，就没有人剩下了"
    if when.any_of and all(apart(pack, rest, branch) for branch in when.any_of):
        yield (*path, "any_of"), "any_of 的每一组都与外面的条件矛盾，没有人符合"
