"""A county of its own for a measure: a database that is made, filled with invented people, and thrown away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from canbao.access.clock import now
from canbao.access.scope import Scope, within
from canbao.access.sealing import person_token
from canbao.config.sample.county import Sample, load_county
from canbao.config.setup import set_up_database
from canbao.policy import load_pack
from canbao.rosters.models import Roster

PACK = "suixi-2022"
DAY = date(2021, 11, 15)
WHOLE = Scope(division="340621", actor="staff:xian")  # who opens the campaign


@contextmanager
def sample_county(percent: float) -> Iterator[Sample]:
    """`percent` of 濉溪县's people on the register, with their categories; the campaign is published, not open."""
    with _database(f"canbao_bench_{os.getpid()}"):
        set_up_database()
        sample = load_county(load_pack(PACK), percent=percent, password="kept for the bench alone", on=DAY)
        with within(WHOLE):
            _hold_categories(sample)
            yield sample


def owner(statement: str, *parameters: object) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, list(parameters) or None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def _database(name: str) -> Iterator[None]:
    before = settings.DATABASES["owner"]["NAME"]
    _maintain("DROP DATABASE IF EXISTS {}", name)
    _maintain("CREATE DATABASE {}", name)
    _point_at(name)
    try:
        yield
    finally:
        _point_at(before)
        _maintain("DROP DATABASE {}", name)  # not by force: that may not send autovacuum away, and this does


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _maintain(statement: str, name: str) -> None:
    given = settings.DATABASES["owner"]
    with psycopg.connect(
        host=given["HOST"], port=given["PORT"], user=given["USER"], password=given["PASSWORD"], dbname="postgres", autocommit=True
    ) as db:  # fmt: skip
        db.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _hold_categories(sample: Sample) -> None:
    """What four departments' rosters would have brought, as one confirmed roster."""
    held = sample.people.select("number", "categories").explode("categories").drop_nulls()
    roster = Roster.objects.create(
        county=sample.county, department="民政部门", cut_off_on=DAY, file_name="bench", file_digest="bench", imported_by="minzheng",
        confirmed_at=now(), confirmed_by="xian",
    )  # fmt: skip
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE held (token bytea, category text)")
        with cursor.copy("COPY held FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["bytea", "text"])
            for number, category in held.iter_rows():
                copy.write_row((person_token(number), category))
        cursor.execute(
            """INSERT INTO rosters_holding (county, division, resident_id, household_id, category, grade, since, roster_id)
               SELECT r.county, r.division, r.id, r.household_id,
                      CASE h.category WHEN '城乡低收入家庭重度残疾人' THEN '低收入家庭重度残疾人' ELSE h.category END,
                      CASE h.category WHEN '城乡低收入家庭重度残疾人' THEN '一级' ELSE '' END, '2021-09-30', %s
                 FROM held h JOIN register_resident r ON r.person_token = h.token""",
            [roster.pk],
        )
        cursor.execute("DROP TABLE held")
    owner("VACUUM ANALYZE")
