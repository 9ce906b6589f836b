"""Windows and ways in make sense together."""

from collections.abc import Iterator

from canbao.policy.pack import Pack
from canbao.policy.reading import Path


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
            always = not earlier.when.model_dump(exclude_defaults=True)
            if same_days and (always or earlier.when == way.when):
                yield ("ways_in", index), f"“{way.name}”永远轮不到：“{earlier.name}”在前面，条件相同或没有条件"


def tasks_have_a_day(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, task in enumerate(pack.calendar):
        if task.first is None and task.last is None and task.every_month_on is None:
            yield ("calendar", index), "没有日子：写 first、last 或 every_month_on"
        if task.first is not None and task.last is not None and task.last < task.first:
            yield ("calendar", index), f"结束（{task.last}）早于开始（{task.first}）"
