"""Windows and ways in make sense together."""

from collections.abc import Iterator
from datetime import date

from canbao.policy.conditions import Condition
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.walk import models


def benefit_period_ends_after_the_window(pack: Pack) -> Iterator[tuple[Path, str]]:
    if pack.benefit_period.last < pack.collection_window.last:
        yield ("benefit_period", "last"), "待遇期在集中缴费期之前就结束了"


def ways_in_say_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, way in enumerate(pack.ways_in):
        path: Path = ("ways_in", index)
        if (way.starts is None) == (way.unknown is None):
            yield path, "起始：写 starts，通知没有写的写 unknown 和 ask，二者选一"
        if way.unknown is not None and not way.ask:
            yield path, "起始不知道时要写 ask：应向谁询问"
        if way.when.paid_later_than_birth_by is not None and way.when.born_since is None:
            yield path, "paid_later_than_birth_by 要和 born_since 一起写，否则所有大人都符合"
        if way.when.employee is not None and way.when.employee.months_at_least is not None:
            span = way.when.employee.months_at_least
            if span.days:
                yield path, f"连续参保时间请用年或月，而不是 {span}"


def late_windows_follow_the_window(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A late window that ends inside the collection window overlaps it and admits nobody."""
    window, end = pack.collection_window, pack.benefit_period.last
    for index, way in enumerate(pack.ways_in):
        if way.until is None:
            continue
        path: Path = ("ways_in", index, "until")
        if way.paid == "after_window" and way.until <= window.last:
            yield path, f"“{way.name}”到 {way.until} 为止，与集中缴费期（到 {window.last}）重叠"
        elif way.paid != "after_window":
            yield path, "until 只用于集中缴费期之后的情形"
        elif way.until > end:
            yield path, f"“{way.name}”晚于待遇期最后一天 {end}"


def no_way_in_hides_another(pack: Pack) -> Iterator[tuple[Path, str]]:
    """The first that fits is taken, so the same condition again, or one after "everybody", is never reached."""
    for index, way in enumerate(pack.ways_in):
        for earlier in pack.ways_in[:index]:
            same_days = earlier.paid in (way.paid, "any_time") and earlier.until is None
            if same_days and (earlier.when.always or earlier.when == way.when):
                yield ("ways_in", index), f"“{way.name}”永远轮不到：“{earlier.name}”在前面，条件相同或没有条件"


def conditions_can_be_met(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Two ends in their order, and no word that is asked for and forbidden at once."""
    for path, model in models(pack):
        if isinstance(model, Condition):
            yield from _met(model, path)


def _met(when: Condition, path: Path) -> Iterator[tuple[Path, str]]:
    age, row, lapsed, held = when.age, when.years_in_row, when.lapsed_years, when.held
    if age is not None and age.at_least is not None and age.under is not None and age.at_least >= age.under:
        yield (*path, "age"), f"没有人既满 {age.at_least} 周岁又不满 {age.under} 周岁"
    if when.paid_since is not None and when.paid_until is not None and when.paid_until < when.paid_since:
        yield (*path, "paid_until"), f"结束（{when.paid_until}）早于开始（{when.paid_since}）"
    if isinstance(when.born_since, date) and when.born_until is not None and when.born_until < when.born_since:
        yield (*path, "born_until"), f"结束（{when.born_until}）早于开始（{when.born_since}）"
    for key, times in (("years_in_row", row), ("lapsed_years", lapsed)):
        if times is None:
            continue
        if times.at_least is not None and times.at_most is not None and times.at_least > times.at_most:
            yield (*path, key), f"至少 {times.at_least} 又至多 {times.at_most}，没有人符合"
        if times.at_least is None and times.at_most is None:
            yield (*path, key), "写 at_least（至少）或 at_most（至多）"
    if held is not None and held.at_least and held.less_than and not held.at_least.shorter_than(held.less_than):
        yield (*path, "held"), f"没有人既满 {held.at_least} 又不满 {held.less_than}"
    for asked, forbidden, what in (
        (when.all_traits, when.no_traits, "情况"),
        (when.all_categories, when.no_categories, "身份"),
    ):
        for name in sorted(set(asked) & set(forbidden)):
            yield path, f"{what}“{name}”既要有又不能有，没有人符合"


def waits_make_sense(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, way in enumerate(pack.ways_in):
        starts = way.starts
        if starts is None:
            continue
        path: Path = ("ways_in", index, "starts")
        if starts.wait is not None and starts.plus is not None:
            yield path, "plus（再过多久）和 wait（等待期）选一个"
        if starts.wait is not None and starts.wait.repaired and starts.wait.each_lapsed_year is None:
            yield (*path, "wait"), "repaired 减的是变动等待期，要写 each_lapsed_year"
        if starts.cover_until is not None and starts.cover_until < pack.period.first:
            yield (*path, "cover_until"), f"待遇到 {starts.cover_until} 为止，早于待遇期第一天 {pack.period.first}"
        if isinstance(starts.anchor, date) and starts.anchor > pack.benefit_period.last:
            yield (*path, "from"), f"待遇从 {starts.anchor} 开始，晚于待遇期最后一天 {pack.benefit_period.last}"


def an_amendment_names_what_it_amends(pack: Pack) -> Iterator[tuple[Path, str]]:
    if pack.document.holds_from is not None and pack.document.extends is None:
        yield ("document", "holds_from"), "修改哪个方案？写 extends"


def tasks_have_a_day(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, task in enumerate(pack.calendar):
        if task.first is None and task.last is None and task.every_month_on is None:
            yield ("calendar", index), "没有日子：写 first、last 或 every_month_on"
        if task.first is not None and task.last is not None and task.last < task.first:
            yield ("calendar", index), f"结束（{task.last}）早于开始（{task.first}）"
