"""A department's file becomes a roster with a verdict for every row, and nobody's number is left lying about."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canbao.access.models import Record, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.sealing import unseal
from canbao.documents.refusals import ColumnMissing, SeveralSheets
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.models import Resident
from canbao.rosters.models import Holding, Outcome, Roster
from canbao.rosters.queries import counts_by_outcome, other_lists
from canbao.rosters.refusals import CategoryNotInNotice, CutOffInFuture, NotYourDepartment, RosterFileKnown
from tests.county import VILLAGE, County, hold, number, register_changes, signed_in
from tests.rosters.files import CUT_OFF, HEADER, TODAY, imported, listed, number_of, only_row, rows_of, text_table, xlsx


@pytest.fixture
def one(county: County, tmp_path: Path) -> Callable:
    """The verdict on a list of one row."""

    def judged(*row: str | float | None, header: tuple[str, ...] = HEADER, **changes: object):
        return only_row(imported(county, xlsx(tmp_path / "one.xlsx", [row], header=header), **changes))

    return judged


def test_a_row_that_agrees_with_the_register_is_taken(county: County, one: Callable) -> None:
    row = one(*listed("赵大"))

    assert (row.outcome, row.row, row.why) == (Outcome.TAKEN, 2, "与登记相符。")
    assert (row.resident, row.division) == (county.person("赵大"), VILLAGE)
    assert row.categories == [{"name": "低保对象", "grade": ""}]


def test_nothing_counts_before_it_is_confirmed(county: County, one: Callable) -> None:
    one(*listed("赵大"))

    assert not Holding.objects.filter(resident=county.person("赵大")).exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(
            lambda text: text.translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
            "身份证号：全角字符已改为半角。",
            id="full-width-digits",
        ),
        pytest.param(
            lambda text: f" {text[:6]} {text[6:14]} {text[14:]}", "身份证号：多余的空格或符号已去掉。", id="spaces"
        ),
        pytest.param(lambda text: f"'{text}", "身份证号：多余的空格或符号已去掉。", id="apostrophe"),
    ],
)
def test_a_number_with_only_one_reading_is_mended_and_told(one: Callable, change: Callable, why: str) -> None:
    row = one(*listed("赵大", number=change(number_of("赵大"))))

    assert (row.outcome, row.why) == (Outcome.CORRECTED, why)


def test_spaces_and_remarks_in_a_name_are_mended_and_told(one: Callable) -> None:
    row = one(*listed("赵大", name="赵　大（户主）"))

    assert (row.outcome, row.why) == (Outcome.CORRECTED, "姓名：空格、符号或附注已去掉。")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param("赵太", "号码相符，但登记姓名与所填的不一致。", id="one-character"),
        pytest.param("钱多", "号码相符，但登记姓名与所填的不一致。", id="another-name"),
        pytest.param("赵大大", "号码相符，但登记姓名与所填的不一致。", id="longer"),
        pytest.param("", "号码相符，但没有填写姓名。", id="none"),
    ],
)
def test_a_name_that_differs_is_looked_at_and_the_registered_one_not_told(
    county: County, one: Callable, name: str, why: str
) -> None:
    row = one(*listed("赵大", name=name))

    assert (row.outcome, row.why, row.resident) == (Outcome.LOOK, why, county.person("赵大"))
    assert "赵大" not in row.why + row.remedy or name.startswith("赵大")


def test_a_wrong_number_is_refused_with_the_reason_and_never_mended(one: Callable) -> None:
    right = number_of("赵大")
    wrong = right[:17] + ("0" if right[17] != "0" else "1")
    row = one(*listed("赵大", number=wrong))

    assert (row.outcome, row.resident, row.number_tail) == (Outcome.REFUSED, None, wrong[-4:])
    assert (
        row.why
        == f"身份证号「{wrong[:3]}***********{wrong[-4:]}」校验不符：若前 17 位无误，末位应为 {right[17]}，现为 {wrong[17]}。"
    )
    assert unseal(row.number_sealed) == wrong


def test_a_number_in_a_numeric_cell_is_refused_even_if_it_could_be_right(one: Callable) -> None:
    row = one("赵大", float(number_of("赵大")[:15] + "000"), "低保对象")

    assert row.outcome == Outcome.REFUSED
    assert "末三位已被表格软件改成 000" in row.why
    assert "文本" in row.remedy


def test_somebody_who_is_not_on_the_register_is_refused(one: Callable) -> None:
    row = one("路人", number(date(1970, 1, 1), 77), "低保对象")

    assert (row.outcome, row.why) == (Outcome.REFUSED, "登记册上没有这个证件号码。")


@pytest.mark.parametrize(
    ("field", "why"),
    [
        pytest.param("died_on", "登记册上此人已去世。", id="dead"),
        pytest.param("moved_on", "登记册上此人已迁出。", id="moved"),
    ],
)
def test_the_dead_and_the_moved_are_looked_at(county: County, one: Callable, field: str, why: str) -> None:
    with register_changes():
        Resident.objects.filter(name="赵大").update(**{field: date(2021, 9, 1)})
    row = one(*listed("赵大"))

    assert (row.outcome, row.why) == (Outcome.LOOK, why)


def test_an_unknown_category_is_refused_and_the_known_ones_are_named(one: Callable) -> None:
    row = one(*listed("赵大", "贫困户"))

    assert (row.outcome, row.why) == (Outcome.REFUSED, "通知中没有「贫困户」这种类别。")
    assert row.remedy.startswith("请改用通知中的类别：特困人员、低保对象、返贫致贫人口")


def test_all_that_is_wrong_with_a_row_is_said_at_once(one: Callable) -> None:
    row = one(*listed("赵大", "", name="赵太"))

    assert (row.outcome, row.why) == (Outcome.REFUSED, "没有填写人员类别；号码相符，但登记姓名与所填的不一致。")


def test_several_categories_in_a_cell_are_all_taken(one: Callable) -> None:
    row = one(*listed("赵大", "低保，重度残疾（1-2级）、五保户"))

    assert (row.outcome, [one["name"] for one in row.categories]) == (
        Outcome.TAKEN,
        ["低保对象", "低收入家庭重度残疾人", "特困人员"],
    )


@pytest.mark.parametrize(
    ("category", "grade", "outcome", "read"),
    [
        pytest.param("重度残疾", "1级", Outcome.TAKEN, [("低收入家庭重度残疾人", "一级")], id="a-grade-beside-it"),
        pytest.param("低收入残疾人", "二级", Outcome.TAKEN, [("低收入家庭重度残疾人", "二级")], id="enough-together"),
        pytest.param("低收入残疾人", "", Outcome.LOOK, [], id="not-enough-alone"),
        pytest.param("低保", "A类", Outcome.TAKEN, [("低保对象", "")], id="a-category-without-grades"),
        pytest.param("重度残疾", "三级", Outcome.REFUSED, [], id="a-grade-outside"),
        pytest.param("低保、重度残疾", "四级", Outcome.CORRECTED, [("低保对象", "")], id="one-of-two-outside"),
        pytest.param("重度残疾", "不详", Outcome.LOOK, [("低收入家庭重度残疾人", "")], id="a-grade-nobody-can-read"),
        pytest.param("低保、贫困户", "", Outcome.LOOK, [("低保对象", "")], id="half-understood"),
        pytest.param(
            "低保、重度残疾",
            "不详",
            Outcome.LOOK,
            [("低保对象", ""), ("低收入家庭重度残疾人", "")],
            id="both-remembered",
        ),
        pytest.param("重度残疾（三级）、贫困户", "", Outcome.REFUSED, [], id="neither-understood-nor-within"),
    ],
)
def test_the_grade_may_stand_in_a_column_of_its_own(
    one: Callable, category: str, grade: str, outcome: Outcome, read: list
) -> None:
    row = one(*listed("赵大", category), grade, header=(*HEADER, "残疾等级"))

    assert (row.outcome, [(held["name"], held["grade"]) for held in row.categories]) == (outcome, read)


def test_a_list_without_a_category_column_is_of_the_category_the_sender_says(one: Callable) -> None:
    row = one("赵大", number_of("赵大"), header=HEADER[:2], category="五保户")

    assert row.categories == [{"name": "特困人员", "grade": ""}]


def test_a_row_with_an_end_date_is_looked_at(one: Callable) -> None:
    row = one(*listed("赵大"), "2021-08-01", header=(*HEADER, "取消时间"))

    assert (row.outcome, row.why) == (Outcome.LOOK, "表中写有退出（取消）时间。")


def test_the_register_counts_where_the_place_is_another(one: Callable) -> None:
    other = one(*listed("赵大"), "濉溪镇", "示例二村", header=WITH_PLACE)
    unknown = one(*listed("赵妻"), "濉溪镇", "原红旗大队", header=WITH_PLACE)

    assert (other.outcome, other.division) == (Outcome.CORRECTED, VILLAGE)
    assert other.why == "所填的乡镇、村与登记的不一致，以登记为准。"
    assert (unknown.outcome, unknown.why) == (Outcome.TAKEN, "与登记相符。")


def test_two_people_with_one_number_each_learn_of_the_others_row(county: County, tmp_path: Path) -> None:
    same = number_of("赵大")
    file = xlsx(
        tmp_path / "same.xlsx",
        [listed("赵大", name="赵太"), listed("赵妻"), listed("钱儿", number=same), listed("赵大", "贫困户")],
    )

    first, alone, second, third = rows_of(imported(county, file))

    differs = "号码相符，但登记姓名与所填的不一致"
    assert first.why == f"{differs}；「第 4、5 行」也是这个号码。"
    assert second.why == f"{differs}；「第 2、5 行」也是这个号码。"
    assert third.why == "通知中没有「贫困户」这种类别；「第 2、4 行」也是这个号码。"
    assert alone.why == "与登记相符。"


def test_a_number_of_nobody_on_many_rows_names_three_of_them(county: County, tmp_path: Path) -> None:
    nobody = number(date(1950, 1, 1), 77)
    first, *_ = rows_of(
        imported(county, xlsx(tmp_path / "many.xlsx", [listed("赵大", number=nobody) for _ in range(6)]))
    )

    assert first.why == "登记册上没有这个证件号码；「第 3、4、5、… 行」也是这个号码。"


def test_a_repeated_row_is_refused_and_says_which_one_was_taken(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "twice.xlsx", [listed("赵大"), listed("赵妻"), listed("赵大", "城乡低保")])
    rows = rows_of(imported(county, file))

    assert [row.outcome for row in rows] == [Outcome.TAKEN, Outcome.TAKEN, Outcome.REFUSED]
    assert rows[2].why == "与「第 2 行」重复（同一人、同一类别），那一行已采用。"


def test_a_second_row_with_another_category_is_no_repetition(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "two.xlsx", [listed("赵大"), listed("赵大", "低保、监测对象")])
    first, second = rows_of(imported(county, file))

    assert (first.outcome, second.outcome) == (Outcome.TAKEN, Outcome.CORRECTED)
    assert second.why == "其余类别已在「第 2 行」采用，本行只采用「监测人口」。"
    assert [held["name"] for held in second.categories] == ["监测人口"]


def test_a_row_that_is_not_taken_makes_no_later_row_a_repetition(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "two.xlsx", [listed("赵大", name="赵太"), listed("赵大")])

    assert [row.outcome for row in rows_of(imported(county, file))] == [Outcome.LOOK, Outcome.TAKEN]


def test_a_second_row_with_another_grade_is_looked_at_and_gives_nothing_yet(county: County, tmp_path: Path) -> None:
    file = xlsx(
        tmp_path / "three.xlsx",
        [listed("赵大", "重度残疾（二级）"), listed("赵大", "重度残疾（一级）、监测对象"), listed("赵大", "监测对象")],
    )
    rows = rows_of(imported(county, file))

    assert [row.outcome for row in rows] == [Outcome.TAKEN, Outcome.LOOK, Outcome.TAKEN]
    assert rows[1].why == "与「第 2 行」是同一人、同一类别，但等级不同（那里是「二级」）。"


def test_a_sender_is_not_told_of_another_departments_list_and_the_county_is(county: County, one: Callable) -> None:
    row = one(*listed("钱奶奶", "返贫致贫"), department="乡村振兴局")

    assert (row.outcome, row.why) == (Outcome.TAKEN, "与登记相符。")
    assert other_lists(row.roster, [row.resident_id]) == {row.resident_id: [("民政局", "低保对象")]}


def test_only_what_other_departments_say_on_the_lists_own_day_is_another_list(county: County, one: Callable) -> None:
    hold({"赵大": "监测人口"}, on=date(2020, 1, 1), until=date(2020, 12, 31))
    row = one(*listed("赵大"), department="残联")
    own = one(*listed("钱奶奶"), department="民政局")

    assert (other_lists(row.roster, [row.resident_id]), other_lists(own.roster, [own.resident_id])) == ({}, {})


WITH_PLACE = (*HEADER, "乡镇", "村")


def test_a_row_without_a_number_offers_the_only_one_of_that_name_in_the_village(county: County, one: Callable) -> None:
    row = one("赵大", "", "低保", "濉溪镇", "示例一村村委会", header=WITH_PLACE)

    assert (row.outcome, row.why) == (Outcome.LOOK, "没有填写身份证号；该地有 1 名同名人员。")
    assert row.resident == county.person("赵大")


def test_a_row_without_a_number_names_the_row_on_which_its_person_stands(county: County, tmp_path: Path) -> None:
    place = ("濉溪镇", "示例一村村委会")
    file = xlsx(tmp_path / "a.xlsx", [(*listed("赵大"), *place), ("赵大", "", "低保", *place)], header=WITH_PLACE)

    _, nameless = rows_of(imported(county, file))

    assert nameless.why == "没有填写身份证号；该地有 1 名同名人员；「第 2 行」可能是同一人。"


def test_of_two_namesakes_nobody_is_offered(county: County, one: Callable) -> None:
    namesake(VILLAGE)
    row = one("赵大", "", "低保", "濉溪镇", "示例一村", header=WITH_PLACE)

    assert (row.outcome, row.why, row.resident) == (Outcome.LOOK, "没有填写身份证号；该地有 2 名同名人员。", None)


def namesake(village: str) -> None:
    born_on = date(1991, 1, 1)
    add_people(
        [
            NewPerson(
                village=village, household_code="另一赵家", name="赵大", relation="户主", sex="男", born_on=born_on,
                number=number(born_on, 99), number_kind="居民身份证",
            )
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("town", "village"),
    [
        pytest.param("濉溪镇", "示例二村", id="another-village"),
        pytest.param("百善镇", "示例一村", id="a-village-of-another-town"),
        pytest.param("濉溪镇", "无名村", id="a-village-that-nobody-knows"),
        pytest.param("", "", id="no-place"),
    ],
)
def test_without_number_and_place_nobody_is_offered(one: Callable, town: str, village: str) -> None:
    row = one("赵大", "", "低保", town, village, header=WITH_PLACE)

    assert (row.outcome, row.why, row.resident) == (Outcome.REFUSED, "没有填写身份证号。", None)


def test_swapped_columns_are_refused_and_the_number_is_not_kept_as_a_name(one: Callable) -> None:
    row = one(number_of("赵大"), "赵大", "低保")

    assert (row.outcome, row.name) == (Outcome.REFUSED, "*" * 14 + number_of("赵大")[-4:])
    assert "请检查姓名和身份证号两列是否填反" in row.remedy


def test_a_text_table_in_gb18030_with_other_words_in_another_order(county: County, tmp_path: Path) -> None:
    header = ["所在村", "公民身份号码", "救助类别", "对象姓名"]
    file = text_table(
        tmp_path / "旧.csv", [["示例一村", number_of("赵大"), "城乡低保", "赵大"]], encoding="gb18030", header=header
    )
    row = only_row(imported(county, file))

    assert (row.outcome, row.resident, row.seen) == (Outcome.TAKEN, county.person("赵大"), {"0": "示例一村"})


def test_titles_and_totals_are_no_people_and_row_numbers_are_the_senders(county: County, tmp_path: Path) -> None:
    file = xlsx(
        tmp_path / "titled.xlsx",
        [listed("赵大"), (), listed("赵妻"), ("合计", "2人", None)],
        title="2021年10月低保名单",
    )
    roster = imported(county, file)

    assert [(row.row, row.name) for row in rows_of(roster)] == [(3, "赵大"), (5, "赵妻")]
    assert roster.left_out == [{"row": 6, "text": "合计", "why": "合计行"}]
    assert (roster.titles, roster.columns, roster.categories) == (["2021年10月低保名单"], list(HEADER), ["低保对象"])


def test_no_number_is_left_in_plain_text(county: County, tmp_path: Path) -> None:
    numbers = {name: number_of(name) for name in ("赵大", "赵妻", "钱儿", "周归", "李军")}
    spaced = f"{numbers['赵妻'][:6]} {numbers['赵妻'][6:14]} {numbers['赵妻'][14:]}"
    wide = numbers["钱儿"].translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    file = xlsx(
        tmp_path / "leaky.xlsx",
        [
            (*listed("赵大"), f"监护人{numbers['钱儿']}", "13812345678"),
            (numbers["赵妻"], "赵妻", f"低保{numbers['周归']}", spaced, "+86 138-1234-5678"),
            ("周归", numbers["周归"] + "1", "低保", wide, "0561-6021234"),
            ("", "", numbers["李军"], f"{numbers['李军']}、{numbers['赵大'].lower()}", "15位：990621800501001"),
        ],
        header=(*HEADER, "备注", "联系电话"),
        title=f"名单（经办 {numbers['李军']}）",
    )
    roster = imported(county, file, file_name=f"{numbers['赵大']}.xlsx")
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r::text FROM rosters_roster r WHERE id = %(id)s UNION ALL
               SELECT w::text FROM rosters_rosterrow w WHERE roster_id = %(id)s UNION ALL
               SELECT a::text FROM access_record a""",
            {"id": roster.pk},
        )
        kept = "\n".join(row[0] for row in cursor.fetchall())

    plain = kept.replace(" ", "").replace("-", "").translate({0xFF10 + digit: 48 + digit for digit in range(10)})
    leaked = [
        secret for secret in (*numbers.values(), "13812345678", "05616021234", "990621800501001") if secret in plain
    ]
    assert leaked == []
    assert "赵大" in kept  # what is looked through is what was written
    assert numbers["赵大"][-4:] in kept


def test_the_import_is_on_record_with_its_counts(county: County, tmp_path: Path) -> None:
    roster = imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大"), listed("赵妻", "贫困户")]))
    link = Record.objects.latest("position")

    assert (link.verb, link.subject, link.actor) == ("roster.imported", f"roster:{roster.pk}", "staff:civil")
    assert link.detail == {"taken": 1, "corrected": 0, "look": 0, "refused": 1}
    assert counts_by_outcome(roster) == {
        Outcome.TAKEN: 1,
        Outcome.CORRECTED: 0,
        Outcome.LOOK: 0,
        Outcome.REFUSED: 1,
    }


def test_the_same_file_again_is_known(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [listed("赵大")])
    imported(county, file)

    with pytest.raises(RosterFileKnown) as no:
        imported(county, file, file_name="换了名字.xlsx")
    assert no.value.says == "这份文件已经作为民政局截至 2021-10-31 的名单导入过。"
    assert Roster.objects.filter(cut_off_on=CUT_OFF).count() == 1


def test_the_same_file_for_another_day_is_another_list(county: County, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [listed("赵大")])

    assert imported(county, file).pk != imported(county, file, cut_off_on=date(2021, 11, 10)).pk


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"county": "341721"}, NotYourDivision, id="another-county"),
        pytest.param({"by": "clerk"}, NotYourDivision, id="a-village"),
        pytest.param({"by": "tax"}, NotYourWork, id="the-tax-office"),
        pytest.param({"cut_off_on": date(2021, 11, 16)}, CutOffInFuture, id="a-day-to-come"),
        pytest.param({"category": "贫困户"}, CategoryNotInNotice, id="a-list-of-an-unknown-category"),
    ],
)
def test_who_may_not_or_cannot_leaves_nothing_behind(
    county: County, tmp_path: Path, changes: dict, refusal: type
) -> None:
    before = Roster.objects.count()

    with pytest.raises(refusal):
        imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大")]), **changes)
    assert Roster.objects.count() == before


def test_a_department_sends_only_its_own_lists(county: County, tmp_path: Path) -> None:
    Staff.objects.filter(username="civil").update(department="民政局")
    file = xlsx(tmp_path / "a.xlsx", [listed("赵大")])

    with pytest.raises(NotYourDepartment):
        imported(county, file, department="残联")
    assert imported(county, file).department == "民政局"


def test_what_is_wrong_with_the_file_itself_is_said_by_whoever_reads_it(county: County, tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing):
        imported(county, xlsx(tmp_path / "a.xlsx", [("赵大", number_of("赵大"))], header=HEADER[:2]))


@pytest.mark.parametrize("people", [3, 30])
def test_a_longer_list_asks_the_database_no_more_often(county: County, tmp_path: Path, people: int) -> None:
    rows = [(f"某{at}", number(date(1960, 1, 1 + at % 28), 2 * at + 1), "低保", "示例一村") for at in range(people - 1)]
    file = xlsx(tmp_path / "a.xlsx", [*rows, ("赵大", "", "低保", "示例一村")], header=(*HEADER, "村"))
    with signed_in("civil"), CaptureQueriesContext(connection) as asked:
        roster = imported(county, file)

    assert (roster.rows.count(), len(asked)) == (people, 22)


def test_of_several_lists_in_a_file_one_is_named(county: County, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "several.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("城镇", "农村"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, HEADER)
            page.write_row(1, 0, listed("赵大" if name == "城镇" else "赵妻"), book.add_format({"num_format": "@"}))
    with pytest.raises(SeveralSheets):
        imported(county, path)

    assert [only_row(imported(county, path, sheet=sheet)).name for sheet in ("城镇", "农村")] == ["赵大", "赵妻"]


def test_today_is_the_day_that_was_given(county: County, tmp_path: Path) -> None:
    assert imported(county, xlsx(tmp_path / "a.xlsx", [listed("赵大")])).imported_at.date() == TODAY
