"""Prices and subsidies: each says one thing, the figures add up, and no two rules stand beside another without an order."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from canbao.kernel.fen import share_of, short_yuan
from canbao.policy.checks.apart import apart, overlap
from canbao.policy.checks.prices import amounts_fen, prices_for
from canbao.policy.money_rules import BASIC, Amount, Combination, Subsidy
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
        if line.by_choice and line.times is not None:
            yield ("lines", index, "by_choice"), "补缴几年由 repaired_years 说明，不用再选：by_choice 和 times 只写一个"


def prices_say_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, standard in enumerate(pack.standards):
        path: Path = ("standards", index)
        if (standard.individual_fen is None) == (standard.individual is None):
            yield path, "个人缴费：写 individual_yuan（金额），通知没有写的写 individual: {unknown, ask}，二者选一"
        both = [standard.government_fen is not None, standard.government is not None]
        if all(both) or (standard.line is None and not any(both)):
            yield path, "财政补助：写 government_yuan（金额），通知没有写的写 government: {unknown, ask}，二者选一"
        if standard.aliases and standard.tier is None:
            yield (*path, "aliases"), "aliases 是档次的其他写法，要和 tier 一起写"
        if standard.enjoys is not None and standard.enjoys == standard.tier:
            yield (*path, "enjoys"), "享受的就是所缴的这一档，不用写 enjoys"


def prices_add_up(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, standard in enumerate(pack.standards):
        total_fen, individual_fen, government_fen = (
            standard.total_fen,
            standard.individual_fen,
            standard.government_fen,
        )
        path: Path = ("standards", index, "total_yuan")
        if total_fen is None:
            continue
        if individual_fen is None or government_fen is None:
            known_fen = individual_fen or government_fen or 0
            if known_fen > total_fen:
                yield path, f"筹资标准写 {short_yuan(total_fen)}，比其中的 {short_yuan(known_fen)} 还少"
        elif total_fen != individual_fen + government_fen:
            sum_text = short_yuan(individual_fen + government_fen)
            yield path, f"筹资标准写 {short_yuan(total_fen)}，个人加财政是 {sum_text}"


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
        if rule.payer is not None and rule.unknown is None:
            yield (*path, "payer"), "payer 写进 subsidy 的括号里：subsidy: {…, payer: …}"
        if rule.ask is not None and rule.unknown is None:
            yield (*path, "ask"), "ask 和 unknown（金额不知道）一起写"
        for number, amount in enumerate(rule.subsidy):
            where: Path = (*path, "subsidy", number)
            yield from _amount_says_one_thing(rule, amount, number, where)
            yield from _amount_is_an_amount(amount, where)


def _amount_says_one_thing(rule: Subsidy, amount: Amount, number: int, where: Path) -> Iterator[tuple[Path, str]]:
    ways = [amount.full, amount.yuan_fen, amount.rate, amount.rest]
    if sum(way is not None for way in ways) != 1:
        yield where, "资助方式：full（全额）、yuan（定额）、rate（比例）、rest（其余）四者选一"
    payers = [bool(amount.payer), bool(amount.payers), bool(amount.waived), amount.payer_unknown is not None]
    if payers.count(True) != 1:
        yield (
            where,
            "谁付：payer（一方）、payers（几方按比例）、waived（免缴，没有人付）、payer_unknown（通知没有写谁付）四者选一",
        )
    if amount.waived and len(rule.subsidy) > 1:
        yield where, "免缴不能和别人支付的写在同一条里，请另写一条"
    if amount.waived and rule.paid_back:
        yield where, "免缴的没有缴，也就没有返还：waived 和 paid_back 只写一个"
    if (amount.rest or amount.of_rest) and number == 0:
        yield where, "“其余”前面没有别的支付方"
    if amount.of_rest and amount.rate is None:
        yield where, "of_rest 和 rate 一起写"
    if amount.of_rest and amount.of_tier:
        yield where, "of_rest（剩下的）和 of_tier（某一档的价格）只写一个"
    if amount.of_tier and amount.full is None and amount.rate is None:
        yield where, "of_tier 和 full 或 rate 一起写"


def _amount_is_an_amount(amount: Amount, where: Path) -> Iterator[tuple[Path, str]]:
    if amount.payers and sum(amount.payers.values()) != 1:
        total = percent(sum(amount.payers.values(), Decimal(0)))
        yield (*where, "payers"), f"几方分担的比例合计 {total}，应为 100%"
    for key, value in (("yuan", amount.yuan_fen), ("rate", amount.rate), ("at_most_yuan", amount.at_most_fen)):
        if value == 0:
            yield (*where, key), f"{key} 是零，等于没有资助：不再资助的写 no_subsidy: true"
    for payer, rate in amount.payers.items():
        if rate == 0:
            yield (*where, "payers", payer), f"“{payer}”分担 0%，就不用写"
    if amount.at_most_fen is not None and amount.yuan_fen is not None and amount.at_most_fen < amount.yuan_fen:
        most, fixed = short_yuan(amount.at_most_fen), short_yuan(amount.yuan_fen)
        yield (*where, "at_most_yuan"), f"最多 {most} 元，少于定额 {fixed} 元"


def no_subsidy_over_the_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.subsidies):
        for standard in prices_for(pack, rule):
            if standard.individual_fen is None:
                continue
            given = amounts_fen(pack, rule, standard)
            if sum(given) > standard.individual_fen:
                price = short_yuan(standard.individual_fen)
                over = next(n for n in range(len(given)) if sum(given[: n + 1]) > standard.individual_fen)
                which = f"{standard.line or ''}{standard.tier or ''}"
                yield (
                    ("subsidies", index, "subsidy", over),
                    f"资助 {short_yuan(sum(given))} 元，超过{which + '的' if which else ''}个人缴费标准 {price} 元",
                )
                break


def person_and_payer_make_the_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    """What the notice says the person pays must be the price less the subsidy."""
    for index, rule in enumerate(pack.subsidies):
        path: Path = ("subsidies", index)
        if rule.unknown is not None:
            for key, value in (("pays_yuan", rule.pays_fen), ("pays_rate", rule.pays_rate)):
                if value is not None:
                    yield (*path, key), f"资助金额不知道，就不知道个人缴多少：{key} 和 unknown 只写一个"
            continue
        if rule.paid_back:
            continue  # the person pays all of it now
        for standard in prices_for(pack, rule):
            if standard.individual_fen is None or standard.part_of_year is not None:
                continue
            left_fen = standard.individual_fen - sum(amounts_fen(pack, rule, standard))
            if rule.pays_fen is not None and rule.pays_fen != left_fen:
                said = short_yuan(rule.pays_fen)
                yield (*path, "pays_yuan"), f"个人应缴写 {said}，标准减去资助是 {short_yuan(left_fen)}"
                break
            if rule.pays_rate is not None and abs(share_of(standard.individual_fen, rule.pays_rate) - left_fen) > 1:
                rates = [amount.rate for amount in rule.subsidy if amount.rate is not None and not amount.of_rest]
                if len(rates) == len(rule.subsidy):
                    total = percent(rule.pays_rate + sum(rates))
                    yield (*path, "pays_rate"), f"个人和资助的比例合计 {total}，应为 100%"
                else:
                    own = short_yuan(share_of(standard.individual_fen, rule.pays_rate))
                    left = short_yuan(left_fen)
                    yield (
                        (*path, "pays_rate"),
                        f"个人负担 {percent(rule.pays_rate)} 是 {own} 元，标准减去资助是 {left} 元",
                    )
                break


def no_two_rules_without_an_order(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Two rules for one category at one price: nobody said which one counts. Payers in turn are an order."""
    in_turn = pack.combination.rule in ("in_order", "stacking")
    for (number, one), (index, other) in combinations(enumerate(pack.subsidies), 2):
        if set(one.lines).isdisjoint(other.lines) or {one.recognised, other.recognised} == {"here", "elsewhere"}:
            continue
        shared = [name for name in other.categories if any(overlap(pack, name, theirs) for theirs in one.categories)]
        ordered = in_turn and one.payers[:1] != other.payers[:1]
        if shared and not ordered and not apart(pack, one.when, other.when):
            names, first = "、".join(shared), f"第 {number + 1} 条（{'、'.join(one.categories)}）"
            yield ("subsidies", index), f"身份“{names}”有两条规则，没有写先后：另一条是{first}"


def combination_has_an_order(pack: Pack) -> Iterator[tuple[Path, str]]:
    combination = pack.combination
    path: Path = ("combination",)
    yield from _keys_of_the_rule(combination)
    if combination.rule == "not_said" and not combination.ask:
        yield path, "通知没有写几个身份怎么办，又不假定时，要写 ask：应向谁询问"
    if combination.rule in ("most_favourable", "not_said"):
        return
    if not combination.payers:
        yield path, f"{combination.rule} 要写 payers：支付方的先后"
    for index, rule in enumerate(pack.subsidies):
        if rule.no_subsidy or rule.is_waiver:
            continue
        for payer in rule.payers or ("",):
            if payer not in combination.payers:
                own = rule.notice == combination.notice  # else the order is ours to mend, and not the other's subsidy
                place: Path = ("subsidies", index) if own else ("combination", "payers")
                yield place, f"支付方“{payer or '（没有写）'}”不在 combination 的 payers 里，没有先后：加进 payers"
    used = {payer for rule in pack.subsidies for payer in rule.payers}
    for index, payer in enumerate(combination.payers):
        if payer not in used:
            yield ("combination", "payers", index), f"支付方“{payer}”没有任何资助"


def _keys_of_the_rule(combination: Combination) -> Iterator[tuple[Path, str]]:
    """A key that this way of combining does not look at was meant for another."""
    in_turn = combination.rule in ("in_order", "stacking")
    for key, is_set, looked_at in (
        ("payers", bool(combination.payers), in_turn),
        ("cap_tier", combination.cap_tier is not None, in_turn),
        ("same_payer_assumed", combination.same_payer_assumed is not None, combination.rule == "in_order"),
        ("ask", combination.ask is not None, combination.rule == "not_said"),
    ):
        if is_set and not looked_at:
            yield ("combination", key), f"{combination.rule} 不用 {key}"


def only_if_nothing_before_has_somebody_before(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Only payers in turn have a "before", and the first of them has none unless somebody is exempt from paying."""
    combination = pack.combination
    waivers = any(rule.is_waiver for rule in pack.subsidies)
    for index, rule in enumerate(pack.subsidies):
        if not rule.only_if_nothing_before:
            continue
        path: Path = ("subsidies", index, "only_if_nothing_before")
        if combination.rule not in ("in_order", "stacking"):
            yield path, f"combination 是 {combination.rule}，支付方没有先后，only_if_nothing_before 不起作用"
        elif not rule.subsidy and rule.unknown is None:
            yield path, "没有资助的，只在前面没有资助时才给也是没有：不写 only_if_nothing_before"
        elif rule.payers and rule.payers[:1] == combination.payers[:1] and not waivers:
            yield path, f"“{rule.payers[0]}”排在最前，前面没有别的支付方"


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
