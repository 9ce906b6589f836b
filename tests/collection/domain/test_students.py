"""A university's students: each row of a list has its verdict, the good ones pay at their faculty from then on, and it is taken back."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.students import (
    MOST_ROWS,
    StudentRow,
    batches,
    judge,
    read_students,
    take_back_students,
    take_students,
)
from canbao.collection.domain.units import close_unit, open_unit
from canbao.collection.models import Receipt
from canbao.collection.refusals import (
    FacultyUnknown,
    NoStudents,
    NoSuchUnit,
    StudentTwice,
    TooManyStudents,
    UnitHasHouseholds,
)
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.enrolment.queries import Roll, roll_of
from canbao.kernel.identity import RoundedBySpreadsheet
from canbao.kernel.refusal import Refusal
from canbao.register.domain.residents import register_resident
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Household, Resident
from canbao.register.refusals import (
    ChangedSince,
    HasDied,
    HasMovedAway,
    LeadsAHousehold,
    NobodyChosenToMove,
    NotOnRegister,
    WasWithdrawn,
)
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from tests.collection.paying import order, pay
from tests.collection.racing import one_inside_the_other, units_unlocked
from tests.county import (
    COUNTY,
    FAR_VILLAGE,
    IN_THE_WINDOW,
    OTHER_VILLAGE,
    PEOPLE,
    VILLAGE,
    County,
    number,
    register_changes,
    signed_in,
)

TODAY = IN_THE_WINDOW.date()
WHY = "学校2021年新生名单"


@pytest.fixture
def university(county: County) -> CollectingUnit:
    """With two faculties, in 示例三村."""
    place = Division.objects.get(pk=FAR_VILLAGE)
    made = open_unit(UnitKind.UNIVERSITY, "示例学院", division=place, by=None, at=IN_THE_WINDOW)
    for name in ("文学院", "理学院"):
        open_unit(UnitKind.FACULTY, name, division=place, university=made, by=None, at=IN_THE_WINDOW)
    return made


def faculty(name: str) -> CollectingUnit:
    return CollectingUnit.objects.get(name=name)


def row(nth: int, name: str, where: str = "文学院", *, of: str = "") -> StudentRow:
    """As on a list, with the number of `of` where that is another one."""
    _home, _village, born_on, sequence, *_ = PEOPLE[of or name]
    return StudentRow(nth, name, number(born_on, sequence), where)


def judged(
    university: CollectingUnit, *rows: StudentRow
) -> tuple[list[str], list[str], list[tuple[int, type[Refusal]]]]:
    done = judge(rows, university, on=TODAY, allow_synthetic=True)
    going, there = ([one.student.name for one in found] for found in (done.going, done.there))
    return going, there, [(bad.row, type(no)) for bad, no in done.bad]


def take(county: County, university: CollectingUnit, *names: str, to: str = "文学院", by: str = "county") -> int:
    students = {county.person(name).pk: faculty(to).pk for name in names}
    with signed_in(by):
        return take_students(university, students, by=county.staff(by), why=WHY, at=IN_THE_WINDOW)


def take_back(county: County, university: CollectingUnit) -> int:
    (batch,) = batches(university)
    with signed_in("county"):
        return take_back_students(
            university, went_at=batch.at, went_by=batch.by, by=county.staff("county"), why="名单有误", at=IN_THE_WINDOW
        )


def homes(names: Sequence[str]) -> list[tuple[str, str, str]]:
    found = Resident.objects.filter(name__in=names).order_by("pk")
    return list(found.values_list("household__code", "division", "relation"))


class TestTheList:
    def test_every_row_has_a_verdict(self, county: County, university: CollectingUnit) -> None:
        take(county, university, "赵双二")
        rows = [
            row(2, "赵双一"), row(3, "赵双二"), row(4, "赵妻", "医学院"), row(5, "赵双一", "理学院"), row(6, "赵某", of="钱儿"),
            StudentRow(7, "无名", number(date(2002, 2, 2), 71), "文学院"), StudentRow(8, "短号", "123", "文学院"), row(9, "赵大"),
            row(10, "周归", "理学院"),
        ]  # fmt: skip

        going, there, bad = judged(university, *rows)

        assert (going, there) == (["赵双一", "周归"], ["赵双二"])
        assert [(nth, no.code) for nth, no in bad if nth != 8] == [
            (4, FacultyUnknown.code), (5, StudentTwice.code), (6, NotOnRegister.code), (7, NotOnRegister.code),
            (9, LeadsAHousehold.code),
        ]  # fmt: skip
        assert [nth for nth, _ in bad] == [4, 5, 6, 7, 8, 9]

    def test_who_is_not_on_the_register_any_more_does_not_go(self, county: County, university: CollectingUnit) -> None:
        for name, gone in [
            ("钱儿", {"died_on": TODAY}), ("李妻", {"moved_on": TODAY}), ("郑邻", {"moved_on": TODAY, "withdrawn": True}),
        ]:  # fmt: skip
            with register_changes():
                Resident.objects.filter(name=name).update(**gone)

        _, _, bad = judged(university, row(1, "钱儿"), row(2, "李妻"), row(3, "郑邻"))

        assert bad == [(1, HasDied), (2, HasMovedAway), (3, WasWithdrawn)]

    def test_a_school_without_faculties_needs_none_named(self, county: County) -> None:
        place = Division.objects.get(pk=FAR_VILLAGE)
        school = open_unit(UnitKind.SCHOOL, "示例中学", division=place, by=None, at=IN_THE_WINDOW)

        assert judged(school, row(1, "赵双一", ""), row(2, "赵双二", "示例中学"))[0] == ["赵双一", "赵双二"]

    def test_a_class_is_no_faculty(self, county: County) -> None:
        place = Division.objects.get(pk=FAR_VILLAGE)
        school = open_unit(UnitKind.SCHOOL, "示例中学", division=place, by=None, at=IN_THE_WINDOW)
        text = f"班级,身份证号,姓名\n一班,{row(0, '赵双一').number},赵双一\n"

        assert judged(school, *read_students(text.encode(), school))[0] == ["赵双一"]

    def test_somebody_with_a_passport_goes(self, county: County, university: CollectingUnit) -> None:
        for name, sequence, state in [("阮氏兰", "C1234567", "VNM"), ("金兰", "C1234567", "KOR"), ("阮二", "C7654321", "VNM"), ("阮二", "C7654321", "KOR")]:  # fmt: skip
            register_resident(
                household=county.household("周家"), name=name, number=sequence, issuer=state, born_on=date(2002, 3, 8), sex="女",
                relation="其他亲属", on=TODAY, allow_synthetic=False,
            )  # fmt: skip

        going, _there, bad = judged(
            university, StudentRow(1, "阮氏兰", "C1234567", "文学院"), StudentRow(2, "金 兰", "c1234567", "文学院"),
            StudentRow(3, "阮二", "C7654321", "文学院"), StudentRow(4, "阮三", "C1234567", "文学院"),
        )  # fmt: skip

        assert going == ["阮氏兰", "金兰"]
        assert bad == [(3, NotOnRegister), (4, NotOnRegister)]  # two of one name and number; another's number

    def test_the_number_of_a_merged_row_means_the_one_that_stays(self, county: County, university: CollectingUnit) -> None:  # fmt: skip
        stays = county.person("赵双一")
        with register_changes():
            Resident.objects.filter(name="赵双二").update(same_as=stays, withdrawn=True, moved_on=TODAY)

        going, _there, bad = judged(
            university, StudentRow(1, "赵双一", row(1, "赵双二").number, "文学院"), row(2, "赵双一")
        )

        assert (going, bad) == (["赵双一"], [(2, StudentTwice)])

    def test_a_number_that_the_spreadsheet_rounded_is_told_apart_from_a_wrong_one(self, county: County, university: CollectingUnit) -> None:  # fmt: skip
        content = BytesIO()
        with xlsxwriter.Workbook(content) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["姓名", "身份证号", "院系"])
            sheet.write_row(1, 0, ["赵双一", 990621201207030130, "文学院"])

        assert judged(university, *read_students(content.getvalue(), university))[2] == [(2, RoundedBySpreadsheet)]

    def test_is_read_with_any_order_of_columns(self, county: County, university: CollectingUnit) -> None:
        text = "示例学院学生名单,,\n院系,身份证号,学生姓名\n文学院,99062120120703013X,赵双一\n"

        (found,) = read_students(text.encode("gb18030"), university)

        assert (found.name, found.number, found.faculty, found.row) == ("赵双一", "99062120120703013X", "文学院", 3)

    def test_without_numbers_or_with_too_many_rows_is_none(self, county: County, university: CollectingUnit) -> None:
        with pytest.raises(NoStudents):
            read_students("姓名,院系\n赵双一,文学院\n".encode(), university)
        rows = "".join(f"甲{nth},99062120120703013X,文学院\n" for nth in range(MOST_ROWS + 1))
        with pytest.raises(TooManyStudents):
            read_students(f"姓名,身份证号,院系\n{rows}".encode(), university)


class TestWhoGoes:
    def test_is_a_household_of_their_own_at_the_school_and_owes_there(self, county: County, university: CollectingUnit) -> None:  # fmt: skip
        assert take(county, university, "赵双一", "赵双二") == 2

        one = county.person("赵双一")
        assert (one.household.code, one.division, one.relation) == (f"XS{one.pk}", FAR_VILLAGE, "户主")
        assert one.household.unit == faculty("文学院")
        bill = county.bill("赵双一")
        assert (bill.household, bill.division, bill.unit, bill.state) == (
            one.household,
            FAR_VILLAGE,
            faculty("文学院"),
            "open",
        )
        assert homes(["赵大", "赵妻"]) == [("赵家", VILLAGE, "户主"), ("赵家", VILLAGE, "配偶")]

    def test_what_they_hold_goes_along_and_who_paid_has_paid(self, county: County, university: CollectingUnit) -> None:
        pay(county, "赵家", "赵双一")
        take(county, university, "赵双一", "孙独")

        assert Holding.objects.get(resident__name="孙独").division == FAR_VILLAGE
        assert Receipt.objects.get().unit == county.unit()
        assert all(four_ways_agree(county.campaign, division=one).agree for one in (COUNTY, VILLAGE, FAR_VILLAGE))
        with within(Scope(division=FAR_VILLAGE, actor="staff:far")):  # whoever works at the school
            assert roll_of([faculty("文学院"), faculty("理学院")], county.campaign) == {
                faculty("文学院").pk: Roll(2, 1, 0), faculty("理学院").pk: Roll(0, 0, 0)
            }  # fmt: skip

    def test_each_faculty_is_counted_in_one_question(self, county: County, university: CollectingUnit, django_assert_num_queries: Any) -> None:  # fmt: skip
        pay(county, "周家")  # in the village, and seen where they are now
        take(county, university, "赵双一", "赵双二", "钱儿")
        take(county, university, "周归", to="理学院")
        units, campaign = [faculty("文学院"), faculty("理学院"), county.unit(OTHER_VILLAGE)], county.campaign

        with django_assert_num_queries(1):
            counted = roll_of(units, campaign)

        assert list(counted.values()) == [Roll(3, 0, 3), Roll(1, 1, 0), Roll(1, 0, 1)]
        assert list(roll_of(units, None).values()) == [Roll(3, 0, 0), Roll(1, 0, 0), Roll(1, 0, 0)]
        assert roll_of([], county.campaign) == {}

    def test_an_order_of_the_family_asks_no_more_for_them(self, county: County, university: CollectingUnit) -> None:
        waiting = order(county, "赵家")
        take(county, university, "赵双一")

        waiting.refresh_from_db()
        assert waiting.state == "closed"

    def test_goes_to_another_faculty_and_who_is_there_stays(self, county: County, university: CollectingUnit) -> None:
        take(county, university, "赵双一")
        assert take(county, university, "赵双一") == 0

        assert take(county, university, "赵双一", to="理学院") == 1

        one = county.person("赵双一")
        assert (one.household.code, one.household.unit) == (f"XS{one.pk}-2", faculty("理学院"))

    def test_a_faculty_with_students_is_not_closed(self, county: County, university: CollectingUnit) -> None:
        take(county, university, "赵双一")

        with pytest.raises(UnitHasHouseholds):
            close_unit(faculty("文学院"), on=TODAY, by=None, at=IN_THE_WINDOW)

    def test_what_cannot_be(self, county: County, university: CollectingUnit) -> None:
        with pytest.raises(LeadsAHousehold):
            take(county, university, "赵大")
        with pytest.raises(NobodyChosenToMove):
            take(county, university)
        with pytest.raises(NoSuchUnit):
            take(county, university, "赵双一", to="示例一村委会")
        with pytest.raises(NotYourWork):
            take(county, university, "赵双一", by="tax")
        with pytest.raises(NotYourDivision):
            take(county, university, "赵双一", by="town")  # the university stands in another town
        assert not Household.objects.filter(code__startswith="XS").exists()


class TestTakenBack:
    def test_a_list_is_taken_back_as_one(self, county: County, university: CollectingUnit) -> None:
        names = ["赵双一", "赵双二", "周归"]
        before = homes(names)
        take(county, university, *names)
        assert (homes(names) != before, [batch.people for batch in batches(university)]) == (True, [3])

        assert take_back(county, university) == 3

        assert (homes(names), batches(university)) == (before, [])
        assert county.bill("赵双一").unit == county.unit()
        assert four_ways_agree(county.campaign).agree
        with pytest.raises(NoStudents), signed_in("county"):
            take_back_students(
                university, went_at=IN_THE_WINDOW, went_by="staff:county", by=county.staff("county"), why="名单有误", at=IN_THE_WINDOW
            )  # fmt: skip

    def test_one_student_is_taken_back_alone(self, county: County, university: CollectingUnit) -> None:
        before = homes(["赵双一"])
        take(county, university, "赵双一", "赵双二")
        went = Change.objects.get(kind="school", resident=county.person("赵双一"))
        with signed_in("county"):
            undo(went, by=county.staff("county"), why="退学", at=IN_THE_WINDOW)

        assert homes(["赵双一"]) == before
        assert [batch.people for batch in batches(university)] == [1]

    def test_who_went_on_since_stays_where_they_are_and_holds_up_nobody(self, county: County, university: CollectingUnit) -> None:  # fmt: skip
        take(county, university, "赵双一", "赵双二")
        with register_changes():
            Resident.objects.filter(name="赵双二").update(household=county.household("郑家"), division=OTHER_VILLAGE)

        assert [batch.people for batch in batches(university)] == [1]
        assert take_back(county, university) == 1
        assert homes(["赵双一", "赵双二"]) == [("赵家", VILLAGE, "子女"), ("郑家", OTHER_VILLAGE, "户主")]

    def test_not_where_something_else_was_changed_since(self, county: County, university: CollectingUnit) -> None:
        take(county, university, "赵双一", "赵双二")
        with register_changes():
            Resident.objects.filter(name="赵双二").update(relation="其他亲属")

        with pytest.raises(ChangedSince):
            take_back(county, university)
        assert county.person("赵双一").household.unit == faculty("文学院")


class TestWhileTheirSchoolCloses:
    """Each begins when the other has done everything but commit."""

    @pytest.fixture
    def school(self, real_county: County) -> CollectingUnit:
        place = Division.objects.get(pk=FAR_VILLAGE)
        return open_unit(UnitKind.SCHOOL, "示例中学", division=place, by=None, at=IN_THE_WINDOW)

    def goes(self, county: County, school: CollectingUnit) -> int:
        with signed_in("county"):
            return take_students(
                school, {county.person("赵双一").pk: school.pk}, by=county.staff("county"), why=WHY, at=IN_THE_WINDOW
            )

    def test_whoever_closes_it_later_finds_them(self, real_county: County, school: CollectingUnit) -> None:
        went, no = one_inside_the_other(lambda: self.goes(real_county, school), lambda: closes(school))

        assert went == 1
        assert isinstance(no, UnitHasHouseholds)

    def test_whoever_goes_later_is_told(self, real_county: County, school: CollectingUnit) -> None:
        _closed, no = one_inside_the_other(lambda: closes(school), lambda: self.goes(real_county, school))

        assert isinstance(no, NoSuchUnit)

    @pytest.mark.parametrize("goes_first", [True, False])
    def test_without_holding_the_school_they_are_where_nobody_collects(
        self, real_county: County, school: CollectingUnit, monkeypatch: pytest.MonkeyPatch, goes_first: bool
    ) -> None:
        """The control."""
        units_unlocked(monkeypatch)
        both = [lambda: self.goes(real_county, school), lambda: closes(school)]

        one_inside_the_other(*both if goes_first else reversed(both))

        assert real_county.person("赵双一").household.unit.until == TODAY


def closes(school: CollectingUnit) -> CollectingUnit:
    return close_unit(school, on=TODAY, by=None, at=IN_THE_WINDOW)
