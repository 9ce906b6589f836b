"""A list as columns: the rows about which there is nothing to ask, and the others.

Nineteen of twenty rows of a good list agree with the register in everything. They are found here a column at a time; the
others are read and judged one by one (`incoming`, `judging`), which alone say what is wrong. What is plain here would be
taken there, too, with no remark but how its category was read, and a test holds both to it.

A row is plain when its number is written as on the card, its person stands on no other row, is registered under that
very name and is still here, its category is read without a question, its days raise none, and its place is not another.
"""

import json
from collections.abc import Callable
from datetime import date

import polars as pl

from canbao.access.sealing import person_token
from canbao.documents.columns import NUMBER_IS_NUMERIC, Columns, Field
from canbao.documents.table import ROW, Table
from canbao.kernel.identity_column import written_as_on_the_card
from canbao.kernel.long_numbers import SHORTEST
from canbao.rosters.domain.categories import CategoryReader, Understood
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.days import is_vague, read_day
from canbao.rosters.domain.incoming import cells_beside
from canbao.rosters.domain.places import Places

TOKEN = "token"  # noqa: S105 - the name of a column
_UNDERSTOOD = "understood"
_SEEN_AT_MOST = 200


def listed(
    fields: pl.DataFrame, *, reader: CategoryReader, cut_off_on: date, on: date, allow_synthetic: bool
) -> tuple[pl.DataFrame, list[Understood]]:
    """Every row of a list (`documents.fields_frame`) by what it says itself: with `token` (null where the number needs a second
    look), `understood` (its place in the second answer, which is what such cells give; null where something is wrong with
    them) and `clear` (nothing but the register is left to ask).
    """
    good = written_as_on_the_card(fields[Field.NUMBER], on=on, allow_synthetic=allow_synthetic)
    good &= ~fields[NUMBER_IS_NUMERIC]
    tokens = pl.Series(TOKEN, map(person_token, fields[Field.NUMBER].filter(good)), pl.Binary)
    places = pl.when(good).then(good.cum_sum() - 1)
    fields = fields.with_columns(pl.select(places.alias(TOKEN)).to_series())
    fields = fields.with_columns(tokens.gather(fields[TOKEN]).alias(TOKEN))
    fields, read = _with_categories(fields, reader)
    clear = (
        pl.col(TOKEN).is_not_null()
        & pl.col(_UNDERSTOOD).is_not_null()
        & (pl.col(Field.NAME).str.len_chars() < SHORTEST)  # a longer one may be a number
        & ~pl.col(Field.NAME).str.starts_with("#")  # perhaps a formula that failed
        & _since_is_fine(fields, cut_off_on)
        & _by_text(fields[Field.UNTIL], lambda text: read_day(text) is None, pl.Boolean)
    )
    return fields.with_columns(clear.alias("clear")), read


def _with_categories(fields: pl.DataFrame, reader: CategoryReader) -> tuple[pl.DataFrame, list[Understood]]:
    """Each spelling is read once; null where something is wrong with it."""
    cells = [Field.CATEGORY, Field.GRADE]
    spellings = fields.select(cells).unique(maintain_order=True)
    read = [reader.read(*spelling) for spelling in spellings.iter_rows()]
    plain = [None if one.problem else at for at, one in enumerate(read)]
    places = spellings.with_columns(pl.Series(_UNDERSTOOD, plain, pl.Int32))
    return fields.join(places, on=cells, how="left", maintain_order="left"), read


def _since_is_fine(fields: pl.DataFrame, cut_off_on: date) -> pl.Series:
    """None, vague, or a day between the birth by the number (its month: a month without a day is its first) and the list's."""
    days = {text: read_day(text) for text in fields[Field.SINCE].unique()}
    vague = {text for text, day in days.items() if day is None or (isinstance(day, str) and is_vague(day))}
    months = {
        text: day.year * 100 + day.month for text, day in days.items() if isinstance(day, date) and day <= cut_off_on
    }
    born = fields[Field.NUMBER].str.slice(6, 6).cast(pl.Int32, strict=False)
    month = _by_text(fields[Field.SINCE], months.get, pl.Int32)
    unsaid = _by_text(fields[Field.SINCE], vague.__contains__, pl.Boolean)
    return unsaid | (month >= born).fill_null(value=False)


def _by_text(texts: pl.Series, read: Callable[[str], object], kind: pl.DataType) -> pl.Series:
    """What each text means, each spelling asked once."""
    spellings = texts.unique()
    meanings = pl.Series(map(read, spellings), dtype=kind) if len(spellings) else pl.Series([], dtype=kind)
    return texts.replace_strict(spellings, meanings, return_dtype=kind)


def plain_rows(fields: pl.DataFrame, others: pl.Series, people: pl.DataFrame, places: Places) -> pl.DataFrame:
    """The rows with nothing to ask about them, with what `people` (see `matching.people_frame`) says of each. `others` are
    the tokens of the rows that were read one by one.
    """
    rows = fields.filter("clear").join(people, on=TOKEN, how="inner", maintain_order="left")
    tokens = pl.concat([fields[TOKEN].drop_nulls(), others])
    rows = rows.filter(~pl.col(TOKEN).is_in(tokens.filter(tokens.is_duplicated()).unique().implode()))
    # two numbers of one person, who was registered twice: what the one row gives is asked of the other
    rows = rows.filter(
        ~pl.col("resident").is_in(people["resident"].filter(people["resident"].is_duplicated()).unique().implode())
    )
    rows = rows.filter(pl.col(Field.NAME) == pl.col("registered"), pl.col("gone") == "")
    place = [Field.TOWN, Field.VILLAGE, "division"]
    asked = rows.select(place).unique()
    elsewhere = asked.filter(pl.Series([places.differs(*one) for one in asked.iter_rows()], dtype=pl.Boolean))
    return rows.join(elsewhere, on=place, how="anti", maintain_order="left")


def seen_beside(table: Table, columns: Columns, rows: pl.Series) -> pl.Series:
    """The other cells of these rows as JSON, as the sender wrote them but for long numbers: {"0": "…"}."""
    others = cells_beside(table, columns)
    texts = rows.alias(ROW).to_frame().join(table.texts, on=ROW, how="left", maintain_order="left")
    pieces = [_piece(texts[str(at)], at) for at in others]
    if not pieces:
        return pl.repeat("{}", len(rows), eager=True)
    return pl.select(
        pl.concat_str([pl.lit("{"), pl.concat_str(pieces, separator=",", ignore_nulls=True), pl.lit("}")])
    ).to_series()


def _piece(texts: pl.Series, at: int) -> pl.Series:
    """`"3":"text"`, null where there is none. Most texts are as harmless as they look; the others are looked at."""
    harmless = (
        (texts.str.len_bytes() <= _SEEN_AT_MOST)
        & (texts.str.count_matches(r"\d") < SHORTEST)  # digits enough for a number that nobody else should read
        & ~texts.str.contains(r'[\x00-\x1f\x7f"\\]')
    )
    quoted = pl.concat_str([pl.lit(f'"{at}":"'), texts, pl.lit('"')])
    others = _by_text(
        texts.filter(~harmless),
        lambda text: f'"{at}":{json.dumps(kept(text, _SEEN_AT_MOST), ensure_ascii=False)}',
        pl.String,
    )
    place = pl.select(pl.when(~harmless).then((~harmless).cum_sum() - 1)).to_series()
    return pl.select(
        pl.when(texts == "").then(None).when(harmless).then(quoted).otherwise(others.gather(place))
    ).to_series()
