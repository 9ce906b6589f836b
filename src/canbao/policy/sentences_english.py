"""Each rule as a label and a sentence in English; `sentences.py` says the same in Chinese.

Names of the notice are said as the pack's own `english` has them, and stay Chinese where it has none.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from canbao.kernel.fen import short_yuan
from canbao.policy.conditions import AgeCondition, Condition, EmployeeCondition, Times
from canbao.policy.english import length, phrase
from canbao.policy.money_rules import BASIC, UNNAMED, Amount, Combination, Line, PartOfYear, Standard, Subsidy
from canbao.policy.pack import Document
from canbao.policy.people_rules import Category, Decided, Eligible, Exclusion, HouseholdRule, UnbornName
from canbao.policy.reading import Path
from canbao.policy.rule import Rule
from canbao.policy.time_rules import (
    BenefitPeriod,
    Incentive,
    MonthlyAdjustment,
    Readjustment,
    RefundRule,
    Start,
    Task,
    Wait,
    WayIn,
    Window,
)
from canbao.policy.values import percent
from canbao.policy.work_rules import Cash, Channel, Contact, Receipt, RemittanceOffice, Roster, RosterAdditions, Targets

_PLACES = {
    "same_tier": "the whole household takes one tier",
    "children_apart": "children of two parents in the employee scheme are a household of their own",
    "code_matches_passbook": "one household code, one subsidy passbook",
    "in_employee_scheme": "nobody who is still in the employee scheme can enrol",
    "covered_elsewhere": "nobody who is covered elsewhere for the same period can enrol",
}
_PAID = {
    "in_window": "in the collection window",
    "after_window": "after the collection window",
    "any_time": "at any time",
}
ANCHORS = {
    "period": "the first day of the benefit period",
    "paid": "the day of payment",
    "next_day": "the day after payment",
    "month_paid": "the first day of the month of payment",
    "next_month": "the first day of the month after payment",
    "birth": "birth",
}
_FIRST_DAYS = {
    "period": "the first day of the benefit period",
    "window": "the first day of the window",
    "paid": "the day of payment",
}
_ROUNDINGS = {"half_up": "rounded half up", "up": "rounded up", "down": "rounded down"}
_ALLOWED = {
    "before_period": "given back before the benefit period begins",
    "in_period": "given back before the benefit period ends",
    "any_time": "given back at any time",
    "never": "not given back",
}
_WHICH = {
    "all": "all of it",
    "later": "the later payment",
    "earlier": "the earlier payment",
    "difference": "the difference",
}


class Sentences:
    """Says rules in English, with the words that a pack's `english` has for its names."""

    def __init__(self, glossary: Mapping[str, str]) -> None:
        self.glossary = glossary
        self._sentences: dict[type[Rule], tuple[str, Callable[[Any], str]]] = {
            Document: ("Notice", self._document),
            Window: ("Collection window", self._window),
            BenefitPeriod: ("Benefit period", _days),
            WayIn: ("Other ways in", self._way_in),
            MonthlyAdjustment: ("Monthly adjustment", self._monthly),
            Readjustment: ("Readjustment", self._readjustment),
            Task: ("Calendar", lambda rule: f"{_task_days(rule)}: {self.say(rule.who)}, {self.say(rule.what)}"),
            Line: ("Line of the bill", self._line),
            Standard: ("Price", self._standard),
            Subsidy: ("Subsidy", self._subsidy),
            Combination: ("Several categories", self._combination),
            Eligible: ("Who may enrol", lambda rule: self.say(rule.who)),
            Exclusion: ("Who may not", lambda rule: ""),
            HouseholdRule: ("Household", lambda rule: ""),
            UnbornName: ("Household", lambda rule: f"an unborn child has a parent's name and “{rule.suffix}”"),
            Category: ("Category", self._category),
            Roster: ("Roster", self._roster),
            RosterAdditions: ("Roster", lambda rule: f"people added in the window by {rule.due}"),
            Incentive: ("Incentive", self._incentive),
            RefundRule: ("Refund", self._refund),
            Receipt: ("Receipt", lambda rule: self.say(rule.name)),
            Cash: ("Cash", self._cash),
            Channel: ("Way to pay", lambda rule: self.say(rule.name)),
            RemittanceOffice: ("Universities", self._remittance_office),
            Targets: ("Targets", self._targets),
            Contact: ("Telephone", lambda rule: f"{self.say(rule.name)} {rule.phone}"),
        }

    def say(self, text: str) -> str:
        return phrase(text, self.glossary)

    def names(self, names: Iterable[str], between: str = ", ") -> str:
        return between.join(self.say(name) for name in names)

    def _window(self, rule: Window) -> str:
        missed = f"; who missed it: {self.say(rule.afterwards).rstrip('.。')}" if rule.afterwards else ""
        return f"{_days(rule)}{missed}"

    def label(self, rule: Rule) -> str:
        return self._sentences[type(rule)][0]

    def sentence(self, path: Path, rule: Rule) -> str:
        text = self._sentences[type(rule)][1](rule) or _PLACES.get(str(path[-1]), "")
        text = f"{text[:1].upper()}{text[1:]}."
        return f"{text} {self.say(rule.says)}" if rule.says else text

    def condition(self, when: Condition) -> str:
        """A condition in words, parts joined by and; empty where it asks nothing."""
        parts = [*self._words(when), *self._days(when)]
        if when.any_of:
            parts.append(f"({') or ('.join(self.condition(one) for one in when.any_of)})")
        parts += [f"not ({self.condition(one)})" for one in when.none_of]
        return " and ".join(parts)

    def _words(self, when: Condition) -> list[str]:
        parts = [f"taking {self.names(when.tiers, ' or ')}"] if when.tiers else []
        parts += [self.names(when.all_traits)] if when.all_traits else []
        parts += [self.names(when.any_traits, " or ")] if when.any_traits else []
        parts += [f"not {self.names(when.no_traits)}"] if when.no_traits else []
        parts += [self.names(when.all_categories, " and ")] if when.all_categories else []
        parts += [self.names(when.any_categories, " or ")] if when.any_categories else []
        parts += [f"not {self.names(when.no_categories)}"] if when.no_categories else []
        if when.claimed is not None:
            parts.append("with a claim last year" if when.claimed else "without a claim last year")
        if when.benefit_years:
            parts.append(f"cover in {', '.join(str(year) for year in when.benefit_years)}")
        return parts

    def _days(self, when: Condition) -> list[str]:
        parts = [_age(when.age)] if when.age is not None else []
        if when.held is not None:
            lengths = [f"for {length(when.held.at_least)} or longer"] if when.held.at_least else []
            lengths += [f"for less than {length(when.held.less_than)}"] if when.held.less_than else []
            parts.append(f"{self.say(when.held.category)} {' and '.join(lengths)}".strip())
        if when.born_since is not None or when.born_until is not None:
            born = [f"on or after {_FIRST_DAYS.get(str(when.born_since), when.born_since)}"] if when.born_since else []
            born += [f"on or before {when.born_until}"] if when.born_until else []
            parts.append(f"born {' and '.join(born)}")
        if when.paid_since is not None or when.paid_until is not None:
            paid = [f"on or after {when.paid_since}"] if when.paid_since else []
            paid += [f"on or before {when.paid_until}"] if when.paid_until else []
            parts.append(f"paid {' and '.join(paid)}")
        if when.paid_within_of_birth is not None:
            parts.append(f"paid within {length(when.paid_within_of_birth)} of birth")
        if when.paid_later_than_birth_by is not None:
            parts.append(f"paid more than {length(when.paid_later_than_birth_by)} after birth")
        parts += [_employee(when.employee)] if when.employee is not None else []
        parts += [f"without cover for {_times(when.lapsed_years)}"] if when.lapsed_years is not None else []
        parts += [f"covered {_times(when.years_in_row)} in a row"] if when.years_in_row is not None else []
        return parts

    def _only(self, when: Condition) -> str:
        text = self.condition(when)
        return f" ({text})" if text else ""

    def _document(self, rule: Document) -> str:
        number = f" ({rule.number})" if rule.number else ""
        return f"{self.say(rule.title)}{number}, for {self.say(rule.place)}"

    def _line(self, rule: Line) -> str:
        choice = ", by choice" if rule.by_choice else ""
        times = ", for each year repaired" if rule.times else ""
        return f"the bill has another line: {self.say(rule.name)}{self._only(rule.when)}{choice}{times}"

    def _standard(self, rule: Standard) -> str:
        name = ", ".join(self.say(part) for part in (rule.line, rule.tier) if part)
        name = f"{name}{self._only(rule.when)}" if name else self.condition(rule.when)
        own = "price unknown" if rule.individual_fen is None else f"the person pays {_money(rule.individual_fen)}"
        state = "" if rule.government_fen is None else f", the government {_money(rule.government_fen)}"
        state = ", the government's part is unknown" if rule.government is not None else state
        total = "" if rule.total_fen is None else f", {_money(rule.total_fen)} in all"
        part = f"; {self.part_of_year(rule.part_of_year)}" if rule.part_of_year is not None else ""
        enjoys = f"; with the benefits of {self.say(rule.enjoys)}" if rule.enjoys else ""
        return f"{name}: {own}{state}{total}{part}{enjoys}".removeprefix(": ")

    def part_of_year(self, part: PartOfYear) -> str:
        begins = "the month of payment" if part.counts_from == "month_paid" else "the next month"
        rounding = f"{_ROUNDINGS[part.rounded]} to {part.to}"
        return f"once the period has begun, for the months left from {begins}, {rounding}"

    def amount(self, amount: Amount) -> str:
        """`280 yuan`, `all of it`, `50% of the price of 一档`."""
        most = f", at most {_money(amount.at_most_fen)}" if amount.at_most_fen is not None else ""
        base = f" of the price of {self.say(amount.of_tier)}" if amount.of_tier else " of the price"
        base = " of what is left" if amount.of_rest else base
        if amount.rest:
            return f"the rest{most}"
        if amount.full:
            return f"all{base if amount.of_tier else ' of it'}{most}"
        if amount.rate is not None:
            return f"{percent(amount.rate)}{base}{most}"
        return f"{_money(amount.yuan_fen or 0)}{most}"

    def gives(self, amount: Amount) -> str:
        """`280 yuan by the county's treasury`."""
        if amount.waived:
            return f"{self.amount(amount)} waived"
        shared = ", ".join(f"{self.say(payer)} {percent(rate)}" for payer, rate in amount.payers.items())
        return f"{self.amount(amount)} by {self.say(amount.payer) if amount.payer else shared or self.say(UNNAMED)}"

    def _subsidy(self, rule: Subsidy) -> str:
        limits = [self.condition(rule.when)] if not rule.when.always else []
        limits += (
            ["recognised here" if rule.recognised == "here" else "recognised elsewhere"] if rule.recognised else []
        )
        limits += ["unless somebody before gave something"] if rule.only_if_nothing_before else []
        limits += [f"for {self.names(rule.lines)}"] if rule.lines != (BASIC,) else []
        limits += ["given back later"] if rule.paid_back else []
        limits += ["also to who is covered elsewhere"] if rule.also_if_covered_elsewhere else []
        who = self.names(rule.categories) + (f" ({'; '.join(limits)})" if limits else "")
        if rule.subsidy:
            pays = f", the person pays {_money(rule.pays_fen)}" if rule.pays_fen is not None else ""
            return f"{who}: {', then '.join(self.gives(amount) for amount in rule.subsidy)}{pays}"
        if rule.no_subsidy:
            return f"{who}: no subsidy any more"
        return f"{who}: amount unknown, {self._ask(rule)}"

    def _ask(self, rule: Any) -> str:
        return f"{self.say(rule.unknown or '')}; ask {self.say(rule.ask or '')}"

    def _combination(self, rule: Combination) -> str:
        cap = f", up to the price of {self.say(rule.cap_tier)}" if rule.cap_tier else ""
        order = self.names(rule.payers, ", then ")
        return {
            "most_favourable": "of several categories the one with the largest subsidy counts",
            "in_order": f"several categories: {order}; each fills what is left{cap}",
            "stacking": f"several categories: all of them together, {order}{cap}",
            "not_said": f"the notice does not say what holds for several categories; ask {self.say(rule.ask or '')}",
        }[rule.rule]

    def start(self, start: Start) -> str:
        """`cover begins on the day of payment, 3 months later`."""
        anchor = ANCHORS.get(str(start.anchor), str(start.anchor))
        plus = f", {length(start.plus)} later" if start.plus else _wait(start.wait) if start.wait else ""
        early = ", also before the benefit period" if start.before_period else ""
        until = f", and lasts until {start.cover_until}" if start.cover_until else ""
        return f"cover begins on {anchor}{plus}{early}{until}".replace("on birth", "at birth")

    def _way_in(self, rule: WayIn) -> str:
        until = f" until {rule.until}" if rule.until else ""
        open_ = "whether they may pay is unknown" if rule.may_pay else "start unknown"
        begins = self.start(rule.starts) if rule.starts else f"{open_}, {self._ask(rule)}"
        return f"{self.say(rule.name)}{self._only(rule.when)}: paid {_PAID[rule.paid]}{until}; {begins}"

    def _category(self, rule: Category) -> str:
        if rule.when is not None:
            return f"{self.say(rule.name)}: everybody who is {self.condition(rule.when)}"
        grades = f", grades {self.names(rule.grades)} only" if rule.grades else ""
        also = f", with {self.names(rule.extends_to)}" if rule.extends_to else ""
        written = f"; also written {self.names(rule.aliases)}" if rule.aliases else ""
        written += f"; with a grade also {self.names(rule.aliases_with_grade)}" if rule.aliases_with_grade else ""
        by = f"{self.say(rule.name)}, recognised by {self.say(rule.department or '')}"
        return f"{by}{grades}{also}{_decided(rule.decided)}{written}"

    def _incentive(self, rule: Incentive) -> str:
        who = f"{self.say(rule.name)}{self._only(rule.when)}"
        if rule.ceiling_fen is None:
            return f"{who}: amount unknown, {self._ask(rule)}"
        each = f", once for each year after {rule.each_year_from}" if rule.each_year_from is not None else ""
        most = f", at most {percent(rule.at_most_rate)} of the ceiling" if rule.at_most_rate is not None else ""
        return f"{who}: the ceiling rises by {_money(rule.ceiling_fen)}{each}{most}"

    def _refund(self, rule: RefundRule) -> str:
        if rule.allowed is None:
            return f"{self.say(rule.reason)}: unknown, {self._ask(rule)}"
        until = f", asked for by {rule.until}" if rule.until else ""
        within = f", asked for within {length(rule.within)} of payment" if rule.within else ""
        which = f", {_WHICH[rule.of]}" if rule.allowed != "never" else ""
        return f"{self.say(rule.reason)}: {_ALLOWED[rule.allowed]}{which}{until}{within}"

    def _roster(self, rule: Roster) -> str:
        month = f", as of {rule.as_of_month}" if rule.as_of_month else ""
        due = f", by {rule.due}" if rule.due else ""
        return f"{self.say(rule.department)} hands in the list of {self.names(rule.categories)}{month}{due}"

    def _monthly(self, rule: MonthlyAdjustment) -> str:
        return f"changes of {self.names(rule.categories)} by day {rule.due_day} of each month"

    def _readjustment(self, rule: Readjustment) -> str:
        return f"the roster of {rule.roster_of} decides again; differences are given back or billed"

    def _targets(self, rule: Targets) -> str:
        rate = f"coverage of {percent(rule.rate)} at least; " if rule.rate is not None else ""
        rows = f"{len(rule.units)} units have a target" if rule.units else f"target unknown, {self._ask(rule)}"
        return f"{rate}{rows}" + (f"; {self.say(rule.deduction)}" if rule.deduction else "")

    def _cash(self, rule: Cash) -> str:
        remark = f", with {self.names(rule.remark)} in the remark" if rule.remark else ""
        papers = f"; a unit without a tax registration first brings {self.names(rule.first_time_papers)}"
        within = f"within {length(rule.remit_within)}" if rule.remit_within else ""
        amount = f"on reaching {_money(rule.on_reaching_fen)}" if rule.on_reaching_fen is not None else ""
        when = " or ".join(filter(None, (within, amount)))
        return f"cash is remitted {when}{remark}{papers if rule.first_time_papers else ''}"

    def _remittance_office(self, rule: RemittanceOffice) -> str:
        return f"universities registered in {self.say(rule.registered_in)} remit at {self.say(rule.office)}"


def _decided(decided: Decided) -> str:
    words = {"asked": "the day of the question", "paid": "the day of payment"}
    inside, after = (words.get(str(day), str(day)) for day in (decided.in_window, decided.after_window))
    if decided == Decided():
        return ""
    if decided.in_window == decided.after_window:
        return f", by the roster of {inside}"
    return f", by the roster of {inside} in the window and of {after} later"


def _money(fen: int) -> str:
    return f"{short_yuan(fen)} yuan"


def _days(rule: Window | Task) -> str:
    if rule.first and rule.last:
        return f"{rule.first} to {rule.last}"
    return f"from {rule.first}" if rule.first else f"by {rule.last}"


def _task_days(rule: Task) -> str:
    between = [_days(rule)] if rule.first or rule.last else []
    monthly = [f"on day {rule.every_month_on} of each month"] if rule.every_month_on else []
    return ", ".join([*between, *monthly])


def _age(age: AgeCondition) -> str:
    parts = [f"{age.at_least} or older"] if age.at_least is not None else []
    parts += [f"under {age.under}"] if age.under is not None else []
    return f"{' and '.join(parts)} on {_FIRST_DAYS.get(str(age.on), age.on)}"


def _employee(employee: EmployeeCondition) -> str:
    parts = [f"{length(employee.months_at_least)} or longer in the employee scheme"] if employee.months_at_least else []
    if employee.back_paid is not None:
        parts.append("with back payments" if employee.back_paid else "without back payments")
    parts += [f"left it at most {length(employee.left_at_most)} ago"] if employee.left_at_most else []
    parts += [f"left it more than {length(employee.left_longer_than)} ago"] if employee.left_longer_than else []
    return ", ".join(parts) or "has left the employee scheme"


def _times(times: Times) -> str:
    least = [f"at least {times.at_least}"] if times.at_least is not None else []
    least += [f"at most {times.at_most}"] if times.at_most is not None else []
    return f"{' and '.join(least)} years"


def _wait(wait: Wait) -> str:
    parts = [f", after a wait of {length(wait.fixed)}"]
    if wait.each_lapsed_year is not None:
        free = f" after the first {wait.free_years}" if wait.free_years else ""
        parts.append(f"{length(wait.each_lapsed_year)} more for each year without cover{free}")
    parts += ["less one such part for each year repaired"] if wait.repaired else []
    if wait.long_lapse is not None:
        parts.append(
            f"never under {length(wait.long_lapse.at_least)} after {wait.long_lapse.years} years without cover"
        )
    return ", ".join(parts)
