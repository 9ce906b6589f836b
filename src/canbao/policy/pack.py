"""A pack: everything that one notice decides, read from its folder of YAML files.

The topics of all files lie side by side: a file may hold one or several, and no topic stands in two files. A pack is
immutable and knows its digest; the digest names the rules, so an answer can always say which rules gave it.
"""

from collections.abc import Iterator
from functools import cached_property

from pydantic import BaseModel, Field

from canbao.kernel.days import Period
from canbao.policy.category_names import CategoryNames, UnknownCategory
from canbao.policy.example_rules import Example
from canbao.policy.money_rules import Combination, Line, Standard, Subsidy
from canbao.policy.people_rules import Category, Eligible, Exclusions, Household, Trait
from canbao.policy.reading import NOT_RULES, Path
from canbao.policy.rule import Frozen, NoRule, Rule
from canbao.policy.time_rules import (
    BenefitPeriod,
    Incentive,
    MonthlyAdjustment,
    Readjustment,
    RefundRule,
    Task,
    WayIn,
    Window,
)
from canbao.policy.values import Day
from canbao.policy.work_rules import Collecting, Contact, Roster, RosterAdditions, Targets


class Document(Rule):
    """The notice itself."""

    title: str = Field(description="通知的标题")
    number: str | None = Field(None, description="文号")
    place: str = Field(description="适用的地方")
    place_code: str = Field(
        pattern=r"^\d{6}(\d{3}|\d{6})?$",
        description="行政区划代码，六位（镇写九位，村写十二位）",
        json_schema_extra={"type": ["string", "integer"], "minimum": 100_000},
    )
    issuer: str = Field(description="谁印发的")
    issued_on: Day | None = Field(None, description="印发日期")
    annexes: dict[str, str] = Field({}, description="附件号: 附件标题，用来在原文中找到附件")
    extends: str | None = Field(None, description="在哪个方案的基础上：上级的、去年的，或被修改的；写文件夹名")
    holds_from: Day | None = Field(None, description="修改缴费期中的方案时：哪天及以后缴费的按新规定")


class Topics(Frozen):
    """All topics of a pack, as its files give them."""

    document: Document = Field(description="哪份通知、管哪里、在哪个方案的基础上")
    collection_window: Window = Field(description="集中缴费期：所有人何时可以缴费")
    benefit_period: BenefitPeriod = Field(description="待遇期：缴了费的人何时享受待遇")
    ways_in: tuple[WayIn, ...] = Field((), description="在别的时间缴费，或从别的日子享受待遇；按先后，取第一个适用的")
    lines: tuple[Line, ...] = Field((), description="账单上基本医保以外的项目")
    standards: tuple[Standard, ...] = Field(min_length=1, description="缴费标准；同一项、同一档的，第一个适用的算")
    combination: Combination = Field(description="一个人同时有几个身份怎么办")
    subsidies: tuple[Subsidy, ...] = Field((), description="资助谁、资助多少、谁出钱")
    traits: tuple[Trait, ...] = Field((), description="规则要看的情况，如 本地户籍、返乡农民工")
    categories: tuple[Category, ...] = Field((), description="资助对象的身份，如 低保对象")
    eligible: tuple[Eligible, ...] = Field(min_length=1, description="谁可以参保；符合一条即可")
    exclusions: Exclusions = Field(Exclusions(), description="谁不可以参保")
    household: Household = Field(Household(), description="对家庭的要求")
    rosters: tuple[Roster, ...] = Field((), description="部门要交的花名册")
    roster_additions: RosterAdditions | None = Field(None, description="集中缴费期内新增人员的花名册")
    monthly_adjustment: MonthlyAdjustment | None = Field(None, description="集中缴费期后，部门每月报送的变化")
    readjustment: Readjustment | None = Field(None, description="按某天的名册重新确定资助对象，多退少补")
    incentives: tuple[Incentive, ...] = Field((), description="连续参保、没有报销的激励")
    refunds: tuple[RefundRule, ...] = Field((), description="哪些情形退费")
    collecting: Collecting = Field(Collecting(), description="怎样收钱、怎样交钱")
    calendar: tuple[Task, ...] = Field((), description="还有哪些日子")
    targets: Targets | None = Field(None, description="参保任务数；不知道不是零")
    contacts: tuple[Contact, ...] = Field((), description="有问题打给谁")
    examples: tuple[Example, ...] = Field((), description="算好的答案，由 canbao policy test 核对")
    no_rule_for: tuple[NoRule, ...] = Field((), description="通知的哪些条款没有规则，为什么；check --notice 不再提醒")
    english: dict[str, str] = Field({}, description="方案里的文字: 英文，给看英文页面的人；没有写的仍显示中文")


class Pack(Topics):
    """A checked set of rules. `texts` are the files it was read from, so that a database can keep a snapshot."""

    key: str
    digest: str
    texts: dict[str, str] = Field(repr=False)
    before: "Pack | None" = Field(None, repr=False)  # what this pack amends, for who paid before its day

    def __hash__(self) -> int:
        return hash((self.key, self.digest))

    def __eq__(self, other: object) -> bool:
        """Two packs are the same when their rules are, whatever their comments say."""
        return isinstance(other, Pack) and (self.key, self.digest) == (other.key, other.digest)

    @property
    def period(self) -> Period:
        """The benefit period."""
        return self.benefit_period.period

    @property
    def window(self) -> Period:
        """The collection window."""
        return self.collection_window.period

    @cached_property
    def models(self) -> "tuple[tuple[Path, BaseModel], ...]":
        """Every model in the topics with its place (see `walk.py`); listed once, because every check looks through it."""
        return tuple(
            found
            for topic in Topics.model_fields
            if topic not in NOT_RULES
            for found in _models(getattr(self, topic), (topic,))
        )

    @cached_property
    def tiers(self) -> tuple[str, ...]:
        """The names of the tiers; empty where there is one price for all."""
        return tuple(dict.fromkeys(item.tier for item in self.standards if item.tier is not None))

    @cached_property
    def has_prices_by_day(self) -> bool:
        """Whether the same person may owe another amount when they pay on another day of the window."""
        prices = [standard.when for standard in self.standards] + [line.when for line in self.lines]
        gifts = [rule.when for rule in self.subsidies]
        by_part = any(standard.part_of_year is not None for standard in self.standards)
        return self.before is not None or by_part or any(when.asks_for_payment_day for when in (*prices, *gifts))

    @cached_property
    def trait_names(self) -> dict[str, str]:
        """Every way to write a trait → its name."""
        return {text: trait.name for trait in self.traits for text in (trait.name, *trait.aliases)}

    @cached_property
    def category_names(self) -> CategoryNames:
        return CategoryNames(self.categories)

    @cached_property
    def tier_names(self) -> dict[str, str]:
        """Every way to write a tier → its name."""
        return {text: item.tier for item in self.standards if item.tier for text in (item.tier, *item.aliases)}

    def category(self, name: str) -> Category:
        """The category of this exact name; `KeyError` when there is none."""
        return self.category_names.by_name[name]

    def standards_of(self, line: str | None, tier: str | None) -> tuple[Standard, ...]:
        """The prices of a line of the bill (None: the basic contribution) for a tier, in the order of the pack."""
        return tuple(item for item in self.standards if item.line == line and item.tier in (None, tier))

    def named_grade(self, name: str) -> tuple[str, str | None]:
        """A category as a rule names it → its name and, where one is named, its grade: `重度残疾人员（一级）`."""
        return self._named_grades.get(name, (name, None))

    @cached_property
    def _named_grades(self) -> dict[str, tuple[str, str]]:
        return {f"{item.name}（{grade}）": (item.name, grade) for item in self.categories for grade in item.grades}

    def normalise_category(self, text: str) -> "list[tuple[str, str | None]] | UnknownCategory":
        """What a roster's cell says → the categories meant, each with its grade (None where the cell has none)."""
        return self.category_names.read(text)


def _models(value: object, path: Path) -> Iterator[tuple[Path, BaseModel]]:
    if isinstance(value, BaseModel):
        yield path, value
        for name, field in type(value).model_fields.items():
            yield from _models(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _models(item, (*path, index))
