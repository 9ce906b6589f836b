"""How the categories of a list are spelled, each spelling once, and which of them the department's own words gave a meaning."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from canbao.documents.columns import Field
from canbao.rosters.domain.categories import CategoryReader, Spellings


def spelled(fields: pl.DataFrame) -> pl.DataFrame:
    """The cells of category and grade as they are written together, with how many rows (`len`); the most frequent first."""
    counted = fields.group_by(Field.CATEGORY, Field.GRADE).len()
    return counted.sort(["len", Field.CATEGORY, Field.GRADE], descending=[True, False, False])


def own_words_in(fields: pl.DataFrame, reader: CategoryReader) -> list[dict[str, Any]]:
    """The department's own spellings that were used, as a list keeps them: in how many rows, the most frequent first."""
    if not reader.own:
        return []
    rows: Counter[str] = Counter()
    for cell, grade, count in spelled(fields).iter_rows():
        rows.update(dict.fromkeys(reader.read(cell, grade).own, count))
    return [{"word": word, "meaning": reader.meaning_of(word), "rows": count} for word, count in rows.most_common()]


def read_by(used: list[Mapping[str, Any]]) -> Spellings:
    """What `own_words_in` kept, for whoever reads a row of the list again."""
    return {one["word"]: one["meaning"] for one in used}
