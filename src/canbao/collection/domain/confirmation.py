"""The one way in for money, as seen from Python: tell the database what arrived, as a set, and get back what became of it.

A callback, a query, a line of a daily bill and cash on the table all end here. Everything happens inside
`collection_confirm` (`sql/20_confirm.sql`), in one transaction and one round trip.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection, transaction

from canbao.access.refusing import refusing
from canbao.collection.gateway import Arrival
from canbao.collection.models import PaymentOutcome
from canbao.collection.refusals import SAID_BY_DATABASE, NoReceiptsLeft, NotMoney
from canbao.kernel.days import CHINA
from canbao.kernel.refusal import Refusal, must

PAYMENTS = UUID("5ac1c7f4-6a0e-4c1e-9a57-2d1f6c3f6e10")  # the name space of payment ids


@dataclass(frozen=True, slots=True)
class Told:
    """One thing the world tells us: money on a channel."""

    channel: str
    arrival: Arrival

    @property
    def payment_id(self) -> UUID:
        """Follows from channel and reference: the same telling makes the same payment."""
        return uuid5(PAYMENTS, f"{self.channel}|{self.arrival.reference}")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`is_new` False: told before, nothing moved. `agrees` False: told before with another sum or order; say it aloud."""

    payment_id: UUID
    reference: str
    outcome: PaymentOutcome
    is_new: bool
    agrees: bool
    settled_fen: int
    receipt_id: int | None


def confirm(told: Sequence[Told], *, actor: str, at: datetime, county: str | None = None) -> list[Confirmed]:
    """Confirm a set, in the order of `told`. Raises `NotMoney`, `NotYourDivision` (cash of another place),
    `UnitCollectsNoMore`, `DrawerIsOverdue`, `DrawerIsFull` (cash alone), `NoReceiptsLeft`; then nothing of the set has happened.

    `at` is the instant of the telling. `county` is whose money it is where the order is unknown; without it, that of
    the only county that has campaigns.

    `paid_on` is the day in China of the instant at which the payer paid, not of the telling.
    """
    if not told:
        return []
    batch = [
        {
            "id": str(one.payment_id),
            "channel": one.channel,
            "reference": one.arrival.reference,
            "order": str(one.arrival.order),
            "amount_fen": one.arrival.amount_fen,
            "paid_at": one.arrival.paid_at.isoformat(),
            "paid_on": one.arrival.paid_at.astimezone(CHINA).date().isoformat(),
            "actor": actor,
            "county": county,
        }
        for one in told
    ]
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM collection_confirm(%s, %s)", [json.dumps(batch), at])
        done = [
            Confirmed(row[0], row[1], PaymentOutcome(row[2]), row[3], row[4], row[5], row[6])
            for row in cursor.fetchall()
        ]
    must([one.payment_id for one in done] == [one.payment_id for one in told], "everything told has its answer")
    return done


def confirm_what_can_be(
    told: Sequence[Told], *, actor: str, at: datetime, county: str | None = None
) -> tuple[list[Confirmed], list[tuple[Told, Refusal]]]:
    """Confirm a set; where one of it is refused, each by itself, so that one village without receipts or one line of
    nothing holds up nobody.

    What was refused comes back beside what was confirmed: it is to be named, and tried again.
    """
    try:
        with transaction.atomic():
            return confirm(told, actor=actor, at=at, county=county), []
    except (NoReceiptsLeft, NotMoney):
        done: list[Confirmed] = []
        refused: list[tuple[Told, Refusal]] = []
        for one in told:
            try:
                with transaction.atomic():
                    done += confirm([one], actor=actor, at=at, county=county)
            except (NoReceiptsLeft, NotMoney) as no:
                refused.append((one, no))
        return done, refused
