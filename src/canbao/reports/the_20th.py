"""The report of the 20th (R-51): what county and tax office each send upward every month. Both from the same rows.

The insurance bureau reports people: target, enrolled, coverage, subsidised people not yet covered. The tax office
reports money: contributions by town, what has reached the treasury, what is still on its way, receipts used.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from canbao.enrolment.models import Campaign
from canbao.reports.coverage import CoverageRow, coverage, together

_MONEY = """
SELECT a.kind, coalesce(sum(CASE WHEN t.debit_id = a.id THEN t.amount_fen ELSE -t.amount_fen END), 0)::bigint
  FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
 WHERE a.county = %(county)s AND t.campaign_id = %(campaign)s AND t."on" <= %(on)s
 GROUP BY a.kind
"""

# Money for an order that nobody knows belongs to no campaign; it is shown beside each of them, and summed up in none.
_UNPLACED = """
SELECT coalesce(sum(CASE WHEN t.credit_id = a.id THEN t.amount_fen ELSE -t.amount_fen END), 0)::bigint
  FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
 WHERE a.county = %(county)s AND a.kind = 'suspense' AND t.campaign_id IS NULL AND t."on" <= %(on)s
"""

_FUNDS = """
SELECT holder, count(*) FILTER (WHERE fen <> 0), sum(fen)::bigint
  FROM (SELECT a.holder, t.resident_id, sum(CASE WHEN t.debit_id = a.id THEN t.amount_fen ELSE -t.amount_fen END) AS fen
          FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
         WHERE a.county = %(county)s AND a.kind = 'fund' AND t.campaign_id = %(campaign)s AND t."on" <= %(on)s
         GROUP BY a.holder, t.resident_id) persons
 GROUP BY holder ORDER BY holder
"""


@dataclass(frozen=True, slots=True)
class FundRow:
    """What one payer owes for subsidised people."""

    payer: str
    people: int
    fen: int


@dataclass(frozen=True, slots=True)
class Report:
    """`balances` are debits minus credits by kind of account, in fen, at the end of the day, of this campaign alone.
    `unplaced_fen` came into the county for orders that nobody knows, and so for no campaign."""

    on: date
    towns: list[CoverageRow]
    county: CoverageRow
    funds: list[FundRow]
    balances: dict[str, int]
    unplaced_fen: int
    receipts_used: int

    @property
    def contributed_fen(self) -> int:
        return -self.balances.get("contributions", 0)

    @property
    def in_treasury_fen(self) -> int:
        return self.balances.get("treasury", 0)

    @property
    def on_its_way_fen(self) -> int:
        return sum(self.balances.get(kind, 0) for kind in ("gateway", "drawer", "in_transit"))


def report_of_the_20th(campaign: Campaign, *, on: date) -> Report:
    """Everything as of the end of the day `on`, for the campaign's county. Five queries."""
    towns = coverage(campaign, on=on)
    with connection.cursor() as cursor:
        asked = {"county": campaign.county, "campaign": campaign.pk, "on": on}
        cursor.execute(_MONEY, asked)
        balances = dict(cursor.fetchall())
        cursor.execute(_UNPLACED, asked)
        (unplaced_fen,) = cursor.fetchone()
        cursor.execute(_FUNDS, asked)
        funds = [FundRow(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT count(*) FROM collection_receipt WHERE campaign_id = %(campaign)s AND issued_on <= %(on)s", asked
        )
        (receipts_used,) = cursor.fetchone()
    return Report(on, towns, together(towns, "合计"), funds, balances, unplaced_fen, receipts_used)
