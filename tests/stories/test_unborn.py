"""A child who is paid for before it is born: from the due date to the birth, the number that comes later, and back; or there is none."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from canbao.collection.domain.households import with_bills
from canbao.collection.domain.readjustment import follow_register
from canbao.collection.models import Refund
from canbao.collection.models.refund import OF_NOBODY
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.kernel.days import CHINA
from canbao.register.domain.changes import born, correct_details, correct_name, died, give_number, not_born
from canbao.register.domain.duplicates import are_the_same
from canbao.register.domain.residents import register_newborn, register_unborn, register_without_papers
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Resident
from canbao.register.queries import changes_possible, without_a_number
from canbao.register.refusals import BornAlready, DayNotPossible, DueElsewhen, NotBornYet, NumberTaken, SexMissing
from canbao.reports.four_ways import four_ways_agree
from tests.collection.racing import as_owner
from tests.county import COUNTY, IN_THE_WINDOW, VILLAGE, County, number, open_with_dongzhi, signed_in
from tests.desks import take_cash

DUE = date(2022, 5, 20)
EARLY, LATE = date(2022, 4, 30), date(2022, 6, 2)
FIRST, LAST = date(2022, 1, 1), date(2022, 12, 31)
SUMMER = datetime(2022, 7, 1, 9, 0, tzinfo=CHINA)


def expected(county: County, *, due_on: date = DUE, order: int = 1) -> Resident:
    child = register_unborn(
        guardian=county.person("赵妻"), suffix="宝宝", due_on=due_on, first=FIRST, last=LAST, order_of_birth=order
    )  # fmt: skip
    follow_register(COUNTY, [child.pk], at=IN_THE_WINDOW, actor="staff:clerk")
    return child


def pays(county: County, campaign: Campaign, child: Resident) -> None:
    bill = Bill.objects.filter(campaign=campaign, resident=child).latest("version")
    take_cash(
        order_id=uuid4(), campaign=campaign, household=county.household("赵家"), bills=[bill.pk], given_fen=bill.due_fen,
        clerk=county.staff("clerk"), at=IN_THE_WINDOW,
    )  # fmt: skip


def said(county: County) -> dict[str, Any]:
    return {"by": county.staff("clerk"), "why": "看了出生医学证明", "at": SUMMER}


def is_born(county: County, child: Resident, on: date, **more: Any) -> Change:
    return born(child, on=on, sex="女", guardian=county.person("赵妻"), **more, **said(county))


def followed(county: County, child: Resident, verb: Any, *of: Any) -> Change:
    return with_bills(
        lambda: verb(*of, **said(county)), county=COUNTY, residents=[child.pk], at=SUMMER, actor="staff:clerk"
    )


def covered_from(child: Resident) -> date:
    return Enrolment.objects.get(resident=child, ended_on=None).covered_from


def kept(child: Resident) -> dict[str, Any]:
    return Resident.objects.values().get(pk=child.pk)


@pytest.mark.parametrize(
    ("on", "from_when"),
    [(EARLY, EARLY), (LATE, LATE), (DUE, DUE), (date(2021, 12, 28), FIRST)],
    ids=["early", "late", "on-the-day", "before-the-period"],
)
def test_paid_ahead_born_named_numbered_and_each_taken_back(county: County, on: date, from_when: date) -> None:
    campaign = open_with_dongzhi()
    with signed_in("clerk"):
        child = expected(county)
        pays(county, campaign, child)
        before, cover = kept(child), covered_from(child)

        birth = is_born(county, child, on, name="赵小雨")
        as_born, cover_as_born = kept(child), covered_from(child)
        given = give_number(Resident.objects.get(pk=child.pk), number(on, 92), allow_synthetic=True, **said(county))
        cover_with_number = covered_from(child)
        undo(given, **said(county))
        back_to_birth = kept(child)
        undone = undo(birth, **said(county))

        assert (cover, cover_as_born, cover_with_number) == (DUE, from_when, from_when)
        assert (as_born["name"], as_born["number_kind"], as_born["born_on"]) == ("赵小雨", "暂无", on)  # fmt: skip
        assert (back_to_birth, kept(child), covered_from(child)) == (as_born, before, DUE)
        undo(undone, **said(county))
        assert (kept(child), covered_from(child)) == (as_born, from_when)
        assert Bill.objects.get(resident=child).state == BillState.SETTLED


def test_born_after_the_period_it_is_covered_as_it_was_written(county: County) -> None:
    campaign = open_with_dongzhi()
    due = date(2022, 12, 20)
    with signed_in("clerk"):
        child = expected(county, due_on=due)
        pays(county, campaign, child)

        born(
            child, on=date(2023, 1, 3), sex="女", guardian=county.person("赵妻"), by=county.staff("clerk"), why="看了出生医学证明",
            at=datetime(2023, 1, 9, 9, 0, tzinfo=CHINA),
        )  # fmt: skip

        assert covered_from(child) == due


def test_of_a_child_that_was_not_born_the_money_goes_back_and_is_asked_again_if_it_is_expected_after_all(county: County) -> None:  # fmt: skip
    campaign = open_with_dongzhi()
    with signed_in("clerk"):
        child = expected(county)
        pays(county, campaign, child)

        gone = followed(county, child, not_born, child)

        (refund,) = Refund.objects.filter(resident=child)
        assert (refund.amount_fen, refund.state, changes_possible(Resident.objects.get(pk=child.pk))) == (
            28000,
            "due",
            [],
        )
        assert (refund.reason, refund.why) == ("not_born", OF_NOBODY)
        ended = Enrolment.objects.get(resident=child)
        assert (ended.ended_on, ended.ended_why, ended.paid_fen) == (SUMMER.date(), "没有出生", 0)
        followed(county, child, undo, gone)
        last = Bill.objects.filter(resident=child).latest("version")
        assert (last.due_fen, last.state, kept(child)["withdrawn"]) == (28000, BillState.OPEN, False)
    assert four_ways_agree(campaign).agree


def test_of_a_child_that_nobody_paid_for_nothing_goes_back(county: County) -> None:
    open_with_dongzhi()
    with signed_in("clerk"):
        child = expected(county)

        followed(county, child, not_born, child)

    assert (Refund.objects.count(), list(without_a_number(VILLAGE, on=DUE))) == (0, [])


def test_twins_are_two_and_one_child_is_one(county: County) -> None:
    open_with_dongzhi()
    with signed_in("clerk"):
        one, two = expected(county), expected(county, order=2)
        with pytest.raises(NumberTaken):
            expected(county)
        is_born(county, one, EARLY)
        with pytest.raises(NumberTaken):  # the second of them, and not the first again
            is_born(county, two, EARLY)
        is_born(county, two, EARLY, order_of_birth=2)

    assert (one.name, two.name) == ("赵妻宝宝", "赵妻宝宝二")


def test_born_and_registered_again_as_somebody_new_two_rows_become_one(county: County) -> None:
    campaign = open_with_dongzhi()
    with signed_in("clerk"):
        child = expected(county)
        pays(county, campaign, child)
        again = register_newborn(guardian=county.person("赵妻"), name="赵小雨", sex="女", born_on=EARLY)

        merged = are_the_same(child, again, takes_over=True, **said(county))
        one = kept(child)
        cover = covered_from(child)
        undo(merged.change, **said(county))

    assert (one["number_kind"], one["born_on"], cover) == ("暂无", EARLY, EARLY)
    assert (kept(child)["number_kind"], covered_from(child)) == ("未出生", DUE)


@pytest.mark.parametrize("due_on", [date(2021, 12, 31), date(2023, 1, 1)])
def test_who_is_due_in_another_year_is_not_paid_for_in_this_one(county: County, due_on: date) -> None:
    with signed_in("clerk"), pytest.raises(DueElsewhen):
        expected(county, due_on=due_on)


def test_before_birth_nothing_happens_but_birth(county: County) -> None:
    with signed_in("clerk"):
        child = expected(county)
        for verb, more in ((give_number, {"number": number(DUE, 92), "allow_synthetic": True}), (died, {"on": LATE})):
            with pytest.raises(NotBornYet):
                verb(child, **more, **said(county))
        correct_name(child, "赵大宝宝", **said(county))

        for on in (date(2022, 7, 2), date(2021, 7, 1)):  # tomorrow; longer before than anybody is carried
            with pytest.raises(DayNotPossible):
                is_born(county, child, on)
        with pytest.raises(SexMissing):
            born(child, on=EARLY, sex="", guardian=county.person("赵妻"), **said(county))
        for verb in (not_born, lambda who, **more: born(who, on=EARLY, sex="女", guardian=who, **more)):
            with pytest.raises(BornAlready):
                verb(county.person("赵大"), **said(county))


def test_the_overdue_come_first_among_those_without_a_number_and_newborns_after_those_without_papers(
    county: County,
) -> None:
    with signed_in("clerk"):
        later, first = expected(county, due_on=date(2022, 9, 1)), expected(county)
        newborn = register_newborn(guardian=county.person("赵大"), name="赵大宝宝", sex="男", born_on=EARLY)
        stranger = register_without_papers(
            household=county.household("赵家"), name="赵无名", relation="其他亲属", sex="男", born_on=LATE, papers="村委会证明", on=SUMMER.date()
        )  # fmt: skip

        assert list(without_a_number(VILLAGE, on=SUMMER.date())) == [first, stranger, newborn, later]
        assert list(without_a_number(VILLAGE, on=DUE)) == [stranger, newborn, first, later]


# --- the database itself --------------------------------------------------------------------------------------------------


def committed(real_county: County) -> Resident:
    campaign = open_with_dongzhi()
    with signed_in("clerk"):
        child = expected(real_county)
        pays(real_county, campaign, child)
        return child


def moves_cover(day: date) -> None:
    as_owner(f"UPDATE enrolment_enrolment SET covered_from = '{day}'")


def test_nobody_moves_cover_by_hand_also_not_the_owner(real_county: County) -> None:
    child = committed(real_county)

    with pytest.raises(DatabaseError, match="covers from the day that was written"):
        moves_cover(FIRST)

    as_owner("ALTER TABLE enrolment_enrolment DISABLE TRIGGER keep_cover")  # the control
    moves_cover(FIRST)
    with signed_in("clerk"):
        assert covered_from(child) == FIRST


def test_without_the_trigger_a_child_born_early_would_be_without_cover(real_county: County) -> None:
    child = committed(real_county)
    as_owner("ALTER TABLE register_resident DISABLE TRIGGER cover_follows_birth")
    with signed_in("clerk"):
        is_born(real_county, child, EARLY)
        assert covered_from(child) == DUE


def test_of_whoever_was_never_expected_cover_stays_when_a_birthday_is_corrected(county: County) -> None:
    campaign = open_with_dongzhi()
    with signed_in("clerk"):
        child = register_newborn(guardian=county.person("赵妻"), name="赵小雨", sex="女", born_on=date(2022, 2, 1))
        follow_register(COUNTY, [child.pk], at=datetime(2022, 3, 1, 9, tzinfo=CHINA), actor="staff:clerk")
        take_cash(
            order_id=uuid4(), campaign=campaign, household=county.household("赵家"),
            bills=[Bill.objects.get(resident=child).pk], given_fen=28000, clerk=county.staff("clerk"), at=datetime(2022, 3, 1, 9, tzinfo=CHINA),
        )  # fmt: skip

        correct_details(child, born_on=date(2022, 2, 3), **said(county))

        assert covered_from(child) == date(2022, 2, 1)
