"""A rule that is never reached: the one before it takes everybody, its days are over before anybody can pay, or
nothing is left for it to give."""

from collections.abc import Iterator
from datetime import date

from canbao.policy.checks.apart import covers, implies
from canbao.policy.checks.prices import amounts_fen, prices_for
from canbao.policy.conditions import Condition
from canbao.policy.money_rules import Standard
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.time_rules import WayIn
from canbao.policy.ways import paid_range


def no_price_hides_another(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Of the prices of a line and tier the first that fits counts, so one behind a wider one is never reached."""
    for index, standard in enumerate(pack.standards):
        if standard.tier is not None and standard.when.tiers and standard.tier not in standard.when.tiers:
            yield ("standards", index, "when"), f"这是“{standard.tier}”的标准，when 却要选别的档，没有人符合"
        for number, earlier in enumerate(pack.standards[:index]):
            alike = earlier.line == standard.line and earlier.tier in (None, standard.tier)
            if alike and implies(pack, standard.when, earlier.when):
                first = f"第 {number + 1} 个（{_named(earlier)}）"
                yield ("standards", index), f"这个标准永远轮不到：前面的{first}对这些人都适用，第一个适用的就算"
                break


def _named(standard: Standard) -> str:
    said = [standard.name, standard.line, standard.tier]
    return "、".join(text for text in said if text) or ("没有条件" if standard.when.always else "条件更宽或相同")


def no_way_in_hides_another(pack: Pack) -> Iterator[tuple[Path, str]]:
    """The first that fits is taken, so whoever fits this one on its days must not all fit an earlier one."""
    for index, way in enumerate(pack.ways_in):
        path: Path = ("ways_in", index)
        mine = _with_days(pack, way)
        if mine is None:
            continue  # said by another check
        for earlier in pack.ways_in[:index]:
            theirs = _with_days(pack, earlier)
            if theirs is not None and implies(pack, mine, theirs):
                yield path, f"“{way.name}”永远轮不到：“{earlier.name}”在前面，这些人在这些日子都先符合它"
                break


def ways_in_are_open_some_day(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, way in enumerate(pack.ways_in):
        days = paid_range(pack, way)
        if days is None:
            if way.until is not None and way.until <= pack.collection_window.last:
                continue  # it overlaps the window, as another check says
            key = ("until",) if way.until is not None else ()
            yield ("ways_in", index, *key), f"“{way.name}”没有一天可以缴费"
            continue
        since, until = way.when.paid_since, way.when.paid_until
        assert days.last is not None
        if since is not None and days.last < since <= pack.benefit_period.last:
            yield (
                ("ways_in", index, "when", "paid_since"),
                f"“{way.name}”到 {days.last} 为止，{since} 起没有人能这样缴费",
            )
        if until is not None and pack.window.first <= until < days.first:
            yield (
                ("ways_in", index, "when", "paid_until"),
                f"“{way.name}”从 {days.first} 起，到 {until} 还没有人能这样缴费",
            )


def _with_days(pack: Pack, way: WayIn) -> Condition | None:
    """Its condition together with the days on which it is open."""
    days = paid_range(pack, way)
    if days is None:
        return None
    since = max(days.first, way.when.paid_since or date.min)
    until = min(days.last or date.max, way.when.paid_until or date.max)
    return way.when.model_copy(update={"paid_since": since, "paid_until": until})


def subsidies_speak_for_somebody(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.subsidies):
        path: Path = ("subsidies", index)
        if not list(prices_for(pack, rule)):
            yield path, "这条资助没有对应的缴费标准：没有一个标准的项目、档次和条件与它相合"
        for number, category in enumerate(rule.categories):
            if any(covers(pack, no, category) for no in rule.when.no_categories):
                yield (*path, "when", "no_categories"), f"这条资助给“{category}”，no_categories 又不许有它，没有人符合"
            others = [*rule.categories[:number], *(name for name in rule.categories[number + 1 :] if name != category)]
            if any(covers(pack, other, category) for other in others):
                yield (*path, "categories", number), f"“{category}”在这条资助里已经包括了"
        if rule.recognised == "elsewhere" and all(_by_condition(pack, name) for name in rule.categories):
            yield (*path, "recognised"), "按条件的身份不由哪个地方认定，不会是外地认定的"


def _by_condition(pack: Pack, name: str) -> bool:
    return any(category.name == name and category.when is not None for category in pack.categories)


def payers_have_something_to_pay(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Of several payers in one rule, one that finds nothing left at any price was meant otherwise."""
    for index, rule in enumerate(pack.subsidies):
        prices = [standard for standard in prices_for(pack, rule) if standard.individual_fen]
        for number in range(1, len(rule.subsidy)):
            if prices and all(_left_fen(pack, index, standard, number) <= 0 for standard in prices):
                yield ("subsidies", index, "subsidy", number), "轮不到：前面各方已经付完了，没有剩下的"
                break


def _left_fen(pack: Pack, index: int, standard: Standard, number: int) -> int:
    assert standard.individual_fen is not None
    return standard.individual_fen - sum(amounts_fen(pack, pack.subsidies[index], standard)[:number])


def refunds_can_be_asked_for(pack: Pack) -> Iterator[tuple[Path, str]]:
    first, last = pack.period.first, pack.benefit_period.last
    for index, rule in enumerate(pack.refunds):
        path: Path = ("refunds", index)
        if rule.allowed == "never" and (rule.until is not None or rule.within is not None):
            yield path, f"“{rule.reason}”写了不退（never），就不写 until 和 within"
        elif rule.until is not None and rule.until < pack.window.first:
            yield (*path, "until"), f"到 {rule.until} 还没有人缴费，没有人能提出"
        elif rule.until is not None and rule.allowed == "before_period" and rule.until >= first:
            yield (*path, "until"), f"待遇期从 {first} 开始，before_period 已经更早截止，until 不起作用"
        elif rule.until is not None and rule.allowed == "in_period" and rule.until > last:
            yield (*path, "until"), f"待遇期到 {last} 为止，in_period 已经更早截止，until 不起作用"


def incentives_can_be_earned(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.incentives):
        path: Path = ("incentives", index)
        most = rule.when.years_in_row.at_most if rule.when.years_in_row is not None else None
        if rule.each_year_from is not None and most is not None and most <= rule.each_year_from:
            yield path, f"连续参保至多 {most} 年的人，满 {rule.each_year_from} 年后的提高一次也得不到"
        if rule.when.always:
            yield path, f"“{rule.name}”没有条件，人人都有：写 when，如 years_in_row"
