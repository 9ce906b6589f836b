"""The base table is drawn up once, from who was enrolled before, and nobody writes in it afterwards."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, connections, transaction

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.enrolment.domain.base import draw_base_table
from canbao.enrolment.models import BaseRow, BaseTable, Campaign, Enrolment
from canbao.enrolment.refusals import BaseTableDrawn, NobodyEnrolledBefore, NoCampaignBefore
from tests.collection.domain.test_cash import take
from tests.county import (
    COUNTY,
    IN_THE_WINDOW,
    NEW_THIS_YEAR,
    OTHER_VILLAGE,
    PEOPLE,
    VILLAGE,
    County,
    another,
    signed_in,
)

NEXT_YEAR = IN_THE_WINDOW.replace(year=2022)


def next_campaign(county: County) -> Campaign:
    return another(
        county.campaign, key="suixi-2023", benefit_from=date(2023, 1, 1), benefit_until=date(2023, 12, 31),
        window_from=date(2022, 9, 1), window_until=date(2022, 12, 31),
    )  # fmt: skip


def listed(table: BaseTable, village: str | None = None) -> list[tuple[int, str]]:
    rows = BaseRow.objects.filter(table=table, **({"division": village} if village else {}))
    return list(rows.order_by("division", "nth").values_list("nth", "resident__name"))


def test_in_the_first_season_it_is_whom_the_register_says_were_enrolled(county: County) -> None:
    table = BaseTable.objects.get(campaign=county.campaign)

    assert (table.people, table.earlier, table.drawn_by) == (len(PEOPLE) - len(NEW_THIS_YEAR), None, "staff:county")
    assert {name for _, name in listed(table)} == set(PEOPLE) - NEW_THIS_YEAR


def test_each_village_counts_from_one_by_household_and_its_head_comes_first(county: County) -> None:
    table = BaseTable.objects.get(campaign=county.campaign)

    names = [name for _, name in listed(table, VILLAGE)]

    assert [nth for nth, _ in listed(table, VILLAGE)] == list(range(1, 12))
    assert names[names.index("赵大") :][:4] == ["赵大", "赵妻", "赵双一", "赵双二"]
    assert listed(table, OTHER_VILLAGE) == [(1, "郑邻")]


def test_a_year_later_it_is_who_was_enrolled_here(county: County) -> None:
    take(county, "赵家")
    after = next_campaign(county)

    with signed_in("county"):
        table = draw_base_table(after, by=county.staff("county"), at=NEXT_YEAR)

    assert table.earlier == county.campaign
    assert {name for _, name in listed(table)} == set(
        Enrolment.objects.filter(campaign=county.campaign).values_list("resident__name", flat=True)
    )
    assert {"赵大", "赵妻", "赵双一", "赵双二"} <= {name for _, name in listed(table)}
    assert "郑邻" not in {name for _, name in listed(table)}


def test_whose_enrolment_has_ended_is_not_on_it(real_county: County) -> None:
    take(real_county, "赵家")
    with connections["owner"].cursor() as owner:
        owner.execute(
            "UPDATE enrolment_enrolment SET ended_on = '2021-12-01', ended_why = '重复参保' WHERE resident_id = %s",
            [real_county.person("赵妻").pk],
        )

    with signed_in("county"):
        table = draw_base_table(next_campaign(real_county), by=real_county.staff("county"), at=NEXT_YEAR)

    assert {"赵大", "赵双一", "赵双二"} == {name for _, name in listed(table) if name.startswith("赵")}


def test_it_is_drawn_up_once(county: County) -> None:
    with signed_in("county"), pytest.raises(BaseTableDrawn) as no:
        draw_base_table(county.campaign, by=county.staff("county"), at=NEXT_YEAR)

    assert "2021-11-15" in no.value.says
    assert BaseTable.objects.count() == 1


def test_of_nobody_there_is_none(county: County) -> None:
    after = next_campaign(county)

    with signed_in("county"), pytest.raises(NobodyEnrolledBefore):
        draw_base_table(after, by=county.staff("county"), at=NEXT_YEAR)

    assert not BaseTable.objects.filter(campaign=after).exists()


@pytest.mark.parametrize(
    "begins", [date(2024, 1, 1), date(2022, 7, 1)], ids=["a-year-is-missing", "the-periods-overlap"]
)
def test_an_older_season_is_not_last_year_and_neither_is_what_the_register_came_with(county: County, begins: date) -> None:  # fmt: skip
    take(county, "赵家")
    after = another(county.campaign, key="later", benefit_from=begins, benefit_until=begins.replace(month=12, day=31))

    with signed_in("county"), pytest.raises(NoCampaignBefore, match="2022-12-31"):
        draw_base_table(after, by=county.staff("county"), at=NEXT_YEAR)

    assert not BaseTable.objects.filter(campaign=after).exists()


@pytest.mark.parametrize(("who", "no"), [("clerk", NotYourDivision), ("tax", NotYourWork)])
def test_the_county_draws_it_up(county: County, who: str, no: type[Exception]) -> None:
    with signed_in(who), pytest.raises(no):
        draw_base_table(next_campaign(county), by=county.staff(who), at=NEXT_YEAR)


def test_that_it_was_drawn_up_is_on_record(county: County) -> None:
    link = Record.objects.get(verb="base_table.drawn")

    assert (link.actor, link.detail) == ("staff:county", {"people": len(PEOPLE) - len(NEW_THIS_YEAR)})


@pytest.mark.parametrize("table", ["enrolment_baserow", "enrolment_basetable"])
@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.parametrize("what", ["DELETE FROM {}", "UPDATE {} SET county = '999999'", "TRUNCATE {} CASCADE"])
def test_nobody_changes_it_afterwards(real_county: County, table: str, alias: str, what: str) -> None:
    with pytest.raises(DatabaseError), connections[alias].cursor() as cursor:
        cursor.execute(what.format(table))

    assert BaseRow.objects.count() == len(PEOPLE) - len(NEW_THIS_YEAR)


def test_smuggled_in_sql_writes_no_row_of_it(county: County) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO enrolment_baserow SELECT * FROM enrolment_baserow")


@pytest.mark.parametrize("scope", [Scope(VILLAGE, "staff:clerk"), Scope("340622", "staff:other")])
def test_its_function_asks_for_the_whole_county(county: County, scope: Scope) -> None:
    after = next_campaign(county)

    with within(scope), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT enrolment_draw_base_table(%s, NULL, %s, now())", [after.pk, scope.actor])


def test_nobody_signs_it_as_somebody_else(county: County) -> None:
    after = next_campaign(county)

    with (
        within(Scope(COUNTY, "staff:county")),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT enrolment_draw_base_table(%s, NULL, 'staff:county2', now())", [after.pk])
