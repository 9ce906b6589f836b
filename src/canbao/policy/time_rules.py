"""When people pay and from when they are covered. Paying and being covered are two things, never one "year"."""

from datetime import date
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from canbao.kernel.days import Period
from canbao.policy.conditions import Anchor, Condition
from canbao.policy.rule import Frozen, Rule
from canbao.policy.values import Day, DayOfMonth, Length, Number, Rate, Yuan


def _in_order(last: date, info: ValidationInfo) -> date:
    """Where the first day is one, the last cannot lie before it."""
    first = info.data.get("first")
    if first is not None and last < first:
        raise ValueError(f"结束（{last}）早于开始（{first}）")
    return last


class Window(Rule):
    """The collection window: when everyone may pay. Cover then starts with the benefit period."""

    first: Day = Field(description="哪天开始缴费")
    last: Day = Field(description="最后一天（含）")
    afterwards: str | None = Field(None, description="错过的人，除了各种补缴情形外还能怎么办")

    _in_order = field_validator("last")(_in_order)

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)


class BenefitPeriod(Rule):
    """When those who paid are covered."""

    first: Day = Field(description="哪天开始享受待遇")
    last: Day = Field(description="最后一天（含）")

    _in_order = field_validator("last")(_in_order)

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)


class LongLapse(Frozen):
    """After so many lapsed years the whole wait is never shorter than this, whatever was repaired."""

    years: Number = Field(description="断保满多少年")
    at_least: Length = Field(description="合计不少于多久")


class Wait(Frozen):
    """A waiting period (待遇等待期): a fixed part, and a part that grows with the years without cover.

    National frame: 国办发〔2024〕38号. What it leaves to provinces are keys here.
    """

    fixed: Length = Field(description="固定等待期")
    each_lapsed_year: Length | None = Field(None, description="变动等待期：每断保一年加多久")
    free_years: Number = Field(1, description="前几个断保年度不加")
    repaired: bool = Field(False, description="每补缴一年减去一份变动等待期")
    long_lapse: LongLapse | None = Field(None, description="断保多年的，合计不少于多久")


class Start(Frozen):
    """The first day of cover: an anchor, and perhaps a length or a wait after it."""

    anchor: Anchor = Field(
        alias="from",
        description="从哪天算：待遇期第一天（period）、缴费日（paid）、缴费次日（next_day）、缴费当月第一天（month_paid）、"
        "次月第一天（next_month）、出生日（birth）或某一天",
    )
    plus: Length | None = Field(None, description="再过多久，如 1天（次日）、6个月")
    wait: Wait | None = Field(None, description="等待期，随断保年数变化的")
    before_period: bool = Field(False, description="可以早于待遇期第一天")
    cover_until: Day | None = Field(None, description="待遇到哪天为止；不写即到待遇期最后一天")


class WayIn(Rule):
    """Somebody for whom the window or the start is different. The first one in the list that fits is taken."""

    @property
    def is_for_newborns(self) -> bool:
        """Whether it asks when somebody was born."""
        when = self.when
        return any(
            one is not None for one in (when.born_since, when.paid_within_of_birth, when.paid_later_than_birth_by)
        )

    name: str = Field(description="名称；拒绝时会列给人看，写得让人懂")
    when: Condition = Field(Condition(), description="哪些人；不写即所有人")
    paid: Literal["in_window", "after_window", "any_time"] = Field(
        "after_window",
        description="何时缴费：集中缴费期后（after_window）、期内（in_window）、缴费期第一天起的任何时候（any_time）",
    )
    until: Day | None = Field(None, description="最晚哪天缴费；不写即到待遇期最后一天")
    starts: Start | None = Field(None, description="从哪天开始享受待遇")
    may_pay: Literal["unknown"] | None = Field(
        None, description="能不能缴，通知没有写：写 unknown；要同时写 unknown 和 ask"
    )
    unknown: str | None = Field(None, description="起始日（或能不能缴）不在本通知里：不知道什么")
    ask: str | None = Field(None, description="应向谁询问")


class MonthlyAdjustment(Rule):
    """After the window: the departments' changes of every month."""

    due_day: DayOfMonth = Field(description="每月几日前报送")
    categories: tuple[str, ...] = Field(description="哪些身份动态纳入")
    fully_subsidised: Literal["enrol"] = Field("enrol", description="全额资助而未参保：由经办机构直接登记")
    partly_subsidised: Literal["persuade"] = Field("persuade", description="定额资助而未参保：名单交乡镇动员")


class Readjustment(Rule):
    """From this day on its roster decides about whoever has paid by then; differences are given back or billed.

    Before it, `decided` of each category does.
    """

    roster_of: Day = Field(description="按哪天的名册")


class Task(Rule):
    """One entry of the campaign's calendar."""

    what: str = Field(description="做什么")
    who: str = Field(description="谁来做")
    first: Day | None = Field(None, description="哪天开始")
    last: Day | None = Field(None, description="最晚哪天")
    every_month_on: DayOfMonth | None = Field(None, description="每月几日")


class Incentive(Rule):
    """What somebody earns by staying covered, or by claiming nothing: a higher ceiling (最高支付限额)."""

    name: str = Field(description="激励的名称")
    when: Condition = Field(description="哪些人")
    ceiling_fen: Yuan | None = Field(None, alias="ceiling_yuan", description="提高多少")
    unknown: str | None = Field(None, description="提高多少不在本通知里：不知道什么")
    ask: str | None = Field(None, description="应向谁询问")
    each_year_from: Number | None = Field(None, description="连续参保满这么多年后，每多一年再提高一次")
    at_most_rate: Rate | None = Field(None, description="最多为原限额的多少")
    base_ceiling_fen: Yuan | None = Field(None, alias="base_ceiling_yuan", description="原限额")


class RefundRule(Rule):
    """For which reason, until when, and of which payment money is given back."""

    reason: str = Field(description="什么情形，如 缴费后死亡、重复缴费")
    allowed: Literal["before_period", "in_period", "any_time", "never"] | None = Field(
        None, description="待遇期开始前、待遇期结束前、任何时候、不退"
    )
    unknown: str | None = Field(None, description="能不能退不在本通知里：不知道什么")
    ask: str | None = Field(None, description="应向谁询问")
    until: Day | None = Field(None, description="最晚哪天提出")
    within: Length | None = Field(None, description="缴费后多久以内提出")
    of: Literal["all", "later", "earlier", "difference"] = Field(
        "all", description="退全部；重复的两笔中退后一笔、前一笔；只退差额"
    )
