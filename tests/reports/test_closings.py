"""A day is closed: every unit in four ways, signed by somebody else than closed it, and a paper that shows later what was altered."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from canbao.access.fingerprints import altered
from canbao.access.models import Record
from canbao.access.record import link_at
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.merging import merge_village
from canbao.divisions.models import Division
from canbao.kernel.refusal import Refusal
from canbao.reports.closing_papers import closing_certificate
from canbao.reports.closings import check, close_by_hand, close_day, closings_in, figures_by_town, figures_of, sign
from canbao.reports.four_ways import Way, four_ways_agree, four_ways_by_unit
from canbao.reports.models import Closing, ClosingLine, ClosingSignature
from canbao.reports.refusals import ClosedByYourself, ClosingDiffers, OtherPlaceSigns
from tests.access.test_fingerprints import as_intruder
from tests.collection.domain.test_cash import take
from tests.collection.paying import pay
from tests.collection.racing import all_at_once, as_application, as_owner
from tests.county import COUNTY, IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, signed_in

DAY = IN_THE_WINDOW.date()
TOWN = VILLAGE[:9] + "000"
WHOLE = COUNTY + "000000"


def place(code: str) -> Division:
    return Division.objects.get(pk=code)


def closed(county: County, *, day: date = DAY, at: datetime = IN_THE_WINDOW) -> Closing:
    return close_day(county.campaign, day=day, actor="system:nightly", at=at)


def signs(county: County, closing: Closing, who: str, code: str) -> ClosingSignature:
    with signed_in(who):
        return sign(closing, place(code), by=county.staff(who), at=IN_THE_WINDOW)


def test_every_unit_is_counted_by_itself_and_together_they_are_the_county(county: County) -> None:
    take(county, "赵家")
    take(county, "郑家", by="neighbour")
    pay(county, "钱家")

    units = [one for one in four_ways_by_unit(county.campaign) if one.has_something]

    assert [(one.name, one.money) for one in units] == [
        ("示例一村委会", Way(6, 164000)),
        ("示例二村委会", Way(1, 32000)),
    ]
    assert all(one.money == one.people == one.roster == one.receipts and not one.differing for one in units)
    assert sum(one.money.fen for one in units) == four_ways_agree(county.campaign).money.fen


def test_two_mistakes_that_cancel_out_in_a_unit_are_seen(real_county: County) -> None:
    take(real_county, "周家")
    take(real_county, "赵家")
    with as_intruder("enrolment_enrolment"):
        as_owner("UPDATE enrolment_enrolment SET paid_fen = paid_fen + CASE resident_id WHEN %s THEN 1 ELSE -1 END WHERE resident_id IN (%s, %s)",
                 [real_county.person("周归").pk, real_county.person("周归").pk, real_county.person("赵大").pk])  # fmt: skip

    (unit,) = [one for one in four_ways_by_unit(real_county.campaign) if one.has_something]

    assert (unit.money, unit.differing) == (unit.people, 2)


def test_a_closed_day_keeps_its_figures_whatever_comes_later(county: County) -> None:
    take(county, "赵家")
    first = closed(county)
    take(county, "周家")
    second = closed(county, at=IN_THE_WINDOW + timedelta(hours=1))

    of_first, of_second = (figures_of(one, place(WHOLE)) for one in (first, second))
    assert (of_first.ways, of_second.ways) == ((Way(4, 128000),) * 4, (Way(5, 160000),) * 4)
    assert (of_first.drawer_fen, of_second.drawer_fen) == (128000, 160000)
    assert (first.nth, second.nth, [one.pk for one in closings_in(TOWN)]) == (1, 2, [second.pk, first.pk])


def test_the_root_is_the_records_link_that_closes_the_day(county: County) -> None:
    take(county, "赵家")
    made = closed(county)

    link = Record.objects.get(verb="day.closed", subject=f"closing:{made.pk}")
    there = link_at(COUNTY, made.root_position)
    assert there is not None
    assert (link.position, there.hash) == (made.root_position, made.root_hash)
    assert Record.objects.get(position=made.root_position - 1, county=COUNTY).verb == "fingerprints.taken"


def test_a_town_sees_its_own_figures_and_signs_for_them(real_county: County) -> None:
    take(real_county, "赵家")
    made = closed(real_county)

    signature = signs(real_county, made, "town", TOWN)
    again = signs(real_county, made, "town", TOWN)

    assert (signature.pk, signature.signed_by) == (again.pk, "staff:town")
    with within(Scope(TOWN, "staff:town")):
        assert figures_of(Closing.objects.get(), place(TOWN)).ways[0] == Way(4, 128000)
    towns = figures_by_town(figures_of(made, place(WHOLE)))
    assert [(one.place.code, one.signature) for one in towns if one.lines] == [(TOWN, signature)]


@pytest.mark.parametrize(
    ("who", "code", "refusal"),
    [
        pytest.param("clerk", TOWN, NotYourDivision, id="a-clerk-of-a-village"),
        pytest.param("clerk", VILLAGE, NotYourWork, id="a-clerk-for-the-village"),
        pytest.param("tax", WHOLE, NotYourWork, id="the-tax-office"),
        pytest.param("county", TOWN, OtherPlaceSigns, id="the-county-for-a-town"),
    ],
)
def test_nobody_signs_for_others(real_county: County, who: str, code: str, refusal: type[Refusal]) -> None:
    made = closed(real_county)

    with pytest.raises(refusal):
        signs(real_county, made, who, code)


def test_who_closed_the_day_does_not_sign_it_and_the_database_says_so_too(real_county: County) -> None:
    with signed_in("county"):
        made = close_by_hand(real_county.campaign, by=real_county.staff("county"), day=DAY, at=IN_THE_WINDOW)

    with pytest.raises(ClosedByYourself):
        signs(real_county, made, "county", WHOLE)
    with pytest.raises(IntegrityError, match="closing_two_people"), signed_in("county"):
        by_hand(made, "staff:county")
    with pytest.raises(IntegrityError, match="was closed by"), signed_in("county"):
        by_hand(made, "staff:county", closed_by="system:nightly")
    assert signs(real_county, made, "county2", WHOLE).signed_by == "staff:county2"


def by_hand(closing: Closing, who: str, *, code: str = WHOLE, **more: object) -> None:
    with transaction.atomic():
        ClosingSignature.objects.create(**{
            "county": COUNTY, "closing": closing, "division": code, "closed_by": closing.closed_by, "signed_by": who,
            "signed_at": IN_THE_WINDOW, **more,
        })  # fmt: skip


def test_nobody_signs_in_somebody_elses_name(real_county: County) -> None:
    made = closed(real_county)

    with pytest.raises(ProgrammingError, match="cannot speak for"), signed_in("town"):
        by_hand(made, "staff:county", code=TOWN)


def test_of_two_who_sign_at_once_one_has_signed(real_county: County) -> None:
    made = closed(real_county)

    def signs_now(who: str) -> ClosingSignature:
        return signs(real_county, made, who, WHOLE)

    answers = all_at_once(lambda: signs_now("county"), lambda: signs_now("county2"))

    assert len({one.pk for one in answers}) == 1
    assert ClosingSignature.objects.count() == 1


def test_figures_that_differ_are_named_and_not_signed(real_county: County) -> None:
    take(real_county, "周家")
    with as_intruder("enrolment_enrolment"):
        as_owner("UPDATE enrolment_enrolment SET paid_fen = paid_fen + 1")
    made = closed(real_county)

    (one,) = figures_of(made, place(TOWN)).differences
    assert (made.differences, one.resident_id) == (1, real_county.person("周归").pk)
    assert "资金320.00元、参保320.01元" in one.says
    with pytest.raises(ClosingDiffers):
        signs(real_county, made, "town", TOWN)
    for who, code in (("town", TOWN), ("county", WHOLE)):
        with pytest.raises(IntegrityError, match="differ"), signed_in(who):
            by_hand(made, f"staff:{who}", code=code)


def test_a_difference_is_found_where_the_village_is_another_one_by_now(real_county: County) -> None:
    """The family's rows lie in the new village, and the money was taken by the committee of the old one."""
    pay(real_county, "周家")
    merge_village(
        place(VILLAGE), place(OTHER_VILLAGE), on=DAY, why="并村", by=None, at=IN_THE_WINDOW
    )  # fmt: skip
    with as_intruder("enrolment_enrolment"):
        as_owner("UPDATE enrolment_enrolment SET paid_fen = paid_fen + 1")
    made = closed(real_county)

    assert [one.resident_id for one in figures_of(made, place(TOWN)).differences] == [real_county.person("周归").pk]
    with pytest.raises(ClosingDiffers):
        signs(real_county, made, "county", WHOLE)


def test_a_receipt_that_is_gone_is_its_units_difference(real_county: County) -> None:
    receipt = take(real_county, "周家")
    with as_intruder("collection_receipt", "collection_receiptline"):
        as_owner("DELETE FROM collection_receiptline WHERE receipt_id = %s", [receipt.pk])
        as_owner("DELETE FROM collection_receipt WHERE id = %s", [receipt.pk])

    found = figures_of(closed(real_county), place(TOWN)).differences

    assert [one.says for one in found][1] == f"票据0001-{receipt.number:08d}（示例一村委会）号码已用，票据不见了"


def test_a_paper_stands_by_what_the_books_say(real_county: County) -> None:
    take(real_county, "赵家")
    figures = figures_of(closed(real_county), place(TOWN))

    read = check(figures.signed)

    assert read is not None
    assert (read.day, read.ways, read.stands) == (DAY, (Way(4, 128000),) * 4, True)
    assert check(figures.signed[:-6] + "AAAAAA") is None


def test_a_paper_shows_that_the_books_were_altered_even_by_their_owner(real_county: County) -> None:
    take(real_county, "赵家")
    word = figures_of(closed(real_county), place(TOWN)).signed
    with as_intruder("reports_closingline"):
        as_owner("UPDATE reports_closingline SET money_fen = money_fen - 100")
    changed = check(word)
    with as_intruder("reports_closing", "reports_closingline"):
        as_owner("DELETE FROM reports_closingline")
        as_owner("DELETE FROM reports_closing")
    gone = check(word)

    assert changed is not None
    assert gone is not None
    assert (changed.stands, changed.ways[0], gone.stands) == (False, Way(4, 128000), None)


def test_lines_of_a_closed_day_have_fingerprints_too(real_county: County) -> None:
    take(real_county, "赵家")
    closed(real_county)
    with as_intruder("reports_closingline"):
        as_owner("UPDATE reports_closingline SET money_fen = money_fen - 100")

    assert [one.table for one in altered(COUNTY)] == ["reports_closingline"]


def test_the_certificate_is_a_pdf_and_the_same_values_make_the_same_bytes(county: County) -> None:
    take(county, "赵家")
    figures = figures_of(closed(county), place(WHOLE))

    papers = [closing_certificate(figures, check_url="https://example.test/?c=" + figures.signed) for _ in range(2)]

    assert papers[0].startswith(b"%PDF-")
    assert papers[0] == papers[1]


@pytest.mark.parametrize("who", ["town", "tax", "clerk"])
def test_only_the_county_closes_a_day(real_county: County, who: str) -> None:
    with pytest.raises((NotYourDivision, NotYourWork)), signed_in(who):
        close_by_hand(real_county.campaign, by=real_county.staff(who), day=DAY, at=IN_THE_WINDOW)


def test_the_database_lets_no_town_close_a_day(real_county: County) -> None:
    with pytest.raises(ProgrammingError, match="work for the whole county"):
        as_application(
            Scope(division=TOWN, actor="staff:town"),
            """INSERT INTO reports_closing (id, county, campaign_id, day, nth, closed_at, closed_by, differences, root_position, root_hash)
               VALUES (%s, %s, %s, '2021-11-15', 1, now(), 'staff:town', 0, 1, '')""",
            [uuid4(), COUNTY, real_county.campaign.pk],
        )


def test_a_village_sees_its_own_line_and_a_family_none(real_county: County) -> None:
    take(real_county, "赵家")
    take(real_county, "郑家", by="neighbour")
    closed(real_county)

    signs(real_county, Closing.objects.get(), "town", TOWN)

    with within(Scope(VILLAGE, "staff:clerk")):
        assert ClosingSignature.objects.count() == 0
        assert [line.division for line in ClosingLine.objects.all()] == [VILLAGE]
    with within(Scope(VILLAGE, "resident:1", household=real_county.household("赵家").pk)):
        assert (Closing.objects.count(), ClosingLine.objects.count(), ClosingSignature.objects.count()) == (0, 0, 0)
