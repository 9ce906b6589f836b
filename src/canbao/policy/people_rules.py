"""Who is meant: traits, categories, who may enrol and who may not."""

from typing import Literal

from pydantic import Field

from canbao.policy.rule import Frozen, Rule
from canbao.policy.values import Length


class Trait(Frozen):
    """A fact about a person that a rule looks at, such as being a student. Words only, no rule."""

    name: str
    means: str = Field(description="是什么意思，如何证明")
    aliases: tuple[str, ...] = ()
    presumed_unless: tuple[str, ...] = Field((), description="没有写明这些情况之一时，视为具有本情况")


class Category(Rule):
    """Why someone is subsidised, as a department recognises it and as rosters write it."""

    name: str
    aliases: tuple[str, ...] = Field((), description="花名册上的其他写法")
    aliases_with_grade: tuple[str, ...] = Field((), description="只有同时写明等级时才算的写法，如 残疾人")
    department: str = Field(description="由哪个部门认定、提供花名册")
    grades: tuple[str, ...] = Field((), description="等级，如 一级；属于本身份的")
    outside_grades: tuple[str, ...] = Field((), description="花名册上会出现、但不属于本身份的等级")
    extends_to: tuple[str, ...] = Field((), description="除本人外还包括谁，如 子女")


class EmployeeCondition(Frozen):
    """What is asked of somebody's time in the employee scheme. All that are given must hold."""

    months_at_least: Length | None = Field(None, description="连续参加职工医保至少多久")
    back_paid: bool | None = Field(None, description="其中有无补缴")
    left_at_most: Length | None = Field(None, description="中断不超过多久")
    left_longer_than: Length | None = Field(None, description="中断超过多久")


class Condition(Frozen):
    """When something applies. All that are given must hold; an empty condition always holds."""

    all_traits: tuple[str, ...] = Field((), description="这些情况都有")
    any_traits: tuple[str, ...] = Field((), description="这些情况至少有一个")
    no_traits: tuple[str, ...] = Field((), description="这些情况都没有")
    any_categories: tuple[str, ...] = Field((), description="这些身份至少有一个")
    born_since: Literal["window", "period"] | None = Field(
        None, description="出生在集中缴费期（window）或待遇期（period）第一天及以后"
    )
    paid_within_of_birth: Length | None = Field(None, description="出生后多久以内缴费（含最后一天）")
    paid_later_than_birth_by: Length | None = Field(None, description="出生后超过多久才缴费")
    employee: EmployeeCondition | None = None


class Eligible(Rule):
    """One sort of people who may enrol."""

    who: str = Field(description="哪类人（用我们的话）")
    when: Condition


class Exclusion(Rule):
    """A reason why someone may not enrol, and what would help."""

    remedy: str = Field(description="怎么办")


class Exclusions(Frozen):
    in_employee_scheme: Exclusion | None = None
    covered_elsewhere: Exclusion | None = None


class HouseholdRule(Rule):
    """A rule about households that stands or does not stand."""


class UnbornName(Rule):
    suffix: str = Field(description="未出生时，父亲或母亲姓名后加什么")


class Household(Frozen):
    """Rules about households; what a pack leaves out does not hold there."""

    same_tier: HouseholdRule | None = Field(None, description="全家必须选同一档")
    unborn_name: UnbornName | None = None
    children_apart: HouseholdRule | None = Field(None, description="父母都参加职工医保的，子女单独立户")
    code_matches_passbook: HouseholdRule | None = Field(None, description="农户编码与涉农补贴折子账号一一对应")
