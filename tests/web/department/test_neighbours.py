"""A neighbour county's lists: not read and not changed, neither by SQL under the application's role nor through pages."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.test import Client

from canbao.access.models import Role, Staff
from canbao.access.scope import Scope, within
from canbao.rosters.models import Holding, Outcome, Roster, RosterRow, Upload
from tests.county import COUNTY, PASSWORD, County, everybody

NEXT_DOOR, FAR_AWAY = "340622", "341721"  # of the same city, and of another one
CUT_OFF = date(2021, 10, 31)
NEIGHBOURS = pytest.mark.parametrize("neighbour", [NEXT_DOOR, FAR_AWAY])


def there(county: str) -> Scope:
    return Scope(division=county, actor="test")


def list_of(county: str) -> tuple[Roster, RosterRow]:
    """A list of another county with one doubtful row, made by its own people."""
    with within(there(county)):
        roster = Roster.objects.create(
            county=county, department="民政部门", cut_off_on=CUT_OFF, file_name="邻县名单.xlsx", file_digest=county, imported_by="x",
            categories=["低保对象"], fields={"name": 0, "number": 1, "category": 2}, columns=["姓名", "身份证号", "类别"],
        )  # fmt: skip
        row = RosterRow.objects.create(
            county=county, roster=roster, row=2, name="邻县某人", category_text="低保", categories=[{"name": "低保对象", "grade": ""}],
            outcome=Outcome.LOOK, why="号码相符，但登记姓名与所填的不一致。", wrong=["name"],
        )  # fmt: skip
    return roster, row


# --- by SQL, under the application's role ----------------------------------------------------------------------------


@NEIGHBOURS
def test_a_neighbours_lists_and_rows_are_not_there(county: County, neighbour: str) -> None:
    roster, row = list_of(neighbour)

    with within(everybody()):
        assert not Roster.objects.filter(pk=roster.pk).exists()
        assert not RosterRow.objects.filter(pk=row.pk).exists()
    with within(there(neighbour)):
        assert (Roster.objects.get(), RosterRow.objects.get()) == (roster, row)


@NEIGHBOURS
def test_a_neighbours_waiting_file_is_not_there_and_none_is_put_there(county: County, neighbour: str) -> None:
    theirs = {
        "county": neighbour,
        "department": "民政部门",
        "cut_off_on": CUT_OFF,
        "file_sealed": b"x",
        "uploaded_by": "x",
    }
    with within(there(neighbour)):
        upload = Upload.objects.create(**theirs)

    with within(everybody()):
        assert (Upload.objects.count(), Upload.objects.filter(pk=upload.pk).delete()[0]) == (0, 0)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), within(everybody()):
        Upload.objects.create(**theirs)
    with within(there(neighbour)):
        assert Upload.objects.get() == upload


@NEIGHBOURS
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rosters_roster SET confirmed_by = 'county', confirmed_at = now() WHERE county = %s",
        "UPDATE rosters_rosterrow SET outcome = 'refused', why = 'x' WHERE county = %s",
        "UPDATE rosters_rosterrow SET mended_name = 'x', mended_by = 'civil', mended_at = now() WHERE county = %s",
    ],
)
def test_a_change_reaches_none_of_a_neighbours_rows(county: County, neighbour: str, change: str) -> None:
    list_of(neighbour)

    with within(everybody()), connection.cursor() as cursor:
        cursor.execute(change, [neighbour])
        assert cursor.rowcount == 0


@NEIGHBOURS
def test_nothing_is_put_into_a_neighbours_lists(county: County, neighbour: str) -> None:
    roster, _ = list_of(neighbour)
    person = county.person("赵大")
    forged = [
        lambda: Roster.objects.create(county=neighbour, department="民政部门", cut_off_on=CUT_OFF, file_digest="y"),
        lambda: RosterRow.objects.create(county=neighbour, roster_id=roster.pk, row=9, outcome="look", why="x"),
        lambda: Holding.objects.create(
            county=neighbour, division=f"{neighbour}100200", resident=person, household_id=person.household_id,
            category="低保对象", since=CUT_OFF, roster_id=roster.pk,
        ),
    ]  # fmt: skip

    for forge in forged:
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), within(everybody()):
            forge()


@pytest.mark.parametrize("table", ["rosters_roster", "rosters_rosterrow", "rosters_upload"])
def test_without_the_guard_a_neighbours_list_would_be_read_and_changed(real_county: County, table: str) -> None:
    """The control: the same questions with row-level security taken off the table."""
    list_of(NEXT_DOOR)
    with within(there(NEXT_DOOR)):
        Upload.objects.create(county=NEXT_DOOR, department="x", cut_off_on=CUT_OFF, file_sealed=b"x", uploaded_by="x")
    column = {
        "rosters_roster": "confirmed_by = 'county', confirmed_at = now()", "rosters_rosterrow": "why = 'x'",
        "rosters_upload": "category = 'x'",
    }[table]  # fmt: skip
    with connections["owner"].cursor() as owner:
        owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    with within(everybody()), connection.cursor() as cursor:
        cursor.execute(f"SELECT county FROM {table} WHERE county <> %s", [COUNTY])
        assert cursor.fetchall() == [(NEXT_DOOR,)]
        cursor.execute(f"UPDATE {table} SET {column} WHERE county = %s", [NEXT_DOOR])
        assert cursor.rowcount == 1


# --- through the pages ------------------------------------------------------------------------------------------------


def pages_of(roster: Roster, row: RosterRow) -> list[tuple[str, str, dict[str, str]]]:
    return [
        ("get", f"/department/{roster.pk}/", {}),
        ("post", f"/department/{roster.pk}/file/", {}),
        ("post", f"/department/{roster.pk}/close/", {"why": "x"}),
        ("post", f"/department/rows/{row.pk}/", {"refuse": "1"}),
        ("post", f"/department/rows/{row.pk}/mend/", {"name": "另一人"}),
    ]


@NEIGHBOURS
@pytest.mark.parametrize("username", ["county", "civil"])
def test_no_page_opens_or_changes_a_neighbours_list(sign_in: object, outside: object, username: str, neighbour: str) -> None:  # fmt: skip
    roster, row = list_of(neighbour)
    client = sign_in(username)

    answers = [getattr(client, method)(address, typed).status_code for method, address, typed in pages_of(roster, row)]

    assert answers == [404] * 5
    assert client.post(f"/department/{roster.pk}/confirm/").status_code == (404 if username == "county" else 403)
    assert "邻县名单" not in client.get("/department/").content.decode()
    with within(there(neighbour)):
        roster.refresh_from_db()
        row.refresh_from_db()
    assert (roster.confirmed_by, roster.closed_by, row.outcome, row.mended_by) == (None, None, Outcome.LOOK, None)


def test_the_neighbours_own_office_opens_the_same_pages(sign_in: object, outside: object) -> None:
    """The control: the addresses are right, and closed to strangers alone."""
    roster, row = list_of(NEXT_DOOR)
    with within(there(NEXT_DOOR)):
        Staff.objects.create_staff(
            username="next", password=PASSWORD, full_name="邻县医保局", role=Role.COUNTY, division=f"{NEXT_DOOR}000000"
        )
    client: Client = sign_in("next")

    assert "邻县某人" in client.get(f"/department/{roster.pk}/").content.decode()
    assert client.post(f"/department/rows/{row.pk}/", {"refuse": "1"}).status_code == 302
    assert client.post(f"/department/{roster.pk}/file/").status_code == 200
