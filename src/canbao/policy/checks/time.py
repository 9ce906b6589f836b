"""Windows, ways in, waits and lists with a date make sense together."""

from collections.abc import Iterator
from datetime import date

from canbao.kernel.days import months_after
from canbao.policy.conditions import Condition
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.time_rules import Start, WayIn
from canbao.policy.values import Span
from canbao.policy.walk import models, spots
from canbao.policy.ways import paid_range


def benefit_period_ends_after_the_window(pack: Pack) -> Iterator[tuple[Path, str]]:
    window, period = pack.collection_window, pack.benefit_period
    if period.last < window.last:
        says = f"待遇期在集中缴费期之前就结束了（缴费到 {window.last}，待遇到 {period.last}）：年份对不对？"
        yield ("benefit_period", "last"), says


def the_benefit_period_follows_the_window(pack: Pack) -> Iterator[tuple[Path, str]]:
    window, period = pack.collection_window, pack.benefit_period
    if period.first > months_after(window.last, 12):
        says = f"缴费到 {window.last} 为止，待遇从 {period.first} 才开始：中间隔了一年多，年份对不对？"
        yield ("benefit_period", "first"), says


def the_window_leaves_days_for_who_is_late(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A window as long as the benefit period may be meant, or a late way in; not both."""
    window, period = pack.collection_window, pack.benefit_period
    late = [way.name for way in pack.ways_in if way.paid == "after_window" and paid_range(pack, way) is None]
    if window.last == period.last and late:
        says = (
            f"集中缴费期到 {window.last} 为止，待遇期也到那天为止，“{late[0]}”等 {len(late)} 种期后缴费没有一天可以缴："
            "年份对不对？"
        )
        yield ("collection_window", "last"), says


def ways_in_say_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, way in enumerate(pack.ways_in):
        path: Path = ("ways_in", index)
        if (way.starts is None) == (way.unknown is None):
            yield path, "起始：写 starts，通知没有写的写 unknown 和 ask，二者选一"
        if way.may_pay is not None and way.unknown is None:
            yield (*path, "may_pay"), "能不能缴不知道（may_pay）：同时写 unknown（什么没有写）和 ask，不写 starts"
        if way.unknown is not None and not way.ask:
            yield path, "起始不知道时要写 ask：应向谁询问"
        if way.unknown is None and way.ask is not None:
            yield (*path, "ask"), "ask 和 unknown（起始日不知道）一起写"
        yield from _late_newborns(way.when, (*path, "when"))


def _late_newborns(when: Condition, path: Path) -> Iterator[tuple[Path, str]]:
    """Everybody alive pays later than so long after their birth; only the newborn are meant."""
    if when.born_since is not None or when.age is not None or when.paid_within_of_birth is not None:
        return
    if when.paid_later_than_birth_by is not None:
        yield (*path, "paid_later_than_birth_by"), "paid_later_than_birth_by 要和 born_since 一起写，否则所有大人都符合"
    for index, branch in enumerate(when.any_of):
        yield from _late_newborns(branch, (*path, "any_of", index))


def employee_months_are_months(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Time in the employee scheme is counted in months; days cannot be compared with it."""
    for path, model in models(pack):
        if isinstance(model, Condition) and model.employee is not None:
            span = model.employee.months_at_least
            if span is not None and span.days:
                yield (*path, "employee", "months_at_least"), f"连续参保时间请用年或月，而不是 {span}"


def lengths_are_longer_than_nothing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for spot in spots(pack):
        if isinstance(spot.value, Span) and not spot.value.months and not spot.value.days:
            yield spot.path, f"{spot.path[-1]} 是 {spot.value}，等于没有：不写这个键"


def late_windows_follow_the_window(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A late window that ends inside the collection window overlaps it and admits nobody."""
    window, end = pack.collection_window, pack.benefit_period.last
    for index, way in enumerate(pack.ways_in):
        if way.until is None:
            continue
        path: Path = ("ways_in", index, "until")
        if way.paid == "in_window":
            yield path, "until 只用于集中缴费期之后的情形"
        elif way.until <= window.last:
            yield path, f"“{way.name}”到 {way.until} 为止，与集中缴费期（到 {window.last}）重叠"
        elif way.until > end:
            yield path, f"“{way.name}”晚于待遇期最后一天 {end}"


def starts_make_sense(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, way in enumerate(pack.ways_in):
        if way.starts is None:
            continue
        path: Path = ("ways_in", index, "starts")
        yield from _wait(way.starts, path)
        yield from _before_the_period(pack, way.starts, path)
        yield from _start(pack, way, way.starts, path)


def _wait(starts: Start, path: Path) -> Iterator[tuple[Path, str]]:
    wait = starts.wait
    if wait is None:
        return
    if starts.plus is not None:
        yield (*path, "plus"), "plus（再过多久）和 wait（等待期）选一个"
    if wait.repaired and wait.each_lapsed_year is None:
        yield (*path, "wait", "repaired"), "repaired 减的是变动等待期，要写 each_lapsed_year"
    if "free_years" in wait.model_fields_set and wait.each_lapsed_year is None:
        yield (*path, "wait", "free_years"), "free_years 说的是变动等待期，要写 each_lapsed_year"
    lapse = wait.long_lapse
    if lapse is not None and not wait.fixed.shorter_than(lapse.at_least):
        says = f"断保多年的合计不少于 {lapse.at_least}，不比固定等待期 {wait.fixed} 长，不起作用"
        yield (*path, "wait", "long_lapse"), says


def _before_the_period(pack: Pack, starts: Start, path: Path) -> Iterator[tuple[Path, str]]:
    first = pack.period.first
    early = isinstance(starts.anchor, date) and starts.anchor < first
    if early and not starts.before_period:
        yield (*path, "from"), f"{starts.anchor} 早于待遇期第一天 {first}，要同时写 before_period: true"
    if starts.before_period and (starts.anchor == "period" or (isinstance(starts.anchor, date) and not early)):
        yield (*path, "before_period"), "从待遇期第一天或以后算的，不会早于待遇期：不写 before_period"


def _start(pack: Pack, way: WayIn, starts: Start, path: Path) -> Iterator[tuple[Path, str]]:
    """Somebody who pays as early as possible is covered at least for a day."""
    last = starts.cover_until or pack.benefit_period.last
    if starts.cover_until is not None and starts.cover_until < pack.period.first and not starts.before_period:
        yield (*path, "cover_until"), f"待遇到 {last} 为止，早于待遇期第一天 {pack.period.first}"
        return
    days = paid_range(pack, way)
    if days is None:
        return
    anchor = starts.anchor
    if anchor == "birth":
        return
    earliest = anchor if isinstance(anchor, date) else pack.period.first if anchor == "period" else days.first
    for length in (starts.plus, starts.wait.fixed if starts.wait else None):
        earliest = length.after(earliest) if length else earliest
    if earliest > last:
        key = "cover_until" if starts.cover_until is not None else "plus" if starts.plus else "from"
        yield (*path, key), f"最早从 {earliest} 起享受待遇，晚于最后一天 {last}，没有人能享受"


def an_amendment_names_what_it_amends(pack: Pack) -> Iterator[tuple[Path, str]]:
    holds_from = pack.document.holds_from
    path: Path = ("document", "holds_from")
    if holds_from is None:
        return
    if pack.document.extends is None:
        yield path, "修改哪个方案？写 extends"
    if holds_from <= pack.window.first:
        yield path, f"{holds_from} 起就按新规定，而缴费从 {pack.window.first} 才开始：没有人按原来的，不用写 holds_from"
    if holds_from > pack.benefit_period.last:
        yield path, f"{holds_from} 起没有人缴费了：待遇期最后一天是 {pack.benefit_period.last}"


def tasks_have_a_day(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, task in enumerate(pack.calendar):
        if task.first is None and task.last is None and task.every_month_on is None:
            yield ("calendar", index), "没有日子：写 first、last 或 every_month_on"
        if task.first is not None and task.last is not None and task.last < task.first:
            yield ("calendar", index, "last"), f"结束（{task.last}）早于开始（{task.first}）"


def rosters_have_days_in_order(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A roster shows a month that has begun, and the roster that decides again lies in the season."""
    for index, roster in enumerate(pack.rosters):
        if roster.as_of_month and roster.due and roster.due.isoformat() < roster.as_of_month:
            yield ("rosters", index, "due"), f"{roster.due} 就要交的名册，不会是 {roster.as_of_month} 的"
    if pack.roster_additions is not None and pack.roster_additions.due < pack.window.first:
        says = f"{pack.roster_additions.due} 早于集中缴费期第一天 {pack.window.first}，期内新增的人还没有"
        yield ("roster_additions", "due"), says
    again = pack.readjustment
    if again is not None and not pack.window.first <= again.roster_of <= pack.benefit_period.last:
        yield ("readjustment", "roster_of"), f"{again.roster_of} 不在缴费和待遇的期间之内，没有人要重新确定"
