"""Who is meant: traits, categories, who may enrol and who may not."""

from typing import Literal

from pydantic import Field

from canbao.policy.conditions import Condition
from canbao.policy.rule import Frozen, Rule
from canbao.policy.values import Day


class Trait(Frozen):
    """A fact about a person that a rule looks at, such as being a student. Words only, no rule."""

    name: str = Field(description="这一情况的名称")
    means: str = Field(description="是什么意思，如何证明")
    aliases: tuple[str, ...] = Field((), description="其他写法")
    presumed_unless: tuple[str, ...] = Field((), description="没有写明这些情况之一时，视为具有本情况")


class Decided(Frozen):
    """The day whose roster decides whether somebody holds a category."""

    in_window: Literal["asked", "paid"] | Day = Field("asked", description="缴费期内缴费的：问的那天、缴费日或某一天")
    after_window: Literal["asked", "paid"] | Day = Field(
        "asked", description="缴费期后缴费的：问的那天、缴费日或某一天"
    )


class Category(Rule):
    """Why someone is subsidised, as a department recognises it and as rosters write it."""

    name: str = Field(description="身份的名称，照通知的叫法")
    aliases: tuple[str, ...] = Field((), description="花名册上的其他写法")
    aliases_with_grade: tuple[str, ...] = Field((), description="只有同时写明等级时才算的写法，如 残疾人")
    department: str | None = Field(None, description="由哪个部门认定、提供花名册")
    grades: tuple[str, ...] = Field((), description="等级，如 一级；属于本身份的")
    outside_grades: tuple[str, ...] = Field((), description="花名册上会出现、但不属于本身份的等级")
    extends_to: tuple[str, ...] = Field((), description="除本人外还包括谁，如 子女")
    when: Condition | None = Field(None, description="不看名册，凡符合这些条件的人都算")
    decided: Decided = Field(Decided(), description="按哪天的名册")


class Eligible(Rule):
    """One sort of people who may enrol."""

    who: str = Field(description="哪类人（用我们的话）")
    when: Condition = Field(description="要有哪些情况或身份；与日子有关的不写在这里")


REMEDY = "请向医保部门询问怎么办。"


class Exclusion(Rule):
    """A reason why someone may not enrol, and what would help."""

    remedy: str = Field(REMEDY, description="怎么办；通知没有写就不写")


class Exclusions(Frozen):
    in_employee_scheme: Exclusion | None = Field(None, description="仍在参加职工医保的")
    covered_elsewhere: Exclusion | None = Field(None, description="同一待遇期已在别处参保的")

    @property
    def rules(self) -> dict[str, Exclusion]:
        """By the code of the refusal."""
        both = {"in_employee_scheme": self.in_employee_scheme, "covered_elsewhere": self.covered_elsewhere}
        return {code: rule for code, rule in both.items() if rule is not None}


class HouseholdRule(Rule):
    """A rule about households that stands or does not stand."""


class UnbornName(Rule):
    suffix: str = Field(description="未出生时，父亲或母亲姓名后加什么")


class Household(Frozen):
    """Rules about households; what a pack leaves out does not hold there."""

    same_tier: HouseholdRule | None = Field(None, description="全家必须选同一档")
    unborn_name: UnbornName | None = Field(None, description="未出生的孩子怎样登记姓名")
    children_apart: HouseholdRule | None = Field(None, description="父母都参加职工医保的，子女单独立户")
    code_matches_passbook: HouseholdRule | None = Field(None, description="农户编码与涉农补贴折子账号一一对应")
