"""A village becomes part of another, in the middle of a season: nobody and no fen is lost, and the new village sees its people."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connections

from canbao.access.models import Staff
from canbao.access.refusals import NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.cash import take_cash
from canbao.collection.domain.merging import Merged, merge_town, merge_village
from canbao.collection.domain.orders import give_up
from canbao.collection.models import Order, Payment, PaymentOutcome, Receipt, Remittance
from canbao.collection.refusals import CashInOldDrawer, CommitteeMissing, MergedIntoItself, UnitCollectsNoMore
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.divisions.queries import where_now
from canbao.divisions.refusals import DayOfPlaceNotPossible, NoSuchPlace, PlaceNameTaken, WhyOfPlaceMissing
from canbao.enrolment.models import Bill, Enrolment, Target
from canbao.ledger.models import Transfer
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.domain.households import open_household
from canbao.register.domain.residents import register_resident
from canbao.register.models import Change, Household, Resident
from canbao.register.queries import history_of
from canbao.register.refusals import NoCommittee, VillageHasNoCommittee
from canbao.reports.coverage import coverage
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from tests import desks
from tests.collection.paying import money, order, pay, tell
from tests.collection.racing import one_inside_the_other, rewrite, units_unlocked
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, number, signed_in

TODAY = IN_THE_WINDOW.date()
PAPER = "濉政秘〔2021〕9号"
TOWN, FAR_TOWN = "340621100000", "340621101000"


def place(code: str) -> Division:
    return Division.objects.get(pk=code)


def merge(
    county: County, old: str = VILLAGE, into: str = OTHER_VILLAGE, *, on: date = TODAY, why: str = PAPER
) -> Merged:
    with signed_in("county"):
        return merge_village(place(old), place(into), on=on, why=why, by=county.staff("county"), at=IN_THE_WINDOW)


def cash_of(county: County, household: str) -> Receipt:
    from uuid import uuid4

    bills = county.bills(household)
    fen = sum(Bill.objects.filter(pk__in=bills).values_list("due_fen", flat=True))
    with signed_in("clerk"):
        return take_cash(
            order_id=uuid4(), campaign=county.campaign, household=county.household(household), bills=bills, given_fen=fen,
            clerk=county.staff("clerk"), at=IN_THE_WINDOW,
        )  # fmt: skip


def as_owner(statement: str, *what: object) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, what)
        return int(cursor.rowcount)


class TestAVillage:
    def test_is_named_by_its_successor_and_stays(self, county: County) -> None:
        done = merge(county)

        old = place(VILLAGE)
        assert (old.until, old.successor_id, where_now(old).code) == (
            TODAY - timedelta(days=1),
            OTHER_VILLAGE,
            OTHER_VILLAGE,
        )
        assert (done.households, done.people) == (6, 11)
        assert done.receipts_left == 100

    def test_takes_everybody_along_with_a_row_of_history_each(self, county: County) -> None:
        merge(county)

        assert not Resident.objects.filter(division=VILLAGE).exists()
        assert not Household.objects.filter(division=VILLAGE).exists()
        change = history_of(county.person("赵大")).first()
        assert (change.kind, change.why, change.by) == (Change.Kind.PLACE, PAPER, "staff:county")
        assert (change.before["division"], change.after["division"]) == (VILLAGE, OTHER_VILLAGE)
        assert Change.objects.filter(kind="place", resident__isnull=False).count() == 11

    def test_what_is_unpaid_is_paid_there(self, county: County) -> None:
        merge(county)

        new = county.unit(OTHER_VILLAGE)
        assert county.household("赵家").unit == new
        assert set(Bill.objects.filter(household__code="赵家").values_list("division", "unit")) == {
            (OTHER_VILLAGE, new.pk)
        }

    def test_what_was_paid_stays_with_who_took_it_and_is_seen_there(self, county: County) -> None:
        pay(county, "周家")
        old = county.unit()
        merge(county)

        with within(Scope(division=OTHER_VILLAGE, actor="staff:neighbour")):
            zhou = county.person("周归")
            assert Enrolment.objects.get(resident=zhou).unit == old
            assert Bill.objects.get(resident=zhou).state == "settled"
            assert Receipt.objects.get(household=zhou.household).unit == old
            assert Payment.objects.get(household_id=zhou.household_id).unit == old
            assert Transfer.objects.filter(resident_id=zhou.pk).exists()

    def test_the_four_ways_agree_in_both_and_nothing_is_lost(self, county: County) -> None:
        pay(county, "周家")
        pay(county, "郑家")
        before = four_ways_agree(county.campaign)
        merge(county)

        after = four_ways_agree(county.campaign)
        there, gone = (four_ways_agree(county.campaign, division=one) for one in (OTHER_VILLAGE, VILLAGE))
        assert (after.agree, after.money, after.people) == (True, before.money, before.people)
        assert (there.agree, there.money.count, gone.money.count) == (True, 2, 0)

    def test_an_order_under_way_is_settled_there(self, county: County) -> None:
        waiting = order(county, "周家")
        merge(county)

        (done,) = tell(money(waiting))

        assert done.outcome is PaymentOutcome.SETTLED
        assert Receipt.objects.get(pk=done.receipt_id).unit == county.unit(OTHER_VILLAGE)
        assert four_ways_agree(county.campaign, unit=county.unit(OTHER_VILLAGE).pk).agree

    def test_late_money_for_an_order_that_was_given_up_is_the_new_committees(self, county: County) -> None:
        late = order(county, "周家")
        give_up(late)
        merge(county)

        (done,) = tell(money(late))

        new = county.unit(OTHER_VILLAGE)
        assert done.outcome is PaymentOutcome.SETTLED
        paid, receipt = Payment.objects.get(), Receipt.objects.get()
        assert (paid.division, paid.unit, receipt.division, receipt.unit) == (OTHER_VILLAGE, new, OTHER_VILLAGE, new)
        assert all(four_ways_agree(county.campaign, unit=unit.pk).agree for unit in (county.unit(), new))

    def test_categories_go_along_also_those_that_ended(self, county: County) -> None:
        Holding.objects.filter(resident__name="孙独").update(until=TODAY)
        merge(county)

        assert not Holding.objects.filter(division=VILLAGE).exists()

    def test_who_works_there_works_in_the_other(self, county: County) -> None:
        done = merge(county)

        clerk = Staff.objects.get(username="clerk")
        assert (done.staff, clerk.division, clerk.unit_id) == (1, OTHER_VILLAGE, county.unit(OTHER_VILLAGE).pk)

    def test_a_school_goes_along_with_its_drawer(self, county: County) -> None:
        school = CollectingUnit.objects.create(kind=UnitKind.SCHOOL, name="示例小学", division_id=VILLAGE)
        merge(county)

        school.refresh_from_db()
        assert (school.division_id, school.until) == (OTHER_VILLAGE, None)

    def test_targets_come_together(self, county: County) -> None:
        for code, people in ((VILLAGE, 100), (OTHER_VILLAGE, 50)):
            Target.objects.create(campaign=county.campaign, division_id=code, population=None, people=people)
        merge(county)

        both = Target.objects.get(campaign=county.campaign, division=OTHER_VILLAGE)
        assert (both.people, both.population) == (150, None)

    def test_is_on_no_list_of_villages_any_more(self, county: County) -> None:
        merge(county)

        assert [row.code for row in coverage(county.campaign, on=TODAY, division=TOWN)] == [OTHER_VILLAGE]

    def test_takes_nobody_new(self, county: County) -> None:
        merge(county)
        born = date(2000, 1, 1)
        someone = NewPerson(VILLAGE, "新家", "新人", "户主", "男", born, number(born, 71), "居民身份证")

        with pytest.raises(NoCommittee):
            add_people([someone])

    def test_cash_is_handed_in_first(self, county: County) -> None:
        cash_of(county, "周家")

        with pytest.raises(CashInOldDrawer) as no:
            merge(county)
        assert "320.00元" in no.value.says

    def test_cash_that_was_handed_in_and_not_confirmed_does_not_hinder(self, county: County) -> None:
        from uuid import uuid4

        cash_of(county, "周家")
        desks.hand_in(
            remittance_id=uuid4(), campaign=county.campaign, unit=county.unit(), certificate="缴1", period_from=TODAY,
            period_until=TODAY, people=1, amount_fen=32000, by=county.staff("clerk"), at=IN_THE_WINDOW,
        )  # fmt: skip
        merge(county)

        with signed_in("town", division=TOWN):
            assert Remittance.objects.get().division == VILLAGE  # the town still sees and confirms it

    def test_is_the_countys_business(self, county: County) -> None:
        with signed_in("tax"), pytest.raises(NotYourWork):
            merge_village(place(VILLAGE), place(OTHER_VILLAGE), on=TODAY, why=PAPER, by=county.staff("tax"), at=IN_THE_WINDOW)  # fmt: skip

    def test_what_cannot_be(self, county: County) -> None:
        with pytest.raises(MergedIntoItself):
            merge(county, VILLAGE, VILLAGE)
        with pytest.raises(NoSuchPlace):
            merge(county, VILLAGE, TOWN)
        with pytest.raises(DayOfPlaceNotPossible):
            merge(county, on=TODAY + timedelta(days=1))
        with pytest.raises(WhyOfPlaceMissing):
            merge(county, why=" ")
        for code in (VILLAGE, OTHER_VILLAGE):
            CollectingUnit.objects.create(kind=UnitKind.SCHOOL, name="中心小学", division_id=code)
        with pytest.raises(PlaceNameTaken):
            merge(county)
        CollectingUnit.objects.filter(division=OTHER_VILLAGE, kind="village").update(until=TODAY)
        with pytest.raises(CommitteeMissing):
            merge(county)

    def test_is_merged_once(self, county: County) -> None:
        merge(county)

        with pytest.raises(NoSuchPlace):
            merge(county)
        with pytest.raises(NoSuchPlace):
            merge(county, OTHER_VILLAGE, VILLAGE)


def test_a_unit_that_collects_no_more_takes_no_cash(county: County) -> None:
    CollectingUnit.objects.filter(division=VILLAGE).update(until=TODAY)

    with pytest.raises(UnitCollectsNoMore):
        cash_of(county, "周家")


class TestATown:
    def test_takes_its_villages_along_as_they_are(self, county: County) -> None:
        pay(county, "周家")
        unit = county.unit()
        with signed_in("county"):
            done = merge_town(place(TOWN), place(FAR_TOWN), on=TODAY, why=PAPER, by=county.staff("county"), at=IN_THE_WINDOW)  # fmt: skip

        # …200 is 示例三村 there, so 示例一村 gets a code of ours; …201 is free
        assert (done.villages, done.people, done.staff) == (2, 12, 4)
        first, second = where_now(place(VILLAGE)), where_now(place(OTHER_VILLAGE))
        assert (first.code, second.code) == ("340621101900", "340621101201")
        assert (first.published_code, first.name, first.since) == (VILLAGE, "示例一村", TODAY)
        assert county.person("赵大").division == first.code
        unit.refresh_from_db()
        assert (unit.division_id, unit.until) == (first.code, None)
        assert (place(TOWN).successor_id, Staff.objects.get(username="town").division) == (FAR_TOWN, FAR_TOWN)
        assert four_ways_agree(county.campaign, division=FAR_TOWN).agree
        assert four_ways_agree(county.campaign, division=FAR_TOWN).money.count == 1

    def test_with_villages_of_one_name_is_refused(self, county: County) -> None:
        Division.objects.filter(pk=FAR_VILLAGE).update(name="示例一村")

        with pytest.raises(PlaceNameTaken), signed_in("county"):
            merge_town(place(TOWN), place(FAR_TOWN), on=TODAY, why=PAPER, by=county.staff("county"), at=IN_THE_WINDOW)


@pytest.mark.parametrize(
    "table",
    [
        "enrolment_bill", "enrolment_enrolment", "collection_order", "collection_payment",
        "collection_receipt", "ledger_transfer",
    ],
)  # fmt: skip
def test_a_row_lies_where_its_household_lies_and_nowhere_else(real_county: County, table: str) -> None:
    """Not by the owner either; with the trigger taken off (the control), it would."""
    pay(real_county, "赵家")
    elsewhere = f"UPDATE {table} SET division = '{FAR_VILLAGE}' WHERE division = '{VILLAGE}'"

    with pytest.raises(DatabaseError, match="lies where its household lies"):
        as_owner(elsewhere)

    as_owner(f"ALTER TABLE {table} DISABLE TRIGGER follows_household")
    assert as_owner(elsewhere) > 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enrolment_bill SET division = division, due_fen = 1 WHERE state = 'settled'",
        "UPDATE ledger_transfer SET amount_fen = 1",
        "UPDATE collection_order SET unit_id = (SELECT max(id) FROM divisions_collectingunit)",
        "UPDATE collection_receipt SET total_fen = 1",
    ],
)
def test_nothing_else_of_such_a_row_changes(real_county: County, statement: str) -> None:
    pay(real_county, "赵家")

    with pytest.raises(DatabaseError):
        as_owner(statement)


def test_to_follow_is_work_for_the_whole_county(real_county: County) -> None:
    def call() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT collection_follow_households(%s, %s)", [COUNTY, [1]])

    with within(Scope(division=VILLAGE, actor="staff:clerk")), pytest.raises(DatabaseError, match="whole county"):
        call()
    call()


def test_orders_are_seen_there(county: County) -> None:
    order(county, "周家")
    merge(county)

    with within(Scope(division=OTHER_VILLAGE, actor="staff:neighbour")):
        assert Order.objects.get(household__code="周家").unit == county.unit(OTHER_VILLAGE)


HANGING = ["enrolment_bill", "enrolment_enrolment", "collection_order", "collection_payment", "collection_receipt",
           "collection_refund", "ledger_transfer"]  # fmt: skip


@pytest.mark.parametrize("table", HANGING)
def test_what_hangs_on_a_village_is_found_without_reading_the_county(county: County, table: str) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows here that reading them all would be as good
        cursor.execute(
            f"""EXPLAIN SELECT 1 FROM {table} t JOIN register_household h ON h.id = t.household_id
                 WHERE h.id = ANY (%s) AND t.division <> h.division""",
            [[1, 2, 3]],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert f"Seq Scan on {table}" not in plan, plan


class TestWhileSomebodyOrders:
    """The order is made as the village was, and finds it merged when it is on disk."""

    def test_the_money_is_the_new_committees(self, real_county: County) -> None:
        merged, asked = one_inside_the_other(lambda: merge(real_county), lambda: order(real_county, "周家"))
        assert (merged.households, asked.division, asked.unit_id) == (6, VILLAGE, real_county.unit().pk)

        tell(money(asked))

        asked.refresh_from_db()
        new = real_county.unit(OTHER_VILLAGE)
        assert (asked.division, asked.unit, Payment.objects.get().division) == (OTHER_VILLAGE, new, OTHER_VILLAGE)
        assert [self.agree(real_county, village) for village in (VILLAGE, OTHER_VILLAGE)] == [True, True]

    def test_by_the_order_alone_the_books_would_differ(self, real_county: County) -> None:
        """The control."""
        rewrite(
            "collection_confirm",
            "WHEN 'cash' THEN o.unit_id ELSE h.unit_id",
            "WHEN 'cash' THEN o.unit_id ELSE o.unit_id",
        )
        _merged, asked = one_inside_the_other(lambda: merge(real_county), lambda: order(real_county, "周家"))

        tell(money(asked))

        assert [self.agree(real_county, village) for village in (VILLAGE, OTHER_VILLAGE)] == [False, False]

    @staticmethod
    def agree(county: County, village: str) -> bool:
        return four_ways_agree(county.campaign, unit=county.unit(village).pk).agree


class TestWhileSomebodyTakesCash:
    """Each begins when the other has done everything but commit."""

    def test_whoever_merges_later_finds_the_cash(self, real_county: County) -> None:
        taken, no = one_inside_the_other(lambda: cash_of(real_county, "周家"), lambda: merge(real_county))

        assert isinstance(taken, Receipt)
        assert isinstance(no, CashInOldDrawer)

    def test_whoever_takes_cash_later_is_told_that_the_unit_collects_no_more(self, real_county: County) -> None:
        done, no = one_inside_the_other(lambda: merge(real_county), lambda: cash_of(real_county, "周家"))

        assert done.households == 6
        assert isinstance(no, UnitCollectsNoMore)
        assert four_ways_agree(real_county.campaign).agree

    def test_without_being_asked_the_closed_drawer_takes_it(self, real_county: County) -> None:
        """The control: the question of the unit is what keeps it out."""
        rewrite("collection_confirm", "t.channel = 'cash' AND u.until IS NOT NULL", "false")

        _done, taken = one_inside_the_other(lambda: merge(real_county), lambda: cash_of(real_county, "周家"))

        assert isinstance(taken, Receipt)
        assert Payment.objects.get().unit.until is not None


class TestWhileSomebodyOpensAHousehold:
    """Each begins when the other has done everything but commit."""

    def test_whoever_merges_later_takes_it_along(self, real_county: County) -> None:
        made, merged = one_inside_the_other(lambda: self.opens(real_county), lambda: merge(real_county))

        assert (made.name, merged.households) == ("新人", 7)
        assert not Household.objects.filter(division=VILLAGE).exists()

    def test_whoever_opens_later_is_told_that_the_village_is_none(self, real_county: County) -> None:
        merged, no = one_inside_the_other(lambda: merge(real_county), lambda: self.opens(real_county))

        assert merged.households == 6
        assert isinstance(no, VillageHasNoCommittee)

    @pytest.mark.parametrize("opens_first", [True, False])
    def test_without_holding_the_committee_it_is_left_behind(
        self, real_county: County, monkeypatch: pytest.MonkeyPatch, opens_first: bool
    ) -> None:
        """The control."""
        units_unlocked(monkeypatch)
        both = [lambda: self.opens(real_county), lambda: merge(real_county)]

        one_inside_the_other(*both if opens_first else reversed(both))

        (left,) = Household.objects.filter(division=VILLAGE)
        assert (left.code, left.unit.until is not None) == ("新家", True)

    @staticmethod
    def opens(county: County) -> Resident:
        def first(home: Household) -> Resident:
            return register_resident(
                household=home, name="新人", number=number(date(2000, 1, 1), 71), relation="户主", on=TODAY, allow_synthetic=True
            )  # fmt: skip

        with signed_in("town"):
            return open_household(VILLAGE, first, code="新家", by=county.staff("town"))
