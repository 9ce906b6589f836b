"""The tax office's list of certificates beside our remittances; what differs stays until a person has worked it off."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.tax_lists import read_certificates
from canbao.collection.models import Mismatch, Remittance, Statement
from canbao.collection.refusals import (
    CertificateRowWrong,
    MismatchWithoutNote,
    MismatchWorkedOff,
    NotACertificateList,
    StatementDayOutside,
    StatementKnown,
    StatementTaken,
)
from tests.collection.domain.test_cash import take
from tests.collection.domain.test_remittances import NEXT_DAY, full_drawer, give
from tests.collection.racing import all_at_once, as_application, as_owner
from tests.county import COUNTY, OTHER_VILLAGE, VILLAGE, County
from tests.desks import reconcile_taxes, reject_remittance, work_off
from tests.documents.workbooks import xlsx

HEADER = ["缴款书号", "缴款日期", "金额", "缴费人数", "代收单位"]
HERS = ["皖税0001", "2021-11-16", "1600.00", "5", "示例一村委会"]


def listed(*rows: list[Any]) -> bytes:
    return xlsx({"清单": [HEADER, *rows]})


def compare(county: County, *rows: list[Any], **changes: Any) -> Statement:
    asked: dict[str, Any] = {
        "statement_id": uuid4(), "content": listed(*rows), "file_name": "清单.xlsx", "first": date(2021, 11, 1), "last": date(2021, 11, 30),
        "by": county.staff("tax"), "at": NEXT_DAY,
    }  # fmt: skip
    return reconcile_taxes(campaign=county.campaign, **asked | changes)


def still_so() -> list[tuple[str, str]]:
    found = Mismatch.objects.filter(worked_by__isnull=True, gone_with__isnull=True)
    return sorted(found.values_list("kind", "key"))


@pytest.fixture
def handed_in(county: County) -> County:
    full_drawer(county)
    give(county)
    return county


def test_what_agrees_is_counted_and_leaves_nothing_to_do(handed_in: County) -> None:
    done = compare(handed_in, HERS, ["合计", None, "1600.00", "5", None])

    assert (done.lines, done.matched, still_so()) == (1, 1, [])


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([[*HERS[:2], "1599.99", *HERS[3:]]], ["amount"], id="a-fen-less"),
        pytest.param([[HERS[0], "2021-11-17", *HERS[2:]]], ["day"], id="another-day"),
        pytest.param([[*HERS[:3], "4", HERS[4]]], ["people"], id="a-head-less"),
        pytest.param([HERS, HERS], ["doubled"], id="twice"),
        pytest.param([HERS, ["皖税0009", *HERS[1:]]], ["missing_here"], id="one-that-we-do-not-know"),
        pytest.param([["皖税0009", *HERS[1:]]], ["missing_here", "missing_there"], id="another-number"),
        pytest.param([[HERS[0], 44516, 1600, 5, None]], [], id="as-a-spreadsheet-counts"),
    ],
)
def test_each_difference_is_typed(handed_in: County, rows: list[list[Any]], found: list[str]) -> None:
    compare(handed_in, *rows)

    assert [kind for kind, _ in still_so()] == found


def test_what_was_rejected_is_not_ours_any_more(handed_in: County) -> None:
    reject_remittance(Remittance.objects.get(), "不符", by=handed_in.staff("finance"), at=NEXT_DAY)

    compare(handed_in, HERS)

    assert still_so() == [("missing_here", "皖税0001")]


def test_a_later_list_shows_nothing_twice_and_closes_what_is_right_by_now(handed_in: County) -> None:
    wrong, other = [*HERS[:2], "1599.99", *HERS[3:]], ["皖税0009", *HERS[1:]]
    compare(handed_in, wrong, other)

    compare(handed_in, wrong, other, content=listed(wrong, other, ["合计", None, None, None, None]))
    assert (still_so(), Mismatch.objects.count()) == ([("amount", "皖税0001"), ("missing_here", "皖税0009")], 2)
    last = compare(handed_in, HERS, other)

    assert still_so() == [("missing_here", "皖税0009")]
    assert Mismatch.objects.get(kind="amount").gone_with == last


def test_the_same_file_again_is_said(handed_in: County) -> None:
    content = listed(HERS)
    compare(handed_in, content=content)

    with pytest.raises(StatementKnown), transaction.atomic():
        compare(handed_in, content=content)


def test_an_impatient_thumb_compares_once(real_county: County) -> None:
    full_drawer(real_county)
    intent = uuid4()

    answers = all_at_once(*[lambda: compare(real_county, HERS, statement_id=intent)] * 3)

    assert {one.pk for one in answers} == {intent}
    assert (Statement.objects.count(), still_so()) == (1, [("missing_here", "皖税0001")])


@pytest.mark.parametrize(
    "other", [{"content": listed([*HERS[:2], "1.00", *HERS[3:]])}, {"last": date(2021, 12, 31)}], ids=["file", "days"]
)
def test_an_old_page_with_another_list_is_told_that_nothing_was_compared(county: County, other: dict[str, Any]) -> None:
    intent = uuid4()
    compare(county, HERS, statement_id=intent)

    with pytest.raises(StatementTaken), transaction.atomic():
        compare(county, HERS, statement_id=intent, **other)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param(["皖" * 41, *HERS[1:]], f"第2行的缴款书号“{'皖' * 41}”读不出来。", id="too-long-a-number"),
        pytest.param([None, *HERS[1:]], "第2行的缴款书号“”读不出来。", id="no-number"),
        pytest.param(
            [34062120211116001, *HERS[1:]],
            "第2行的缴款书号“34062120211116000”读不出来。",
            id="a-number-that-lost-its-end",
        ),
        pytest.param([HERS[0], "十一月", *HERS[2:]], "第2行的日期“十一月”读不出来。", id="no-day"),
        pytest.param([*HERS[:2], "一千六", *HERS[3:]], "第2行的金额“一千六”读不出来。", id="no-amount"),
        pytest.param([*HERS[:3], "约5", HERS[4]], "第2行的人数“约5”读不出来。", id="no-headcount"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_row(row: list[Any], says: str) -> None:
    with pytest.raises(CertificateRowWrong) as no:
        read_certificates(listed(row))

    assert no.value.says == says


def test_a_list_of_something_else_is_no_list_of_certificates() -> None:
    with pytest.raises(NotACertificateList):
        read_certificates(xlsx({"清单": [["缴款书号", "金额"], ["皖税0001", "1600"]]}))


def test_a_list_about_other_days_than_said_is_not_taken(handed_in: County) -> None:
    with pytest.raises(StatementDayOutside), transaction.atomic():
        compare(handed_in, HERS, last=date(2021, 11, 15))

    assert not Statement.objects.exists()


@pytest.mark.parametrize(("username", "refusal"), [("town", NotYourDivision), ("civil", NotYourWork)])
def test_nobody_else_compares(handed_in: County, username: str, refusal: type) -> None:
    with pytest.raises(refusal):
        compare(handed_in, HERS, by=handed_in.staff(username))


def test_a_difference_is_worked_off_with_a_note_once(handed_in: County) -> None:
    compare(handed_in, [*HERS[:2], "1599.99", *HERS[3:]])
    one = Mismatch.objects.get()
    with pytest.raises(MismatchWithoutNote):
        work_off(one, "  ", by=handed_in.staff("tax"), at=NEXT_DAY)

    for _ in range(2):
        work_off(one, "税务录错一分，已更正", by=handed_in.staff("tax"), at=NEXT_DAY)
    with pytest.raises(MismatchWorkedOff):
        work_off(one, "另一个说法", by=handed_in.staff("county"), at=NEXT_DAY)

    one.refresh_from_db()
    assert (one.note, one.worked_by, still_so()) == ("税务录错一分，已更正", "staff:tax", [])
    assert Record.objects.filter(verb="mismatch.worked_off").count() == 1


def test_what_was_worked_off_does_not_come_back_with_the_next_list(handed_in: County) -> None:
    wrong = [*HERS[:2], "1599.99", *HERS[3:]]
    compare(handed_in, wrong)
    work_off(Mismatch.objects.get(), "已更正", by=handed_in.staff("tax"), at=NEXT_DAY)

    compare(handed_in, content=listed(wrong, ["合计", None, None, None, None]))

    assert still_so() == []


def test_a_village_sees_none_of_it_and_nobody_signs_for_another(real_county: County) -> None:
    take(real_county, "郑家", by="neighbour")
    give(real_county, by="neighbour", village=OTHER_VILLAGE, people=1, amount_fen=32000)
    compare(real_county, HERS)

    with within(Scope(VILLAGE, "staff:clerk")):
        assert (Statement.objects.count(), Mismatch.objects.count()) == (0, 0)
    with pytest.raises(DatabaseError, match="cannot speak for"):
        as_application(
            Scope(COUNTY, "staff:tax"),
            "UPDATE collection_mismatch SET note = '好', worked_by = 'staff:county', worked_at = now()",
        )
    with pytest.raises(IntegrityError, match="is append-only"):
        as_owner("UPDATE collection_mismatch SET theirs = NULL")
