"""Cash to the treasury: one person hands in with a certificate, another confirms that it arrived."""

from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.models import Remittance
from canbao.collection.refusals import SAID_BY_DATABASE
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.kernel.days import CHINA


@transaction.atomic
def hand_in(
    *, remittance_id: UUID, campaign: Campaign, unit: CollectingUnit, certificate: str, period_from: date, period_until: date,
    people: int, amount_fen: int, by: Staff, at: datetime,
) -> Remittance:  # fmt: skip
    """Hand in all cash of a unit that was paid from `period_from` to `period_until`. The same again is once.

    `people` (persons, not payments) and `amount_fen` are what the certificate says; they must be what the drawer holds (R-41).
    Says no, in this order: `NotYourDivision`, `NotYourWork`, `DrawerIsEmpty`, `RemittanceDiffers`, `CertificateUsed`.
    """
    check_may(by, Work.REMIT, division=unit.division_id)
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_hand_in(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                remittance_id,
                campaign.pk,
                unit.pk,
                certificate.strip(),
                period_from,
                period_until,
                people,
                amount_fen,
                f"staff:{by.username}",
                at.astimezone(CHINA).date(),
                at,
            ],
        )
        is_new = cursor.fetchone()[0] is not None
    if is_new:
        record(
            "cash.handed_in",
            f"remittance:{remittance_id}",
            county=campaign.county,
            actor=f"staff:{by.username}",
            fen=amount_fen,
            people=people,
        )
    return Remittance.objects.get(pk=remittance_id)


@transaction.atomic
def confirm_remittance(remittance: Remittance, *, by: Staff, at: datetime) -> Remittance:
    """The money has arrived in the treasury. Says no: `NotYourDivision`, `NotYourWork`, `SamePerson`."""
    check_may(by, Work.CONFIRM_REMITTANCE, division=remittance.division)
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_confirm_remittance(%s, %s, %s, %s)",
            [remittance.pk, f"staff:{by.username}", at.astimezone(CHINA).date(), at],
        )
        is_new = cursor.fetchone()[0]
    if is_new:
        record(
            "remittance.confirmed",
            f"remittance:{remittance.pk}",
            county=remittance.county,
            actor=f"staff:{by.username}",
        )
    remittance.refresh_from_db()
    return remittance
