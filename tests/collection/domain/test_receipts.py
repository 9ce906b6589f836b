"""Receipts: numbered stationery, used in order, never twice, kept as they were issued."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import QuerySet

from canbao.access.models import Record, Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.receipts import Verification, issue_book, verify
from canbao.collection.models import Receipt, ReceiptBook, Voiding
from canbao.collection.refusals import (
    NoReceiptsLeft,
    NothingToPrint,
    NumberUsedTwice,
    OtherUnit,
    ReceiptHasVoucher,
    ReceiptIsVoid,
    ReceiptPrinted,
    ReceiptWaitsForVoid,
    SamePerson,
    VoidingTaken,
    VoidReasonTooLong,
    VoidWithoutReason,
    VoucherStands,
)
from canbao.divisions.models import CollectingUnit, UnitKind
from canbao.kernel.refusal import Refusal
from canbao.reports.four_ways import four_ways_agree
from tests.collection.domain.test_cash import take
from tests.collection.paying import counts, numbers_without_gap, receipt_numbers
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite, without_key
from tests.county import FAR_VILLAGE, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, everybody, hold
from tests.desks import answer_void, ask_void, note_print, note_prints, readjust, void

T = TypeVar("T")
CLERK = Scope(VILLAGE, "staff:clerk")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(1, 100, id="the-same-range"),
        pytest.param(100, 100, id="its-last-number"),
        pytest.param(50, 150, id="over-its-end"),
        pytest.param(40, 60, id="inside"),
    ],
)
def test_a_range_that_was_handed_out_is_not_handed_out_again(county: County, first: int, last: int) -> None:
    books = ReceiptBook.objects.count()

    with pytest.raises(NumberUsedTwice) as no:
        issue_book(unit=county.unit(FAR_VILLAGE), kind=ReceiptBook.Kind.PAPER, series=1, first=first, last=last)

    assert (no.value.code, ReceiptBook.objects.count()) == ("number_used_twice", books)


def test_the_same_numbers_of_another_series_are_other_numbers(county: County) -> None:
    book = issue_book(unit=county.unit(FAR_VILLAGE), kind=ReceiptBook.Kind.PAPER, series=3, first=1, last=100)

    assert book.left == 100


def test_two_who_hand_out_one_range_at_the_same_moment_do_it_once(real_county: County) -> None:
    unit = real_county.unit(FAR_VILLAGE)

    def hand_out() -> ReceiptBook:
        return issue_book(unit=unit, kind=ReceiptBook.Kind.PAPER, series=9, first=1, last=50)

    answers = all_at_once(hand_out, hand_out, hand_out)

    assert sorted(type(one).__name__ for one in answers) == ["NumberUsedTwice", "NumberUsedTwice", "ReceiptBook"]


def test_one_number_on_two_receipts_is_refused_by_the_database_itself(real_county: County) -> None:
    first, second = take(real_county, "赵家"), take(real_county, "周家")
    as_owner("ALTER TABLE collection_receipt DISABLE TRIGGER kept_but")

    with pytest.raises(IntegrityError, match="receipt_number_once"):
        as_owner("UPDATE collection_receipt SET number = %s WHERE id = %s", [first.number, second.pk])


def test_without_its_key_a_number_could_be_used_twice(real_county: County) -> None:
    """The control: a counter that was set back by hand gives the same number again."""
    without_key("collection_receipt", "county", "series", "number")
    take(real_county, "赵家")
    as_owner("UPDATE collection_receiptbook SET next_number = first_number")

    take(real_county, "周家")

    assert receipt_numbers(1) == [1, 1]


def test_with_its_key_a_counter_that_was_set_back_stops_the_till_and_takes_no_money(real_county: County) -> None:
    take(real_county, "赵家")
    as_owner("UPDATE collection_receiptbook SET next_number = first_number")
    before = counts()

    with pytest.raises(IntegrityError, match="receipt_number_once"):
        take(real_county, "周家")

    assert counts() == before


def test_a_rollback_takes_the_number_back(county: County) -> None:
    with transaction.atomic():
        take(county, "赵家")
        transaction.set_rollback(True)

    assert take(county, "周家").number == 1


@pytest.mark.parametrize("change", ["number = 99", "total_fen = 1", "issued_on = '2021-01-01'", "check_code = 'A'"])
def test_an_issued_receipt_is_kept_as_it_is_even_by_the_owner(real_county: County, change: str) -> None:
    receipt = take(real_county, "周家")

    with pytest.raises(IntegrityError, match="is append-only"):
        as_owner(f"UPDATE collection_receipt SET {change} WHERE id = %s", [receipt.pk])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE collection_receipt SET state = 'void'",
        "UPDATE collection_receipt SET number = 99",
        "DELETE FROM collection_receipt",
        "UPDATE collection_receiptline SET fen = 1",
        "DELETE FROM collection_receiptline",
        "UPDATE collection_receiptbook SET next_number = 1",
        "DELETE FROM collection_receiptbook",
        "UPDATE collection_payment SET amount_fen = 1",
        "INSERT INTO collection_payment (id) VALUES (gen_random_uuid())",
    ],
)
def test_the_application_has_no_right_to_change_what_was_issued(county: County, statement: str) -> None:
    take(county, "周家")

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as db:
        db.execute(statement)


def test_a_reprint_is_counted_marked_and_on_record(county: County) -> None:
    receipt = take(county, "周家")

    assert [note_print(receipt, actor="staff:clerk", as_reprint=True) for _ in range(3)] == [1, 2, 3]
    assert Record.objects.filter(verb="receipt.printed", subject=f"receipt:{receipt.pk}").count() == 3


def test_who_asks_for_the_original_twice_is_told_and_given_no_reprint(county: County) -> None:
    receipt = take(county, "周家")
    assert note_print(receipt, actor="staff:clerk", as_reprint=False) == 1

    with pytest.raises(ReceiptPrinted) as no:
        note_print(receipt, actor="staff:clerk", as_reprint=False)

    assert no.value.says == "票据0001-00000001已打印过1次，这次没有打印。"
    assert Receipt.objects.get(pk=receipt.pk).prints == 1
    assert Record.objects.filter(verb="receipt.printed", subject=f"receipt:{receipt.pk}").count() == 1
    assert note_print(receipt, actor="staff:clerk", as_reprint=True) == 2


def test_anybody_may_verify_a_receipt_and_learns_nothing_about_anybody(county: County) -> None:
    receipt = take(county, "赵家")

    with within(Scope("", "nobody", household=0)):
        found = verify(series=1, number=1, check_code=receipt.check_code.lower())

    assert found == Verification("valid", 128000, 4, date(2021, 11, 15), "示例一村委会")


def test_a_receipt_is_not_found_without_its_check_code(county: County) -> None:
    receipt = take(county, "赵家")

    assert verify(series=1, number=1, check_code="0000000000") is None
    assert verify(series=1, number=2, check_code=receipt.check_code) is None


# --- prints ----------------------------------------------------------------------------------------------------------


def test_of_two_who_print_at_the_same_moment_one_has_the_original(real_county: County) -> None:
    receipt = take(real_county, "周家")

    def print_it() -> int:
        return note_print(Receipt.objects.get(pk=receipt.pk), actor="staff:clerk", as_reprint=True)

    assert one_inside_the_other(print_it, print_it) == (1, 2)
    assert sorted(all_at_once(*[print_it] * 4)) == [3, 4, 5, 6]


def test_of_two_who_ask_for_the_original_at_the_same_moment_one_is_told_that_it_is_printed(real_county: County) -> None:
    receipt = take(real_county, "周家")

    def print_it() -> int:
        return note_print(Receipt.objects.get(pk=receipt.pk), actor="staff:clerk", as_reprint=False)

    first, second = one_inside_the_other(print_it, lambda: refused_or(print_it))

    assert (first, second) == (1, "receipt_printed")


def refused_or(work: Callable[[], int]) -> int | str:
    try:
        return work()
    except ReceiptPrinted as no:
        return no.code


def test_who_looks_before_counting_would_print_two_originals(real_county: County) -> None:
    """The control: both look, both see that nobody has printed yet, and both print the original."""
    receipt = take(real_county, "周家")

    def look_first() -> int:
        nth = Receipt.objects.get(pk=receipt.pk).prints + 1
        note_print(receipt, actor="staff:clerk", as_reprint=True)
        return nth

    assert one_inside_the_other(look_first, look_first) == (1, 1)


@pytest.mark.parametrize("prints", [0, 5])
def test_prints_are_counted_one_by_one_whoever_counts(real_county: County, prints: int) -> None:
    """SQL of a clerk's own cannot make a reprint an original again."""
    receipt = take(real_county, "周家")
    for _ in range(2):
        note_print(receipt, actor="staff:clerk", as_reprint=True)
    change, asked = "UPDATE collection_receipt SET prints = %s WHERE id = %s", [prints, receipt.pk]

    with pytest.raises(IntegrityError, match="counted one by one"):
        as_application(CLERK, change, asked)

    as_owner("ALTER TABLE collection_receipt DISABLE TRIGGER only_forward")  # the control
    assert as_application(CLERK, change, asked) == 1


# --- voided ----------------------------------------------------------------------------------------------------------


def spoil(county: County, receipt: Receipt, *, by: str = "clerk", reason: str = "打印错位") -> Receipt:
    return void(receipt, reason=reason, by=county.staff(by), at=IN_THE_WINDOW)


def test_a_spoiled_receipt_keeps_its_number_and_the_next_one_stands_for_the_same_money(county: County) -> None:
    receipt = take(county, "钱家")
    before = counts()

    instead = spoil(county, receipt)

    assert (receipt.state, receipt.void_reason, receipt.voided_by) == (Receipt.State.VOID, "打印错位", "staff:town")
    assert instead.issued_by == "staff:clerk"
    assert (receipt.number, instead.number, instead.replaces, instead.total_fen) == (1, 2, receipt, 36000)
    assert sorted(instead.lines.values_list("fen", flat=True)) == [4000, 32000]
    assert counts() == before | {"receipts": before["receipts"] + 1}
    assert (four_ways_agree(county.campaign).agree, numbers_without_gap()) == (True, True)
    assert Record.objects.filter(verb="receipt.voided", subject=f"receipt:{receipt.pk}").count() == 1
    assert (verify_it(receipt), verify_it(instead)) == ("void", "valid")


def verify_it(receipt: Receipt) -> str:
    found = verify(series=receipt.series, number=receipt.number, check_code=receipt.check_code)
    assert found is not None
    return found.state


def ask(county: County, receipt: Receipt, *, voiding: UUID | None = None, reason: str = "打印错位") -> Voiding:
    return ask_void(receipt, voiding_id=voiding or uuid4(), reason=reason, by=county.staff("clerk"), at=IN_THE_WINDOW)


def answer(county: County, asked: Voiding, *, agrees: bool = True, by: str = "town") -> Receipt:
    return answer_void(asked, agrees=agrees, by=county.staff(by), at=IN_THE_WINDOW)


def or_refused(work: Callable[[], T]) -> T | str:
    try:
        return work()
    except Refusal as no:
        return no.code


def test_until_somebody_answers_a_spoiled_receipt_counts_says_that_it_waits_and_is_not_printed(county: County) -> None:
    receipt = take(county, "钱家")
    before = counts()

    asked = ask(county, receipt)

    assert (counts(), verify_it(receipt), asked.is_agreed) == (before, "waits", None)
    with pytest.raises(ReceiptWaitsForVoid) as no, transaction.atomic():
        note_print(receipt, actor="staff:clerk", as_reprint=True)
    assert (no.value.says, Receipt.objects.get().prints) == ("票据0001-00000001作废待核。", 0)


def test_what_nobody_agrees_to_stands_and_can_be_asked_again(county: County) -> None:
    receipt = take(county, "钱家")
    before = counts()

    stands = answer(county, ask(county, receipt), agrees=False)

    assert (stands, counts(), verify_it(receipt)) == (receipt, before, "valid")
    assert note_print(receipt, actor="staff:clerk", as_reprint=False) == 1
    assert answer(county, ask(county, receipt)).number == 2
    assert list(Voiding.objects.order_by("is_agreed").values_list("is_agreed", flat=True)) == [False, True]
    assert Record.objects.filter(verb__startswith="receipt.void").count() == 4


def test_asking_twice_is_asking_once_and_other_content_under_the_same_number_is_told(county: County) -> None:
    receipt, number = take(county, "钱家"), uuid4()
    assert ask(county, receipt, voiding=number) == ask(county, receipt, voiding=number, reason=" 打印错位 ")
    assert Record.objects.filter(verb="receipt.void_asked").count() == 1

    with pytest.raises(VoidingTaken), transaction.atomic():
        ask(county, receipt, voiding=number, reason="票面破损")
    with pytest.raises(ReceiptWaitsForVoid), transaction.atomic():
        ask(county, receipt)

    assert Voiding.objects.get().reason == "打印错位"


def test_of_two_who_ask_at_the_same_moment_one_is_told_that_it_waits(real_county: County) -> None:
    receipt = take(real_county, "钱家")

    def one_more() -> Voiding | str:
        return or_refused(lambda: ask(real_county, receipt))

    _, second = one_inside_the_other(one_more, one_more)

    assert (second, Voiding.objects.count()) == ("receipt_waits_for_void", 1)


def test_without_the_lock_of_the_receipt_the_key_refuses_the_second_who_asks(real_county: County) -> None:
    """The control."""
    receipt = take(real_county, "钱家")
    rewrite("collection_lock_receipt", "FOR NO KEY UPDATE", "")

    def one_more() -> Voiding | str:
        return or_refused(lambda: ask(real_county, receipt))

    _, second = one_inside_the_other(one_more, one_more)

    assert (type(second), Voiding.objects.count()) == (IntegrityError, 1)


def test_a_void_receipt_is_not_voided_again(county: County) -> None:
    receipt = take(county, "钱家")
    spoil(county, receipt)

    with pytest.raises(ReceiptIsVoid), transaction.atomic():
        ask(county, receipt)


def test_who_asks_does_not_agree_whatever_their_work_is_by_then(real_county: County) -> None:
    """The clerk was moved to the township meanwhile."""
    receipt = take(real_county, "钱家")
    asked = ask(real_county, receipt)
    Staff.objects.filter(username="clerk").update(role=Role.TOWNSHIP, unit_id=None)

    with pytest.raises(SamePerson):
        answer(real_county, asked, by="clerk")
    rewrite("collection_answer_void", "PERFORM refuse('same_person');", "NULL;")  # and a constraint stands behind it
    with pytest.raises(IntegrityError, match="voiding_two_people"):
        answer(real_county, asked, by="clerk")

    as_owner("ALTER TABLE collection_voiding DROP CONSTRAINT voiding_two_people")  # the control
    assert answer(real_county, asked, by="clerk").number == 2


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        pytest.param("neighbour", NotYourDivision, id="another-village"),
        pytest.param("finance", NotYourWork, id="a-role-that-does-not-agree"),
    ],
)
def test_who_may_not_agree_changes_nothing(county: County, by: str, refusal: type) -> None:
    asked = ask(county, take(county, "钱家"))

    with pytest.raises(refusal):
        answer(county, asked, by=by)

    assert Voiding.objects.get().is_agreed is None
    assert answer(county, asked, by="county").number == 2


def test_agreeing_twice_is_voiding_once(real_county: County) -> None:
    asked = ask(real_county, take(real_county, "钱家"))

    def agree() -> Receipt:
        return answer(real_county, asked)

    first, second = one_inside_the_other(agree, agree)

    assert (first, Receipt.objects.count(), receipt_numbers(1)) == (second, 2, [1, 2])
    assert Record.objects.filter(verb="receipt.voided").count() == 1


def test_of_two_who_answer_differently_at_the_same_moment_the_second_is_told(real_county: County) -> None:
    receipt = take(real_county, "钱家")
    asked = ask(real_county, receipt)

    stands, no = one_inside_the_other(
        lambda: answer(real_county, asked, agrees=False),
        lambda: or_refused(lambda: answer(real_county, asked, by="county")),
    )

    assert (stands, no, receipt_numbers(1)) == (receipt, "voiding_answered", [1])


def test_nobody_voids_alone_whoever_writes_it(real_county: County) -> None:
    receipt = take(real_county, "周家")
    alone = "UPDATE collection_receipt SET state = 'void', void_reason = '错', voided_by = 'staff:clerk', voided_at = now() WHERE id = %s"

    with pytest.raises(IntegrityError, match="nobody else agreed"):
        as_owner(alone, [receipt.pk])

    as_owner("ALTER TABLE collection_receipt DISABLE TRIGGER void_is_agreed")  # the control
    as_owner(alone, [receipt.pk])


def test_what_somebody_answered_stays_said(real_county: County) -> None:
    receipt = take(real_county, "周家")
    answer(real_county, ask(real_county, receipt), agrees=False)

    with pytest.raises(IntegrityError, match="is said and stays said"):
        as_owner("UPDATE collection_voiding SET is_agreed = true")
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_application(CLERK, "UPDATE collection_voiding SET is_agreed = true")


def test_a_clerk_sees_the_voidings_of_their_village_and_no_other(county: County) -> None:
    ask(county, take(county, "钱家"))

    with within(Scope(OTHER_VILLAGE, "staff:neighbour")):
        elsewhere = Voiding.objects.count()
    with within(CLERK):
        assert (Voiding.objects.count(), elsewhere) == (1, 0)


def test_a_voucher_that_came_while_it_waited_is_the_end_of_the_asking(county: County) -> None:
    receipt = take(county, "钱家")
    asked = ask(county, receipt)
    give_back(county)

    with pytest.raises(ReceiptHasVoucher), transaction.atomic():
        answer(county, asked)

    assert (answer(county, asked, agrees=False), verify_it(receipt)) == (receipt, "valid")


def test_a_voucher_is_verified_as_one_and_its_receipt_says_what_went_back(county: County) -> None:
    receipt = take(county, "钱家")
    give_back(county)
    voucher = Receipt.objects.get(total_fen=-28000)

    found = verify(series=1, number=receipt.number, check_code=receipt.check_code)

    assert verify_it(voucher) == "voucher"
    assert found == Verification("valid", 36000, 2, date(2021, 11, 15), "示例一村委会", returned_fen=28000)


def test_the_one_in_its_place_can_be_spoiled_too(county: County) -> None:
    last = spoil(county, spoil(county, take(county, "钱家")))

    assert (last.number, Receipt.objects.filter(state="valid").get()) == (3, last)
    assert four_ways_agree(county.campaign).agree


def test_a_void_receipt_is_not_printed(county: County) -> None:
    receipt = take(county, "钱家")
    spoil(county, receipt)

    with pytest.raises(ReceiptIsVoid) as no:
        note_print(receipt, actor="staff:clerk", as_reprint=True)

    assert (no.value.remedy, Receipt.objects.get(pk=receipt.pk).prints) == (
        "现在有效的是票据0001-00000002，要打印的请打印这一张。",
        0,
    )


def test_money_goes_back_against_the_receipt_that_stands(county: County) -> None:
    instead = spoil(county, take(county, "钱家"))

    assert (give_back(county), voucher_and_its_receipt()) == (28000, (instead.full_number, "valid"))
    assert four_ways_agree(county.campaign).agree


def give_back(county: County) -> int:
    """The list of the last day has 钱儿: 280 of the 360 go back. How much was given back."""
    hold({"钱儿": "低保对象"}, on=date(2021, 12, 31))
    at = IN_THE_WINDOW.replace(month=12, day=31)
    return readjust(county.campaign, as_of=at.date(), at=at, actor="staff:county").give_back_fen


def test_the_receipt_that_money_went_back_from_stands(county: County) -> None:
    receipt = take(county, "钱家")
    give_back(county)
    voucher = Receipt.objects.get(total_fen=-28000)

    with pytest.raises(ReceiptHasVoucher) as no, transaction.atomic():
        spoil(county, receipt)

    assert no.value.says == f"退款凭证{voucher.full_number}已冲减这张票据，不能再作废。"
    assert not Receipt.objects.filter(state="void").exists()


def voucher_and_its_receipt() -> tuple[str, str]:
    voucher = Receipt.objects.select_related("takes_back_from").get(total_fen=-28000)
    return voucher.takes_back_from.full_number, voucher.takes_back_from.state


def test_who_voids_while_money_goes_back_is_told_no(real_county: County) -> None:
    receipt = take(real_county, "钱家")
    asked = ask(real_county, receipt)

    fen, no = one_inside_the_other(lambda: give_back(real_county), lambda: answer(real_county, asked))

    assert (fen, type(no), voucher_and_its_receipt()) == (28000, ReceiptHasVoucher, (receipt.full_number, "valid"))


def test_money_that_goes_back_while_somebody_voids_goes_back_from_the_new_one(real_county: County) -> None:
    asked = ask(real_county, take(real_county, "钱家"))

    instead, fen = one_inside_the_other(lambda: answer(real_county, asked), lambda: give_back(real_county))

    assert (fen, voucher_and_its_receipt()) == (28000, (instead.full_number, "valid"))


def test_without_the_lock_of_the_bills_a_voucher_would_name_a_void_number(real_county: County) -> None:
    """The control."""
    receipt = take(real_county, "钱家")
    asked = ask(real_county, receipt)
    rewrite("collection_lock_receipt", "ORDER BY id FOR KEY SHARE", "ORDER BY id")

    one_inside_the_other(lambda: give_back(real_county), lambda: answer(real_county, asked))

    assert voucher_and_its_receipt() == (receipt.full_number, "void")


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        pytest.param("neighbour", NotYourDivision, id="the-clerk-of-another-village"),
        pytest.param("county", NotYourWork, id="a-role-that-issues-none"),
    ],
)
def test_who_does_not_issue_receipts_here_voids_none(county: County, by: str, refusal: type) -> None:
    receipt = take(county, "钱家")

    with pytest.raises(refusal):
        spoil(county, receipt, by=by)

    assert (Receipt.objects.get().state, receipt_numbers(1)) == ("valid", [1])


def test_a_school_of_the_village_voids_none_of_the_committee(county: County) -> None:
    receipt = take(county, "钱家")
    school = CollectingUnit.objects.create(kind=UnitKind.SCHOOL, name="小学", division_id=VILLAGE)
    Staff.objects.filter(username="clerk").update(unit_id=school.pk)

    with pytest.raises(OtherUnit):
        spoil(county, receipt)


def test_without_a_reason_nothing_is_voided(county: County) -> None:
    receipt = take(county, "钱家")

    with pytest.raises(VoidWithoutReason), transaction.atomic():
        spoil(county, receipt, reason="  ")

    assert Receipt.objects.get().state == "valid"


def test_a_reason_is_a_hundred_characters_at_most(county: County) -> None:
    receipt = take(county, "钱家")

    with pytest.raises(VoidReasonTooLong) as no, transaction.atomic():
        spoil(county, receipt, reason="错" * 101)
    assert no.value.says == "作废原因有101个字，最多写100个字。"

    assert spoil(county, receipt, reason=" " + "错" * 100).replaces.void_reason == "错" * 100


def test_without_a_receipt_left_nothing_is_voided(real_county: County) -> None:
    receipt = take(real_county, "钱家")
    as_owner("UPDATE collection_receiptbook SET next_number = last_number + 1 WHERE kind = 'paper'")

    with pytest.raises(NoReceiptsLeft):
        spoil(real_county, receipt)

    assert Receipt.objects.get().state == "valid"


def test_a_refund_voucher_is_not_voided(county: County) -> None:
    take(county, "钱家")
    give_back(county)

    with pytest.raises(VoucherStands), transaction.atomic():
        spoil(county, Receipt.objects.get(total_fen=-28000))

    assert not Receipt.objects.filter(state="void").exists()


ASK = "SELECT * FROM collection_ask_void(gen_random_uuid(), %s, '错', %s, '2021-11-15 10:00+08')"
AGREE = "SELECT * FROM collection_answer_void(%s, true, %s, '2021-11-15', '2021-11-15 10:00+08')"


def test_the_database_itself_asks_whose_receipt_it_is(real_county: County) -> None:
    receipt, waiting = take(real_county, "周家"), ask(real_county, take(real_county, "钱家"))
    others = [
        Scope(OTHER_VILLAGE, "staff:neighbour"),
        Scope(VILLAGE, "resident:1", household=receipt.household_id),
        Scope("340621101000", "staff:far"),
    ]
    for scope in others:
        for asked in ((ASK, [receipt.pk, scope.actor]), (AGREE, [waiting.pk, scope.actor])):
            with pytest.raises(DatabaseError, match="not_your_division"):
                as_application(scope, *asked)
    for asked in ((ASK, [receipt.pk, "staff:county"]), (AGREE, [waiting.pk, "staff:county"])):
        with pytest.raises(DatabaseError, match="cannot speak for"):
            as_application(CLERK, *asked)

    rewrite("collection_lock_receipt", "PERFORM refuse('not_your_division');", "NULL;")  # the control
    assert as_application(others[0], ASK, [receipt.pk, "staff:neighbour"]) == 1
    assert as_application(others[0], AGREE, [waiting.pk, "staff:neighbour"]) == 1


@pytest.mark.parametrize(
    ("table", "state"), [("collection_receipt", "x"), ("collection_receipt", "due"), ("collection_refund", "x")]
)
def test_a_state_that_nobody_knows_is_no_way_round(real_county: County, table: str, state: str) -> None:
    take(real_county, "钱家")
    give_back(real_county)

    with pytest.raises(IntegrityError, match=f"to {state} and not back"):
        as_owner(f"UPDATE {table} SET state = %s", [state])
    as_owner(f"ALTER TABLE {table} DISABLE TRIGGER only_forward")  # and a constraint stands behind it
    with pytest.raises(IntegrityError, match="violates check constraint"):
        as_owner(f"UPDATE {table} SET state = %s", [state])


@pytest.mark.parametrize(
    ("table", "field"),
    [("order", "state"), ("payment", "channel"), ("receiptbook", "kind"), ("refund", "channel"), ("refund", "reason")],
)
def test_the_database_keeps_no_word_that_nobody_knows(real_county: County, table: str, field: str) -> None:
    take(real_county, "钱家")
    give_back(real_county)
    as_owner(f"ALTER TABLE collection_{table} DISABLE TRIGGER USER")

    with pytest.raises(IntegrityError, match="is_known"):
        as_owner(f"UPDATE collection_{table} SET {field} = 'x'")


def test_a_void_receipt_does_not_come_back_to_life(real_county: County) -> None:
    receipt = take(real_county, "周家")
    spoil(real_county, receipt)
    alive = "UPDATE collection_receipt SET state = 'valid', void_reason = '', voided_by = NULL, voided_at = NULL WHERE id = %s"

    with pytest.raises(IntegrityError, match="is said and stays said"):
        as_owner(alive, [receipt.pk])
    with pytest.raises(IntegrityError, match="from void to valid and not back"):
        as_owner("UPDATE collection_receipt SET state = 'valid' WHERE id = %s", [receipt.pk])


def test_one_bill_stands_on_one_receipt_that_counts(real_county: County) -> None:
    """The last word of the database against paper for money that came once."""
    receipt = take(real_county, "周家")
    spoil(real_county, receipt)
    as_owner("ALTER TABLE collection_receiptline DISABLE TRIGGER kept_but")

    with pytest.raises(IntegrityError, match="receipt_line_once_a_bill"):
        as_owner("UPDATE collection_receiptline SET is_void = false")


def cash_while_one_is_voided(county: County) -> tuple[object, object]:
    asked = ask(county, take(county, "钱家"))
    return one_inside_the_other(lambda: take(county, "周家"), lambda: answer(county, asked))


def test_a_new_receipt_and_one_in_place_of_another_have_numbers_of_their_own(real_county: County) -> None:
    cash_while_one_is_voided(real_county)

    assert (receipt_numbers(1), numbers_without_gap()) == ([1, 2, 3], True)


def test_without_the_lock_of_the_books_both_would_have_the_next_number(real_county: County) -> None:
    """The control: the key of the number refuses the second."""
    rewrite("collection_answer_void", "ORDER BY b.id FOR UPDATE OF b", "ORDER BY b.id")

    assert type(cash_while_one_is_voided(real_county)[1]) is IntegrityError


# --- many at once ----------------------------------------------------------------------------------------------------


def prints_of(*receipts: Receipt, as_reprint: bool = False) -> dict[int, int]:
    ids = [receipt.pk for receipt in receipts]
    return note_prints(ids, subject="unit:1", county="340621", actor="staff:clerk", as_reprint=as_reprint)


def test_of_many_each_print_is_counted_and_one_link_of_the_record_names_them_all(county: County) -> None:
    first, second = take(county, "赵家"), take(county, "周家")

    assert prints_of(first) == {first.pk: 1}
    assert prints_of(second, first) == {second.pk: 1}
    assert prints_of(second, first, as_reprint=True) == {first.pk: 2, second.pk: 2}

    told = [link.detail["prints"] for link in Record.objects.filter(verb="receipts.printed").order_by("position")]
    assert told == [{str(first.pk): 1}, {str(second.pk): 1}, {str(first.pk): 2, str(second.pk): 2}]


def test_of_many_the_void_and_the_waiting_are_left_out(county: County) -> None:
    gone, waits, good = take(county, "赵家"), take(county, "周家"), take(county, "钱家")
    instead = void(gone, reason="打印错位", by=county.staff("clerk"), at=IN_THE_WINDOW)
    ask_void(waits, voiding_id=uuid4(), reason="票面破损", by=county.staff("clerk"), at=IN_THE_WINDOW)

    assert prints_of(gone, waits, good, instead, as_reprint=True) == {good.pk: 1, instead.pk: 1}
    with pytest.raises(NothingToPrint):
        prints_of(gone, waits, good)


def test_of_two_who_print_the_same_at_the_same_moment_one_has_the_originals(real_county: County) -> None:
    first, second, third = (take(real_county, home) for home in ("赵家", "周家", "钱家"))

    one, other = one_inside_the_other(lambda: prints_of(first, second), lambda: prints_of(third, second, first))

    assert (one, other) == ({first.pk: 1, second.pk: 1}, {third.pk: 1})


def test_one_who_prints_again_beside_another_counts_on(real_county: County) -> None:
    first, second = take(real_county, "赵家"), take(real_county, "周家")

    one, other = one_inside_the_other(lambda: prints_of(first), lambda: prints_of(second, first, as_reprint=True))

    assert (one, other) == ({first.pk: 1}, {first.pk: 2, second.pk: 1})


def test_who_asked_to_void_while_others_were_waiting_to_print_is_heard(real_county: County) -> None:
    receipt, good = take(real_county, "赵家"), take(real_county, "周家")
    clerk = real_county.staff("clerk")

    _, printed = one_inside_the_other(
        lambda: ask_void(receipt, voiding_id=uuid4(), reason="票面破损", by=clerk, at=IN_THE_WINDOW),
        lambda: prints_of(receipt, good),
    )

    assert printed == {good.pk: 1}


def test_without_the_lock_two_would_print_the_same_originals(real_county: County, monkeypatch: object) -> None:
    """The control."""
    first, second = take(real_county, "赵家"), take(real_county, "周家")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)

    one, other = one_inside_the_other(lambda: prints_of(first, second), lambda: prints_of(first, second))

    assert one == other == {first.pk: 1, second.pk: 1}


def test_several_who_print_many_in_any_order_make_one_original_of_each(real_county: County) -> None:
    all_of = [take(real_county, home) for home in ("赵家", "周家", "钱家")]

    answers = all_at_once(
        *[lambda order=order: prints_of(*all_of[::order], as_reprint=True) for order in (1, -1, 1, -1)]
    )

    for receipt in all_of:
        assert sorted(answer[receipt.pk] for answer in answers) == [1, 2, 3, 4]


@pytest.mark.parametrize("many", [1, 3])
def test_many_are_counted_with_as_few_statements_as_one(county: County, many: int, django_assert_num_queries: object) -> None:  # fmt: skip
    all_of = [take(county, home) for home in ("赵家", "周家", "钱家")[:many]]

    with within(replace(everybody(), actor="staff:clerk")), django_assert_num_queries(6):
        prints_of(*all_of)
