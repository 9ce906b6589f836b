"""A village's change table (变动表): handed in, rehearsed, taken in one transaction, taken back as a whole (R-13).

The verdict of a row is not a guess at what the register would say: all of them are tried, in order, in a transaction that is
rolled back. Taking does the same again and lets it stand, if every row that was to be taken still can be.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.sealing import person_token, seal, unseal
from canbao.documents.reading import read_spreadsheet
from canbao.enrolment.domain import change_sentences as say
from canbao.enrolment.domain.change_sheet import HEADERS, Entry, entries_of, which_table
from canbao.enrolment.models import BaseRow, BaseTable, ChangeTable, ChangeTableRow, Enrolment
from canbao.enrolment.refusals import (
    BaseTableOfLastYear,
    BaseTableOfOtherVillage,
    ChangedSincePreview,
    ChangeTableKnown,
    EnrolledSince,
    NoSuchHousehold,
    NothingOnChangeTable,
    NothingToTake,
    TakenAlready,
    TakenBackAlready,
    WithdrawnUnderOther,
)
from canbao.enrolment.standing import Standing, standing_of
from canbao.kernel.identity import parse_identity
from canbao.kernel.refusal import Refusal
from canbao.register.domain import changes
from canbao.register.domain.entries import ground_of, name_of, name_of_somebody_new, relation_of
from canbao.register.domain.households import take_in
from canbao.register.domain.residents import find_by_number, register_resident
from canbao.register.domain.undoing import restore, undo
from canbao.register.models import Change, Household, Resident
from canbao.register.refusals import NumberTaken
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.names import plain_name

What, Outcome = ChangeTableRow.What, ChangeTableRow.Outcome
WHY_AT_MOST = 120
NUMBER_AT_MOST = 100
CODE_AT_MOST = Household._meta.get_field("code").max_length
TAKEN = (Outcome.TAKEN, Outcome.CORRECTED)
_STANDS = {What.DIED: Standing.DIED, What.MOVED: Standing.MOVED, What.EMPLOYED: Standing.EMPLOYED}


def hand_in(table: BaseTable, content: bytes, *, village: str, file_name: str, why: str, by: Staff, at: datetime) -> ChangeTable:  # fmt: skip
    """Read a base table that came back and keep it with a verdict for every change in it; nothing has happened yet.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, what is wrong with the reason (`entries.ground_of`), what
    `read_spreadsheet` says no to, `NotABaseTable`, `BaseTableOfOtherVillage`, `BaseTableOfLastYear`, `NothingOnChangeTable`,
    `ChangeTableKnown`.
    """
    check_may(by, Work.CHANGE_REGISTER, division=village)
    why = ground_of(why)
    sheet = read_spreadsheet(content, headers=HEADERS)
    division, number = which_table(sheet)
    if division != village:
        raise BaseTableOfOtherVillage(seen=division, village=village)
    if number != table.pk:
        raise BaseTableOfLastYear(seen=number, wanted=table.pk)
    entries, same = entries_of(sheet)
    with transaction.atomic():
        made = ChangeTable(
            table=table, county=table.county, division=village, file_name=kept(file_name, 200), file_digest=sha256(content).hexdigest(),
            why=why[:WHY_AT_MOST], same=same, handed_in_at=at, handed_in_by=by.username,
        )  # fmt: skip
        rows, already = _matched(made, entries)
        made.same += already
        if not rows:
            raise NothingOnChangeTable(rows=made.same)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise ChangeTableKnown(village=village) from error
        _rehearse(made, rows, by=by, at=at)
        ChangeTableRow.objects.bulk_create(rows)
        counts = Counter(row.outcome.value for row in rows)
        _record("handed_in", made, by, **counts)
    return made


@transaction.atomic
def take(made: ChangeTable, *, by: Staff, at: datetime) -> ChangeTable:
    """All changes that were found good become the register's, or none of them.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `TakenBackAlready`, `TakenAlready`, `NothingToTake`,
    `ChangedSincePreview` (naming the first row that can no longer be taken).
    """
    made = _locked(made, by)
    if made.taken_at is not None:
        raise TakenAlready(day=localdate(made.taken_at))
    rows = list(made.rows.filter(outcome__in=TAKEN).select_related("resident"))
    if not rows:
        raise NothingToTake
    for row in rows:
        try:
            _perform(row, by=by, at=at, why=made.why)
        except Refusal as no:
            raise ChangedSincePreview(row=row.row, who=row.name, says=no.says) from no
        row.save(update_fields=["change", "added"])
    made.taken_at, made.taken_by = at, by.username
    made.save(update_fields=["taken_at", "taken_by"])
    _record("taken", made, by, rows=len(rows))
    return made


@transaction.atomic
def take_back(made: ChangeTable, *, by: Staff, why: str, at: datetime) -> ChangeTable:
    """What the table changed is as it was, the last row first; whoever it registered is withdrawn. Of one that was not
    taken, nothing is left to do. The file may be handed in again.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `TakenBackAlready`, what is wrong with the reason
    (`entries.ground_of`), `ChangedSincePreview` (a row's person was changed again since), `EnrolledSince` (naming every row
    whose new person is enrolled by now).
    """
    made = _locked(made, by)
    why = ground_of(why)[:WHY_AT_MOST]
    rows = list(made.rows.filter(outcome__in=TAKEN).select_related("change", "added")) if made.taken_at else []
    for row in reversed(rows):
        try:
            if row.added is not None:
                changes.withdraw(row.added, by=by, why=why, at=at)
            else:
                undo(row.change, by=by, why=why, at=at)
        except Refusal as no:
            raise ChangedSincePreview(row=row.row, who=row.name, says=no.says) from no
    _check_nobody_enrolled(row for row in rows if row.what == What.ADDED)
    made.taken_back_at, made.taken_back_by, made.taken_back_why = at, by.username, why
    made.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_why"])
    _record("taken_back", made, by, rows=len(rows), reason=why)
    return made


def _check_nobody_enrolled(added: Iterable[ChangeTableRow]) -> None:
    """Asked after they were withdrawn, which holds their rows: whoever enrols them at this moment comes before or after."""
    rows = {row.added_id or row.change.resident_id: row for row in added}
    enrolled = set(
        Enrolment.objects.filter(resident__in=rows, ended_on__isnull=True).values_list("resident", flat=True)
    )
    if enrolled:
        named = [f"第{row.row}行 {row.name}" for resident, row in rows.items() if resident in enrolled]
        raise EnrolledSince(rows="、".join(reversed(named)))


# --- what a row means ---------------------------------------------------------------------------------------------------


def _matched(made: ChangeTable, entries: list[Entry]) -> tuple[list[ChangeTableRow], int]:
    """Rows with whom they mean, and how many of the entries say what the register says already. As many queries
    for many as for few."""
    wanted = {entry.nth for entry in entries if entry.nth is not None}
    people = {
        row.nth: row.resident
        for row in BaseRow.objects.filter(table=made.table, division=made.division, nth__in=wanted).select_related("resident")
    }  # fmt: skip
    times = Counter(nth for nth, _ in {(entry.nth, entry.row) for entry in entries})
    hired = _hired_on(people[entry.nth] for entry in entries if entry.what is What.EMPLOYED and entry.nth in people)
    called = _called_before(people.values())
    there = _with_numbers_of(entry for entry in entries if entry.what in (What.NUMBER, What.ADDED))
    rows, already = [], 0
    for entry in entries:
        resident = people.get(entry.nth) if entry.nth is not None else None
        judged = (
            _judged(entry, resident, times[entry.nth], called)
            if entry.outcome in TAKEN and entry.what is not What.ADDED
            else entry
        )
        judged = _as_kept(judged)
        if judged.outcome in TAKEN and _is_written_so(judged, resident, there.get(entry.number), made.division):
            already += 1
            continue
        if resident is not None and judged.outcome in TAKEN and _STANDS.get(entry.what) is standing_of(resident):
            day = _gone_on(resident, entry.what, hired)
            if day in (None, entry.on):
                already += 1
                continue
            said = say.OTHER_DAY.format(what=entry.what.label, day=day, on=entry.on)
            judged = replace(judged, outcome=Outcome.LOOK, why=said, remedy=say.SAY_WHICH_IS_RIGHT)
        rows.append(_row(made, judged, resident))
    return rows, already


def _is_written_so(entry: Entry, resident: Resident | None, there: Resident | None, village: str) -> bool:
    """Whether a correction, or somebody new, stands on the register already as the village wrote it; `there` has the number."""
    if entry.what is What.NAME:
        return entry.new_name == resident.name
    if there is None or entry.what not in (What.NUMBER, What.ADDED):
        return False
    if entry.what is What.NUMBER:
        return there.pk == resident.pk
    home = there.household
    is_here = standing_of(there) in (Standing.HERE, Standing.EMPLOYED)
    same = (home.division, home.code, there.name, there.relation) == (village, entry.household_code, entry.name, entry.relation)  # fmt: skip
    return is_here and same


def _called_before(residents: Iterable[Resident]) -> set[tuple[int, str]]:
    """Who had which other name, by the register's history. One query."""
    found = Change.objects.filter(resident__in=list(residents), before__has_key="name")
    return {(pk, plain_name(before["name"])) for pk, before in found.values_list("resident", "before")}


def _with_numbers_of(entries: Iterable[Entry]) -> dict[str, Resident]:
    """By number as it was written, who has it, as far as the scope sees. One query."""
    tokens = {}
    for entry in entries:
        try:
            identity = parse_identity(entry.number, allow_synthetic=settings.CANBAO_SYNTHETIC_NUMBERS)
        except Refusal:
            continue  # the register says what is wrong with it
        tokens[entry.number] = person_token(identity.number)
    found = Resident.objects.filter(person_token__in=set(tokens.values())).select_related("household")
    people = {bytes(one.person_token): one for one in found}
    return {number: people[token] for number, token in tokens.items() if token in people}


def _gone_on(resident: Resident, what: What, hired: dict[int, date]) -> date | None:
    """On which day the register says it happened; None where it does not say."""
    if what is What.EMPLOYED:
        return hired.get(resident.pk)
    return resident.died_on if what is What.DIED else resident.moved_on


def _hired_on(residents: Iterable[Resident]) -> dict[int, date]:
    """By resident, the day of the change by which they are in the employees' scheme, which the register keeps in its history
    alone; whoever came with it from elsewhere has none. One query."""
    found = Change.objects.filter(resident__in=list(residents), kind=Change.Kind.EMPLOYED, undone_by__isnull=True)
    return dict(found.order_by("pk").values_list("resident", "on"))


def _judged(entry: Entry, resident: Resident | None, times: int, called: set[tuple[int, str]]) -> Entry:
    if resident is None:
        said = say.NO_SUCH_ROW.format(nth=entry.nth) if entry.nth is not None else say.NO_ROW
        return replace(entry, outcome=Outcome.REFUSED, why=said, remedy=say.SAY_THE_ROW)
    if times > 1:
        return replace(entry, outcome=Outcome.REFUSED, why=say.TWICE, remedy=say.SAY_ONCE)
    name = plain_name(entry.name)  # the sheet has the name of the day on which it was handed out
    if name != plain_name(resident.name) and (resident.pk, name) not in called:
        said = say.OTHER_NAME
        return replace(entry, outcome=Outcome.LOOK, why=said, remedy=say.SAY_WHICH)
    return entry


def _as_kept(entry: Entry) -> Entry:
    """What is to be taken, with its texts as the register keeps them; a text that the register would not keep refuses the row.
    Asked of the texts as they were written: shortened or covered, each of them would pass."""
    if entry.outcome not in TAKEN:
        return entry
    try:
        if entry.what is What.NAME:
            return replace(entry, new_name=name_of(entry.new_name))
        if entry.what is What.ADDED:
            if len(entry.household_code) > CODE_AT_MOST:
                raise NoSuchHousehold(code=kept(entry.household_code, CODE_AT_MOST))
            return replace(entry, name=name_of_somebody_new(entry.name), relation=relation_of(entry.relation))
    except Refusal as no:
        return replace(entry, outcome=Outcome.REFUSED, why=no.says, remedy=no.remedy)
    return entry


def _row(made: ChangeTable, entry: Entry, resident: Resident | None) -> ChangeTableRow:
    """As it is kept and shown. Of a row that is not taken, texts are shortened and long numbers in them covered."""
    number = "".join(entry.number.split())[:NUMBER_AT_MOST]
    return ChangeTableRow(
        change_table=made, county=made.county, division=made.division, row=entry.row, nth=entry.nth, resident=resident,
        name=kept(entry.new_name or entry.name, 60), what=entry.what, on=entry.on, household_code=kept(entry.household_code, CODE_AT_MOST),
        relation=kept(entry.relation, 10), number_sealed=seal(number) if number else None, number_tail=number[-4:] if len(number) >= 15 else "",
        outcome=entry.outcome, why=kept(entry.why, 300), remedy=entry.remedy,
    )  # fmt: skip


def _rehearse(made: ChangeTable, rows: Iterable[ChangeTableRow], *, by: Staff, at: datetime) -> None:
    """Try every row, in order, and let nothing stand; whose change is refused gets the reason as its verdict."""
    with transaction.atomic():
        for row in rows:
            if row.outcome not in TAKEN:
                continue
            try:
                with transaction.atomic():
                    _perform(row, by=by, at=at, why=made.why)
            except Refusal as no:
                row.outcome, row.why, row.remedy = Outcome.REFUSED, kept(no.says, 300), kept(no.remedy, 300)
            row.change = row.added = None
        transaction.set_rollback(True)


def _perform(row: ChangeTableRow, *, by: Staff, at: datetime, why: str) -> None:
    """The change of one row, in the register. Says no like the verbs of `register.domain.changes`."""
    said = {"by": by, "why": why, "at": at}
    known = {"allow_synthetic": settings.CANBAO_SYNTHETIC_NUMBERS}
    if row.what == What.DIED:
        row.change = changes.died(row.resident, on=row.on, **said)
    elif row.what == What.MOVED:
        row.change = changes.moved_away(row.resident, on=row.on, **said)
    elif row.what == What.EMPLOYED:
        row.change = changes.joined_employee_scheme(row.resident, on=row.on, **said)
    elif row.what == What.NAME:
        row.change = changes.correct_name(row.resident, row.name, **said)
    elif row.what == What.NUMBER:
        row.change = changes.correct_number(row.resident, unseal(row.number_sealed), **said, **known)
    else:
        number, home = unseal(row.number_sealed), _household(row)
        there = find_by_number(number, on=at.date(), **known)
        if there is not None and there.same_as_id is not None:
            raise NumberTaken  # registered twice: the row that stands for this person is the other one
        if there is not None and there.withdrawn:
            row.change = restore(_as_withdrawn(there, row, home), **said)
        else:
            entry = {"name": row.name, "number": number, "relation": row.relation}
            row.added = take_in(
                home, lambda there: register_resident(household=there, **entry, on=at.date(), **known), by=by
            )


def _as_withdrawn(there: Resident, row: ChangeTableRow, home: Household) -> Resident:
    """Who was withdrawn comes back as they were, or not at all."""
    if (there.household_id, there.name, there.relation) != (home.pk, row.name, row.relation):
        raise WithdrawnUnderOther(
            household=there.household.code, name=there.name, relation=there.relation or "关系不填"
        )
    return there


def _household(row: ChangeTableRow) -> Household:
    home = Household.objects.filter(division=row.division, code=row.household_code).first()
    if home is None:
        raise NoSuchHousehold(code=row.household_code)
    return home


def _locked(made: ChangeTable, by: Staff) -> ChangeTable:
    made = ChangeTable.objects.select_for_update().get(pk=made.pk)
    check_may(by, Work.CHANGE_REGISTER, division=made.division)
    if made.taken_back_at is not None:
        raise TakenBackAlready(day=localdate(made.taken_back_at))
    return made


def _record(what: str, made: ChangeTable, by: Staff, **detail: object) -> None:
    subject, actor = f"change_table:{made.pk}", f"staff:{by.username}"
    record(f"change_table.{what}", subject, county=made.county, actor=actor, division=made.division, **detail)
