"""The chained record: nobody writes it but one function, and whoever tampers with it is found."""

from contextvars import Context

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from canbao.access.models import Record
from canbao.access.record import broken_link, record
from canbao.access.scope import Scope, within
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite
from tests.county import COUNTY, VILLAGE, County


def ten_links() -> int:
    """The position of the first of ten new links."""
    for nth in range(10):
        record("tried", f"thing:{nth}", county=COUNTY, fen=nth, says="一段话")
    return Record.objects.filter(subject="thing:0").latest("position").position


def tamper(statement: str) -> None:
    """Only the owner can, and only by taking the guard off."""
    as_owner("ALTER TABLE access_record DISABLE TRIGGER append_only")
    as_owner(statement)
    as_owner("ALTER TABLE access_record ENABLE TRIGGER append_only")


def test_a_record_says_who_did_what_to_which_row(county: County) -> None:
    record("number.read", "resident:7", county=COUNTY, reason="核对")

    one = Record.objects.latest("position")
    assert (one.actor, one.verb, one.subject, one.detail) == ("test", "number.read", "resident:7", {"reason": "核对"})


def test_when_nobody_is_at_work_nothing_is_recorded_silently(county: County) -> None:
    before = Record.objects.count()

    with pytest.raises(AssertionError, match="nobody is at work"):
        Context().run(record, "tried", "thing:1", county=COUNTY)  # as a thread that was given no scope

    assert Record.objects.count() == before


def test_a_record_shares_the_transaction_of_what_it_records(county: County) -> None:
    before = Record.objects.count()
    with transaction.atomic():
        record("tried", "thing:1", county=COUNTY)
        transaction.set_rollback(True)

    assert (Record.objects.count(), broken_link(COUNTY)) == (before, None)


def test_the_chain_of_a_busy_county_is_whole(real_county: County) -> None:
    ten_links()

    assert broken_link(COUNTY) is None


@pytest.mark.parametrize(
    "change",
    [
        "subject = 'thing:99'", "actor = 'somebody else'", "verb = 'nothing'", "detail = '{}'", "at = at + interval '1 second'",
        "hash = sha256('x')",
    ],
)  # fmt: skip
def test_a_changed_row_is_found(real_county: County, change: str) -> None:
    first = ten_links()

    tamper(f"UPDATE access_record SET {change} WHERE subject = 'thing:4'")

    assert broken_link(COUNTY) == first + 4


def test_words_that_moved_from_one_field_to_the_next_are_found(real_county: County) -> None:
    record("tried\x1fthing:a", "b", county=COUNTY)

    tamper("UPDATE access_record SET verb = 'tried', subject = 'thing:a' || chr(31) || 'b' WHERE subject = 'b'")

    assert broken_link(COUNTY) == Record.objects.latest("position").position


def test_a_removed_row_is_found(real_county: County) -> None:
    first = ten_links()

    tamper("DELETE FROM access_record WHERE subject = 'thing:4'")

    assert broken_link(COUNTY) == first + 5


def test_a_tail_that_was_cut_off_is_found(real_county: County) -> None:
    first = ten_links()

    tamper("DELETE FROM access_record WHERE subject IN ('thing:8', 'thing:9')")

    assert broken_link(COUNTY) == first + 8


def test_two_rows_that_changed_places_are_found(real_county: County) -> None:
    first = ten_links()

    tamper(
        f"""UPDATE access_record SET position = -position WHERE subject IN ('thing:4', 'thing:5');
                 UPDATE access_record SET position = {first + 5} WHERE subject = 'thing:4';
                 UPDATE access_record SET position = {first + 4} WHERE subject = 'thing:5'"""
    )

    assert broken_link(COUNTY) == first + 4


def test_a_last_row_that_was_rewritten_with_its_own_hash_is_found(real_county: County) -> None:
    """Nothing follows it that would not fit; but the head of the chain knows another hash."""
    first = ten_links()

    tamper(
        """UPDATE access_record r SET subject = 'thing:99',
                  hash = access_link((SELECT p.hash FROM access_record p WHERE p.county = r.county AND p.position = r.position - 1),
                                     county, position, at, actor, verb, 'thing:99', detail)
            WHERE subject = 'thing:9'"""
    )

    assert broken_link(COUNTY) == first + 9


def test_another_countys_chain_is_its_own(real_county: County) -> None:
    ten_links()
    with within(Scope("", "test")):
        record("tried", "thing:1", county="340622")
        assert Record.objects.filter(county="340622").get().position == 1

    tamper("DELETE FROM access_record WHERE county = '340621'")
    assert (broken_link("340622"), broken_link(COUNTY)) == (None, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access_record (county, position, at, actor, verb, subject, detail, hash) VALUES ('340621', 1, now(), 'x', 'x', 'x', '{}', 'x')",
        "UPDATE access_record SET verb = 'x'",
        "DELETE FROM access_record",
        "TRUNCATE access_record",
        "UPDATE access_chainhead SET position = 0",
    ],
)
def test_the_application_cannot_write_it(county: County, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as db:
        db.execute(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE access_record SET verb = 'x'", "DELETE FROM access_record", "TRUNCATE access_record"]
)
def test_the_owner_is_refused_by_a_sentence(real_county: County, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        as_owner(statement)


def test_a_clerk_does_not_read_it_and_the_county_does(county: County) -> None:
    record("tried", "thing:1", county=COUNTY)

    with within(Scope(VILLAGE, "staff:clerk")):
        assert Record.objects.count() == 0
    assert Record.objects.filter(subject="thing:1").count() == 1


def test_two_who_record_at_once_make_two_links(real_county: County) -> None:
    first, second = one_inside_the_other(
        lambda: record("tried", "thing:1", county=COUNTY), lambda: record("tried", "thing:2", county=COUNTY)
    )

    assert (first, second, broken_link(COUNTY)) == (None, None, None)
    assert list(Record.objects.filter(verb="tried").order_by("position").values_list("subject", flat=True)) == [
        "thing:1", "thing:2",
    ]  # fmt: skip


def test_many_who_record_at_once_keep_the_chain_whole(real_county: County) -> None:
    before = Record.objects.count()

    def twenty() -> None:
        for nth in range(20):
            record("tried", f"thing:{nth}", county=COUNTY)

    assert all_at_once(*[twenty] * 6) == [None] * 6
    assert (Record.objects.count() - before, broken_link(COUNTY)) == (120, None)


def test_without_the_lock_of_the_head_two_links_claim_one_place(real_county: County) -> None:
    """The control: the key of the position is then the last defence, and one of the two is lost."""
    rewrite("access_add_link", "WHERE county = in_county FOR UPDATE", "WHERE county = in_county")
    rewrite(
        "access_add_link", "VALUES (in_county, 0, '\\x') ON CONFLICT DO NOTHING", "SELECT in_county, 0, '' WHERE false"
    )  # it waits as well

    first, second = one_inside_the_other(
        lambda: record("tried", "thing:1", county=COUNTY), lambda: record("tried", "thing:2", county=COUNTY)
    )

    assert (first, type(second)) == (None, IntegrityError)


PUT_ON_RECORD = "SELECT access_record('340621', %s, 'tried', 'thing:1', '{}')"
CLERK = Scope(VILLAGE, "staff:clerk")


@pytest.mark.parametrize("name", ["staff:county", "resident:1", "system:nightly", None, ""])
def test_nobody_puts_on_record_what_another_did(county: County, name: str | None) -> None:
    before = Record.objects.count()

    with pytest.raises(DatabaseError, match=r"cannot speak for|nobody has signed"):
        as_application(CLERK, PUT_ON_RECORD, [name])

    assert Record.objects.count() == before
    as_application(CLERK, PUT_ON_RECORD, ["staff:clerk"])


def test_a_resident_is_not_put_on_record_as_staff(county: County) -> None:
    with pytest.raises(DatabaseError, match="resident:1 cannot speak for staff:clerk"):
        as_application(Scope(VILLAGE, "resident:1", household=1), PUT_ON_RECORD, ["staff:clerk"])


@pytest.mark.parametrize("name", ["staff:clerk", "resident:1"])
def test_where_nobody_is_signed_in_nobody_is_put_on_record(county: County, name: str) -> None:
    with connection.cursor() as db:
        db.execute("SELECT set_config('canbao.ticket', '', true)")
        with pytest.raises(DatabaseError, match="nobody is signed in as"), transaction.atomic():
            db.execute(PUT_ON_RECORD, [name])


@pytest.mark.parametrize("name", ["staff:county", "resident:1"])
def test_a_machine_is_nobody_and_signs_as_nobody(real_county: County, name: str) -> None:
    nightly = Scope("340621", "system:nightly")

    with pytest.raises(DatabaseError, match=f"system:nightly cannot speak for {name}"):
        as_application(nightly, PUT_ON_RECORD, [name])
    as_application(nightly, PUT_ON_RECORD, ["gateway:wechat"])

    rewrite(
        "scope_must_be", "(scope_actor() LIKE ANY (people) OR who LIKE ANY (people))", "scope_actor() LIKE ANY (people)"
    )
    as_application(nightly, PUT_ON_RECORD, [name])  # the control
    assert Record.objects.latest("position").actor == name


def test_another_countys_record_is_not_written(county: County) -> None:
    with pytest.raises(DatabaseError, match="not within the scope"):
        as_application(Scope("340622100200", "staff:clerk"), PUT_ON_RECORD, ["staff:clerk"])


def test_without_its_guard_a_clerk_could_speak_for_the_county(real_county: County) -> None:
    """The control."""
    rewrite("access_record", "PERFORM scope_must_be(in_actor);", "")

    as_application(CLERK, PUT_ON_RECORD, ["staff:county"])

    assert Record.objects.latest("position").actor == "staff:county"
