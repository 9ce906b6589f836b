"""Receipts: numbered stationery, used in order, never twice, kept as they were issued."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from canbao.access.models import Record, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.receipts import Verification, issue_book, verify
from canbao.collection.models import Receipt, ReceiptBook
from canbao.collection.refusals import (
    NoReceiptsLeft,
    NumberUsedTwice,
    OtherUnit,
    ReceiptHasVoucher,
    ReceiptIsVoid,
    ReceiptPrinted,
    VoidReasonTooLong,
    VoidWithoutReason,
    VoucherStands,
)
from canbao.divisions.models import CollectingUnit, UnitKind
from canbao.reports.four_ways import four_ways_agree
from tests.collection.domain.test_cash import take
from tests.collection.paying import counts, numbers_without_gap, receipt_numbers
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite, without_key
from tests.county import FAR_VILLAGE, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, hold
from tests.desks import note_print, readjust, void

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

    assert (receipt.state, receipt.void_reason, receipt.voided_by) == (Receipt.State.VOID, "打印错位", "staff:clerk")
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


def test_voiding_twice_is_voiding_once(real_county: County) -> None:
    receipt = take(real_county, "钱家")

    def again() -> Receipt:
        return spoil(real_county, Receipt.objects.get(pk=receipt.pk))

    first, second = one_inside_the_other(again, again)

    assert (first, Receipt.objects.count(), receipt_numbers(1)) == (second, 2, [1, 2])
    assert Record.objects.filter(verb="receipt.voided").count() == 1


def test_the_one_in_its_place_can_be_spoiled_too(county: County) -> None:
    last = spoil(county, spoil(county, take(county, "钱家")))

    assert (last.number, Receipt.objects.filter(state="valid").get()) == (3, last)
    assert four_ways_agree(county.campaign).agree


def test_a_void_receipt_is_not_printed(county: County) -> None:
    receipt = take(county, "钱家")
    spoil(county, receipt)

    with pytest.raises(ReceiptIsVoid) as no:
        note_print(receipt, actor="staff:clerk", as_reprint=True)

    assert (no.value.remedy, Receipt.objects.get(pk=receipt.pk).prints) == ("请打印替换它的票据0001-00000002。", 0)


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

    fen, no = one_inside_the_other(lambda: give_back(real_county), lambda: spoil(real_county, receipt))

    assert (fen, type(no), voucher_and_its_receipt()) == (28000, ReceiptHasVoucher, (receipt.full_number, "valid"))


def test_money_that_goes_back_while_somebody_voids_goes_back_from_the_new_one(real_county: County) -> None:
    receipt = take(real_county, "钱家")

    instead, fen = one_inside_the_other(lambda: spoil(real_county, receipt), lambda: give_back(real_county))

    assert (fen, voucher_and_its_receipt()) == (28000, (instead.full_number, "valid"))


def test_without_the_lock_of_the_bills_a_voucher_would_name_a_void_number(real_county: County) -> None:
    """The control."""
    receipt = take(real_county, "钱家")
    rewrite("collection_void", "ORDER BY id FOR KEY SHARE", "ORDER BY id")

    one_inside_the_other(lambda: give_back(real_county), lambda: spoil(real_county, receipt))

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


VOID = "SELECT * FROM collection_void(%s, '错', %s, '2021-11-15', '2021-11-15 10:00+08')"


def test_the_database_itself_asks_whose_receipt_it_is(real_county: County) -> None:
    receipt = take(real_county, "周家")
    zhou = receipt.household_id
    for scope in (
        Scope(OTHER_VILLAGE, "staff:neighbour"),
        Scope(VILLAGE, "resident:1", household=zhou),
    ):
        with pytest.raises(DatabaseError, match="not_your_division"):
            as_application(scope, VOID, [receipt.pk, scope.actor])
    with pytest.raises(DatabaseError, match="cannot speak for"):
        as_application(CLERK, VOID, [receipt.pk, "staff:county"])

    rewrite("collection_void", "PERFORM refuse('not_your_division');", "NULL;")  # the control
    assert as_application(Scope(OTHER_VILLAGE, "staff:neighbour"), VOID, [receipt.pk, "staff:neighbour"]) == 1


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
    receipt = take(county, "钱家")
    return one_inside_the_other(lambda: take(county, "周家"), lambda: spoil(county, receipt))


def test_a_new_receipt_and_one_in_place_of_another_have_numbers_of_their_own(real_county: County) -> None:
    cash_while_one_is_voided(real_county)

    assert (receipt_numbers(1), numbers_without_gap()) == ([1, 2, 3], True)


def test_without_the_lock_of_the_books_both_would_have_the_next_number(real_county: County) -> None:
    """The control: the key of the number refuses the second."""
    rewrite("collection_void", "ORDER BY b.id FOR UPDATE OF b", "ORDER BY b.id")

    assert type(cash_while_one_is_voided(real_county)[1]) is IntegrityError
