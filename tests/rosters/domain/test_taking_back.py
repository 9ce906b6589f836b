"""A list that should not have counted is taken back: afterwards everything is as it was before."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.models import F

from canbao.access.models import Record
from canbao.access.record import recorded_last
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.collection.domain.readjustment import follow_holdings, follow_list
from canbao.enrolment.models import Bill
from canbao.rosters.domain import taking_back
from canbao.rosters.models import Holding, Roster
from canbao.rosters.queries import categories_on
from canbao.rosters.refusals import (
    LaterListCounts,
    ListTakenBack,
    NotConfirmed,
    ReasonMissing,
    RosterFileKnown,
    SamePerson,
)
from tests.collection.domain.test_cash import take
from tests.collection.racing import PATIENCE_SECONDS, all_at_once, one_inside_the_other, waits
from tests.county import IN_THE_WINDOW, County, signed_in
from tests.desks import confirm_roster, take_back_roster
from tests.rosters.files import CUT_OFF, imported, listed, xlsx

LATER = IN_THE_WINDOW + timedelta(hours=1)
WHY = "民政局发错了文件"


@pytest.fixture
def hand_in(county: County, tmp_path: Path) -> Callable[..., Roster]:
    """Import and confirm a full list of the civil affairs office with these people; bills follow it."""

    def handed_in(*names: str, at: Any = IN_THE_WINDOW, **changes: Any) -> Roster:
        file = xlsx(
            tmp_path / f"{'-'.join(names)}-{changes.get('cut_off_on', CUT_OFF)}.xlsx", [listed(name) for name in names]
        )
        roster = imported(county, file, **changes)
        confirm_roster(roster, by=county.staff("county2"), at=at, strike_off_confirmed=True)
        with signed_in("county2"):
            follow_list(roster, at=at, actor="staff:county2")
        roster.refresh_from_db()
        return roster

    return handed_in


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true() and time.monotonic() < end:
        time.sleep(0.01)


def take_back(county: County, roster: Roster, *, by: str = "county2", why: str = WHY) -> Any:
    done = take_back_roster(roster, by=county.staff(by), at=LATER, why=why)
    with signed_in(by):
        follow_holdings(roster.county, done.residents, at=LATER, actor=f"staff:{by}")
    return done


def everything() -> dict[str, list[Any]]:
    """A dump of what anybody is, owes and has: the register, what is held on whichever day, the latest bills, and the books.

    What was never held (it ends before it begins) is not held on any day.
    """
    with connection.cursor() as cursor:
        dumped = {}
        for table in ("register_resident", "enrolment_enrolment", "ledger_transfer", "collection_refund"):
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY t.id")
            dumped[table] = cursor.fetchall()
    held = Holding.objects.filter(until__isnull=True) | Holding.objects.filter(until__gte=F("since"))
    bills = Bill.objects.order_by("resident_id", "-version").distinct("resident_id")
    return {
        **dumped,
        "held": list(held.order_by("pk").values()),
        "bills": list(bills.values_list("resident__name", "due_fen", "state")),
    }


def test_as_if_it_had_never_counted(county: County, hand_in: Callable[..., Roster]) -> None:
    hand_in("赵大", "钱奶奶")
    before = everything()
    wrong = hand_in("赵妻", "钱奶奶", cut_off_on=date(2021, 11, 1))
    assert everything() != before
    assert county.bill("赵妻").due_fen == 4000

    done = take_back(county, wrong)

    assert everything() == before
    assert (done.given, done.resumed) == (1, 1)
    assert [one.category for one in categories_on(county.person("赵大"), on=date(2021, 11, 15))] == ["低保对象"]


def test_it_stays_to_be_read_with_who_and_why(county: County, hand_in: Callable[..., Roster]) -> None:
    wrong = hand_in("赵妻")

    take_back(county, wrong)

    wrong.refresh_from_db()
    assert (wrong.taken_back_by, wrong.taken_back_why, wrong.taken_back_at) == ("county2", WHY, LATER)
    assert wrong.rows.count() == 1
    assert [(one.until, one.ended_by) for one in wrong.holdings.all()] == [(CUT_OFF - timedelta(days=1), wrong)]
    assert Record.objects.get(verb="roster.taken_back").detail == {"given": 1, "resumed": 1}


def test_its_file_may_be_handed_in_again_and_then_counts(county: County, hand_in: Callable[..., Roster]) -> None:
    take_back(county, hand_in("赵妻"))

    again = hand_in("赵妻")

    assert county.bill("赵妻").due_fen == 4000
    assert again.holdings.get().until is None


def test_as_long_as_it_counts_its_file_is_known(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "one.xlsx", [listed("赵妻")])
    roster = imported(county, file)
    confirm_roster(roster, by=county.staff("county2"), at=IN_THE_WINDOW, strike_off_confirmed=True)
    with pytest.raises(RosterFileKnown):
        imported(county, file)

    take_back(county, roster)

    imported(county, file)


def test_who_has_paid_by_it_keeps_what_they_paid_until_the_county_adjusts(
    county: County, hand_in: Callable[..., Roster]
) -> None:
    wrong = hand_in("钱奶奶", "赵妻")
    take(county, "赵家", fen=128000 - 28000)

    take_back(county, wrong)

    assert (county.bill("赵妻").due_fen, county.bill("赵妻").state) == (4000, "settled")


def test_a_later_list_comes_first(county: County, hand_in: Callable[..., Roster]) -> None:
    first = hand_in("赵妻")
    later = hand_in("赵妻", "赵大", cut_off_on=date(2021, 11, 1), at=IN_THE_WINDOW + timedelta(minutes=1))

    with pytest.raises(LaterListCounts):
        take_back(county, first)

    take_back(county, later)
    take_back(county, first)
    assert not categories_on(county.person("赵妻"), on=date(2021, 11, 15))


@pytest.mark.parametrize(
    ("by", "why", "no"),
    [
        ("county", WHY, SamePerson),
        ("county2", "  ", ReasonMissing),
        ("civil", WHY, NotYourWork),
        ("clerk", WHY, NotYourDivision),
    ],
)
def test_who_may_not_and_without_a_reason_nobody(
    county: County, hand_in: Callable[..., Roster], by: str, why: str, no: type[Exception]
) -> None:
    wrong = hand_in("赵妻", by="county")
    before = everything()

    with pytest.raises(no):
        take_back(county, wrong, by=by, why=why)

    assert everything() == before


def test_only_once_and_only_what_counts(county: County, hand_in: Callable[..., Roster], tmp_path: Path) -> None:
    wrong = hand_in("赵妻")
    take_back(county, wrong)
    with pytest.raises(ListTakenBack, match=WHY):
        take_back(county, wrong)

    open_one = imported(county, xlsx(tmp_path / "open.xlsx", [listed("赵大")]))
    with pytest.raises(NotConfirmed):
        take_back(county, open_one)


@pytest.mark.parametrize(
    "sentence",
    [
        "UPDATE rosters_roster SET taken_back_why = '另一个原因' WHERE id = {roster}",
        "UPDATE rosters_roster SET taken_back_at = NULL, taken_back_by = NULL, taken_back_why = '' WHERE id = {roster}",
        "UPDATE rosters_holding SET until = NULL, ended_by_id = NULL WHERE roster_id = {roster}",
        "UPDATE rosters_holding SET until = NULL WHERE until IS NOT NULL",
    ],
)
@pytest.mark.parametrize("alias", ["default", "owner"])
def test_nothing_of_it_changes_afterwards(real_county: County, tmp_path: Path, sentence: str, alias: str) -> None:
    roster = imported(real_county, xlsx(tmp_path / "one.xlsx", [listed("赵妻")]))
    confirm_roster(roster, by=real_county.staff("county2"), at=IN_THE_WINDOW, strike_off_confirmed=True)
    take_back(real_county, roster)

    with pytest.raises(DatabaseError), transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(sentence.format(roster=roster.pk))


def test_what_a_list_ended_does_not_go_on_while_that_list_counts(real_county: County, tmp_path: Path) -> None:
    roster = imported(real_county, xlsx(tmp_path / "one.xlsx", [listed("赵妻")]))
    confirm_roster(roster, by=real_county.staff("county2"), at=IN_THE_WINDOW, strike_off_confirmed=True)
    assert roster.endings.exists()

    with pytest.raises(DatabaseError, match="has ended"), transaction.atomic():
        roster.endings.update(until=None, ended_by=None)


@pytest.mark.parametrize(("lock", "second"), [(True, "ListTakenBack"), (False, "IntegrityError")])
def test_two_who_take_it_back_at_once_do_so_once(
    real_county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: bool, second: str
) -> None:
    """Without the lock the second finds everything as before and is stopped by the database alone, which has no words for a clerk."""
    if not lock:
        monkeypatch.setattr(taking_back.Roster.objects, "select_for_update", taking_back.Roster.objects.all)
    roster = imported(real_county, xlsx(tmp_path / "one.xlsx", [listed("赵妻")]))
    confirm_roster(roster, by=real_county.staff("county2"), at=IN_THE_WINDOW, strike_off_confirmed=True)

    done = one_inside_the_other(*[lambda: take_back(real_county, roster)] * 2)

    assert [type(one).__name__ for one in done] == ["TakenBack", second]


def test_who_confirmed_later_comes_later_whatever_their_clock_said(
    county: County, hand_in: Callable[..., Roster]
) -> None:
    """A request reads the clock, then waits for the lock."""
    first = hand_in("赵妻", at=IN_THE_WINDOW + timedelta(minutes=1))
    hand_in("赵妻", "赵大", at=IN_THE_WINDOW)

    with pytest.raises(LaterListCounts):
        take_back(county, first)


@pytest.mark.parametrize(("meanwhile", "blocked"), [(recorded_last, False), (nullcontext, True)])
def test_a_cashier_and_a_list_that_is_taken_back_do_not_block_each_other(
    real_county: County, tmp_path: Path, meanwhile: Callable[[], AbstractContextManager[None]], blocked: bool
) -> None:
    """The cashier locks bills, then the record; whoever records first and looks at bills afterwards meets them head-on."""
    roster = imported(real_county, xlsx(tmp_path / "one.xlsx", [listed("钱奶奶"), listed("赵妻")]))
    confirm_roster(roster, by=real_county.staff("county2"), at=IN_THE_WINDOW, strike_off_confirmed=True)
    with signed_in("county2"):
        follow_list(roster, at=IN_THE_WINDOW, actor="staff:county2")
    taken_back, cashier = threading.Event(), []

    def office() -> Any:
        with transaction.atomic(), meanwhile():
            done = take_back_roster(roster, by=real_county.staff("county2"), at=LATER, why=WHY)
            taken_back.set()
            wait_until(lambda: cashier and (cashier[0] == "done" or waits(cashier[0])))
            with signed_in("county2"):
                return follow_holdings(roster.county, done.residents, at=LATER, actor="staff:county2")

    def at_the_counter() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        taken_back.wait(PATIENCE_SECONDS)
        cashier.append(pid)
        try:
            return take(real_county, "赵家", fen=128000 - 28000)
        finally:
            cashier[0] = "done"

    done = all_at_once(office, at_the_counter)

    assert any(isinstance(one, OperationalError) for one in done) is blocked
