"""What every rule of a pack has: where it is written, or why we assumed it.

`clause` is the number of the clause in the notice (`四（二）`, `五`, `附件`; `全文` for what stands outside any
numbered clause). `assumed` says why the rule holds although the notice does not say so; it travels to every answer that
rests on it. `derived` names single fields whose figure we worked out instead of copying, each with the reason.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """Immutable, and a key that is not known is an error instead of being skipped."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Rule(Frozen):
    """One thing that the notice decides."""

    clause: str | None = Field(None, description="出处：通知中的条款号，如 四（二）；有两处时写 二（一）、二（五）")
    assumed: str | None = Field(None, description="通知没有写明而由我们假定的，写明理由；答案会一直带着它")
    derived: dict[str, str] = Field({}, description="由我们推算、不能在条款里直接找到的数字：键名: 理由")
    says: str | None = Field(None, description="用我们自己的话说明这条规则，不照抄通知")
    notice: str | None = Field(None, description="出自哪份通知；从上级方案继承来的规则自动带上，不用自己写")

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses one by one, where a rule stands in several."""
        return tuple(self.clause.split("、")) if self.clause else ()

    @property
    def where(self) -> str:
        """The clause as people cite it; with the notice before it where that is not this pack's own."""
        clause = self.clause or ""
        return f"{self.notice}{clause}" if self.notice else clause


class Silence(Frozen):
    """What the notice leaves to others: an answer that has to be asked for, never a zero."""

    unknown: str = Field(description="什么不知道")
    ask: str = Field(description="应向谁询问")


class NoRule(Frozen):
    """Clauses of the notice, or some words in them, about which the pack says nothing on purpose."""

    clauses: tuple[str, ...] = Field(min_length=1, description="通知的哪些条款")
    because: str = Field(description="为什么不写规则，如 只是分工")
    words: tuple[str, ...] = Field((), description="只是这几个数字或名称没有规则；不写即整条（含下面各款）")


def one_or_many(data: Any, one: str, many: str) -> Any:
    """Let people write `category: X` for `categories: [X]`."""
    if isinstance(data, dict) and one in data and many not in data:
        return {**{key: value for key, value in data.items() if key != one}, many: [data[one]]}
    return data
