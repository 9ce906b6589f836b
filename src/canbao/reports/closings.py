"""A day is closed (日结): every unit counted in four ways, rows get their fingerprints, and the record's root stands for all of it.

The figures are those of the moment; the day is the one that is closed. What is signed is printed with the root and the installation's
own signature (decision 0026), so that a paper shows later whether the books were altered, by whomever.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from canbao.access.fingerprints import take_fingerprints
from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import head, record
from canbao.access.signing import content_of, signed
from canbao.collection.domain.in_hand import drawers_in
from canbao.divisions.models import Division
from canbao.divisions.queries import below
from canbao.enrolment.models import Campaign
from canbao.kernel.division_code import DivisionCode, Level
from canbao.kernel.refusal import must
from canbao.register.queries import inside
from canbao.reports.four_ways import WAYS, Difference, UnitWays, Way, four_ways_agree, four_ways_by_unit
from canbao.reports.models import Closing, ClosingLine, ClosingSignature
from canbao.reports.refusals import ClosedByYourself, ClosingDiffers, OtherPlaceSigns

NAMED = 20  # differences of a unit


@transaction.atomic
def close_day(campaign: Campaign, *, day: date, actor: str, at: datetime) -> Closing:
    """Close a day of a campaign, now. Again is a further closing of the same day. Needs the county's scope.

    Locks the county's chain head at the end, until the transaction ends.
    """
    closing_id = uuid4()
    lines = _lines(campaign)
    last = Closing.objects.filter(campaign=campaign, day=day).aggregate(last=Max("nth"))["last"] or 0
    for line in lines:
        line.closing_id = closing_id
    ClosingLine.objects.bulk_create(lines)
    take_fingerprints(campaign.county, actor=actor)
    differences = sum(len(line.differences) for line in lines)
    record(
        "day.closed", f"closing:{closing_id}", county=campaign.county, actor=actor, day=day, nth=last + 1, differences=differences,
    )  # fmt: skip
    root = head(campaign.county)
    must(root is not None, "what was recorded is on the record")
    return Closing.objects.create(
        id=closing_id, county=campaign.county, campaign=campaign, day=day, nth=last + 1, closed_at=at, closed_by=actor,
        differences=differences, root_position=root.position if root else 0, root_hash=root.hash if root else "",
    )  # fmt: skip


def close_by_hand(campaign: Campaign, *, by: Staff, day: date, at: datetime) -> Closing:
    """By the county's own staff, whenever they want it. Says no, in this order: `NotYourDivision`, `NotYourWork`."""
    check_may(by, Work.CLOSE_DAY, division=campaign.county.ljust(12, "0"))
    return close_day(campaign, day=day, actor=f"staff:{by.username}", at=at)


def _lines(campaign: Campaign) -> list[ClosingLine]:
    units = four_ways_by_unit(campaign)
    cash = {one.unit_id: one.drawer.fen for one in drawers_in(campaign.county, campaign)}
    return [
        ClosingLine(
            county=campaign.county, unit_id=one.unit, division=one.division, free=one.free, drawer_fen=cash.get(one.unit, 0),
            **{f"{way}_people": getattr(one, way).count for way in WAYS}, **{f"{way}_fen": getattr(one, way).fen for way in WAYS},
            differences=_named(campaign, one) if one.differing or one.numbers_gone else [],
        )
        for one in units
        if one.has_something or one.numbers_gone
    ]  # fmt: skip


def _named(campaign: Campaign, one: UnitWays) -> list[dict[str, Any]]:
    """At least one: people whose village is another one by now are still this unit's, wherever it stands."""
    found = four_ways_agree(campaign, unit=one.unit, limit=NAMED)
    must(len(found.differences) > 0, "what differs is named")
    return [asdict(difference) for difference in found.differences]


@dataclass(frozen=True, slots=True)
class Figures:
    """A place at the close of a day: the sum of its units, and they themselves. `signature` None: nobody has signed for this place."""

    closing: Closing
    place: Division
    lines: tuple[ClosingLine, ...]
    signature: ClosingSignature | None

    @property
    def ways(self) -> tuple[Way, ...]:
        """Money, people, roster, receipts."""
        of_lines = [line.ways for line in self.lines]
        return tuple(
            Way(sum(ways[nth].count for ways in of_lines), sum(ways[nth].fen for ways in of_lines))
            for nth in range(len(WAYS))
        )

    @property
    def free(self) -> int:
        return sum(line.free for line in self.lines)

    @property
    def drawer_fen(self) -> int:
        return sum(line.drawer_fen for line in self.lines)

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(Difference(**one) for line in self.lines for one in line.differences)

    @property
    def agree(self) -> bool:
        return not self.differences

    @property
    def signed(self) -> str:
        """What is printed as a QR code: these figures and the root, in the installation's own hand."""
        told = {
            "closing": str(self.closing.pk), "place": self.place.code, "day": self.closing.day.isoformat(), "nth": self.closing.nth,
            "four": [[way.count, way.fen] for way in self.ways], "root": f"{self.closing.root_position}:{self.closing.root_hash}",
        }  # fmt: skip
        return signed(json.dumps(told, separators=(",", ":")).encode())


def figures_of(closing: Closing, place: Division) -> Figures:
    """What the present scope may see of a place. Two queries."""
    lines = closing.lines.filter(inside(place.code)).select_related("unit").order_by("division", "unit")
    return Figures(closing, place, tuple(lines), closing.signatures.filter(division=place.code).first())


def figures_by_town(whole: Figures) -> list[Figures]:
    """A county's figures town by town. Two queries."""
    towns = below(whole.place.code, Division.Level.TOWN)
    signatures = {one.division: one for one in whole.closing.signatures.all()}
    return [
        Figures(
            whole.closing, town, tuple(line for line in whole.lines if DivisionCode(town.code).covers(line.division)), signatures.get(town.code)
        )
        for town in towns
    ]  # fmt: skip


def closings_in(division: str) -> QuerySet[Closing]:
    """Of the county that a place lies in, or of every county of a city; the latest first."""
    place = DivisionCode(division)
    first, after = (place[:6], place[:6] + "~") if place.level >= Level.COUNTY else (code[:6] for code in place.range())
    found = Closing.objects.filter(county__gte=first, county__lt=after).select_related("campaign")
    return found.order_by("-day", "-nth", "-closed_at")


@transaction.atomic
def sign(closing: Closing, place: Division, *, by: Staff, at: datetime) -> ClosingSignature:
    """Somebody of a town or of the county stands by the figures of that place. Who signed first has signed; the same again is the same.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `OtherPlaceSigns`, `ClosedByYourself`, `ClosingDiffers`.
    """
    check_may(by, Work.SIGN_CLOSING, division=place.code)
    if place.code != by.division:
        raise OtherPlaceSigns(place=place.name)
    actor = f"staff:{by.username}"
    if closing.closed_by == actor:
        raise ClosedByYourself
    if not figures_of(closing, place).agree:
        raise ClosingDiffers(place=place.name)
    known = closing.signatures.filter(division=place.code)
    if (there := known.first()) is not None:
        return there
    try:
        with transaction.atomic():
            made = ClosingSignature.objects.create(
                county=closing.county, closing=closing, division=place.code, closed_by=closing.closed_by, signed_by=actor, signed_at=at
            )  # fmt: skip
    except IntegrityError:  # somebody else of the same place was faster
        return known.get()
    record("closing.signed", f"closing:{closing.pk}", county=closing.county, actor=actor, place=place.code)
    return made


@dataclass(frozen=True, slots=True)
class Checked:
    """A printed certificate: what it says, and whether the books of today say the same of that closing. `stands` None: it is not there.
    Both for whoever sees all of the place."""

    day: date
    nth: int
    place: str
    place_code: str
    ways: tuple[Way, ...]
    root: str
    stands: bool | None


def check(word: str) -> Checked | None:
    """Read what a QR code leads to; None: not ours, or altered. Needs a scope that sees the place."""
    told = content_of(word)
    if told is None:
        return None
    said = json.loads(told)
    closing = Closing.objects.filter(pk=said["closing"]).first()
    place = Division.objects.filter(pk=said["place"]).first()
    stands = figures_of(closing, place).signed == word if closing and place else None
    ways = tuple(Way(people, fen) for people, fen in said["four"])
    name = place.name if place else said["place"]
    return Checked(date.fromisoformat(said["day"]), said["nth"], name, said["place"], ways, said["root"], stands)
