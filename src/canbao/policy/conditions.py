"""When something applies: the one notion that prices, subsidies, lines, ways in, categories and incentives share.

All that a condition gives must hold; an empty one always holds. What cannot be told from the facts is neither yes nor
no: an amount or a start that hangs on it is unknown. Only a day of birth that nobody says lets no way in fit.
"""

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from canbao.policy.rule import Frozen, one_or_many
from canbao.policy.values import Age, Day, Length, Number


class AgeCondition(Frozen):
    """How old somebody is on a day: in completed years (周岁)."""

    at_least: Age | None = Field(None, description="满多少周岁")
    under: Age | None = Field(None, description="不满多少周岁")
    on: Literal["period", "window", "paid"] | Day = Field(
        "period", description="按哪天算：待遇期第一天（period）、缴费期第一天（window）、缴费日（paid）或某一天"
    )


class Times(Frozen):
    """How often or how many; both ends included."""

    at_least: Number | None = Field(None, description="至少几年")
    at_most: Number | None = Field(None, description="至多几年")


class HeldFor(Frozen):
    """How long somebody has held a category on the first day of the benefit period."""

    category: str = Field(description="哪个身份")
    at_least: Length | None = Field(None, description="满多久")
    less_than: Length | None = Field(None, description="不满多久")


class EmployeeCondition(Frozen):
    """What is asked of somebody's time in the employee scheme. All that are given must hold."""

    months_at_least: Length | None = Field(None, description="连续参加职工医保至少多久")
    back_paid: bool | None = Field(None, description="其中有无补缴")
    left_at_most: Length | None = Field(None, description="中断不超过多久")
    left_longer_than: Length | None = Field(None, description="中断超过多久")


class Condition(Frozen):
    """When something applies. All that are given must hold; an empty condition always holds.

    A category may be named with one of its grades: `重度残疾人员（一级）`.
    """

    all_traits: tuple[str, ...] = Field((), description="这些情况都有")
    any_traits: tuple[str, ...] = Field((), description="这些情况至少有一个")
    no_traits: tuple[str, ...] = Field((), description="这些情况都没有")
    all_categories: tuple[str, ...] = Field((), description="这些身份都有")
    any_categories: tuple[str, ...] = Field((), description="这些身份至少有一个")
    no_categories: tuple[str, ...] = Field((), description="这些身份都没有")
    held: HeldFor | None = Field(None, description="某个身份已有多久")
    tiers: tuple[str, ...] = Field((), description="选的是这些档次之一；只有一个时可写 tier")
    age: AgeCondition | None = Field(None, description="年龄")
    born_since: Literal["window", "period"] | Day | None = Field(
        None, description="出生在缴费期（window）、待遇期（period）第一天或某一天及以后"
    )
    born_until: Day | None = Field(None, description="出生在某一天及以前")
    paid_since: Day | None = Field(None, description="某一天及以后缴费")
    paid_until: Day | None = Field(None, description="某一天及以前缴费")
    paid_within_of_birth: Length | None = Field(None, description="出生后多久以内缴费（含最后一天）")
    paid_later_than_birth_by: Length | None = Field(None, description="出生后超过多久才缴费")
    employee: EmployeeCondition | None = Field(None, description="参加职工医保的情况")
    lapsed_years: Times | None = Field(None, description="断保的年数")
    years_in_row: Times | None = Field(None, description="已连续参保的年数")
    claimed: bool | None = Field(None, description="上一年有没有报销过")
    benefit_years: tuple[Number, ...] = Field((), description="待遇期第一天所在的年份是其中之一；用于逐年变化的规定")
    any_of: "tuple[Condition, ...]" = Field((), description="下面至少一组全部符合")
    none_of: "tuple[Condition, ...]" = Field((), description="下面没有一组全部符合")

    @model_validator(mode="before")
    @classmethod
    def _one_tier(cls, data: Any) -> Any:
        return one_or_many(data, "tier", "tiers")

    @property
    def always(self) -> bool:
        """Whether it asks nothing."""
        return self == _ALWAYS

    @property
    def asks_for_a_day(self) -> bool:
        """Whether it looks at anything besides words."""
        born = (self.age, self.born_since, self.born_until, self.paid_within_of_birth, self.paid_later_than_birth_by)
        others = (self.paid_since, self.paid_until, self.held, self.employee, self.lapsed_years)
        return any(day is not None for day in (*born, *others)) or any(
            c.asks_for_a_day for c in (*self.any_of, *self.none_of)
        )

    @property
    def asks_for_payment_day(self) -> bool:
        """Whether it looks at the day of payment."""
        of_payment = (self.paid_since, self.paid_until, self.paid_within_of_birth, self.paid_later_than_birth_by)
        by_age = self.age is not None and self.age.on == "paid"
        inner = any(one.asks_for_payment_day for one in (*self.any_of, *self.none_of))
        return any(day is not None for day in (*of_payment, self.employee)) or by_age or inner


Condition.model_rebuild()
_ALWAYS = Condition()

Anchor = Literal["period", "paid", "next_day", "month_paid", "next_month", "birth"] | Day
"""From which day something is counted; a `date` is that day itself."""


def day_of(when: "Literal['window', 'period'] | date", window_first: date, period_first: date) -> date:
    """The first day of the window or the period, or the day itself."""
    if isinstance(when, date):
        return when
    return window_first if when == "window" else period_first
