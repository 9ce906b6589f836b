"""What a bank or a terminal took for us, from its file (R-40): matched by order, then by person, and confirmed like any other money.

What cannot be placed is in suspense. Whatever does not agree is a typed row beside the file, until a person has worked it off.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.sealing import person_token
from canbao.collection.domain.confirmation import Told, confirm_what_can_be
from canbao.collection.domain.mismatches import Found, Line, mismatches
from canbao.collection.domain.orders import Asked, make_orders
from canbao.collection.domain.tax_lists import (
    LONGEST_NUMBER,
    MOST_DIGITS,
    columns_by_words,
    keep_mismatches,
    statement_of,
    sums_up,
)
from canbao.collection.gateway import Arrival
from canbao.collection.models import (
    Channel,
    Mismatch,
    MismatchKind,
    Order,
    Payment,
    PaymentOutcome,
    Statement,
    StatementKind,
)
from canbao.collection.queries import IN_SUSPENSE
from canbao.collection.refusals import BankRowWrong, BillNotOpen, NotABankFile, OrderTaken
from canbao.documents.reading import read_spreadsheet
from canbao.documents.refusals import NoRows
from canbao.documents.table import Row, plain_header
from canbao.enrolment.models import Bill, Campaign
from canbao.kernel.days import CHINA
from canbao.kernel.fen import NotAnAmount, fen_from_yuan
from canbao.kernel.identity import parse_identity
from canbao.kernel.masking import mask_name, mask_number
from canbao.kernel.refusal import Refusal
from canbao.rosters.domain.days import read_day

CHUNK = 5_000
WHY_IN_SUSPENSE = (
    MismatchKind.PERSON_UNKNOWN, MismatchKind.SEVERAL, MismatchKind.NO_BILL, MismatchKind.NOT_IN_TIME, MismatchKind.AMOUNT,
    MismatchKind.PAID_TWICE,
)  # fmt: skip
ORDERS = UUID("7a4c0c3e-2f0b-4f0e-9d26-57b0a1f3d8c2")  # the name space of orders that a file's lines make

_WORDS: Mapping[str, tuple[str, ...]] = {
    "number": ("流水号", "交易流水号", "银行流水号", "代收流水号", "检索参考号", "系统参考号", "交易参考号", "参考号", "凭证号"),
    "on": ("交易日期", "缴费日期", "扣款日期", "代收日期", "交易时间", "缴费时间", "扣款时间", "记账日期", "日期"),
    "time": ("交易时间", "缴费时间", "扣款时间", "时间"),
    "amount": ("金额", "交易金额", "缴费金额", "扣款金额", "实收金额", "实缴金额", "代收金额"),
    "order": ("订单号", "商户订单号", "缴费订单号"),
    "person": ("身份证号", "身份证号码", "证件号码", "证件号", "公民身份号码", "缴费人证件号码", "参保人证件号码", "参保人身份证号"),
    "name": ("姓名", "参保人", "参保人姓名", "缴费人", "缴费人姓名", "户名"),
    "place": ("终端号", "终端编号", "网点", "网点名称", "网点号", "机构", "机构号"),
    "state": ("交易状态", "扣款状态", "扣款结果", "交易结果", "状态"),
}  # fmt: skip
_HEADERS = frozenset(plain_header(word) for words in _WORDS.values() for word in words)
_TAKEN = frozenset(
    {"", "成功", "交易成功", "扣款成功", "缴费成功", "代收成功", "已扣款", "已支付", "已缴费", "00", "0000"}
)
_NOT_TAKEN = frozenset(
    {"失败", "交易失败", "扣款失败", "缴费失败", "代收失败", "未扣款", "余额不足", "已撤销", "已冲正"}
)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_CARD = re.compile(r"[0-9]{17}[0-9X]")


@dataclass(frozen=True, slots=True)
class BankLine:
    """Money that a bank or a terminal says it took. The number of the person is not kept: `token` finds them, `who` shows them covered."""

    number: str
    fen: int
    paid_at: datetime
    order: UUID | None = None
    token: bytes | None = None
    who: str = ""
    place: str = ""

    @property
    def line(self) -> Line:
        return Line(self.number, self.fen, self.paid_at.date(), unit=self.place, who=self.who)


def read_bank_file(content: bytes) -> list[BankLine]:
    """The lines of a spreadsheet or text table on which money was taken; totals and what the bank could not take are left out.

    Says no: what is wrong with the file (`documents.reading`), `NotABankFile`, `BankRowWrong`, `NoRows` (nothing
    was taken).
    """
    table = read_spreadsheet(content, headers=_HEADERS)
    at = columns_by_words(table, _WORDS)
    if None in (at["number"], at["on"], at["amount"]) or (at["order"] is None and at["person"] is None):
        raise NotABankFile
    read = [_line(row, at) for row in table.rows() if not sums_up(row)]
    taken = [one for one in read if one is not None]
    if not taken:
        raise NoRows
    return taken


def _line(row: Row, at: Mapping[str, int | None]) -> BankLine | None:
    said = {what: "" if nth is None else row.cells[nth].text.strip().lstrip("`'") for what, nth in at.items()}
    if said["state"] in _NOT_TAKEN:
        return None
    if said["state"] not in _TAKEN:
        raise BankRowWrong(row=row.number, column="交易状态", seen=said["state"])
    number, on = said["number"], read_day(said["on"])
    lost = at["number"] is not None and row.cells[at["number"]].is_number and len(number) > MOST_DIGITS
    if not number or lost or len(number) > LONGEST_NUMBER:
        raise BankRowWrong(row=row.number, column="流水号", seen=number)
    if not isinstance(on, date):
        raise BankRowWrong(row=row.number, column="日期", seen=said["on"])
    try:
        fen = fen_from_yuan(said["amount"].replace(",", "").removesuffix("元"))
    except NotAnAmount as error:
        raise BankRowWrong(row=row.number, column="金额", seen=said["amount"]) from error
    if fen <= 0:
        raise BankRowWrong(row=row.number, column="金额", seen=said["amount"])
    who = " ".join(part for part in (mask_name(said["name"]), mask_number(said["person"])) if part)
    return BankLine(
        number, fen, datetime.combine(on, _clock(said["time"] or said["on"]), CHINA), _order_number(said["order"]),
        _token(said["person"]), who, said["place"][:60],
    )  # fmt: skip


def _clock(text: str) -> time:
    found = _CLOCK.search(text)
    try:
        return time(*(int(part) for part in found.groups(default="0"))) if found else time(12)
    except ValueError:
        return time(12)


def _order_number(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _token(number: str) -> bytes | None:
    if _CARD.fullmatch(number):
        return person_token(number)
    try:
        return person_token(parse_identity(number, allow_synthetic=True).number) if number else None
    except Refusal:
        return None


class Match(NamedTuple):
    """What a line is for: an order of ours, or bills for which one is made; or why neither."""

    order: UUID | None = None
    bills: tuple[int, ...] = ()
    why: MismatchKind | None = None
    open_fen: int = 0


def reconcile_bank(
    *, statement_id: UUID, campaign: Campaign, channel: Channel, agency: str, content: bytes, file_name: str, by: Staff, at: datetime
) -> Statement:  # fmt: skip
    """Bring in a file of what an agency took: all of it, of the days from its first to its last. Not inside a transaction: a set of lines
    is confirmed at a time, so that nobody at a counter waits for the whole file, and what was confirmed stays so if it breaks off; the
    same file again confirms what is missing. The same id again is once.

    What an earlier file of this agency showed and is still so is not shown twice; what is no longer so is closed.
    Says no, in this order: `NotYourDivision`, `NotYourWork`, `StatementTaken`, what `read_bank_file` says no to.
    """
    check_may(by, Work.RECONCILE, division=campaign.county.ljust(12, "0"))
    digest = sha256(content).hexdigest()
    told = {"campaign": campaign, "kind": StatementKind(channel.value), "agency": agency, "file_digest": digest}
    known = statement_of(statement_id, **told)
    if known is not None:
        return known
    lines = read_bank_file(content)
    actor = f"staff:{by.username}"
    first_of = {one.number: one for one in reversed(lines)}
    waiting = [one for one in lines if first_of[one.number] is one]
    confirmed, whys = 0, dict[str, Match]()
    for start in range(0, len(waiting), CHUNK):
        some = waiting[start : start + CHUNK]
        with transaction.atomic():
            confirmed += _bring_in(some, whys, campaign=campaign, channel=channel, agency=agency, actor=actor, at=at)
    return _reconciled(
        lines, whys, confirmed=confirmed, statement_id=statement_id, campaign=campaign, channel=channel, agency=agency, content=content,
        file_name=file_name, actor=actor, at=at,
    )  # fmt: skip


def reference(agency: str, number: str) -> str:
    """The number by which we know a payment: an agency's numbers are its own."""
    return f"{agency}|{number}"


def _bring_in(
    some: list[BankLine], whys: dict[str, Match], *, campaign: Campaign, channel: Channel, agency: str, actor: str, at: datetime
) -> int:  # fmt: skip
    """Confirm those that are new; how many. `whys` gets why money of these lines is in suspense, if it is."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # one file after the other
    known = dict(
        Payment.objects.filter(
            channel=channel, reference__in=[reference(agency, one.number) for one in some]
        ).values_list("reference", "outcome")
    )
    unsure = [one for one in some if known.get(reference(agency, one.number)) in (None, *IN_SUSPENSE)]
    found = _matches(unsure, campaign)
    whys |= {one.number: match for one, match in zip(unsure, found, strict=True)}
    told = []
    asked: dict[date, dict[UUID, BankLine]] = defaultdict(dict)
    for one, match in zip(unsure, found, strict=True):
        ours = reference(agency, one.number)
        if ours in known:
            continue
        number = match.order or uuid5(ORDERS, f"{channel}|{ours}")
        told.append(Told(channel, Arrival(ours, number, one.fen, one.paid_at)))
        if match.bills:
            asked[one.paid_at.date()][number] = one
    for lines in asked.values():
        whys |= _order(lines, whys, campaign=campaign, channel=channel, actor=actor)
    done, _ = confirm_what_can_be(told, actor=actor, at=at, county=campaign.county)
    return sum(one.is_new for one in done)


def _order(
    lines: Mapping[UUID, BankLine], matches: Mapping[str, Match], *, campaign: Campaign, channel: Channel, actor: str
) -> dict[str, Match]:
    """Make the orders of lines of one day, as of that day. What cannot be paid on it has no order: why."""
    first_bill = {number: matches[one.number].bills[0] for number, one in lines.items()}
    homes = {
        bill.pk: bill.household for bill in Bill.objects.filter(pk__in=first_bill.values()).select_related("household")
    }
    asked = [Asked(number, homes[first_bill[number]], matches[one.number].bills) for number, one in lines.items()]
    made = make_orders(
        asked, campaign=campaign, channel=channel, made_by=actor, at=max(one.paid_at for one in lines.values()), has_arrived=True
    )  # fmt: skip
    return {
        one.number: Match(why=MismatchKind.NO_BILL if isinstance(no, BillNotOpen) else MismatchKind.NOT_IN_TIME)
        for one, no in zip(lines.values(), made, strict=True)
        if isinstance(no, Refusal) and not isinstance(no, OrderTaken)  # taken: its bills have changed since it was made
    }


_CANDIDATES = """
WITH people AS (
    SELECT l.nth, l.fen, r.id AS resident, r.household_id AS household
      FROM unnest(%(nths)s::int[], %(tokens)s::bytea[], %(fens)s::bigint[]) AS l(nth, token, fen)
      JOIN register_resident t ON t.person_token = l.token AND t.county = %(county)s
      JOIN register_resident r ON r.id = coalesce(t.same_as_id, t.id)
), owing AS (
    SELECT p.nth, p.fen, p.resident, b.id AS bill, b.resident_id, b.due_fen, b.household_id
      FROM people p JOIN enrolment_bill b ON b.household_id = p.household AND b.campaign_id = %(campaign)s AND b.state = 'open'
       AND (b.due_fen > 0 OR b.due_fen IS NULL)
), whole AS (
    SELECT nth, sum(due_fen)::bigint AS open_fen, array_agg(bill ORDER BY bill) AS bills,
           count(*) > 1 AND count(*) = count(due_fen) AND sum(due_fen) = fen AS fits
      FROM owing GROUP BY nth, fen
)
SELECT p.nth, coalesce(w.open_fen, 0), c.rank, c.bills
  FROM people p LEFT JOIN whole w ON w.nth = p.nth
  LEFT JOIN LATERAL (
       SELECT CASE o.resident_id WHEN p.resident THEN 1 ELSE 2 END AS rank, ARRAY[o.bill] AS bills
         FROM owing o WHERE o.nth = p.nth AND o.due_fen = p.fen
       UNION ALL SELECT 2, w.bills WHERE w.fits
       UNION ALL SELECT 2, NULL FROM enrolment_bill b
         WHERE b.resident_id = p.resident AND b.campaign_id = %(campaign)s AND b.state = 'settled' AND b.due_fen = p.fen
           AND NOT EXISTS (SELECT FROM owing o WHERE o.nth = p.nth AND o.resident_id = p.resident)) c ON true
"""


def _matches(lines: Sequence[BankLine], campaign: Campaign) -> list[Match]:
    """For each line what it is for. Its order, where it names one that we know; else the person's own open bill of just this sum; else,
    where there is just one such, somebody's of their household or all of the household's together. Never one of several, of which one is
    that the person's is paid already.
    """
    orders = set(
        Order.objects.filter(
            pk__in=[one.order for one in lines if one.order], county=campaign.county, campaign=campaign
        ).values_list("pk", flat=True)
    )
    asked = [nth for nth, one in enumerate(lines) if one.order not in orders and one.token]
    candidates: dict[int, set[tuple[int, tuple[int, ...]]]] = defaultdict(set)
    open_fen: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES,
            {
                "nths": asked, "tokens": [lines[nth].token for nth in asked], "fens": [lines[nth].fen for nth in asked],
                "county": campaign.county, "campaign": campaign.pk,
            },
        )  # fmt: skip
        for nth, fen, rank, bills in cursor.fetchall():
            open_fen[nth] = fen
            if rank:
                candidates[nth].add((rank, tuple(bills or ())))
    return [
        Match(order=one.order) if one.order in orders else _chosen(candidates[nth], open_fen.get(nth))
        for nth, one in enumerate(lines)
    ]


def _chosen(candidates: Iterable[tuple[int, tuple[int, ...]]], open_fen: int | None) -> Match:
    if open_fen is None:
        return Match(why=MismatchKind.PERSON_UNKNOWN)
    ranked = sorted(candidates)
    best = [bills for rank, bills in ranked if rank == ranked[0][0]]
    if len(best) == 1 and not best[0]:
        return Match(why=MismatchKind.PAID_TWICE)
    if len(best) == 1:
        return Match(bills=best[0], open_fen=open_fen)
    if best:
        return Match(why=MismatchKind.SEVERAL, open_fen=open_fen)
    return Match(why=MismatchKind.AMOUNT if open_fen else MismatchKind.NO_BILL, open_fen=open_fen)


@transaction.atomic
def _reconciled(
    lines: list[BankLine], whys: Mapping[str, Match], *, confirmed: int, statement_id: UUID, campaign: Campaign, channel: Channel,
    agency: str, content: bytes, file_name: str, actor: str, at: datetime,
) -> Statement:  # fmt: skip
    """What we have now beside what the file says, and the money moved on to the treasury for days on which both agree."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # one file after the other
    known = Statement.objects.filter(pk=statement_id).first()
    if known is not None:
        return known
    days = sorted({one.paid_at.date() for one in lines})
    first, last = days[0], days[-1]
    theirs = {one.number: one for one in reversed(lines)}
    ours: dict[str, Line] = {}
    found: list[Found] = []
    said_before = _said_before(campaign, channel, agency)
    payments = Payment.objects.filter(
        channel=channel, county=campaign.county, reference__startswith=reference(agency, "")
    )
    for known_as, fen, on, outcome, asked_fen in payments.values_list(
        "reference", "amount_fen", "paid_on", "outcome", "order__total_fen"
    ):
        number = known_as.split("|", 1)[1]
        ours[number] = Line(number, fen, on)
        if number in theirs:
            match = said_before.get(number) or whys.get(number, Match())
            kind, asked_for = _of_outcome(PaymentOutcome(outcome), match, asked_fen)
            if kind is not None:
                beside = None if asked_for is None else Line(number, asked_for, on)
                found.append(Found(kind, number, beside, theirs[number].line))
    seen = {(one.kind, one.key) for one in found}
    compared = mismatches(list(ours.values()), [one.line for one in lines], first=first, last=last)
    found += [one for one in compared if (one.kind, one.key) not in seen]
    statement = Statement.objects.create(
        id=statement_id, county=campaign.county, campaign=campaign, kind=StatementKind(channel.value), agency=agency,
        period_from=first, period_until=last, file_name=file_name[:200], file_digest=sha256(content).hexdigest(), lines=len(lines),
        matched=len(theirs.keys() - {one.key for one in found}), confirmed=confirmed, made_by=actor, made_at=at,
    )  # fmt: skip
    keep_mismatches(statement, found)
    _settle(campaign.county, channel, agency, days, theirs.keys())
    record(
        "bank.reconciled", f"statement:{statement.pk}", county=campaign.county, actor=actor, lines=len(lines), confirmed=confirmed,
        found=len(found),
    )  # fmt: skip
    return statement


def _said_before(campaign: Campaign, channel: Channel, agency: str) -> dict[str, Match]:
    """Why money was put in suspense, by what an earlier file of this agency left: it does not change while it lies there."""
    rows = Mismatch.objects.filter(
        statement__campaign=campaign, statement__kind=channel.value, statement__agency=agency, kind__in=WHY_IN_SUSPENSE,
        gone_with__isnull=True,
    )  # fmt: skip
    return {row.key: Match(why=MismatchKind(row.kind), open_fen=row.ours["fen"] if row.ours else 0) for row in rows}


def _of_outcome(outcome: PaymentOutcome, match: Match, asked_fen: int | None) -> tuple[MismatchKind | None, int | None]:
    """What is to be said of a line by what became of its money, and what we asked for, where that is what differs."""
    if outcome == PaymentOutcome.SETTLED:
        return None, None
    if outcome in (PaymentOutcome.SURPLUS, PaymentOutcome.PARTLY):
        return MismatchKind.PAID_TWICE, None
    if outcome == PaymentOutcome.WINDOW_CLOSED:
        return MismatchKind.NOT_IN_TIME, None
    if outcome == PaymentOutcome.AMOUNT_DIFFERS:
        return MismatchKind.AMOUNT, asked_fen
    why = match.why or (MismatchKind.NOT_IN_TIME if match.bills else MismatchKind.PERSON_UNKNOWN)
    return why, match.open_fen if why is MismatchKind.AMOUNT else None


def _settle(county: str, channel: Channel, agency: str, days: Sequence[date], numbers: Iterable[str]) -> None:
    """A bank's day is over when its file is here: what it took is in the treasury. A day of which a payment is no longer on the file waits."""
    ours = [reference(agency, number) for number in numbers]
    with connection.cursor() as cursor:
        for day in days:
            cursor.execute(
                """SELECT collection_gateway_settled(%(county)s, %(channel)s, %(day)s, %(ours)s || ARRAY(
                       SELECT reference::text FROM collection_payment
                        WHERE county = %(county)s AND channel = %(channel)s AND paid_on = %(day)s AND NOT starts_with(reference, %(agency)s)))""",
                {"county": county, "channel": channel.value, "day": day, "ours": ours, "agency": reference(agency, "")},
            )
