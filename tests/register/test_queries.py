"""A name is found by its beginning, and at the scale of a county by an index, also under row-level security."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from canbao.access.scope import Scope, within
from canbao.register.models import Resident
from canbao.register.queries import beginning, find_households, inside
from tests.county import COUNTY, VILLAGE, County


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("赵", ["赵家"], id="the-family-name"),
        pytest.param("赵双一", ["赵家"], id="the-whole-name"),
        pytest.param("双", [], id="not-the-middle"),
        pytest.param("赵家", ["赵家"], id="the-code"),
        pytest.param("赵%", [], id="no-wildcard"),
        pytest.param("郑", [], id="of-another-village"),
    ],
)
def test_a_household_is_found_by_a_beginning_or_its_code(county: County, text: str, found: list[str]) -> None:
    assert [home.code for home in find_households(text, division=VILLAGE)] == found


def plan_of(rows: QuerySet[Resident]) -> str:
    """How the application's role would find them in a county so large that reading everybody is out of the question."""
    with within(Scope(COUNTY, "staff:county")), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        return rows.explain()


def test_the_beginning_of_a_name_is_looked_up_in_its_index(county: County) -> None:
    plan = plan_of(beginning("赵").filter(inside(COUNTY)))

    assert "resident_by_name" in plan
    assert "Index Cond: (((name)::text >= " in plan


def test_like_could_not_use_it_under_row_level_security(county: County) -> None:
    """The control: why the beginning is a range."""
    assert "resident_by_name" not in plan_of(Resident.objects.filter(inside(COUNTY), name__startswith="赵"))
