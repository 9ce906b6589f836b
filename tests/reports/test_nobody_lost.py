"""Nobody is lost from one year to the next, and whoever is made to disappear is found and named."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from canbao.enrolment.models import BaseTable
from canbao.register.domain.changes import died, joined_employee_scheme, moved_away
from canbao.register.domain.undoing import undo
from canbao.register.models import Change
from canbao.reports.base_table import newest_base_table
from canbao.reports.nobody_lost import Lost, PlaceProof, Proof, nobody_lost
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, register_changes, signed_in


def proved(division: str = COUNTY) -> Proof:
    table = newest_base_table(COUNTY)
    assert table is not None
    return nobody_lost(table, division=division)


GUARDED = ("register_resident", "enrolment_bill", "enrolment_baserow")
NOTHING_POINTS_TO_RESIDENTS = """DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS held, conname FROM pg_constraint WHERE confrelid = 'register_resident'::regclass LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.held, one.conname);
    END LOOP;
END $$"""


def as_owner(*sentences: str) -> None:
    """What whoever owns the database can do with the guards taken off."""
    with connections["owner"].cursor() as owner:
        for table in GUARDED:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for sentence in sentences:
            owner.execute(sentence)


def missing(proof: Proof) -> list[tuple[str, str | None, Lost]]:
    return [(one.village, one.name, one.where) for one in proof.lost]


def test_everybody_adds_up_by_village(county: County) -> None:
    clerk, said = county.staff("clerk"), {"why": "核对", "at": IN_THE_WINDOW}
    with signed_in("clerk"):
        died(county.person("钱奶奶"), on=date(2021, 10, 1), by=clerk, **said)
        moved_away(county.person("钱儿"), on=date(2021, 10, 1), by=clerk, **said)
        joined_employee_scheme(county.person("李妻"), on=date(2021, 10, 1), by=clerk, **said)

    proof = proved()

    assert proof.villages == (
        PlaceProof(VILLAGE, "示例一村", kept=7, died=1, moved=1, employed=2),
        PlaceProof(OTHER_VILLAGE, "示例二村", kept=1),
    )
    assert (proof.whole.last, proof.lost, proof.missing_rows, proof.holds) == (12, (), 0, True)
    assert proved(VILLAGE).villages == proof.villages[:1]


def test_a_change_taken_back_and_made_again_is_still_a_ground(county: County) -> None:
    clerk, said = county.staff("clerk"), {"why": "核对", "at": IN_THE_WINDOW}
    with signed_in("clerk"):
        change = died(county.person("钱奶奶"), on=date(2021, 10, 1), by=clerk, **said)
        undo(undo(change, by=clerk, **said), by=clerk, **said)

    assert Change.objects.count() == 3
    assert (proved().whole.died, proved().holds) == (1, True)


def test_whom_the_notice_does_not_let_enrol_is_gone_with_that_reason(real_county: County) -> None:
    """Their cover elsewhere came with the register; a bill was never made for them."""
    elsewhere = '{"other_cover": {"scheme": "resident", "place": "340100", "until": "2022-12-31"}}'
    person = real_county.person("周归").pk
    as_owner(
        f"DELETE FROM enrolment_bill WHERE resident_id = {person}",
        f"UPDATE register_resident SET circumstances = '{elsewhere}' WHERE id = {person}",
    )

    assert (proved().whole.excluded, proved().whole.lost, proved().holds) == (1, 0, True)


@pytest.mark.parametrize(
    ("hidden", "where"),
    [
        pytest.param("UPDATE register_resident SET moved_on = '2021-10-01' WHERE id = {}", Lost.NO_GROUND, id="moved-on-nobodys-word"),
        pytest.param("UPDATE register_resident SET died_on = '2021-10-01' WHERE id = {}", Lost.NO_GROUND, id="dead-on-nobodys-word"),
        pytest.param("DELETE FROM enrolment_bill WHERE resident_id = {}", Lost.NO_BILL, id="without-a-bill"),
        pytest.param("DELETE FROM enrolment_baserow WHERE resident_id = {}", Lost.NOT_LISTED, id="off-the-base-table"),
    ],
)  # fmt: skip
def test_somebody_who_was_made_to_disappear_is_named(real_county: County, hidden: str, where: Lost) -> None:
    assert proved().holds

    as_owner(hidden.format(real_county.person("周归").pk))

    proof = proved()
    assert (missing(proof), proof.whole.lost, proof.holds) == ([(VILLAGE, "周归", where)], 1, False)
    assert proof.whole.last == 12


def test_a_person_gone_from_register_and_history_alike_is_still_on_the_base_table(real_county: County) -> None:
    person = real_county.person("周归").pk
    as_owner(NOTHING_POINTS_TO_RESIDENTS, f"DELETE FROM register_resident WHERE id = {person}")

    assert missing(proved()) == [(VILLAGE, None, Lost.NOT_REGISTERED)]


def test_a_person_gone_from_everywhere_is_missed_by_the_count(real_county: County) -> None:
    person = real_county.person("周归").pk
    as_owner(NOTHING_POINTS_TO_RESIDENTS, f"DELETE FROM register_resident WHERE id = {person}", f"DELETE FROM enrolment_baserow WHERE resident_id = {person}")  # fmt: skip

    assert (proved().lost, proved().missing_rows, proved().holds) == ((), 1, False)


def test_the_command_says_it_by_village_and_ends_well(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prove", county=COUNTY)

    said = capsys.readouterr().out
    assert (
        f"{VILLAGE} 示例一村  上年 11 = 仍在册 10 + 减少 1（死亡 0，迁出 0，职工医保 1，登记有误撤下 0，通知不予参保 0）+ 对不上 0"
        in said
    )
    assert "一个人都没有丢" in said


def test_the_command_names_whoever_is_lost_and_does_not_end_well(real_county: County, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    as_owner(f"DELETE FROM enrolment_bill WHERE resident_id = {real_county.person('周归').pk}")

    with pytest.raises(SystemExit) as ended:
        call_command("prove", county=COUNTY)

    assert (ended.value.code, "示例一村 第2号 周归：仍在册，今年的征缴里没有账单" in capsys.readouterr().err) == (
        1,
        True,
    )


def test_a_county_without_a_base_table_has_nothing_to_prove(county: County) -> None:
    with pytest.raises(CommandError, match="还没有编制底表") as no:
        call_command("prove", county="340622")

    assert no.value.returncode == 2
    assert BaseTable.objects.count() == 1


def test_a_change_said_by_other_work_is_a_ground_too(county: County) -> None:
    person = county.person("周归")
    with register_changes("moved"):
        type(person).objects.filter(pk=person.pk).update(moved_on=date(2021, 10, 1))

    assert (proved().whole.moved, proved().holds) == (1, True)


def test_after_the_window_somebody_without_a_bill_is_still_lost(real_county: County, settings: object) -> None:
    """The control of a day: of today the notice would let nobody in, which is no reason for having no bill."""
    as_owner(f"DELETE FROM enrolment_bill WHERE resident_id = {real_county.person('周归').pk}")
    settings.CANBAO_TODAY = date(2022, 6, 1)

    assert missing(proved()) == [(VILLAGE, "周归", Lost.NO_BILL)]
