"""Whoever owns the database can alter anything in it, and is found: row by row, or by the record that was printed."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction

from canbao.access.fingerprints import Altered, How, altered, take_fingerprints
from canbao.access.models import Record
from canbao.access.scope import Scope, within
from canbao.collection.models import Payment, Receipt, Refund
from canbao.ledger.models import Transfer
from tests.collection.crowd import crowd
from tests.collection.paying import money, order, pay, tell
from tests.collection.racing import as_application, as_owner
from tests.county import COUNTY, VILLAGE, County, signed_in
from tests.desks import approve, review

NIGHT = "system:nightly"
CHANGED = {
    "bigint": "{} + 1", "integer": "{} + 1", "date": "{} + 1", "timestamp with time zone": "{} + interval '1 second'",
    "uuid": "gen_random_uuid()", "jsonb": """'{{"altered": true}}'::jsonb""", "boolean": "NOT {}",
    "character varying": "left({}, 1) || 'x'", "text": "{} || 'x'",
}  # fmt: skip


@contextmanager
def as_intruder(*tables: str) -> Iterator[None]:
    """The owner with the guards of these tables off, and on again when all is done."""
    for table in tables:
        as_owner(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        as_owner(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def written_once() -> dict[str, dict[str, str]]:
    """By table under guard, the type of each column that never changes."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """SELECT o."table", a.attname, format_type(a.atttypid, NULL) FROM access_written_once() o
                 JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(o."table")) AND a.attname = ANY (o.columns)"""
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in cursor.fetchall():
            found.setdefault(table, {})[column] = kind
        return found


def rows_of(tables: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    with connections["owner"].cursor() as cursor:
        found = []
        for table in sorted(tables):
            cursor.execute(f"SELECT id::text FROM {table} WHERE county = %s ORDER BY 1", [COUNTY])
            found += [(table, row) for (row,) in cursor.fetchall()]
        return found


def foreign_keys_off() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace")  # fmt: skip
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def altered_by_hand(table: str, row: str, columns: dict[str, str], draw: random.Random) -> bool:
    """One column of the row, whichever the constraints let through. False: none."""
    names = sorted(name for name, kind in columns.items() if name != "id" and kind in CHANGED)
    for name in draw.sample(names, len(names)):
        try:
            with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
                new = CHANGED[columns[name]].format(f'"{name}"')
                cursor.execute(
                    f'UPDATE {table} SET "{name}" = {new} WHERE id::text = %s AND "{name}" IS NOT NULL', [row]
                )
                if cursor.rowcount:
                    return True
        except DatabaseError:
            continue
    return False


def gone_by_hand(table: str, row: str) -> None:
    as_owner(f"DELETE FROM {table} WHERE id::text = %s", [row])


def busy(county: County, people: int = 45) -> None:
    orders = crowd(county, people)
    tell(*(money(one) for one in orders))
    pay(county, "赵家")
    tell(money(order(county, "钱家")), money(order(county, "钱家")))  # paid twice: somebody is owed


def test_two_hundred_altered_rows_are_all_found_and_no_other(real_county: County) -> None:
    busy(real_county)
    assert take_fingerprints(COUNTY, actor=NIGHT) > 300
    assert altered(COUNTY) == []
    draw = random.Random(20211231)
    tables = written_once()
    chosen = draw.sample(rows_of(tables), 200)
    foreign_keys_off()

    expected = set()
    with as_intruder(*tables):
        for table, row in chosen:
            if draw.random() < 0.6 and altered_by_hand(table, row, tables[table], draw):
                expected.add((table, row, How.ALTERED))
            else:
                gone_by_hand(table, row)
                expected.add((table, row, How.GONE))

    found = altered(COUNTY)
    assert {(one.table, one.row, one.how) for one in found} == expected
    assert len(found) == 200
    assert {how for _, _, how in expected} == {How.ALTERED, How.GONE}


def test_without_fingerprints_nobody_would_know(real_county: County) -> None:
    busy(real_county, 1)
    with as_intruder("ledger_transfer"):
        as_owner("UPDATE ledger_transfer SET amount_fen = amount_fen + 1")

    assert altered(COUNTY) == []


def test_what_is_named_first_was_written_first(real_county: County) -> None:
    pay(real_county, "赵家")
    take_fingerprints(COUNTY, actor=NIGHT)
    pay(real_county, "周家")
    take_fingerprints(COUNTY, actor=NIGHT)
    first, last = Payment.objects.order_by("noted_at", "pk").values_list("pk", flat=True)[:2]
    of_first = Payment.objects.get(household_id=real_county.household("赵家").pk).pk
    with as_intruder("collection_payment"):
        as_owner("UPDATE collection_payment SET paid_on = paid_on - 1")

    assert {first, last} == {*Payment.objects.values_list("pk", flat=True)}
    assert altered(COUNTY, at_most=1) == [Altered(1, "collection_payment", str(of_first), How.ALTERED)]
    assert [one.taken for one in altered(COUNTY)] == [1, 2]


def test_what_may_change_may_change(real_county: County) -> None:
    """A refund is reviewed, a receipt is printed, a household's village becomes another: nobody is accused."""
    busy(real_county, 1)
    take_fingerprints(COUNTY, actor=NIGHT)
    refund = Refund.objects.order_by("pk")[0]
    approve(review(refund, by=real_county.staff("county")), by=real_county.staff("tax"))
    Receipt.objects.update(prints=1)

    assert Refund.objects.get(pk=refund.pk).state == "approved"
    assert altered(COUNTY) == []


def test_who_takes_the_fingerprint_anew_is_found_by_the_record(real_county: County) -> None:
    pay(real_county, "赵家")
    take_fingerprints(COUNTY, actor=NIGHT)
    with as_intruder("ledger_transfer", "access_fingerprints"):
        as_owner("UPDATE ledger_transfer SET amount_fen = amount_fen + 1")
        as_owner("DELETE FROM access_fingerprints WHERE \"table\" = 'ledger_transfer'")
    with within(Scope(division=COUNTY, actor=NIGHT)):
        take_fingerprints(COUNTY, actor=NIGHT)

    assert altered(COUNTY) == [Altered(1, "ledger_transfer", "", How.FINGERPRINTS)]


def test_a_guard_that_is_switched_off_shows(real_county: County) -> None:
    pay(real_county, "赵家")
    take_fingerprints(COUNTY, actor=NIGHT)
    as_owner("ALTER TABLE ledger_transfer DISABLE TRIGGER kept_but")
    as_owner("DROP TRIGGER append_only ON collection_orderline")

    assert [(one.table, one.how) for one in altered(COUNTY)] == [
        ("collection_orderline", How.GUARD), ("ledger_transfer", How.GUARD),
    ]  # fmt: skip


def test_a_column_that_comes_later_accuses_nobody_and_one_that_goes_is_said(real_county: County) -> None:
    pay(real_county, "赵家")
    take_fingerprints(COUNTY, actor=NIGHT)
    as_owner("ALTER TABLE ledger_transfer ADD COLUMN remark text DEFAULT 'new'")
    assert altered(COUNTY) == []
    pay(real_county, "周家")
    take_fingerprints(COUNTY, actor=NIGHT)
    assert altered(COUNTY) == []

    as_owner("ALTER TABLE ledger_transfer DROP COLUMN remark")
    assert [(one.taken, one.table, one.how) for one in altered(COUNTY)] == [(2, "ledger_transfer", How.COLUMNS)]


def test_each_row_has_one_fingerprint_however_often_they_are_taken(real_county: County) -> None:
    pay(real_county, "赵家")
    assert take_fingerprints(COUNTY, actor=NIGHT) > 0
    assert take_fingerprints(COUNTY, actor=NIGHT) == 0

    told = Record.objects.filter(verb="fingerprints.taken").order_by("position").values_list("detail", flat=True)
    assert [(one["taken"], one["rows"] > 0) for one in told] == [(1, True), (2, False)]
    assert Transfer.objects.count() == told[0]["tables"]["ledger_transfer"][0]


def test_the_clock_of_whoever_asks_does_not_matter(real_county: County) -> None:
    pay(real_county, "赵家")
    take_fingerprints(COUNTY, actor=NIGHT)
    with connection.cursor() as cursor:
        cursor.execute("SET timezone = 'America/New_York'")

    assert altered(COUNTY) == []


def test_a_clerk_neither_takes_nor_reads_them(real_county: County) -> None:
    clerk = Scope(division=VILLAGE, actor="staff:clerk")
    for statement in ("SELECT access_take_fingerprints(%s, 'staff:clerk')", "SELECT * FROM access_altered(%s, 1)"):
        with pytest.raises(ProgrammingError, match="work for the whole county"):
            as_application(clerk, statement, [COUNTY])
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_application(clerk, "SELECT * FROM access_fingerprints")


def test_nobody_plants_a_false_alarm(real_county: County) -> None:
    planted = """SELECT access_record(%s, 'staff:county', 'fingerprints.taken', 'x', '{"taken": 1, "tables": {"x": [1, "ff"]}}')"""
    with pytest.raises(ProgrammingError, match="put on record by who takes them"):
        as_application(Scope(division=COUNTY, actor="staff:county"), planted, [COUNTY])
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_application(
            Scope(division=COUNTY, actor="staff:county"),
            planted.replace("access_record(", "access_add_link("),
            [COUNTY],
        )


def test_nobody_takes_them_in_somebody_elses_name(real_county: County) -> None:
    with pytest.raises(ProgrammingError, match="cannot speak for"), signed_in("county"):
        take_fingerprints(COUNTY, actor="staff:clerk")
