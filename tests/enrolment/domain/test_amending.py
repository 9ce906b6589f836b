"""An amendment in mid-season: a further edition of the rules, frozen under its digest, and never a rewriting."""

import pytest
from django.db import DatabaseError, connection, transaction

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision
from canbao.access.scope import Scope
from canbao.enrolment.domain.campaigns import publish
from canbao.enrolment.models import BillAssessment, Campaign, Edition
from canbao.enrolment.packs import pack_of
from canbao.enrolment.refusals import NotAnAmendment, OtherBenefitPeriod, OtherPackPublished
from canbao.policy import load_pack
from tests.collection.racing import as_application
from tests.county import COUNTY, VILLAGE, County
from tests.desks import amend
from tests.enrolment.amendment import LESS_FROM_20_NOVEMBER, amended

SUIXI = load_pack("suixi-2022")


def triggers_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        return {row[0] for row in cursor.fetchall()}


def test_publishing_freezes_the_text_as_the_first_edition(county: County) -> None:
    edition = Edition.objects.get(campaign=county.campaign)

    assert (edition.number, edition.digest, edition.texts, edition.holds_from) == (1, SUIXI.digest, SUIXI.texts, None)


def test_an_amendment_is_the_next_edition_and_the_campaign_names_it(county: County) -> None:
    pack = amended()

    amend(county.campaign, pack, by=county.staff("county"))

    campaign = county.campaign
    assert [(one.number, one.digest) for one in campaign.editions.order_by("number")] == [
        (1, SUIXI.digest),
        (2, pack.digest),
    ]
    assert (campaign.pack_digest, pack_of(campaign).digest) == (pack.digest, pack.digest)
    assert Record.objects.filter(verb="campaign.amended").count() == 1


def test_what_was_answered_before_says_by_which_edition(county: County) -> None:
    amend(county.campaign, amended(), by=county.staff("county"))

    assert set(BillAssessment.objects.values_list("pack_digest", flat=True)) == {SUIXI.digest}


def test_amending_twice_with_the_same_is_amending_once(county: County) -> None:
    first = amend(county.campaign, amended(), by=county.staff("county"))

    assert amend(county.campaign, amended(), by=county.staff("county")) == first
    assert county.campaign.editions.count() == 2


def test_another_text_is_no_amendment_of_the_one_in_force(county: County) -> None:
    with pytest.raises(NotAnAmendment, match=SUIXI.digest[:12]):
        amend(county.campaign, load_pack("hefei-2021"), by=county.staff("county"))

    amend(county.campaign, amended(), by=county.staff("county"))
    with pytest.raises(NotAnAmendment):  # it stands on the first edition, which is not in force any more
        amend(
            county.campaign,
            amended(LESS_FROM_20_NOVEMBER.replace("300", "310").replace("20\n", "10\n")),
            by=county.staff("county"),
        )


def test_an_amendment_cannot_move_the_benefit_period(county: County) -> None:
    longer = LESS_FROM_20_NOVEMBER + "benefit_period: {first: 2022-01-01, last: 2023-01-31, clause: 一}\n"

    with pytest.raises(OtherBenefitPeriod):
        amend(county.campaign, amended(longer), by=county.staff("county"))


def test_only_the_county_amends(county: County) -> None:
    with pytest.raises(NotYourDivision):
        amend(county.campaign, amended(), by=county.staff("clerk"))


def test_after_an_amendment_the_first_text_is_not_published_again(county: County) -> None:
    amend(county.campaign, amended(), by=county.staff("county"))

    with pytest.raises(OtherPackPublished):
        publish(SUIXI, county=COUNTY)


def test_no_edition_is_rewritten_and_no_older_one_put_back_in_force(county: County) -> None:
    amend(county.campaign, amended(), by=county.staff("county"))

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Edition.objects.update(published_by="somebody else")
    assert "append_only" in triggers_of("enrolment_edition")  # and the owner's own hand is stopped as well
    with connection.cursor() as cursor:
        Campaign.objects.update(pack_digest=SUIXI.digest)
        with pytest.raises(DatabaseError, match="newest edition"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_village_clerk_cannot_slip_an_edition_in(real_county: County) -> None:
    """Under the clerk's own ticket, with SQL: the rules of a county are the county's work."""
    one = Edition.objects.get()
    slip_in = (
        f"INSERT INTO enrolment_edition (campaign_id, county, number, digest, texts, published_at, published_by)"
        f" VALUES ({one.campaign_id}, '{COUNTY}', 9, 'x', '{{}}', now(), 'x')"
    )

    with pytest.raises(DatabaseError):
        as_application(Scope(division=VILLAGE, actor="staff:clerk"), slip_in)
