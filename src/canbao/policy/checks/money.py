"""Prices add up, and no subsidy can be more than the price or stand beside another without an order."""

from collections.abc import Iterator
from itertools import combinations

from canbao.kernel.fen import share_of, short_yuan
from canbao.policy.money_rules import Standard, Subsidy
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.values import percent


def tiers_have_names(pack: Pack) -> Iterator[tuple[Path, str]]:
    if len(pack.standards) > 1:
        for index, standard in enumerate(pack.standards):
            if standard.tier is None:
                yield ("standards", index), "有几个标准时，每个都要写档次名称 tier"


def prices_add_up(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, standard in enumerate(pack.standards):
        path, government_fen = ("standards", index), standard.government_fen
        if (government_fen is None) == (standard.government is None):
            yield path, "财政补助：写 government_yuan（金额），通知没有写的写 government: {unknown, ask}，二者选一"
        total_fen, individual_fen = standard.total_fen, standard.individual_fen
        if total_fen is not None and government_fen is not None and total_fen != individual_fen + government_fen:
            sum_text = short_yuan(individual_fen + government_fen)
            yield (*path, "total_yuan"), f"筹资标准写 {short_yuan(total_fen)}，个人加财政是 {sum_text}"


def subsidies_say_one_thing(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.subsidies):
        path: Path = ("subsidies", index)
        said = [rule.subsidy is not None, bool(rule.no_subsidy), rule.unknown is not None]
        if said.count(True) != 1:
            yield path, "资助：subsidy（金额）、no_subsidy（不再资助）、unknown（金额不知道）三者选一"
        if rule.unknown is not None and not rule.ask:
            yield path, "金额不知道时要写 ask：应向谁询问"
        if rule.subsidy is not None:
            amount = rule.subsidy
            ways = [amount.full is not None, amount.yuan_fen is not None, amount.rate is not None]
            if ways.count(True) != 1:
                yield (*path, "subsidy"), "资助方式：full（全额）、yuan（定额）、rate（比例）三者选一"


def _prices(pack: Pack, rule: Subsidy) -> list[Standard]:
    """The prices for which a rule speaks."""
    return [standard for standard in pack.standards if rule.tier in (None, standard.tier)]


def _amount_fen(pack: Pack, rule: Subsidy, standard: Standard) -> int | None:
    amount = rule.subsidy
    if amount is None:
        return None
    base = next((item for item in pack.standards if item.tier == amount.of_tier), standard)
    if amount.full:
        return base.individual_fen
    return share_of(base.individual_fen, amount.rate) if amount.rate is not None else amount.yuan_fen


def no_subsidy_over_the_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(pack.subsidies):
        for standard in _prices(pack, rule):
            fen = _amount_fen(pack, rule, standard)
            if fen is not None and fen > standard.individual_fen:
                tier = f"{standard.tier}的" if standard.tier else ""
                price = short_yuan(standard.individual_fen)
                yield ("subsidies", index, "subsidy"), f"资助 {short_yuan(fen)} 元，超过{tier}个人缴费标准 {price} 元"


def person_and_payer_make_the_price(pack: Pack) -> Iterator[tuple[Path, str]]:
    """What the notice says the person pays must be the price less the subsidy."""
    for index, rule in enumerate(pack.subsidies):
        amount = rule.subsidy
        if rule.pays_fen is not None:
            for standard in _prices(pack, rule):
                fen = _amount_fen(pack, rule, standard)
                if fen is not None and fen + rule.pays_fen != standard.individual_fen:
                    left, said = short_yuan(standard.individual_fen - fen), short_yuan(rule.pays_fen)
                    yield ("subsidies", index, "pays_yuan"), f"个人应缴写 {said}，标准减去资助是 {left}"
        if rule.pays_rate is not None and amount is not None and amount.rate is not None:
            total = rule.pays_rate + amount.rate
            if total != 1:
                yield ("subsidies", index, "pays_rate"), f"个人和资助的比例合计 {percent(total)}，应为 100%"


def no_two_rules_without_an_order(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Two rules for one category at one price: nobody said which one counts. Payers in turn are an order."""
    for (_, one), (index, other) in combinations(enumerate(pack.subsidies), 2):
        shared = set(one.categories) & set(other.categories)
        apart = one.unless or other.unless or (set(one.any_traits) != set(other.any_traits))
        in_turn = pack.combination.rule == "in_order" and _payer(one) != _payer(other)
        if shared and not apart and not in_turn and (None in (one.tier, other.tier) or one.tier == other.tier):
            yield ("subsidies", index), f"身份“{'、'.join(sorted(shared))}”有两条规则，没有写先后"


def _payer(rule: Subsidy) -> str | None:
    return rule.subsidy.payer if rule.subsidy else rule.payer


def combination_has_an_order(pack: Pack) -> Iterator[tuple[Path, str]]:
    combination = pack.combination
    if combination.rule == "most_favourable":
        if combination.payers or combination.cap_tier:
            yield ("combination",), "most_favourable 不用 payers 和 cap_tier"
        return
    if len(set(combination.payers)) < len(combination.payers):
        yield ("combination", "payers"), "payers 里有重复"
    for index, rule in enumerate(pack.subsidies):
        if not rule.no_subsidy and _payer(rule) not in combination.payers:
            yield ("subsidies", index), f"支付方“{_payer(rule) or '（没有写）'}”不在 combination 的 payers 里，没有先后"
