"""What the offices' lists of a day change (R-22): amounts of who has a bill, and who is enrolled without paying."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import recorded_last
from canbao.collection.domain.readjustment import Readjusted, readjust
from canbao.collection.refusals import AdjustmentDiffers, NewerListCounts
from canbao.enrolment.domain.free import enrol_fully_subsidised
from canbao.enrolment.models import Campaign, Enrolment
from canbao.rosters.models import Roster


class Effect(StrEnum):
    """What the lists change for somebody."""

    ENROLLED = "全额资助，由经办机构登记参保"
    BACK = "已缴费，应退"
    OWES = "已参保，应补"
    BILLED = "没有参保，账单改了"
    OTHER_FUND = "金额不变，资助来源改了"


class Line(NamedTuple):
    """`fen` is what they owe more or (negative) have back; of a bill that changed what it says now, None where nobody knows."""

    resident_id: int
    effect: Effect
    fen: int | None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Who owes or is owed something else now, and how many the office enrolled because they pay nothing."""

    readjusted: Readjusted
    enrolled_by_office: int
    lines: tuple[Line, ...]

    @property
    def fingerprint(self) -> str:
        """The same where the same happens to the same people."""
        return hashlib.sha256(json.dumps(self.lines).encode()).hexdigest()


@transaction.atomic
def adjust_to_lists(
    campaign: Campaign,
    *,
    as_of: date,
    at: datetime,
    by: Staff,
    just_looking: bool = False,
    although_newer: bool = False,
    as_seen: str | None = None,
) -> Adjusted:
    """Make every bill right by the lists as they stood on `as_of`, then enrol who is fully subsidised and is not yet.

    They are covered as if enrolled on that day, since the lists speak of it and not of the day on which somebody got
    round to this. `just_looking`: say what it would be, and leave everything as it was. `although_newer`: by
    the lists of that day although later ones count, for a notice that looks at that day once and for all. `as_seen` is the
    `fingerprint` of what somebody looked at before: only that is done.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NewerListCounts` (unless `although_newer`), `AdjustmentDiffers`.
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    actor = f"staff:{by.username}"
    if not although_newer:
        _check_no_newer_list(campaign.county, as_of)
    with recorded_last():
        done = readjust(campaign, as_of=as_of, at=at, actor=actor)
        last = Enrolment.objects.order_by("pk").values_list("pk", flat=True).last() or 0
        enrolled = enrol_fully_subsidised(campaign, on=as_of, actor=actor)
        adjusted = Adjusted(done, enrolled, _lines(campaign, done, enrolled_after=last))
        if as_seen is not None and adjusted.fingerprint != as_seen:
            raise AdjustmentDiffers(as_of=as_of)
    if just_looking:
        transaction.set_rollback(True)
    return adjusted


def _lines(campaign: Campaign, done: Readjusted, *, enrolled_after: int) -> tuple[Line, ...]:
    """Each person once for each bill that changed, by effect; the office's own enrolments first."""
    enrolled = Enrolment.objects.filter(campaign=campaign, ended_on__isnull=True)
    by_office = set(enrolled.filter(pk__gt=enrolled_after, paid_fen=0).values_list("resident", flat=True))
    covered = _covered(campaign, [resident for resident, _ in done.differences])
    lines = [Line(resident, Effect.ENROLLED, None) for resident in by_office]
    lines += [
        Line(resident, _effect(fen, is_covered=resident in covered), fen)
        for resident, fen in done.differences
        if resident not in by_office
    ]
    order = list(Effect)
    return tuple(sorted(lines, key=lambda line: (order.index(line.effect), line.resident_id, line.fen or 0)))


def _covered(campaign: Campaign, residents: list[int]) -> set[int]:
    """Those of them who are enrolled; as one array, for at the year's end they are a tenth of the county."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resident_id FROM enrolment_enrolment WHERE campaign_id = %s AND ended_on IS NULL AND resident_id = ANY (%s)",
            [campaign.pk, residents],
        )
        return {resident for (resident,) in cursor.fetchall()}


def _effect(fen: int | None, *, is_covered: bool) -> Effect:
    if not is_covered:
        return Effect.BILLED
    if not fen:
        return Effect.OTHER_FUND
    return Effect.OWES if fen > 0 else Effect.BACK


def _check_no_newer_list(county: str, as_of: date) -> None:
    """By the lists of an older day bills would go back to what they were before the newer ones."""
    newer = Roster.objects.filter(
        county=county, confirmed_at__isnull=False, taken_back_at__isnull=True, cut_off_on__gt=as_of
    ).order_by("-cut_off_on")
    if (latest := newer.first()) is not None:
        raise NewerListCounts(department=latest.department, on=latest.cut_off_on, as_of=as_of)
