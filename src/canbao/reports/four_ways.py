"""Four-way consistency (四个一致, R-42): money, people, roster and receipts, counted apart and compared person by person.

- money: what the ledger holds as contributions of a person
- people: what the enrolment says the person has paid (a later difference is counted where it was paid)
- roster: what the person's settled bills come to (the list that goes to the tax office)
- receipts: what the lines of valid official receipts come to, refund vouchers taken off

Each is counted from tables that the other three do not read, in one statement and so at one moment; only which part of
an enrolment's money lies elsewhere than the enrolment is told by the bills. A person appears
where any of the four is not nothing; a difference names the person's row in each. Beside it, receipt numbers that
should exist and do not, and transfers that no person stands behind.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from canbao.enrolment.models import Campaign
from canbao.kernel.division_code import DivisionCode
from canbao.kernel.fen import yuan

_FOUR = """
WITH money AS (
    SELECT {of_holder} t.resident_id, sum(CASE WHEN a.id = t.credit_id THEN t.amount_fen ELSE -t.amount_fen END) AS fen
      FROM ledger_transfer t JOIN ledger_account a ON a.kind = 'contributions' AND a.id IN (t.debit_id, t.credit_id)
     WHERE t.campaign_id = %(campaign)s AND t.division >= %(first)s AND t.division < %(after)s
       AND (%(unit)s::bigint IS NULL OR a.holder = %(unit)s::text)
     GROUP BY {key}
), people AS (
    SELECT {of_unit} e.resident_id, sum(e.fen) AS fen, min(e.row) AS row FROM (
        SELECT resident_id, division, unit_id, paid_fen AS fen, id AS row FROM enrolment_enrolment
         WHERE campaign_id = %(campaign)s AND ended_on IS NULL
        UNION ALL
        SELECT resident_id, division, unit_id, fen, NULL FROM enrolment_paid_elsewhere(%(campaign)s)) e
     WHERE e.division >= %(first)s AND e.division < %(after)s AND (%(unit)s::bigint IS NULL OR e.unit_id = %(unit)s)
     GROUP BY {key}
), roster AS (
    SELECT {of_unit} b.resident_id, sum(b.due_fen) AS fen, min(b.id) AS row FROM enrolment_bill b
     WHERE b.campaign_id = %(campaign)s AND b.division >= %(first)s AND b.division < %(after)s
       AND b.state = 'settled' AND (%(unit)s::bigint IS NULL OR b.unit_id = %(unit)s)
     GROUP BY {key}
), receipts AS (
    SELECT {of_unit} l.resident_id, sum(l.fen) AS fen, min(r.number) AS row FROM collection_receipt r
      JOIN collection_receiptline l ON l.receipt_id = r.id
     WHERE r.campaign_id = %(campaign)s AND r.division >= %(first)s AND r.division < %(after)s
       AND r.state = 'valid' AND (%(unit)s::bigint IS NULL OR r.unit_id = %(unit)s)
     GROUP BY {key}
), persons AS (
    SELECT {key}, coalesce(money.fen, 0) AS money_fen, coalesce(people.fen, 0) AS people_fen,
           coalesce(roster.fen, 0) AS roster_fen, coalesce(receipts.fen, 0) AS receipts_fen,
           people.row AS enrolment, roster.row AS bill, receipts.row AS receipt
      FROM money FULL JOIN people USING ({key}) FULL JOIN roster USING ({key}) FULL JOIN receipts USING ({key})
)
"""
_PERSONS = _FOUR.format(of_holder="", of_unit="", key="resident_id")
_PERSONS_BY_UNIT = _FOUR.format(
    of_holder="a.holder::bigint AS unit,", of_unit="unit_id AS unit,", key="unit, resident_id"
)
_COUNTS = """
       count(*) FILTER (WHERE money_fen <> 0), coalesce(sum(money_fen), 0)::bigint,
       count(*) FILTER (WHERE people_fen <> 0), coalesce(sum(people_fen), 0)::bigint,
       count(*) FILTER (WHERE roster_fen <> 0), coalesce(sum(roster_fen), 0)::bigint,
       count(*) FILTER (WHERE receipts_fen <> 0), coalesce(sum(receipts_fen), 0)::bigint"""

_TOTALS = f"""
SELECT {_COUNTS},
       (SELECT jsonb_agg(to_jsonb(d)) FROM (
            SELECT * FROM persons
             WHERE NOT (money_fen = people_fen AND people_fen = roster_fen AND roster_fen = receipts_fen)
             ORDER BY resident_id LIMIT %(limit)s) d),
       (SELECT jsonb_agg(to_jsonb(g)) FROM (
            SELECT * FROM collection_numbers_gone(%(first)s, %(after)s, %(unit)s, %(limit)s)) g),
       (SELECT count(*) FROM enrolment_enrolment e
         WHERE e.campaign_id = %(campaign)s AND e.division >= %(first)s AND e.division < %(after)s AND e.ended_on IS NULL
           AND e.paid_fen = 0 AND (%(unit)s::bigint IS NULL OR e.unit_id = %(unit)s)),
       (SELECT coalesce(sum(m.fen), 0)::bigint FROM enrolment_paid_elsewhere(%(campaign)s) m
         WHERE m.division >= %(first)s AND m.division < %(after)s AND (%(unit)s::bigint IS NULL OR m.unit_id = %(unit)s))
  FROM persons
"""  # noqa: S608 - our own columns

_UNITS = f"""
SELECT u.id, u.name, u.division, {_COUNTS},
       count(*) FILTER (WHERE p.unit IS NOT NULL AND NOT (money_fen = people_fen AND people_fen = roster_fen AND roster_fen = receipts_fen)),
       (SELECT count(*) FROM enrolment_enrolment e WHERE e.campaign_id = %(campaign)s AND e.unit_id = u.id AND e.ended_on IS NULL AND e.paid_fen = 0),
       EXISTS (SELECT FROM collection_numbers_gone(%(first)s, %(after)s, u.id, 1))
  FROM divisions_collectingunit u LEFT JOIN persons p ON p.unit = u.id
 WHERE u.division >= %(first)s AND u.division < %(after)s
 GROUP BY u.id ORDER BY u.division, u.id
"""  # noqa: S608 - our own columns


WAYS = ("money", "people", "roster", "receipts")
PERSON_DIFFERS = "人员{person}：资金{money}元、参保{people}元、名册{roster}元、票据{receipts}元（参保记录{enrolment}，账单{bill}，票据号{receipt}）"
RECEIPT_GONE = "票据{number}（{unit}）号码已用，票据不见了"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of counting: how many people paid something, and how much in all."""

    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class UnitWays:
    """One collecting unit counted in four ways. On `differing` people the ways differ; `free` people paid nothing themselves;
    `numbers_gone`: it used numbers that are no receipt."""

    unit: int
    name: str
    division: str
    money: Way
    people: Way
    roster: Way
    receipts: Way
    differing: int
    free: int
    numbers_gone: bool

    @property
    def has_something(self) -> bool:
        return any((self.money.count, self.people.count, self.roster.count, self.receipts.count, self.free))


@dataclass(frozen=True, slots=True)
class Difference:
    """One person or one receipt number on which the ways differ, in words, with the rows to look at.

    `template` is the sentence, `words` are what is filled in, for whoever says it in another language.
    """

    template: str
    words: dict[str, str]
    resident_id: int | None = None

    @property
    def says(self) -> str:
        return self.template.format(**self.words)


@dataclass(frozen=True, slots=True)
class FourWays:
    """`free` people are enrolled and paid nothing themselves, so none of the four counts them. `moved_fen` is by how much
    the four counts are above (or, negative, below) what the people enrolled here have paid in all: differences that somebody
    paid or had back in another place or unit than where they are enrolled."""

    money: Way
    people: Way
    roster: Way
    receipts: Way
    differences: tuple[Difference, ...]
    free: int
    moved_fen: int

    @property
    def enrolled(self) -> int:
        return self.people.count + self.free

    @property
    def agree(self) -> bool:
        return self.money == self.people == self.roster == self.receipts and not self.differences


def four_ways_agree(
    campaign: Campaign, *, unit: int | None = None, division: str | None = None, limit: int = 100
) -> FourWays:
    """Count a unit, a division or (without either) the whole county in four ways, now.

    Sees what the present scope may see; `limit` bounds how many differences are named, not how many are found.
    """
    first, after = DivisionCode(division or campaign.county).range()
    with connection.cursor() as cursor:
        cursor.execute(
            _PERSONS + _TOTALS,
            {"campaign": campaign.pk, "first": first, "after": after, "unit": unit, "limit": limit},
        )
        row = cursor.fetchone()
    differences = [_person(found) for found in _list(row[8])] + [_gap(found) for found in _list(row[9])]
    return FourWays(
        Way(row[0], row[1]),
        Way(row[2], row[3]),
        Way(row[4], row[5]),
        Way(row[6], row[7]),
        tuple(differences),
        row[10],
        row[11],
    )


def four_ways_by_unit(campaign: Campaign) -> list[UnitWays]:
    """Every collecting unit of the county in four ways, now and at one moment, by place. Sees what the present scope may see."""
    first, after = DivisionCode(campaign.county).range()
    with connection.cursor() as cursor:
        cursor.execute(
            _PERSONS_BY_UNIT + _UNITS, {"campaign": campaign.pk, "first": first, "after": after, "unit": None}
        )
        return [
            UnitWays(
                *row[:3], Way(*row[3:5]), Way(*row[5:7]), Way(*row[7:9]), Way(*row[9:11]), row[11], row[12], row[13]
            )
            for row in cursor.fetchall()
        ]


def _list(value: Any) -> list[dict[str, Any]]:
    return (json.loads(value) if isinstance(value, str) else value) or []


def _person(found: dict[str, Any]) -> Difference:
    words = {way: yuan(found[f"{way}_fen"]) for way in WAYS}
    words |= {row: str(found[row] or "—") for row in ("enrolment", "bill", "receipt")}
    words["person"] = str(found["resident_id"])
    return Difference(PERSON_DIFFERS, words, found["resident_id"])


def _gap(found: dict[str, Any]) -> Difference:
    words = {"number": f"{found['series']:04d}-{found['number']:08d}", "unit": found["unit"]}
    return Difference(RECEIPT_GONE, words)
