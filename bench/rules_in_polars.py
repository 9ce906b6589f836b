"""濉溪县's notice of 2022 written by hand as Polars expressions, as somebody would who knows Polars and this notice alone.

It gives fewer columns than `tabulate` can: amounts, days, and the code of a refusal; no reasons, clauses or assumptions.
It knows only the words that the invented county uses, no aliases or grades. Each list is searched for each name, which
measured faster here than mapping the lists' items.
"""

from datetime import date

import polars as pl

_GIVEN_FEN = {"特困人员": 32000, "低保对象": 28000, "返贫致贫人口": 25000, "脱贫不稳定人口": 16000, "监测人口": 16000}
_UNSAID = ["重点优抚对象", "低收入家庭重度残疾人", "计划生育特殊困难家庭成员"]
_PRICE_FEN, _GOVERNMENT_FEN = 32000, 58000
_WINDOW, _WINDOW_LAST = date(2021, 10, 1), date(2021, 12, 31)
_PERIOD, _PERIOD_LAST = date(2022, 1, 1), date(2022, 12, 31)
_RETURNING_UNTIL = date(2022, 2, 28)


def answered(people: pl.LazyFrame) -> pl.LazyFrame:
    """The people with their answers."""
    way, start, refusal, best, is_open = map(pl.col, ("_way", "_start", "_refusal", "_best", "_open"))
    known = refusal.is_null() & ~(is_open & (best < _PRICE_FEN))
    return (
        people.with_columns(_best=_best_fen(), _open=pl.any_horizontal(_holds(name) for name in _UNSAID))
        .with_columns(_way=_way())
        .with_columns(_start=_start(way))
        .with_columns(_refusal=_refusal(way, start))
        .with_columns(
            individual_fen=pl.lit(_PRICE_FEN),
            government_fen=pl.lit(_GOVERNMENT_FEN),
            pays_fen=pl.when(known).then(_PRICE_FEN - best),
            covered_from=pl.when(refusal.is_null()).then(start),
            covered_until=pl.when(refusal.is_null()).then(pl.lit(_PERIOD_LAST)),
            refusal_code=refusal,
        )
        .drop("_way", "_start", "_refusal", "_best", "_open")
    )


def _holds(category: str) -> pl.Expr:
    return pl.col("categories").list.contains(category)


def _is(trait: str) -> pl.Expr:
    return pl.col("traits").list.contains(trait)


def _best_fen() -> pl.Expr:
    offers = [pl.when(_holds(name)).then(fen) for name, fen in _GIVEN_FEN.items()]  # the best first
    return pl.coalesce(*offers, pl.lit(0))


_paid, _born, _employee = pl.col("paid_on"), pl.col("born_on"), pl.col("employee_scheme")
_left = _employee.struct.field("left_on")


def _way() -> pl.Expr:
    """Which way in, by its place in the notice; 0 for none."""
    late = _paid.is_between(_PERIOD, _PERIOD_LAST)
    long_ago = _left.dt.offset_by("3mo1d") <= _paid
    months, back_paid = _employee.struct.field("months"), _employee.struct.field("back_paid")
    by_day_90 = _paid <= _born + pl.duration(days=90)
    return (
        pl.when(late & _is("返乡农民工") & (_paid <= _RETURNING_UNTIL)).then(1)
        .when(late & (_born <= _paid) & by_day_90).then(2)
        .when(late & (_born >= _WINDOW) & ~by_day_90).then(3)
        .when(late & (_is("退役军人") | _is("退役军人未就业配偶"))).then(4)
        .when(late & (months >= 24) & ~back_paid & ~long_ago).then(5)
        .when(late & (pl.col("_best") > 0)).then(6)
        .when(late & long_ago).then(7)
        .when(late & ~long_ago).then(8)
        .otherwise(0)
    )  # fmt: skip


def _start(way: pl.Expr) -> pl.Expr:
    next_day = _paid + pl.duration(days=1)
    return (
        pl.when(way == 0).then(pl.max_horizontal(pl.lit(_PERIOD), _born))
        .when(way.is_in([1, 3])).then(pl.max_horizontal(next_day, _born))
        .when(way == 2).then(pl.max_horizontal(_born, pl.lit(_PERIOD)))
        .when(way.is_in([4, 5, 6])).then(pl.max_horizontal(_paid, _born))
        .when(way == 7).then(pl.max_horizontal(_paid.dt.offset_by("6mo"), _born))
    )  # fmt: skip


def _refusal(way: pl.Expr, start: pl.Expr) -> pl.Expr:
    still_employed = _employee.is_not_null() & ~(_left <= _paid).fill_null(value=False)
    may_enrol = ~_is("外地户籍") | _is("居住证") | _is("进城务工")
    return (
        pl.when(still_employed).then(pl.lit("in_employee_scheme"))
        .when(~may_enrol).then(pl.lit("not_eligible"))
        .when((way == 0) & (_paid < _WINDOW)).then(pl.lit("window_not_open"))
        .when((way == 0) & (_paid > _WINDOW_LAST)).then(pl.lit("window_closed"))
        .when(start > _PERIOD_LAST).then(pl.lit("starts_after_period"))
    )  # fmt: skip
