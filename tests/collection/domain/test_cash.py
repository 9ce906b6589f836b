"""Cash over the counter."""

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from canbao.access.models import Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.collection.domain.in_hand import drawer
from canbao.collection.models import Order, Payment, Receipt
from canbao.collection.refusals import AmountDiffers, BillNotOpen, NoReceiptsLeft, NothingToPay, NoUnit, OtherUnit
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import BillState, Enrolment
from canbao.enrolment.refusals import AmountUnknown, NoticeSaysNo
from canbao.ledger.models import Transfer
from tests.collection.racing import all_at_once
from tests.county import IN_THE_WINDOW, VILLAGE, County
from tests.desks import take_cash


def take(
    county: County, household: str, *, by: str = "clerk", fen: int | None = None, at: datetime = IN_THE_WINDOW,
    order_id: UUID | None = None, bills: list[int] | None = None,
) -> Receipt:  # fmt: skip
    asked = county.bills(household) if bills is None else bills
    due = sum(bill.due_fen or 0 for bill in county.household(household).bills.filter(pk__in=asked))
    return take_cash(
        order_id=order_id or uuid4(), campaign=county.campaign, household=county.household(household), bills=asked,
        given_fen=due if fen is None else fen, clerk=county.staff(by), at=at,
    )  # fmt: skip


def test_a_family_pays_and_has_receipt_cover_and_money_together(county: County) -> None:
    receipt = take(county, "赵家")

    assert (receipt.total_fen, receipt.full_number, receipt.lines.count()) == (128000, "0001-00000001", 4)
    enrolled = Enrolment.objects.filter(household__code="赵家")
    assert {(one.covered_from, one.covered_until, one.paid_fen) for one in enrolled} == {
        (date(2022, 1, 1), date(2022, 12, 31), 32000)
    }
    assert county.bill("赵双二").state == BillState.SETTLED
    assert drawer(county.unit(), county.campaign)[:3] == (128000, 4, 1)


def test_a_grandmother_pays_forty_and_the_treasury_owes_the_rest(county: County) -> None:
    take(county, "钱家")

    hers = Transfer.objects.filter(resident_id=county.person("钱奶奶").pk).order_by("amount_fen")
    assert [(one.amount_fen, one.debit.kind, one.debit.holder) for one in hers] == [
        (4000, "drawer", str(county.unit().pk)),
        (28000, "fund", "同级财政"),
    ]


def test_the_same_order_twice_is_one_receipt(county: County) -> None:
    order_id, bills = uuid4(), county.bills("赵家")

    first = take(county, "赵家", order_id=order_id, bills=bills)
    second = take(county, "赵家", order_id=order_id, bills=bills, fen=128000)

    assert (first.pk, Receipt.objects.count(), Payment.objects.count()) == (second.pk, 1, 1)


def test_an_impatient_thumb_takes_cash_once(real_county: County) -> None:
    order_id, bills = uuid4(), real_county.bills("赵家")

    answers = all_at_once(*[lambda: take(real_county, "赵家", order_id=order_id, bills=bills, fen=128000)] * 4)

    assert ({one.pk for one in answers}, Payment.objects.count()) == ({Receipt.objects.get().pk}, 1)


def test_receipt_numbers_follow_each_other(county: County) -> None:
    assert [take(county, household).number for household in ("赵家", "钱家", "周家")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("household", "changes", "refusal"),
    [
        pytest.param("郑家", {"by": "clerk"}, NotYourDivision, id="a-household-of-another-village"),
        pytest.param("赵家", {"by": "county"}, NotYourWork, id="a-role-that-takes-no-cash"),
        pytest.param("赵家", {"fen": 127900}, AmountDiffers, id="a-yuan-short"),
        pytest.param(
            "赵家", {"at": IN_THE_WINDOW.replace(year=2022, month=2, day=10)}, NoticeSaysNo, id="after-the-window"
        ),
    ],
)
def test_who_is_refused_leaves_nothing_behind(county: County, household: str, changes: dict, refusal: type) -> None:
    with pytest.raises(refusal):
        take(county, household, **changes)

    assert (Order.objects.count(), Payment.objects.count(), Receipt.objects.count(), Transfer.objects.count()) == (
        0,
        0,
        0,
        0,
    )


def test_a_clerk_without_a_drawer_takes_no_cash(county: County) -> None:
    Staff.objects.filter(username="clerk").update(unit_id=None)

    with pytest.raises(NoUnit):
        take(county, "赵家")

    assert not Order.objects.exists()


def test_a_schools_clerk_of_the_same_village_does_not_take_the_committees_cash(county: County) -> None:
    school = CollectingUnit.objects.create(kind="school", name="示例小学", division_id=VILLAGE)
    Staff.objects.filter(username="clerk").update(unit_id=school.pk, role=Role.SCHOOL_CLERK)

    with pytest.raises(OtherUnit) as no:
        take(county, "赵家")

    assert (no.value.says, Order.objects.exists()) == ("这一户由示例一村委会代收。", False)


def test_a_family_that_owes_nothing_pays_nothing(county: County) -> None:
    with pytest.raises(NothingToPay):
        take(county, "孙家")

    assert not Order.objects.exists()


def test_nobody_collects_an_amount_that_the_notice_leaves_to_others(county: County) -> None:
    with pytest.raises(AmountUnknown) as no:
        take(county, "李家", bills=[county.bill("李军").pk], fen=32000)

    assert (no.value.clause, no.value.code) == ("四（五）", "amount_unknown")


def test_a_returning_worker_is_covered_from_the_day_after_paying(county: County) -> None:
    take(county, "周家", at=IN_THE_WINDOW.replace(year=2022, month=2, day=10))

    assert Enrolment.objects.get(resident=county.person("周归")).covered_from == date(2022, 2, 11)


def test_a_bill_that_is_paid_is_not_paid_again(county: County) -> None:
    bills = county.bills("赵家")
    take(county, "赵家", bills=bills)

    with pytest.raises(BillNotOpen):
        take(county, "赵家", bills=bills, fen=128000)


def test_without_receipts_no_cash(county: County) -> None:
    with pytest.raises(NoReceiptsLeft) as no:
        take(county, "王家", by="far")

    assert no.value.says == "示例三村委会的票据已用完。"
    assert not Payment.objects.exists()
