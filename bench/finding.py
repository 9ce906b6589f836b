"""A clerk finds a family of a county of 1.1 million: the whole page, against the bare sentences that look up the same rows.

Each kind of text is typed for people drawn from the register, by a clerk of their village, of their town and of the county; `one`
is a single character or letter, which is the most that an index can be asked to skip. The bare sentences are the owner's:
no scope, no ticket, no page, no record; the same index and the same limit.
"""

from collections.abc import Iterator
from functools import partial
from statistics import median, quantiles
from typing import Any

import polars as pl
from django.core.management import call_command
from django.db import connections
from django.test import Client

from bench.county import owner, sample_county
from bench.result import Result, scaled, seconds
from canbao.access.models import Role, Staff
from canbao.access.scope import Scope, within
from canbao.access.sealing import person_token, phone_token
from canbao.register.queries import FOUND_AT_MOST

PEOPLE = 1_141_677
DRAWN = 40
_LAST = "\U0010ffff"
_SPELLED = """SELECT w.word FROM register_word w JOIN register_resident r ON r.id = w.resident_id
               WHERE r.person_token = %s AND w.word ~ '^[a-z]+$' ORDER BY 1 LIMIT 1"""
_ROWS = """SELECT h.id, h.code, string_agg(r.name, '、' ORDER BY r.id) FROM register_household h JOIN register_resident r ON r.household_id = h.id
            WHERE h.id = ANY (%s) GROUP BY h.id"""
_BARE = {
    "number": "SELECT household_id FROM register_resident WHERE person_token = %s",
    "phone": "SELECT household_id FROM register_resident WHERE phone_token = %s AND division >= %s AND division < %s LIMIT %s",
    "name": "SELECT household_id FROM register_resident WHERE name >= %s AND name < %s AND division >= %s AND division < %s ORDER BY name LIMIT %s",
    "word": "SELECT household_id FROM register_word WHERE word >= %s AND word < %s AND division >= %s AND division < %s ORDER BY word LIMIT %s",
}


def measure() -> Result:
    with sample_county(100 * scaled(PEOPLE, 300) / PEOPLE) as sample:
        call_command("collectstatic", interactive=False, verbosity=0)
        population = sample.people.height
        detail: dict[str, Any] = {"people": population, "drawn": DRAWN}
        pages, bare = [], []
        for place, digits in (("village", 12), ("town", 9), ("county", 6)):
            inside = sample.villages[len(sample.villages) // 2][:digits]
            client, people = _client(sample.county, inside), _drawn(sample.people, inside)
            detail[place] = {}
            for kind in ("number", "phone", "name", "part", "initials", "one"):
                took, floor = [], []
                for text in (text for one in people for text in _texts(kind, one)):
                    took.append(seconds(partial(_asked, client, text)))
                    floor.append(seconds(partial(_barely, kind, text, inside)))
                detail[place][f"{kind}_ms"] = {
                    "middle": _ms(median(took)),
                    "slowest_in_twenty": _ms(quantiles(took, n=20)[-1]),
                    "most": _ms(max(took)),
                    "bare": _ms(median(floor)),
                }
                pages += took
                bare += floor
    return Result(
        "finding",
        ratio=median(one / other for one, other in zip(bare, pages, strict=True)),
        against="the bare sentences that look up the same rows, as the owner",
        detail=detail,
    )


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _client(county: str, inside: str) -> Client:
    """Somebody who works for this place."""
    role = {12: Role.VILLAGE_CLERK, 9: Role.TOWNSHIP, 6: Role.COUNTY}[len(inside)]
    with within(Scope(county, "staff:xian")):
        staff = Staff.objects.filter(role=role, division__startswith=inside).order_by("username").first()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _drawn(people: pl.DataFrame, inside: str) -> list[dict[str, Any]]:
    here = people.filter(pl.col("village_code").str.starts_with(inside) & pl.col("phone").is_not_null())
    return here.sample(min(DRAWN, here.height), seed=7).rows(named=True)


def _texts(kind: str, one: dict[str, Any]) -> Iterator[str]:
    if kind == "number":
        yield one["number"]
    elif kind == "phone":
        yield one["phone"][-4:]
    elif kind == "name":
        yield one["name"]
    elif kind == "part":
        yield one["name"][1:]
    else:
        spelled = "".join(word for (word,) in owner(_SPELLED, person_token(one["number"])))
        yield from (spelled,) if kind == "initials" else (spelled[:1], one["name"][0], one["name"][-1])


def _asked(client: Client, text: str) -> None:
    answer = client.post("/households/", {"text": text})
    if answer.status_code not in {200, 302}:
        raise AssertionError(f"{answer.status_code} where somebody is sought")


def _barely(kind: str, text: str, inside: str) -> None:
    division = inside.ljust(12, "0")
    after = str(int(division) + 10 ** (12 - len(inside))).zfill(12)
    most = FOUND_AT_MOST
    with connections["owner"].cursor() as cursor:
        if kind == "number":
            cursor.execute(_BARE["number"], [person_token(text)])
        elif kind == "phone":
            cursor.execute(_BARE["phone"], [phone_token(text), division, after, most])
        else:
            ways = {"name": ["name"], "part": ["word"], "initials": ["word"]}.get(kind, ["name", "word"])
            for way in ways:
                cursor.execute(_BARE[way], [text, text + _LAST, division, after, most])
        cursor.execute(_ROWS, [[row[0] for row in cursor.fetchall()]])
        cursor.fetchall()
