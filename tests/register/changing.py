"""Somebody of the staff changes the register, and takes it back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection

from canbao.register.domain.residents import register_newborn
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Resident
from tests.county import IN_THE_WINDOW, County, number, signed_in

TODAY = IN_THE_WINDOW.date()
BORN = date(2021, 10, 20)
NEW = number(date(1999, 9, 9), 99)
MERGED = """SELECT set_config('register.change', '{"kind": "details", "on": "2021-11-15", "why": "并村", "by": "test",
    "at": "2021-11-15T10:00:00+08:00"}', true);"""


def does(county: County, what: Callable[..., Change], who: str | Resident, *args: Any, by: str = "clerk", **rest: Any) -> Change:  # fmt: skip
    """Somebody of the staff changes the register, signed in as themselves."""
    resident = county.person(who) if isinstance(who, str) else who
    rest = {"why": "看了户口簿", "at": IN_THE_WINDOW} | rest
    with signed_in(by):
        return what(resident, *args, by=county.staff(by), **rest)


def takes_back(county: County, change: Change, *, by: str = "clerk") -> Change:
    with signed_in(by):
        return undo(change, by=county.staff(by), why="登记错了", at=IN_THE_WINDOW)


def newborn(county: County, name: str = "赵大宝宝", *, sex: str = "男", order: int = 1) -> Resident:
    with signed_in("clerk"):
        return register_newborn(guardian=county.person("赵大"), name=name, sex=sex, born_on=BORN, order_of_birth=order)


def row_of(resident: Resident) -> dict[str, Any]:
    """The whole row as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r)::text FROM register_resident r WHERE id = %s", [resident.pk])
        return cursor.fetchone()[0]
