"""A file that waits: handed in once, put right only while it is there, and kept when it is refused."""

from typing import Any

import pytest
from django.db import connection

from canbao.access.scope import within
from canbao.documents.columns import Field
from canbao.documents.refusals import PictureOfAList, SeveralSheets
from canbao.rosters.domain.preview import SPELLINGS_AT_MOST, SPELLINGS_READ
from canbao.rosters.domain.uploading import give_up, hand_in, put_right, take_in
from canbao.rosters.domain.working import claim, work
from canbao.rosters.models import Roster, Upload
from canbao.rosters.refusals import (
    CategoryNotInNotice,
    CutOffInFuture,
    NotYourDepartment,
    RosterFileKnown,
    UploadChanged,
    UploadGone,
    UploadUnderWay,
)
from tests.county import COUNTY, County, everybody
from tests.documents.workbooks import xlsx
from tests.rosters.files import CUT_OFF, HEADER, NOW, SUIXI, TODAY, listed, number_of
from tests.rosters.working import work_off

LIST = xlsx({"名单": [HEADER, listed("赵大"), listed("赵妻")]})


def taken_in(county: County, content: bytes = LIST, /, **changes: Any) -> Upload:
    how = {
        "pack": SUIXI, "county": COUNTY, "department": "民政局", "cut_off_on": CUT_OFF, "file_name": "名单.xlsx", "is_full": True,
        "by": county.staff("civil"), "at": NOW, "on": TODAY,
    } | changes  # fmt: skip
    return take_in(content, **how)


def handed_in(county: County, upload: Upload) -> Upload:
    hand_in(upload, by=county.staff("civil"), at=NOW)
    work_off()
    return Upload.objects.get(pk=upload.pk)


def test_a_file_becomes_a_roster_once(county: County) -> None:
    upload = taken_in(county)
    stale = Upload.objects.get()

    done = handed_in(county, upload)

    roster = done.roster
    assert (done.state, done.file_sealed, Roster.objects.filter(department="民政局", file_digest=done.file_digest).count()) == ("done", None, 1)  # fmt: skip
    assert (roster.rows.count(), roster.file_name, roster.cut_off_on, roster.is_full) == (2, "名单.xlsx", CUT_OFF, True)
    for again in (
        lambda: handed_in(county, stale),
        lambda: give_up(stale, by=county.staff("civil")),
        lambda: put_right(stale, pack=SUIXI, by=county.staff("civil"), sheet=None, meanings=None, category=""),
    ):
        with pytest.raises(UploadGone):
            again()


def test_a_file_that_is_refused_still_waits_with_the_reason(county: County) -> None:
    handed_in(county, taken_in(county))

    refused = handed_in(county, taken_in(county))

    assert (refused.state, refused.refusal["code"], refused.roster) == ("looked_at", RosterFileKnown.code, None)
    assert refused.file_sealed


def test_what_a_worker_has_is_neither_changed_nor_given_up(county: County) -> None:
    upload = hand_in(taken_in(county), by=county.staff("civil"), at=NOW)
    for meddle in (
        lambda: hand_in(upload, by=county.staff("civil"), at=NOW),
        lambda: give_up(upload, by=county.staff("civil")),
        lambda: put_right(upload, pack=SUIXI, by=county.staff("civil"), sheet=None, meanings=None, category=""),
    ):
        with pytest.raises(UploadUnderWay):
            meddle()


def test_nothing_is_handed_in_or_put_right_that_was_put_right_since_it_was_seen(county: County) -> None:
    civil = county.staff("civil")
    two = xlsx({"一": [HEADER, listed("赵大")], "二": [HEADER, listed("赵妻")]})
    first = put_right(taken_in(county, two), pack=SUIXI, by=civil, sheet=0, meanings=None, category="")
    other = put_right(Upload.objects.get(), pack=SUIXI, by=civil, sheet=1, meanings=None, category="")

    for meddle in (
        lambda: hand_in(first, by=civil, at=NOW),
        lambda: put_right(first, pack=SUIXI, by=civil, sheet=0, meanings=None, category=""),
    ):
        with pytest.raises(UploadChanged):
            meddle()

    assert [row.name for row in handed_in(county, other).roster.rows.all()] == ["赵妻"]


@pytest.mark.parametrize("category", ["没有这种", "低\0保", "低保", "、".join(["低保对象"] * 20), "低保对象、特困人员"])
def test_the_category_of_a_whole_list_is_one_of_the_notices_own_names(county: County, category: str) -> None:
    upload = taken_in(county)

    for choose in (
        lambda: put_right(upload, pack=SUIXI, by=county.staff("civil"), sheet=None, meanings=None, category=category),
        lambda: taken_in(county, category=category),
    ):
        with pytest.raises(CategoryNotInNotice):
            choose()

    assert Upload.objects.get().category == ""


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"cut_off_on": TODAY.replace(year=2022)}, CutOffInFuture),
        ({"category": "没有这种"}, CategoryNotInNotice),
        ({"department": "卫生健康部门"}, NotYourDepartment),
    ],
)
def test_what_cannot_be_put_right_is_said_at_once_and_nothing_is_kept(county: County, changes: dict, refusal: type) -> None:  # fmt: skip
    civil = county.staff("civil")
    civil.department = "民政局"
    with pytest.raises(refusal):
        taken_in(county, **changes, by=civil)
    with pytest.raises(PictureOfAList):
        taken_in(county, b"%PDF-1.7", by=civil)
    assert not Upload.objects.exists()


def test_what_can_be_put_right_is_kept_with_the_reason(county: County) -> None:
    two = xlsx({"一": [HEADER, listed("赵大")], "二": [["户主", "姓名", "身份证号"], ["是", *listed("赵妻")[:2]]]})
    upload = taken_in(county, two)
    assert upload.seen["no"]["code"] == SeveralSheets.code

    upload = put_right(upload, pack=SUIXI, by=county.staff("civil"), sheet=1, meanings=None, category="")
    assert upload.seen["no"]["code"] == "document-column-missing"
    said = [Field.CATEGORY, Field.NAME, Field.NUMBER]
    upload = put_right(upload, pack=SUIXI, by=county.staff("civil"), sheet=1, meanings=said, category="")
    assert (upload.seen["no"], upload.seen["unread_rows"]) == (None, 1)
    upload = put_right(upload, pack=SUIXI, by=county.staff("civil"), sheet=1, meanings=None, category="低保对象")

    assert (upload.seen["no"], upload.seen["categories"]) == (None, [{"name": "低保对象", "grade": "", "rows": 1}])
    assert [row.name for row in handed_in(county, upload).roster.rows.all()] == ["赵妻"]


WHOLE = number_of("赵大")


@pytest.mark.parametrize(
    "sheets",
    [
        pytest.param({f"赵大{WHOLE}": [HEADER, listed("赵大")]}, id="the-sheets-name"),
        pytest.param({f"赵大{WHOLE}": [HEADER, listed("赵大")], "二": [HEADER, listed("赵妻")]}, id="of-two-sheets"),
        pytest.param({"一": [["姓名", "身份证号", f"经办赵大{WHOLE}"], listed("赵大")]}, id="a-header-when-one-is-missing"),
        pytest.param({"一": [[*HEADER, "证件号码", f"赵大{WHOLE}"], [*listed("赵大"), "无", ""]]}, id="a-header-of-too-many"),
        pytest.param({"一": [[f"经办赵大{WHOLE}"], HEADER, listed("赵大")]}, id="above-the-header"),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_file_has_no_whole_number_wherever_it_stands(county: County, sheets: dict) -> None:
    upload = Upload.objects.get(pk=taken_in(county, xlsx(sheets)).pk)

    assert f"赵大{'*' * 14}{WHOLE[-4:]}" in str(upload.seen)
    assert WHOLE not in str(upload.seen)


def test_a_list_is_read_from_a_sheet_whose_name_is_a_number(county: County) -> None:
    two = xlsx({WHOLE: [HEADER, listed("赵大")], "二": [HEADER, listed("赵妻"), listed("周归")]})
    upload = put_right(taken_in(county, two), pack=SUIXI, by=county.staff("civil"), sheet=0, meanings=None, category="")

    done = handed_in(county, upload)

    assert (done.roster.sheet, done.roster.rows.count()) == (f"{'*' * 14}{WHOLE[-4:]}", 1)
    assert WHOLE not in str([done.seen, done.roster.other_sheets, done.sheet])


def test_what_a_worker_refuses_is_kept_without_a_whole_number(county: County) -> None:
    upload = hand_in(taken_in(county), by=county.staff("civil"), at=NOW)

    def refusing(of: str) -> Any:
        raise CategoryNotInNotice(seen=f"赵大{WHOLE}\0", known="低保对象")

    with within(everybody()):
        work(claim(connection), connection, refusing)

    refusal = Upload.objects.get(pk=upload.pk).refusal
    assert refusal["words"] == {"seen": f"赵大{'*' * 14}{WHOLE[-4:]}", "known": "低保对象"}


def test_a_wrong_column_for_the_category_is_not_read_to_its_end(county: County) -> None:
    people = [(f"某{at}", "", f"某{at}") for at in range(SPELLINGS_READ + 500)]

    seen = taken_in(county, xlsx({"名单": [HEADER, *people]})).seen

    assert (seen["unread_rows"], seen["untried_rows"], len(seen["spellings"]), seen["more_spellings"]) == (
        SPELLINGS_READ, 500, SPELLINGS_AT_MOST, SPELLINGS_READ + 500 - SPELLINGS_AT_MOST,
    )  # fmt: skip
