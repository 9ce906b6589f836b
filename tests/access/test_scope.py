"""What SQL under the application's role can see: their own village and nothing else, whatever the query.

No Python filter stands in these tests. They ask every table that has a household or a division, and each of them has
a row elsewhere that could leak.
"""

import hmac
import time
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction

from canbao.access.scope import Scope, current_scope, within
from canbao.collection.domain.remittances import hand_in
from canbao.register.models import Resident
from canbao.rosters.models import Roster, RosterRow
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, tell
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, everybody, hold

# Tables with a division that everybody who may connect may read, and why.
PUBLIC = {
    "divisions_collectingunit": "names of village committees",
    "enrolment_target": "printed in the notice",
    "access_staff": "whoever signs in must be found before anybody knows where they belong",
}
# Lines have neither column: they show with what they are lines of.
LINES = {
    "collection_orderline": ("order_id", "collection_order"),
    "collection_settledline": ("payment_id", "collection_payment"),
    "collection_receiptline": ("receipt_id", "collection_receipt"),
}


@pytest.fixture
def busy_county(real_county: County) -> County:
    """In both villages somebody ordered, paid by phone and in cash, paid twice, was put on a list, and cash was handed in."""
    for household, clerk, village, people in (("周家", "clerk", VILLAGE, 1), ("郑家", "neighbour", OTHER_VILLAGE, 1)):
        asked = order(real_county, household)
        take(real_county, household, by=clerk)
        tell(money(asked))  # they had paid in cash already
        hand_in(
            remittance_id=uuid4(), campaign=real_county.campaign, unit=real_county.unit(village), certificate=village, people=people,
            amount_fen=32000, period_from=IN_THE_WINDOW.date(), period_until=IN_THE_WINDOW.date(), by=real_county.staff(clerk),
            on=IN_THE_WINDOW.date(),
        )  # fmt: skip
    tell(money(order(real_county, "钱家")))
    roster = hold({"周归": "低保对象", "郑邻": "低保对象"}, on=IN_THE_WINDOW.date())
    put_rows_on(roster, real_county, "周归", "郑邻")
    return real_county


def put_rows_on(roster: Roster, county: County, *names: str) -> None:
    for row, name in enumerate(names, 2):
        resident = county.person(name)
        RosterRow.objects.create(
            county=COUNTY, roster=roster, row=row, name=name, category_text="低保", outcome="taken", why="",
            resident=resident, division=resident.division,
        )  # fmt: skip


def guarded_tables() -> dict[str, set[str]]:
    """Every table that has a household or a division, by its name: which of the two columns it has."""
    with connections["owner"].cursor() as owner:
        owner.execute(
            """SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped
                  AND a.attname IN ('household_id', 'division') GROUP BY c.relname"""
        )
        return {table: set(columns) for table, columns in owner.fetchall() if table not in PUBLIC}


def count(sql: str, *parameters: object, alias: str = "default") -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {sql}", list(parameters))
        return int(cursor.fetchone()[0])


def test_every_table_with_people_is_known_to_these_tests(busy_county: County) -> None:
    assert sorted(guarded_tables()) == [
        "collection_order", "collection_payment", "collection_receipt", "collection_refund", "collection_remittance",
        "enrolment_bill", "enrolment_enrolment", "ledger_transfer", "register_household", "register_resident",
        "rosters_holding", "rosters_rosterrow",
    ]  # fmt: skip


def test_a_clerk_sees_their_village_in_every_table_and_not_one_row_of_another(busy_county: County) -> None:
    for table, columns in guarded_tables().items():
        assert "division" in columns, table
        mine = count(f"{table} WHERE division = %s", VILLAGE, alias="owner")
        elsewhere = count(f"{table} WHERE division <> %s", VILLAGE, alias="owner")
        assert mine > 0, table
        assert elsewhere > 0, table  # something is there that could leak

        with within(Scope(VILLAGE, "staff:clerk")):
            assert count(table) == mine, table
            assert count(f"{table} WHERE division <> %s", VILLAGE) == 0, table


def test_lines_show_with_what_they_are_lines_of(busy_county: County) -> None:
    for table, (link, whole) in LINES.items():
        mine = count(f"{table} l JOIN {whole} w ON w.id = l.{link} WHERE w.division = %s", VILLAGE, alias="owner")
        everything = count(table, alias="owner")

        with within(Scope(VILLAGE, "staff:clerk")):
            assert (count(table), 0 < mine < everything) == (mine, True), table


def test_without_the_guard_a_clerk_would_see_the_other_village(busy_county: County) -> None:
    """The control: one table without row-level security, and the same question."""
    with connections["owner"].cursor() as owner:
        owner.execute("ALTER TABLE register_resident DISABLE ROW LEVEL SECURITY")

    with within(Scope(VILLAGE, "staff:clerk")):
        assert count("register_resident WHERE division = %s", OTHER_VILLAGE) > 0


def test_a_resident_sees_their_household_in_every_table_and_no_neighbour(busy_county: County) -> None:
    zhou = busy_county.household("周家").pk
    for table, columns in guarded_tables().items():
        column = "id" if table == "register_household" else "household_id" if "household_id" in columns else None
        mine = count(f"{table} WHERE {column} = %s", zhou, alias="owner") if column else 0

        with within(Scope(VILLAGE, "resident:1", household=zhou)):
            assert count(table) == mine, table
        assert (mine > 0) == (column is not None), table


@pytest.mark.parametrize("ticket", ["", None])
def test_without_a_ticket_every_guarded_table_is_empty(busy_county: County, ticket: str | None) -> None:
    connection.close()  # a new connection: nobody has said anything yet
    with connection.cursor() as db:
        if ticket is not None:
            db.execute("SELECT set_config('canbao.ticket', %s, false)", [ticket])

    assert {table: count(table) for table in [*guarded_tables(), *LINES, "access_record", "rosters_roster"]} == (
        dict.fromkeys([*guarded_tables(), *LINES, "access_record", "rosters_roster"], 0)
    )


# --- tickets ---------------------------------------------------------------------------------------------------------


def forged(scope: Scope, key: bytes = b"k" * 32) -> str:
    body = scope.ticket().rpartition("|")[0]
    return f"{body}|{hmac.new(key, body.encode(), sha256).hexdigest()}"


def altered(scope: Scope, old: str, new: str) -> str:
    return scope.ticket().replace(old, new, 1)


CLERK = Scope(VILLAGE, "staff:clerk")


@pytest.mark.parametrize(
    ("ticket", "says"),
    [
        pytest.param(lambda: forged(everybody()), "forged", id="signed-with-a-key-of-ones-own"),
        pytest.param(lambda: altered(CLERK, VILLAGE, "340621000000"), "forged", id="a-wider-range-under-the-old-signature"),
        pytest.param(lambda: altered(CLERK, "staff:clerk", "staff:county"), "forged", id="somebody-elses-name"),
        pytest.param(lambda: Scope(VILLAGE, "x", household=7).ticket().replace("|7|", "||"), "forged", id="without-the-household"),
        pytest.param(lambda: CLERK.ticket(expires_at=int(time.time()) - 1), "run out", id="outworn"),
        pytest.param(lambda: "000000000000|999999999999|||x", "not a ticket", id="too-few-fields"),
        pytest.param(lambda: "everything", "not a ticket", id="not-a-ticket"),
    ],
)  # fmt: skip
def test_a_bad_ticket_is_an_error_said_aloud(county: County, ticket: object, says: str) -> None:
    with connection.cursor() as db:
        db.execute("SELECT set_config('canbao.ticket', %s, true)", [ticket()])  # type: ignore[operator]

    with pytest.raises(ProgrammingError, match=says), transaction.atomic():
        Resident.objects.count()


def test_a_bar_in_a_name_does_not_shift_the_fields(county: County) -> None:
    with within(Scope(VILLAGE, "staff:a|9999999999|b")), connection.cursor() as db:
        db.execute("SELECT scope_actor()")
        assert db.fetchone()[0] == "staff:a/9999999999/b"


def test_a_household_that_is_numbered_nought_is_not_everybody(county: County) -> None:
    with within(Scope(VILLAGE, "resident:0", household=0)):
        assert Resident.objects.count() == 0


def test_scopes_nest_and_what_was_before_comes_back(county: County) -> None:
    whole = Resident.objects.count()
    with within(CLERK):
        village = Resident.objects.count()
        with within(Scope(OTHER_VILLAGE, "staff:neighbour")):
            assert Resident.objects.count() == 1
        assert Resident.objects.count() == village

    assert (Resident.objects.count(), whole > village > 1, current_scope()) == (whole, True, everybody())


def test_an_error_inside_comes_out_as_itself_and_the_scope_before_comes_back(county: County) -> None:
    whole = Resident.objects.count()

    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic(), within(CLERK):  # noqa: SIM117
        with connection.cursor() as db:
            db.execute("SELECT 1 / 0")

    assert (Resident.objects.count(), current_scope()) == (whole, everybody())


# --- what the application's role may not do --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM access_secret",
        "SELECT * FROM access_chainhead",
        "ALTER TABLE register_resident DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY all_of_it ON register_resident USING (true)",
        "DROP POLICY within_scope ON register_resident",
        "ALTER TABLE register_resident DISABLE TRIGGER ALL",
        "SET ROLE canbao_owner",
        "SET SESSION AUTHORIZATION canbao_owner",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (x int)",
        "CREATE FUNCTION scope_first() RETURNS text LANGUAGE sql AS $$ SELECT '0' $$",
        "CREATE OR REPLACE FUNCTION refuse(code text, words jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$ SELECT $$",
        "SELECT access_guard('register_resident', '')",
        "SELECT ledger_post(ARRAY[]::ledger_entry[])",
        "SELECT ledger_account('340621', 'treasury', 'x')",
        "SELECT enrolment_enrol(ARRAY[]::enrolment_ask[], now())",
        "SELECT collection_issue(ARRAY[]::uuid[], 'x', now())",
        "SELECT collection_voucher(ARRAY[]::bigint[], 'x', '2021-11-15', now())",
        "INSERT INTO enrolment_enrolment (county) VALUES ('340621')",
        "UPDATE enrolment_enrolment SET paid_fen = 0",
        "DELETE FROM register_resident",
        "COPY register_resident TO PROGRAM 'cat'",
    ],
)
def test_the_application_may_not(county: County, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner|must be a member|must be superuser"),
        transaction.atomic(),
        connection.cursor() as db,
    ):
        db.execute(statement)


def test_row_security_off_is_an_error_and_not_a_way_in(county: County) -> None:
    with connection.cursor() as db:
        db.execute("SET LOCAL row_security = off")

    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Resident.objects.count()


def test_a_function_of_ones_own_in_a_where_clause_sees_no_row_of_another_village(busy_county: County) -> None:
    """A cheap function is asked first, unless the guard comes before it: it would be shown the neighbour's row."""
    with within(CLERK), connection.cursor() as db:
        db.execute(
            """CREATE FUNCTION pg_temp.tell(name text, division text) RETURNS boolean COST 0.0000001 LANGUAGE plpgsql AS $$
               BEGIN RAISE NOTICE '%', division; RETURN true; END $$"""
        )
        seen: list[str] = []
        plain = connection.connection
        plain.add_notice_handler(lambda notice: seen.append(notice.message_primary))
        db.execute("SELECT count(*) FROM register_resident WHERE pg_temp.tell(name, division)")

    assert (set(seen), len(seen) > 1) == ({VILLAGE}, True)


def test_a_clerk_cannot_write_into_another_village(county: County) -> None:
    resident = county.person("郑邻")
    with within(CLERK):
        assert Resident.objects.filter(pk=resident.pk).update(name="改名") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Resident.objects.filter(name="周归").update(division=OTHER_VILLAGE)

    assert county.person("郑邻").name == "郑邻"


def test_all_roles_of_the_county_bureau_see_the_county_and_another_county_sees_nothing(county: County) -> None:
    everyone = Resident.objects.count()
    for division, seen in (
        ("340621000000", everyone),
        ("340600000000", everyone),
        ("340000000000", everyone),
        ("340622000000", 0),
    ):
        with within(Scope(division, "test")):
            assert Resident.objects.count() == seen, division
