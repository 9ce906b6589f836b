"""Giving back: reviewed by two people, sent by the channel it came from, settled when it has arrived."""

from datetime import date

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.collection.gateway import gateway, notify_url
from canbao.collection.models import BY_HAND, Refund, RefundState
from canbao.collection.refusals import (
    SAID_BY_DATABASE,
    RefundGoesBackByChannel,
    RefundNotApproved,
    RefundNotDue,
    SamePerson,
)


@transaction.atomic
def review(refund: Refund, *, by: Staff) -> Refund:
    """First review (medical insurance). Says no: `NotYourDivision`, `NotYourWork`, `RefundNotDue`.

    Reviewing again is the same; who reviewed first stands.
    """
    check_may(by, Work.REVIEW_REFUND, division=refund.division)
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if refund.state != RefundState.DUE:
        raise RefundNotDue(state=RefundState(refund.state).label)
    if refund.reviewed_by == by.username:
        return refund
    if refund.reviewed_by is not None:
        raise RefundNotDue(state="已初审")
    refund.reviewed_by = by.username
    refund.save(update_fields=["reviewed_by"])
    record(
        "refund.reviewed",
        f"refund:{refund.pk}",
        county=refund.county,
        actor=f"staff:{by.username}",
        fen=refund.amount_fen,
    )
    return refund


@transaction.atomic
def approve(refund: Refund, *, by: Staff) -> Refund:
    """Second review (tax). Says no: `NotYourDivision`, `NotYourWork`, `RefundNotDue`, `RefundNotApproved`, `SamePerson`."""
    check_may(by, Work.APPROVE_REFUND, division=refund.division)
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if refund.state != RefundState.DUE:
        raise RefundNotDue(state=RefundState(refund.state).label)
    if refund.reviewed_by is None:
        raise RefundNotApproved
    if refund.reviewed_by == by.username:
        raise SamePerson
    refund.approved_by, refund.state = by.username, RefundState.APPROVED
    refund.save(update_fields=["approved_by", "state"])
    record(
        "refund.approved",
        f"refund:{refund.pk}",
        county=refund.county,
        actor=f"staff:{by.username}",
        fen=refund.amount_fen,
    )
    return refund


@transaction.atomic
def pay_out(refund: Refund, *, by: Staff, on: date) -> Refund:
    """The money of somebody who paid in cash, at a bank or a terminal has been handed or transferred to them, says the person who did it. On record.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `RefundGoesBackByChannel`, `RefundNotApproved`.
    """
    check_may(by, Work.APPROVE_REFUND, division=refund.division)
    if refund.channel not in BY_HAND:
        raise RefundGoesBackByChannel(channel=refund.channel)
    _has_arrived(refund, "refund.paid_out", on=on, actor=f"staff:{by.username}")
    return refund


def pay_back(refund: Refund, *, on: date) -> bool:
    """Send an approved refund through its gateway; True when it has arrived. What no gateway brought is for `pay_out`: False, nothing sent.
    Safe to call again: one that was sent is asked about, and sent again only when the gateway never heard of it; the
    gateway knows it by its id. Both steps are on record, once each, by whoever is at work.

    The intent (`SENT`) is committed before anything is sent; no HTTP inside a transaction. Raises `GatewayBroke`.
    """
    if refund.state == RefundState.PAID:
        return True
    if refund.state not in (RefundState.APPROVED, RefundState.SENT):
        raise RefundNotApproved
    if refund.channel in BY_HAND:
        return False
    answer = None
    about = {"refund": refund.pk, "order": refund.payment.order_number, "amount_fen": refund.amount_fen}
    if not _is_sent(refund):
        answer = gateway(refund.channel).query_refund(**about)  # None: they never heard of it
    if answer is None:
        answer = gateway(refund.channel).refund(
            **about, total_fen=refund.payment.amount_fen, says=refund.get_reason_display(),
            notify_url=notify_url(refund.channel),
        )  # fmt: skip
    if not answer.done:
        return False
    _has_arrived(refund, "refund.paid_back", on=on)
    return True


@transaction.atomic
def _is_sent(refund: Refund) -> bool:
    """From now on it may be under way. False when it may have been before."""
    is_new = Refund.objects.filter(pk=refund.pk, state=RefundState.APPROVED).update(state=RefundState.SENT)
    if is_new:
        record(
            "refund.sent", f"refund:{refund.pk}", county=refund.county, fen=refund.amount_fen, channel=refund.channel
        )
    return bool(is_new)


@transaction.atomic
def _has_arrived(refund: Refund, verb: str, *, on: date, actor: str | None = None) -> None:
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute("SELECT collection_refund_paid(%s, %s)", [refund.pk, on])
        is_new = cursor.fetchone()[0]
    if is_new:
        record(verb, f"refund:{refund.pk}", county=refund.county, actor=actor, fen=refund.amount_fen)
    refund.refresh_from_db()
