"""Assessments as columns: what a table gains, in which shapes, and one column of some answers."""

from collections.abc import Collection, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pyarrow as pa

from canbao.kernel.fen import yuan
from canbao.kernel.refusal import must
from canbao.policy.assessment import Assessment
from canbao.policy.facts import BadFacts
from canbao.policy.pack import Pack

_TEXT, _FEN = pa.string(), pa.int64()
_SHARE = pa.struct({"payer": _TEXT, "fen": _FEN, "clause": _TEXT, "category": _TEXT, "line": _TEXT})
_WAIVER = pa.struct({"fen": _FEN, "clause": _TEXT, "category": _TEXT, "line": _TEXT})
_LINE = pa.struct({"line": _TEXT, "individual_fen": _FEN, "pays_fen": _FEN, "government_fen": _FEN, "clause": _TEXT})
_REFUND = pa.struct({"reason": _TEXT, "allowed": pa.bool_(), "of": _TEXT, "says": _TEXT, "clause": _TEXT})
SHAPES: dict[str, pa.DataType] = {
    "individual_fen": _FEN,
    "pays_fen": _FEN,
    "shares": pa.list_(_SHARE),
    "government_fen": _FEN,
    "covered_from": pa.date32(),
    "covered_until": pa.date32(),
    "refusal": pa.struct({"code": _TEXT, "says": _TEXT, "clause": _TEXT, "remedy": _TEXT}),
    "unknown": pa.list_(pa.struct({"what": _TEXT, "ask": _TEXT, "clause": _TEXT})),
    "assumptions": pa.list_(pa.struct({"what": _TEXT, "clause": _TEXT})),
    "bill_lines": pa.list_(_LINE),
    "waived": pa.list_(_WAIVER),
    "paid_back": pa.list_(_SHARE),
    "enjoys": _TEXT,
    "incentives": pa.list_(pa.struct({"what": _TEXT, "fen": _FEN, "clause": _TEXT})),
    "refund_answer": _REFUND,
    "price_clause": _TEXT,
}
"""What a table gains: an assessment's fields, amounts in fen, what is unknown null."""
PARTS: dict[str, pa.DataType] = {
    f"{name}.{shape.field(at).name}": shape.field(at).type
    for name, shape in SHAPES.items()
    if pa.types.is_struct(shape)
    for at in range(shape.num_fields)
}
"""One part of an answer, such as the code of a refusal, for who wants just that."""
IN_YUAN = {"individual": "individual_fen", "pays": "pays_fen", "government": "government_fen"}
"""What a file gains besides: amounts as text in yuan, under the names that an assessment has in JSON."""
_FIELD_OF = {"bill_lines": "lines", "refund_answer": "refund"}  # the short names are those of facts


def names_added(
    pack: Pack, given: Collection[str], wanted: Collection[str] | None = None, *, also: Collection[str] = ()
) -> list[str]:
    """The columns that a table with these columns gains: those of every notice, and those that this one needs.

    Or those that are wanted; `also` may be wanted, too. Raises `BadFacts` where the table has such columns already, or
    an answer has none.
    """
    must(not isinstance(wanted, str), "a text is no list of names")
    possible = [*SHAPES, *PARTS, *also]
    unknown = [name for name in wanted or () if name not in possible]
    if unknown:
        raise BadFacts("、".join(unknown), f"结果里没有这样的列；可用：{'、'.join(possible)}")
    packs = [pack]
    while packs[-1].before is not None:  # who paid before an amendment is answered by what it amends
        packs.append(packs[-1].before)
    needed = {
        "bill_lines": any(one.lines for one in packs),
        "waived": any(rule.is_waiver for one in packs for rule in one.subsidies),
        "paid_back": any(rule.paid_back for one in packs for rule in one.subsidies),
        "enjoys": any(standard.enjoys for one in packs for standard in one.standards),
        "incentives": any(one.incentives for one in packs),
        "refund_answer": "refund" in given,
    }
    names = [name for name in possible if (needed.get(name, name in SHAPES) if wanted is None else name in wanted)]
    taken = [name for name in names if name in given]
    if taken:
        raise BadFacts("、".join(taken), "人口表里已有这些列，结果无处可写，请先改名")
    return names


def column_of(name: str, answers: Sequence[Assessment]) -> pa.Array:
    """One field of these answers."""
    if name in IN_YUAN:
        amounts = (getattr(answer, IN_YUAN[name]) for answer in answers)
        return pa.array([None if fen is None else yuan(fen) for fen in amounts], _TEXT)
    whole, _, part = name.partition(".")
    values = [getattr(answer, _FIELD_OF.get(whole, whole)) for answer in answers]
    if part:
        return pa.array([value and getattr(value, part) for value in values], PARTS[name])
    return pa.array([_plain(value) for value in values], SHAPES[name])


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if not is_dataclass(value):
        return value
    return {field.name: getattr(value, field.name) for field in fields(value)}
