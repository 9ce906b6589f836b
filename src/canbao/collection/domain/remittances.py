"""Cash to the treasury: one person hands in with a certificate and the bank's slip, another confirms that it arrived or rejects it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.models import Remittance
from canbao.collection.refusals import SAID_BY_DATABASE, PapersToShow
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.kernel.days import CHINA


@dataclass(frozen=True, slots=True)
class Registration:
    """What a unit shows at the tax office before its first remittance, and the number that it was given there."""

    number: str
    papers: tuple[str, ...]


NOT_ASKED = Registration("", ())


def papers_wanted(unit: CollectingUnit, campaign: Campaign) -> tuple[str, ...]:
    """What a unit without a tax registration has to show before its first remittance; nothing once it did."""
    rule = pack_of(campaign).collecting.cash
    if (
        rule is None
        or unit.tax_registered
        or Remittance.objects.filter(unit=unit, rejected_at__isnull=True).exclude(tax_number="").exists()
    ):
        return ()
    return rule.first_time_papers


@transaction.atomic
def hand_in(
    *, remittance_id: UUID, campaign: Campaign, unit: CollectingUnit, certificate: str, period_from: date, period_until: date,
    people: int, amount_fen: int, slip: str, slip_on: date, by: Staff, at: datetime, replaces: UUID | None = None,
    registration: Registration = NOT_ASKED,
) -> Remittance:  # fmt: skip
    """Hand in all cash of a unit that was paid from `period_from` to `period_until`. The same again is once.

    `people` (persons, not payments) and `amount_fen` are what the certificate says; they must be what the drawer holds (R-41).
    `slip` is the bank's. `replaces` is a rejected remittance of the unit that is redone as a further version.
    Says no, in this order: `NotYourDivision`, `NotYourWork`, `PapersToShow`, `NotToReplace`, `DrawerIsEmpty`, `RemittanceDiffers`,
    `SlipDayNotPossible`, `CertificateUsed`, `SlipUsed`.
    """
    check_may(by, Work.REMIT, division=unit.division_id)
    wanted = papers_wanted(unit, campaign)
    if wanted and not (registration.number and set(wanted) <= set(registration.papers)):
        rule = pack_of(campaign).collecting.cash
        raise PapersToShow(unit=unit.name, papers="、".join(wanted), clause=rule.where if rule else "")
    shown = registration if wanted else NOT_ASKED
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_hand_in(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                remittance_id,
                campaign.pk,
                unit.pk,
                certificate.strip(),
                period_from,
                period_until,
                people,
                amount_fen,
                slip.strip(),
                slip_on,
                replaces,
                shown.number,
                Jsonb(list(shown.papers)),
                f"staff:{by.username}",
                at.astimezone(CHINA).date(),
                at,
            ],
        )
        is_new = cursor.fetchone()[0] is not None
    if is_new:
        told = {"tax_number": shown.number, "papers": list(shown.papers)} if wanted else {}
        record(
            "cash.handed_in",
            f"remittance:{remittance_id}",
            county=campaign.county,
            actor=f"staff:{by.username}",
            fen=amount_fen,
            people=people,
            **told,
        )
    return Remittance.objects.get(pk=remittance_id)


@transaction.atomic
def confirm_remittance(remittance: Remittance, *, by: Staff, at: datetime) -> Remittance:
    """The money has arrived in the treasury. Says no: `NotYourDivision`, `NotYourWork`, `SamePerson`, `RemittanceRejected`."""
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


@transaction.atomic
def reject_remittance(remittance: Remittance, reason: str, *, by: Staff, at: datetime) -> Remittance:
    """It is not as it says: the cash lies in the drawer again, and the unit makes a further version. Again is once.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `SamePerson`, `RemittanceConfirmed`, `RejectedWithoutReason`.
    """
    check_may(by, Work.CONFIRM_REMITTANCE, division=remittance.division)
    actor = f"staff:{by.username}"
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_reject_remittance(%s, %s, %s, %s, %s)",
            [remittance.pk, reason.strip(), actor, at.astimezone(CHINA).date(), at],
        )
        is_new = cursor.fetchone()[0]
    remittance.refresh_from_db()
    if is_new:
        record("remittance.rejected", f"remittance:{remittance.pk}", county=remittance.county, actor=actor, why=remittance.reject_reason)  # fmt: skip
    return remittance
