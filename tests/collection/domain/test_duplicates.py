"""Somebody was registered twice: bills, holdings, cover and money of both end up with one person."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from canbao.collection.domain.duplicates import merge, which_stays
from canbao.collection.domain.households import with_bills
from canbao.collection.domain.readjustment import follow_register
from canbao.collection.models import Refund
from canbao.enrolment.domain.facts import facts_of
from canbao.enrolment.models import Bill, BillState, Enrolment
from canbao.register.domain.duplicates import Merged
from canbao.register.domain.residents import find_by_name_and_number, register_resident
from canbao.register.domain.undoing import undo
from canbao.register.models import Resident
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from tests.collection.domain.test_readjustment import all_is_well
from tests.collection.paying import money, order, pay, tell
from tests.county import COUNTY, IN_THE_WINDOW, County, hold, number, signed_in
from tests.rosters.files import imported, listed, rows_of, xlsx

SETTLED, OPEN, SUPERSEDED = BillState.SETTLED, BillState.OPEN, BillState.SUPERSEDED
BORN = date(1975, 2, 9)  # 钱儿, 017


@pytest.fixture
def twice(county: County) -> tuple[Resident, Resident]:
    """钱儿, and 钱儿 once more in another household, a digit wrong, with a bill of its own."""
    other = register_resident(
        household=county.household("周家"), name="钱二", number=number(BORN, 19), relation="其他亲属", on=IN_THE_WINDOW.date(),
        allow_synthetic=True,
    )  # fmt: skip
    follow_register(COUNTY, [other.pk], at=IN_THE_WINDOW, actor="test")
    return county.person("钱儿"), other


def merges(county: County, one: Resident, other: Resident, *, right: Resident | None = None) -> Merged:
    with signed_in("clerk"):
        return merge(one, other, right=right or one, by=county.staff("clerk"), why="看了身份证", at=IN_THE_WINDOW)


def takes_back(county: County, done: Merged) -> None:
    people = [done.stays.pk, done.goes.pk]
    with signed_in("clerk"):
        with_bills(
            lambda: undo(done.change, by=county.staff("clerk"), why="弄错了", at=IN_THE_WINDOW),
            county=COUNTY, residents=people, at=IN_THE_WINDOW, actor="staff:clerk",
        )  # fmt: skip


def bills_of(who: Resident) -> list[tuple[int | None, str]]:
    return list(Bill.objects.filter(resident=who).order_by("version").values_list("due_fen", "state"))


def test_who_owes_twice_owes_once_and_again_when_it_is_taken_back(county: County, twice: tuple) -> None:
    one, other = twice

    done = merges(county, one, other)

    assert (bills_of(one), bills_of(other)) == ([(32000, OPEN)], [(32000, SUPERSEDED)])
    takes_back(county, done)
    assert bills_of(other) == [(32000, SUPERSEDED), (32000, OPEN)]


def test_who_has_paid_stays_whichever_row_is_right(county: County, twice: tuple) -> None:
    one, other = twice
    pay(county, "周家", "钱二")

    done = merges(county, one, other, right=one)

    other.refresh_from_db()
    assert (done.stays, other.name, other.number_tail) == (other, "钱儿", number(BORN, 17)[-4:])
    assert (Enrolment.objects.get().resident_id, bills_of(one)) == (other.pk, [(32000, SUPERSEDED)])
    assert all_is_well(county)


def test_the_second_payment_is_owed_back_and_one_is_enrolled(county: County, twice: tuple) -> None:
    one, other = twice
    pay(county, "钱家", "钱儿")
    pay(county, "周家", "钱二")

    done = merges(county, one, other)

    assert (done.stays, bills_of(one), bills_of(other)) == (
        one,
        [(32000, SETTLED)],
        [(32000, SETTLED), (-32000, SETTLED)],
    )
    assert [(back.resident_id, back.amount_fen, back.state) for back in Refund.objects.all()] == [
        (other.pk, 32000, "due")
    ]
    enrolled = dict(Enrolment.objects.values_list("resident_id", "ended_on"))
    assert enrolled == {one.pk: None, other.pk: IN_THE_WINDOW.date()}
    assert all_is_well(county)


def test_taken_back_who_was_given_back_owes_again(county: County, twice: tuple) -> None:
    one, other = twice
    pay(county, "钱家", "钱儿")
    pay(county, "周家", "钱二")
    done = merges(county, one, other)

    takes_back(county, done)

    assert bills_of(other)[-1] == (32000, OPEN)
    pay(county, "周家", "钱二")
    assert Enrolment.objects.filter(ended_on__isnull=True).count() == 2
    assert all_is_well(county)


def test_subsidies_of_the_second_row_are_undone(county: County, twice: tuple) -> None:
    one, other = twice
    hold({"钱儿": "低保对象", "钱二": "低保对象"}, on=date(2021, 9, 30))
    follow_register(COUNTY, [one.pk, other.pk], at=IN_THE_WINDOW, actor="test")
    pay(county, "钱家", "钱儿")
    pay(county, "周家", "钱二")

    merges(county, one, other)

    assert (all_is_well(county), Refund.objects.get().amount_fen) == (True, 4000)
    assert four_ways_agree(county.campaign).people.count == 1


def test_what_either_row_holds_counts_for_the_one_that_stays(county: County, twice: tuple) -> None:
    one, other = twice
    hold({"钱二": "低保对象"}, on=date(2021, 9, 30))

    done = merges(county, one, other)

    assert bills_of(one)[-1] == (4000, OPEN)
    assert facts_of([one.pk], county=COUNTY, on=IN_THE_WINDOW.date(), pack=None)[one.pk]["categories"] == ["低保对象"]
    assert Holding.objects.get(resident=other).household_id == one.household_id
    takes_back(county, done)
    assert (bills_of(one)[-1], bills_of(other)[-1]) == ((32000, OPEN), (4000, OPEN))


def test_money_under_way_for_the_row_that_went_is_owed_back(county: County, twice: tuple) -> None:
    one, other = twice
    asked = order(county, "周家", "钱二")
    merges(county, one, other)

    tell(money(asked))

    assert [(back.resident_id, back.reason) for back in Refund.objects.all()] == [(other.pk, "bill_changed")]


def test_who_stays_is_the_enrolled_then_who_has_a_number_then_the_older(county: County, twice: tuple) -> None:
    one, other = twice
    first = which_stays(other, one)
    pay(county, "周家", "钱二")

    assert (first, which_stays(one, other)) == ((one, other), (other, one))


# --- a list that names the row that was withdrawn -----------------------------------------------------------------------------


WRONG = number(BORN, 19)  # of the row that goes


def named(county: County, folder: Path, *rows: tuple[str, str, str]) -> list[tuple[str, int | None]]:
    """How the rows of a list come out: the verdict, and whom they mean."""
    roster = imported(county, xlsx(folder / f"{uuid4()}.xlsx", rows), is_full=False)
    return [(row.outcome, row.resident_id) for row in rows_of(roster)]


def test_a_list_that_names_the_withdrawn_number_means_the_row_that_stays(
    county: County, twice: tuple, tmp_path: Path
) -> None:
    one, other = twice
    row = ("钱儿", WRONG, "低保对象")
    before = named(county, tmp_path, ("钱二", WRONG, "低保对象"))

    done = merges(county, one, other)
    merged = named(county, tmp_path, row)
    takes_back(county, done)

    assert (before, merged) == ([("taken", other.pk)], [("taken", one.pk)])
    again = named(
        county, tmp_path, ("钱二", WRONG, "低保对象"), listed("赵妻")
    )  # one row more: the same file comes in once
    assert again[0] == ("taken", other.pk)


def test_a_list_that_names_both_numbers_means_one_person_twice(county: County, twice: tuple, tmp_path: Path) -> None:
    one, other = twice
    merges(county, one, other)

    again = named(county, tmp_path, ("钱儿", WRONG, "低保对象"), listed("钱儿"))
    other_grade = named(
        county, tmp_path, ("钱儿", WRONG, "低收入家庭重度残疾人（1级）"), listed("钱儿", "低收入家庭重度残疾人（2级）")
    )

    assert again == [("taken", one.pk), ("refused", one.pk)]
    assert other_grade == [("taken", one.pk), ("look", one.pk)]


def test_the_right_number_of_the_withdrawn_row_means_the_row_that_got_it(
    county: County, twice: tuple, tmp_path: Path
) -> None:
    one, other = twice
    merges(county, one, other, right=other)

    assert named(county, tmp_path, ("钱二", WRONG, "低保对象")) == [("taken", one.pk)]


def test_who_signs_in_with_the_withdrawn_number_is_who_stays(county: County, twice: tuple) -> None:
    one, other = twice
    merges(county, one, other)

    found = find_by_name_and_number(name="钱儿", number=WRONG, on=IN_THE_WINDOW.date(), allow_synthetic=True)

    assert (found.id, found.household_id) == (one.pk, one.household_id)


def test_who_was_merged_into_a_row_that_is_merged_goes_along_and_comes_back(county: County, twice: tuple) -> None:
    """Three rows of one person: what each of them holds is counted for the one that stays, not for one in between."""
    one, other = twice
    third = register_resident(
        household=county.household("赵家"), name="钱尔", number=number(BORN, 15), relation="其他亲属", on=IN_THE_WINDOW.date(), allow_synthetic=True
    )  # fmt: skip
    hold({"钱尔": "低保对象"}, on=date(2021, 9, 30))
    merges(county, other, third)

    done = merges(county, one, other)
    third.refresh_from_db()
    assert (third.same_as_id, third.household_id) == (one.pk, one.household_id)
    assert facts_of([one.pk], county=COUNTY, on=IN_THE_WINDOW.date(), pack=None)[one.pk]["categories"] == ["低保对象"]

    takes_back(county, done)
    third.refresh_from_db()
    assert (third.same_as_id, third.household_id) == (other.pk, other.household_id)
