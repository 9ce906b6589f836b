"""A department's own words, for its columns and for categories: said once in a preview, understood from then on, and forgotten
when wrong.

They are the department's alone: what 保障情况 means to civil affairs says nothing about the list of the disabled. Who said so
and who forgot it stands in the row, which is written once and forgotten once.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from canbao.access.models import Staff
from canbao.documents.columns import Field, meanings_of
from canbao.documents.table import plain_header
from canbao.rosters.domain.categories import Spellings
from canbao.rosters.domain.handling import check_may_handle
from canbao.rosters.models import LearnedWord, Upload

Words = Mapping[str, Field | None]
"""By plain header: what the column is, None where it is not used."""


def words_of(county: str, department: str) -> Words:
    known = _known(county, department, LearnedWord.Kind.COLUMN)
    return {one.word: Field(one.meaning) if one.meaning else None for one in known}


def spellings_of(county: str, department: str) -> Spellings:
    return {one.word: one.meaning for one in _known(county, department, LearnedWord.Kind.CATEGORY)}


def learn(upload: Upload, *, by: Staff, at: datetime) -> int:
    """What the columns and the categories of this file were said to be and did not say themselves. Returns how many words are new.

    A header that stands twice in the file means nothing by itself and is not learned, nor one that holds somebody's number. Of
    a header that somebody pointed at, columns that are not used are learned as well: by all its words it is found the next time.
    Within the transaction of whoever hands the file in, which was understood to its end.
    """
    return _learn_columns(upload, by=by, at=at) + _learn_spellings(upload, by=by, at=at)


def _learn_columns(upload: Upload, *, by: Staff, at: datetime) -> int:
    columns = upload.seen["columns"]
    words = Counter(plain_header(column["header"]) for column in columns)
    known, learned = words_of(upload.county, upload.department), 0
    for column in columns:
        word, said = plain_header(column["header"]), Field(column["field"]) if column["field"] else None
        if not word or words[word] > 1 or not column["whole"]:
            continue
        pointed_at = upload.header_rows is not None and meanings_of([word]) == [None]
        if meanings_of([word], known) == [said] and (word in known or not pointed_at):
            continue
        is_new = pointed_at or meanings_of([word]) != [said]
        _say(upload, LearnedWord.Kind.COLUMN, word, column["field"] if is_new else None, by=by, at=at)
        learned += is_new
    return learned


def _learn_spellings(upload: Upload, *, by: Staff, at: datetime) -> int:
    known = spellings_of(upload.county, upload.department)
    new = {word: meaning for word, meaning in upload.spellings.items() if known.get(word) != meaning}
    for word, meaning in new.items():
        _say(upload, LearnedWord.Kind.CATEGORY, word, meaning, by=by, at=at)
    return len(new)


@transaction.atomic
def forget(one: LearnedWord, *, by: Staff, at: datetime) -> None:
    """From now on the word means what it means to everybody. A second time changes nothing.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`.
    """
    check_may_handle(by, county=one.county, department=one.department)
    _forget(one, by=by, at=at)


def _say(upload: Upload, kind: str, word: str, meaning: str | None, *, by: Staff, at: datetime) -> None:
    """What the word meant to the department is forgotten; None: it means what it means to everybody."""
    said = LearnedWord(
        county=upload.county, department=upload.department, kind=kind, word=word, meaning=meaning or "", learned_at=at,
        learned_by=by.username,
    )  # fmt: skip
    _forget(said, by=by, at=at)
    if meaning is not None:
        said.save(force_insert=True)


def _forget(one: LearnedWord, *, by: Staff, at: datetime) -> None:
    known = _known(one.county, one.department, one.kind).filter(word=one.word)
    known.update(forgotten_at=at, forgotten_by=by.username)


def _known(county: str, department: str, kind: str) -> QuerySet[LearnedWord]:
    return LearnedWord.objects.filter(county=county, department=department, kind=kind, forgotten_at__isnull=True)
