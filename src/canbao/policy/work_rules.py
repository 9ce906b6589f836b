"""The offices' side: rosters, collecting and handing in money, targets, whom to call."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from canbao.kernel.fen import share_of
from canbao.policy.rule import Frozen, Rule
from canbao.policy.values import Count, Day, Length, Month, Phone, Rate, Yuan


class Roster(Rule):
    """A department's list that is handed over before or during the window."""

    department: str
    categories: tuple[str, ...]
    as_of_month: Month | None = Field(None, description="哪个月的在册人员")
    due: Day | None = Field(None, description="最晚哪天交")


class RosterAdditions(Rule):
    """People who are added while the window is open."""

    due: Day


class Cash(Rule):
    """Limits on cash in a collecting unit's hands."""

    remit_within: Length = Field(description="最长多久汇缴一次")
    on_reaching_fen: Yuan = Field(alias="on_reaching_yuan", description="达到多少即汇缴")
    remark: tuple[str, ...] = Field((), description="缴款书备注栏写什么")
    first_time_papers: tuple[str, ...] = Field((), description="没有税务临时登记的单位首次汇缴要带什么")


class RemittanceOffice(Rule):
    """Where a university hands in its money."""

    registered_in: str
    office: str


class Channel(Rule):
    """A way to pay."""

    name: str


class Receipt(Rule):
    name: str


class Collecting(Frozen):
    receipt: Receipt | None = None
    cash: Cash | None = None
    channels: tuple[Channel, ...] = ()
    universities: tuple[RemittanceOffice, ...] = ()


class TargetUnit(Frozen):
    """One row of the target table. A number that the table leaves blank is None: unknown, not zero."""

    name: str
    population: Count | None = Field(None, description="户籍人口")
    people: Count | None = Field(None, description="参保任务数；表中空白的不写")


class Targets(Rule):
    """How many people have to be enrolled. Unknown is not zero."""

    rate: Rate | None = None
    counts: Literal["resident", "both_schemes"] = Field("resident", description="任务数只含居民医保，还是含职工医保")
    units: tuple[TargetUnit, ...] = ()
    total_population: Count | None = None
    total_people: Count | None = None
    deduction: str | None = Field(None, description="凭什么可以核减")
    unknown: str | None = None
    ask: str | None = None

    def unit(self, name: str) -> TargetUnit | None:
        return next((unit for unit in self.units if unit.name == name), None)


def target_people(population: int, rate: Decimal) -> int:
    """Population × rate, rounded half up to whole people, as the tables do."""
    return share_of(population, rate)


class Contact(Rule):
    name: str
    phone: Phone
