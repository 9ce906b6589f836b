"""Receipts: numbered stationery, used in order, never twice, kept as they were issued."""

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from canbao.access.models import Record
from canbao.access.scope import Scope, within
from canbao.collection.domain.receipts import Verification, issue_book, note_print, verify
from canbao.collection.models import ReceiptBook
from canbao.collection.refusals import NumberUsedTwice
from tests.collection.domain.test_cash import take
from tests.collection.paying import counts, receipt_numbers
from tests.collection.racing import all_at_once, as_owner, without_key
from tests.county import FAR_VILLAGE, County


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
    as_owner("ALTER TABLE collection_receipt DISABLE TRIGGER keep_receipt")

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

    with pytest.raises(IntegrityError, match="is issued and is kept as it is"):
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

    assert [note_print(receipt, actor="staff:clerk") for _ in range(3)] == [False, True, True]
    assert Record.objects.filter(verb="receipt.printed", subject=f"receipt:{receipt.pk}").count() == 3


def test_anybody_may_verify_a_receipt_and_learns_nothing_about_anybody(county: County) -> None:
    receipt = take(county, "赵家")

    with within(Scope("", "nobody", household=0)):
        found = verify(series=1, number=1, check_code=receipt.check_code.lower())

    assert found == Verification("valid", 128000, 4, date(2021, 11, 15), "示例一村委会")


def test_a_receipt_is_not_found_without_its_check_code(county: County) -> None:
    receipt = take(county, "赵家")

    assert verify(series=1, number=1, check_code="0000000000") is None
    assert verify(series=1, number=2, check_code=receipt.check_code) is None
