"""Target tables: the rows follow the rate, the rows make the total, and a blank is asked for."""

from collections.abc import Iterator

from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.work_rules import target_people


def targets_are_known_or_asked_for(pack: Pack) -> Iterator[tuple[Path, str]]:
    targets = pack.targets
    if targets is None:
        return
    blank = not targets.units or any(unit.people is None for unit in targets.units)
    if blank and not targets.ask:
        yield ("targets",), "有不知道的任务数，要写 ask：应向谁询问"
    if not targets.units and not targets.unknown:
        yield ("targets",), "没有任务表：写 unknown 说明什么不知道"
    names = [unit.name for unit in targets.units]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield ("targets", "units", index), f"{name} 写了两次"


def target_rows_follow_the_rate(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Population × rate, rounded half up, where the table prints both."""
    targets = pack.targets
    if targets is None or targets.rate is None:
        return
    for index, unit in enumerate(targets.units):
        if unit.population is not None and unit.people is not None:
            expected = target_people(unit.population, targets.rate)
            if unit.people != expected:
                yield ("targets", "units", index), f"{unit.name} 的任务数写 {unit.people}，人口乘参保率得 {expected}"


def targets_add_up(pack: Pack) -> Iterator[tuple[Path, str]]:
    targets = pack.targets
    if targets is None:
        return
    for key, total, rows in (
        ("total_population", targets.total_population, [unit.population for unit in targets.units]),
        ("total_people", targets.total_people, [unit.people for unit in targets.units]),
    ):
        known = [row for row in rows if row is not None]
        if total is not None and len(known) == len(rows) and sum(known) != total:
            yield ("targets", key), f"合计写 {total}，各行之和是 {sum(known)}"
