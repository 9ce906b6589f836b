"""Collected with the fees: a school says of many students at once that it took their money; each row has its verdict, and all or none are
taken."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from canbao.access.models import Record, Role, Staff
from canbao.access.refusals import NotYourWork
from canbao.collection.domain.fees import Collected, FeesRow, collect_with_fees, judge_faculties, judge_fees, read_fees
from canbao.collection.domain.in_hand import drawer
from canbao.collection.domain.receipts import issue_book
from canbao.collection.domain.students import take_students
from canbao.collection.domain.units import open_unit
from canbao.collection.models import Order, Payment, PaymentOutcome, Receipt, ReceiptBook, Refund
from canbao.collection.refusals import (
    AmountDiffers,
    BillNotOpen,
    FeesDayNotPossible,
    FeesUnreadable,
    NoFees,
    NoReceiptsLeft,
    NoUnit,
    OtherUnit,
    PaidAlready,
    StudentTwice,
)
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.enrolment.models import Campaign, Enrolment
from canbao.enrolment.queries import current_campaign
from canbao.enrolment.refusals import NoticeSaysNo
from canbao.kernel.identity import IdentityRefusal
from canbao.kernel.refusal import Refusal
from canbao.register.refusals import NotOnRegister
from canbao.reports.four_ways import four_ways_agree
from tests.collection.paying import counts, money, numbers_without_gap, order, pay, tell
from tests.collection.racing import one_inside_the_other, rewrite
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, PEOPLE, County, number, register_changes, signed_in
from tests.ledger.balances import balances

TODAY = IN_THE_WINDOW.date()
TAKEN_ON = date(2021, 11, 10)
STUDENTS = {"赵妻": "文学院", "赵双一": "文学院", "钱儿": "理学院", "李妻": "医学院"}


def faculty(name: str) -> CollectingUnit:
    return CollectingUnit.objects.get(name=name)


def found_university(county: County) -> CollectingUnit:
    """示例学院 in 示例三村: three faculties with paper receipts, four students, and an officer who works for all of it."""
    place = Division.objects.get(pk=FAR_VILLAGE)
    made = open_unit(UnitKind.UNIVERSITY, "示例学院", division=place, by=None, at=IN_THE_WINDOW)
    for nth, name in enumerate(("文学院", "理学院", "医学院")):
        one = open_unit(UnitKind.FACULTY, name, division=place, university=made, by=None, at=IN_THE_WINDOW)
        for kind, series in ((ReceiptBook.Kind.PAPER, 5), (ReceiptBook.Kind.ELECTRONIC, 6)):
            issue_book(unit=one, kind=kind, series=series, first=1 + nth * 10, last=10 + nth * 10)
    with signed_in("county"):
        students = {county.person(name).pk: faculty(where).pk for name, where in STUDENTS.items()}
        take_students(made, students, by=county.staff("county"), why="2021年新生名单", at=IN_THE_WINDOW)
    Staff.objects.filter(username="far").update(role=Role.SCHOOL_CLERK, unit_id=made.pk)
    return made


@pytest.fixture
def university(county: County) -> CollectingUnit:
    return found_university(county)


def row(nth: int, name: str, *, of: str = "", amount: str = "", day: str = "") -> FeesRow:
    """As the fees office writes it, with the number of `of` where that is another one."""
    _home, _village, born_on, sequence, *_ = PEOPLE[of or name]
    return FeesRow(nth, name, number(born_on, sequence), amount=amount, day=day)


def judged(
    university: CollectingUnit, *rows: FeesRow, campaign: Campaign
) -> tuple[list[str], list[tuple[int, type[Refusal]]]]:
    done = judge_fees(rows, university, campaign=campaign, taken_on=TAKEN_ON, at=IN_THE_WINDOW, allow_synthetic=True)
    return [one.bill.resident.name for one in done.taking], [(bad.row, type(no)) for bad, no in done.bad]


def collect(county: County, *names: str, day: date = TAKEN_ON, at: datetime = IN_THE_WINDOW) -> Collected:
    return collect_bills(county, [county.bill(name).pk for name in names], day=day, at=at)


def collect_bills(county: County, bills: list[int], *, day: date = TAKEN_ON, at: datetime = IN_THE_WINDOW) -> Collected:
    campaign = current_campaign(COUNTY)
    with signed_in("far"):
        return collect_with_fees(dict.fromkeys(bills, day), campaign=campaign, by=county.staff("far"), at=at)


class TestTheList:
    def test_every_row_has_a_verdict(self, county: County, university: CollectingUnit) -> None:
        pay(county, county.person("赵双一").household.code)
        rows = [
            row(2, "赵妻", amount="320.00"), row(3, "赵双一"), row(4, "赵妻"), row(5, "赵大"), row(6, "赵某", of="钱儿"),
            row(7, "李妻", amount="300"), FeesRow(8, "张三", "123"), row(9, "钱儿", day="2021-12-01"), row(10, "赵双二", day="不详"),
        ]  # fmt: skip

        taking, bad = judged(university, *rows, campaign=county.campaign)

        assert taking == ["赵妻"]
        assert [(nth, no) for nth, no in bad if nth != 8] == [
            (3, PaidAlready), (4, StudentTwice), (5, OtherUnit), (6, NotOnRegister), (7, AmountDiffers), (9, FeesDayNotPossible),
            (10, OtherUnit),
        ]  # fmt: skip
        assert issubclass(dict(bad)[8], IdentityRefusal)
        assert counts()["payments"] == 1  # and no order is left of the rehearsal
        assert Order.objects.filter(channel="cash").count() == 0

    def test_a_day_is_told_in_the_row_or_for_the_whole_list(self, county: County, university: CollectingUnit) -> None:
        done = judge_fees(
            [row(2, "赵妻"), row(3, "钱儿", day="2021/11/9")], university, campaign=county.campaign, taken_on=TAKEN_ON,
            at=IN_THE_WINDOW, allow_synthetic=True,
        )  # fmt: skip

        assert [one.day for one in done.taking] == [TAKEN_ON, date(2021, 11, 9)]

    def test_a_student_is_found_by_the_code_of_the_list_that_was_taken_out(
        self, county: County, university: CollectingUnit
    ) -> None:
        code = county.person("赵妻").household.code

        rows = [FeesRow(2, "赵妻", code=code), FeesRow(3, "赵大", code=code)]

        assert judged(university, *rows, campaign=county.campaign) == (["赵妻"], [(3, NotOnRegister)])

    def test_what_cannot_be_paid_that_day_is_said_before_anything_is_taken(
        self, county: County, university: CollectingUnit
    ) -> None:
        with register_changes():
            one = county.person("钱儿")
            one.circumstances = {"employee_scheme": {"months": 60}}
            one.save(update_fields=["circumstances"])

        assert judged(university, row(2, "钱儿"), campaign=county.campaign) == ([], [(2, NoticeSaysNo)])

    def test_a_whole_faculty_at_once(self, county: County, university: CollectingUnit) -> None:
        ticked = [faculty("文学院").pk, county.unit().pk]  # a village is none of its faculties

        done = judge_faculties(ticked, university, campaign=county.campaign, taken_on=TAKEN_ON, at=IN_THE_WINDOW)

        assert ([one.bill.resident.name for one in done.taking], done.fen) == (["赵妻", "赵双一"], 64000)

    def test_a_file_of_the_fees_office(self, university: CollectingUnit) -> None:
        text = "示例学院收费表\n学生姓名,身份证号码,代收金额,收费日期\n甲,1,320,2021-09-10\n"

        assert read_fees(text.encode("gb18030"), university) == [FeesRow(3, "甲", "1", "", "320", "2021-09-10")]

    def test_a_file_on_which_nobody_can_be_found(self, university: CollectingUnit) -> None:
        with pytest.raises(FeesUnreadable):
            read_fees("姓名,代收金额\n甲,320\n".encode(), university)


class TestTaking:
    def test_all_are_enrolled_and_receipted_and_the_money_lies_with_their_faculties(
        self, county: County, university: CollectingUnit
    ) -> None:
        done = collect(county, "赵妻", "赵双一", "钱儿")

        assert done == Collected(people=3, fen=96000, again=0, back=0)
        assert {payment.paid_on for payment in Payment.objects.all()} == {TAKEN_ON}
        assert [drawer(faculty(name), county.campaign)[:2] for name in ("文学院", "理学院")] == [(64000, 2), (32000, 1)]
        assert sorted(Receipt.objects.values_list("series", "number")) == [(5, 1), (5, 2), (5, 11)]
        assert (four_ways_agree(county.campaign).agree, numbers_without_gap()) == (True, True)
        assert Record.objects.filter(verb="fees.collected").latest("position").detail["people"] == 3

    def test_the_same_list_again_is_the_same(self, county: County, university: CollectingUnit) -> None:
        bills = [county.bill(name).pk for name in ("赵妻", "钱儿")]
        collect_bills(county, bills)
        before = counts()

        again = collect_bills(county, bills, at=IN_THE_WINDOW + timedelta(hours=1))

        assert (again, counts()) == (Collected(people=0, fen=0, again=2, back=0), before)

    def test_two_lists_that_overlap_take_everybody_once(self, county: County, university: CollectingUnit) -> None:
        bills = {name: county.bill(name).pk for name in ("赵妻", "赵双一", "钱儿")}
        collect_bills(county, [bills["赵妻"], bills["钱儿"]])

        done = collect_bills(county, [bills["赵双一"], bills["钱儿"]])

        assert (done.people, done.again, Enrolment.objects.count(), Refund.objects.count()) == (1, 1, 3, 0)

    def test_when_one_cannot_be_taken_nobody_is(self, county: County, university: CollectingUnit) -> None:
        bills = [county.bill(name).pk for name in ("赵妻", "赵双一")]
        pay(county, county.person("赵双一").household.code)
        before = counts()

        with pytest.raises(BillNotOpen):
            collect_bills(county, bills)

        assert counts() == before

    def test_a_faculty_without_receipts_holds_up_the_whole_list(
        self, county: County, university: CollectingUnit
    ) -> None:
        place = Division.objects.get(pk=FAR_VILLAGE)
        law = open_unit(UnitKind.FACULTY, "法学院", division=place, university=university, by=None, at=IN_THE_WINDOW)
        with signed_in("county"):
            take_students(
                university,
                {county.person("赵双二").pk: law.pk},
                by=county.staff("county"),
                why="名单",
                at=IN_THE_WINDOW,
            )
        before = counts()

        with pytest.raises(NoReceiptsLeft), transaction.atomic():
            collect(county, "赵妻", "赵双二")

        assert (counts(), Order.objects.count()) == (before, 0)

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [
            pytest.param("clerk", NoUnit, id="a-village-clerk"), pytest.param("county", NotYourWork, id="the-county"),
        ],
    )  # fmt: skip
    def test_only_whoever_works_at_a_school_says_so(
        self, county: County, university: CollectingUnit, who: str, refusal: type
    ) -> None:
        with signed_in(who), pytest.raises(refusal):
            collect_with_fees(
                {county.bill("赵妻").pk: TAKEN_ON}, campaign=county.campaign, by=county.staff(who), at=IN_THE_WINDOW
            )

    def test_nobody_and_somebody_elsewhere_and_a_day_to_come_are_refused(
        self, county: County, university: CollectingUnit
    ) -> None:
        with pytest.raises(NoFees):
            collect_bills(county, [])
        with pytest.raises(OtherUnit):
            collect(county, "赵妻", "赵大")
        with pytest.raises(FeesDayNotPossible):
            collect(county, "赵妻", day=TODAY + timedelta(days=1))


class TestWhoAlsoPaidByPhone:
    def test_after_the_school_the_phones_money_goes_back(self, county: County, university: CollectingUnit) -> None:
        phone = order(county, county.person("赵妻").household.code)
        collect(county, "赵妻")

        (late,) = tell(money(phone))

        assert late.outcome == PaymentOutcome.SURPLUS
        assert [(one.resident.name, one.channel, one.amount_fen) for one in Refund.objects.all()] == [
            ("赵妻", "wechat", 32000)
        ]
        assert four_ways_agree(county.campaign).agree

    def test_before_the_school_the_schools_is_not_taken(self, county: County, university: CollectingUnit) -> None:
        pay(county, county.person("赵妻").household.code)

        assert judged(university, row(2, "赵妻"), campaign=county.campaign) == ([], [(2, PaidAlready)])
        assert balances("drawer", "refunds_due") == {"drawer": 0, "refunds_due": 0}


@pytest.fixture
def real_university(real_county: County) -> CollectingUnit:
    return found_university(real_county)


def both_at_once(county: County) -> tuple[object, object]:
    """The phone's money is confirmed, and before that is committed the school says that it took it too. The order of the school is
    made of the same bill, which is still open for all that it can see."""
    phone = order(county, county.person("赵妻").household.code)
    bills = [county.bill("赵妻").pk]
    return one_inside_the_other(lambda: tell(money(phone)), lambda: collect_bills(county, bills))


def test_phone_and_school_at_once_enrol_once_and_owe_the_later_one_back(
    real_county: County, real_university: CollectingUnit
) -> None:
    phone, school = both_at_once(real_county)

    assert (phone[0].outcome, school) == (PaymentOutcome.SETTLED, Collected(people=0, fen=0, again=0, back=1))
    assert [(one.resident.name, one.channel, one.amount_fen) for one in Refund.objects.all()] == [
        ("赵妻", "cash", 32000)
    ]
    assert (Enrolment.objects.count(), four_ways_agree(real_county.campaign).agree) == (1, True)


def test_without_the_lock_of_the_bills_the_schools_list_stumbles(
    real_county: County, real_university: CollectingUnit
) -> None:
    """The control: nothing is lost, but the whole list has to be told again."""
    rewrite("collection_lock", "ORDER BY id FOR UPDATE", "ORDER BY id")

    phone, school = both_at_once(real_county)

    assert (phone[0].outcome, type(school)) == (PaymentOutcome.SETTLED, IntegrityError)
