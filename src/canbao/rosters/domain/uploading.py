"""A file on its way in: looked at, put right by whoever brought it, then handed in or given up (R-20).

Nothing of it counts, and nothing of it is a roster, before it is handed in. It is sealed as long as it waits.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import connection, transaction

from canbao.access.models import Staff
from canbao.access.sealing import seal_bytes, unseal_bytes
from canbao.documents.columns import Field
from canbao.documents.table import HeaderRows
from canbao.kernel.refusal import said_again
from canbao.policy import Pack
from canbao.rosters.domain.categories import NO_SPELLINGS, CategoryReader, Spellings
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.handling import check_may_handle
from canbao.rosters.domain.learning import learn, spellings_of, words_of
from canbao.rosters.domain.preview import preview
from canbao.rosters.models import Upload
from canbao.rosters.refusals import (
    CategoryNotInNotice,
    CutOffInFuture,
    RosterOfAnotherYear,
    UploadChanged,
    UploadGone,
    UploadUnderWay,
)

KEPT_FOR = timedelta(hours=24)  # a file that nobody handed in
PURPOSE = "roster-file"
CHANNEL = "canbao_upload"  # on which a worker hears that there is something to do
UNDER_WAY = (Upload.State.WAITING, Upload.State.WORKING)


def take_in(
    content: bytes, *, pack: Pack, county: str, department: str, cut_off_on: date, file_name: str, is_full: bool,
    by: Staff, at: datetime, on: date, category: str = "",
) -> Upload:  # fmt: skip
    """Read the file and keep it, sealed, with what was understood of it. `on` is today, `at` when it came.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`, `CutOffInFuture`, `CategoryNotInNotice`,
    what `look_into` says no to. What a person can put right is said on the preview.
    """
    check_may_handle(by, county=county, department=department)
    if cut_off_on > on:
        raise CutOffInFuture(cut_off_on=cut_off_on, on=on)
    upload = Upload(
        county=county, department=department, cut_off_on=cut_off_on, is_full=is_full, category=category,
        file_name=kept(file_name, 200), file_digest=sha256(content).hexdigest(), uploaded_at=at, uploaded_by=by.username,
    )  # fmt: skip
    upload.seen = _seen(upload, content, pack)
    upload.file_sealed = seal_bytes(content, purpose=PURPOSE)
    upload.save(force_insert=True)
    return upload


@transaction.atomic
def put_right(
    upload: Upload, *, pack: Pack, by: Staff, sheet: int | None, meanings: Sequence[Field | None] | None, category: str,
    spellings: Spellings = NO_SPELLINGS, header_rows: HeaderRows | None = None,
) -> Upload:  # fmt: skip
    """Another sheet (its place in the file, from 0), another place of its header (None: where its words are known), other
    meanings of its columns (None: as their headers say), another category for the whole list, other meanings of `spellings` that
    the notice does not know.

    `upload` is as whoever puts it right saw it. Says no, in this order: `UploadGone`, `NotYourDivision`, `NotYourWork`,
    `NotYourDepartment`, `UploadUnderWay`, `UploadChanged`, `CategoryNotInNotice` (for the list, then for each spelling, before it `SpellingKnown`), what
    `look_into` says no to.
    """
    upload = _locked_as_seen(upload, by)
    upload.sheet, upload.category, upload.refusal = sheet, category, None
    upload.meanings = None if meanings is None else [field.value if field else "" for field in meanings]
    upload.spellings, upload.header_rows = dict(spellings), header_rows
    upload.seen = _seen(upload, unseal_bytes(upload.file_sealed, purpose=PURPOSE), pack)
    upload.edition += 1
    upload.save(
        update_fields=["sheet", "category", "meanings", "spellings", "header_rows", "seen", "edition", "refusal"]
    )
    return upload


@transaction.atomic
def hand_in(upload: Upload, *, by: Staff, at: datetime, year_confirmed: bool = False) -> Upload:
    """The file waits for a worker from now on (`working`), who makes it a roster.

    `upload` is as whoever hands it in saw it. Says no, in this order: `UploadGone`, `NotYourDivision`, `NotYourWork`,
    `NotYourDepartment`, `UploadUnderWay`, `UploadChanged`, what keeps it from going on by its preview.
    """
    upload = _locked_as_seen(upload, by)
    no = upload.seen["no"]
    if no is not None and not (year_confirmed and no["code"] == RosterOfAnotherYear.code):
        raise said_again(no)
    upload.state, upload.queued_at, upload.year_confirmed = Upload.State.WAITING, at, year_confirmed
    upload.tries, upload.refusal = 0, None
    upload.meanings = _as_shown(upload)  # whatever the department's words mean by the time that a worker reads it
    learn(upload, by=by, at=at)
    upload.save(update_fields=["state", "queued_at", "year_confirmed", "tries", "refusal", "meanings"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])  # is heard when this is committed
    return upload


@transaction.atomic
def give_up(upload: Upload, *, by: Staff) -> None:
    """The file is forgotten.

    Says no, in this order: `UploadGone`, `NotYourDivision`, `NotYourWork`, `NotYourDepartment`, `UploadUnderWay`.
    """
    _locked(upload, by).delete()


def forget_old_uploads(*, at: datetime) -> int:
    """Files that nobody came back to, and what became of the others. What a worker has to do stays. Returns how many."""
    old = Upload.objects.filter(uploaded_at__lt=at - KEPT_FOR).exclude(state__in=UNDER_WAY)
    forgotten, _ = old.delete()
    return forgotten


def meanings_said(upload: Upload) -> list[Field | None] | None:
    """What somebody said that its columns are; None: nobody did, and their headers say so."""
    return None if upload.meanings is None else [Field(word) if word else None for word in upload.meanings]


def header_pointed_at(upload: Upload) -> HeaderRows | None:
    """The first and the last row of the header, where somebody pointed at it."""
    if upload.header_rows is None:
        return None
    first, last = upload.header_rows
    return first, last


def own_headers(upload: Upload) -> list[str]:
    """Headers of what was handed in that were understood by the department's own words, for whoever reads the file again."""
    return [column["header"] for column in upload.seen["columns"] if column["own"]]


def _locked(upload: Upload, by: Staff) -> Upload:
    found = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if found is None or found.state == Upload.State.DONE:
        raise UploadGone
    check_may_handle(by, county=found.county, department=found.department)
    if found.state in UNDER_WAY:
        raise UploadUnderWay
    return found


def _locked_as_seen(upload: Upload, by: Staff) -> Upload:
    found = _locked(upload, by)
    if found.edition != upload.edition:
        raise UploadChanged
    return found


def _as_shown(upload: Upload) -> list[str]:
    shown = {column["at"]: column["field"] for column in upload.seen["columns"]}
    return [shown.get(at, "") for at in range(upload.seen["width"])]


def _seen(upload: Upload, content: bytes, pack: Pack) -> dict[str, object]:
    """`category` is one of the notice's own names: it is chosen, and another word for several would be a list of them."""
    names = [one.name for one in pack.categories]
    if upload.category and upload.category not in names:
        raise CategoryNotInNotice(seen=upload.category[:40], known="、".join(names))
    own = dict(spellings_of(upload.county, upload.department)) | upload.spellings
    reader = CategoryReader(pack, whole_list=upload.category or None, own=own)
    for word, meaning in upload.spellings.items():
        reader.check_may_mean(word, meaning)
    seen = preview(
        content,
        sheet=upload.sheet,
        header_rows=header_pointed_at(upload),
        meanings=meanings_said(upload),
        reader=reader,
        file_name=upload.file_name,
        cut_off_on=upload.cut_off_on,
        own=words_of(upload.county, upload.department),
    )
    return seen | {"own_spellings": own}  # a worker reads it as it was seen, whatever is learned or forgotten by then
