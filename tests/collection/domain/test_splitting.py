"""A part of a village becomes a village of its own, in the middle of a season; and that is taken back as one."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connections

from canbao.access.refusals import NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.merging import merge_village
from canbao.collection.domain.receipts import issue_book
from canbao.collection.domain.splitting import Split, split_village, take_back_split, who_would_go
from canbao.collection.models import Order, Payment, Receipt, ReceiptBook
from canbao.collection.refusals import (
    CommitteeMissing,
    EverybodyGoes,
    HouseholdsElsewhere,
    NobodyGoes,
    NotSplitOff,
    SplitTookHold,
)
from canbao.divisions.models import CollectingUnit, Division
from canbao.divisions.queries import where_now
from canbao.divisions.refusals import (
    CodeNotPossible,
    DayOfPlaceNotPossible,
    NoSuchPlace,
    PlaceNameTaken,
    PlaceNameWrong,
    VillageCodeWrong,
    WhyOfPlaceMissing,
)
from canbao.enrolment.models import Bill, Enrolment
from canbao.kernel.refusal import Refusal
from canbao.register.models import Change, Household, Resident
from canbao.register.queries import history_of
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from tests.collection.paying import money, numbers_without_gap, order, pay, tell
from tests.collection.racing import one_inside_the_other
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, register_changes, signed_in

TODAY = IN_THE_WINDOW.date()
PAPER = "濉政秘〔2021〕9号"
NEW = "340621100202"
GOING = "周家\n孙家"


def place(code: str) -> Division:
    return Division.objects.get(pk=code)


def split(county: County, name: str = "新民村", **asked: object) -> Split:
    words = {"published": NEW, "codes": GOING, "address": "", "on": TODAY, "why": PAPER} | asked
    with signed_in("county"):
        return split_village(place(VILLAGE), name, **words, by=county.staff("county"), at=IN_THE_WINDOW)


def take_back(county: County, code: str = NEW, *, why: str = "文件看错了") -> Split:
    with signed_in("county"):
        return take_back_split(place(code), why=why, by=county.staff("county"), at=IN_THE_WINDOW)


class TestASplit:
    def test_makes_a_village_with_a_committee(self, county: County) -> None:
        done = split(county)

        new = place(NEW)
        assert (done.households, done.people) == (2, 2)
        assert (new.name, new.since, new.until, new.split_from_id) == ("新民村", TODAY, None, VILLAGE)
        assert county.unit(NEW).name == "新民村委会"
        assert place(VILLAGE).until is None

    def test_takes_those_along_who_were_named_and_nobody_else(self, county: County) -> None:
        split(county)

        assert set(Household.objects.filter(division=NEW).values_list("code", flat=True)) == {"周家", "孙家"}
        assert set(Resident.objects.filter(division=NEW).values_list("name", flat=True)) == {"周归", "孙独"}
        assert (county.household("周家").unit, county.household("赵家").unit) == (county.unit(NEW), county.unit())
        change = history_of(county.person("周归")).first()
        assert (change.kind, change.why, change.after["division"]) == (Change.Kind.PLACE, PAPER, NEW)

    def test_those_whose_address_says_so_go_too(self, county: County) -> None:
        with register_changes():
            Household.objects.filter(code__in=["钱家", "李家"]).update(address="示例一村 东组 3号")
            Household.objects.filter(code="赵家").update(address="示例一村 西组")

        for typed in ("东组", "一村 东组", "一村东组", " 东组 3号"):  # whatever blanks are in either
            going = who_would_go(place(VILLAGE), codes="", address=typed)
            assert (set(going.households.values()), going.staying, going.people) == ({"钱家", "李家"}, 4, 4)

    def test_what_is_unpaid_and_what_they_hold_goes_along(self, county: County) -> None:
        assert who_would_go(place(VILLAGE), codes=GOING, address="").unpaid == 2
        split(county)

        bill = county.bill("周归")
        assert (bill.division, bill.unit) == (NEW, county.unit(NEW))
        assert Holding.objects.get(resident__name="孙独").division == NEW

    def test_what_was_paid_stays_with_who_took_it_and_the_four_ways_agree(self, county: County) -> None:
        pay(county, "周家")
        before = four_ways_agree(county.campaign)
        split(county)

        with within(Scope(division=NEW, actor="staff:new")):
            zhou = county.person("周归")
            assert Enrolment.objects.get(resident=zhou).unit == county.unit()
            assert Receipt.objects.get(household=zhou.household).unit == county.unit()
        after, there, here = (four_ways_agree(county.campaign, division=one) for one in (COUNTY, NEW, VILLAGE))
        assert (after.agree, there.agree, here.agree) == (True, True, True)
        assert (after.money, there.money.count, here.money.count) == (before.money, 1, 0)

    def test_money_that_was_under_way_finds_a_receipt_there(self, county: County) -> None:
        waiting = order(county, "周家")
        split(county)

        tell(money(waiting))

        receipt = Receipt.objects.get()
        assert (receipt.unit, receipt.division, receipt.number) == (county.unit(NEW), NEW, 5001)
        assert numbers_without_gap()
        assert four_ways_agree(county.campaign, unit=county.unit(NEW).pk).agree

    def test_numbers_are_shared_and_each_is_in_one_book(self, county: County) -> None:
        split(county)

        books = ReceiptBook.objects.filter(kind="electronic", unit__division__in=[VILLAGE, NEW]).order_by(
            "first_number"
        )
        assert [(book.unit.division_id, book.first_number, book.last_number) for book in books] == [
            (VILLAGE, 1, 5000),
            (NEW, 5001, 10_000),
        ]
        assert not ReceiptBook.objects.filter(kind="paper", unit__division=NEW).exists()

    def test_a_code_that_does_not_nest_is_kept_beside_ours(self, county: County) -> None:
        done = split(county, published="340621999205")

        assert (done.village.code, done.village.published_code) == ("340621100205", "340621999205")

    def test_without_a_code_it_gets_one_of_ours(self, county: County) -> None:
        assert split(county, published=None).village.code == "340621100900"

    def test_is_the_countys_business(self, county: County) -> None:
        with signed_in("tax"), pytest.raises(NotYourWork):
            split_village(
                place(VILLAGE), "新民村", published=None, codes=GOING, address="", on=TODAY, why=PAPER,
                by=county.staff("tax"), at=IN_THE_WINDOW,
            )  # fmt: skip

    @pytest.mark.parametrize(
        ("asked", "no"),
        [
            ({"published": "340621100000"}, VillageCodeWrong),
            ({"name": " "}, PlaceNameWrong),
            ({"name": "示例二村"}, PlaceNameTaken),
            ({"published": OTHER_VILLAGE}, CodeNotPossible),
            ({"on": TODAY + timedelta(days=1)}, DayOfPlaceNotPossible),
            ({"why": " "}, WhyOfPlaceMissing),
            ({"codes": "周家、郑家、无此户"}, HouseholdsElsewhere),
            ({"codes": " "}, NobodyGoes),
            ({"codes": "周家 孙家 赵家 钱家 李家 吴家"}, EverybodyGoes),
        ],
    )
    def test_what_cannot_be(self, county: County, asked: dict[str, object], no: type[Refusal]) -> None:
        with pytest.raises(no):
            split(county, **asked)

        assert not Household.objects.exclude(division__in=[VILLAGE, OTHER_VILLAGE, FAR_VILLAGE]).exists()

    def test_households_that_are_none_of_the_village_are_named(self, county: County) -> None:
        with pytest.raises(HouseholdsElsewhere) as no:
            split(county, codes="周家、郑家、无此户")

        assert "没有这2户：无此户、郑家" in no.value.says

    def test_a_village_that_ended_or_has_no_committee_is_not_split(self, county: County) -> None:
        CollectingUnit.objects.filter(division=VILLAGE).update(until=TODAY)
        with pytest.raises(CommitteeMissing):
            split(county)
        Division.objects.filter(pk=VILLAGE).update(until=TODAY - timedelta(days=1))
        with pytest.raises(NoSuchPlace):
            split(county)


class TestWhileSomebodyPays:
    """Each begins when the other has done everything but commit."""

    def test_whoever_splits_later_takes_along_what_was_paid(self, real_county: County) -> None:
        waiting = order(real_county, "周家")

        (paid,), done = one_inside_the_other(lambda: tell(money(waiting)), lambda: split(real_county))

        assert (paid.outcome, done.households) == ("settled", 2)
        assert (Payment.objects.get().unit, Payment.objects.get().division) == (real_county.unit(), NEW)
        assert self.agree(real_county)

    def test_whoever_pays_later_pays_the_new_committee(self, real_county: County) -> None:
        waiting = order(real_county, "周家")

        done, (paid,) = one_inside_the_other(lambda: split(real_county), lambda: tell(money(waiting)))

        assert (paid.outcome, done.households) == ("settled", 2)
        assert (Payment.objects.get().unit, Payment.objects.get().division) == (real_county.unit(NEW), NEW)
        assert Receipt.objects.get().unit == real_county.unit(NEW)
        assert self.agree(real_county)

    @staticmethod
    def agree(county: County) -> bool:
        whole = four_ways_agree(county.campaign).agree
        return whole and all(
            four_ways_agree(county.campaign, unit=county.unit(village).pk).agree for village in (VILLAGE, NEW)
        )


class TestTakenBack:
    def test_everybody_is_where_they_were_and_the_place_stood_on_no_day(self, county: County) -> None:
        before = registered()
        split(county)
        assert registered() != before  # the control

        done = take_back(county)

        assert (done.village.code, done.households, done.people) == (VILLAGE, 2, 2)
        assert registered() == before
        new = place(NEW)
        assert (new.never_stood, new.until, where_now(new).code) == (True, TODAY - timedelta(days=1), VILLAGE)
        assert not CollectingUnit.objects.filter(division=NEW, until__isnull=True).exists()
        assert four_ways_agree(county.campaign).agree

    def test_who_came_since_goes_along(self, county: County) -> None:
        split(county)
        with register_changes():
            Household.objects.filter(code="赵家").update(division=NEW, unit=county.unit(NEW))
            Resident.objects.filter(household__code="赵家").update(division=NEW)

        assert take_back(county).people == 6

    def test_its_numbers_come_back(self, county: County) -> None:
        split(county)
        take_back(county)

        books = ReceiptBook.objects.filter(kind="electronic", unit=county.unit()).order_by("first_number")
        assert [(book.first_number, book.last_number, book.left) for book in books] == [
            (1, 5000, 5000),
            (5001, 10_000, 5000),
        ]

    def test_its_paper_receipts_are_to_be_handed_in(self, county: County) -> None:
        split(county)
        assert take_back(county).receipts_left == 0
        split(county)
        unit = CollectingUnit.objects.get(division=NEW, until__isnull=True)
        issue_book(unit=unit, kind=ReceiptBook.Kind.PAPER, series=9, first=1, last=50)

        assert take_back(county).receipts_left == 50

    def test_it_can_be_split_off_again_under_its_code(self, county: County) -> None:
        split(county)
        take_back(county)

        again = split(county, "新生村", codes="周家")

        assert (again.village.code, again.village.never_stood, place(NEW).name) == (NEW, False, "新生村")
        assert CollectingUnit.objects.get(division=NEW, until__isnull=True).name == "新生村委会"
        tell(money(order(county, "周家")))
        assert Receipt.objects.get().unit.division_id == NEW

    def test_not_when_it_took_money(self, county: County) -> None:
        split(county)
        pay(county, "周家")

        with pytest.raises(SplitTookHold) as no:
            take_back(county)

        assert "已经收过款" in no.value.says
        assert county.person("周归").division == NEW

    def test_not_when_another_came_in_or_went_out(self, county: County) -> None:
        split(county)
        Division.objects.filter(pk=OTHER_VILLAGE).update(until=TODAY, successor=NEW)
        with pytest.raises(SplitTookHold):
            take_back(county)
        Division.objects.filter(pk=OTHER_VILLAGE).update(until=None, successor=None)
        Division.objects.filter(pk=OTHER_VILLAGE).update(since=TODAY, split_from=NEW)
        with pytest.raises(SplitTookHold):
            take_back(county)

    def test_what_cannot_be(self, county: County) -> None:
        with pytest.raises(NotSplitOff):
            take_back(county, VILLAGE)
        split(county)
        with pytest.raises(WhyOfPlaceMissing):
            take_back(county, why=" ")
        take_back(county)
        with pytest.raises(NoSuchPlace):
            take_back(county)

    def test_while_somebody_pays_it_waits_and_is_refused(self, real_county: County) -> None:
        split(real_county)
        waiting = order(real_county, "周家")

        _paid, no = one_inside_the_other(lambda: tell(money(waiting)), lambda: take_back(real_county))

        assert isinstance(no, SplitTookHold)
        assert Payment.objects.get().unit == real_county.unit(NEW)

    def test_it_may_be_merged_instead_from_the_next_day(self, county: County) -> None:
        split(county, on=TODAY - timedelta(days=1))
        pay(county, "周家")
        with signed_in("county"):
            merge_village(place(NEW), place(VILLAGE), on=TODAY, why=PAPER, by=county.staff("county"), at=IN_THE_WINDOW)

        assert (place(NEW).never_stood, county.person("周归").division) == (False, VILLAGE)
        assert four_ways_agree(county.campaign).agree


def registered() -> dict[str, object]:
    """Where everybody and everything that hangs on them is."""
    return {
        "homes": set(Household.objects.values_list("code", "division", "unit")),
        "people": set(Resident.objects.values_list("name", "household", "division")),
        "bills": set(Bill.objects.values_list("pk", "division", "unit", "state")),
        "orders": set(Order.objects.values_list("pk", "division", "unit")),
        "held": set(Holding.objects.values_list("resident", "division")),
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE collection_receiptbook SET last_number = last_number + 1, span = collection_numbers(series, first_number, last_number + 1)",
        "UPDATE collection_receiptbook SET last_number = next_number, next_number = next_number + 2",
        "UPDATE collection_receiptbook SET last_number = last_number - 1",
        "UPDATE collection_receiptbook SET first_number = first_number - 1",
    ],
)
def test_a_book_only_loses_its_unused_end(real_county: County, statement: str) -> None:
    """By the owner neither; its unused end (the control) it may."""
    with connections["owner"].cursor() as cursor:
        with pytest.raises(DatabaseError):
            cursor.execute(statement + " WHERE unit_id = %s", [real_county.unit().pk])
        cursor.execute(
            "UPDATE collection_receiptbook SET last_number = last_number - 1, span = collection_numbers(series, first_number, last_number - 1)"
            " WHERE unit_id = %s",
            [real_county.unit().pk],
        )
        assert cursor.rowcount == 2


def test_numbers_are_handed_over_by_the_county_alone(real_county: County) -> None:
    def call(to: str = OTHER_VILLAGE) -> None:
        here, there = real_county.unit().pk, real_county.unit(to).pk
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT collection_hand_numbers_over(%s, %s, false)", [here, there])

    with within(Scope(division=VILLAGE, actor="staff:clerk")), pytest.raises(DatabaseError, match="whole county"):
        call()
    call()


def test_numbers_stay_in_the_county(real_county: County) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO divisions_division (code, name, level) VALUES ('341721100200', '外县村', 'village')"
        )
        cursor.execute(
            "INSERT INTO divisions_collectingunit (kind, name, division, tax_registered)"
            " VALUES ('village', '外县村委会', '341721100200', false) RETURNING id"
        )
        (abroad,) = cursor.fetchone()

    with pytest.raises(DatabaseError, match="another county"), connections["default"].cursor() as cursor:
        cursor.execute("SELECT collection_hand_numbers_over(%s, %s, false)", [real_county.unit().pk, abroad])


def test_a_single_number_stays_where_it_is(county: County) -> None:
    bank = CollectingUnit.objects.create(kind="bank", name="示例网点", division_id=VILLAGE)
    book = issue_book(unit=bank, kind=ReceiptBook.Kind.ELECTRONIC, series=3, first=1, last=1)

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT collection_hand_numbers_over(%s, %s, false)", [bank.pk, county.unit().pk])

    assert list(ReceiptBook.objects.filter(series=3)) == [book]
