"""Pages of people behind a figure: every one of them on one page, and a county's first page as fast as a village's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canbao.access.clock import today
from canbao.reports.coverage import coverage
from canbao.reports.people import PeoplePage, Which, bills_behind, how_many, page_behind
from tests.collection.paying import pay
from tests.county import COUNTY, County


def pages_of(county: County, which: Which, *, size: int) -> list[PeoplePage]:
    """From the first to the last, as a reader turns them."""
    pages = [page_behind(county.campaign, which, division=COUNTY, size=size)]
    while pages[-1].next:
        pages.append(page_behind(county.campaign, which, division=COUNTY, after=pages[-1].next, size=size))
    return pages


def names(page: PeoplePage) -> list[str]:
    return [bill.resident.name for bill in page.bills]


@pytest.mark.parametrize("which", Which)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_turning_the_pages_meets_everybody_once_by_place(county: County, which: Which, size: int) -> None:
    pages = pages_of(county, which, size=size)

    wanted = bills_behind(county.campaign, which, division=COUNTY).order_by("division", "household", "pk")
    assert [bill.pk for page in pages for bill in page.bills] == list(wanted.values_list("pk", flat=True)) != []
    assert ({len(page.bills) for page in pages[:-1]} <= {size}, pages[0].previous) == (True, None)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_turning_back_meets_the_same_pages(county: County, size: int) -> None:
    pages = pages_of(county, Which.TO_PAY, size=size)

    back = [pages[-1]]
    while back[-1].previous:
        back.append(page_behind(county.campaign, Which.TO_PAY, division=COUNTY, before=back[-1].previous, size=size))
    assert [names(page) for page in reversed(back)] == [names(page) for page in pages]


def test_who_pays_meanwhile_makes_nobody_be_passed_over(county: County) -> None:
    """By number the second page would begin one person later, and that person would be on no page."""
    everybody = names(page_behind(county.campaign, Which.TO_PAY, division=COUNTY))
    first = page_behind(county.campaign, Which.TO_PAY, division=COUNTY, size=3)

    pay(county, first.bills[0].household.code)

    second = page_behind(county.campaign, Which.TO_PAY, division=COUNTY, after=first.next, size=100)
    assert names(second) == [name for name in everybody[3:] if name in names(second)]
    assert everybody[3:][-1] in names(second)


def test_a_neighbour_that_is_not_there_leads_to_the_first_page(county: County) -> None:
    first = page_behind(county.campaign, Which.TO_PAY, division=COUNTY, size=2)

    for wrong in ({"after": 10**17}, {"before": 10**17}, {"before": first.bills[0].pk}):
        assert page_behind(county.campaign, Which.TO_PAY, division=COUNTY, size=2, **wrong) == first


def test_a_page_is_looked_for_among_bills_alone_and_only_its_own_are_read_with_their_people(county: County) -> None:
    """In one sentence, a tenth of a county took a minute: all its bills once for each household."""
    with CaptureQueriesContext(connection) as asked:
        page = page_behind(county.campaign, Which.TO_PAY, division=COUNTY, size=2)

    with_people = [one["sql"] for one in asked if "register_household" in one["sql"]]
    assert len(with_people) == 1
    assert f'WHERE "enrolment_bill"."id" IN ({", ".join(str(bill.pk) for bill in sorted(page.bills, key=lambda one: one.pk))})' in with_people[0]  # fmt: skip


@pytest.mark.parametrize("counts", [how_many, coverage, page_behind])
def test_people_of_a_county_are_counted_by_hash(county: County, counts: object) -> None:
    """Otherwise bills are joined one by one with every assessment: 7 s for three figures of a tenth of a county."""
    more = {how_many: {"division": COUNTY}, coverage: {"on": today()}, page_behind: {"division": COUNTY}}[counts]
    kind = (Which.SUBSIDISED,) if counts is page_behind else ()
    with CaptureQueriesContext(connection) as asked:
        counts(county.campaign, *kind, **more)

    sentences = [one["sql"] for one in asked]
    (joined,) = [
        nth
        for nth, sql in enumerate(sentences)
        if "enrolment_billassessment" in sql and "register_household" not in sql
    ]
    before, after = sentences[:joined], sentences[joined + 1 :]
    assert ("SET LOCAL enable_nestloop = off" in before, "SET LOCAL enable_nestloop = on" in after) == (True, True)
