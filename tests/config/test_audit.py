"""What a county notes of its record outside the program, what that is good for, and which rows are not as they were."""

import re
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from canbao.access.fingerprints import take_fingerprints
from canbao.access.models import Record
from canbao.access.record import broken_link, record
from tests.access.test_fingerprints import as_intruder
from tests.access.test_record import tamper
from tests.collection.crowd import crowd
from tests.collection.paying import money, pay, tell
from tests.collection.racing import as_owner
from tests.county import COUNTY, County

LINK = re.compile(r"(\d+):([0-9a-f]{64})")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("audit", "verify", *words)
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify", *words)
    assert ended.value.code == 1
    return capsys.readouterr().err


def days_apart(*days: date) -> list[int]:
    """A row on each of these days; their positions. The days are set by the owner, who then links the rows anew."""
    positions = []
    for nth, day in enumerate(days):
        record("tried", f"day:{nth}", county=COUNTY)
        positions.append(Record.objects.latest("position").position)
        tamper(f"UPDATE access_record SET at = '{day} 23:59:59+08' WHERE subject = 'day:{nth}'")
    link_anew()
    return positions


def link_anew() -> None:
    """What whoever owns the database can do: compute every hash again, and the head's too."""
    for row in Record.objects.filter(county=COUNTY).order_by("position"):
        tamper(
            f"""UPDATE access_record r SET hash = access_link(coalesce((SELECT p.hash FROM access_record p
                  WHERE p.county = r.county AND p.position = r.position - 1), ''), county, position, at, actor, verb, subject, detail)
                WHERE county = '{COUNTY}' AND position = {row.position}"""
        )
    as_owner(
        f"""UPDATE access_chainhead h SET hash = (SELECT hash FROM access_record r WHERE r.county = h.county AND r.position = h.position)
            WHERE county = '{COUNTY}'"""
    )


def test_a_whole_record_is_said_to_be_with_its_head_and_the_root_of_the_day(
    real_county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, _ = days_apart(date(2031, 3, 1), date(2031, 3, 2), date(2031, 3, 4))

    heard = {day: said(capsys, "--on", day) for day in ("2031-02-28", "2031-03-01", "2031-03-03", "2031-03-09")}

    hashes = {row.position: bytes(row.hash).hex() for row in Record.objects.all()}
    last = max(hashes)
    assert [LINK.findall(text)[0] for text in heard.values()] == [(str(last), hashes[last])] * 4
    assert [int(LINK.findall(text)[-1][0]) for text in heard.values()] == [first - 1, first, second, last]
    assert all(f"{last}条，完整" in text for text in heard.values())


def test_a_broken_chain_ends_with_1_and_names_the_row(real_county: County, capsys: pytest.CaptureFixture[str]) -> None:
    record("tried", "thing:1", county=COUNTY)
    position = Record.objects.latest("position").position
    whole = said(capsys)

    tamper("UPDATE access_record SET actor = 'somebody else' WHERE subject = 'thing:1'")

    assert ("完整" in whole, f"第{position}条断开" in refused(capsys)) == (True, True)


def test_a_chain_that_was_forged_from_end_to_end_shows_against_what_was_noted(
    real_county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    record("tried", "thing:1", county=COUNTY)
    position, digest = LINK.findall(said(capsys))[0]
    record("tried", "thing:2", county=COUNTY)
    before = said(capsys, "--county", COUNTY, "--noted", f"{position}:{digest[:12]}")

    tamper("UPDATE access_record SET actor = 'somebody else' WHERE subject = 'thing:1'")
    link_anew()

    assert ("与记下的相符" in before, broken_link(COUNTY), "完整" in said(capsys)) == (True, None, True)
    assert f"第{position}条与记下的不符" in refused(capsys, "--county", COUNTY, "--noted", f"{position}:{digest}")


def test_a_record_that_was_emptied_shows_against_what_was_noted(
    real_county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    record("tried", "thing:1", county=COUNTY)
    position, digest = LINK.findall(said(capsys))[0]

    tamper("DELETE FROM access_record")
    as_owner("ALTER TABLE access_chainhead DISABLE TRIGGER kept_but; DELETE FROM access_chainhead")

    assert "还没有操作记录" in said(capsys)
    assert "现在没有这一条" in refused(capsys, "--county", COUNTY, "--noted", f"{position}:{digest}")


def test_the_first_altered_row_is_named_first_also_where_the_record_is_broken(
    real_county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    done = pay(real_county, "赵家")
    take_fingerprints(COUNTY, actor="system:nightly")
    whole = said(capsys, "--county", COUNTY)
    with as_intruder("collection_payment"):
        as_owner("UPDATE collection_payment SET amount_fen = amount_fen + 1")
    tamper("UPDATE access_record SET actor = 'somebody else' WHERE verb = 'fingerprints.taken'")

    assert re.search(r"行指纹 fingerprints  \d+行，取过1次，都没有改动", whole)
    lines = refused(capsys, "--county", COUNTY).splitlines()
    assert "条断开" in lines[0]
    assert f"第1次取指纹时在：collection_payment 的 {done.payment_id} 被改动过" in lines[1]


def test_of_many_altered_rows_the_first_twenty_are_named(
    real_county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(*(money(one) for one in crowd(real_county, 30)))
    take_fingerprints(COUNTY, actor="system:nightly")
    with as_intruder("collection_receipt"):
        as_owner("UPDATE collection_receipt SET total_fen = total_fen + 1")

    lines = refused(capsys, "--county", COUNTY).splitlines()
    assert (len(lines), "只列出最早的20处" in lines[-1]) == (21, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--county", "110101"], "没有代码为 110101 的县", id="a-county-that-is-not-here"),
        pytest.param(["--noted", "1:" + "a" * 64], "--county", id="a-note-of-no-county"),
    ],
)
def test_a_wrong_question_is_said_with_2(county: County, words: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as no:
        call_command("audit", "verify", *words)

    assert no.value.returncode == 2
