"""A pack: everything that one notice decides, read from its folder of YAML files.

The topics of all files lie side by side: a file may hold one or several, and no topic stands in two files. A pack is
immutable and knows its digest; the digest names the rules, so an answer can always say which rules gave it.
"""

from functools import cached_property

from pydantic import Field

from canbao.kernel.days import Period
from canbao.policy.category_names import CategoryNames, UnknownCategory
from canbao.policy.example_rules import Example
from canbao.policy.money_rules import Combination, Standard, Subsidy
from canbao.policy.people_rules import Category, Eligible, Exclusions, Household, Trait
from canbao.policy.rule import Frozen, Rule
from canbao.policy.time_rules import BenefitPeriod, MonthlyAdjustment, Readjustment, Task, WayIn, Window
from canbao.policy.values import Day
from canbao.policy.work_rules import Collecting, Contact, Roster, RosterAdditions, Targets


class Document(Rule):
    """The notice itself."""

    title: str
    number: str | None = Field(None, description="文号")
    place: str
    place_code: str = Field(pattern=r"^\d{6}(\d{3}|\d{6})?$", description="行政区划代码")
    issuer: str
    issued_on: Day | None = None
    annexes: dict[str, str] = Field({}, description="附件号: 附件标题，用来在原文中找到附件")


class Topics(Frozen):
    """All topics of a pack, as its files give them."""

    document: Document
    collection_window: Window
    benefit_period: BenefitPeriod
    ways_in: tuple[WayIn, ...] = ()
    standards: tuple[Standard, ...] = Field(min_length=1)
    combination: Combination
    subsidies: tuple[Subsidy, ...] = ()
    traits: tuple[Trait, ...] = ()
    categories: tuple[Category, ...] = ()
    eligible: tuple[Eligible, ...] = Field(min_length=1)
    exclusions: Exclusions = Exclusions()
    household: Household = Household()
    rosters: tuple[Roster, ...] = ()
    roster_additions: RosterAdditions | None = None
    monthly_adjustment: MonthlyAdjustment | None = None
    readjustment: Readjustment | None = None
    collecting: Collecting = Collecting()
    calendar: tuple[Task, ...] = ()
    targets: Targets | None = None
    contacts: tuple[Contact, ...] = ()
    examples: tuple[Example, ...] = ()
    english: dict[str, str] = Field({}, description="方案里的文字: 英文，给看英文页面的人；没有写的仍显示中文")


class Pack(Topics):
    """A checked set of rules. `texts` are the files it was read from, so that a database can keep a snapshot."""

    key: str
    digest: str
    texts: dict[str, str] = Field(repr=False)

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

    @property
    def tiers(self) -> tuple[str, ...]:
        """The names of the tiers; empty where there is one price for all."""
        return tuple(standard.tier for standard in self.standards if standard.tier is not None)

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

    def standard(self, tier: str | None) -> Standard:
        """The price of a tier (None: the only price); `KeyError` when there is none."""
        for standard in self.standards:
            if standard.tier == tier:
                return standard
        raise KeyError(tier)

    def normalise_category(self, text: str) -> "list[tuple[str, str | None]] | UnknownCategory":
        """What a roster's cell says → the categories meant, each with its grade (None where the cell has none)."""
        return self.category_names.read(text)
