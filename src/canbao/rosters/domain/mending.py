"""Rows that were not taken, settled by people. Every step is on record, and none is possible once the list is confirmed
or closed.

Whoever sent the list may correct the name or the number in a row, which is then matched again; or withdraw the row. That
a doubtful row means just this person is for the medical insurance office to say: it sees whom the register has, and
it did not write the row. Whoever settles or corrects a row does not confirm the list (`confirming`).
"""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.sealing import seal, unseal
from canbao.documents.columns import Field
from canbao.kernel.division_code import DivisionCode
from canbao.policy import Pack
from canbao.register.models import Resident
from canbao.rosters.domain import sentences
from canbao.rosters.domain.categories import CategoryReader
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.handling import check_is_open, check_may_handle
from canbao.rosters.domain.incoming import Incoming, incoming_row
from canbao.rosters.domain.judging import Given, judge
from canbao.rosters.domain.matching import Wanted, people_by_name, people_by_token
from canbao.rosters.domain.names import plain_name
from canbao.rosters.domain.places import Places
from canbao.rosters.domain.rows import NAME_AT_MOST, NUMBER_AT_MOST, tail_of
from canbao.rosters.domain.spellings import read_by
from canbao.rosters.domain.verdict import Verdict
from canbao.rosters.models import Outcome, Roster, RosterRow
from canbao.rosters.refusals import (
    CategoryNotSettled,
    CorrectionUnreadable,
    NobodyOffered,
    NothingMended,
    RowNotOpen,
    SamePerson,
)


@transaction.atomic
def mend_row(row: RosterRow, *, pack: Pack, by: Staff, at: datetime, name: str = "", number: str = "") -> RosterRow:
    """What the sender wrote wrongly, written anew ("" leaves it as it is); the row gets a verdict as if it came so.

    A row whose number is wrong needs a new one: a number that a spreadsheet has rounded would pass as text.
    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`, `RosterAlreadyConfirmed`, `RosterClosed`,
    `RowNotOpen`, `CorrectionUnreadable`, `NothingMended`.
    """
    row = _unsettled_row(row, by=by, outcomes={Outcome.LOOK, Outcome.REFUSED})
    if row.decided_by is not None:
        raise RowNotOpen(row=row.row, outcome=row.get_outcome_display())
    for wanted, written, at_most in (("姓名", name, NAME_AT_MOST), ("证件号码", number, NUMBER_AT_MOST)):
        if len(written) > at_most or "\0" in written:
            raise CorrectionUnreadable(row=row.row, wanted=wanted)
    if not number and Field.NUMBER in row.wrong:
        raise NothingMended(row=row.row, wanted="证件号码")
    if not number and name in ("", row.name_now):
        raise NothingMended(row=row.row, wanted="姓名或证件号码")
    sealed = row.mended_number_sealed or row.number_sealed
    places = Places(row.county)
    again = _again(
        row,
        pack,
        places,
        on=at.date(),
        name=name or row.name_now,
        number=number or (unseal(sealed) if sealed is not None else ""),
    )
    verdict = _verdict(row.roster, again, places)
    if name:
        row.mended_name = kept(name, NAME_AT_MOST)
    if number:
        row.mended_number_sealed, row.mended_tail = seal(number), tail_of(again)
    row.mended_at, row.mended_by = at, by.username
    taken = verdict.outcome in (Outcome.TAKEN, Outcome.CORRECTED)
    row.outcome = Outcome.CORRECTED if taken else verdict.outcome
    after = sentences.AFTER_CORRECTION if taken else sentences.STILL_AFTER_CORRECTION
    row.why, row.remedy = kept(after.format(why=verdict.why), 300), kept(verdict.remedy, 300)
    row.wrong = [str(field) for field in verdict.wrong]
    row.categories = [{"name": held.category, "grade": held.grade} for held in verdict.held]
    row.resident_id, row.division = verdict.resident, verdict.division
    row.save(
        update_fields=[
            "outcome", "why", "remedy", "wrong", "categories", "resident", "division", "mended_name", "mended_number_sealed",
            "mended_tail", "mended_at", "mended_by",
        ]
    )  # fmt: skip
    record(
        "roster.row.mended",
        f"roster_row:{row.pk}",
        county=row.county,
        actor=f"staff:{by.username}",
        outcome=row.outcome,
    )
    return row


def _again(row: RosterRow, pack: Pack, places: Places, *, on: date, name: str, number: str) -> Incoming:
    roster = row.roster
    cells = {field.value: row.seen.get(str(roster.fields.get(field.value, "")), "") for field in Field}
    cells |= {Field.NAME: name, Field.NUMBER: number, Field.CATEGORY: row.category_text}
    return incoming_row(
        row.row, cells, seen=row.seen,
        reader=CategoryReader(pack, whole_list=roster.category or None, own=read_by(roster.spellings)),
        places=places, on=on, allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS,
    )  # fmt: skip


def _verdict(roster: Roster, row: Incoming, places: Places) -> Verdict:
    """As the import would say it, with what the other rows of the list have given to the same person."""
    tokens = [row.token] if row.token else []
    by_token = people_by_token(tokens, county=roster.county)
    by_name = people_by_name([Wanted(row.row, plain_name(row.name), row.ranges)], county=roster.county)
    others = roster.rows.filter(
        outcome__in=[Outcome.TAKEN, Outcome.CORRECTED], resident__in=[person.id for person in by_token.values()]
    )
    given: Given = {
        (other.resident_id, held["name"]): (other.row, held["grade"])
        for other in others.order_by("-row")
        for held in other.categories
    }
    ((_, verdict),) = judge([row], by_token, by_name, places=places, cut_off_on=roster.cut_off_on, given=given)
    return verdict


@transaction.atomic
def accept_row(row: RosterRow, *, by: Staff, at: datetime, resident: Resident | None = None) -> RosterRow:
    """The row means the person who was offered, or `resident` where somebody had to be pointed at (`candidates`). A row that
    was refused for its number alone may be pointed at, too.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `RosterAlreadyConfirmed`, `RosterClosed`, `RowNotOpen`,
    `SamePerson` (they imported the list or corrected the row), `NobodyOffered`, `CategoryNotSettled`.
    """
    check_may(by, Work.CONFIRM_ROSTER, division=DivisionCode(row.county))
    row = _unsettled_row(row, by=by, outcomes={Outcome.LOOK, *({Outcome.REFUSED} if resident else ())})
    if row.outcome == Outcome.REFUSED and (row.decided_by is not None or row.wrong != [Field.NUMBER]):
        raise RowNotOpen(row=row.row, outcome=row.get_outcome_display())
    if by.username in (row.roster.imported_by, row.mended_by):
        raise SamePerson
    meant = resident or row.resident
    if meant is None or meant.county != row.county:
        raise NobodyOffered(row=row.row)
    if not row.categories:
        raise CategoryNotSettled(row=row.row)
    row.resident, row.division = meant, meant.division
    return _settle(row, Outcome.CORRECTED, sentences.LOOKED_AT.format(why=row.why), "", by=by, at=at)


@transaction.atomic
def refuse_row(row: RosterRow, *, by: Staff, at: datetime, why: str) -> RosterRow:
    """The row means nobody we know, or is wrong; `why` is for the department that sent it. The sender may say so too.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`, `RosterAlreadyConfirmed`, `RosterClosed`,
    `RowNotOpen`.
    """
    row = _unsettled_row(row, by=by, outcomes={Outcome.LOOK})
    return _settle(row, Outcome.REFUSED, why, sentences.SEND_AGAIN, by=by, at=at)


def _unsettled_row(row: RosterRow, *, by: Staff, outcomes: set[Outcome]) -> RosterRow:
    """The row, with its roster locked: a confirmation that is under way comes first or last, never in between."""
    check_may_handle(by, county=row.county, department=row.roster.department)
    roster = Roster.objects.select_for_update().get(pk=row.roster_id)
    check_is_open(roster)
    row = RosterRow.objects.select_related("resident", "roster").get(pk=row.pk)
    if row.outcome not in outcomes:
        raise RowNotOpen(row=row.row, outcome=row.get_outcome_display())
    return row


def _settle(row: RosterRow, outcome: Outcome, why: str, remedy: str, *, by: Staff, at: datetime) -> RosterRow:
    row.outcome, row.why, row.remedy = outcome, kept(why, 300), kept(remedy, 300)
    row.decided_at, row.decided_by = at, by.username
    row.save(update_fields=["outcome", "why", "remedy", "resident", "division", "decided_at", "decided_by"])
    verb = "roster.row.accepted" if outcome is Outcome.CORRECTED else "roster.row.refused"
    record(verb, f"roster_row:{row.pk}", county=row.county, actor=f"staff:{by.username}", resident=row.resident_id)
    return row
