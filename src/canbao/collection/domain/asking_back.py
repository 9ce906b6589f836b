"""Asking back what was paid for somebody before cover begins: death, the employee scheme, the wrong person (decision 0027)."""

from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record, recorded_last
from canbao.access.refusing import refusing
from canbao.access.scope import Scope, within
from canbao.collection.domain.readjustment import readjust
from canbao.collection.models import RefundRequest
from canbao.collection.refusals import SAID_BY_DATABASE, NoRefundByNotice
from canbao.enrolment.models import Bill, Enrolment
from canbao.enrolment.packs import pack_of
from canbao.kernel.days import CHINA
from canbao.policy import assess, facts_from_json
from canbao.policy.assessment import RefundAnswer


@transaction.atomic
def ask_back(
    enrolment: Enrolment, *, request_id: UUID, ground: RefundRequest.Ground, papers: str, by: Staff, at: datetime
) -> RefundRequest:
    """Somebody has seen the papers and asks; nothing moves yet. The asker makes the id; the same again is the same. On record.

    What the notice leaves to others, or does not say, is kept with the asking, for those who review it. Says no, in this
    order: `NotYourDivision`, `NotYourWork`, `NoRefundByNotice`, `AskingBackTaken`, `AskingBackWaits`, `NothingToAskBack`,
    `GroundNotRegistered`, `CoverHasBegun`, `AskedBackWithoutPapers`.
    """
    check_may(by, Work.ASK_REFUND, division=enrolment.division)
    actor, told = f"staff:{by.username}", by_notice(enrolment, ground, on=at.astimezone(CHINA).date())
    if told.allowed is False:
        raise NoRefundByNotice(who=enrolment.resident.name, says=told.says, clause=told.clause)
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_ask_back(%s, %s, %s, %s, %s, %s, %s, %s)",
            [request_id, enrolment.pk, ground, papers, told.says, told.clause, actor, at],
        )
        is_new = cursor.fetchone()[0]
    asked = _read(request_id)
    if is_new:
        _note("refund.asked", asked, actor=actor)
    return asked


@transaction.atomic
def answer_back(asked: RefundRequest, *, agrees: bool, why: str = "", by: Staff, at: datetime) -> RefundRequest:
    """Another agrees, which is the first review: the enrolment ends and everything is owed back, at once. Or says no, and why;
    so may whoever asked. The same answer again is the same. Who was paid for by mistake owes again like anybody. On record.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `SamePerson`, `AskingBackAnswered`, `RefusedWithoutReason`,
    `NothingToAskBack`, `GroundNotRegistered`, `CoverHasBegun`, `NoReceiptsLeft` (for the voucher).
    """
    actor, enrolment = f"staff:{by.username}", asked.enrolment
    is_taken_back = asked.asked_by == actor and not agrees
    check_may(by, Work.ASK_REFUND if is_taken_back else Work.REVIEW_REFUND, division=enrolment.division)
    with (
        recorded_last(),
        within(Scope(division=enrolment.county, actor=actor)),
    ):  # bills are made right for the county alone
        with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
            cursor.execute(
                "SELECT collection_answer_back(%s, %s, %s, %s, %s, %s)",
                [asked.pk, agrees, why, actor, at.astimezone(CHINA).date(), at],
            )
            is_new = cursor.fetchone()[0]
        if is_new and agrees:
            readjust(
                enrolment.campaign,
                as_of=at.astimezone(CHINA).date(),
                at=at,
                actor=actor,
                residents=[enrolment.resident_id],
            )
    asked = _read(asked.pk)
    if is_new:
        _note("refund.agreed" if agrees else "refund.refused", asked, actor=actor)
    return asked


def by_notice(enrolment: Enrolment, ground: RefundRequest.Ground, *, on: date) -> RefundAnswer:
    """What the notice's rules of refunds say of this reason, asked on this day, in its own words."""
    latest = Bill.objects.filter(campaign=enrolment.campaign_id, resident=enrolment.resident_id).latest("version")
    facts = {name: known for name, known in latest.assessment.facts.items() if name != "all_back"} | {
        "paid_on": enrolment.paid_on.isoformat(),  # the rules in force on that day decide
        "refund": {"reason": ground.label, "asked_on": on.isoformat()},
    }
    answer = assess(pack_of(enrolment.campaign), facts_from_json(facts)).refund
    assert answer is not None  # it was asked
    return answer


def _read(request_id: UUID) -> RefundRequest:
    return RefundRequest.objects.select_related("enrolment__resident", "enrolment__campaign").get(pk=request_id)


def _note(verb: str, asked: RefundRequest, *, actor: str) -> None:
    record(
        verb, f"resident:{asked.enrolment.resident_id}", county=asked.county, actor=actor, request=str(asked.pk), ground=asked.ground
    )  # fmt: skip
