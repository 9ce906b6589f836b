"""`canbao units`: who collects, by whoever installs it."""

import pytest
from django.core.management import CommandError, call_command

from canbao.divisions.models import CollectingUnit
from tests.county import VILLAGE, County


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("units", *words)
    return capsys.readouterr().out


def test_a_university_with_a_faculty(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "open", "university", "示例学院", "--place", VILLAGE)
    university = CollectingUnit.objects.get(name="示例学院")
    said(capsys, "open", "faculty", "文学院", "--university", str(university.pk))
    faculty = CollectingUnit.objects.get(parent=university)
    said(capsys, "rename", str(faculty.pk), "人文学院")
    closed = said(capsys, "close", str(faculty.pk), "--on", "2021-11-01")
    shown = said(capsys, "show", "--county", "340621")

    assert closed.strip() == f"{faculty.pk} 院系 人文学院 {VILLAGE} 代收到 2021-11-01"
    assert f"{university.pk} 高等学校 示例学院 {VILLAGE}\n  {closed}" in shown


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["open", "school", "示例小学", "--place", "340621100299"], 1),
        (["open", "school", "示例小学"], 1),
        (["open", "village", "第二村委会", "--place", VILLAGE], 1),
        (["rename", "999999", "示例小学"], 2),
    ],
)
def test_what_cannot_be_is_said(county: County, words: list[str], code: int) -> None:
    with pytest.raises(CommandError) as no:
        call_command("units", *words)

    assert no.value.returncode == code
