"""The lines of somebody's bill, and the price of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal

from canbao.policy.assessment import Unknown
from canbao.policy.fits import fits
from canbao.policy.money_rules import BASIC, Line, PartOfYear, Standard
from canbao.policy.person import Person

PRICE = "{line}的缴费标准"
PRICE_OPEN = "{line}的缴费标准：要先知道{what}"
NO_PRICE = "{line}的缴费标准：没有一条适用于此人"

_MONTHS_A_YEAR = 12
_ROUNDINGS = {"half_up": ROUND_HALF_UP, "up": ROUND_CEILING, "down": ROUND_DOWN}
_UNITS_FEN = {"yuan": 100, "jiao": 10, "fen": 1}


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a bill. Where its price is not known, `individual_fen` is None and `unknown` says why.

    `missing` names what would have to be known, for an answer that takes a share of this price.
    """

    line: str | None  # None: the basic contribution
    standard: Standard | None
    individual_fen: int | None
    government_fen: int | None
    unknown: tuple[Unknown, ...] = ()
    rule: Line | None = None
    missing: tuple[str, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether no price is meant for this person at all."""
        return self.standard is None and not self.unknown

    @property
    def clause(self) -> str:
        return (self.standard.where if self.standard else "") or (self.rule.where if self.rule else "")


def prices(person: Person) -> list[Price]:
    """The basic contribution, and every other line that this person has."""
    found = [price_of(person, None)]
    for line in person.pack.lines:
        if line.by_choice and line.name not in person.facts.lines:
            continue
        if line.times == "repaired_years" and not person.facts.repaired_years:
            continue  # nothing is repaired
        fit = fits(line.when, person)
        if fit.yes:
            found.append(price_of(person, line))
        elif fit.yes is None:
            found.append(Price(line.name, None, None, None, tuple(_missing(line.name, fit.missing, line.where)), line))
    return found


def price_of(person: Person, line: Line | None, tier: str | None = None) -> Price:
    """The first price of the line that fits; unknown as long as one that comes before it might.

    Of the person's own tier, or of another that a rule names.
    """
    name = line.name if line else None
    unknown: list[Unknown] = []
    missing: list[str] = []
    for standard in person.pack.standards_of(name, tier or person.tier):
        fit = fits(standard.when, person)
        if fit.yes is None:
            unknown += _missing(name or BASIC, fit.missing, standard.where)
            missing += fit.missing
        elif fit.yes:
            return _priced(person, line, standard, unknown, missing)
    if line is not None and not unknown:  # of the basic contribution this is a refusal
        unknown.append(Unknown(NO_PRICE.format(line=line.name), "医保部门", line.where))
    what = PRICE.format(line=tier or name or BASIC)
    return Price(name, None, None, None, tuple(unknown), line, tuple(missing) or (what,))


def _missing(line: str, what: tuple[str, ...], clause: str) -> Iterator[Unknown]:
    for one in what:
        yield Unknown(PRICE_OPEN.format(line=line, what=one), "本人或监护人", clause)


def _priced(person: Person, line: Line | None, standard: Standard, unknown: list[Unknown], missing: list[str]) -> Price:
    """This price; unknown where an earlier one might fit, or where the notice does not say it."""
    name = line.name if line else None
    silence = standard.individual
    if silence is not None:
        unknown = [*unknown, Unknown(silence.unknown, silence.ask, standard.where)]
        missing = [*missing, silence.unknown]
    fen = standard.individual_fen
    if unknown or fen is None:
        return Price(name, standard, None, standard.government_fen, tuple(unknown), line, tuple(missing))
    if standard.part_of_year is not None:
        fen = _part_of_year(person, fen, standard.part_of_year)
    times = 1
    if line is not None and line.times == "repaired_years":
        times = person.facts.repaired_years or 0
    government_fen = standard.government_fen
    return Price(
        name, standard, fen * times, None if government_fen is None else government_fen * times, tuple(unknown), line
    )


def _part_of_year(person: Person, fen: int, rule: PartOfYear) -> int:
    """The price of the months that are left; the whole price for who pays before the benefit period begins."""
    first, last = person.pack.period.first, person.pack.benefit_period.last
    if not person.reached(first, "paid"):
        return fen
    begins = person.month_paid if rule.counts_from == "month_paid" else person.next_month
    whole = (last.year - first.year) * _MONTHS_A_YEAR + last.month - first.month + 1
    left = (last.year - begins.year) * _MONTHS_A_YEAR + last.month - begins.month + 1
    unit_fen = _UNITS_FEN[rule.to]
    units = Decimal(fen * max(0, min(left, whole))) / whole / unit_fen
    return int(units.quantize(Decimal(1), rounding=_ROUNDINGS[rule.rounded])) * unit_fen
