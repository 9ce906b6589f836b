"""The one way in for money: told once, told twice, told at once, told wrong."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.access.scope import Scope, within
from canbao.collection.domain.confirmation import Confirmed, Told, confirm, confirm_what_can_be
from canbao.collection.domain.orders import make_order
from canbao.collection.domain.receipts import issue_book
from canbao.collection.models import Channel, Order, Payment, PaymentOutcome, Receipt, ReceiptBook, Refund, RefundState
from canbao.collection.refusals import NoReceiptsLeft, NotMoney
from canbao.divisions.models import CollectingUnit, Division
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.domain.campaigns import publish
from canbao.enrolment.models import Bill, BillAssessment, Enrolment
from canbao.kernel.refusal import BrokenInvariant
from canbao.ledger.models import Account, Transfer
from canbao.policy import load_pack
from canbao.register.models import Household, Resident
from canbao.reports.four_ways import Way, four_ways_agree
from tests.collection.crowd import crowd
from tests.collection.paying import counts, money, numbers_without_gap, order, pay, receipt_numbers, tell
from tests.collection.racing import (
    all_at_once,
    as_application,
    as_owner,
    one_inside_the_other,
    rewrite,
    slow_to_insert,
    without_key,
    without_locks,
)
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, register_changes
from tests.ledger.balances import balances

SETTLED, SURPLUS, PARTLY = PaymentOutcome.SETTLED, PaymentOutcome.SURPLUS, PaymentOutcome.PARTLY
A_DAY = timedelta(days=1)


# --- what is told --------------------------------------------------------------------------------------------------


def test_a_family_is_enrolled_receipted_and_booked_in_one_go(county: County) -> None:
    (done,) = tell(money(order(county, "赵家")))

    assert (done.outcome, done.is_new, done.agrees, done.settled_fen) == (SETTLED, True, True, 128000)
    assert counts() == {"enrolments": 4, "payments": 1, "receipts": 1, "refunds": 0, "transfers": 4}
    assert Receipt.objects.get(pk=done.receipt_id).lines.count() == 4
    assert Order.objects.get().state == Order.State.PAID


def test_a_doubled_callback_changes_nothing_and_is_answered_the_same(county: County) -> None:
    told = money(order(county, "赵家"))
    (first,) = tell(told)
    before = counts()

    (second,) = tell(told)

    assert counts() == before
    assert (second.is_new, first.is_new) == (False, True)
    assert (second.payment_id, second.outcome, second.agrees, second.receipt_id) == (
        first.payment_id, first.outcome, first.agrees, first.receipt_id,
    )  # fmt: skip


def test_a_telling_that_stands_twice_in_one_file_is_new_once(county: County) -> None:
    told = money(order(county, "赵家"))

    first, second = tell(told, told)

    assert (first.is_new, second.is_new, first.payment_id) == (True, False, second.payment_id)
    assert counts()["payments"] == 1


@pytest.mark.parametrize("what", ["sum", "order"])
def test_the_same_reference_with_other_content_is_said_aloud_and_moves_nothing(county: County, what: str) -> None:
    first, other = order(county, "赵家"), order(county, "周家")
    tell(money(first, reference="R1"))
    before = counts()

    (done,) = tell(money(first, reference="R1", fen=1) if what == "sum" else money(other, reference="R1", fen=128000))

    assert (done.agrees, done.is_new, counts()) == (False, False, before)


def test_other_content_in_the_same_file_is_said_aloud_too(county: County) -> None:
    asked = order(county, "赵家")

    first, second = tell(money(asked, reference="R1"), money(asked, reference="R1", fen=1))

    assert ((first.agrees, first.outcome), second.agrees) == ((True, SETTLED), False)


def test_money_for_an_order_that_nobody_knows_goes_to_suspense_where_the_county_sees_it(county: County) -> None:
    (done,) = tell(money(uuid4(), fen=32000))

    assert done.outcome is PaymentOutcome.UNKNOWN_ORDER
    assert [(one.amount_fen, one.outcome) for one in Payment.objects.all()] == [(32000, "unknown_order")]
    assert [(one.amount_fen, one.debit.kind, one.credit.kind) for one in Transfer.objects.all()] == [
        (32000, "gateway", "suspense")
    ]
    assert not Enrolment.objects.exists()


def test_unplaced_money_shows_neither_to_a_town_nor_to_a_village(county: County) -> None:
    tell(money(uuid4(), fen=32000))

    for division in ("340621100000", VILLAGE):
        with within(Scope(division, "test")):
            assert (Payment.objects.count(), Transfer.objects.count()) == (0, 0)


@pytest.mark.parametrize("fen", [127999, 128001, 1])
def test_a_wrong_amount_goes_to_suspense_and_nobody_is_enrolled(county: County, fen: int) -> None:
    (done,) = tell(money(order(county, "赵家"), fen=fen))

    assert (done.outcome, done.receipt_id) == (PaymentOutcome.AMOUNT_DIFFERS, None)
    assert counts() == {"enrolments": 0, "payments": 1, "receipts": 0, "refunds": 0, "transfers": 1}
    assert Transfer.objects.get().credit.kind == "suspense"
    assert len(county.bills("赵家")) == 4


def test_money_that_was_paid_on_a_day_without_cover_goes_to_suspense(county: County) -> None:
    asked = order(county, "赵家", at=IN_THE_WINDOW.replace(year=2021, month=12, day=31))

    (done,) = tell(money(asked, at=IN_THE_WINDOW.replace(year=2022, month=1, day=2)))

    assert (done.outcome, counts()["enrolments"]) == (PaymentOutcome.WINDOW_CLOSED, 0)
    assert Transfer.objects.get().credit.kind == "suspense"


def test_the_day_that_counts_is_the_day_of_paying_in_china_and_not_of_the_telling(county: County) -> None:
    asked = order(county, "周家", at=IN_THE_WINDOW.replace(year=2022, month=2, day=10))
    tell(money(asked, at=datetime(2022, 2, 10, 16, 30, tzinfo=UTC)))  # half past midnight on the 11th here

    assert [(one.paid_on, one.covered_from) for one in Enrolment.objects.all()] == [
        (date(2022, 2, 11), date(2022, 2, 12))
    ]


def test_two_phones_pay_for_overlapping_families_and_the_overlap_is_owed_back_by_name(county: County) -> None:
    mothers, fathers = order(county, "赵家", "赵双一", "赵双二"), order(county, "赵家", "赵大", "赵妻", "赵双二")

    first, second = tell(money(mothers), money(fathers, at=IN_THE_WINDOW + A_DAY))

    assert (first.outcome, second.outcome, second.settled_fen) == (SETTLED, PARTLY, 64000)
    assert [(one.resident.name, one.amount_fen, one.state) for one in Refund.objects.all()] == [
        ("赵双二", 32000, RefundState.DUE)
    ]
    assert (Enrolment.objects.count(), receipt_numbers()) == (4, [1, 2])
    assert four_ways_agree(county.campaign).money == Way(4, 128000)


def test_an_order_paid_twice_is_owed_back_to_everybody_on_it(county: County) -> None:
    asked = order(county, "赵家")
    tell(money(asked))

    (second,) = tell(money(asked))

    assert (second.outcome, second.receipt_id) == (SURPLUS, None)
    assert sorted(Refund.objects.values_list("resident__name", "amount_fen")) == sorted(
        (name, 32000) for name in ("赵大", "赵妻", "赵双一", "赵双二")
    )
    assert (four_ways_agree(county.campaign).agree, receipt_numbers()) == (True, [1])


def test_a_person_who_is_enrolled_in_another_county_for_the_same_period_is_owed_back(county: County) -> None:
    pay(county, "周家")
    there = move(county, "周归")
    with within(Scope("", "test")):
        campaign = publish(load_pack("suixi-2022"), county="340122").campaign
        resident = county.person("周归")
        make_bills(campaign, on=IN_THE_WINDOW.date())
        asked = make_order(
            order_id=uuid4(), campaign=campaign, household=there, channel=Channel.WECHAT, made_by="resident:1", at=IN_THE_WINDOW,
            bills=[Bill.objects.get(campaign=campaign, resident=resident).pk],
        )  # fmt: skip
        (second,) = tell(money(asked))

        assert (second.outcome, Enrolment.objects.filter(resident=resident).count()) == (SURPLUS, 1)
        assert [(one.resident_id, one.county, one.amount_fen) for one in Refund.objects.all()] == [
            (resident.pk, "340122", 32000)
        ]


def move(county: County, name: str) -> Household:
    """Somebody moves to the county next door, to a household of their own."""
    with within(Scope("", "test")):
        village = Division.objects.create(code="340122100200", name="邻县一村", level="village")
        unit = CollectingUnit.objects.create(kind="village", name="邻县一村村委会", division=village)
        there = Household.objects.create(county="340122", division=village.pk, unit=unit, code="新家")
        with register_changes():
            Resident.objects.filter(name=name).update(county="340122", division=village.pk, household=there)
    return there


def test_when_a_unit_has_too_few_receipts_left_nothing_of_the_set_has_happened(county: County) -> None:
    orders = crowd(county, 3, receipts=2)
    before = counts()

    with pytest.raises(NoReceiptsLeft) as no, transaction.atomic():
        tell(*[money(one) for one in orders])

    assert (no.value.says, counts()) == ("众村300村委会的票据已用完。", before)
    assert [one.outcome for one in tell(*[money(one) for one in orders[:2]])] == [SETTLED, SETTLED]


def test_a_second_book_goes_on_where_the_first_one_ends(county: County) -> None:
    orders = crowd(county, 5, receipts=2)
    issue_book(unit=orders[0].unit, kind=ReceiptBook.Kind.ELECTRONIC, series=8, first=41, last=60)

    tell(*[money(one) for one in orders])

    assert (receipt_numbers(7), receipt_numbers(8), numbers_without_gap()) == ([1, 2], [41, 42, 43], True)


# --- a set is the same as one by one ---------------------------------------------------------------------------------


def what_became(county: County, tellings: list[Told], *, at_once: bool) -> dict[str, Any]:
    """Confirm in one call or one by one, look at everything, and take it back."""
    with transaction.atomic():
        done = tell(*tellings) if at_once else [one for telling in tellings for one in tell(telling)]
        seen = {
            "answers": [(one.reference, one.outcome, one.is_new, one.agrees, one.settled_fen) for one in done],
            "enrolments": sorted(Enrolment.objects.values_list("resident_id", "covered_from", "paid_fen", "paid_on")),
            "receipts": sorted(Receipt.objects.values_list("payment__reference", "series", "number", "total_fen")),
            "refunds": sorted(Refund.objects.values_list("pk", "amount_fen", "resident_id")),
            "transfers": sorted(Transfer.objects.values_list("pk", "debit__kind", "credit__kind", "amount_fen")),
            "orders": sorted(Order.objects.values_list("pk", "state")),
            "bills": sorted(Bill.objects.values_list("pk", "state")),
            "agree": four_ways_agree(county.campaign).agree,
        }
        transaction.set_rollback(True)
    return seen


def some_day(orders: list[Order], choose: random.Random, tellings: int) -> list[Told]:
    """What a bad day brings: right money, other sums, unknown orders, the same twice, the same order paid twice."""
    told: list[Told] = []
    for nth in range(tellings):
        at = IN_THE_WINDOW + timedelta(seconds=nth)
        asked = choose.choice(orders)
        kind = choose.random()
        if kind < 0.7 or not told:
            told.append(money(asked, at=at, reference=f"R{nth:05d}"))
        elif kind < 0.8:
            told.append(money(asked, at=at, reference=f"R{nth:05d}", fen=choose.randrange(1, 50000)))
        elif kind < 0.85:
            told.append(money(uuid4(), at=at, reference=f"R{nth:05d}", fen=32000))
        elif kind < 0.9:
            told.append(money(asked, at=at + 30 * A_DAY, reference=f"R{nth:05d}"))
        else:
            told.append(choose.choice(told))
    return told


@pytest.mark.long
def test_three_thousand_confirmed_in_one_call_equal_three_thousand_one_by_one(county: County) -> None:
    orders = [*crowd(county, 2400), order(county, "赵家"), order(county, "赵家", "赵大"), order(county, "郑家")]
    tellings = some_day(orders, random.Random(2022), 3000)

    assert what_became(county, tellings, at_once=True) == what_became(county, tellings, at_once=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), tellings=st.integers(1, 25))
def test_any_small_set_confirmed_in_one_call_equals_one_by_one(county: County, seed: int, tellings: int) -> None:
    with transaction.atomic():
        orders = [
            order(county, "赵家"), order(county, "赵家", "赵大", "赵双一"), order(county, "赵家", "赵妻", "赵双一"),
            order(county, "钱家"), order(county, "周家"), order(county, "郑家"),
        ]  # fmt: skip
        told = some_day(orders, random.Random(seed), tellings)

        assert what_became(county, told, at_once=True) == what_became(county, told, at_once=False)
        transaction.set_rollback(True)


# --- at once ---------------------------------------------------------------------------------------------------------


def test_one_order_paid_twice_at_once_is_one_enrolment_one_receipt_and_a_refund_by_name(real_county: County) -> None:
    asked = order(real_county, "周家")

    first, second = one_inside_the_other(lambda: tell(money(asked)), lambda: tell(money(asked)))

    assert (first[0].outcome, second[0].outcome) == (SETTLED, SURPLUS)
    assert (Enrolment.objects.count(), receipt_numbers(), numbers_without_gap()) == (1, [1], True)
    assert [(one.resident.name, one.amount_fen) for one in Refund.objects.all()] == [("周归", 32000)]
    assert four_ways_agree(real_county.campaign).money == Way(1, 32000)


def test_one_callback_told_twice_at_once_is_told_once(real_county: County) -> None:
    told = money(order(real_county, "周家"))

    first, second = one_inside_the_other(lambda: tell(told), lambda: tell(told))

    assert ((first[0].is_new, second[0].is_new), second[0].receipt_id) == ((True, False), first[0].receipt_id)
    assert counts() == {"enrolments": 1, "payments": 1, "receipts": 1, "refunds": 0, "transfers": 1}


def test_sixteen_phones_pay_one_order_at_the_same_moment(real_county: County) -> None:
    asked = order(real_county, "赵家")

    answers = all_at_once(*[lambda: tell(money(asked)) for _ in range(16)])

    assert sorted(one.outcome for (one,) in answers) == sorted([SETTLED] + [SURPLUS] * 15)
    assert (Enrolment.objects.count(), receipt_numbers(), Refund.objects.count()) == (4, [1], 60)
    assert four_ways_agree(real_county.campaign).money == Way(4, 128000)


def test_two_orders_for_one_person_at_once_settle_one_and_owe_the_other_back(real_county: County) -> None:
    mothers, fathers = order(real_county, "赵家", "赵双一"), order(real_county, "赵家", "赵大", "赵双一")

    first, second = one_inside_the_other(lambda: tell(money(mothers)), lambda: tell(money(fathers)))

    assert (first[0].outcome, second[0].outcome, second[0].settled_fen) == (SETTLED, PARTLY, 32000)
    assert four_ways_agree(real_county.campaign).money == Way(2, 64000)


def test_without_the_lock_of_the_bills_the_second_order_stumbles(real_county: County) -> None:
    """The control: it would have to be told again, and the first part of it too."""
    mothers, fathers = order(real_county, "赵家", "赵双一"), order(real_county, "赵家", "赵大", "赵双一")
    rewrite("collection_lock", "ORDER BY id FOR UPDATE", "ORDER BY id")

    first, second = one_inside_the_other(lambda: tell(money(mothers)), lambda: tell(money(fathers)))

    assert (first[0].outcome, type(second)) == (SETTLED, IntegrityError)


def test_without_the_lock_the_key_of_the_settled_line_still_turns_the_second_away(real_county: County) -> None:
    asked = order(real_county, "周家")
    without_locks()

    first, second = one_inside_the_other(lambda: tell(money(asked)), lambda: tell(money(asked, reference="R2")))

    assert (first[0].outcome, type(second)) == (SETTLED, IntegrityError)
    assert counts() == {"enrolments": 1, "payments": 1, "receipts": 1, "refunds": 0, "transfers": 1}
    assert tell(money(asked, reference="R2"))[0].outcome is SURPLUS  # told again, as gateways do


def test_without_lock_and_settled_key_the_key_of_the_enrolment_still_keeps_one(real_county: County) -> None:
    asked = order(real_county, "周家")
    without_locks()
    without_key("collection_settledline", "bill_id")
    as_owner("ALTER TABLE collection_settledline DISABLE TRIGGER keep_settled")

    first, second = one_inside_the_other(lambda: tell(money(asked)), lambda: tell(money(asked)))

    assert (first[0].outcome, second[0].outcome, Enrolment.objects.count()) == (SETTLED, SURPLUS, 1)


def test_without_any_guard_one_person_is_enrolled_and_receipted_twice(real_county: County) -> None:
    """The control: the same race, all guards off. What the guards prevent does happen."""
    asked = order(real_county, "周家")
    without_locks()
    without_key("collection_settledline", "bill_id")
    without_key("collection_receiptline", "bill_id")
    rewrite("enrolment_enrol", "ON CONFLICT (person_token, benefit_from) WHERE ended_on IS NULL DO NOTHING", "")
    without_key("enrolment_enrolment", "person_token", "benefit_from")
    as_owner("ALTER TABLE enrolment_bill DISABLE TRIGGER keep_settled")

    first, second = one_inside_the_other(lambda: tell(money(asked)), lambda: tell(money(asked)))

    assert (first[0].outcome, second[0].outcome) == (SETTLED, SETTLED)
    assert (Enrolment.objects.count(), receipt_numbers()) == (2, [1, 2])


def test_without_the_key_of_the_reference_a_doubled_callback_would_be_owed_back(real_county: County) -> None:
    """The control: the money came once, and somebody would be given it back."""
    told = money(order(real_county, "周家"))
    without_key("collection_payment", "channel", "reference")
    rewrite("collection_confirm", "ON CONFLICT DO NOTHING", "")
    rewrite("collection_confirm", "SELECT t.id, coalesce(o.county", "SELECT gen_random_uuid(), coalesce(o.county")

    for _ in range(2):
        with suppress(BrokenInvariant):  # the answer does not fit the question any more, either
            tell(told)

    assert (Payment.objects.count(), [one.amount_fen for one in Refund.objects.all()]) == (2, [32000])


def test_receipt_numbers_have_no_gap_when_many_pay_at_once_and_some_are_rolled_back(real_county: County) -> None:
    orders = crowd(real_county, 60)

    def confirm_or_fail(one: Order, fails: bool) -> None:
        with transaction.atomic():
            tell(money(one))
            if fails:
                transaction.set_rollback(True)

    def some(mine: list[Order]) -> None:
        for nth, one in enumerate(mine):
            confirm_or_fail(one, fails=nth % 3 == 0)

    assert all_at_once(*[lambda mine=orders[n::4]: some(mine) for n in range(4)]) == [None] * 4
    assert (receipt_numbers(7), numbers_without_gap()) == (list(range(1, 41)), True)


def test_with_numbers_from_a_sequence_a_rollback_leaves_a_gap(real_county: County) -> None:
    """The control of the test above: what a sequence would do (decision 15)."""
    orders = crowd(real_county, 3)
    as_owner("CREATE SEQUENCE numbers")
    rewrite("collection_issue", "b.next_number + (n.nth - b.before) AS number", "nextval('numbers') AS number")

    for one, fails in zip(orders, (False, True, False), strict=True):
        with transaction.atomic():
            tell(money(one))
            transaction.set_rollback(fails)

    assert (receipt_numbers(7), numbers_without_gap()) == ([1, 3], False)


@pytest.mark.parametrize("seed", range(3))
def test_overlapping_sets_in_any_order_finish_without_a_deadlock(real_county: County, seed: int) -> None:
    here = crowd(real_county, 30)
    there = crowd(real_county, 30, village="340621101300", series=6)
    told = [money(one) for one in [*here, *there]] + [money(uuid4(), fen=1) for _ in range(20)]

    def shuffled(nth: int) -> Callable[[], list[Confirmed]]:
        mine = random.Random(seed * 100 + nth).sample(told, 60)
        return lambda: tell(*mine)

    answers = all_at_once(*[shuffled(nth) for nth in range(6)])

    assert [one for one in answers if isinstance(one, Exception)] == []
    assert (numbers_without_gap(), four_ways_agree(real_county.campaign).agree) == (True, True)


def test_without_a_fixed_order_of_locks_two_sets_block_each_other(real_county: County) -> None:
    """The control: locks in the order in which the sets came, and the database has to throw one of them out."""
    one, other = crowd(real_county, 2)
    as_owner(
        """CREATE OR REPLACE FUNCTION collection_lock(order_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
           DECLARE one uuid; BEGIN FOREACH one IN ARRAY order_ids LOOP
               PERFORM 1 FROM collection_order WHERE id = one FOR UPDATE; PERFORM pg_sleep(0.1);
           END LOOP; END $$"""
    )

    answers = all_at_once(lambda: tell(money(one), money(other)), lambda: tell(money(other), money(one)))

    assert sorted(type(answer) is OperationalError for answer in answers) == [False, True]


def two_sets_block_each_other(one: list[Told], other: list[Told]) -> bool:
    answers = all_at_once(lambda: tell(*one), lambda: tell(*other))
    return [type(answer) is OperationalError for answer in answers] != [False, False]


def test_two_files_with_the_same_unknown_money_the_other_way_round_do_not_block_each_other(real_county: County) -> None:
    """Nobody knows these orders, so there is nothing to lock but the payments themselves."""
    slow_to_insert("collection_payment")
    strangers = [money(uuid4(), fen=1) for _ in range(3)]

    assert not two_sets_block_each_other(strangers, strangers[::-1])
    assert Payment.objects.count() == 3


def test_without_an_order_of_references_they_would(real_county: County) -> None:
    slow_to_insert("collection_payment")
    rewrite(
        "collection_confirm", "ORDER BY t.channel, t.reference\n            ON CONFLICT", "ORDER BY t.nth ON CONFLICT"
    )
    strangers = [money(uuid4(), fen=1) for _ in range(3)]

    assert two_sets_block_each_other(strangers, strangers[::-1])


def subsidised(county: County) -> list[Order]:
    """Four people whose subsidies come from two funds that nobody has used yet: first, second; second, first."""
    orders = crowd(county, 4)
    as_owner("ALTER TABLE enrolment_bill DISABLE TRIGGER kept_but")
    for order_, payer in zip(orders, ("甲基金", "乙基金", "乙基金", "甲基金"), strict=True):
        said = BillAssessment.objects.create(
            campaign=county.campaign, facts_key=uuid4().hex, facts={}, answer={}, pays_fen=32000,
            shares=[{"payer": payer, "fen": 100}],
        )  # fmt: skip
        Bill.objects.using("owner").filter(household_id=order_.household_id).update(assessment=said.pk)
    return orders


def test_two_sets_that_open_the_same_funds_the_other_way_round_do_not_block_each_other(real_county: County) -> None:
    orders = subsidised(real_county)
    slow_to_insert("ledger_account")

    assert not two_sets_block_each_other([money(one) for one in orders[:2]], [money(one) for one in orders[2:]])
    assert sorted(Account.objects.filter(kind="fund").values_list("holder", flat=True)) == ["乙基金", "甲基金"]


def test_without_an_order_of_accounts_they_would(real_county: County) -> None:
    orders = subsidised(real_county)
    slow_to_insert("ledger_account")
    rewrite("enrolment_enrol", "PERFORM ledger_account(w.county, 'fund', w.payer)", "PERFORM 1")

    assert two_sets_block_each_other([money(one) for one in orders[:2]], [money(one) for one in orders[2:]])


# --- what is no payment, and money that must have a place ------------------------------------------------------------


@pytest.mark.parametrize("fen", [0, -1])
def test_nothing_is_no_payment_and_is_named(county: County, fen: int) -> None:
    asked = order(county, "赵家")
    before = counts()

    with pytest.raises(NotMoney) as no, transaction.atomic():
        tell(money(asked, reference="R0", fen=fen))

    assert (no.value.code, "流水R0" in no.value.says, counts()) == ("not_money", True, before)
    assert tell(money(asked, reference="R0"))[0].outcome is SETTLED


def test_a_line_of_nothing_holds_up_nobody_else(county: County) -> None:
    nothing, right = money(order(county, "赵家"), fen=0), money(order(county, "周家"))

    done, refused = confirm_what_can_be([nothing, right], actor="bill:wechat", at=IN_THE_WINDOW)

    assert ([one.outcome for one in done], [one for one, _ in refused]) == ([SETTLED], [nothing])


def test_without_asking_first_nothing_would_stop_the_whole_set(real_county: County) -> None:
    """The control: only the constraint says no, and it says it to everybody in the set."""
    rewrite("collection_confirm", "PERFORM refuse('not_money', nothing);", "NULL;")

    with pytest.raises(IntegrityError, match="payment_is_money"):
        tell(money(order(real_county, "赵家"), fen=0), money(order(real_county, "周家")))


def test_every_row_has_the_instant_of_the_telling(county: County) -> None:
    """Also where the county lives in a season long past: one clock, and it is not the database's."""
    told = money(order(county, "周家"))
    at = IN_THE_WINDOW + timedelta(minutes=7)
    (done,) = confirm([told], actor="gateway:wechat", at=at)

    receipt, payment = Receipt.objects.get(pk=done.receipt_id), Payment.objects.get()
    assert (payment.noted_at, receipt.issued_at, Enrolment.objects.get().enrolled_at) == (at, at, at)
    assert county.bill("周归").settled_at == at


def test_no_function_of_these_rooms_reads_the_clock_of_the_database(county: County) -> None:
    with connection.cursor() as db:
        db.execute(
            """SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                  AND proname ~ '^(collection|enrolment|ledger)_' AND prosrc ~* '(clock_timestamp|now\\(\\)|current_(date|time)|localtime)'"""
        )
        assert db.fetchall() == []


def test_an_order_without_lines_is_looked_into_and_its_money_has_a_place(real_county: County) -> None:
    asked = order(real_county, "周家")
    as_owner("ALTER TABLE collection_orderline DISABLE TRIGGER append_only")
    as_owner("DELETE FROM collection_orderline")

    (done,) = tell(money(asked))

    assert (done.outcome, Transfer.objects.get().reason) == (PaymentOutcome.AMOUNT_DIFFERS, "suspense")


def test_money_without_a_place_stops_everything(real_county: County) -> None:
    asked = order(real_county, "周家")
    rewrite("collection_settle", "p.amount_fen, 'suspense', 'payment:'", "p.amount_fen + 1, 'suspense', 'payment:'")
    before = counts()

    with pytest.raises(IntegrityError, match="not every fen"):
        tell(money(asked, fen=1))

    assert counts() == before


def test_suspense_knows_the_campaign_where_the_order_is_known(county: County) -> None:
    tell(money(order(county, "周家"), fen=1), money(uuid4(), fen=2))

    assert sorted(Transfer.objects.values_list("amount_fen", "campaign_id"), key=str) == [
        (1, county.campaign.pk),
        (2, None),
    ]


# --- SQL of somebody's own -------------------------------------------------------------------------------------------

TELL_CASH = """SELECT * FROM collection_confirm(jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'channel', 'cash',
    'reference', %s::text, 'order', %s::text, 'amount_fen', 32000, 'paid_at', '2021-11-15T10:00:00+08:00', 'paid_on', '2021-11-15',
    'actor', %s::text, 'county', '340621')), '2021-11-15 10:00+08')"""


@pytest.mark.parametrize(
    ("who", "says"),
    [
        pytest.param(lambda home: Scope(VILLAGE, "resident:1", household=home), "cannot take cash", id="the-payer"),
        pytest.param(lambda _: Scope("340621", "system:nightly"), "cannot take cash", id="the-nightly-run"),
        pytest.param(lambda home: Scope(VILLAGE, "staff:clerk", household=home), "not_your_division", id="one-family"),
        pytest.param(lambda _: Scope(OTHER_VILLAGE, "staff:neighbour"), "not_your_division", id="the-neighbours-clerk"),
    ],
)
def test_cash_is_believed_from_the_staff_of_its_own_place_alone(
    county: County, who: Callable[[int], Scope], says: str
) -> None:
    asked = order(county, "周家", channel=Channel.CASH)
    scope = who(asked.household_id)
    before = counts()

    for order_id in (asked.pk, uuid4()):  # also for an order that is not there
        with pytest.raises(DatabaseError, match=says):
            as_application(scope, TELL_CASH, ["C1", str(order_id), scope.actor])

    assert counts() == before


def test_nobody_takes_cash_in_another_persons_name(county: County) -> None:
    asked = order(county, "周家", channel=Channel.CASH)

    with pytest.raises(DatabaseError, match="cannot speak for staff:county"):
        as_application(Scope(VILLAGE, "staff:clerk"), TELL_CASH, ["C1", str(asked.pk), "staff:county"])
    as_application(Scope(VILLAGE, "staff:clerk"), TELL_CASH, ["C1", str(asked.pk), "staff:clerk"])

    assert Receipt.objects.get().issued_by == "staff:clerk"


@pytest.mark.parametrize("scope", ["staff:clerk", "system:nightly"])
@pytest.mark.parametrize("name", ["system", "gateway:wechat", "staff:county", None])
def test_cash_that_its_teller_does_not_sign_for_is_not_taken(county: County, scope: str, name: str | None) -> None:
    asked = order(county, "周家", channel=Channel.CASH)
    before = counts()

    with pytest.raises(DatabaseError, match=r"cannot speak for|cannot take cash|nobody has signed"):
        as_application(Scope(VILLAGE, scope), TELL_CASH, ["C1", str(asked.pk), name])

    assert counts() == before


MIXED = """SELECT * FROM collection_confirm((SELECT jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'channel', c.channel,
    'reference', c.channel, 'order', %s::text, 'amount_fen', 32000, 'paid_at', '2021-11-15T10:00:00+08:00', 'paid_on', '2021-11-15',
    'actor', c.actor, 'county', '340621')) FROM (VALUES ('cash', 'staff:clerk'), ('wechat', %s)) c(channel, actor)), '2021-11-15 10:00+08')"""


def test_a_set_is_signed_by_one(real_county: County) -> None:
    asked = order(real_county, "周家", channel=Channel.CASH)
    clerk = Scope(VILLAGE, "staff:clerk")

    for other in ("gateway:wechat", None):
        with pytest.raises(DatabaseError, match="a set is signed by one"):
            as_application(clerk, MIXED, [str(asked.pk), other])

    rewrite(
        "collection_confirm", "t->>'actor' IS DISTINCT FROM who", "false"
    )  # the controls: the first name is believed
    with pytest.raises(DatabaseError, match="staff:clerk cannot speak for gateway:wechat"):
        as_application(clerk, MIXED, [str(asked.pk), "gateway:wechat"])
    rewrite("collection_confirm", "PERFORM scope_must_be(who);", "")
    rewrite("collection_confirm", "who NOT LIKE 'staff:%'", "false")
    as_application(clerk, MIXED, [str(asked.pk), "gateway:wechat"])
    assert Receipt.objects.get().issued_by == "gateway:wechat"


def test_without_its_guards_a_resident_could_write_their_own_receipt(real_county: County) -> None:
    """The control."""
    asked = order(real_county, "周家", channel=Channel.CASH)
    rewrite("collection_confirm", "PERFORM refuse('not_your_division');", "NULL;")

    rewrite("collection_confirm", "RAISE EXCEPTION '% cannot take cash', who USING", "RAISE NOTICE '%', who USING")
    as_application(
        Scope(VILLAGE, "resident:1", household=asked.household_id), TELL_CASH, ["C1", str(asked.pk), "resident:1"]
    )

    assert Receipt.objects.get().total_fen == 32000


SETTLED_DAY = "SELECT collection_gateway_settled('340621', 'wechat', '2021-11-15', %s)"


def test_only_the_county_moves_a_gateways_money(real_county: County) -> None:
    told = money(order(real_county, "周家"))
    tell(told)
    references = [[told.arrival.reference]]

    for scope in (Scope(VILLAGE, "staff:clerk"), Scope("340622", "staff:other"), Scope("340621100000", "staff:town")):
        with pytest.raises(DatabaseError, match="work for the whole county"):
            as_application(scope, SETTLED_DAY, references)
    assert balances("treasury") == {"treasury": 0}

    rewrite("collection_gateway_settled", "PERFORM scope_must_cover(in_county);", "")  # the control
    as_application(Scope(VILLAGE, "staff:clerk"), SETTLED_DAY, references)
    assert balances("treasury") == {"treasury": 32000}


@pytest.mark.parametrize("references", [None, [None], []])
def test_a_bill_of_nothing_moves_nothing(county: County, references: list[None] | None) -> None:
    tell(money(order(county, "周家")))

    as_application(Scope("340621", "staff:county"), SETTLED_DAY, [references])

    assert balances("treasury") == {"treasury": 0}


def test_a_gateways_money_is_moved_once_a_day_whoever_asks_at_once(real_county: County) -> None:
    told = money(order(real_county, "周家"))
    tell(told)
    asked = [[told.arrival.reference]]
    bureau = Scope("340621", "staff:county")

    one_inside_the_other(
        lambda: as_application(bureau, SETTLED_DAY, asked), lambda: as_application(bureau, SETTLED_DAY, asked)
    )

    assert (balances("treasury"), Transfer.objects.filter(reason="settled").count()) == ({"treasury": 32000}, 1)


def moved_while_more_came(county: County) -> object:
    """A bill is gone through; before that is committed more money comes, and the longer bill is gone through."""
    told, later = money(order(county, "周家")), money(order(county, "赵家"))
    tell(told)
    as_owner("SELECT ledger_account('340621', 'treasury', '340621')")  # who opens an account makes others wait, too
    bureau, first, both = Scope("340621", "staff:county"), told.arrival.reference, later.arrival.reference

    def with_more() -> int:
        tell(later)
        return as_application(bureau, SETTLED_DAY, [[first, both]])

    return one_inside_the_other(lambda: as_application(bureau, SETTLED_DAY, [[first]]), with_more)[1]


def test_a_bill_that_grows_while_it_is_gone_through_moves_the_rest(real_county: County) -> None:
    moved_while_more_came(real_county)

    assert sorted(Transfer.objects.filter(reason="settled").values_list("amount_fen", flat=True)) == [32000, 128000]


def test_without_its_turn_the_longer_bill_would_be_an_error(real_county: County) -> None:
    """The control."""
    rewrite("collection_gateway_settled", "PERFORM pg_advisory_xact_lock(hashtextextended(in_county || '|' || day_source, 0));", "")  # fmt: skip

    assert type(moved_while_more_came(real_county)) is IntegrityError
