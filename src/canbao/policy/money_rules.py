"""Who pays how much: the price, the subsidies, and what happens when several apply."""

from typing import Any, Literal

from pydantic import Field, model_validator

from canbao.policy.rule import Frozen, Rule, Silence, one_or_many
from canbao.policy.values import Rate, Yuan


class Standard(Rule):
    """One price. A pack with a single price gives it no `tier`; a pack with several names each."""

    tier: str | None = Field(None, description="档次名称；只有一个标准时不写")
    aliases: tuple[str, ...] = Field((), description="档次的其他写法")
    individual_fen: Yuan = Field(alias="individual_yuan", description="个人缴费标准")
    government_fen: Yuan | None = Field(None, alias="government_yuan", description="财政补助标准")
    government: Silence | None = Field(None, description="通知没有写财政补助标准时：不知道什么、问谁")
    total_fen: Yuan | None = Field(None, alias="total_yuan", description="筹资标准（两者之和）")


class Amount(Frozen):
    """What one payer gives: exactly one of all of it, a sum, or a share of a price."""

    full: Literal[True] | None = Field(None, description="全额")
    yuan_fen: Yuan | None = Field(None, alias="yuan", description="定额")
    rate: Rate | None = Field(None, description="按比例")
    of_tier: str | None = Field(None, description="按哪一档的价格计算比例或全额；不写即本人所选的价格")
    payer: str = Field(description="由谁支付")


class Subsidy(Rule):
    """What the people of some categories get. An amount, or a silence, or nothing at all (`no_subsidy`)."""

    categories: tuple[str, ...] = Field(min_length=1, description="身份；只有一个时可写 category")
    tier: str | None = Field(None, description="只适用于这一档")
    subsidy: Amount | None = None
    no_subsidy: Literal[True] | None = Field(None, description="通知写明不再资助")
    unknown: str | None = Field(None, description="金额不在本通知里：不知道什么")
    ask: str | None = Field(None, description="应向谁询问")
    payer: str | None = Field(None, description="金额不知道时，已知的支付方")
    any_traits: tuple[str, ...] = Field((), description="只适用于至少有这些情况之一的人，如 本地户籍")
    unless: tuple[str, ...] = Field((), description="同时有这些身份的人不适用")
    only_if_nothing_before: Literal[True] | None = Field(None, description="前面的支付方已有资助的人不适用")
    pays_fen: Yuan | None = Field(None, alias="pays_yuan", description="个人应缴，用来核对")
    pays_rate: Rate | None = Field(None, description="个人负担比例，用来核对")

    @model_validator(mode="before")
    @classmethod
    def _one_category(cls, data: Any) -> Any:
        return one_or_many(data, "category", "categories")


class Combination(Rule):
    """Several categories at once. `in_order` names the payers in their order; each fills up to the cap."""

    rule: Literal["most_favourable", "in_order"]
    payers: tuple[str, ...] = Field((), description="in_order：支付方的先后")
    cap_tier: str | None = Field(None, description="in_order：各方合计不超过哪一档的个人缴费标准；不写即本人的价格")
    same_payer_assumed: str | None = Field(None, description="同一支付方的几个身份取最高一项，是我们的假定：理由")
