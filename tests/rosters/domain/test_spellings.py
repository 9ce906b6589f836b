"""A department's own spellings of categories: said once, used where the notice knows nothing, and nowhere else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canbao.policy import UnknownCategory, load_pack
from canbao.policy.category_names import spelling
from canbao.rosters.domain.categories import CategoryReader
from canbao.rosters.domain.learning import forget, spellings_of
from canbao.rosters.domain.preview import ASKED_AT_MOST
from canbao.rosters.domain.uploading import hand_in, put_right
from canbao.rosters.domain.verdict import Held
from canbao.rosters.models import Holding, LearnedWord, Outcome, Upload
from canbao.rosters.refusals import CategoryNotInNotice, SpellingKnown
from tests.county import COUNTY, County
from tests.desks import confirm_roster, mend_row
from tests.documents.workbooks import xlsx
from tests.rosters.domain.test_uploading import handed_in, taken_in
from tests.rosters.files import HEADER, NOW, SUIXI, listed, number_of
from tests.rosters.working import work_off

READ_AS = "「低保A类」按报送部门的说明读作「低保对象」。"


def of(*rows: tuple[str, ...]) -> bytes:
    return xlsx({"名单": [HEADER, *rows]})


def said(county: County, upload: Upload, **changes: Any) -> Upload:
    how = {"sheet": None, "meanings": None, "category": "", "spellings": {"低保A类": "低保对象"}} | changes
    return put_right(upload, pack=SUIXI, by=county.staff("civil"), **how)


def taught(county: County, content: bytes, **changes: Any) -> Upload:
    return handed_in(county, said(county, taken_in(county, content), **changes))


def verdicts(upload: Upload) -> list[tuple[str, str, list[str]]]:
    return [(row.outcome, row.why, [held["name"] for held in row.categories]) for row in upload.roster.rows.order_by("row")]  # fmt: skip


def asked(upload: Upload) -> list[tuple[str, int, str | None]]:
    return [(one["word"], one["rows"], one["meaning"]) for one in upload.seen["asked"]]


def test_a_spelling_that_nobody_knows_is_named_with_how_many_rows_have_it(county: County) -> None:
    rows = [listed("赵大", "低保A类"), listed("赵妻", "低保（A类）、民政户"), listed("周归", "低保")]

    assert asked(taken_in(county, of(*rows))) == [("低保A类", 2, None), ("民政户", 1, None)]


def test_rows_are_read_by_what_the_department_says_and_say_so(county: County) -> None:
    rows = [listed("赵大", "低保A类"), listed("赵妻", "低保")]
    before = handed_in(county, taken_in(county, of(*rows)))
    after = taught(county, of(*rows, listed("周归", "低保A类")))

    assert verdicts(before) == [
        ("refused", "通知中没有「低保A类」这种类别。", []),  # the control
        ("taken", "与登记相符。", ["低保对象"]),
    ]
    assert verdicts(after) == [
        ("corrected", READ_AS, ["低保对象"]),
        ("taken", "与登记相符。", ["低保对象"]),
        ("corrected", READ_AS, ["低保对象"]),
    ]
    assert (before.roster.spellings, after.roster.spellings) == (
        [], [{"word": "低保A类", "meaning": "低保对象", "rows": 2}],
    )  # fmt: skip


def test_what_was_said_of_a_spelling_is_remembered_and_may_be_said_otherwise(county: County) -> None:
    taught(county, of(listed("赵大", "低保A类")))
    again = taken_in(county, of(listed("赵妻", "低保A类")))
    assert asked(again) == [("低保A类", 1, "低保对象")]
    assert verdicts(handed_in(county, again)) == [("corrected", READ_AS, ["低保对象"])]

    taught(county, of(listed("周归", "低保A类")), spellings={"低保A类": "特困人员"})

    assert spellings_of(COUNTY, "民政局") == {"低保A类": "特困人员"}
    assert [(one.meaning, one.learned_by, one.forgotten_by) for one in LearnedWord.objects.order_by("pk")] == [
        ("低保对象", "civil", "civil"), ("特困人员", "civil", None),
    ]  # fmt: skip


def test_it_is_remembered_only_when_the_list_is_handed_in_and_for_its_department_alone(county: County) -> None:
    shown = said(county, taken_in(county, of(listed("赵大", "低保A类"))))
    assert (asked(shown), spellings_of(COUNTY, "民政局")) == ([("低保A类", 1, "低保对象")], {})

    handed_in(county, shown)

    assert set(spellings_of(COUNTY, "民政局")) == {"低保A类"}
    other = taken_in(county, of(listed("赵大", "低保A类")), department="卫生健康部门", by=county.staff("county"))
    assert asked(other) == [("低保A类", 1, None)]


def test_what_is_forgotten_is_asked_anew(county: County) -> None:
    taught(county, of(listed("赵大", "低保A类")))
    forget(LearnedWord.objects.get(), by=county.staff("civil"), at=NOW)

    assert asked(taken_in(county, of(listed("赵妻", "低保A类")))) == [("低保A类", 1, None)]


@pytest.mark.parametrize("changed", ["forgotten", "said otherwise"])
def test_a_list_is_read_as_it_was_seen_whatever_the_words_mean_by_then(county: County, changed: str) -> None:
    taught(county, of(listed("赵大", "低保A类")))
    seen = hand_in(taken_in(county, of(listed("赵妻", "低保A类"))), by=county.staff("civil"), at=NOW)
    forget(LearnedWord.objects.get(), by=county.staff("civil"), at=NOW)
    if changed == "said otherwise":
        LearnedWord.objects.create(
            county=COUNTY, department="民政局", kind="category", word="低保A类", meaning="特困人员", learned_by="civil"
        )
    work_off()

    assert verdicts(Upload.objects.get(pk=seen.pk)) == [("corrected", READ_AS, ["低保对象"])]


def test_what_is_said_to_be_none_of_the_notices_gives_nothing_and_hides_nothing(county: County) -> None:
    rows = [listed("赵大", "民政户"), listed("赵妻", "低保、民政户")]

    assert verdicts(taught(county, of(*rows), spellings={"民政户": ""})) == [
        ("refused", "「民政户」按报送部门的说明不是通知中的类别。", []),
        ("corrected", "「民政户」按报送部门的说明不是通知中的类别。", ["低保对象"]),
    ]


def test_a_spelling_may_stand_for_a_grade(county: County) -> None:
    done = taught(county, of(listed("赵大", "重残甲")), spellings={"重残甲": "低收入家庭重度残疾人（一级）"})

    assert done.roster.rows.get().categories == [{"name": "低收入家庭重度残疾人", "grade": "一级"}]


def test_a_cell_that_is_known_in_part_still_asks_to_be_looked_at(county: County) -> None:
    ((outcome, why, held),) = verdicts(taught(county, of(listed("赵大", "低保A类、没人知道"))))

    assert (outcome, held) == ("look", ["低保对象"])
    assert why == f"认出了「低保对象」，没有认出「没人知道」；{READ_AS}"


def test_a_row_that_is_corrected_later_is_read_by_the_words_that_its_list_was_read_by(county: County) -> None:
    done = taught(county, of(listed("赵大", "低保A类", number="12345")))
    forget(LearnedWord.objects.get(), by=county.staff("civil"), at=NOW)

    row = mend_row(done.roster.rows.get(), pack=SUIXI, by=county.staff("civil"), at=NOW, number=number_of("赵大"))

    assert (row.outcome, row.why, [held["name"] for held in row.categories]) == (
        "corrected", f"更正后：{READ_AS}", ["低保对象"],
    )  # fmt: skip


def test_what_was_read_by_a_departments_word_counts_once_it_is_confirmed(county: County) -> None:
    done = taught(county, of(listed("赵大", "低保A类")))

    confirm_roster(done.roster, by=county.staff("county"), at=NOW, strike_off_confirmed=True)

    held = Holding.objects.filter(resident=county.person("赵大"), until__isnull=True)
    assert held.get(category="低保对象").roster_id == done.roster.pk


KNOWN = sorted({text for one in SUIXI.categories for text in (one.name, *one.aliases, *one.aliases_with_grade)})


@pytest.mark.parametrize(
    "word", [*KNOWN, "重度残疾一级", "", "低保A类、民政户", "低保(A类)", number_of("赵大"), "长" * 61]
)
def test_nobody_says_what_the_notice_says_itself_nor_of_what_is_no_word(county: County, word: str) -> None:
    upload = taken_in(county, of(listed("赵大", "低保A类")))

    with pytest.raises(SpellingKnown):
        said(county, upload, spellings={word: "特困人员"})

    assert Upload.objects.get().spellings == {}


def test_a_spelling_means_a_category_of_the_notice(county: County) -> None:
    with pytest.raises(CategoryNotInNotice):
        said(county, taken_in(county, of(listed("赵大", "低保A类"))), spellings={"低保A类": "低保"})


CELLS = st.lists(st.sampled_from([*KNOWN, "重度残疾(1-2级)", "重残", "民政户"]), min_size=1, max_size=3).map("、".join)
GRADES = st.sampled_from(["", "一级", "3", "看不清"])
MEANINGS = st.sampled_from(["", *map(str, CategoryReader(SUIXI).meanings)])


@given(own=st.dictionaries(st.sampled_from(KNOWN).map(spelling), MEANINGS), cell=CELLS, grade=GRADES)
def test_whatever_is_said_of_it_what_the_notice_knows_means_what_it_says(own: dict, cell: str, grade: str) -> None:
    """Also where it was learned under another notice, or somebody wrote it into the database."""
    plainly, with_words = CategoryReader(SUIXI).read(cell, grade), CategoryReader(SUIXI, own=own).read(cell, grade)

    assert (with_words.held, with_words.problem, with_words.notes) == (plainly.held, plainly.problem, plainly.notes)


@given(cell=CELLS, grade=GRADES)
def test_what_is_asked_is_only_what_the_notice_does_not_know(cell: str, grade: str) -> None:
    for word in CategoryReader(SUIXI).read(cell, grade).unknown:
        assert isinstance(SUIXI.normalise_category(word), UnknownCategory)
        CategoryReader(SUIXI).check_may_mean(word, "低保对象")


def test_the_property_can_fail() -> None:
    """The control: of what the notice does not know the department's word does count."""
    held = CategoryReader(SUIXI, own={"民政户": "低保对象"}).read("民政户", "").held

    assert (held, CategoryReader(SUIXI).read("民政户", "").held) == ((Held("低保对象"),), ())


def test_a_word_for_a_category_that_another_notice_does_not_have_says_nothing_there() -> None:
    own, elsewhere = {"军属A": "监测人口"}, load_pack("dongzhi-2021")
    assert "监测人口" not in [one.name for one in elsewhere.categories]

    read = CategoryReader(elsewhere, own=own).read("军属A", "")

    assert (read.held, read.problem.outcome, read.unknown) == ((), Outcome.REFUSED, ("军属A",))


def test_of_very_many_unknown_spellings_the_most_frequent_are_asked(county: County) -> None:
    rows = [listed("赵大", f"写法{chr(0x4E00 + at)}") for at in range(ASKED_AT_MOST + 5)]

    seen = taken_in(county, of(*rows, listed("赵妻", "写法一"))).seen

    assert (len(seen["asked"]), seen["more_asked"], seen["asked"][0]["word"]) == (ASKED_AT_MOST, 5, "写法一")
