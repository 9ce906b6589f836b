"""Stationery: from the province to the county, a township and a unit, and back; counted by whoever receives it."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from canbao.access.models import Record, Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.receipts import verify
from canbao.collection.domain.stock import Holder, Range, holder_of
from canbao.collection.models import HandOver, Loss, ReceiptBook
from canbao.collection.refusals import (
    HandedOverSideways,
    HandOverAnswered,
    HandOverTaken,
    NoReceiptsLeft,
    NoUnit,
    NumbersNotHeld,
    NumberUsedTwice,
    RangeBackwards,
    SamePerson,
    VoidWithoutReason,
)
from canbao.divisions.models import Division
from canbao.kernel.refusal import Refusal
from canbao.reports.four_ways import four_ways_agree
from tests.collection.domain.test_cash import take
from tests.collection.paying import receipt_numbers
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, VILLAGE, County
from tests.desks import answer_hand_over, hand_over, report_lost

T = TypeVar("T")
TOWN = "340621100000"
PAPER = ReceiptBook.Kind.PAPER


def numbers(first: int, last: int, *, series: int = 7) -> Range:
    return Range(PAPER, series, first, last)


def gives(
    county: County, by: str, to: Holder | None, range_: Range, *, number: UUID | None = None, document: str = "领用单1"
) -> HandOver:
    return hand_over(
        range_, hand_over_id=number or uuid4(), to=to, document=document, by=county.staff(by), at=IN_THE_WINDOW
    )


def answers(county: County, by: str, given: HandOver, *, received: bool = True) -> HandOver:
    return answer_hand_over(given, received=received, by=county.staff(by), at=IN_THE_WINDOW)


def loses(county: County, by: str, range_: Range, *, number: UUID | None = None, reason: str = "路上丢失") -> Loss:
    return report_lost(range_, loss_id=number or uuid4(), reason=reason, by=county.staff(by), at=IN_THE_WINDOW)


def arrived(county: County, first: int = 1, last: int = 1000) -> None:
    answers(county, "county2", gives(county, "county", None, numbers(first, last)))


def with_town(county: County, first: int = 1, last: int = 100) -> None:
    arrived(county)
    answers(county, "town", gives(county, "county", office(TOWN), numbers(first, last)))


def with_clerk(county: County, first: int = 1, last: int = 50) -> None:
    with_town(county)
    answers(county, "clerk", gives(county, "town", Holder(unit=county.unit()), numbers(first, last)))


def office(code: str) -> Holder:
    return Holder(office=Division.objects.get(pk=code))


def held(series: int = 7) -> list[tuple[int, int, str]]:
    """Who has which numbers: a unit by its village, an office by its code, nobody by the state."""
    books = (
        ReceiptBook.objects.filter(series=series, last_number__gte=1).select_related("unit").order_by("first_number")
    )
    return [
        (one.first_number, one.last_number, one.unit.division_id if one.unit else one.office or one.state)
        for one in books
        if one.last_number >= one.first_number
    ]


def or_refused(work: Callable[[], T]) -> T | str:
    try:
        return work()
    except Refusal as no:
        return no.code


def test_numbers_go_from_the_province_to_a_unit_and_each_receiver_has_counted_them(county: County) -> None:
    with_clerk(county)

    assert held() == [(1, 50, VILLAGE), (51, 100, TOWN), (101, 1000, f"{COUNTY}000000")]
    acts = HandOver.objects.order_by("pk").values_list("given_by", "answered_by", "is_received")
    assert sorted(acts) == [
        ("staff:county", "staff:county2", True),
        ("staff:county", "staff:town", True),
        ("staff:town", "staff:clerk", True),
    ]
    assert Record.objects.filter(verb__startswith="stock.").count() == 6


def test_what_is_on_the_way_is_nobodys(county: County) -> None:
    with_town(county)
    gives(county, "town", Holder(unit=county.unit()), numbers(1, 50))

    assert held()[0] == (1, 50, "on_the_way")
    with pytest.raises(NumbersNotHeld), transaction.atomic():
        gives(county, "town", Holder(unit=county.unit()), numbers(1, 10))


def test_who_has_no_paper_left_takes_cash_again_when_the_new_paper_is_counted(real_county: County) -> None:
    as_owner("UPDATE collection_receiptbook SET next_number = last_number + 1 WHERE kind = 'paper'")
    with_town(real_county)
    given = gives(real_county, "town", Holder(unit=real_county.unit()), numbers(21, 50))

    before = or_refused(lambda: take(real_county, "周家"))
    answers(real_county, "clerk", given)

    assert (before, take(real_county, "周家").full_number) == ("no_receipts_left", "0007-00000021")


def test_what_did_not_come_is_the_givers_again(county: County) -> None:
    with_town(county)

    answers(county, "clerk", gives(county, "town", Holder(unit=county.unit()), numbers(1, 50)), received=False)

    assert held()[:2] == [(1, 50, TOWN), (51, 100, TOWN)]


def test_numbers_that_the_province_never_sent_can_be_written_down_rightly(county: County) -> None:
    answers(county, "county2", gives(county, "county", None, numbers(1, 9000)), received=False)

    arrived(county)

    assert held() == [(1, 1000, f"{COUNTY}000000")]


def test_an_unused_tail_goes_back_up_and_is_used_by_somebody_else(county: County) -> None:
    with_clerk(county)

    answers(county, "town", gives(county, "clerk", office(TOWN), numbers(31, 50)))

    assert held() == [(1, 30, VILLAGE), (31, 50, TOWN), (51, 100, TOWN), (101, 1000, f"{COUNTY}000000")]


def test_numbers_that_were_used_do_not_go_back(county: County) -> None:
    take(county, "周家")

    with pytest.raises(NumbersNotHeld), transaction.atomic():
        gives(county, "clerk", office(TOWN), numbers(1, 100, series=1))
    answers(county, "town", gives(county, "clerk", office(TOWN), numbers(2, 100, series=1)))

    assert held(1)[:2] == [(1, 1, VILLAGE), (2, 100, TOWN)]
    assert four_ways_agree(county.campaign).agree


# --- lost -------------------------------------------------------------------------------------------------------------


def test_a_lost_number_is_skipped_and_the_others_are_used_in_order(county: County) -> None:
    loses(county, "clerk", numbers(2, 2, series=1))

    assert [take(county, home).number for home in ("周家", "钱家", "赵家")] == [1, 3, 4]
    assert four_ways_agree(county.campaign).agree
    assert held(1)[:3] == [(1, 1, VILLAGE), (2, 2, "lost"), (3, 100, VILLAGE)]


def test_a_book_that_came_later_waits_until_the_one_with_a_hole_is_used_up(county: County) -> None:
    """Not by its number: what a unit has longer is used first."""
    as_used_to(county)
    loses(county, "clerk", numbers(99, 99, series=1))

    assert [take(county, home).full_number for home in ("周家", "钱家", "赵家")] == [
        "0001-00000098", "0001-00000100", "0000-00000001",
    ]  # fmt: skip


def as_used_to(county: County) -> None:
    """Three of the old book are left, and a lower series came since."""
    clerk = Holder(unit=county.unit())
    answers(county, "town", gives(county, "clerk", office(TOWN), numbers(1, 97, series=1)))
    answers(county, "county2", gives(county, "county", None, Range(PAPER, 0, 1, 9)))
    answers(county, "town", gives(county, "county", office(TOWN), Range(PAPER, 0, 1, 9)))
    later = IN_THE_WINDOW.replace(year=2035)
    given = gives(county, "town", clerk, Range(PAPER, 0, 1, 9))
    answer_hand_over(given, received=True, by=county.staff("clerk"), at=later)


def test_whoever_has_a_lost_number_is_told_that_it_is_none_without_a_check_code(county: County) -> None:
    loses(county, "clerk", numbers(2, 3, series=1))

    found = [verify(series=1, number=number, check_code="") for number in (1, 2, 3, 4)]

    assert [one.state if one else None for one in found] == [None, "lost", "lost", None]
    assert (found[1].unit, found[1].people, found[1].total_fen) == ("示例一村委会", 0, 0)


def test_what_is_lost_stays_lost_whoever_says_so(real_county: County) -> None:
    loses(real_county, "clerk", numbers(2, 2, series=1))
    found = "UPDATE collection_receiptbook SET state = 'held', unit_id = %s WHERE state = 'lost'"

    with pytest.raises(IntegrityError, match="or lost"):
        as_owner(found, [real_county.unit().pk])
    with pytest.raises(NumberUsedTwice):
        gives(real_county, "county", None, numbers(2, 2, series=1))

    as_owner("ALTER TABLE collection_receiptbook DISABLE TRIGGER book_shrinks")  # the control
    as_owner(found, [real_county.unit().pk])


def test_used_numbers_are_not_lost_stock(county: County) -> None:
    take(county, "周家")

    with pytest.raises(NumbersNotHeld), transaction.atomic():
        loses(county, "clerk", numbers(1, 1, series=1))
    with pytest.raises(VoidWithoutReason):
        loses(county, "clerk", numbers(2, 2, series=1), reason=" ")

    assert not Loss.objects.exists()


# --- who, twice, at once ----------------------------------------------------------------------------------------------


def test_who_gives_does_not_receive(real_county: County) -> None:
    given = gives(real_county, "county", None, numbers(1, 9))

    with pytest.raises(SamePerson):
        answers(real_county, "county", given)
    rewrite("collection_answer_hand_over", "PERFORM refuse('same_person');", "NULL;")
    with pytest.raises(IntegrityError, match="hand_over_two_people"):
        answers(real_county, "county", given)

    as_owner("ALTER TABLE collection_handover DROP CONSTRAINT hand_over_two_people")  # the control
    assert answers(real_county, "county", given).is_received


@pytest.mark.parametrize(
    ("by", "to", "refusal"),
    [
        pytest.param("clerk", lambda county: Holder(unit=county.unit("340621100201")), HandedOverSideways, id="a-neighbour"),
        pytest.param("town", lambda county: office("340621101000"), HandedOverSideways, id="another-town"),
        pytest.param("town", lambda county: Holder(unit=county.unit(FAR_VILLAGE)), HandedOverSideways, id="its-unit"),
        pytest.param("town", lambda county: office(TOWN), HandedOverSideways, id="oneself"),
        pytest.param("town", lambda _: None, NotYourWork, id="from-the-province"),
        pytest.param("finance", lambda county: Holder(unit=county.unit()), NotYourWork, id="who-keeps-none"),
        pytest.param("town", lambda county: Holder(unit=county.unit()), NumbersNotHeld, id="what-one-does-not-have"),
    ],
)  # fmt: skip
def test_who_may_not_hand_over_changes_nothing(
    county: County, by: str, to: Callable[[County], Holder | None], refusal: type
) -> None:
    arrived(county)
    before = held()

    with pytest.raises(refusal), transaction.atomic():
        gives(county, by, to(county), numbers(1, 50))

    assert (held(), HandOver.objects.count()) == (before, 1)


def test_only_the_receiver_says_that_it_came(county: County) -> None:
    with_town(county)
    given = gives(county, "town", Holder(unit=county.unit()), numbers(1, 50))

    for by in ("neighbour", "county"):
        with pytest.raises(NotYourDivision):
            answers(county, by, given)

    assert answers(county, "clerk", given).is_received


def test_a_clerk_without_a_unit_keeps_nothing(county: County) -> None:
    Staff.objects.filter(username="clerk").update(unit_id=None)

    with pytest.raises(NoUnit):
        holder_of(county.staff("clerk"))


@pytest.mark.parametrize(("first", "last"), [(0, 5), (6, 5), (-2, -1)])
def test_what_is_no_range_is_told(first: int, last: int) -> None:
    with pytest.raises(RangeBackwards):
        numbers(first, last)


def test_doing_it_twice_is_doing_it_once_and_other_content_is_told(county: County) -> None:
    arrived(county)
    number, lost = uuid4(), uuid4()
    once = [gives(county, "county", office(TOWN), numbers(1, 9), number=number) for _ in range(2)]
    twice = [answers(county, "town", once[0]) for _ in range(2)]
    losses = [loses(county, "county", numbers(20, 20), number=lost) for _ in range(2)]

    assert (once[0] == once[1], twice[0] == twice[1], losses[0] == losses[1]) == (True, True, True)
    for work in (
        lambda: gives(county, "county", office(TOWN), numbers(1, 8), number=number),
        lambda: loses(county, "county", numbers(21, 21), number=lost),
    ):
        with pytest.raises(HandOverTaken), transaction.atomic():
            work()
    with pytest.raises(HandOverAnswered), transaction.atomic():
        answers(county, "town", once[0], received=False)
    assert Record.objects.filter(verb__startswith="stock.").count() == 5


def test_two_who_hand_out_the_same_numbers_at_the_same_moment_do_it_once(real_county: County) -> None:
    with_town(real_county)
    unit = Holder(unit=real_county.unit())

    done = all_at_once(*[lambda: or_refused(lambda: gives(real_county, "town", unit, numbers(1, 50)))] * 3)

    assert sorted(str(one) if isinstance(one, str) else "given" for one in done) == ["given"] + ["numbers_not_held"] * 2


def test_two_who_write_down_the_same_delivery_at_the_same_moment_do_it_once(real_county: County) -> None:
    done = all_at_once(*[lambda: or_refused(lambda: gives(real_county, "county", None, numbers(1, 50)))] * 3)

    assert (
        sorted(str(one) if isinstance(one, str) else "given" for one in done) == ["given"] + ["number_used_twice"] * 2
    )


def test_cash_that_is_taken_while_the_tail_goes_back_uses_a_number_that_stays(real_county: County) -> None:
    def back() -> HandOver:
        return gives(real_county, "clerk", office(TOWN), numbers(2, 100, series=1))

    _, receipt = one_inside_the_other(back, lambda: take(real_county, "周家"))

    assert receipt.number == 1
    with pytest.raises(NoReceiptsLeft):
        take(real_county, "钱家")


def test_numbers_go_back_while_cash_is_taken_only_if_they_are_unused(real_county: County) -> None:
    taken, no = one_inside_the_other(
        lambda: take(real_county, "周家"),
        lambda: or_refused(lambda: gives(real_county, "clerk", office(TOWN), numbers(1, 100, series=1))),
    )

    assert (taken.number, no, receipt_numbers(1)) == (1, "numbers_not_held", [1])


def test_without_the_lock_of_the_book_a_number_would_be_used_and_gone_back(real_county: County) -> None:
    """The control: the constraint of the counter stands behind the lock."""
    rewrite(
        "collection_cut",
        "IS NOT DISTINCT FROM (in_unit, in_office) FOR UPDATE",
        "IS NOT DISTINCT FROM (in_unit, in_office)",
    )

    _, second = one_inside_the_other(
        lambda: take(real_county, "周家"),
        lambda: gives(real_county, "clerk", office(TOWN), numbers(1, 100, series=1)),
    )

    assert type(second) is IntegrityError


HAND_OUT = """SELECT collection_hand_over(gen_random_uuid(), '340621', 'paper', 1, 50, 60, %s, NULL, NULL, '340621100000', 'x', %s, now())"""


def test_the_database_itself_asks_whose_numbers_they_are(real_county: County) -> None:
    unit = real_county.unit().pk
    neighbour = Scope("340621100201", "staff:neighbour")
    with pytest.raises(DatabaseError, match="not_your_division"):
        as_application(neighbour, HAND_OUT, [unit, "staff:neighbour"])
    with pytest.raises(DatabaseError, match="cannot speak for"):
        as_application(neighbour, HAND_OUT, [unit, "staff:clerk"])

    rewrite("collection_must_hold_place", "PERFORM refuse('not_your_division');", "NULL;")  # the control
    assert as_application(neighbour, HAND_OUT, [unit, "staff:neighbour"]) == 1


def test_no_resident_and_no_other_county_sees_who_handed_what_to_whom(county: County) -> None:
    arrived(county)
    seen = []
    for scope in (
        Scope(VILLAGE, "staff:clerk"),
        Scope("340622", "staff:other"),
        Scope(VILLAGE, "resident:1", household=1),
    ):
        with within(scope):
            seen.append(HandOver.objects.count())

    assert seen == [1, 0, 0]


def test_the_application_has_no_right_to_write_it(county: County) -> None:
    for statement in ("UPDATE collection_handover SET is_received = true", "DELETE FROM collection_loss"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as db,
        ):
            db.execute(statement)


def test_who_was_moved_to_the_office_does_not_count_what_they_gave(county: County) -> None:
    with_clerk(county)
    given = gives(county, "clerk", office(TOWN), numbers(31, 50))
    Staff.objects.filter(username="clerk").update(role=Role.TOWNSHIP, unit_id=None, division=TOWN)

    with pytest.raises(SamePerson), transaction.atomic():
        answers(county, "clerk", given)
