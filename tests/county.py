"""The small county of the tests: two villages of one town and one of another, and a few families with everything
that matters. All people are invented; their numbers begin with 99, a place that was never issued.

| household | who |
|---|---|
| 赵家 | father, mother, twins: nobody has a category |
| 钱家 | a grandmother of 低保 (pays 40), her son without a category |
| 孙家 | alone, 特困 (pays nothing) |
| 李家 | a 重点优抚 soldier (nobody knows what he pays), his wife |
| 周家 | a returning worker |
| 吴家 | in the employee scheme: owes nothing here |
| 郑家 | of another village |
| 王家 | of another town, whose committee has no paper receipts left |
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from canbao.access.models import Role, Staff
from canbao.access.scope import Scope, within
from canbao.collection.domain.receipts import issue_book
from canbao.collection.models import ReceiptBook
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.enrolment.domain.base import draw_base_table
from canbao.enrolment.domain.campaigns import open_campaign, publish
from canbao.enrolment.models import Bill, BillState, Campaign, Edition
from canbao.kernel.days import CHINA
from canbao.kernel.identity import check_character
from canbao.policy import load_pack, load_pack_texts
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.models import Household, Resident
from canbao.rosters.models import Holding, Roster

COUNTY = "340621"
VILLAGE, OTHER_VILLAGE, FAR_VILLAGE = "340621100200", "340621100201", "340621101200"
PASSWORD = "kept for the tests alone"
IN_THE_WINDOW = datetime(2021, 11, 15, 10, 0, tzinfo=CHINA)


def number(born_on: date, sequence: int) -> str:
    """A well-formed number that was never issued."""
    body = f"990621{born_on:%Y%m%d}{sequence:03d}"
    return body + check_character(body)


PEOPLE: dict[str, tuple[str, str, date, int, str, dict[str, Any]]] = {
    # name: (household, village, born on, sequence, relation, circumstances)
    "赵大": ("赵家", VILLAGE, date(1980, 5, 1), 11, "户主", {}),
    "赵妻": ("赵家", VILLAGE, date(1982, 6, 2), 22, "配偶", {}),
    "赵双一": ("赵家", VILLAGE, date(2012, 7, 3), 13, "子女", {}),
    "赵双二": ("赵家", VILLAGE, date(2012, 7, 3), 15, "子女", {}),
    "钱奶奶": ("钱家", VILLAGE, date(1948, 1, 8), 24, "户主", {}),
    "钱儿": ("钱家", VILLAGE, date(1975, 2, 9), 17, "子女", {}),
    "孙独": ("孙家", VILLAGE, date(1940, 3, 3), 19, "户主", {}),
    "李军": ("李家", VILLAGE, date(1960, 8, 1), 31, "户主", {}),
    "李妻": ("李家", VILLAGE, date(1963, 9, 1), 42, "配偶", {}),
    "周归": ("周家", VILLAGE, date(1990, 10, 10), 51, "户主", {"traits": ["返乡农民工"]}),
    "吴职": ("吴家", VILLAGE, date(1985, 11, 11), 53, "户主", {"employee_scheme": {"months": 60}}),
    "郑邻": ("郑家", OTHER_VILLAGE, date(1970, 12, 12), 61, "户主", {}),
    "王远": ("王家", FAR_VILLAGE, date(1971, 1, 13), 63, "户主", {}),
}
NEW_THIS_YEAR = {"王远"}  # everybody else was enrolled last year, elsewhere: it is the first season here
HELD = {"钱奶奶": "低保对象", "孙独": "特困人员", "李军": "重点优抚对象"}
STAFF = {
    "clerk": ("村经办员", Role.VILLAGE_CLERK, VILLAGE),
    "neighbour": ("邻村经办员", Role.VILLAGE_CLERK, OTHER_VILLAGE),
    "far": ("远村经办员", Role.VILLAGE_CLERK, FAR_VILLAGE),
    "town": ("镇经办员", Role.TOWNSHIP, "340621100000"),
    "finance": ("财政分局", Role.FINANCE_BRANCH, "340621100000"),
    "county": ("县医保局", Role.COUNTY, COUNTY),
    "county2": ("县医保局复核", Role.COUNTY, COUNTY),
    "tax": ("县税务局", Role.TAX, COUNTY),
    "civil": ("民政局", Role.DEPARTMENT, COUNTY),
}


def everybody() -> Scope:
    return Scope(division=COUNTY, actor="test")


@contextmanager
def signed_in(username: str, *, division: str = COUNTY) -> Iterator[Scope]:
    """What one of the staff does: the database takes a person's name from nobody but that person."""
    with within(Scope(division=division, actor=f"staff:{username}")) as scope:
        yield scope


@contextmanager
def register_changes(kind: str = "details") -> Iterator[None]:
    """For what no page does yet: says why rows of the register change inside, as whoever changes them must."""
    said = {"kind": kind, "on": "2021-11-15", "why": "试验用", "by": "test", "at": IN_THE_WINDOW.isoformat()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('register.change', %s, true)", [json.dumps(said)])
        yield
        cursor.execute("SELECT set_config('register.change', '', true)")


@dataclass(frozen=True)
class County:
    """Look things up by the names above. Needs a scope, like everything."""

    @property
    def campaign(self) -> Campaign:
        return Campaign.objects.get(county=COUNTY, key="suixi-2022")

    def person(self, name: str) -> Resident:
        return Resident.objects.select_related("household").get(name=name)

    def household(self, code: str) -> Household:
        return Household.objects.select_related("unit").get(code=code)

    def unit(self, village: str = VILLAGE) -> CollectingUnit:
        return CollectingUnit.objects.get(division_id=village, kind=UnitKind.VILLAGE)

    def staff(self, username: str) -> Staff:
        return Staff.objects.get(username=username)

    def bills(self, household: str) -> list[int]:
        """Ids of the open bills of a household that can be paid."""
        found = Bill.objects.filter(
            campaign=self.campaign, household__code=household, state=BillState.OPEN, due_fen__gt=0
        )
        return list(found.order_by("pk").values_list("pk", flat=True))

    def bill(self, name: str) -> Bill:
        """The latest bill of a person."""
        return Bill.objects.filter(campaign=self.campaign, resident__name=name).latest("version")


def build_county() -> None:
    """Everything above, committed, with the campaign of suixi-2022 opened on 15 November 2021."""
    places = [
        ("340000000000", "安徽省", "province"), ("340600000000", "淮北市", "prefecture"), ("340621000000", "濉溪县", "county"),
        ("340621100000", "濉溪镇", "town"), ("340621101000", "百善镇", "town"),
        (VILLAGE, "示例一村", "village"), (OTHER_VILLAGE, "示例二村", "village"), (FAR_VILLAGE, "示例三村", "village"),
    ]  # fmt: skip
    Division.objects.using("owner").bulk_create(
        [Division(code=code, name=name, level=level) for code, name, level in places]
    )
    for nth, village in enumerate((VILLAGE, OTHER_VILLAGE, FAR_VILLAGE)):
        unit = CollectingUnit.objects.using("owner").create(
            kind=UnitKind.VILLAGE, name=f"示例{'一二三'[nth]}村委会", division_id=village
        )
        with within(everybody()):
            if village != FAR_VILLAGE:  # they have used up their receipts
                issue_book(unit=unit, kind=ReceiptBook.Kind.PAPER, series=1, first=1 + nth * 100, last=100 + nth * 100)
            issue_book(
                unit=unit,
                kind=ReceiptBook.Kind.ELECTRONIC,
                series=2,
                first=1 + nth * 10_000,
                last=10_000 + nth * 10_000,
            )
    for username, (full_name, role, division) in STAFF.items():
        unit_of = CollectingUnit.objects.filter(division_id=division).first() if role == Role.VILLAGE_CLERK else None
        Staff.objects.db_manager("owner").create_staff(
            username=username,
            password=PASSWORD,
            full_name=full_name,
            role=role,
            division=division,
            unit_id=unit_of.pk if unit_of else None,
        )
    with within(everybody()):
        add_people(
            NewPerson(
                village=village, household_code=household, name=name, relation=relation, sex="女" if sequence % 2 == 0 else "男",
                born_on=born_on, number=number(born_on, sequence), number_kind="居民身份证", circumstances=circumstances,
                enrolled_last_year=name not in NEW_THIS_YEAR,
            )
            for name, (household, village, born_on, sequence, relation, circumstances) in PEOPLE.items()
        )  # fmt: skip
        hold(HELD, on=date(2021, 9, 30))
        campaign = publish(load_pack("suixi-2022"), county=COUNTY).campaign
        with signed_in("county"):
            bureau = Staff.objects.get(username="county")
            draw_base_table(campaign, by=bureau, at=IN_THE_WINDOW)
            open_campaign(campaign, by=bureau, on=IN_THE_WINDOW.date())


def another(campaign: Campaign, **changes: Any) -> Campaign:
    """A campaign like this one, with the same rules, that nobody has opened."""
    left_out = {"id", "opened_at", "opened_by"}
    kept = {one.attname: getattr(campaign, one.attname) for one in Campaign._meta.fields if one.name not in left_out}
    with transaction.atomic():  # a campaign without its rules is none
        made = Campaign.objects.create(**kept | changes)
        for edition in Edition.objects.filter(campaign=campaign):
            edition.pk, edition.campaign, edition.county = None, made, made.county
            edition.save(force_insert=True)
    return made


def open_with_dongzhi() -> Campaign:
    """From now on the county's notice is that of 东至县 as if it were written for the same year as this one: it speaks of unborn
    children, of children apart from their parents, and of foreigners.
    """
    texts = {
        name: text.replace("2021-", "2022-")
        .replace("2020-", "2021-")
        .replace("first: 2021-10-01\n  last", "first: 2021-10-02\n  last")
        for name, text in load_pack("dongzhi-2021").texts.items()
    }
    campaign = publish(load_pack_texts(texts, key="dongzhi-2022"), county=COUNTY).campaign
    Campaign.objects.exclude(pk=campaign.pk).update(opened_at=None)  # a county has one open season of a year
    with signed_in("county"):
        open_campaign(campaign, by=Staff.objects.get(username="county"), on=IN_THE_WINDOW.date())
    campaign.refresh_from_db()
    return campaign


def hold(categories: dict[str, str], *, on: date, until: date | None = None, is_confirmed: bool = True) -> Roster:
    """A roster that gives these people these categories, confirmed unless said otherwise."""
    from canbao.access.clock import now

    roster = Roster.objects.create(
        county=COUNTY, department="民政局", cut_off_on=on, file_name="名单.xlsx", file_digest=uuid4().hex, imported_by="civil",
        confirmed_at=now() if is_confirmed else None, confirmed_by="county" if is_confirmed else None,
    )  # fmt: skip
    for name, category in categories.items():
        resident = Resident.objects.get(name=name)
        Holding.objects.create(
            county=COUNTY, division=resident.division, resident=resident, household_id=resident.household_id, category=category,
            since=on, until=until, roster=roster,
        )  # fmt: skip
    return roster
