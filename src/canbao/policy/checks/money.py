"""Prices and subsidies: each says one thing, the figures add up, and no two rules stand beside another without an order."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from canbao.kernel.fen import short_yuan
from canbao.policy.checks.apart import apart
from canbao.policy.money_rules import BASIC, Amount, Standard, Subsidy
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.values import percent


def tiers_have_names(pack: Pack) -> Iterator[tuple[Path, str]]:
    if any(item.tier for item in pack.standards if item.line is None):
        for index, standard in enumerate(pack.standards):
            if standard.tier is None and standard.line is None:
                yield ("standards", index), "分档时，每个基本医保的标准都要写档次名称 tier"


def lines_have_a_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    priced = {standard.line for standard in pack.standards}
    if None not in priced:
        yield ("standards",), f"没有{BASIC}的标准：至少有一条不写 line"
    for index, line in enumerate(pack.lines):
        if line.name == BASIC:
            yield ("lines", index, "name"), f"“{BASIC}”总在账单上，不用写在 lines 里"
        elif line.name not in priced:
            yield ("lines", index), f"账单上的“{line.name}”没有标准：在 standards 里写一条 line: {line.name}"


def prices_say_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, standard in enumerate(pack.standards):
        path = ("standards", index)
        if (standard.individual_fen is None) == (standard.individual is None):
            yield path, "个人缴费：写 individual_yuan（金额），通知没有写的写 individual: {unknown, ask}，二者选一"
        both = [standard.government_fen is not None, standard.government is not None]
        if all(both) or (standard.line is None and not any(both)):
            yield path, "财政补助：写 government_yuan（金额），通知没有写的写 government: {unknown, ask}，二者选一"


def prices_add_up(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, standard in enumerate(pack.standards):
        total_fen, individual_fen, government_fen = (
            standard.total_fen,
            standard.individual_fen,
            standard.government_fen,
        )
        if total_fen is None or individual_fen is None or government_fen is None:
            continue
        if total_fen != individual_fen + government_fen:
            sum_text = short_yuan(individual_fen + government_fen)
            yield (
                ("standards", index, "total_yuan"),
                f"筹资标准写 {short_yuan(total_fen)}，个人加财政是 {sum_text}",
            )


def no_price_hides_another(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Of the prices of a line and tier the first that fits counts, so one behind "everybody" is never reached."""
    for (_, earlier), (index, standard) in combinations(enumerate(pack.standards), 2):
        if earlier.line != standard.line or earlier.tier not in (None, standard.tier):
            continue
        if earlier.when.always or earlier.when == standard.when:
            yield ("standards", index), "这个标准永远轮不到：前面的标准没有条件或条件相同，第一个适用的就算"


def subsidies_say_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.subsidies):
        path: Path = ("subsidies", index)
        said = [bool(rule.subsidy), bool(rule.no_subsidy), rule.unknown is not None]
        if said.count(True) != 1:
            yield path, "资助：subsidy（金额）、no_subsidy（不再资助）、unknown（金额不知道）三者选一"
        if rule.unknown is not None and not rule.ask:
            yield path, "金额不知道时要写 ask：应向谁询问"
        if rule.also_if_covered_elsewhere and not rule.paid_back:
            yield path, "已在别处参保的人不在这里缴费，资助只能返还：同时写 paid_back: true"
        yield from _amounts_say_one_thing(rule, path)


def _amounts_say_one_thing(rule: Subsidy, path: Path) -> Iterator[tuple[Path, str]]:
    for number, amount in enumerate(rule.subsidy):
        where: Path = (*path, "subsidy", number)
        ways = [amount.full, amount.yuan_fen, amount.rate, amount.rest]
        if sum(way is not None for way in ways) != 1:
            yield where, "资助方式：full（全额）、yuan（定额）、rate（比例）、rest（其余）四者选一"
        payers = [bool(amount.payer), bool(amount.payers), bool(amount.waived)]
        if payers.count(True) != 1:
            yield where, "谁付：payer（一方）、payers（几方按比例）、waived（免缴，没有人付）三者选一"
        if amount.waived and len(rule.subsidy) > 1:
            yield where, "免缴不能和别人支付的写在同一条里，请另写一条"
        if amount.payers and sum(amount.payers.values()) != 1:
            total = percent(sum(amount.payers.values(), Decimal(0)))
            yield (*where, "payers"), f"几方分担的比例合计 {total}，应为 100%"
        if (amount.rest or amount.of_rest) and number == 0:
            yield where, "“其余”前面没有别的支付方"
        if amount.of_rest and amount.rate is None:
            yield where, "of_rest 和 rate 一起写"
        if amount.of_tier and amount.full is None and amount.rate is None:
            yield where, "of_tier 和 full 或 rate 一起写"


def _prices(pack: Pack, rule: Subsidy) -> list[Standard]:
    """The prices for which a rule speaks."""
    return [
        standard
        for standard in pack.standards
        if (standard.line or BASIC) in rule.lines
        and standard.individual_fen is not None
        and (standard.tier is None or not rule.when.tiers or standard.tier in rule.when.tiers)
        and not apart(pack, standard.when, rule.when)
    ]


def _amounts_fen(pack: Pack, rule: Subsidy, standard: Standard) -> list[int]:
    """What each payer of a rule gives at this price, before anything is cut to what is left."""
    assert standard.individual_fen is not None
    found: list[int] = []
    for amount in rule.subsidy:
        left_fen = max(0, standard.individual_fen - sum(found))
        found.append(_amount_fen(pack, amount, standard, left_fen))
    return found


def _amount_fen(pack: Pack, amount: Amount, standard: Standard, left_fen: int) -> int:
    own_fen = standard.individual_fen or 0
    base_fen = next(
        (
            item.individual_fen
            for item in pack.standards
            if item.tier == amount.of_tier and item.line == standard.line and item.individual_fen is not None
        ),
        own_fen,
    )
    return amount.gives_fen(own_fen if amount.of_tier is None else base_fen, left_fen)


def no_subsidy_over_the_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.subsidies):
        for standard in _prices(pack, rule):
            assert standard.individual_fen is not None
            fen = sum(_amounts_fen(pack, rule, standard))
            if fen > standard.individual_fen:
                tier = f"{standard.tier}的" if standard.tier else ""
                price = short_yuan(standard.individual_fen)
                yield ("subsidies", index, "subsidy"), f"资助 {short_yuan(fen)} 元，超过{tier}个人缴费标准 {price} 元"
                break


def person_and_payer_make_the_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    """What the notice says the person pays must be the price less the subsidy."""
    for index, rule in enumerate(pack.subsidies):
        if rule.pays_fen is not None and rule.subsidy and not rule.paid_back:
            for standard in _prices(pack, rule):
                assert standard.individual_fen is not None
                fen = sum(_amounts_fen(pack, rule, standard))
                if fen + rule.pays_fen != standard.individual_fen:
                    left, said = short_yuan(standard.individual_fen - fen), short_yuan(rule.pays_fen)
                    yield ("subsidies", index, "pays_yuan"), f"个人应缴写 {said}，标准减去资助是 {left}"
                    break
        rates = [amount.rate for amount in rule.subsidy if amount.rate is not None]
        if rule.pays_rate is not None and rates and len(rates) == len(rule.subsidy):
            total = rule.pays_rate + sum(rates)
            if total != 1:
                yield ("subsidies", index, "pays_rate"), f"个人和资助的比例合计 {percent(total)}，应为 100%"


def no_two_rules_without_an_order(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Two rules for one category at one price: nobody said which one counts. Payers in turn are an order."""
    in_turn = pack.combination.rule in ("in_order", "stacking")
    for (_, one), (index, other) in combinations(enumerate(pack.subsidies), 2):
        shared = set(one.categories) & set(other.categories) if set(one.lines) & set(other.lines) else set()
        recognised = {one.recognised, other.recognised} == {"here", "elsewhere"}
        ordered = in_turn and one.payers[:1] != other.payers[:1]
        if shared and not recognised and not ordered and not apart(pack, one.when, other.when):
            yield ("subsidies", index), f"身份“{'、'.join(sorted(shared))}”有两条规则，没有写先后"


def combination_has_an_order(pack: Pack) -> Iterator[tuple[Path, str]]:
    combination = pack.combination
    if combination.rule == "not_said" and not combination.ask:
        yield ("combination",), "通知没有写几个身份怎么办，又不假定时，要写 ask：应向谁询问"
    if combination.rule in ("most_favourable", "not_said"):
        if combination.payers or combination.cap_tier:
            yield ("combination",), f"{combination.rule} 不用 payers 和 cap_tier"
        return
    if not combination.payers:
        yield ("combination",), f"{combination.rule} 要写 payers：支付方的先后"
    if len(set(combination.payers)) < len(combination.payers):
        yield ("combination", "payers"), "payers 里有重复"
    for index, rule in enumerate(pack.subsidies):
        if rule.no_subsidy or rule.is_waiver:
            continue
        for payer in rule.payers or ("",):
            if payer not in combination.payers:
                yield ("subsidies", index), f"支付方“{payer or '（没有写）'}”不在 combination 的 payers 里，没有先后"
    used = {payer for rule in pack.subsidies for payer in rule.payers}
    for index, payer in enumerate(combination.payers):
        if payer not in used:
            yield ("combination", "payers", index), f"支付方“{payer}”没有任何资助"


def incentives_have_a_base(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.incentives):
        if (rule.at_most_rate is None) != (rule.base_ceiling_fen is None):
            yield ("incentives", index), "at_most_rate 和 base_ceiling_yuan 一起写：最多为原限额的多少"
        if (rule.ceiling_fen is None) == (rule.unknown is None):
            yield ("incentives", index), "提高多少：写 ceiling_yuan，通知没有写的写 unknown 和 ask，二者选一"
        if rule.unknown is not None and not rule.ask:
            yield ("incentives", index), "提高多少不知道时要写 ask：应向谁询问"


def refunds_say_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.refunds):
        if (rule.allowed is None) == (rule.unknown is None):
            yield ("refunds", index), "能不能退：写 allowed，通知没有写的写 unknown 和 ask，二者选一"
        if rule.unknown is not None and not rule.ask:
            yield ("refunds", index), "能不能退不知道时要写 ask：应向谁询问"
