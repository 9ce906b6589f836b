"""What SQL under the application's role can see: their own village and nothing else, whatever the query.

No Python filter stands in these tests. They ask every table that has a household or a division, and each of them has
a row elsewhere that could leak.
"""

import hmac
import time
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction

from canbao.access.scope import Scope, current_scope, within
from canbao.collection.domain.stock import Range
from canbao.collection.models import Mismatch, Payment, ReceiptBook, RefundRequest, Statement
from canbao.enrolment.models import Enrolment
from canbao.register.domain.changes import correct_details
from canbao.register.models import Resident
from canbao.reports.closings import close_day
from canbao.rosters.models import Roster, RosterRow, Upload
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, tell
from tests.collection.racing import as_application, as_owner, rewrite
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, another, everybody, hold, signed_in
from tests.desks import ask_back, ask_void, hand_in, hand_over, propose_placing, report_lost
from tests.enrolment.change_sheets import sheet
from tests.enrolment.domain.test_change_tables import handed_in

# Tables with a division that everybody who may connect may read, and why.
PUBLIC = {
    "divisions_collectingunit": "names of village committees",
    "divisions_formername": "what places were called",
    "enrolment_target": "printed in the notice",
    "access_staff": "whoever signs in must be found before anybody knows where they belong",
}
# Of towns and counties alone: no village has a row there (tests/reports/test_closings.py).
OF_NO_VILLAGE = {"reports_closingsignature"}
# Lines have neither column: they show with what they are lines of.
LINES = {
    "collection_orderline": ("order_id", "collection_order"),
    "collection_settledline": ("payment_id", "collection_payment"),
    "collection_receiptline": ("receipt_id", "collection_receipt"),
    "collection_refundrequest": ("enrolment_id", "enrolment_enrolment"),
}


@pytest.fixture
def busy_county(real_county: County) -> County:
    """In both villages somebody ordered, paid by phone and in cash, paid twice, was put on a list, had a correction, and cash
    was handed in; the day was closed."""
    for household, clerk, village, people in (("周家", "clerk", VILLAGE, 1), ("郑家", "neighbour", OTHER_VILLAGE, 1)):
        asked = order(real_county, household)
        receipt = take(real_county, household, by=clerk)
        ask_void(receipt, voiding_id=uuid4(), reason="票面破损", by=real_county.staff(clerk), at=IN_THE_WINDOW)
        tell(money(asked))  # they had paid in cash already
        hand_in(
            remittance_id=uuid4(), campaign=real_county.campaign, unit=real_county.unit(village), certificate=village, people=people,
            amount_fen=32000, period_from=IN_THE_WINDOW.date(), period_until=IN_THE_WINDOW.date(), by=real_county.staff(clerk),
            at=IN_THE_WINDOW,
        )  # fmt: skip
    for name, clerk in (("周归", "clerk"), ("郑邻", "neighbour")):
        with signed_in(clerk):
            correct_details(
                real_county.person(name), relation="本人", by=real_county.staff(clerk), why="户口簿", at=IN_THE_WINDOW
            )
    for name, clerk, village in (("孙独", "clerk", VILLAGE), ("郑邻", "neighbour", OTHER_VILLAGE)):
        handed_in(
            real_county,
            sheet(village=village, **{name: {"变动": "死亡", "变动日期": "2021-10-01"}}),
            by=clerk,
            village=village,
        )
    tell(money(order(real_county, "钱家")))
    for name, clerk in (("周归", "clerk"), ("郑邻", "neighbour")):
        ask_back(
            Enrolment.objects.get(resident__name=name), request_id=uuid4(), ground=RefundRequest.Ground.WRONG_PERSON, papers="承诺书",
            by=real_county.staff(clerk), at=IN_THE_WINDOW,
        )  # fmt: skip
    paper, at = ReceiptBook.Kind.PAPER, IN_THE_WINDOW
    hand_over(
        Range(paper, 7, 1, 9), hand_over_id=uuid4(), to=None, document="单", by=real_county.staff("county"), at=at
    )
    report_lost(Range(paper, 1, 99, 99), loss_id=uuid4(), reason="丢失", by=real_county.staff("clerk"), at=at)
    (strange,) = tell(money(uuid4(), fen=1))
    propose_placing(
        Payment.objects.get(pk=strange.payment_id), placing_id=uuid4(), bills=[], why="截图", by=real_county.staff("county"), at=IN_THE_WINDOW
    )  # fmt: skip
    roster = hold({"周归": "低保对象", "郑邻": "低保对象"}, on=IN_THE_WINDOW.date(), is_confirmed=False)
    put_rows_on(roster, real_county, "周归", "郑邻")
    statement = Statement.objects.create(
        id=uuid4(), county=COUNTY, campaign=real_county.campaign, kind="tax", file_digest="x", period_from=IN_THE_WINDOW.date(),
        period_until=IN_THE_WINDOW.date(), lines=1, matched=0, made_by="staff:tax", made_at=IN_THE_WINDOW,
    )  # fmt: skip
    Mismatch.objects.create(
        statement=statement, county=COUNTY, kind="missing_here", key="1", on=IN_THE_WINDOW.date(), theirs={"fen": 1}
    )
    Upload.objects.create(
        county=COUNTY, department="民政局", cut_off_on=IN_THE_WINDOW.date(), file_sealed=b"x", uploaded_by="civil"
    )
    close_day(real_county.campaign, day=IN_THE_WINDOW.date(), actor="system:nightly", at=IN_THE_WINDOW)
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
        return {table: set(columns) for table, columns in owner.fetchall() if table not in {*PUBLIC, *OF_NO_VILLAGE}}


def count(sql: str, *parameters: object, alias: str = "default") -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {sql}", list(parameters))
        return int(cursor.fetchone()[0])


def test_every_table_with_people_is_known_to_these_tests(busy_county: County) -> None:
    assert sorted(guarded_tables()) == [
        "collection_order", "collection_payment", "collection_receipt", "collection_refund", "collection_remittance",
        "enrolment_baserow", "enrolment_bill", "enrolment_changetable", "enrolment_changetablerow", "enrolment_enrolment", "ledger_transfer",
        "register_change", "register_household", "register_resident", "register_word", "reports_closingline",
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


# Lists are few; what stands on them is not.
ASKED_ROW_BY_ROW = {"rosters_roster", "rosters_upload", "rosters_learnedword"}


def asks_row_by_row() -> set[str]:
    """The guarded tables whose guard reads the ticket again for every row. At a million rows that is a minute."""
    found = set()
    with connections["owner"].cursor() as owner:
        owner.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")
        guarded = {table for (table,) in owner.fetchall()}
    with signed_in("clerk"), connection.cursor() as cursor:
        for table in guarded:
            cursor.execute(f"EXPLAIN SELECT count(*) FROM {table}")
            filters = [line for (line,) in cursor.fetchall() if "Filter:" in line or "Cond:" in line]
            if any("scope_" in line for line in filters):
                found.add(table)
    return found


def test_a_guard_reads_the_ticket_once_a_statement_and_not_once_a_row(real_county: County) -> None:
    assert asks_row_by_row() <= ASKED_ROW_BY_ROW


def test_a_guard_that_reads_it_for_every_row_is_found(real_county: County) -> None:
    as_owner("ALTER POLICY within_scope ON rosters_rosterrow USING (scope_has_county(county))")

    assert "rosters_rosterrow" in asks_row_by_row()


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

    assert {
        table: count(table)
        for table in [
            *guarded_tables(),
            *LINES,
            "access_record",
            "rosters_roster",
            "rosters_upload",
            "rosters_learnedword",
        ]
    } == (
        dict.fromkeys(
            [*guarded_tables(), *LINES, "access_record", "rosters_roster", "rosters_upload", "rosters_learnedword"], 0
        )
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
        "SELECT collection_issue(ARRAY[]::uuid[], 'x', now(), NULL)",
        "SELECT ledger_undo(ARRAY[]::uuid[], ARRAY[]::text[], 'x', '2021-11-15')",
        "SELECT access_append_only('register_resident')",
        "SELECT collection_lock(ARRAY[]::uuid[])",
        "SELECT collection_till('340621', 'cash', 1)",
        "SELECT collection_settle(ARRAY[]::uuid[], 'x', now(), NULL)",
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


INNER = [
    "access_append_only", "access_guard", "collection_issue", "collection_lock", "collection_settle", "collection_till",
    "collection_voucher",
    "enrolment_enrol", "ledger_account", "ledger_post", "ledger_undo",
]  # fmt: skip


@pytest.mark.parametrize("function", INNER)
def test_a_function_that_asks_nobody_is_not_the_applications_to_call(county: County, function: str) -> None:
    """These believe what they are told: only functions that have asked for the scope call them."""
    with connection.cursor() as db:
        db.execute("SELECT has_function_privilege('canbao_app', %s::regproc, 'EXECUTE')", [function])
        assert db.fetchone() == (False,)


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


# --- what may be written under a ticket ------------------------------------------------------------------------------

NEW_ORDER = """INSERT INTO collection_order (id, county, campaign_id, household_id, division, unit_id, channel, total_fen, state, pay_url,
                  made_by, made_at, expires_at)
               SELECT gen_random_uuid(), %s, %s, h.id, %s, %s, 'wechat', 32000, 'open', '', 'x', '2021-11-15', '2021-11-16'
                 FROM register_household h WHERE h.id = %s"""


def test_an_order_lies_where_its_household_lies(real_county: County) -> None:
    home, there = real_county.household("周家"), real_county.unit(OTHER_VILLAGE)
    campaign = real_county.campaign.pk
    right = [home.county, campaign, home.division, home.unit_id, home.pk]
    for wrong in (
        ["340622", campaign, home.division, home.unit_id, home.pk],
        [home.county, campaign, home.division, there.pk, home.pk],
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            as_application(CLERK, NEW_ORDER, wrong)
    assert as_application(CLERK, NEW_ORDER, right) == 1

    as_owner("DROP POLICY of_its_household ON collection_order")  # the control
    assert as_application(CLERK, NEW_ORDER, [home.county, campaign, home.division, there.pk, home.pk]) == 1


NEW_LINE = (
    "INSERT INTO collection_orderline (county, order_id, bill_id, fen, covers) VALUES ('340621', %s, %s, %s, '{}')"
)


def test_an_order_asks_for_its_own_households_bills_at_their_own_price(real_county: County) -> None:
    asked = order(real_county, "赵家", "赵大")
    neighbours, own = real_county.bill("周归").pk, real_county.bill("赵妻").pk
    of_a_copy = real_county.bill("赵妻")
    of_a_copy.pk, of_a_copy.campaign = None, another(real_county.campaign, key="again")
    of_a_copy.save(force_insert=True)

    for bill, fen in ((neighbours, 32000), (own, 1), (of_a_copy.pk, 32000)):
        with pytest.raises(ProgrammingError, match="row-level security"):
            as_application(CLERK, NEW_LINE, [asked.pk, bill, fen])
    assert as_application(CLERK, NEW_LINE, [asked.pk, own, 32000]) == 1

    as_owner("DROP POLICY with_its_whole ON collection_orderline")  # the control
    as_owner("CREATE POLICY anything ON collection_orderline USING (true)")
    assert as_application(CLERK, NEW_LINE, [asked.pk, neighbours, 32000]) == 1


def test_a_line_is_not_hung_on_a_neighbours_order(real_county: County) -> None:
    asked = order(real_county, "郑家")

    with pytest.raises(ProgrammingError, match="row-level security"):
        as_application(CLERK, NEW_LINE, [asked.pk, real_county.bill("郑邻").pk, 32000])


NEW_BILL = """INSERT INTO enrolment_bill (county, campaign_id, resident_id, version, household_id, division, unit_id, assessment_id, due_fen, state)
              SELECT county, campaign_id, resident_id, 9, household_id, division, unit_id, assessment_id, 0, 'superseded'
                FROM enrolment_bill WHERE household_id = %s LIMIT 1"""
NEW_ASSESSMENT = """INSERT INTO enrolment_billassessment (campaign_id, pack_digest, facts_key, facts, answer, shares, refused)
                    SELECT campaign_id, pack_digest, 'mine', facts, answer, shares, refused FROM enrolment_billassessment LIMIT 1"""


def test_what_a_household_owes_is_never_its_own_word(real_county: County) -> None:
    home = real_county.household("周家").pk
    resident = Scope(VILLAGE, "resident:1", household=home)

    with pytest.raises(ProgrammingError, match="row-level security"):
        as_application(resident, NEW_BILL, [home])
    with pytest.raises(ProgrammingError, match="assessed by staff"):
        as_application(resident, NEW_ASSESSMENT)
    assert (as_application(CLERK, NEW_BILL, [home]), as_application(CLERK, NEW_ASSESSMENT)) == (1, 1)

    as_owner("DROP POLICY by_staff ON enrolment_bill; ALTER TABLE enrolment_billassessment DISABLE TRIGGER by_staff")
    as_owner(
        "ALTER TABLE enrolment_bill DISABLE TRIGGER kept_but; DELETE FROM enrolment_bill WHERE version = 9; DELETE FROM enrolment_billassessment WHERE facts_key = 'mine'"
    )
    assert (as_application(resident, NEW_BILL, [home]), as_application(resident, NEW_ASSESSMENT)) == (1, 1)


def test_without_a_ticket_nothing_is_assessed(county: County) -> None:
    with connection.cursor() as db:
        db.execute("SELECT set_config('canbao.ticket', '', true)")
        with pytest.raises(ProgrammingError, match="assessed by staff"), transaction.atomic():
            db.execute(NEW_ASSESSMENT)


NEW_BOOK = """INSERT INTO collection_receiptbook (county, unit_id, kind, series, first_number, last_number, next_number, span)
              SELECT '340621', id, 'paper', 99, 1, 9, 1, '[990000000001,990000000009]' FROM divisions_collectingunit LIMIT 1"""


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("enrolment_campaign", "UPDATE enrolment_campaign SET title = 'mine'"),
        ("divisions_division", "UPDATE divisions_division SET name = 'mine'"),
        ("divisions_collectingunit", "UPDATE divisions_collectingunit SET name = 'mine'"),
        (
            "divisions_formername",
            "INSERT INTO divisions_formername (division, name, until, why, by, at) SELECT code, 'x', now(), 'x', 'x', now() FROM divisions_division",
        ),
        ("collection_receiptbook", NEW_BOOK),
    ],
)
def test_what_is_the_countys_business_is_no_clerks(real_county: County, table: str, statement: str) -> None:
    for scope in (CLERK, Scope("340621100000", "staff:town"), Scope("340622", "staff:other")):
        with pytest.raises(ProgrammingError, match="work for the whole county"):
            as_application(scope, statement)

    as_owner(f"ALTER TABLE {table} DISABLE TRIGGER county_work")  # the control
    assert as_application(CLERK, statement) > 0


def test_a_clerk_sets_no_target(real_county: County) -> None:
    """Of no place: a target decides how good everybody's coverage looks."""
    statement = "UPDATE enrolment_target SET people = 1"
    for scope in (CLERK, Scope("340622", "staff:other")):
        with pytest.raises(ProgrammingError, match="work for the whole county"):
            as_application(scope, statement)

    assert as_application(Scope(COUNTY, "staff:county"), statement) > 0
    as_owner("ALTER TABLE enrolment_target DISABLE TRIGGER county_work")  # the control
    assert as_application(CLERK, statement) > 0


def test_a_county_does_not_take_anothers_unit_by_moving_it_here(real_county: County) -> None:
    """The row would be the neighbour's own afterwards; whose it was counts as well."""
    neighbour = Scope("340622", "staff:other")
    taken = "UPDATE divisions_collectingunit SET division = '340622100200' WHERE division = %s"
    with connections["owner"].cursor() as owner:
        owner.execute(
            "INSERT INTO divisions_division (code, name, level) VALUES ('340622100200', '邻县一村', 'village')"
        )

    with pytest.raises(ProgrammingError, match="work for the whole county"):
        as_application(neighbour, taken, [VILLAGE])

    rewrite("access_county_work", "PERFORM scope_must_cover(left(to_jsonb(OLD)->>TG_ARGV[0], 6));", "")  # the control
    assert as_application(neighbour, taken, [VILLAGE]) == 1


# --- what is written once --------------------------------------------------------------------------------------------

WRITTEN_ONCE = [
    "access_chainhead", "access_record", "collection_handover", "collection_loss", "collection_mismatch", "collection_order", "collection_orderline", "collection_payment", "collection_placing", "collection_receipt",
    "collection_receiptbook", "collection_receiptline", "collection_refund", "collection_refundrequest", "collection_remittance", "collection_settledline", "collection_statement", "collection_voiding",
    "enrolment_bill", "enrolment_enrolment", "ledger_account", "ledger_transfer",
]  # fmt: skip


def test_every_table_of_money_is_known_to_these_tests(county: County) -> None:
    with connection.cursor() as db:
        db.execute(
            """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                  AND relname ~ '^(collection|ledger)_' AND relname <> ALL (%s)""",
            [WRITTEN_ONCE],
        )
        assert db.fetchall() == []


def test_the_application_may_empty_no_table_at_all(county: County) -> None:
    with connection.cursor() as db:
        db.execute(
            """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                  AND has_table_privilege('canbao_app', oid, 'TRUNCATE')"""
        )
        assert db.fetchall() == []


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_the_owner_too_is_refused_when_a_table_is_to_be_emptied(busy_county: County, table: str) -> None:
    with pytest.raises(IntegrityError, match="is append-only: TRUNCATE is refused"):
        as_owner(f"TRUNCATE {table} CASCADE")


REMOVED_ONLY_OPEN = {"enrolment_bill", "collection_settledline"}


@pytest.mark.parametrize("table", [table for table in WRITTEN_ONCE if table not in REMOVED_ONLY_OPEN])
def test_the_owner_too_removes_no_row_of_it(busy_county: County, table: str) -> None:
    with pytest.raises(IntegrityError, match="is append-only: DELETE is refused"):
        as_owner(f"DELETE FROM {table}")


def test_without_its_guard_a_line_of_a_receipt_could_be_removed(busy_county: County) -> None:
    """The control: nothing else is in the way."""
    as_owner("ALTER TABLE collection_receiptline DISABLE TRIGGER kept_but")

    as_owner("DELETE FROM collection_receiptline")

    assert count("collection_receiptline", alias="owner") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE collection_receiptline SET fen = 1",
        "UPDATE collection_payment SET amount_fen = 1",
        "UPDATE collection_payment SET paid_on = paid_on + 1",
        "UPDATE collection_order SET total_fen = 1",
        "UPDATE collection_orderline SET covers = '{}'",
        "UPDATE collection_settledline SET bill_id = bill_id",
        "UPDATE collection_receiptbook SET first_number = 0",
        "UPDATE enrolment_enrolment SET covered_from = '2021-01-01'",
        "UPDATE access_chainhead SET county = 'x'",
    ],
)
def test_the_owner_too_changes_nothing_of_what_was_said(busy_county: County, statement: str) -> None:
    with pytest.raises(IntegrityError, match="is append-only: UPDATE is refused"):
        as_owner(statement)


def test_what_settled_a_bill_and_the_settled_bill_stay(busy_county: County) -> None:
    with pytest.raises(IntegrityError, match="was settled by this payment"):
        as_owner("DELETE FROM collection_settledline")
    as_owner("ALTER TABLE collection_settledline DISABLE TRIGGER keep_settled")  # the control
    as_owner("DELETE FROM collection_settledline")
    with pytest.raises(IntegrityError, match="is settled; a difference is a further version"):
        as_owner("DELETE FROM enrolment_bill WHERE state = 'settled'")
