"""Households change, and the bills with them.

Whoever has not paid yet owes in their household of now, by what is registered now. Whose household takes another tier after
they have paid owes the difference or has it back, asked for the day on which they paid: the difference is paid where
they live now, and goes back where it was paid. What was paid for a child that was not born goes back.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import TypeVar

from django.db import connection, transaction

from canbao.access.record import recorded_last
from canbao.access.scope import Scope, within
from canbao.collection.domain.giving_back import give_all_back
from canbao.collection.domain.readjustment import follow_register, readjust
from canbao.collection.models import Order, RefundReason
from canbao.enrolment.models import BillState, Enrolment
from canbao.enrolment.queries import current_campaign, enrolled_of
from canbao.enrolment.refusals import EnrolledIsNoMistake
from canbao.kernel.days import CHINA
from canbao.register.models import Resident, WithoutNumber

Done = TypeVar("Done")


@transaction.atomic
def with_bills(
    change: Callable[[], Done], *, county: str, residents: Collection[int], at: datetime, actor: str
) -> Done:
    """Do `change` of the register, which concerns these people, and all that follows for their bills: both or neither.

    Says no like `change`, then `NoReceiptsLeft` (for the voucher of what goes back), `EnrolledIsNoMistake` (for whoever was withdrawn and is
    enrolled: asked when their bills are locked, so that nobody pays for them meanwhile). An order that still asks for a bill which is somewhere else now is
    closed; money that is on its way for it is confirmed for the others, and owed back to whoever is gone.
    """
    tiers, merged, not_born, withdrawn = (
        _tiers(residents),
        _merged(residents),
        _not_born(residents),
        _withdrawn(residents),
    )
    with recorded_last():
        done = change()
        became = _tiers(residents)
        follow_register(county, list(residents), at=at, actor=actor)
        _follow_tiers(county, [one for one in became if became[one] != tiers.get(one)], at=at, actor=actor)
        _give_back(county, _not_born(residents) - not_born, at=at, actor=actor)
        _check_not_enrolled(_withdrawn(residents) - withdrawn, on=at.astimezone(CHINA).date())
        _ask_again(county, merged - _merged(residents) | not_born - _not_born(residents), at=at, actor=actor)
        Order.objects.filter(
            state=Order.State.OPEN, lines__bill__resident__in=residents, lines__bill__state=BillState.SUPERSEDED
        ).update(state=Order.State.CLOSED)
    return done


def _tiers(residents: Collection[int]) -> dict[int, str | None]:
    return dict(Resident.objects.filter(pk__in=residents).values_list("pk", "household__tier"))


def _merged(residents: Collection[int]) -> set[int]:
    return set(Resident.objects.filter(pk__in=residents, same_as__isnull=False).values_list("pk", flat=True))


def _not_born(residents: Collection[int]) -> set[int]:
    gone = Resident.objects.filter(
        pk__in=residents, number_kind=WithoutNumber.UNBORN, withdrawn=True, same_as__isnull=True
    )
    return set(gone.values_list("pk", flat=True))


def _withdrawn(residents: Collection[int]) -> set[int]:
    """Those who are off the register because they should not have been on it: nobody's second row, and no child that was expected."""
    mistakes = Resident.objects.filter(pk__in=residents, withdrawn=True, same_as__isnull=True)
    return set(mistakes.exclude(number_kind=WithoutNumber.UNBORN).values_list("pk", flat=True))


def _check_not_enrolled(withdrawn: Collection[int], *, on: date) -> None:
    """Cover that is over stands in nobody's way."""
    enrolled = Enrolment.objects.filter(resident__in=withdrawn, ended_on__isnull=True, covered_until__gte=on)
    for one in enrolled.select_related("resident").order_by("pk")[:1]:
        raise EnrolledIsNoMistake(who=one.resident.name)


def _give_back(county: str, not_born: Collection[int], *, at: datetime, actor: str) -> None:
    campaign = current_campaign(county)
    if campaign is None or not not_born:
        return
    with within(Scope(division=county, actor=actor)), connection.cursor() as cursor:
        for child in Resident.objects.filter(pk__in=enrolled_of(campaign, list(not_born))).order_by("pk"):
            give_all_back(campaign, child, because=RefundReason.NOT_BORN, at=at, actor=actor)
            cursor.execute(
                "SELECT enrolment_end_not_born(%s, %s, %s)", [campaign.pk, child.pk, at.astimezone(CHINA).date()]
            )


def _ask_again(county: str, apart: Collection[int], *, at: datetime, actor: str) -> None:
    """Who was merged and is a person of their own again owes what was given back to them as paid twice; so does a child that is
    expected after all.
    """
    campaign = current_campaign(county)
    if campaign is not None and apart:
        with within(Scope(division=county, actor=actor)):
            readjust(campaign, as_of=at.astimezone(CHINA).date(), at=at, actor=actor, residents=list(apart))


def _follow_tiers(county: str, residents: Collection[int], *, at: datetime, actor: str) -> None:
    campaign = current_campaign(county)
    if campaign is None or not residents:
        return
    enrolled = list(enrolled_of(campaign, list(residents)))
    with within(Scope(division=county, actor=actor)):  # as `follow_register` does, and for the same reason
        readjust(campaign, as_of=at.astimezone(CHINA).date(), at=at, actor=actor, as_paid=True, residents=enrolled)
