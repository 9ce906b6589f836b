"""The tax office's certificates against our remittances (R-43): every difference is typed, kept and worked off by a person."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.collection.domain.mismatches import Found, Line, mismatches
from canbao.collection.models import Mismatch, Remittance, Statement, StatementKind
from canbao.collection.refusals import (
    CertificateRowWrong,
    MismatchWithoutNote,
    MismatchWorkedOff,
    NotACertificateList,
    StatementDayOutside,
    StatementKnown,
    StatementTaken,
)
from canbao.documents.reading import read_spreadsheet
from canbao.documents.table import Row, Table, plain_header
from canbao.enrolment.models import Campaign
from canbao.kernel.fen import NotAnAmount, fen_from_yuan
from canbao.rosters.domain.days import read_day

_WORDS: Mapping[str, tuple[str, ...]] = {
    "certificate": ("缴款书号", "税收缴款书号", "缴款书号码", "税收缴款书号码", "电子税票号码", "税票号码", "凭证号", "凭证号码"),
    "on": ("缴款日期", "入库日期", "缴纳日期", "上解日期", "日期"),
    "amount": ("金额", "实缴金额", "缴款金额", "入库金额", "合计金额"),
    "people": ("缴费人数", "人数"),
    "unit": ("代收单位", "缴款单位", "纳税人名称", "单位名称", "单位"),
}  # fmt: skip
_HEADERS = frozenset(plain_header(word) for words in _WORDS.values() for word in words)
_TOTALS = ("合计", "总计", "小计")
LONGEST_NUMBER = 40
MOST_DIGITS = 15  # that a spreadsheet keeps of a number; of a longer one it has made up the end


def read_certificates(content: bytes) -> list[Line]:
    """The lines of a spreadsheet or text table: certificate number, day, amount; headcount and unit where it has them. Lines that only sum
    up are left out.

    Says no: what is wrong with the file (`documents.reading`), `NotACertificateList`, `CertificateRowWrong`.
    """
    table = read_spreadsheet(content, headers=_HEADERS)
    at = columns_by_words(table, _WORDS)
    if at["certificate"] is None or at["on"] is None or at["amount"] is None:
        raise NotACertificateList
    return [_line(row, at) for row in table.rows() if not sums_up(row)]


def columns_by_words(table: Table, words_for: Mapping[str, tuple[str, ...]]) -> dict[str, int | None]:
    """Which column of a table is what, by what may stand above it; None where it has none. The first word that stands there counts."""
    plain = [plain_header(text) for text in table.columns]
    return {
        what: next((plain.index(word) for word in map(plain_header, words) if word in plain), None)
        for what, words in words_for.items()
    }


def sums_up(row: Row) -> bool:
    """A line of a statement that only adds others up."""
    return any("".join(cell.text.split()).rstrip("：:") in _TOTALS for cell in row.cells)


def _line(row: Row, at: Mapping[str, int | None]) -> Line:
    said = {what: "" if nth is None else row.cells[nth].text.strip() for what, nth in at.items()}
    key, on = said["certificate"], read_day(said["on"])
    lost = at["certificate"] is not None and row.cells[at["certificate"]].is_number and len(key) > MOST_DIGITS
    if not key or lost or len(key) > LONGEST_NUMBER:
        raise CertificateRowWrong(row=row.number, column="缴款书号", seen=key)
    if not isinstance(on, date):
        raise CertificateRowWrong(row=row.number, column="日期", seen=said["on"])
    try:
        fen = fen_from_yuan(said["amount"].replace(",", "").removesuffix("元"))
    except NotAnAmount as error:
        raise CertificateRowWrong(row=row.number, column="金额", seen=said["amount"]) from error
    people = said["people"].removesuffix("人").removesuffix(".0")
    if people and not people.isdecimal():
        raise CertificateRowWrong(row=row.number, column="人数", seen=people)
    return Line(key, fen, on, int(people) if people else None, said["unit"])


@transaction.atomic
def reconcile_taxes(
    *, statement_id: UUID, campaign: Campaign, content: bytes, file_name: str, first: date, last: date, by: Staff, at: datetime
) -> Statement:  # fmt: skip
    """Compare the certificates of the days from `first` to `last` with our remittances, by the day of the bank's slip. The same id again is once.

    What an earlier list showed and is still so is not shown twice; what it showed of these days and is no longer so is closed.
    Says no, in this order: `NotYourDivision`, `NotYourWork`, `StatementTaken`, what `read_certificates` says no to, `StatementDayOutside`,
    `StatementKnown`.
    """
    check_may(by, Work.RECONCILE, division=campaign.county.ljust(12, "0"))
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # one list after the other
    digest = sha256(content).hexdigest()
    told = {"campaign": campaign, "kind": StatementKind.TAX, "period_from": first, "period_until": last}
    known = statement_of(statement_id, file_digest=digest, **told)
    if known is not None:
        return known
    theirs = read_certificates(content)
    for line in theirs:
        if not first <= line.on <= last:
            raise StatementDayOutside(certificate=line.key, day=line.on, first=first, last=last)
    if Statement.objects.filter(**told, file_digest=digest).exists():
        raise StatementKnown(file=file_name)
    handed = Remittance.objects.filter(campaign=campaign, rejected_at__isnull=True).select_related("unit")
    ours = [Line(one.certificate, one.amount_fen, one.slip_on, one.people, one.unit.name) for one in handed]
    found = mismatches(ours, theirs, first=first, last=last)
    statement = Statement.objects.create(
        id=statement_id, county=campaign.county, **told, file_name=file_name[:200], file_digest=digest, lines=len(theirs),
        matched=len({line.key for line in theirs} - {one.key for one in found}), made_by=f"staff:{by.username}", made_at=at,
    )  # fmt: skip
    keep_mismatches(statement, found)
    record("taxes.reconciled", f"statement:{statement.pk}", county=campaign.county, actor=statement.made_by, lines=len(theirs), found=len(found))  # fmt: skip
    return statement


def statement_of(statement_id: UUID, **told: object) -> Statement | None:
    """The statement of this id, if there is one. Raises `StatementTaken` when it is another one."""
    known = Statement.objects.filter(pk=statement_id).first()
    if known is not None and any(getattr(known, name) != value for name, value in told.items()):
        raise StatementTaken(file=known.file_name)
    return known


def keep_mismatches(statement: Statement, differing: Sequence[Found]) -> None:
    """The new ones; of those that earlier statements of this kind and agency showed, what is no longer so goes with this one."""
    found = [
        Mismatch(
            statement=statement, county=statement.county, kind=one.kind, key=one.key, on=one.on,
            ours=one.ours.as_kept() if one.ours else None, theirs=one.theirs.as_kept() if one.theirs else None,
        )
        for one in differing
    ]  # fmt: skip
    before = Mismatch.objects.filter(
        statement__campaign=statement.campaign_id, statement__kind=statement.kind, statement__agency=statement.agency
    )
    same = {_said(one): one for one in before.filter(gone_with__isnull=True)}
    Mismatch.objects.bulk_create([one for one in found if _said(one) not in same])
    here = {_said(one) for one in found}
    asked = (statement.period_from, statement.period_until)
    gone = [
        one.pk
        for said, one in same.items()
        if said not in here and asked[0] <= one.on <= asked[1] and not one.worked_by
    ]
    Mismatch.objects.filter(pk__in=gone).update(gone_with=statement)


def _said(one: Mismatch) -> tuple[str, str, str, str]:
    return one.kind, one.key, json.dumps(one.ours, sort_keys=True), json.dumps(one.theirs, sort_keys=True)


@transaction.atomic
def work_off(mismatch: Mismatch, note: str, *, by: Staff, at: datetime) -> Mismatch:
    """Somebody found out what it was, and says so; it is no longer on the list. The same again is once.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `MismatchWithoutNote`, `MismatchWorkedOff`.
    """
    check_may(by, Work.RECONCILE, division=mismatch.county.ljust(12, "0"))
    note, actor = note.strip(), f"staff:{by.username}"
    if not note:
        raise MismatchWithoutNote
    found = Mismatch.objects.select_for_update().get(pk=mismatch.pk)
    if (found.worked_by, found.note) == (actor, note):
        return found
    if found.worked_by is not None or found.gone_with_id is not None:
        raise MismatchWorkedOff(certificate=found.key)
    found.note, found.worked_by, found.worked_at = note, actor, at
    found.save(update_fields=["note", "worked_by", "worked_at"])
    record("mismatch.worked_off", f"mismatch:{found.pk}", county=found.county, actor=actor, why=note)
    return found
