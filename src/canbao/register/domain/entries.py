"""What people type for the register, as it may be kept: short, writable, and without anybody's long number.

Numbers themselves are checked by `kernel.identity` and sealed; these are the texts beside them.
"""

import unicodedata
from datetime import date
from typing import Any

from canbao.kernel.long_numbers import has_long_number
from canbao.register.models import Change, Household, Resident
from canbao.register.refusals import (
    DetailNotPossible,
    GroundMissing,
    NameMissing,
    NumberInText,
    PapersMissing,
    TextNotWritable,
    TextTooLong,
)

_UNWRITABLE = frozenset({"Cc", "Cs"})  # control characters, NUL among them, and halves of characters
_SEXES = ("男", "女", "")
HEAD = "户主"


def ground_of(why: str) -> str:
    """Why something is changed, as it is kept for ever. Says no: `GroundMissing`, then like `_text`."""
    why = " ".join(why.split())
    if not why:
        raise GroundMissing
    return _text(Change, "why", why)


def name_of(name: str) -> str:
    """A name without its blanks; "" stays "". Says no like `_text`."""
    return _text(Resident, "name", "".join(name.split()))


def name_of_somebody_new(name: str, *, whose: str = "") -> str:
    """Nobody is registered without a name. `whose` says where it stands, such as 第3人的. Says no: `NameMissing`, then like
    `_text`.
    """
    name = "".join(name.split())
    if not name:
        raise NameMissing(whose=whose)
    return _text(Resident, "name", name, whose=whose)


def relation_of(relation: str) -> str:
    """How somebody is related to the head of the household, without blanks. Says no like `_text`."""
    return _text(Resident, "relation", "".join(relation.split()))


def papers_of(papers: str) -> str:
    """What somebody without a number has: papers, and who vouches. Says no: `PapersMissing`, then like `_text`."""
    papers = " ".join(papers.split())
    if not papers:
        raise PapersMissing
    return _text(Resident, "papers", papers)


def address_of(address: str) -> str:
    """Where a household lives. Says no like `_text`."""
    return _text(Household, "address", " ".join(address.split()))


def details_of(resident: Resident, details: dict[str, Any]) -> dict[str, Any]:
    """Corrected columns, each one that the register can hold. Says no: `DetailNotPossible`, and for texts like `_text`."""
    details = dict(details)
    if "relation" in details:
        details["relation"] = relation_of(details["relation"])
    if "papers" in details:
        details["papers"] = papers_of(details["papers"])
    hukou = dict(Resident.Hukou.choices)
    _check_one_of(resident, details, "sex", _SEXES, "男、女，或不填")
    _check_one_of(resident, details, "hukou", tuple(hukou), "、".join(hukou.values()))
    if "born_on" in details and not isinstance(details["born_on"], date):
        raise DetailNotPossible(who=resident.name, what=_label(Resident, "born_on"), choices="年月日")
    return details


def _check_one_of(
    resident: Resident, details: dict[str, Any], column: str, possible: tuple[str, ...], said: str
) -> None:
    if column in details and details[column] not in possible:
        raise DetailNotPossible(who=resident.name, what=_label(Resident, column), choices=said)


def _text(model: type[Change | Household | Resident], column: str, text: str, *, whose: str = "") -> str:
    """Says no, in this order: `TextNotWritable`, `TextTooLong`, `NumberInText`. None of them repeats the text."""
    what, most = whose + _label(model, column), model._meta.get_field(column).max_length
    if any(unicodedata.category(character) in _UNWRITABLE for character in text):
        raise TextNotWritable(what=what)
    if len(text) > most:
        raise TextTooLong(what=what, seen=len(text), most=most)
    if has_long_number(text):
        raise NumberInText(what=what)
    return text


def _label(model: type[Change | Household | Resident], column: str) -> str:
    return str(model._meta.get_field(column).verbose_name)
