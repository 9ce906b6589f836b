"""Files that were handed in become rosters, one after the other, in a process of its own (0017).

Whose a piece of work is, is a lock that the worker's own connection holds: it goes when the worker does, however it ends, and then
the next worker takes the work up again. Nothing is judged by time. What a file was refused for goes back to its page.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from time import sleep
from typing import NamedTuple

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from canbao.access.clock import today
from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.access.sealing import unseal_bytes
from canbao.kernel.refusal import Refusal, must
from canbao.policy import Pack
from canbao.rosters.domain.importing import import_roster
from canbao.rosters.domain.uploading import CHANNEL, PURPOSE, header_pointed_at, meanings_said, own_headers
from canbao.rosters.models import Upload
from canbao.rosters.refusals import UploaderGone

MOST_TRIES = 3  # a file that ends its worker so often is left alone
NAME = "canbao work"  # by which the pages see that a worker is there
EVERYWHERE = Scope(division="", actor="system:work")

_NEXT = "SELECT id FROM rosters_upload WHERE state IN ('waiting', 'working') ORDER BY queued_at, id"
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('rosters_upload ' || %s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('rosters_upload ' || %s, 0))"
_TAKE = """
UPDATE rosters_upload SET state = CASE WHEN tries < %s THEN 'working' ELSE 'broken' END, tries = tries + 1, begun = begun + 1, stage = ''
 WHERE id = %s AND state IN ('waiting', 'working') RETURNING state, begun"""
_TELL = "UPDATE rosters_upload SET stage = %s WHERE id = %s AND begun = %s AND state = 'working'"
_BREAK = "UPDATE rosters_upload SET state = 'broken' WHERE id = %s AND begun = %s AND state = 'working'"
_PUT_BACK = """
UPDATE rosters_upload SET state = 'waiting', tries = tries - 1, stage = '' WHERE id = %s AND begun = %s AND state = 'working'"""

# A connection that is gone: the server was started anew, or somebody ended it. psycopg says so itself where it is asked itself.
_BROKEN = (OperationalError, InterfaceError, psycopg.OperationalError)

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """The `nth` time that anybody began on an upload. Who was overtaken by another one ends nothing."""

    upload: int
    nth: int


def look_once(side: BaseDatabaseWrapper, pack_for: Callable[[str], Pack], *, wait_s: float) -> None:
    """One piece of work; or, where there is none, a wait until somebody calls, or for so many seconds.

    A connection that broke is opened anew by the next look. Our locks went with it, so what was under way is begun anew by
    whoever comes first, and counted as a try.
    """
    try:
        if side.connection is None:
            ready(side)
        job = claim(side)
        if job is not None:
            work(job, side, pack_for)
        else:
            for _ in side.connection.notifies(timeout=wait_s, stop_after=1):
                pass
    except _BROKEN:
        _log.exception("a connection broke; trying again in %s s", wait_s)
        side.close()
        connection.close_if_unusable_or_obsolete()
        sleep(wait_s)


def ready(side: BaseDatabaseWrapper) -> None:
    """Make the worker's own connection listen, and known by its name."""
    with side.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", [NAME])
        cursor.execute(f"LISTEN {CHANNEL}")


def is_attended() -> bool:
    """Whether any worker is there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s AND datname = current_database())",
            [NAME],
        )
        return bool(cursor.fetchone()[0])


def claim(side: BaseDatabaseWrapper) -> Job | None:
    """The oldest work that no living worker has, which from now on is ours; None where there is none."""
    with side.cursor() as cursor:
        cursor.execute("SELECT set_config('canbao.ticket', %s, false)", [EVERYWHERE.ticket()])  # it runs out
        cursor.execute(_NEXT)
        for (upload,) in cursor.fetchall():
            if not _is_free(cursor, upload):
                continue
            cursor.execute(_TAKE, [MOST_TRIES, upload])
            state, nth = cursor.fetchone() or ("", 0)  # none: somebody finished it in the meantime
            if state == Upload.State.WORKING:
                return Job(upload, nth)
            cursor.execute(_UNLOCK, [upload])
    return None


def _is_free(cursor: object, upload: int) -> bool:
    cursor.execute(_LOCK, [upload])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]


def work(job: Job, side: BaseDatabaseWrapper, pack_for: Callable[[str], Pack]) -> None:
    """Make the upload a roster, or say on it why not; then let it go. `pack_for` gives the rules of a county, or says no.

    A connection that breaks is not the file's fault, and stopping the worker is nobody's: both are raised, and whoever
    takes the file up next begins anew. Being stopped does not count as a try.
    """
    try:
        _make_roster(job, side, pack_for)
    except _BROKEN:
        raise
    except KeyboardInterrupt:
        with suppress(*_BROKEN):
            _execute(side, _PUT_BACK, [*job])
        raise
    except Exception:  # noqa: BLE001 - ours: as a web server does with a page, the work stops and the worker goes on
        _log.exception("upload %s stopped at try %s", *job)
        _execute(side, _BREAK, [*job])
    _execute(side, _UNLOCK, [job.upload])


def _make_roster(job: Job, side: BaseDatabaseWrapper, pack_for: Callable[[str], Pack]) -> None:
    with within(EVERYWHERE):
        upload = Upload.objects.get(pk=job.upload)
        by = Staff.objects.get(username=upload.uploaded_by)
    with within(Scope(division=by.division, actor=f"staff:{by.username}")):
        ours = Upload.objects.filter(pk=job.upload, begun=job.nth, state=Upload.State.WORKING)
        try:
            if not by.is_active:
                raise UploaderGone(who=by.full_name)
            with transaction.atomic():
                roster = import_roster(
                    pack=pack_for(upload.county), county=upload.county, department=upload.department, cut_off_on=upload.cut_off_on,
                    file=unseal_bytes(upload.file_sealed, purpose=PURPOSE), file_name=upload.file_name,
                    is_full=upload.is_full, by=by, on=today(), sheet=upload.sheet,
                    header_rows=header_pointed_at(upload), meanings=meanings_said(upload),
                    own_headers=own_headers(upload), own_spellings=upload.seen["own_spellings"],
                    category=upload.category or None, year_confirmed=upload.year_confirmed,
                    progress=lambda stage, done, of: _execute(side, _TELL, [stage, *job]),
                )  # fmt: skip
                ended = ours.update(state=Upload.State.DONE, roster=roster, file_sealed=None, stage="")
                must(ended == 1, f"upload {job.upload}: another worker began it anew, so what this one did is not kept")
        except Refusal as no:
            ours.update(state=Upload.State.LOOKED_AT, refusal=no.as_kept(), stage="")


def _execute(side: BaseDatabaseWrapper, sql: str, parameters: list[object]) -> None:
    with side.cursor() as cursor:
        cursor.execute(sql, parameters)
