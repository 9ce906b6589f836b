"""People and households in bulk: a county's register arrives as a table and is written as a set.

COPY into a staging table, then one INSERT … SELECT for each real table: the guards of the real tables hold for every
row, and a row that breaks a constraint takes the whole load back.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from canbao.access.sealing import person_token, phone_token, seal
from canbao.kernel.refusal import must
from canbao.register.domain.entries import name_of_somebody_new
from canbao.register.refusals import NoCommittee

MOST_NAMED = 10  # villages in one sentence


@dataclass(frozen=True, slots=True)
class NewPerson:
    """One person as a register brings them. `number` is normalised and checked (`kernel.identity`)."""

    village: str  # 12-digit code; the household's money goes to that village's committee
    household_code: str
    name: str
    relation: str
    sex: str
    born_on: date
    number: str
    number_kind: str
    passbook_account: str | None = None
    tier: str | None = None
    phone: str | None = None
    hukou: str = "registered"
    circumstances: dict[str, Any] = field(default_factory=dict)
    enrolled_last_year: bool = False


_STAGE = """CREATE TEMP TABLE register_stage (
    village text, household_code text, passbook text, tier text, name text, relation text, sex text, born_on date,
    number_kind text, number_sealed bytea, number_tail text, token bytea, phone_sealed bytea, phone_token bytea, hukou text, circumstances jsonb,
    last_year boolean) ON COMMIT DROP"""

_WITHOUT_COMMITTEE = """
SELECT s.village, d.name, count(*) FROM register_stage s LEFT JOIN divisions_division d ON d.code = s.village
 WHERE NOT EXISTS (SELECT FROM divisions_collectingunit u WHERE u.division = s.village AND u.kind = 'village' AND u.until IS NULL)
 GROUP BY s.village, d.name ORDER BY s.village"""

_HOUSEHOLDS = """
INSERT INTO register_household (county, division, unit_id, code, passbook_account, tier, address)
SELECT DISTINCT ON (s.household_code) left(s.village, 6), s.village, u.id, s.household_code, s.passbook, s.tier, ''
  FROM register_stage s JOIN divisions_collectingunit u ON u.division = s.village AND u.kind = 'village' AND u.until IS NULL
 ORDER BY s.household_code
    ON CONFLICT (county, code) DO NOTHING"""

_RESIDENTS = """
INSERT INTO register_resident (county, division, household_id, name, relation, sex, born_on, number_kind, number_sealed, number_tail,
       person_token, phone_sealed, phone_token, hukou, circumstances, enrolled_last_year)
SELECT left(s.village, 6), s.village, h.id, s.name, s.relation, s.sex, s.born_on, s.number_kind, s.number_sealed, s.number_tail,
       s.token, s.phone_sealed, s.phone_token, s.hukou, s.circumstances, s.last_year
  FROM register_stage s JOIN register_household h ON h.county = left(s.village, 6) AND h.code = s.household_code"""


@transaction.atomic
def add_people(people: Iterable[NewPerson]) -> int:
    """Write people and the households they are the first of: all of them, or none. Returns how many people.

    Says no: what is wrong with a name (`entries.name_of_somebody_new`), with whose in the order of the list; `NoCommittee`,
    naming the villages. Raises `IntegrityError` when a number is on the register already: one number, one person (R-11).
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(
            "COPY register_stage FROM STDIN (FORMAT binary)"  # binary: bytea without hexadecimal in between
        ) as copy:
            copy.set_types(
                [
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "text",
                    "date",
                    "text",
                    "bytea",
                    "text",
                    "bytea",
                    "bytea",
                    "bytea",
                    "text",
                    "jsonb",
                    "bool",
                ]
            )
            for row in _rows(people):
                copy.write_row(row)
        cursor.execute("ANALYZE register_stage")
        cursor.execute(_WITHOUT_COMMITTEE)
        if without := cursor.fetchall():
            villages = [f"{name or ''}（{village}）" for village, name, _ in without[:MOST_NAMED]]
            villages += ["…"] if len(without) > MOST_NAMED else []
            raise NoCommittee(villages="、".join(villages), people=sum(people for *_, people in without))
        cursor.execute(_HOUSEHOLDS)
        cursor.execute(_RESIDENTS)
        added = int(cursor.rowcount)
        cursor.execute("SELECT count(*) FROM register_stage")
        must(cursor.fetchone()[0] == added, "everybody on the list is on the register")
        return added


def _rows(people: Iterable[NewPerson]) -> Iterator[tuple[Any, ...]]:
    from psycopg.types.json import Jsonb

    plain = Jsonb({})
    for nth, person in enumerate(people, start=1):
        yield (
            person.village, person.household_code, person.passbook_account, person.tier,
            name_of_somebody_new(person.name, whose=f"第{nth}人的"), person.relation, person.sex, person.born_on,
            person.number_kind, seal(person.number), person.number[-4:], person_token(person.number),
            seal(person.phone, purpose="phone") if person.phone else None, phone_token(person.phone or ""), person.hukou,
            Jsonb(person.circumstances, dumps=_dumps) if person.circumstances else plain, person.enrolled_last_year,
        )  # fmt: skip


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
