"""A department's own words for its columns: said once, understood from then on by that department alone, and forgotten."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from canbao.access.models import Staff
from canbao.documents.columns import Field
from canbao.rosters.domain.learning import forget, words_of
from canbao.rosters.domain.uploading import put_right
from canbao.rosters.models import LearnedWord, Upload
from canbao.rosters.refusals import NotYourDepartment
from tests.collection.racing import as_owner
from tests.county import COUNTY, County
from tests.documents.workbooks import xlsx
from tests.rosters.domain.test_uploading import handed_in, taken_in
from tests.rosters.files import NOW, SUIXI, listed

SAID = [Field.NAME, Field.NUMBER, Field.CATEGORY]


def odd(*names: str, header: tuple[str, ...] = ("姓名", "身份证号", "保障种类")) -> bytes:
    return xlsx({"名单": [header, *map(listed, names)]})


def taught(county: County, content: bytes, said: list[Field | None] = SAID, category: str = "") -> Upload:
    by = county.staff("civil")
    upload = put_right(taken_in(county, content), pack=SUIXI, by=by, sheet=None, meanings=said, category=category)
    return handed_in(county, upload)


def fields_of(upload: Upload) -> list[tuple[str, bool]]:
    return [(column["field"], column["own"]) for column in upload.seen["columns"]]


def test_what_was_said_of_a_header_is_understood_the_next_time(county: County) -> None:
    first = taken_in(county, odd("赵大"))
    assert fields_of(first)[2] == ("", False)
    assert taught(county, odd("赵大")).roster.rows.get().outcome == "taken"

    again = taken_in(county, odd("赵大", "赵妻"))

    assert fields_of(again) == [("name", False), ("number", False), ("category", True)]
    assert again.seen["no"] is None
    assert [row.outcome for row in handed_in(county, again).roster.rows.order_by("row")] == ["taken", "taken"]
    assert [(one.word, one.meaning, one.learned_by) for one in LearnedWord.objects.all()] == [
        ("保障种类", "category", "civil")
    ]


def test_headers_that_nobody_else_uses_are_found_by_the_learned_words(county: County) -> None:
    """Two known words make a row of headers; here there was one, and 身份证号 becomes 号 later."""
    taught(county, odd("赵大", header=("姓名", "身份证号", "保障种类")))
    taught(county, odd("赵大", "赵妻", header=("姓名", "号", "保障种类")))

    done = handed_in(county, taken_in(county, odd("赵妻", "钱奶奶", header=("对象姓名", "号", "保障种类"))))

    assert [row.name for row in done.roster.rows.order_by("row")] == ["赵妻", "钱奶奶"]


def test_another_department_understands_it_as_before(county: County) -> None:
    taught(county, odd("赵大"))

    assert set(words_of(COUNTY, "民政局")) == {"保障种类"}
    assert words_of(COUNTY, "残联") == {}


def test_a_column_that_is_not_to_be_used_is_remembered_as_well(county: County) -> None:
    taught(county, xlsx({"名单": [("姓名", "身份证号", "类别", "备注"), (*listed("赵大"), "x")]}), [*SAID, None])

    assert words_of(COUNTY, "民政局") == {"备注": None}


def test_who_says_otherwise_later_is_believed_and_the_earlier_word_stays_on_record(county: County) -> None:
    taught(county, odd("赵大"))
    taught(county, odd("赵大", "赵妻"), [Field.NAME, Field.NUMBER, Field.NOTE], "低保对象")

    assert words_of(COUNTY, "民政局") == {"保障种类": Field.NOTE}
    assert LearnedWord.objects.filter(forgotten_by="civil").count() == 1


def test_what_is_forgotten_means_what_it_means_to_everybody(county: County) -> None:
    taught(county, odd("赵大"))

    for _ in range(2):
        forget(LearnedWord.objects.get(), by=county.staff("civil"), at=NOW)

    assert words_of(COUNTY, "民政局") == {}
    assert fields_of(taken_in(county, odd("赵妻")))[2] == ("", False)


def test_only_the_department_itself_forgets(county: County) -> None:
    taught(county, odd("赵大"))
    Staff.objects.filter(username="civil").update(department="残联")

    with pytest.raises(NotYourDepartment):
        forget(LearnedWord.objects.get(), by=county.staff("civil"), at=NOW)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        pytest.param(("姓名", "身份证号", "类别", "注", "注"), [*SAID, Field.NOTE, None], id="twice-in-the-file"),
        pytest.param(("姓名", "身份证号", "类别", "990621198005010118"), [*SAID, Field.NOTE], id="somebodys-number"),
        pytest.param(("姓名", "身份证号", "类别", "很" * 61), [*SAID, Field.NOTE], id="a-story"),
        pytest.param(("姓名", "身份证号", "类别", ""), [*SAID, Field.NOTE], id="none"),
    ],
)
def test_a_header_that_is_no_word_is_not_learned(county: County, header: tuple[str, ...], said: list[Any]) -> None:
    row = (*listed("赵大"), *["x"] * (len(header) - 3))
    done = taught(county, xlsx({"名单": [header, row]}), said)

    assert (done.state, LearnedWord.objects.count()) == ("done", 0)


def test_a_word_means_one_thing_to_a_department(county: County) -> None:
    taught(county, odd("赵大"))
    again = LearnedWord.objects.get()
    again.pk = None

    with pytest.raises(IntegrityError, match="learned_word_means_one_thing"), transaction.atomic():
        again.save(force_insert=True)


def test_what_was_learned_is_never_rewritten_not_by_the_owner_either(real_county: County) -> None:
    taught(real_county, odd("赵大"))

    for change in ("UPDATE rosters_learnedword SET meaning = 'name'", "DELETE FROM rosters_learnedword"):
        with pytest.raises(IntegrityError, match="append-only"):
            as_owner(change)
