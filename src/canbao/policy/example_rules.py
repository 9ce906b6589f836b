"""Worked answers: what a pack promises, in a form that anybody can read and add to."""

from typing import Any, Literal

from pydantic import Field

from canbao.policy.rule import Frozen
from canbao.policy.values import Count, Day, Yuan


class TargetExample(Frozen):
    unit: str = Field(description="哪个单位")
    people: Count | Literal["unknown"] = Field(description="任务数；表中空白的写 unknown")


class Example(Frozen):
    """One worked answer. Only what is given is compared; `unknown` says that the answer must be unknown."""

    case: str = Field(description="一句话说明情形")
    clause: str = Field(description="依据")
    facts: dict[str, Any] = Field({}, description="已知情况，与 assess 的输入相同")
    individual_fen: Yuan | Literal["unknown"] | None = Field(
        None, alias="individual_yuan", description="个人缴费标准；不知道写 unknown"
    )
    government_fen: Yuan | Literal["unknown"] | None = Field(
        None, alias="government_yuan", description="财政补助；不知道写 unknown"
    )
    pays_fen: Yuan | Literal["unknown"] | None = Field(
        None, alias="pays_yuan", description="本人缴多少；不知道写 unknown"
    )
    shares_yuan: dict[str, Yuan] | None = Field(None, description="支付方: 金额；写 {} 表示没有人资助")
    lines_yuan: dict[str, Yuan | Literal["unknown"]] | None = Field(
        None, description="账单各项: 个人应缴；按账单的先后，基本医保在最前"
    )
    waived_fen: Yuan | None = Field(None, alias="waived_yuan", description="免缴的合计")
    paid_back_yuan: dict[str, Yuan] | None = Field(None, description="支付方: 先缴后返的金额")
    enjoys: str | None = Field(None, description="享受哪一档的待遇")
    earns_yuan: dict[str, Yuan | Literal["unknown"]] | None = Field(
        None, description="激励名称: 限额提高多少；写 {} 表示没有"
    )
    refund: Literal["all", "later", "earlier", "difference", "none", "unknown"] | None = Field(
        None, description="要求退费的：退什么；none 不退，unknown 本通知没有写"
    )
    covered_from: Day | Literal["unknown"] | None = Field(None, description="待遇从哪天起；不知道写 unknown")
    covered_until: Day | None = Field(None, description="待遇到哪天止")
    refused: str | None = Field(None, description="拒绝的代码")
    assumed: bool | str | None = Field(None, description="答案是否带有假定（true）；要指明哪一个，写它的几个字")
    target: TargetExample | None = Field(None, description="不问人，问任务数")
