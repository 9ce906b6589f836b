"""A bank's file: what fits settles bills, what does not is in suspense, and each difference is a row until somebody has worked it off."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope
from canbao.collection.domain.bank_files import read_bank_file
from canbao.collection.domain.receipts import issue_book
from canbao.collection.models import Channel, Mismatch, Order, Payment, Receipt, ReceiptBook, Refund, Statement
from canbao.collection.refusals import BankRowWrong, NotABankFile, StatementTaken
from canbao.documents.refusals import NoRows
from canbao.enrolment.models import Enrolment
from canbao.ledger.models import Transfer
from canbao.reports.four_ways import four_ways_agree
from tests.collection.crowd import CROWDED_VILLAGE, crowd
from tests.collection.paying import counts, order, pay
from tests.collection.racing import all_at_once, as_application
from tests.county import COUNTY, IN_THE_WINDOW, PEOPLE, VILLAGE, County, number
from tests.desks import approve, pay_out, reconcile_bank, review, work_off
from tests.documents.workbooks import xlsx
from tests.ledger.balances import balances

HEADER = ["流水号", "交易时间", "金额", "订单号", "证件号码", "姓名", "网点"]
AT = "2021-11-15 10:20:30"
NEXT_DAY = IN_THE_WINDOW + timedelta(days=1)


def row(nth: str, yuan: str = "320.00", who: str = "", *, at: str = AT, order_id: object = "") -> list[Any]:
    """A line for one of the county's people, or for an order."""
    card = number(PEOPLE[who][2], PEOPLE[who][3]) if who in PEOPLE else who
    return [nth, at, yuan, str(order_id), card, who if who in PEOPLE else "某某", "城关支行"]


def listed(*rows: list[Any]) -> bytes:
    return xlsx({"明细": [HEADER, *rows]})


def test_an_old_page_with_another_file_is_told_that_nothing_was_brought_in(county: County) -> None:
    intent = uuid4()
    bring_in(county, row("1", who="周归"), statement_id=intent)

    with pytest.raises(StatementTaken):
        bring_in(county, row("2", who="赵大"), statement_id=intent)
    assert Payment.objects.count() == 1


def bring_in(county: County, *rows: list[Any], **changes: Any) -> Statement:
    asked: dict[str, Any] = {
        "statement_id": uuid4(), "channel": Channel.BANK, "agency": "农商行", "content": listed(*rows), "file_name": "代收.xlsx",
        "by": county.staff("county"), "at": NEXT_DAY,
    }  # fmt: skip
    return reconcile_bank(campaign=county.campaign, **asked | changes)


def still_so() -> list[tuple[str, str]]:
    found = Mismatch.objects.filter(worked_by__isnull=True, gone_with__isnull=True)
    return sorted(found.values_list("kind", "key"))


def what_became() -> dict[str, str]:
    return {one.reference.split("|")[1]: one.outcome for one in Payment.objects.filter(channel=Channel.BANK)}


def test_what_fits_settles_the_persons_bill_with_receipt_and_cover(county: County) -> None:
    done = bring_in(county, row("1", who="周归"), row("2", "40", "钱奶奶"))

    assert (done.lines, done.matched, done.confirmed, still_so()) == (2, 2, 2, [])
    assert sorted(Receipt.objects.values_list("household__code", "total_fen", "book__kind")) == [
        ("周家", 32000, "electronic"),
        ("钱家", 4000, "electronic"),
    ]
    paid = Enrolment.objects.get(resident__name="周归")
    assert (paid.paid_on, paid.covered_from) == (date(2021, 11, 15), date(2022, 1, 1))
    assert four_ways_agree(county.campaign).agree


def test_an_order_is_found_by_its_number_whoever_paid(county: County) -> None:
    asked = order(county, "赵家")

    bring_in(county, row("1", "1280", order_id=asked.pk.hex))

    assert (what_became(), Payment.objects.get().order_id) == ({"1": "settled"}, asked.pk)


@pytest.mark.parametrize(
    ("line", "paid_for"),
    [
        pytest.param(row("1", "320", "赵大"), {"赵大"}, id="the-persons-own-bill-before-anybody-elses"),
        pytest.param(row("1", "1280", "赵双二"), {"赵大", "赵妻", "赵双一", "赵双二"}, id="the-whole-household"),
        pytest.param(row("1", "40", "钱儿"), {"钱奶奶"}, id="the-only-one-of-the-household-that-it-fits"),
    ],
)
def test_by_person_and_then_by_household(county: County, line: list[Any], paid_for: set[str]) -> None:
    bring_in(county, line)

    assert set(Enrolment.objects.values_list("resident__name", flat=True)) == paid_for
    assert still_so() == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param(row("1", who="340621199001010000"), "person_unknown", id="nobody-has-that-number"),
        pytest.param(row("1", order_id=uuid4()), "person_unknown", id="an-order-that-nobody-made"),
        pytest.param(row("1", "319.99", "周归"), "amount", id="a-fen-less"),
        pytest.param(row("1", "320", "吴职"), "no_bill", id="somebody-who-owes-nothing"),
        pytest.param(row("1", who="周归", at="2021-08-01"), "not_in_time", id="before-the-window"),
    ],
)
def test_what_cannot_be_placed_is_in_suspense_and_typed(county: County, line: list[Any], kind: str) -> None:
    done = bring_in(county, line)

    assert (done.matched, done.confirmed, still_so()) == (0, 1, [(kind, "1")])
    assert balances("suspense") == {"suspense": -Payment.objects.get().amount_fen}
    assert not Enrolment.objects.exists()


def test_between_two_of_a_household_nobody_chooses(county: County) -> None:
    pay(county, "赵家", "赵大")

    bring_in(county, row("1", "320", "赵大"))

    assert (still_so(), Enrolment.objects.count()) == ([("several", "1")], 1)


def test_who_has_paid_already_is_not_paid_for_again(county: County) -> None:
    pay(county, "周家")

    bring_in(county, row("1", who="周归"))

    assert (what_became()["1"], still_so()) == ("unknown_order", [("paid_twice", "1")])
    assert four_ways_agree(county.campaign).agree


def test_of_two_payments_for_one_person_the_later_is_owed_back_by_transfer(county: County) -> None:
    bring_in(county, row("2", who="周归", at="2021-11-15 11:00"), row("1", who="周归", at="2021-11-15 10:00"))
    back = Refund.objects.get()
    review(back, by=county.staff("county"))
    approve(back, by=county.staff("tax"))
    pay_out(back, by=county.staff("tax"), on=NEXT_DAY.date())

    assert (what_became(), still_so()) == ({"1": "settled", "2": "surplus"}, [("paid_twice", "2")])
    assert Transfer.objects.get(reason="refund").credit.kind == "treasury"
    assert four_ways_agree(county.campaign).agree


def test_the_same_file_again_moves_nothing(county: County) -> None:
    rows = [row("1", who="周归"), *[row("2", who="340621199001010000")] * 2, row("3", who="郑邻", at="2021-08-01")]
    bring_in(county, *rows)
    before = counts(), Order.objects.count(), Mismatch.objects.count()

    again = bring_in(county, *rows)

    assert (again.confirmed, (counts(), Order.objects.count(), Mismatch.objects.count())) == (0, before)
    assert still_so() == [("doubled", "2"), ("not_in_time", "3"), ("person_unknown", "2")]


def test_a_corrected_file_adds_what_is_new_and_closes_what_is_right_by_now(county: County) -> None:
    bring_in(county, row("1", who="周归"), row("2", "40", "钱奶奶"))
    bring_in(county, row("1", "319", "周归", at="2021-11-14"), row("4", "280", "孙独"))
    assert still_so() == [("amount", "1"), ("day", "1"), ("missing_there", "2"), ("no_bill", "4")]

    last = bring_in(county, row("1", who="周归"), row("2", "40", "钱奶奶"), row("3", who="郑邻", at="2021-11-14"))

    assert (last.confirmed, still_so()) == (1, [("missing_there", "4")])
    assert what_became() == {"1": "settled", "2": "settled", "3": "settled", "4": "unknown_order"}


def test_another_agencys_numbers_and_days_are_its_own(county: County) -> None:
    bring_in(county, row("1", who="周归"))

    bring_in(county, row("1", "40", "钱奶奶"), agency="邮储")

    assert (Payment.objects.count(), still_so()) == (2, [])


def test_the_money_of_a_day_is_in_the_treasury_when_its_file_is(county: County) -> None:
    bring_in(county, row("1", who="周归"), row("2", who="340621199001010000"))
    bring_in(county, row("1", who="周归"), row("2", who="340621199001010000"))

    assert balances("gateway", "treasury") == {"gateway": 0, "treasury": 64000}


def test_a_unit_without_receipts_holds_up_nobody_and_is_made_good_by_the_same_file(county: County) -> None:
    rows = [row(str(nth), order_id=one.pk) for nth, one in enumerate(crowd(county, 2, receipts=1), 1)]
    bring_in(county, *rows)
    assert (what_became(), still_so()) == ({"1": "settled"}, [("missing_here", "2")])

    issue_book(unit=county.unit(CROWDED_VILLAGE), kind=ReceiptBook.Kind.ELECTRONIC, series=9, first=1, last=5)
    bring_in(county, *rows)

    assert (what_became(), still_so()) == ({"1": "settled", "2": "settled"}, [])


def test_an_impatient_thumb_brings_it_in_once(real_county: County) -> None:
    intent = uuid4()

    answers = all_at_once(*[lambda: bring_in(real_county, row("1", who="周归"), statement_id=intent)] * 3)

    assert {one.pk for one in answers} == {intent}
    assert (Statement.objects.count(), Payment.objects.count(), Receipt.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(["", *row("1")[1:]], "第2行的流水号“”读不出来。", id="no-number"),
        pytest.param([34062120211116001, *row("1")[1:]], "第2行的流水号“34062120211116000”读不出来。", id="a-lost-end"),
        pytest.param(["1", "十一月", *row("1")[2:]], "第2行的日期“十一月”读不出来。", id="no-day"),
        pytest.param(row("1", "三百"), "第2行的金额“三百”读不出来。", id="no-amount"),
        pytest.param(row("1", "-320"), "第2行的金额“-320”读不出来。", id="money-that-went-away"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_row(line: list[Any], says: str) -> None:
    with pytest.raises(BankRowWrong) as no:
        read_bank_file(listed(line))

    assert no.value.says == says


def test_what_the_bank_could_not_take_is_no_money() -> None:
    text = "流水号,交易日期,金额,证件号码,交易状态\n1,20211115,320,340621199001010000,成功\n2,20211115,320,340621199001010000,余额不足\n"

    assert [one.number for one in read_bank_file(text.encode("gb18030"))] == ["1"]


def test_a_file_of_which_nothing_was_taken_says_so() -> None:
    with pytest.raises(NoRows):
        read_bank_file("流水号,交易日期,金额,证件号码,交易状态\n2,20211115,320,340621199001010000,失败\n".encode())


def test_a_state_that_nobody_knows_is_asked_about() -> None:
    with pytest.raises(BankRowWrong):
        read_bank_file("流水号,交易日期,金额,证件号码,交易状态\n1,20211115,320,340621199001010000,在途\n".encode())


def test_a_list_of_something_else_is_no_bank_file() -> None:
    with pytest.raises(NotABankFile):
        read_bank_file(xlsx({"明细": [["流水号", "日期", "金额"], ["1", "2021-11-15", "320"]]}))


def test_no_number_of_a_person_is_kept(county: County) -> None:
    bring_in(county, row("1", "1", "周归"))

    kept = Mismatch.objects.get().theirs
    assert kept["who"] == f"周* {'990***********' + number(PEOPLE['周归'][2], 51)[-4:]}"


@pytest.mark.parametrize(("username", "refusal"), [("town", NotYourDivision), ("civil", NotYourWork)])
def test_nobody_else_brings_it_in(county: County, username: str, refusal: type) -> None:
    with pytest.raises(refusal):
        bring_in(county, row("1", who="周归"), by=county.staff(username))


def test_the_database_believes_a_banks_money_from_staff_of_the_whole_county_alone(real_county: County) -> None:
    told = (
        '[{"id": "%s", "channel": "bank", "reference": "x|1", "order": "%s", "amount_fen": 100, "paid_at": "2021-11-15T10:00:00+08",'
        ' "paid_on": "2021-11-15", "actor": "%s", "county": "%s"}]'
    )
    for scope in (Scope(VILLAGE, "staff:clerk"), Scope(COUNTY, "gateway:bank")):
        with pytest.raises(DatabaseError, match=r"whole county|cannot bring"):
            as_application(
                scope, "SELECT * FROM collection_confirm(%s, now())", [told % (uuid4(), uuid4(), scope.actor, COUNTY)]
            )


def test_a_difference_is_worked_off_and_does_not_come_back(county: County) -> None:
    bring_in(county, row("1", "319.99", "周归"))
    work_off(Mismatch.objects.get(), "已转待查款办理", by=county.staff("county"), at=NEXT_DAY)

    bring_in(county, row("1", "319.99", "周归"))

    assert still_so() == []
