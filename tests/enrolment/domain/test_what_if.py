"""Another notice, tried on the people of the register."""

from datetime import date

import psycopg
import pytest
from django.db import connections

from canbao.access.models import Record
from canbao.access.refusals import NotYourDivision
from canbao.config.database import from_django
from canbao.enrolment.domain.bills import planned_for_a_county
from canbao.enrolment.domain.what_if import rewritten, texts_in_force, what_if
from canbao.enrolment.models import Bill, BillAssessment
from canbao.enrolment.refusals import TrialUnderWay
from canbao.kernel.refusal import BrokenInvariant
from canbao.policy import Pack, PackBroken, load_pack
from canbao.policy.simulate import Simulation
from tests.county import COUNTY, IN_THE_WINDOW, County, signed_in
from tests.enrolment.amendment import amended

TODAY = IN_THE_WINDOW.date()


def tried(county: County, pack: Pack, **given: date) -> Simulation:
    with signed_in("county", division=COUNTY):
        return what_if(county.campaign, pack, by=county.staff("county"), on=TODAY, **given)


def dearer(county: County) -> Pack:
    """低保对象 pay 50 instead of 40."""
    money = texts_in_force(county.campaign)["money.yaml"]
    return rewritten(
        county.campaign,
        {"money.yaml": money.replace("yuan: 280, payer", "yuan: 270, payer").replace("pays_yuan: 40", "pays_yuan: 50")},
    ).pack


def test_another_price_needs_no_other_figure_to_be_changed_with_it(county: County) -> None:
    money = texts_in_force(county.campaign)["money.yaml"].replace("individual_yuan: 320", "individual_yuan: 350")

    rules = rewritten(county.campaign, {"money.yaml": money})

    assert rules.is_eased
    assert (
        tried(county, rules.pack).together.after.pays_fen == tried(county, dearer_by_30(county)).together.after.pays_fen
    )


def dearer_by_30(county: County) -> Pack:
    """Every figure that follows is changed as well."""
    money = texts_in_force(county.campaign)["money.yaml"]
    for old, new in ((320, 350), (900, 930), (160, 190), (70, 100), (40, 70)):
        money = money.replace(f"_yuan: {old}\n", f"_yuan: {new}\n")
    rules = rewritten(county.campaign, {"money.yaml": money})
    assert not rules.is_eased
    return rules.pack


def test_the_same_rules_change_nobody_and_count_everybody_as_their_bills_do(county: County) -> None:
    found = tried(county, load_pack("suixi-2022"))

    due = list(Bill.objects.values_list("due_fen", flat=True))
    assert found.changes == {}
    assert found.together.before == found.together.after
    assert found.together.after.people - found.together.after.refused == len(due)
    assert found.together.after.pays_fen == sum(fen for fen in due if fen is not None)


def test_who_changes_is_named_with_their_town(county: County) -> None:
    found = tried(county, dearer(county))

    on_dibao = BillAssessment.objects.filter(pays_fen=4000, bill__isnull=False).values_list("bill__resident", flat=True)
    assert set(found.changed["resident_id"]) == set(on_dibao) != set()
    assert set(found.changed["change"]) == {"more"}
    assert set(found.changed["town"]) == {"340621100000"}
    assert found.together.after.pays_fen - found.together.before.pays_fen == 1000 * len(on_dibao)


def test_an_amendment_is_asked_about_from_its_own_day(county: County) -> None:
    found = tried(county, amended())
    before_it = tried(county, amended(), paid_on=date(2021, 11, 19))

    assert set(found.changes) == {"less"}
    assert before_it.changes == {}


def test_another_years_notice_is_asked_about_the_first_day_of_its_own_window(county: County) -> None:
    found = tried(county, load_pack("hefei-2020"))

    codes = set(found.changed["refused_after"].drop_nulls())
    assert found.together.after.pays_fen > 0
    assert not codes & {"window_not_open", "window_closed"}


def test_nobodys_bill_is_touched_and_the_record_says_who_tried_what(county: County) -> None:
    bills = list(Bill.objects.order_by("pk").values())
    pack = dearer(county)

    tried(county, pack)

    assert list(Bill.objects.order_by("pk").values()) == bills
    kept = Record.objects.get(verb="policy.simulated")
    assert (kept.actor, kept.detail["digest"]) == ("staff:county", pack.digest)


def test_only_the_county_may_try(county: County) -> None:
    with pytest.raises(NotYourDivision), signed_in("clerk"):
        what_if(county.campaign, load_pack("suixi-2022"), by=county.staff("clerk"), on=TODAY)


def test_a_file_with_a_slip_is_told_with_its_line(county: County) -> None:
    with pytest.raises(PackBroken, match=r"money\.yaml:\d+"):
        rewritten(county.campaign, {"money.yaml": texts_in_force(county.campaign)["money.yaml"].replace("yuan: 280, payer", "yuan: 480, payer")})  # fmt: skip


def test_a_plan_for_a_whole_county_is_made_only_where_it_lasts(real_county: County) -> None:
    """Outside of a transaction the setting is lost, and people are joined one by one: minutes for a tenth of a county."""
    with pytest.raises(BrokenInvariant), planned_for_a_county(whole=True):
        pass
    assert tried(real_county, load_pack("suixi-2022")).changes == {}


def test_a_county_tries_one_thing_at_a_time(real_county: County) -> None:
    """Two real connections: while the one holds the trial, the other is told so and counts nothing."""
    lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
    with psycopg.connect(**from_django(connections["owner"].settings_dict)) as another:
        another.execute(lock, [f"what-if|{COUNTY}"])
        with pytest.raises(TrialUnderWay):
            tried(real_county, load_pack("suixi-2022"))
    assert tried(real_county, load_pack("suixi-2022")).changes == {}
