"""Workers: no work is done twice, none is lost with its worker, and none keeps the others from working."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from canbao.access.models import Staff
from canbao.access.scope import within
from canbao.config.management.commands.work import pack_for
from canbao.rosters.domain import working
from canbao.rosters.domain.uploading import hand_in, put_right
from canbao.rosters.domain.working import MOST_TRIES, Job, claim, is_attended, look_once, ready, work
from canbao.rosters.models import Roster, Upload
from canbao.rosters.refusals import NoSeasonForList, UploaderGone
from tests.county import County, everybody
from tests.documents.workbooks import xlsx
from tests.rosters.domain.test_uploading import taken_in
from tests.rosters.files import HEADER, NOW, SUIXI, listed
from tests.rosters.working import rules_of


@contextmanager
def worker() -> Iterator[BaseDatabaseWrapper]:
    """The connection of a worker, which goes when it goes."""
    side = connection.copy()
    try:
        ready(side)
        yield side
    finally:
        side.close()


def waiting(county: County, *names: str) -> Upload:
    content = xlsx({"名单": [HEADER, *(listed(name) for name in names or ("赵大", "赵妻"))]})
    return hand_in(taken_in(county, content), by=county.staff("civil"), at=NOW)


def state_of(upload: Upload) -> tuple[str, int]:
    found = Upload.objects.get(pk=upload.pk)
    return found.state, found.tries


def broken(county: str) -> Any:
    raise ZeroDivisionError


def test_two_workers_never_have_the_same_work(real_county: County) -> None:
    first, second = waiting(real_county, "赵大"), waiting(real_county, "赵妻")
    with worker() as one, worker() as other, worker() as third:
        assert [claim(one), claim(other), claim(third)] == [Job(first.pk, 1), Job(second.pk, 1), None]


def test_without_the_lock_two_workers_would_have_the_same_work(real_county: County, monkeypatch: Any) -> None:
    """The control."""
    upload = waiting(real_county)
    monkeypatch.setattr(working, "_is_free", lambda cursor, upload: True)
    with worker() as one, worker() as other:
        assert [claim(one), claim(other)] == [Job(upload.pk, 1), Job(upload.pk, 2)]


def test_who_was_overtaken_writes_no_second_list(real_county: County, monkeypatch: Any) -> None:
    """Even where the lock fails, as when a worker's own connection broke and it did not notice."""
    upload = waiting(real_county)
    before = Roster.objects.count()
    monkeypatch.setattr(working, "_is_free", lambda cursor, upload: True)
    with worker() as one, worker() as other:
        late, now = claim(one), claim(other)
        work(late, one, rules_of)
        assert (Roster.objects.count(), state_of(upload)) == (before, ("working", 2))
        assert Upload.objects.get().stage == ""  # nor does it tell how far it came
        work(now, other, rules_of)
    assert (Roster.objects.count(), state_of(upload)) == (before + 1, ("done", 2))


@pytest.mark.parametrize("end", [NoSeasonForList(), ZeroDivisionError(), KeyboardInterrupt()], ids=type)
def test_however_it_ends_for_who_was_overtaken_it_is_still_the_others_work(
    real_county: County, monkeypatch: Any, end: BaseException
) -> None:
    upload = waiting(real_county)
    monkeypatch.setattr(working, "_is_free", lambda cursor, upload: True)

    def ending(county: str) -> Any:
        raise end

    with worker() as one, worker() as other:
        late, now = claim(one), claim(other)
        with suppress(KeyboardInterrupt):
            work(late, one, ending)
        assert (state_of(upload), Upload.objects.get().refusal) == (("working", 2), None)
        work(now, other, rules_of)
    assert state_of(upload) == ("done", 2)


def test_who_was_overtaken_before_it_was_handed_in_anew_writes_no_list(real_county: County, monkeypatch: Any) -> None:
    """Handing in counts the tries from nought again; the fence goes on."""
    upload, civil = waiting(real_county, "赵大", "赵妻"), real_county.staff("civil")
    before = Roster.objects.count()
    monkeypatch.setattr(working, "_is_free", lambda cursor, upload: True)
    with worker() as one, worker() as other, worker() as third:
        late = claim(one)
        work(claim(other), other, broken)
        right = put_right(Upload.objects.get(), pack=SUIXI, by=civil, sheet=None, meanings=None, category="特困人员")
        hand_in(right, by=civil, at=NOW)
        now = claim(third)
        work(late, one, rules_of)
        assert (Roster.objects.count(), state_of(upload)) == (before, ("working", 1))
        work(now, third, rules_of)
    assert (now.nth, Roster.objects.count(), state_of(upload)) == (3, before + 1, ("done", 1))


def pid_of(side: BaseDatabaseWrapper) -> int:
    return side.connection.info.backend_pid


def ended(pid: int) -> None:
    with worker() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


def test_a_worker_whose_connection_broke_while_it_waited_opens_another(real_county: County) -> None:
    upload = waiting(real_county)
    with worker() as side:
        ended(pid_of(side))
        look_once(side, rules_of, wait_s=0)
        assert state_of(upload) == ("waiting", 0)

        look_once(side, rules_of, wait_s=0)

        assert state_of(upload) == ("done", 1)
        look_once(side, rules_of, wait_s=0)  # nothing to do, and it listens
        waiting(real_county, "周归")
        assert len(list(side.connection.notifies(timeout=10, stop_after=1))) == 1


def test_a_worker_whose_other_connection_broke_while_it_waited_begins_the_list_anew(real_county: County) -> None:
    upload = waiting(real_county)
    with worker() as side:
        ended(pid_of(connection))
        look_once(side, rules_of, wait_s=0)
        with within(everybody()):  # the scope of this test went with the connection
            assert state_of(upload) == ("working", 1)
        look_once(side, rules_of, wait_s=0)

    assert state_of(upload) == ("done", 2)


@pytest.mark.parametrize("whose", ["its own", "that of the list"])
def test_a_worker_whose_connection_breaks_at_work_begins_the_list_anew(real_county: County, whose: str) -> None:
    upload = waiting(real_county)
    before = Roster.objects.count()
    with worker() as side:

        def breaking(county: str) -> Any:
            ended(pid_of(side if whose == "its own" else connection))
            return rules_of(county)

        look_once(side, breaking, wait_s=0)
        assert (state_of(upload), Roster.objects.count()) == (("working", 1), before)
        look_once(side, rules_of, wait_s=0)

    assert (state_of(upload), Roster.objects.count()) == (("done", 2), before + 1)


def test_a_worker_that_is_stopped_at_work_gives_its_try_back(real_county: County) -> None:
    upload = waiting(real_county)

    def stopped(county: str) -> Any:
        raise KeyboardInterrupt

    for _ in range(MOST_TRIES + 1):
        with worker() as side, pytest.raises(KeyboardInterrupt):
            look_once(side, stopped, wait_s=0)

    assert state_of(upload) == ("waiting", 0)
    with worker() as side:
        look_once(side, rules_of, wait_s=0)
    assert state_of(upload) == ("done", 1)


def test_a_worker_that_is_stopped_when_its_connection_is_gone_stops_all_the_same(real_county: County) -> None:
    upload = waiting(real_county)
    with worker() as side:

        def stopped(county: str) -> Any:
            ended(pid_of(side))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            look_once(side, stopped, wait_s=0)

    assert state_of(upload) == ("working", 1)  # nobody could give the try back
    with worker() as side:
        look_once(side, rules_of, wait_s=0)
    assert state_of(upload) == ("done", 2)


def test_a_list_that_was_refused_and_handed_in_again_may_go_to_any_worker(real_county: County) -> None:
    upload = waiting(real_county)
    with worker() as one, worker() as other:
        work(claim(one), one, lambda county: pack_for("110101"))
        hand_in(Upload.objects.get(), by=real_county.staff("civil"), at=NOW)

        assert claim(other) == Job(upload.pk, 2)


def test_a_list_of_somebody_whose_account_was_closed_is_refused(real_county: County) -> None:
    upload = waiting(real_county)
    Staff.objects.filter(username="civil").update(is_active=False)
    with worker() as side:
        work(claim(side), side, rules_of)

    assert (state_of(upload)[0], refused_with(upload)) == ("looked_at", UploaderGone.code)


def test_a_list_of_a_county_without_a_season_is_refused(real_county: County) -> None:
    upload = waiting(real_county)
    with worker() as side:
        work(claim(side), side, lambda county: pack_for("110101"))

    assert (state_of(upload)[0], refused_with(upload)) == ("looked_at", NoSeasonForList.code)


def refused_with(upload: Upload) -> str:
    return Upload.objects.get(pk=upload.pk).refusal["code"]


def test_work_whose_worker_died_is_taken_up_by_the_next_one_and_at_last_left_alone(real_county: County) -> None:
    upload = waiting(real_county)
    for nth in range(1, MOST_TRIES + 1):
        with worker() as dies:
            assert claim(dies) == Job(upload.pk, nth)
    with worker() as last:
        assert claim(last) is None
    assert state_of(upload)[0] == "broken"


def test_a_worker_that_is_left_by_another_one_finishes_the_list(real_county: County) -> None:
    upload = waiting(real_county)
    with worker() as dies:
        claim(dies)
    with worker() as lives:
        work(claim(lives), lives, rules_of)

    assert state_of(upload) == ("done", 2)
    assert Upload.objects.get(pk=upload.pk).roster.rows.count() == 2


def test_a_program_that_breaks_says_so_keeps_nothing_and_goes_on(real_county: County) -> None:
    upload, next_one = waiting(real_county, "赵大"), waiting(real_county, "赵妻")
    before = Roster.objects.count()

    with worker() as one:
        work(claim(one), one, broken)
        assert (state_of(upload), Roster.objects.count()) == (("broken", 1), before)
        assert claim(one) == Job(next_one.pk, 1)


def test_how_far_it_is_is_seen_by_others_while_nothing_is_committed(real_county: County, monkeypatch: Any) -> None:
    upload, seen = waiting(real_county), []
    tell: Callable[..., None] = working._execute

    def told(side: BaseDatabaseWrapper, sql: str, parameters: list[object]) -> None:
        tell(side, sql, parameters)
        with worker() as other, other.cursor() as cursor:
            cursor.execute("SELECT set_config('canbao.ticket', %s, false)", [working.EVERYWHERE.ticket()])
            cursor.execute(
                "SELECT stage, roster_id FROM rosters_upload WHERE id = %s AND state = 'working'", [upload.pk]
            )
            seen.extend(cursor.fetchall())

    monkeypatch.setattr(working, "_execute", told)
    with worker() as one:
        work(claim(one), one, rules_of)

    assert seen == [("read", None), ("clean", None), ("match", None), ("judge", None), ("write", None)]
    assert state_of(upload) == ("done", 1)


def test_the_pages_see_whether_a_worker_is_there(real_county: County) -> None:
    assert not is_attended()
    with worker():
        assert is_attended()


def test_a_worker_hears_at_once_of_what_is_handed_in(real_county: County) -> None:
    with worker() as side:
        waiting(real_county)
        assert len(list(side.connection.notifies(timeout=10, stop_after=1))) == 1


@pytest.mark.parametrize("change", [{"state": "done"}, {"file_sealed": None}, {"state": "waiting", "queued_at": None}])
def test_the_database_keeps_a_file_until_it_is_a_roster(real_county: County, change: dict) -> None:
    from django.db import IntegrityError

    upload = waiting(real_county)
    with pytest.raises(IntegrityError):
        Upload.objects.filter(pk=upload.pk).update(**change)
