"""`canbao adjust`: 东至县's year of 2021, whose notice looks at the list of October first and at that of 31 December last.

Everybody here is made up; their numbers begin with a place that was never issued.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from canbao.access.models import Record, Role, Staff
from canbao.access.scope import Scope, within
from canbao.collection.domain import adjustment
from canbao.collection.domain.cash import take_cash
from canbao.collection.domain.readjustment import readjust
from canbao.collection.domain.receipts import issue_book
from canbao.collection.models import ReceiptBook, Refund
from canbao.collection.refusals import NewerListCounts
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.enrolment.domain.base import draw_base_table
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.domain.campaigns import open_campaign, publish
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.kernel.days import CHINA
from canbao.ledger.models import Transfer
from canbao.policy import load_pack
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.domain.changes import died, moved_away
from canbao.register.models import Household, Resident
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.domain.confirming import confirm_roster
from canbao.rosters.domain.importing import import_roster
from canbao.rosters.models import Roster
from tests.county import COUNTY as OTHER_COUNTY
from tests.county import PASSWORD, County, number
from tests.documents.workbooks import xlsx
from tests.ledger.balances import debits_and_credits

COUNTY, TOWN, VILLAGE = "341721", "341721100000", "341721100201"
OCTOBER, YEAR_END = date(2020, 10, 31), date(2020, 12, 31)
PEOPLE = {
    "甲安": (date(1970, 1, 1), 11),
    "乙宁": (date(1971, 2, 2), 12),
    "丙康": (date(1972, 3, 3), 13),
    "丁平": (date(1973, 4, 4), 14),
    "戊泰": (date(1974, 5, 5), 15),
    "己和": (date(1975, 6, 6), 16),
}


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=CHINA)


def staff(username: str) -> Staff:
    return Staff.objects.get(username=username)


def at_work(username: str) -> object:
    return within(Scope(division=COUNTY, actor=f"staff:{username}"))


@pytest.fixture
def dongzhi(real_county: County) -> Iterator[Campaign]:
    """A village of six, each a household of their own, with the campaign opened on 1 October 2020."""
    places = [(f"{COUNTY}000000", "东至县", "county"), (TOWN, "尧渡镇", "town"), (VILLAGE, "示例村", "village")]
    Division.objects.using("owner").bulk_create([Division(code=c, name=n, level=level) for c, n, level in places])
    unit = CollectingUnit.objects.using("owner").create(kind=UnitKind.VILLAGE, name="示例村委会", division_id=VILLAGE)
    for username, role, division in [
        ("dz-clerk", Role.VILLAGE_CLERK, VILLAGE),
        ("dz-county", Role.COUNTY, COUNTY),
        ("dz-county2", Role.COUNTY, COUNTY),
        ("dz-civil", Role.DEPARTMENT, COUNTY),
        ("dz-gone", Role.COUNTY, COUNTY),
    ]:
        Staff.objects.db_manager("owner").create_staff(
            username=username, password=PASSWORD, full_name=username, role=role, division=division,
            unit_id=unit.pk if role == Role.VILLAGE_CLERK else None,
        )  # fmt: skip
    Staff.objects.using("owner").filter(username="dz-gone").update(is_active=False)
    with at_work("dz-county"):
        for series, kind in [(1, ReceiptBook.Kind.PAPER), (2, ReceiptBook.Kind.ELECTRONIC)]:
            issue_book(unit=unit, kind=kind, series=series, first=90_001, last=90_100)
        add_people(
            NewPerson(
                village=VILLAGE, household_code=f"{name}家", name=name, relation="户主", sex="男", born_on=born_on,
                number=number(born_on, sequence), number_kind="居民身份证", enrolled_last_year=True,
            )
            for name, (born_on, sequence) in PEOPLE.items()
        )  # fmt: skip
        campaign = publish(load_pack("dongzhi-2021"), county=COUNTY).campaign
        draw_base_table(campaign, by=staff("dz-county"), at=at(date(2020, 10, 1)))
        open_campaign(campaign, by=staff("dz-county"), on=date(2020, 10, 1))
        yield campaign


@pytest.fixture
def year_end(settings: LazySettings) -> None:
    settings.CANBAO_TODAY = YEAR_END


def take_list(people: Sequence[tuple[str, str]], *, cut_off: date, folder: Path) -> Roster:
    """The civil affairs office hands over everybody who is on its list; the county confirms it."""
    rows = [[name, number(*PEOPLE[name]), category] for name, category in people]
    file = folder / f"{cut_off}.xlsx"
    file.write_bytes(xlsx({"名单": [["姓名", "身份证号码", "人员类别"], *rows]}))
    with at_work("dz-civil"):
        roster = import_roster(
            pack=load_pack("dongzhi-2021"), county=COUNTY, department="县民政局", cut_off_on=cut_off, file=file,
            file_name=file.name, is_full=True, by=staff("dz-civil"), on=cut_off,
        )  # fmt: skip
    with at_work("dz-county2"):
        confirm_roster(roster, by=staff("dz-county2"), at=at(cut_off))
    return roster


def adjust_bills(campaign: Campaign, on: date) -> None:
    """Bills by the lists of that day, and nobody enrolled by the office yet."""
    with at_work("dz-county"):
        readjust(campaign, as_of=on, at=at(on), actor="staff:dz-county")


def pays(campaign: Campaign, name: str, on: date) -> int:
    """At the clerk's table; how much, in yuan."""
    household = Household.objects.get(county=COUNTY, code=f"{name}家")
    bill = Bill.objects.get(campaign=campaign, household=household, state=BillState.OPEN)
    with within(Scope(division=VILLAGE, actor="staff:dz-clerk")):
        receipt = take_cash(
            order_id=uuid4(), campaign=campaign, household=household, bills=[bill.pk], given_fen=bill.due_fen,
            clerk=staff("dz-clerk"), at=at(on),
        )  # fmt: skip
    return receipt.total_fen // 100


def bills(name: str) -> list[tuple[int | None, str]]:
    found = Bill.objects.filter(resident__name=name).order_by("version")
    return [(None if due is None else due // 100, state) for due, state in found.values_list("due_fen", "state")]


def adjust(capsys: pytest.CaptureFixture[str], **words: object) -> str:
    call_command("adjust", **{"county": COUNTY, "by": "dz-county", "as_of": YEAR_END} | words)
    return capsys.readouterr().out


def everything_written() -> list[tuple[object, ...]]:
    """Whatever bills, enrolments, refunds and money there are."""
    tables = ("enrolment_bill", "enrolment_enrolment", "collection_refund", "ledger_transfer", "access_record")
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            found.append((table, *cursor.fetchone()))
        return found


def test_the_list_of_31_december_moves_the_money_of_those_who_paid_by_the_one_of_october(
    dongzhi: Campaign, tmp_path: Path, capsys: pytest.CaptureFixture[str], year_end: None
) -> None:
    """甲 stays on the list, 乙 comes onto it after paying, 丙 leaves it after paying, 丁 comes onto it as 特困 and has
    not paid, 戊 comes onto it as 低保 and has not paid, 己 never was on it."""
    take_list([("甲安", "农村低保户"), ("丙康", "城市低保户")], cut_off=OCTOBER, folder=tmp_path)
    make_bills(dongzhi, on=OCTOBER)
    november = date(2020, 11, 5)
    adjust(capsys, as_of=OCTOBER)
    assert [pays(dongzhi, name, november) for name in ("甲安", "乙宁", "丙康", "己和")] == [30, 280, 30, 280]
    everybody_now = [("甲安", "农村低保户"), ("乙宁", "农村低保户"), ("丁平", "特困人员"), ("戊泰", "城市低保户")]
    take_list(everybody_now, cut_off=YEAR_END, folder=tmp_path)

    before = everything_written()
    looked = adjust(capsys, look=True)
    assert everything_written() == before
    said = adjust(capsys)

    assert "只是看看，什么也没有改" in looked
    for sentence in (
        "有变化 4 人：已缴费而应退 1 人 250.00 元，已参保而应补 1 人，没有参保而金额改了 1 人",
        "全额资助、由经办机构登记参保 1 人",
    ):
        assert sentence in looked
        assert sentence in said
    assert f"有资助而没有参保 1 人，请乡镇逐户通知：\n    {TOWN} 尧渡镇  1 人" in said
    assert bills("甲安") == [(280, "superseded"), (30, "settled")]
    assert bills("乙宁") == [(280, "settled"), (-250, "settled")]
    assert bills("丙康")[-2:] == [(30, "settled"), (250, "open")]
    assert bills("戊泰")[-1] == (30, "open")
    assert bills("己和") == [(280, "settled")]
    assert [(one.resident.name, one.amount_fen) for one in Refund.objects.filter(county=COUNTY)] == [("乙宁", 25000)]
    enrolled = Enrolment.objects.filter(campaign=dongzhi, resident__name="丁平")
    assert [(one.paid_fen, one.covered_from) for one in enrolled] == [(0, date(2021, 1, 1))]
    debits, credits_ = debits_and_credits()
    assert (four_ways_agree(dongzhi).agree, debits) == (True, credits_)

    again = adjust(capsys)
    assert (
        "有变化 0 人：已缴费而应退 0 人 0.00 元，已参保而应补 0 人，没有参保而金额改了 0 人\n  全额资助、由经办机构登记参保 0 人"
        in again
    )


def test_nobody_with_something_to_record_waits_while_it_is_looked_up_who_changed(
    dongzhi: Campaign,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    year_end: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_list([("丁平", "特困人员")], cut_off=OCTOBER, folder=tmp_path)
    make_bills(dongzhi, on=OCTOBER)
    before = Record.objects.count()
    looking, seen = adjustment._lines, []
    monkeypatch.setattr(
        adjustment, "_lines", lambda *given, **how: seen.append(Record.objects.count()) or looking(*given, **how)
    )

    adjust(capsys, as_of=OCTOBER)

    assert seen == [before]
    assert Record.objects.count() > before


def test_the_funds_owe_from_the_day_of_the_work_and_cover_is_as_of_the_lists_day(
    dongzhi: Campaign, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: LazySettings
) -> None:
    """The books of the list's day may be closed by then."""
    take_list([("丁平", "特困人员")], cut_off=OCTOBER, folder=tmp_path)
    adjust_bills(dongzhi, OCTOBER)
    settings.CANBAO_TODAY = date(2020, 11, 9)

    adjust(capsys, as_of=OCTOBER)

    enrolled = Enrolment.objects.get(campaign=dongzhi, resident__name="丁平")
    posted = Transfer.objects.filter(resident_id=enrolled.resident_id).values_list("on", flat=True)
    assert (enrolled.paid_on, set(posted)) == (OCTOBER, {date(2020, 11, 9)})


@pytest.mark.parametrize("what", [died, moved_away])
@pytest.mark.usefixtures("year_end")
def test_who_died_or_moved_away_is_not_enrolled_and_no_fund_pays_for_them(
    dongzhi: Campaign, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: Callable[..., object]
) -> None:
    take_list([("丁平", "特困人员")], cut_off=OCTOBER, folder=tmp_path)
    adjust_bills(dongzhi, OCTOBER)
    with at_work("dz-county2"):
        gone = Resident.objects.get(name="丁平")
        what(gone, on=date(2020, 11, 2), by=staff("dz-county2"), why="证明", at=at(date(2020, 11, 3)))

    said = adjust(capsys)

    assert "由经办机构登记参保 0 人" in said
    assert not Enrolment.objects.filter(resident__name="丁平").exists()
    assert not Transfer.objects.filter(resident_id=gone.pk).exists()


def test_who_is_on_no_list_any_more_is_not_enrolled_by_what_an_old_bill_says(
    dongzhi: Campaign, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: LazySettings
) -> None:
    """After the window the notice lets ordinary people in no more, so their bills stay as they were."""
    take_list([("丁平", "特困人员"), ("甲安", "农村低保户")], cut_off=OCTOBER, folder=tmp_path)
    adjust_bills(dongzhi, OCTOBER)
    january = date(2021, 1, 20)
    settings.CANBAO_TODAY = january
    take_list([("甲安", "农村低保户")], cut_off=january, folder=tmp_path)

    said = adjust(capsys, as_of=january)

    assert "由经办机构登记参保 0 人" in said
    assert not Enrolment.objects.filter(resident__name="丁平").exists()


@pytest.mark.usefixtures("year_end")
def test_a_day_before_the_newest_list_is_refused_unless_it_is_meant(
    dongzhi: Campaign, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take_list([("甲安", "农村低保户")], cut_off=OCTOBER, folder=tmp_path)
    take_list([("甲安", "农村低保户"), ("戊泰", "城市低保户")], cut_off=date(2020, 12, 1), folder=tmp_path)
    adjust(capsys, as_of=date(2020, 12, 1))

    with pytest.raises(CommandError, match="截至 2020-12-01 的名单已经算数") as no:
        adjust(capsys, as_of=OCTOBER)
    assert isinstance(no.value.__cause__, NewerListCounts)
    assert bills("戊泰")[-1] == (30, "open")

    adjust(capsys, as_of=OCTOBER, older=True)
    assert bills("戊泰")[-1] == (280, "open")


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ({"by": "dz-civil"}, "不办理", 1),
        ({"by": "county"}, "辖区|不在", 1),
        ({"by": "nobody"}, "没有账号 nobody", 2),
        ({"by": "dz-gone"}, "没有账号 dz-gone", 2),
        ({"county": "341722"}, "341722 没有开启的参保年度", 2),
        ({"as_of": date(2021, 1, 1)}, "2021-01-01 还没有到", 2),
    ],
)
@pytest.mark.usefixtures("dongzhi", "year_end")
def test_it_says_what_it_cannot_do(
    capsys: pytest.CaptureFixture[str], words: dict[str, object], said: str, code: int
) -> None:
    before = everything_written()

    with pytest.raises(CommandError, match=said) as no:
        adjust(capsys, **words)

    assert no.value.returncode == code
    assert everything_written() == before


def test_a_day_that_is_none_is_said_to_be_none(real_county: County) -> None:
    with pytest.raises(CommandError, match="2020-13-01 不是日期"):
        call_command("adjust", "--county", OTHER_COUNTY, "--by", "county", "--as-of", "2020-13-01")
