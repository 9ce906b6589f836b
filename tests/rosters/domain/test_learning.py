"""A department's own words for its columns: said once, understood from then on by that department alone, and forgotten."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from canbao.access.models import Staff
from canbao.documents.columns import Field
from canbao.documents.refusals import NoHeader, NoSuchHeader
from canbao.rosters.domain.learning import forget, words_of
from canbao.rosters.domain.uploading import hand_in, put_right
from canbao.rosters.models import LearnedWord, Upload
from canbao.rosters.refusals import NotYourDepartment
from tests.collection.racing import as_owner
from tests.county import COUNTY, County
from tests.documents.workbooks import xlsx
from tests.rosters.domain.test_uploading import handed_in, taken_in
from tests.rosters.files import NOW, SUIXI, listed
from tests.rosters.working import work_off

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


STRANGE = ("对象", "证号", "保障种类", "住址")


def strange(*names: str, lower: tuple[str, ...] | None = None) -> bytes:
    """A header of which nobody knows a word, with `lower` as its second row."""
    people = [(*listed(name), "示例一村") for name in names]
    return xlsx({"名单": [["某县2021年10月名单"], STRANGE, *([lower] if lower else []), *people]})


def pointed(county: County, content: bytes, said: list[Field | None], last: int = 2) -> Upload:
    how = {"pack": SUIXI, "by": county.staff("civil"), "sheet": 0, "category": "", "header_rows": (2, last)}
    put_right(taken_in(county, content), meanings=None, **how)
    return put_right(Upload.objects.order_by("pk").last(), meanings=said, **how)


def test_a_header_that_somebody_pointed_at_is_found_the_next_time(county: County) -> None:
    first = taken_in(county, strange("赵大"))
    assert (first.seen["no"]["code"], [one["row"] for one in first.seen["top"]["rows"]]) == (NoHeader.code, [1, 2, 3])

    done = handed_in(county, pointed(county, strange("赵大"), [*SAID, None]))
    again = taken_in(county, strange("赵妻", "周归"))

    assert [(row.name, row.outcome) for row in done.roster.rows.all()] == [("赵大", "taken")]
    assert (again.seen["no"], again.seen["header_row"], again.seen["top"]) == (None, 2, None)
    assert words_of(COUNTY, "民政局") == dict(zip(STRANGE, [*SAID, None], strict=True))
    assert [row.outcome for row in handed_in(county, again).roster.rows.all()] == ["taken", "taken"]


def test_a_header_of_two_rows_is_found_the_next_time(county: County) -> None:
    lower = ("", "", "", "镇村")
    once = pointed(county, strange("赵大", lower=lower), [*SAID, None])  # the second row is no person
    assert once.seen["no"] is None
    assert once.seen["rows"] == 2

    done = handed_in(county, pointed(county, strange("赵大", lower=lower), [*SAID, None], last=3))
    again = taken_in(county, strange("赵妻", lower=lower))

    assert [column["header"] for column in done.seen["columns"]] == ["对象", "证号", "保障种类", "镇村"]
    assert (again.seen["header_row"], again.seen["rows"]) == (3, 1)


def test_a_worker_reads_the_header_where_somebody_pointed_whatever_is_known_by_then(county: County) -> None:
    upload = pointed(county, strange("赵大"), [*SAID, None])
    hand_in(upload, by=county.staff("civil"), at=NOW)
    for one in LearnedWord.objects.all():
        forget(one, by=county.staff("civil"), at=NOW)
    work_off()

    assert [row.name for row in Upload.objects.get(pk=upload.pk).roster.rows.all()] == ["赵大"]


def test_a_row_that_can_be_no_header_is_refused_and_the_file_stays_as_it_was(county: County) -> None:
    for rows in ((9, 9), (1, 3), (1, 9)):
        with pytest.raises(NoSuchHeader):
            put_right(
                taken_in(county, strange("赵大")), pack=SUIXI, by=county.staff("civil"), sheet=0, meanings=None, category="",
                header_rows=rows,
            )  # fmt: skip
    assert {one.header_rows for one in Upload.objects.all()} == {None}


def test_of_several_sheets_without_a_header_one_is_chosen_and_then_pointed_into(county: County) -> None:
    two = xlsx({"一": [["甲", "乙"], ["丙", "丁"]], "二": [STRANGE, (*listed("赵妻"), "示例一村")]})
    upload, how = taken_in(county, two), {"pack": SUIXI, "by": county.staff("civil"), "category": ""}
    assert [(one["name"], one["has_top"]) for one in upload.seen["sheets"]] == [("一", True), ("二", True)]

    upload = put_right(upload, sheet=1, meanings=None, **how)
    assert upload.seen["top"]["rows"][0]["cells"] == list(STRANGE)
    upload = put_right(upload, sheet=1, meanings=[*SAID, None], header_rows=(1, 1), **how)

    assert [row.name for row in handed_in(county, upload).roster.rows.all()] == ["赵妻"]
