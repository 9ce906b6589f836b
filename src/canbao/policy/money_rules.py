"""Who pays how much: the lines of a bill, their prices, the subsidies, and what happens when several apply."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from canbao.kernel.fen import share_of
from canbao.policy.conditions import Condition
from canbao.policy.rule import Frozen, Rule, Silence, one_or_many
from canbao.policy.values import Rate, Yuan

UNNAMED = "通知没有写明的一方"  # who pays, where the notice does not say
BASIC = "基本医保"  # the line that every bill has


class Line(Rule):
    """Something else on the bill beside the basic contribution: long-term care, mutual aid, an earlier year."""

    name: str = Field(description="这一项的名称，如 长期护理保险")
    by_choice: bool = Field(False, description="自愿的：本人选了才有")
    when: Condition = Field(Condition(), description="哪些人有这一项")
    times: Literal["repaired_years"] | None = Field(None, description="乘以补缴的年数（repaired_years）")


class PartOfYear(Frozen):
    """Who pays after the benefit period has begun pays for the months that are left."""

    counts_from: Literal["month_paid", "next_month"] = Field(description="从缴费当月还是次月起算剩余月数")
    rounded: Literal["half_up", "up", "down"] = Field("half_up", description="四舍五入、进位还是舍去")
    to: Literal["yuan", "jiao", "fen"] = Field("fen", description="算到元、角还是分")


class Standard(Rule):
    """One price. Of the prices of a line and tier, the first whose condition fits counts."""

    name: str | None = Field(None, description="名称；上级方案的标准被修改时用来指认")
    line: str | None = Field(None, description="账单上的哪一项；基本医保不写")
    tier: str | None = Field(None, description="档次名称；不分档时不写")
    aliases: tuple[str, ...] = Field((), description="档次的其他写法")
    when: Condition = Field(Condition(), description="哪些人、何时缴费适用；第一个适用的算")
    individual_fen: Yuan | None = Field(None, alias="individual_yuan", description="个人缴费标准")
    individual: Silence | None = Field(None, description="通知没有写个人缴费标准时：不知道什么、问谁")
    government_fen: Yuan | None = Field(None, alias="government_yuan", description="财政补助标准")
    government: Silence | None = Field(None, description="通知没有写财政补助标准时：不知道什么、问谁")
    total_fen: Yuan | None = Field(None, alias="total_yuan", description="筹资标准（两者之和）")
    enjoys: str | None = Field(None, description="享受哪一档的待遇，与所缴的档不同时写")
    part_of_year: PartOfYear | None = Field(None, description="待遇期开始后缴费的，按剩余月数缴")


class Amount(Frozen):
    """What one payer gives: exactly one of all of it, a sum, a share of a price, or what is left."""

    full: Literal[True] | None = Field(None, description="全额")
    yuan_fen: Yuan | None = Field(None, alias="yuan", description="定额")
    rate: Rate | None = Field(None, description="按比例")
    rest: Literal[True] | None = Field(None, description="前面各方付过以后剩下的全部")
    of_tier: str | None = Field(None, description="按哪一档的价格计算比例或全额；不写即本人的价格")
    of_rest: Literal[True] | None = Field(None, description="比例按前面各方付过以后剩下的算")
    at_most_fen: Yuan | None = Field(None, alias="at_most_yuan", description="最多多少")
    payer: str | None = Field(None, description="由谁支付")
    payer_unknown: Silence | None = Field(None, description="通知没有写由谁支付时：不知道什么、问谁")
    payers: dict[str, Rate] = Field({}, description="几方按比例分担：支付方: 比例，合计 100%")
    waived: Literal[True] | None = Field(None, description="免缴：没有人替他付")

    def gives_fen(self, base_fen: int, left_fen: int) -> int:
        """What it comes to: `base_fen` is the price that shares are taken of, `left_fen` what earlier payers left."""
        if self.rest:
            fen = left_fen
        elif self.full:
            fen = base_fen
        elif self.rate is not None:
            fen = share_of(left_fen if self.of_rest else base_fen, self.rate)
        else:
            fen = self.yuan_fen or 0
        return fen if self.at_most_fen is None else min(fen, self.at_most_fen)

    @property
    def payer_rates(self) -> tuple[tuple[str, Decimal], ...]:
        """Everybody who pays a part of it, with their part."""
        if self.payers:
            return tuple(self.payers.items())
        return ((UNNAMED if self.payer_unknown else self.payer or "", Decimal(1)),)


class Subsidy(Rule):
    """What the people of some categories get. Amounts, or a silence, or nothing at all (`no_subsidy`)."""

    name: str | None = Field(None, description="名称；上级方案的资助被修改时用来指认")
    categories: tuple[str, ...] = Field(min_length=1, description="身份；只有一个时可写 category")
    lines: tuple[str, ...] = Field((BASIC,), min_length=1, description="资助账单上的哪几项；不写只资助基本医保")
    when: Condition = Field(Condition(), description="还要符合什么")
    recognised: Literal["here", "elsewhere"] | None = Field(None, description="身份由本地还是外地认定")
    subsidy: tuple[Amount, ...] = Field((), description="金额；几方先后支付的写成列表")
    no_subsidy: Literal[True] | None = Field(None, description="没有资助，或不再资助")
    unknown: str | None = Field(None, description="金额不在本通知里：不知道什么")
    ask: str | None = Field(None, description="应向谁询问")
    payer: str | None = Field(None, description="金额不知道时，已知的支付方")
    only_if_nothing_before: Literal[True] | None = Field(None, description="前面的支付方已有资助的人不适用")
    paid_back: Literal[True] | None = Field(None, description="先由本人缴，以后返还")
    also_if_covered_elsewhere: Literal[True] | None = Field(None, description="已在别处参保的人也给（返还）")
    pays_fen: Yuan | None = Field(None, alias="pays_yuan", description="个人应缴，用来核对")
    pays_rate: Rate | None = Field(None, description="个人负担比例，用来核对")

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, data: Any) -> Any:
        data = one_or_many(one_or_many(data, "category", "categories"), "line", "lines")
        if isinstance(data, dict) and isinstance(data.get("subsidy"), dict):
            return {**data, "subsidy": [data["subsidy"]]}
        return data

    @property
    def payers(self) -> tuple[str, ...]:
        """Who pays, as far as it is known; nobody for a waiver."""
        named = [payer for amount in self.subsidy for payer, _ in amount.payer_rates if payer]
        return tuple(dict.fromkeys(named or ([self.payer] if self.payer else [])))

    @property
    def is_waiver(self) -> bool:
        return any(amount.waived for amount in self.subsidy)


class Combination(Rule):
    """Several categories at once. `in_order` names the payers in their order; each fills up to the cap."""

    rule: Literal["most_favourable", "in_order", "stacking", "not_said"] = Field(
        description="取最多的一项（most_favourable）、按先后补差（in_order）、各项相加（stacking）、通知没有写（not_said）"
    )
    payers: tuple[str, ...] = Field((), description="in_order：支付方的先后")
    cap_tier: str | None = Field(None, description="各方合计不超过哪一档的个人缴费标准；不写即本人的价格")
    ask: str | None = Field(None, description="not_said：应向谁询问")
    same_payer_assumed: str | None = Field(None, description="同一支付方的几个身份取最高一项，是我们的假定：理由")
