"""The offices' side: rosters, collecting and handing in money, targets, whom to call."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from canbao.kernel.fen import share_of
from canbao.policy.rule import Frozen, Rule
from canbao.policy.values import Count, Day, Length, Month, Phone, Rate, Yuan


class Roster(Rule):
    """A department's list that is handed over before or during the window."""

    department: str = Field(description="由哪个部门交")
    categories: tuple[str, ...] = Field(description="哪些身份")
    as_of_month: Month | None = Field(None, description="哪个月的在册人员")
    due: Day | None = Field(None, description="最晚哪天交")


class RosterAdditions(Rule):
    """People who are added while the window is open."""

    due: Day = Field(description="最晚哪天交")


class Cash(Rule):
    """Limits on cash in a collecting unit's hands: of time, of the sum, or both, whichever comes first."""

    remit_within: Length | None = Field(None, description="最长多久汇缴一次")
    on_reaching_fen: Yuan | None = Field(None, alias="on_reaching_yuan", description="达到多少即汇缴")
    remark: tuple[str, ...] = Field((), description="缴款书备注栏写什么")
    first_time_papers: tuple[str, ...] = Field((), description="没有税务临时登记的单位首次汇缴要带什么")

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.remit_within is None and self.on_reaching_fen is None:
            raise ValueError("cash 至少要有一项：remit_within（最长多久）或 on_reaching_yuan（达到多少）")
        return self


class RemittanceOffice(Rule):
    """Where a university hands in its money."""

    registered_in: str = Field(description="注册在哪里的高校")
    office: str = Field(description="到哪个税务机关汇缴")


class Channel(Rule):
    """A way to pay."""

    name: str = Field(description="怎样缴费，如 微信、代收")


class Receipt(Rule):
    name: str = Field(description="票据的名称")


class Collecting(Frozen):
    receipt: Receipt | None = Field(None, description="开什么票据")
    cash: Cash | None = Field(None, description="收到的现金何时汇缴")
    channels: tuple[Channel, ...] = Field((), description="缴费渠道")
    universities: tuple[RemittanceOffice, ...] = Field((), description="高校到哪里汇缴")


class TargetUnit(Frozen):
    """One row of the target table. A number that the table leaves blank is None: unknown, not zero."""

    name: str = Field(description="单位")
    population: Count | None = Field(None, description="户籍人口")
    people: Count | None = Field(None, description="参保任务数；表中空白的不写")


class Targets(Rule):
    """How many people have to be enrolled. Unknown is not zero."""

    rate: Rate | None = Field(None, description="参保率")
    counts: Literal["resident", "both_schemes"] = Field("resident", description="任务数只含居民医保，还是含职工医保")
    units: tuple[TargetUnit, ...] = Field((), description="任务表，每个单位一行")
    total_population: Count | None = Field(None, description="表中的户籍人口合计")
    total_people: Count | None = Field(None, description="表中的任务数合计")
    deduction: str | None = Field(None, description="凭什么可以核减")
    unknown: str | None = Field(None, description="没有数字时：不知道什么")
    ask: str | None = Field(None, description="应向谁询问")

    def unit(self, name: str) -> TargetUnit | None:
        return next((unit for unit in self.units if unit.name == name), None)


def target_people(population: int, rate: Decimal) -> int:
    """Population × rate, rounded half up to whole people, as the tables do."""
    return share_of(population, rate)


class Contact(Rule):
    name: str = Field(description="谁的电话")
    phone: Phone = Field(description="电话号码")
