"""A department's own words for its columns: said once in a preview, understood from then on, and forgotten when wrong.

They are the department's alone: what 保障情况 means to civil affairs says nothing about the list of the disabled. Who said so
and who forgot it stands in the row, which is written once and forgotten once.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from canbao.access.models import Staff
from canbao.documents.columns import Field, meanings_of
from canbao.documents.table import plain_header
from canbao.rosters.domain.handling import check_may_handle
from canbao.rosters.models import LearnedColumn, Upload

Words = Mapping[str, Field | None]
"""By plain header: what the column is, None where it is not used."""


def words_of(county: str, department: str) -> Words:
    known = LearnedColumn.objects.filter(county=county, department=department, forgotten_at__isnull=True)
    return {one.word: Field(one.field) if one.field else None for one in known}


def learn(upload: Upload, *, by: Staff, at: datetime) -> int:
    """What the columns of this file were said to be and their headers did not say. Returns how many words are new.

    A header that stands twice in the file means nothing by itself and is not learned, nor one that holds somebody's number.
    Within the transaction of whoever hands the file in, which was understood to its end.
    """
    columns = upload.seen["columns"]
    words = Counter(plain_header(column["header"]) for column in columns)
    known, learned = words_of(upload.county, upload.department), 0
    for column in columns:
        word, said = plain_header(column["header"]), Field(column["field"]) if column["field"] else None
        if not word or words[word] > 1 or not column["whole"]:
            continue
        if meanings_of([word], known) == [said]:
            continue
        _forget(upload.county, upload.department, word, by=by, at=at)
        if meanings_of([word]) != [said]:
            LearnedColumn.objects.create(
                county=upload.county, department=upload.department, word=word, field=column["field"], learned_at=at,
                learned_by=by.username,
            )  # fmt: skip
            learned += 1
    return learned


@transaction.atomic
def forget(one: LearnedColumn, *, by: Staff, at: datetime) -> None:
    """From now on the word means what it means to everybody. A second time changes nothing.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotYourDepartment`.
    """
    check_may_handle(by, county=one.county, department=one.department)
    _forget(one.county, one.department, one.word, by=by, at=at)


def _forget(county: str, department: str, word: str, *, by: Staff, at: datetime) -> int:
    known = LearnedColumn.objects.filter(county=county, department=department, word=word, forgotten_at__isnull=True)
    return known.update(forgotten_at=at, forgotten_by=by.username)
