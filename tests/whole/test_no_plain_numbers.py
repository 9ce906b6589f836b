"""No identity number in plain text: not in any table, not in a log, not in the database server's own log.

A small season first, with numbers going in at every door; then every row of every table is read as text. The numbers
are looked for as they are, as bytes in hexadecimal, and without their last character (as a careless mask would leave them).
"""

import logging
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client

from canbao.config import embedded
from canbao.kernel.refusal import Refusal
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.domain.changes import correct_name, correct_number
from canbao.register.domain.residents import find_by_number, read_number, register_newborn, register_resident
from canbao.register.domain.undoing import undo
from canbao.rosters.models import Roster
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, tell
from tests.collection.racing import as_owner
from tests.county import IN_THE_WINDOW, PEOPLE, VILLAGE, County, number, signed_in
from tests.desks import readjust
from tests.rosters.files import HEADER, imported, listed, xlsx

ON = IN_THE_WINDOW.date()
SECOND = number(date(1975, 2, 9), 19)
NEWCOMER, MISTYPED, STRANGER = number(date(1999, 9, 9), 99), "99062119990909099X", number(date(1955, 5, 5), 55)
PHONE = "00000112233"


def everybodys_numbers() -> list[str]:
    known = [number(born_on, sequence) for _, _, born_on, sequence, _, _ in PEOPLE.values()]
    return [*known, SECOND, NEWCOMER, MISTYPED, STRANGER, PHONE]


def small_season(county: County, folder: Path) -> None:
    """Numbers go in by the desk, by a register in bulk, by a department's file, and by a resident's phone."""
    register_resident(
        household=county.household("周家"), name="周新", number=NEWCOMER, relation="兄弟", on=ON, allow_synthetic=True
    )
    add_people(
        [
            NewPerson(
                village=VILLAGE, household_code="新家", name="新人", relation="户主", sex="男", born_on=date(1955, 5, 5),
                number=STRANGER, number_kind="居民身份证", phone=PHONE,
            )
        ]
    )  # fmt: skip
    register_newborn(guardian=county.person("赵大"), name="赵大宝宝", sex="女", born_on=date(2021, 11, 1))
    for wrong in (MISTYPED, STRANGER):
        try_to(lambda wrong=wrong: register(county, wrong))
        try_to(lambda wrong=wrong: find_by_number(wrong, on=ON, allow_synthetic=True))
    change_the_register(county)
    read_number(county.person("赵大"), reason="核对")
    rows = [
        (*listed("钱儿"), STRANGER, f"原证号{NEWCOMER}"),
        (*listed("周归", number=MISTYPED), "", ""),
        (f"某某{STRANGER}", STRANGER, "低保对象", "", ""),
    ]
    file = xlsx(folder / "低保.xlsx", rows, header=(*HEADER, "监护人身份证号", "备注"))
    roster: Roster = imported(county, file)
    Roster.objects.filter(pk=roster.pk).update(confirmed_at=IN_THE_WINDOW, confirmed_by="county")
    take(county, "赵家")
    tell(money(order(county, "周家")), money(uuid4(), fen=1))
    readjust(county.campaign, as_of=ON, at=IN_THE_WINDOW, actor="test")
    look_up_by_phone()


def change_the_register(county: County) -> None:
    """A number corrected and taken back, and one written where the ground belongs."""
    with signed_in("clerk"):
        said = {"by": county.staff("clerk"), "why": "看了户口簿", "at": IN_THE_WINDOW}
        change = correct_number(county.person("钱儿"), SECOND, allow_synthetic=True, **said)
        undo(change, **said)
        try_to(lambda: correct_name(county.person("赵大"), "赵达", **said | {"why": f"身份证{STRANGER}"}))


def register(county: County, number_: str) -> None:
    register_resident(
        household=county.household("周家"), name="某某", number=number_, relation="兄弟", on=ON, allow_synthetic=True
    )


def try_to(work: object) -> None:
    try:
        with transaction.atomic():
            work()  # type: ignore[operator]
    except Refusal as no:
        logging.getLogger("canbao.tests").warning("%s: %s %s", no.code, no.says, no.as_json())


def look_up_by_phone() -> None:
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    for name, number_ in (("赵大", number(*PEOPLE["赵大"][2:4])), ("赵小", STRANGER), ("赵大", MISTYPED)):
        answer = Client().post("/my/enter/", {"name": name, "number": number_})
        assert answer.status_code in {302, 422}
        assert number_ not in answer.get("Location", "")


def dump() -> str:
    """Every row of every table, as text."""
    with connections["owner"].cursor() as owner:
        owner.execute(
            """SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm')"""
        )
        tables = [name for (name,) in owner.fetchall()]
        rows: list[str] = []
        for table in tables:
            owner.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row for (row,) in owner.fetchall()]
    return "\n".join(rows)


def found_in(text: str) -> list[str]:
    return [
        seen for one in everybodys_numbers()
        if any(way in text for way in (one, one[:-1], one.encode().hex())) for seen in [one]
    ]  # fmt: skip


def server_log() -> str:
    """What the database server itself wrote down, where it is ours to read."""
    running = embedded._running
    return "" if running is None else (running.data / "log").read_text("utf-8", errors="replace")


def test_after_a_small_season_no_number_is_in_plain_text_anywhere(
    real_county: County, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server_said = len(server_log())

    small_season(real_county, tmp_path)

    written = dump()
    assert ("周新" in written, "核对" in written, NEWCOMER[-4:] in written) == (True, True, True)  # it is all there …
    assert found_in(written) == []  # … but for the numbers
    assert (len(caplog.records) > 3, found_in(caplog.text)) == (True, [])
    assert found_in("".join(capfd.readouterr())) == []
    assert found_in(server_log()[server_said:]) == []


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param("UPDATE register_household SET address = %s", id="in-a-text"),
        pytest.param("""UPDATE register_resident SET circumstances = jsonb_build_object('note', %s)""", id="inside-of-json"),
        pytest.param("UPDATE register_resident SET phone_sealed = convert_to(%s, 'UTF8')", id="as-bytes-that-nobody-sealed"),
    ],
)  # fmt: skip
def test_a_number_that_was_planted_is_found(real_county: County, planted: str) -> None:
    """The control: the search does find one."""
    for table in ("register_household", "register_resident"):
        as_owner(f"ALTER TABLE {table} DISABLE TRIGGER keep_history")  # which would keep it a second time
    as_owner(planted, [STRANGER])

    assert found_in(dump()) == [STRANGER]


def test_a_number_in_a_log_is_found(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("canbao").warning("who is %s?", STRANGER)

    assert found_in(caplog.text) == [STRANGER]
