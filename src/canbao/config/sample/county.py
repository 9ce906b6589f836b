"""Load a sample county: its places, units, receipt stock, staff, and an invented register of some per cent of its people.

The towns and their populations come from the pack's own targets, their codes from `places.yaml`. All people are
invented; their numbers begin with 99, a place that was never issued. Never in production.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.contrib.auth.hashers import make_password
from ruamel.yaml import YAML

from canbao.access.models import Role, Staff
from canbao.access.scope import Scope, within
from canbao.collection.domain.receipts import issue_book
from canbao.collection.models import ReceiptBook
from canbao.config.home import PRODUCTION, UnsafeToStart
from canbao.config.sample.people import make_people
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.enrolment.domain.campaigns import publish
from canbao.enrolment.models import Campaign, Target
from canbao.policy import Pack
from canbao.policy.work_rules import target_people
from canbao.register.domain.bulk import NewPerson, add_people

SEED = 20220101
PAPER, ELECTRONIC = 1, 2  # the two series of the sample's receipts
PAPER_EACH, ELECTRONIC_EACH = 5_000, 50_000


class NoPlaces(LookupError):
    """The sample cannot invent a county of which it knows no names and codes."""


@dataclass(frozen=True)
class Sample:
    """A loaded sample county."""

    campaign: Campaign
    people: pl.DataFrame
    villages: list[str]

    @property
    def county(self) -> str:
        return self.campaign.county


def load_county(pack: Pack, *, percent: float, password: str, on: date) -> Sample:
    """Everything up to the day before the campaign opens. Needs an empty, set-up database and no scope."""
    if PRODUCTION:
        raise UnsafeToStart("样例数据不得装入生产环境 (the sample is not for production)")
    county = pack.document.place_code[:6]
    places = places_of(pack)
    people = make_people(_towns(pack, places), percent, SEED, on)
    villages = people.select("village_code", "village_name").unique().sort("village_code").rows()
    _divisions(places, villages)
    with within(Scope(division=county, actor="system:sample")):
        units = _units(villages, percent)
        _staff(county, places, units, password)
        add_people(_as_new(people))
        campaign = publish(pack, county=county).campaign
        _scale_targets(campaign, pack, people)
    return Sample(campaign, people, [code for code, _ in villages])


def _scale_targets(campaign: Campaign, pack: Pack, people: pl.DataFrame) -> None:
    """A sample of 1 % has 1 % of the targets: by the notice's own rate, from the people who are really here."""
    counted = dict(people.group_by("town_code").len().rows())
    for target in Target.objects.filter(campaign=campaign):
        target.population = counted.get(target.division_id, 0)
        if pack.targets is not None and pack.targets.rate is not None:
            target.people = target_people(target.population, pack.targets.rate)
        target.save(update_fields=["population", "people"])


def places_of(pack: Pack) -> dict[str, Any]:
    """Names and codes for a pack's county. Raises `NoPlaces` where the sample has none."""
    county = pack.document.place_code[:6]
    places = YAML(typ="safe").load((Path(__file__).parent / "places.yaml").read_text("utf-8"))
    if county not in places:
        raise NoPlaces(
            f"样例没有 {county} {pack.document.place} 的地名代码，请补充 places.yaml (the sample knows no places there)"
        )
    found: dict[str, Any] = places[county]
    return found


def _towns(pack: Pack, places: dict[str, Any]) -> list[tuple[str, str, int]]:
    units = pack.targets.units if pack.targets else ()
    return [
        (unit.name, places["towns"][unit.name].ljust(12, "0"), unit.population) for unit in units if unit.population
    ]


def _divisions(places: dict[str, Any], villages: list[tuple[str, str]]) -> None:
    above = zip(places["above"].items(), ("province", "prefecture", "county"), strict=True)
    rows = [Division(code=code, name=name, level=level) for (code, name), level in above]
    rows += [Division(code=code.ljust(12, "0"), name=name, level="town") for name, code in places["towns"].items()]
    rows += [Division(code=code, name=name, level="village") for code, name in villages]
    Division.objects.using("owner").bulk_create(rows)


def _units(villages: list[tuple[str, str]], percent: float) -> dict[str, CollectingUnit]:
    """One committee a village, each with a range of paper receipts and one of electronic ones."""
    units: dict[str, CollectingUnit] = {}
    for nth, (code, name) in enumerate(villages):
        unit = CollectingUnit.objects.using("owner").create(
            kind=UnitKind.VILLAGE, name=f"{name}委会", division_id=code, tax_registered=True
        )
        for kind, series, each in (
            (ReceiptBook.Kind.PAPER, PAPER, PAPER_EACH),
            (ReceiptBook.Kind.ELECTRONIC, ELECTRONIC, ELECTRONIC_EACH),
        ):
            issue_book(unit=unit, kind=kind, series=series, first=nth * each + 1, last=(nth + 1) * each)
        units[code] = unit
    return units


def _staff(county: str, places: dict[str, Any], units: dict[str, CollectingUnit], password: str) -> None:
    """A few who can sign in, by role. One password for all of them, made for this installation and hashed once:
    hashing it for hundreds of clerks would take minutes and add nothing."""
    whole, hashed = county.ljust(12, "0"), make_password(password)
    departments = {
        "minzheng": "民政部门",
        "xiangcun": "乡村振兴部门",
        "weijian": "卫生健康部门",
        "tuiyi": "退役军人事务部门",
    }
    people = [
        ("xian", "县医保局 样例", Role.COUNTY, whole),
        ("xian2", "县医保局复核 样例", Role.COUNTY, whole),
        (
            "xian3",
            "县医保局负责人 样例",
            Role.COUNTY,
            whole,
        ),  # a list that the county imports itself takes three people
        ("shui", "县税务局 样例", Role.TAX, whole),
        ("shi", "市医保局 样例", Role.CITY, f"{county[:4]}00000000"),
        *((username, f"{name} 样例", Role.DEPARTMENT, whole) for username, name in departments.items()),
        *((f"zhen{code[6:9]}", "镇经办 样例", Role.TOWNSHIP, code) for code in places["towns"].values()),
        *((f"caizheng{code[6:9]}", "财政分局 样例", Role.FINANCE_BRANCH, code) for code in places["towns"].values()),
        *((clerk_of(code), "村经办 样例", Role.VILLAGE_CLERK, code) for code in units),
    ]
    Staff.objects.using("owner").bulk_create(
        [
            Staff(
                username=username,
                password=hashed,
                full_name=name,
                role=role,
                division=division.ljust(12, "0"),
                department=departments.get(username, ""),
                unit_id=units[division].pk if division in units else None,
            )
            for username, name, role, division in people
        ]
    )


def clerk_of(village: str) -> str:
    """The sign-in name of a village's clerk in the sample."""
    return f"cun{village[6:]}"


def _as_new(people: pl.DataFrame) -> Iterator[NewPerson]:
    assert settings.CANBAO_SYNTHETIC_NUMBERS  # their prefix was never issued
    for row in people.iter_rows(named=True):
        yield NewPerson(
            village=row["village_code"],
            household_code=row["household_code"],
            name=row["name"],
            relation=row["relation"],
            sex=row["sex"],
            born_on=row["born_on"],
            number=row["number"],
            number_kind="居民身份证",
            passbook_account=row["passbook_account"],
            phone=row["phone"],
            hukou=row["hukou"],
            circumstances=_circumstances(row),
            enrolled_last_year=row["last_year_enrolled"],
        )


def _circumstances(row: dict[str, Any]) -> dict[str, Any]:
    traits = []
    if row["hukou"] == "permit":
        traits += ["外地户籍", "居住证"]
    if row["is_returning_worker"]:
        traits.append("返乡农民工")
    found: dict[str, Any] = {"traits": traits} if traits else {}
    if row["employee_scheme"]:
        found["employee_scheme"] = {"months": 36}
    return found
