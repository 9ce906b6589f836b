"""Everything that was paid for one person is asked back before cover begins: one asks, another agrees or says no, tax approves."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope
from canbao.collection.domain.readjustment import follow_register
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import gateway
from canbao.collection.models import Receipt, Refund, RefundReason, RefundRequest
from canbao.collection.refusals import (
    AskedBackWithoutPapers,
    AskingBackAnswered,
    AskingBackTaken,
    AskingBackWaits,
    CoverHasBegun,
    GroundNotRegistered,
    NoReceiptsLeft,
    NoRefundByNotice,
    NothingToAskBack,
    RefusedWithoutReason,
    SamePerson,
)
from canbao.enrolment.models import Bill, BillState, Enrolment
from canbao.enrolment.queries import enrolled_of
from canbao.kernel.days import CHINA
from canbao.register.domain.changes import died, joined_employee_scheme, left_employee_scheme
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Resident
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from tests.collection import fake_gateway
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, pay, tell
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite
from tests.county import COUNTY, IN_THE_WINDOW, County, hold, signed_in
from tests.desks import amend, answer_back, approve, ask_back, readjust
from tests.enrolment.amendment import LESS_FROM_20_NOVEMBER, amended
from tests.ledger.balances import balances

Ground = RefundRequest.Ground
LATER = IN_THE_WINDOW + timedelta(days=20)
THE_DAY = date(2021, 11, 20)
COVERED = date(2022, 1, 1)
PAPERS = "死亡证明"


@pytest.fixture(autouse=True)
def book(settings: pytest.FixtureRequest) -> Iterator[fake_gateway.Book]:
    settings.CANBAO_GATEWAYS = {"wechat": "tests.collection.fake_gateway.FakeGateway"}
    gateway.cache_clear()
    fake_gateway.book.__init__()  # type: ignore[misc] - a new page
    yield fake_gateway.book
    gateway.cache_clear()


def enrolment(county: County, who: str) -> Enrolment:
    return Enrolment.objects.filter(resident=county.person(who)).latest("pk")


def has_died(county: County, who: str, on: date = THE_DAY, *, at: datetime = LATER) -> Change:
    with signed_in("clerk"):
        return died(county.person(who), on=on, by=county.staff("clerk"), why=PAPERS, at=at)


def is_employed(county: County, who: str, on: date = THE_DAY) -> Change:
    with signed_in("clerk"):
        return joined_employee_scheme(county.person(who), on=on, by=county.staff("clerk"), why="参保证明", at=LATER)


def ask(
    county: County, who: str, ground: Ground = Ground.DIED, *, by: str = "clerk", request_id: UUID | None = None, papers: str = PAPERS,
    at: datetime = LATER,
) -> RefundRequest:  # fmt: skip
    return ask_back(
        enrolment(county, who),
        request_id=request_id or uuid4(),
        ground=ground,
        papers=papers,
        by=county.staff(by),
        at=at,
    )


def agree(county: County, asked: RefundRequest, *, by: str = "town", at: datetime = LATER) -> RefundRequest:
    return answer_back(asked, agrees=True, by=county.staff(by), at=at)


def refuse(county: County, asked: RefundRequest, why: str = "证明看不清", *, by: str = "town") -> RefundRequest:
    return answer_back(asked, agrees=False, why=why, by=county.staff(by), at=LATER)


def nothing_went_back(county: County, who: str) -> bool:
    return not Refund.objects.exists() and enrolment(county, who).ended_on is None


# --- the whole way --------------------------------------------------------------------------------------------------------


def test_who_died_before_cover_is_paid_back_and_the_family_stays_enrolled(county: County) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")

    asked = agree(county, ask(county, "赵大"))

    refund = Refund.objects.get()
    assert (asked.is_agreed, asked.answered_by) == (True, "staff:town")
    assert (refund.resident.name, refund.reason, refund.amount_fen, refund.state, refund.reviewed_by) == (
        "赵大", "died", 32000, "due", "town"
    )  # fmt: skip
    ended = enrolment(county, "赵大")
    assert (ended.ended_on, ended.ended_why, ended.paid_fen) == (LATER.date(), "享受待遇前去世", 0)
    home = [one.pk for one in county.household("赵家").residents.all()]
    assert len(enrolled_of(county.campaign, home)) == 3
    assert Receipt.objects.get(takes_back_from__isnull=False).total_fen == -32000
    assert four_ways_agree(county.campaign).agree
    refund = approve(refund, by=county.staff("tax"))
    assert pay_back(refund, on=LATER.date())
    assert balances("refunds_due") == {"refunds_due": 0}
    assert list(Record.objects.filter(verb__startswith="refund.").order_by("pk").values_list("verb", "actor"))[:2] == [
        ("refund.asked", "staff:clerk"), ("refund.agreed", "staff:town")
    ]  # fmt: skip


def test_the_subsidy_of_who_died_is_owed_by_no_fund_any_more(county: County) -> None:
    take(county, "钱家")
    assert balances("fund", "subsidies") == {"fund": 28000, "subsidies": -28000}
    has_died(county, "钱奶奶")

    agree(county, ask(county, "钱奶奶"))

    assert balances("fund", "subsidies") == {"fund": 0, "subsidies": 0}
    assert (Refund.objects.get().amount_fen, Refund.objects.get().channel) == (4000, "cash")
    assert four_ways_agree(county.campaign).agree


def test_who_joined_the_employee_scheme_before_cover_is_paid_back(county: County) -> None:
    pay(county, "周家")
    is_employed(county, "周归")

    agree(county, ask(county, "周归", Ground.EMPLOYED))

    assert Refund.objects.get().reason == RefundReason.EMPLOYED
    assert not Bill.objects.filter(resident__name="周归", state=BillState.OPEN).exists()
    with signed_in("clerk"):
        person = county.person("周归")
        left_employee_scheme(
            person, on=date(2021, 12, 5), months=None, back_paid=None, by=county.staff("clerk"), why="证明", at=LATER
        )
        follow_register(COUNTY, [person.pk], at=LATER, actor="staff:clerk")
    assert Bill.objects.get(resident__name="周归", state=BillState.OPEN).due_fen == 32000


def test_who_was_paid_for_by_mistake_owes_again_and_can_pay(county: County) -> None:
    pay(county, "赵家", "赵大")

    agree(county, ask(county, "赵大", Ground.WRONG_PERSON))

    assert (Refund.objects.get().reason, county.bill("赵大").state, county.bill("赵大").due_fen) == (
        "wrong_person", BillState.OPEN, 32000
    )  # fmt: skip
    pay(county, "赵家", "赵大", at=LATER)
    assert [one.paid_fen for one in Enrolment.objects.filter(ended_on=None)] == [32000]
    assert four_ways_agree(county.campaign).agree
    agree(county, ask(county, "赵大", Ground.WRONG_PERSON))  # and once more
    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [32000, 32000]
    assert four_ways_agree(county.campaign).agree


def test_what_was_paid_in_two_parts_goes_back_to_both(county: County) -> None:
    take(county, "钱家")
    Holding.objects.filter(resident__name="钱奶奶").update(until=date(2021, 11, 30))
    hold({"钱儿": "监测人口"}, on=date(2021, 12, 1))
    readjust(county.campaign, as_of=LATER.date(), at=LATER, actor="staff:county")
    pay(county, "钱家", "钱奶奶", at=LATER)
    has_died(county, "钱奶奶")

    agree(county, ask(county, "钱奶奶"))

    assert sorted(Refund.objects.filter(reason="died").values_list("channel", "amount_fen")) == [
        ("cash", 4000), ("wechat", 28000)
    ]  # fmt: skip
    assert set(Refund.objects.filter(reason="died").values_list("reviewed_by", flat=True)) == {"town"}
    assert Refund.objects.get(reason="readjusted").reviewed_by is None
    assert four_ways_agree(county.campaign).agree


# --- who says no ----------------------------------------------------------------------------------------------------------


def test_on_the_day_on_which_cover_begins_nothing_goes_back(county: County) -> None:
    pay(county, "赵家")
    at = datetime(2022, 1, 9, 9, 0, tzinfo=CHINA)
    has_died(county, "赵大", COVERED, at=at)
    has_died(county, "赵妻", COVERED - timedelta(days=1), at=at)

    with pytest.raises(CoverHasBegun, match="赵大的待遇从2022-01-01开始"):
        ask(county, "赵大", at=at)
    assert agree(county, ask(county, "赵妻", at=at), at=at).is_agreed


def test_paid_for_the_wrong_person_is_asked_and_agreed_to_before_cover(county: County) -> None:
    pay(county, "赵家")
    last, first = (datetime(2021, 12, 31, 23, 59, tzinfo=CHINA), datetime(2022, 1, 1, 0, 0, tzinfo=CHINA))

    with pytest.raises(CoverHasBegun):
        ask(county, "赵大", Ground.WRONG_PERSON, at=first)
    asked = ask(county, "赵大", Ground.WRONG_PERSON, at=last)
    with pytest.raises(CoverHasBegun):
        agree(county, asked, at=first)
    assert nothing_went_back(county, "赵大")
    assert agree(county, asked, at=last).is_agreed


def test_what_the_register_does_not_say_is_no_ground(county: County) -> None:
    pay(county, "赵家")
    with pytest.raises(GroundNotRegistered):
        ask(county, "赵大")
    with pytest.raises(GroundNotRegistered):
        ask(county, "赵妻", Ground.EMPLOYED)
    joined = is_employed(county, "赵妻")
    asked = ask(county, "赵妻", Ground.EMPLOYED)
    with signed_in("clerk"):
        undo(joined, by=county.staff("clerk"), why="登记错了", at=LATER)

    with pytest.raises(GroundNotRegistered):
        agree(county, asked)
    assert nothing_went_back(county, "赵妻")


def test_who_paid_nothing_or_is_not_enrolled_has_nothing_to_ask_back(county: County) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")
    agree(county, ask(county, "赵大"))

    with pytest.raises(NothingToAskBack):
        ask(county, "赵大")


@pytest.mark.parametrize(("by", "no"), [("neighbour", NotYourDivision), ("tax", NotYourWork), ("finance", NotYourWork)])
def test_only_who_works_there_asks(county: County, by: str, no: type[Exception]) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")

    with pytest.raises(no):
        ask(county, "赵大", by=by)


@pytest.mark.parametrize(("by", "no"), [("clerk", SamePerson), ("tax", NotYourWork), ("far", NotYourDivision)])
def test_only_another_who_reviews_agrees(county: County, by: str, no: type[Exception]) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")
    asked = ask(county, "赵大", by="town" if by == "clerk" else "clerk")

    with pytest.raises(no):
        agree(county, asked, by="town" if by == "clerk" else by)
    assert nothing_went_back(county, "赵大")


def test_papers_are_named_and_one_asking_waits_at_a_time(county: County) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")
    with pytest.raises(AskedBackWithoutPapers):
        ask(county, "赵大", papers=" ")
    first = uuid4()
    asked = ask(county, "赵大", request_id=first)

    assert ask(county, "赵大", request_id=first) == asked
    with pytest.raises(AskingBackTaken):
        ask(county, "赵大", request_id=first, papers="别的")
    with pytest.raises(AskingBackWaits):
        ask(county, "赵大")
    assert RefundRequest.objects.count() == 1


def test_a_no_has_a_reason_stays_and_can_be_asked_again(county: County) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")
    asked = ask(county, "赵大")
    with pytest.raises(RefusedWithoutReason):
        refuse(county, asked, " ")

    refused = refuse(county, asked)

    assert (refused.is_agreed, refused.refused_why, refused.answered_by) == (False, "证明看不清", "staff:town")
    assert refuse(county, asked) == refused  # again is the same
    with pytest.raises(AskingBackAnswered, match="不同意退费"):
        agree(county, asked)
    assert nothing_went_back(county, "赵大")
    again = agree(county, ask(county, "赵大"), by="county")
    with pytest.raises(AskingBackAnswered, match="同意退费"):
        refuse(county, again)
    assert (RefundRequest.objects.count(), Refund.objects.count()) == (2, 1)


def test_who_asked_takes_it_back(county: County) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")

    assert refuse(county, ask(county, "赵大"), "选错了人", by="clerk").is_agreed is False


def test_agreeing_again_is_the_same(county: County) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")
    asked = agree(county, ask(county, "赵大"))

    assert agree(county, asked, by="county").answered_by == "staff:town"
    assert (Refund.objects.count(), Record.objects.filter(verb="refund.agreed").count()) == (1, 1)


def test_without_a_number_for_the_voucher_nobody_loses_their_cover(real_county: County) -> None:
    county = real_county
    pay(county, "赵家")
    has_died(county, "赵大")
    asked = ask(county, "赵大")
    as_owner("UPDATE collection_receiptbook SET next_number = last_number + 1 WHERE kind = 'electronic'")

    with pytest.raises(NoReceiptsLeft):
        agree(county, asked)
    assert nothing_went_back(county, "赵大")
    assert RefundRequest.objects.get().waits


# --- the notice -----------------------------------------------------------------------------------------------------------


def by_rule(county: County, rule: str) -> None:
    """An amendment that holds from the day before they paid."""
    head = LESS_FROM_20_NOVEMBER.split("subsidies+:")[0].replace("2021-11-20", "2021-11-14")
    amend(county.campaign, amended(f"{head}refunds:\n  - {rule}\n"), by=county.staff("county"))


def test_the_rules_of_the_notice_are_asked_first(county: County) -> None:
    pay(county, "赵家")
    by_rule(county, "{reason: 死亡, allowed: never, clause: 一}")

    with pytest.raises(NoRefundByNotice, match="赵大不能退费：这种情形不退费") as no:
        ask(county, "赵大", at=LATER)
    assert "一" in no.value.clause


def test_what_the_notice_leaves_to_others_is_kept_for_those_who_review(county: County) -> None:
    pay(county, "赵家")
    has_died(county, "赵大")
    assert "本方案没有写这种情形的退费" in ask(county, "赵大").says
    by_rule(county, "{reason: 死亡, unknown: 按税务的规定, ask: 县税务局, clause: 一}")
    has_died(county, "赵妻")

    asked = ask(county, "赵妻")

    assert asked.says == "按税务的规定，请向县税务局询问。"
    assert "一" in asked.clause


# --- the database itself, and several at once --------------------------------------------------------------------------------


def waiting(county: County, who: str = "赵大") -> RefundRequest:
    pay(county, "赵家")
    has_died(county, who)
    return ask(county, who)


def test_nobody_writes_an_asking_or_an_answer_by_hand(real_county: County) -> None:
    asked = waiting(real_county)
    town = Scope(division="340621100000", actor="staff:town")
    for statement in (
        "UPDATE collection_refundrequest SET is_agreed = true, answered_by = 'staff:town', answered_at = now()",
        "DELETE FROM collection_refundrequest",
    ):
        with pytest.raises(DatabaseError, match="permission denied"):
            as_application(town, statement)
    with pytest.raises(DatabaseError, match="staff:county"):
        as_application(town, ANSWER, [str(asked.pk), "staff:county"])
    neighbour = Scope(division="340621101200", actor="staff:far")
    with pytest.raises(DatabaseError, match="not_your_division"):
        as_application(neighbour, ANSWER, [str(asked.pk), "staff:far"])
    assert as_application(neighbour, "SELECT FROM collection_refundrequest") == 0


ANSWER = "SELECT collection_answer_back(%s, true, '', %s, '2021-12-05', '2021-12-05 10:00+08')"


def test_two_people_by_constraint(real_county: County) -> None:
    asked = waiting(real_county)
    rewrite("collection_answer_back", "PERFORM refuse('same_person');", "NULL;")

    def by_itself() -> None:
        as_application(Scope(division=COUNTY, actor="staff:clerk"), ANSWER, [str(asked.pk), "staff:clerk"])

    with pytest.raises(IntegrityError, match="refund_request_two_people"):
        by_itself()

    as_owner("ALTER TABLE collection_refundrequest DROP CONSTRAINT refund_request_two_people")  # the control
    by_itself()
    assert RefundRequest.objects.get().is_agreed


def test_of_two_who_agree_at_once_one_is_first(real_county: County) -> None:
    asked = waiting(real_county)

    answers = all_at_once(*[lambda who=who: agree(real_county, asked, by=who) for who in ("town", "county", "county2")])

    assert len({one.answered_by for one in answers}) == 1
    assert [one.amount_fen for one in Refund.objects.all()] == [32000]
    assert Record.objects.filter(verb="refund.agreed").count() == 1
    assert four_ways_agree(real_county.campaign).agree


def test_without_the_lock_the_second_would_run_into_the_first(real_county: County) -> None:
    asked = waiting(real_county)
    rewrite("collection_lock_enrolled", "ORDER BY id FOR UPDATE", "ORDER BY id")

    _, second = one_inside_the_other(
        lambda: agree(real_county, asked, by="town"), lambda: agree(real_county, asked, by="county")
    )

    assert isinstance(second, DatabaseError)


def taken_back(county: County, change: Change) -> None:
    with signed_in("clerk"):
        undo(change, by=county.staff("clerk"), why="人还在", at=LATER)


def test_a_death_that_is_taken_back_at_the_same_moment_is_seen(real_county: County) -> None:
    pay(real_county, "赵家")
    death = has_died(real_county, "赵大")
    asked = ask(real_county, "赵大")

    _, second = one_inside_the_other(lambda: taken_back(real_county, death), lambda: agree(real_county, asked))

    assert isinstance(second, GroundNotRegistered)
    assert nothing_went_back(real_county, "赵大")


def test_without_the_lock_of_the_person_somebody_alive_would_lose_their_cover(real_county: County) -> None:
    pay(real_county, "赵家")
    death = has_died(real_county, "赵大")
    asked = ask(real_county, "赵大")
    rewrite("collection_lock_enrolled", "WHERE id = found.resident_id FOR SHARE", "WHERE id = found.resident_id")

    one_inside_the_other(lambda: taken_back(real_county, death), lambda: agree(real_county, asked))

    assert Resident.objects.get(name="赵大").died_on is None
    assert enrolment(real_county, "赵大").ended_on is not None


def test_money_that_comes_again_meanwhile_goes_back_as_well(real_county: County) -> None:
    """They pay once more for the same bill while somebody agrees: everything is owed back, in two refunds."""
    asked_of_them = order(real_county, "赵家", "赵大")
    tell(money(asked_of_them))
    asked = ask(real_county, "赵大", Ground.WRONG_PERSON)

    done = all_at_once(lambda: agree(real_county, asked), lambda: tell(money(asked_of_them)))

    assert not [one for one in done if isinstance(one, BaseException)]
    assert sorted(Refund.objects.values_list("reason", "amount_fen")) == [("duplicate", 32000), ("wrong_person", 32000)]
    assert not Enrolment.objects.filter(ended_on=None).exists()
    assert balances("contributions", "refunds_due") == {"contributions": 0, "refunds_due": -64000}
    assert four_ways_agree(real_county.campaign).agree


def difference(county: County) -> tuple[RefundRequest, Any]:
    """钱奶奶 has paid 40, owes 280 more since her category is gone, and is asked back."""
    take(county, "钱家")
    Holding.objects.filter(resident__name="钱奶奶").update(until=date(2021, 11, 30))
    hold({"钱儿": "监测人口"}, on=date(2021, 12, 1))
    readjust(county.campaign, as_of=LATER.date(), at=LATER, actor="staff:county")
    owed = order(county, "钱家", "钱奶奶", at=LATER)
    return ask(county, "钱奶奶", Ground.WRONG_PERSON), owed


@pytest.mark.parametrize("money_first", [True, False])
def test_a_difference_that_is_paid_at_the_same_moment_goes_back_as_well(
    real_county: County, *, money_first: bool
) -> None:
    asked, owed = difference(real_county)
    steps: list[Callable[[], Any]] = [lambda: agree(real_county, asked), lambda: tell(money(owed, at=LATER))]

    done = one_inside_the_other(*reversed(steps)) if money_first else one_inside_the_other(*steps)

    assert not [one for one in done if isinstance(one, BaseException)]
    back = Refund.objects.filter(resident__name="钱奶奶")
    assert sum(one.amount_fen for one in back) == 32000
    assert enrolment(real_county, "钱奶奶").ended_on is not None
    assert four_ways_agree(real_county.campaign).agree
