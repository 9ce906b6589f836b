"""`canbao work` as a process: it does what waits, dies, is followed by another one, and stops when it is told to."""

import signal
import time
from collections.abc import Callable

from django.db import connections

from canbao.config.season.processes import worker
from canbao.rosters.models import Upload
from tests.county import County
from tests.rosters.domain.test_working import waiting

PATIENCE_S = 60


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def state(upload: Upload) -> tuple[str, int]:
    found = Upload.objects.get(pk=upload.pk)
    return found.state, found.tries


def test_what_waits_is_done_and_the_worker_stops_when_it_is_told_to(real_county: County) -> None:
    early = waiting(real_county, "赵大")
    with worker() as child:
        until(lambda: state(early) == ("done", 1))
        late = waiting(real_county, "赵妻")
        until(lambda: state(late) == ("done", 1))
        child.process.send_signal(signal.SIGTERM)
        assert child.process.wait(PATIENCE_S) == 0


def test_a_worker_that_is_killed_in_the_middle_is_followed_by_the_next_one(real_county: County) -> None:
    upload = waiting(real_county)
    with connections["owner"].cursor() as owner, worker() as child:
        owner.execute("BEGIN")
        owner.execute("LOCK TABLE rosters_roster IN ACCESS EXCLUSIVE MODE")  # the import stands still there
        until(lambda: Upload.objects.filter(pk=upload.pk, state="working", stage="read").exists())
        child.process.kill()
        child.process.wait(PATIENCE_S)
        assert state(upload) == ("working", 1)
        owner.execute("ROLLBACK")

    with worker():
        until(lambda: state(upload) == ("done", 2))
    assert Upload.objects.get(pk=upload.pk).roster.rows.count() == 2
