"""Categories that changed after people had paid: money goes back, more is owed, funds change, nothing is overwritten."""

import json
from datetime import date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection

from canbao.access.models import Record
from canbao.access.scope import Scope, within
from canbao.collection.domain.readjustment import Readjusted, follow_register
from canbao.collection.models import PaymentOutcome, Receipt, Refund, RefundReason
from canbao.collection.refusals import NoReceiptsLeft
from canbao.enrolment.models import Bill, BillAssessment, BillState, Enrolment
from canbao.kernel.refusal import BrokenInvariant
from canbao.ledger.models import Transfer
from canbao.register.domain.residents import register_newborn
from canbao.reports.four_ways import Way, four_ways_agree
from canbao.rosters.models import Holding
from tests.collection.domain.test_cash import take
from tests.collection.paying import counts, money, numbers_without_gap, order, pay, receipt_numbers, tell
from tests.collection.racing import as_application, as_owner, one_inside_the_other, rewrite
from tests.county import COUNTY, IN_THE_WINDOW, VILLAGE, County, another, hold
from tests.desks import enrol_fully_subsidised, readjust
from tests.ledger.balances import balances, debits_and_credits

ROSTER_DAY = date(2021, 12, 31)
SETTLED, OPEN, SUPERSEDED = BillState.SETTLED, BillState.OPEN, BillState.SUPERSEDED


def adjust(county: County, on: date = ROSTER_DAY, *, posted_on: date | None = None) -> Readjusted:
    """With the facts of `on`, posted on that day unless said otherwise."""
    at = datetime.combine(posted_on or on, IN_THE_WINDOW.timetz())
    return readjust(county.campaign, as_of=on, at=at, actor="staff:county")


def strike_off(name: str, *, on: date = ROSTER_DAY) -> None:
    """They are no longer on the list of `on`."""
    Holding.objects.filter(resident__name=name, until__isnull=True).update(until=date.fromordinal(on.toordinal() - 1))


def bills_of(name: str) -> list[tuple[int, int | None, str]]:
    return list(Bill.objects.filter(resident__name=name).order_by("version").values_list("version", "due_fen", "state"))


def all_is_well(county: County) -> bool:
    debits, credits_ = debits_and_credits()
    return four_ways_agree(county.campaign).agree and debits == credits_ and numbers_without_gap()


def test_paid_320_then_on_the_list_of_the_31st_gets_280_back(county: County) -> None:
    pay(county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)

    assert adjust(county) == Readjusted(people=1, to_give_back=1, give_back_fen=28000, still_owing=0)

    assert bills_of("钱儿") == [(1, 32000, SETTLED), (2, -28000, SETTLED)]
    assert [(one.resident.name, one.amount_fen, one.reason, one.due_on) for one in Refund.objects.all()] == [
        ("钱儿", 28000, "readjusted", ROSTER_DAY)
    ]
    assert Enrolment.objects.get(resident__name="钱儿").paid_fen == 4000
    assert balances("contributions", "refunds_due", "fund", "subsidies") == {
        "contributions": -4000, "refunds_due": -28000, "fund": 28000, "subsidies": -28000,
    }  # fmt: skip
    voucher = Receipt.objects.get(total_fen=-28000)
    assert (voucher.takes_back_from.total_fen, [line.fen for line in voucher.lines.all()]) == (32000, [-28000])
    assert (four_ways_agree(county.campaign).money, all_is_well(county)) == (Way(1, 4000), True)


def test_paid_40_then_struck_off_the_list_owes_280_more_and_stays_covered(county: County) -> None:
    pay(county, "钱家", "钱奶奶")
    covered_from = Enrolment.objects.get(resident__name="钱奶奶").covered_from
    strike_off("钱奶奶")

    assert adjust(county) == Readjusted(people=1, to_give_back=0, give_back_fen=0, still_owing=1)

    assert bills_of("钱奶奶") == [(1, 4000, SETTLED), (2, 28000, OPEN)]
    assert balances("fund", "subsidies") == {"fund": 0, "subsidies": 0}
    assert [(one.amount_fen, one.undoes.reason) for one in Transfer.objects.filter(undoes__isnull=False)] == [
        (28000, "subsidy")
    ]
    assert (Refund.objects.count(), all_is_well(county)) == (0, True)

    assert pay(county, "钱家", "钱奶奶").outcome is PaymentOutcome.SETTLED
    enrolled = Enrolment.objects.get(resident__name="钱奶奶")
    assert (enrolled.paid_fen, enrolled.covered_from) == (32000, covered_from)
    assert (balances("contributions"), all_is_well(county)) == ({"contributions": -32000}, True)


def test_newly_destitute_after_paying_gets_everything_back_and_stays_covered(county: County) -> None:
    pay(county, "周家")
    hold({"周归": "特困人员"}, on=ROSTER_DAY)

    assert adjust(county).give_back_fen == 32000

    assert Enrolment.objects.get(resident__name="周归").paid_fen == 0
    assert balances("contributions", "refunds_due", "fund") == {
        "contributions": 0, "refunds_due": -32000, "fund": 32000,
    }  # fmt: skip
    assert all_is_well(county)


def test_newly_destitute_before_paying_is_enrolled_by_the_office(county: County) -> None:
    hold({"周归": "特困人员"}, on=ROSTER_DAY)

    adjust(county)
    assert bills_of("周归") == [(1, 32000, SUPERSEDED), (2, 0, OPEN)]

    enrol_fully_subsidised(county.campaign, on=ROSTER_DAY, actor="staff:county")
    assert (Enrolment.objects.get(resident__name="周归").by_office, all_is_well(county)) == (True, True)


def test_no_longer_destitute_owes_the_whole_sum_and_the_fund_nothing(county: County) -> None:
    enrol_fully_subsidised(county.campaign, on=IN_THE_WINDOW.date(), actor="staff:county")
    assert balances("fund") == {"fund": 32000}
    strike_off("孙独")

    adjust(county)

    assert (bills_of("孙独"), balances("fund")) == ([(1, 0, SETTLED), (2, 32000, OPEN)], {"fund": 0})
    pay(county, "孙家")
    assert (Enrolment.objects.get(resident__name="孙独").paid_fen, all_is_well(county)) == (32000, True)


def test_a_category_without_an_amount_after_paying_changes_nothing(county: County) -> None:
    pay(county, "周家")
    hold({"周归": "重点优抚对象"}, on=ROSTER_DAY)
    before = counts()

    done = adjust(county)

    assert (done.people, counts(), bills_of("周归")) == (0, before, [(1, 32000, SETTLED)])
    assert [(one.resident_id, one.code, one.clause) for one in done.skipped] == [
        (county.person("周归").pk, "amount_unknown", "四（五）")
    ]


def test_a_category_without_an_amount_before_paying_leaves_the_amount_open(county: County) -> None:
    hold({"周归": "重点优抚对象"}, on=ROSTER_DAY)

    adjust(county)

    assert bills_of("周归") == [(1, 32000, SUPERSEDED), (2, None, OPEN)]


def test_asking_twice_is_asking_once(county: County) -> None:
    pay(county, "钱家")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)
    strike_off("钱奶奶")
    adjust(county)
    before = counts()

    assert (adjust(county), counts()) == (Readjusted(0, 0, 0, 0), before)
    assert Record.objects.filter(verb="campaign.readjusted").count() == 1


def test_to_and_fro_comes_out_where_it_began(county: County) -> None:
    pay(county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=date(2021, 11, 20))
    adjust(county, on=date(2021, 11, 20))
    strike_off("钱儿", on=date(2021, 12, 1))
    adjust(county, on=date(2021, 12, 1))
    assert bills_of("钱儿")[-1] == (3, 28000, OPEN)

    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)
    adjust(county)

    assert bills_of("钱儿")[-2:] == [(3, 28000, SUPERSEDED), (4, 0, SETTLED)]
    assert (Enrolment.objects.get(resident__name="钱儿").paid_fen, all_is_well(county)) == (4000, True)


def test_whom_the_notice_does_not_let_enrol_on_that_day_keeps_what_they_have(county: County) -> None:
    pay(county, "钱家", "钱奶奶")
    strike_off("钱奶奶", on=date(2022, 2, 1))

    done = adjust(county, on=date(2022, 2, 1))

    assert (done.people, bills_of("钱奶奶")) == (0, [(1, 4000, SETTLED)])
    assert [(one.resident_id, one.code) for one in done.skipped] == [(county.person("钱奶奶").pk, "window_closed")]
    assert done.skipped[0].says


def test_of_whom_nothing_changed_nobody_is_skipped_whatever_the_day(county: County) -> None:
    """The notice would say no to everybody on that day; but nobody asks it anything new."""
    pay(county, "钱家")

    assert adjust(county, on=date(2022, 2, 1)) == Readjusted(0, 0, 0, 0)


def test_a_list_that_comes_when_the_window_is_over_still_speaks_of_its_own_day(county: County) -> None:
    pay(county, "钱家")
    strike_off("钱奶奶")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)

    done = adjust(county, posted_on=date(2022, 1, 20))

    assert done == Readjusted(people=2, to_give_back=1, give_back_fen=28000, still_owing=1)
    assert [(one.due_on, one.amount_fen) for one in Refund.objects.all()] == [(date(2022, 1, 20), 28000)]
    assert set(Transfer.objects.filter(reason__contains="readjusted").values_list("on", flat=True)) == {
        date(2022, 1, 20)
    }
    assert Receipt.objects.get(total_fen=-28000).issued_on == date(2022, 1, 20)
    assert all_is_well(county)


def test_asked_for_the_day_of_posting_it_would_say_who_was_skipped(county: County) -> None:
    """The control: the same list, the same day of posting, and the notice asked for a day on which it says no."""
    pay(county, "钱家")
    strike_off("钱奶奶")

    done = adjust(county, on=date(2022, 1, 20))

    assert (done.people, [one.resident_id for one in done.skipped]) == (0, [county.person("钱奶奶").pk])


def test_nobody_knows_the_facts_of_a_day_that_has_not_come(county: County) -> None:
    with pytest.raises(BrokenInvariant):
        adjust(county, posted_on=date(2021, 12, 30))


def test_the_record_says_how_many_were_skipped_and_why(county: County) -> None:
    pay(county, "周家")
    pay(county, "钱家", "钱儿")
    hold({"周归": "重点优抚对象", "钱儿": "低保对象"}, on=ROSTER_DAY)

    adjust(county)

    detail = Record.objects.get(verb="campaign.readjusted").detail
    assert (detail["people"], detail["skipped"], detail["as_of"]) == (1, {"amount_unknown": 1}, "2021-12-31")


def test_what_came_in_two_payments_goes_back_to_both(county: County) -> None:
    """Paid 40, struck off, paid 280 more, then 特困: 320 back, and no payment gives back more than it brought."""
    pay(county, "钱家", "钱奶奶")
    strike_off("钱奶奶", on=date(2021, 12, 1))
    adjust(county, on=date(2021, 12, 1))
    pay(county, "钱家", "钱奶奶", at=IN_THE_WINDOW.replace(month=12, day=2))
    hold({"钱奶奶": "特困人员"}, on=ROSTER_DAY)

    assert adjust(county) == Readjusted(people=1, to_give_back=1, give_back_fen=32000, still_owing=0)

    assert sorted(Refund.objects.values_list("amount_fen", "payment__amount_fen")) == [(4000, 4000), (28000, 28000)]
    assert (Enrolment.objects.get(resident__name="钱奶奶").paid_fen, all_is_well(county)) == (0, True)
    assert adjust(county).people == 0


def test_no_payment_gives_back_more_than_it_brought(county: County) -> None:
    """Paid 320, 低保: 280 back; struck off: paid 280 more; 特困: 320 back, 280 of it from the second payment."""
    pay(county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=date(2021, 11, 20))
    adjust(county, on=date(2021, 11, 20))
    strike_off("钱儿", on=date(2021, 12, 1))
    adjust(county, on=date(2021, 12, 1))
    pay(county, "钱家", "钱儿", at=IN_THE_WINDOW.replace(month=12, day=2))
    hold({"钱儿": "特困人员"}, on=ROSTER_DAY)

    adjust(county)

    back: dict[int, int] = {}
    for paid_fen, fen in Refund.objects.values_list("payment__amount_fen", "amount_fen"):
        back[paid_fen] = back.get(paid_fen, 0) + fen
    assert (back, all_is_well(county)) == ({32000: 32000, 28000: 28000}, True)


def test_a_family_on_one_receipt_gets_one_voucher_each(county: County) -> None:
    take(county, "赵家")
    hold(dict.fromkeys(("赵大", "赵双一", "赵双二"), "低保对象"), on=ROSTER_DAY)

    assert adjust(county) == Readjusted(people=3, to_give_back=3, give_back_fen=84000, still_owing=0)

    assert (Receipt.objects.filter(total_fen=-28000).count(), all_is_well(county)) == (3, True)
    assert balances("drawer") == {"drawer": 128000}  # it is given back from the treasury, when it has been reviewed


def test_who_pays_while_the_list_changes_is_given_back_what_is_too_much(real_county: County) -> None:
    asked = order(real_county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)

    paid, adjusted = one_inside_the_other(lambda: tell(money(asked)), lambda: adjust(real_county))

    assert (paid[0].outcome, adjusted.give_back_fen) == (PaymentOutcome.SETTLED, 28000)
    assert (bills_of("钱儿"), all_is_well(real_county)) == ([(1, 32000, SETTLED), (2, -28000, SETTLED)], True)


def test_who_pays_an_old_bill_just_after_the_list_changed_is_owed_it_back(real_county: County) -> None:
    asked = order(real_county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)

    adjusted, paid = one_inside_the_other(lambda: adjust(real_county), lambda: tell(money(asked)))

    assert (adjusted.people, paid[0].outcome) == (1, PaymentOutcome.SURPLUS)
    assert (bills_of("钱儿"), all_is_well(real_county)) == ([(1, 32000, SUPERSEDED), (2, 4000, OPEN)], True)
    refund = Refund.objects.get()
    assert (refund.reason, refund.amount_fen) == (RefundReason.BILL_CHANGED, 32000)
    assert "缴费标准已经变更" in refund.why


def test_who_pays_twice_is_not_told_that_anything_changed(county: County) -> None:
    asked = order(county, "钱家", "钱儿")
    tell(money(asked), money(asked))

    refund = Refund.objects.get()
    assert (refund.reason, refund.why) == (RefundReason.DUPLICATE, "")


def test_two_who_readjust_at_once_readjust_once(real_county: County) -> None:
    pay(real_county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)

    first, second = one_inside_the_other(lambda: adjust(real_county), lambda: adjust(real_county))

    assert (first.give_back_fen, second.give_back_fen) == (28000, 0)
    assert (bills_of("钱儿"), Refund.objects.count()) == ([(1, 32000, SETTLED), (2, -28000, SETTLED)], 1)
    assert all_is_well(real_county)


def test_accounts_of_funds_are_made_before_a_receipt_book_is_taken_as_by_whoever_confirms(real_county: County) -> None:
    """In the other order, one who confirms and one who readjusts could each wait for what the other holds."""
    pay(real_county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)
    as_owner(
        """CREATE FUNCTION books_are_free() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               IF EXISTS (SELECT FROM public.collection_receipt WHERE takes_back_from_id IS NOT NULL) THEN
                   RAISE EXCEPTION 'the books were taken first';
               END IF;
               RETURN NEW;
           END $$;
           CREATE TRIGGER books_are_free BEFORE INSERT ON ledger_account FOR EACH ROW WHEN (NEW.kind = 'fund')
               EXECUTE FUNCTION books_are_free()"""
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('collection_readjust'::regproc)")
        as_it_is = cursor.fetchone()[0]

    rewrite(
        "collection_readjust", "PERFORM ledger_account(w.county, 'fund', w.payer)", "PERFORM w.payer"
    )  # the control
    with pytest.raises(DatabaseError, match="the books were taken first"):
        adjust(real_county)
    as_owner(as_it_is)

    assert adjust(real_county).give_back_fen == 28000


# --- the function of the database, with no Python before it -----------------------------------------------------------

BUREAU = Scope(COUNTY, "staff:county")
ASK = "SELECT * FROM collection_readjust(%s, %s, '2021-12-31', '2021-12-31 18:00+08', %s)"


def change_for(county: County, name: str, like: str) -> list[object]:
    """What `readjust` asks of the database: this person's answer is from now on that of `like`."""
    answer = county.bill(like).assessment_id
    changes = [{"resident": county.person(name).pk, "assessment": answer}]
    return [county.campaign.pk, json.dumps(changes), "staff:county"]


def test_two_who_ask_the_database_for_one_change_at_once_get_it_once(real_county: County) -> None:
    pay(real_county, "钱家", "钱儿")
    asked = change_for(real_county, "钱儿", like="钱奶奶")

    one_inside_the_other(lambda: as_application(BUREAU, ASK, asked), lambda: as_application(BUREAU, ASK, asked))

    assert bills_of("钱儿") == [(1, 32000, SETTLED), (2, -28000, SETTLED)]
    assert (Refund.objects.count(), all_is_well(real_county)) == (1, True)


def test_without_the_lock_of_the_bills_the_second_stumbles_over_the_first(real_county: County) -> None:
    """The control: both look at the bills before either has changed them, and the key of the version is all that is left."""
    pay(real_county, "钱家", "钱儿")
    asked = change_for(real_county, "钱儿", like="钱奶奶")
    rewrite("collection_readjust", "ORDER BY b.id FOR UPDATE OF b", "ORDER BY b.id")

    _, second = one_inside_the_other(
        lambda: as_application(BUREAU, ASK, asked), lambda: as_application(BUREAU, ASK, asked)
    )

    assert type(second) is IntegrityError


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        pytest.param(Scope(VILLAGE, "staff:clerk"), "work for the whole county", id="a-village"),
        pytest.param(Scope("340622", "staff:county"), "work for the whole county", id="another-county"),
        pytest.param(Scope(COUNTY, "staff:county", household=1), "work for the whole county", id="a-resident"),
        pytest.param(Scope(COUNTY, "staff:county2"), "cannot speak for", id="in-somebody-elses-name"),
    ],
)
def test_only_the_county_readjusts_and_in_its_own_name(county: County, scope: Scope, says: str) -> None:
    pay(county, "钱家", "钱儿")
    asked = change_for(county, "钱儿", like="钱奶奶")

    with pytest.raises(DatabaseError, match=says):
        as_application(scope, ASK, asked)

    assert bills_of("钱儿") == [(1, 32000, SETTLED)]


def test_without_its_guard_a_village_could_readjust(real_county: County) -> None:
    """The control."""
    pay(real_county, "钱家", "钱儿")
    asked = [*change_for(real_county, "钱儿", like="钱奶奶")[:2], "staff:clerk"]
    rewrite("collection_readjust", "PERFORM enrolment_check_county(in_campaign);", "")

    as_application(Scope(VILLAGE, "staff:clerk"), ASK, asked)

    assert bills_of("钱儿") == [(1, 32000, SETTLED), (2, -28000, SETTLED)]


def test_an_answer_of_another_campaign_changes_nothing(county: County) -> None:
    pay(county, "钱家", "钱儿")
    asked = change_for(county, "钱儿", like="钱奶奶")
    other = BillAssessment.objects.get(pk=json.loads(str(asked[1]))[0]["assessment"])
    other.pk, other.campaign = None, another(county.campaign, key="another")
    other.save()
    asked[1] = json.dumps([{"resident": county.person("钱儿").pk, "assessment": other.pk}])

    assert as_application(BUREAU, ASK, asked) == 0
    assert bills_of("钱儿") == [(1, 32000, SETTLED)]


def test_a_subsidy_is_undone_once(real_county: County) -> None:
    pay(real_county, "钱家", "钱奶奶")
    subsidy = Transfer.objects.get(reason="subsidy").pk
    undo = "SELECT ledger_undo(ARRAY[%s], ARRAY['test'], 'subsidy_readjusted', '2021-12-31')"
    as_owner(undo, [subsidy])

    with pytest.raises(IntegrityError):
        as_owner(undo, [subsidy])

    assert balances("fund") == {"fund": 0}


def without_numbers_for_vouchers(county: County) -> None:
    """钱儿 has paid and is owed something back; the village's electronic receipts are used up."""
    pay(county, "钱家", "钱儿")
    hold({"钱儿": "低保对象"}, on=ROSTER_DAY)
    as_owner("UPDATE collection_receiptbook SET next_number = last_number + 1 WHERE kind = 'electronic'")


def test_without_a_number_for_the_voucher_nothing_is_adjusted_and_the_unit_is_named(real_county: County) -> None:
    without_numbers_for_vouchers(real_county)

    with pytest.raises(NoReceiptsLeft) as no:
        adjust(real_county)

    assert (no.value.says, bills_of("钱儿")) == ("示例一村委会的票据已用完。", [(1, 32000, SETTLED)])


def test_without_its_guard_money_would_go_back_without_a_voucher(real_county: County) -> None:
    """The control: then receipts and money say different things."""
    without_numbers_for_vouchers(real_county)
    rewrite("collection_voucher", "IF issued < wanted THEN", "IF false THEN")

    adjust(real_county)

    assert not four_ways_agree(real_county.campaign).agree


def paid_by_nobody(county: County) -> list[object]:
    """A bill that was settled by hand: no payment stands behind it."""
    as_owner(
        "UPDATE enrolment_bill SET state = 'settled', settled_at = '2021-11-15' WHERE id = %s", [county.bill("钱儿").pk]
    )
    return change_for(county, "钱儿", like="钱奶奶")


def test_nobody_is_owed_money_that_no_payment_brought(real_county: County) -> None:
    asked = paid_by_nobody(real_county)

    with pytest.raises(IntegrityError, match="owed money that no payment covers"):
        as_application(BUREAU, ASK, asked)

    assert bills_of("钱儿") == [(1, 32000, SETTLED)]


def test_without_its_guard_money_would_be_owed_out_of_nothing(real_county: County) -> None:
    """The control; the voucher that is missing would be the last to notice."""
    asked = paid_by_nobody(real_county)
    rewrite("collection_voucher", "IF issued < wanted THEN", "IF false THEN")
    rewrite("collection_readjust", "RAISE EXCEPTION 'a person is owed", "RAISE NOTICE 'a person is owed")

    as_application(BUREAU, ASK, asked)

    assert bills_of("钱儿")[-1] == (2, -28000, SETTLED)


def voucher_while_another_pays(county: County) -> tuple[object, object]:
    """A receipt and a voucher of one village at the same moment, from the same book."""
    pay(county, "钱家", "钱儿")
    asked, change = order(county, "周家"), change_for(county, "钱儿", like="钱奶奶")
    return one_inside_the_other(lambda: tell(money(asked)), lambda: as_application(BUREAU, ASK, change))


def test_a_receipt_and_a_voucher_at_once_have_numbers_of_their_own(real_county: County) -> None:
    voucher_while_another_pays(real_county)

    assert (receipt_numbers(), all_is_well(real_county)) == ([1, 2, 3], True)


def test_without_the_lock_of_the_books_they_would_have_one(real_county: County) -> None:
    """The control: the key of the number refuses it."""
    rewrite("collection_voucher", "ORDER BY id FOR UPDATE", "ORDER BY id")

    assert type(voucher_while_another_pays(real_county)[1]) is IntegrityError


def enrolled_while_struck_off(county: County) -> object:
    """The office enrols whoever has nothing to pay while the list on which 孙独 stood changes."""
    change = change_for(county, "孙独", like="赵大")
    return one_inside_the_other(
        lambda: as_application(BUREAU, ASK, change),
        lambda: enrol_fully_subsidised(county.campaign, on=ROSTER_DAY, actor="staff:county"),
    )[1]


def test_who_is_struck_off_just_now_is_not_enrolled_for_nothing(real_county: County) -> None:
    assert enrolled_while_struck_off(real_county) == 0
    assert bills_of("孙独") == [(1, 0, SUPERSEDED), (2, 32000, OPEN)]
    assert not Enrolment.objects.filter(resident__name="孙独").exists()


def test_without_the_lock_of_free_bills_the_office_stumbles(real_county: County) -> None:
    """The control: only that a replaced bill stays replaced is left."""
    rewrite("enrolment_enrol_free", "AND b.due_fen = 0 ORDER BY b.id FOR UPDATE", "AND b.due_fen = 0 ORDER BY b.id")

    assert type(enrolled_while_struck_off(real_county)) is IntegrityError


def test_without_that_either_they_would_be_covered_and_owe_it_all(real_county: County) -> None:
    """The control of both."""
    rewrite("enrolment_enrol_free", "AND b.due_fen = 0 ORDER BY b.id FOR UPDATE", "AND b.due_fen = 0 ORDER BY b.id")
    as_owner("ALTER TABLE enrolment_bill DISABLE TRIGGER keep_settled")

    assert enrolled_while_struck_off(real_county) == 1
    assert bills_of("孙独") == [(1, 0, SETTLED), (2, 32000, OPEN)]


# --- the register -----------------------------------------------------------------------------------------------------


def follow(county: County, *names: str, scope: Scope) -> int | None:
    people = [county.person(name).pk for name in names]
    with within(scope):
        return follow_register(COUNTY, people, at=IN_THE_WINDOW, actor=scope.actor)


CLERK = Scope(division=VILLAGE, actor="staff:clerk")


def test_who_is_new_gets_a_bill_from_their_village_and_nobody_a_second_one(county: County) -> None:
    register_newborn(guardian=county.person("赵大"), name="赵大宝宝", sex="女", born_on=date(2021, 11, 10))

    assert [follow(county, "赵大宝宝", "赵大", scope=CLERK) for _ in range(2)] == [1, 0]
    assert (bills_of("赵大宝宝"), bills_of("赵大")) == ([(1, 32000, OPEN)], [(1, 32000, OPEN)])


def test_an_open_bill_follows_what_is_registered_and_a_paid_one_stays(county: County) -> None:
    pay(county, "钱家", "钱儿")
    hold({"赵大": "低保对象", "钱儿": "低保对象"}, on=IN_THE_WINDOW.date())

    follow(county, "赵大", "钱儿", scope=CLERK)

    assert bills_of("赵大") == [(1, 32000, SUPERSEDED), (2, 4000, OPEN)]
    assert bills_of("钱儿") == [(1, 32000, SETTLED)]


def test_people_of_another_village_are_left_alone(county: County) -> None:
    register_newborn(guardian=county.person("郑邻"), name="郑邻宝宝", sex="女", born_on=date(2021, 11, 10))
    hold({"郑邻": "低保对象"}, on=IN_THE_WINDOW.date())

    assert follow(county, "郑邻", "郑邻宝宝", scope=CLERK) == 0
    assert (bills_of("郑邻"), bills_of("郑邻宝宝")) == ([(1, 32000, OPEN)], [])


def test_where_no_campaign_is_open_nobody_owes(county: County) -> None:
    with within(Scope(division="110101", actor="test")):
        assert follow_register("110101", [1], at=IN_THE_WINDOW, actor="test") is None
