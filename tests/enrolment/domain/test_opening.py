"""Opening a campaign: everybody's bill by tabulation, which is the same as asking person by person."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.access.models import Record, Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.divisions.models import Division
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.domain.campaigns import publish
from canbao.enrolment.domain.facts import facts_of
from canbao.enrolment.models import Bill, BillAssessment, BillState, Campaign
from canbao.enrolment.packs import pack_of
from canbao.enrolment.refusals import CampaignAlreadyOpen, OtherPackPublished, SeasonsOverlap
from canbao.policy import assess, facts_from_json, load_pack, load_pack_texts
from canbao.register.domain.residents import register_newborn
from canbao.rosters.models import Holding
from tests.collection.paying import pay
from tests.collection.racing import all_at_once, one_inside_the_other
from tests.county import COUNTY, HELD, IN_THE_WINDOW, PEOPLE, VILLAGE, County, another, hold
from tests.desks import open_campaign

ON = IN_THE_WINDOW.date()
SUIXI = load_pack("suixi-2022")


NEXT_YEAR = {"benefit_from": date(2023, 1, 1), "benefit_until": date(2023, 12, 31)}


def unopened(county: County, **period: date) -> Campaign:
    """The same notice once more, as a campaign for the year after that nobody has opened."""
    return another(publish(SUIXI, county=COUNTY).campaign, key="suixi-2022-again", **period or NEXT_YEAR)


def test_everybody_has_a_bill_but_whom_the_notice_does_not_let_enrol(county: County) -> None:
    seen = dict(Bill.objects.filter(campaign=county.campaign).values_list("resident__name", "due_fen"))

    assert seen == dict.fromkeys(set(PEOPLE) - {"吴职"}, 32000) | {"钱奶奶": 4000, "孙独": 0, "李军": None}


def test_bills_by_tabulation_are_what_asking_person_by_person_gives(county: County) -> None:
    """The facts are written down here by hand, and not gathered by the sentence that is to be tested."""
    for name, (_, _, _, _, _, circumstances) in PEOPLE.items():
        facts = {"categories": [HELD[name]] if name in HELD else [], "on": ON.isoformat()} | circumstances
        answer = assess(SUIXI, facts_from_json(facts))
        bill = Bill.objects.filter(campaign=county.campaign, resident__name=name).first()

        assert (bill is None) == (answer.refusal is not None), name
        if bill is not None:
            assert (bill.due_fen, bill.assessment.answer) == (answer.pays_fen, answer.as_json()), name


held = st.dictionaries(
    st.sampled_from([name for name in PEOPLE if name != "吴职"]),
    st.sampled_from([name for category in SUIXI.categories for name in [category.name]]),
    min_size=1,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(categories=held, more=held)
def test_whoever_holds_whatever_owes_what_the_notice_says(
    county: County, categories: dict[str, str], more: dict[str, str]
) -> None:
    with transaction.atomic():
        Holding.objects.update(until=date(2021, 10, 1))
        for one in (categories, more):
            hold(one, on=date(2021, 10, 2))
        make_bills(again := unopened(county), on=ON)

        for bill in Bill.objects.filter(campaign=again).select_related("resident", "assessment"):
            names = {one[bill.resident.name] for one in (categories, more) if bill.resident.name in one}
            circumstances = PEOPLE[bill.resident.name][5]
            answer = assess(SUIXI, facts_from_json({"categories": sorted(names), "on": ON.isoformat()} | circumstances))
            assert (bill.due_fen, bill.assessment.individual_fen) == (answer.pays_fen, answer.individual_fen)
        transaction.set_rollback(True)


def test_people_in_the_same_circumstances_share_one_assessment(county: County) -> None:
    families = Bill.objects.filter(campaign=county.campaign, household__code="赵家")

    assert (families.count(), families.values("assessment").distinct().count()) == (4, 1)
    assert BillAssessment.objects.filter(campaign=county.campaign).count() == 6


def test_an_amount_that_the_notice_leaves_to_others_is_null_and_cannot_be_settled(county: County) -> None:
    bill = county.bill("李军")

    assert (bill.due_fen, bill.assessment.answer["pays"], bill.assessment.answer["unknown"][0]["ask"]) == (
        None, None, "县医保局",
    )  # fmt: skip


def test_the_sentence_that_fills_the_bills_does_not_read_them(county: County) -> None:
    """It once asked for each person whether there was a bill. Where the table was believed to be empty, that read all
    that had been written so far, and a third of a county took longer than nine minutes."""
    with CaptureQueriesContext(connection) as seen:
        make_bills(unopened(county), on=ON)

    (filling,) = [one["sql"] for one in seen.captured_queries if "INSERT INTO enrolment_bill (" in one["sql"]]
    assert re.findall(r"(?:FROM|JOIN)\s+enrolment_bill\b", filling) == []


def test_two_who_bill_one_newborn_at_the_same_moment_make_one_bill(real_county: County) -> None:
    child = register_newborn(guardian=real_county.person("赵大"), name="赵大宝宝", sex="女", born_on=date(2021, 11, 10))

    made = all_at_once(*[lambda: make_bills(real_county.campaign, on=ON, residents=[child.pk])] * 3)

    assert (sorted(made), Bill.objects.filter(resident=child).count()) == ([0, 0, 1], 1)


# --- who opens, and how often -----------------------------------------------------------------------------------------


def test_a_campaign_is_opened_once(county: County) -> None:
    before = Bill.objects.count()

    with pytest.raises(CampaignAlreadyOpen):
        open_campaign(county.campaign, by=county.staff("county"), on=ON)

    assert Bill.objects.count() == before


def test_two_who_open_at_the_same_moment_open_once(real_county: County) -> None:
    campaign, by = unopened(real_county), real_county.staff("county")

    answers = all_at_once(*[lambda: open_campaign(campaign, by=by, on=ON)] * 3)

    assert sorted(type(one).__name__ for one in answers) == ["CampaignAlreadyOpen", "CampaignAlreadyOpen", "int"]
    assert Bill.objects.filter(campaign=campaign).count() == 12


# The whole year, its last day, its first.
OVERLAPS = [(date(2022, 1, 1), date(2022, 12, 31)), (date(2022, 12, 31), date(2023, 12, 30)), (date(2021, 1, 1), date(2022, 1, 1))]  # fmt: skip


@pytest.mark.parametrize(("first", "last"), OVERLAPS)
def test_a_second_season_of_a_year_is_not_opened(county: County, first: date, last: date) -> None:
    """Its city's notice beside its own: everybody would have two bills for one year."""
    campaign = unopened(county, benefit_from=first, benefit_until=last)
    before = Bill.objects.count()

    with pytest.raises(SeasonsOverlap) as no:
        open_campaign(campaign, by=county.staff("county"), on=ON)

    assert (county.campaign.title in no.value.says, Bill.objects.count()) == (True, before)


@pytest.mark.parametrize("is_locked", [True, False])
def test_two_seasons_of_a_year_are_not_opened_at_the_same_moment(real_county: County, monkeypatch: pytest.MonkeyPatch, is_locked: bool) -> None:  # fmt: skip
    if not is_locked:  # the control: each sees that the other is not open yet, and the database alone keeps them apart
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    by, one = real_county.staff("county"), unopened(real_county)
    other = another(one, key="hefei-2023", benefit_until=date(2023, 6, 30))

    opened, no = one_inside_the_other(
        lambda: open_campaign(one, by=by, on=ON), lambda: open_campaign(other, by=by, on=ON)
    )

    assert opened == 12
    assert isinstance(no, SeasonsOverlap if is_locked else IntegrityError)
    assert not Bill.objects.filter(campaign=other).exists()


@pytest.mark.parametrize(("first", "last"), OVERLAPS)
def test_the_database_keeps_open_seasons_of_a_county_apart(real_county: County, first: date, last: date) -> None:
    period = {"benefit_from": first, "benefit_until": last}
    with within(Scope("", "test")):
        elsewhere = another(real_county.campaign, county="340622", key="elsewhere", **period)
    here = another(real_county.campaign, key="here", **period)

    Campaign.objects.using("owner").filter(pk=elsewhere.pk).update(opened_at=IN_THE_WINDOW)
    with pytest.raises(IntegrityError, match="open_seasons_do_not_overlap"):
        Campaign.objects.using("owner").filter(pk=here.pk).update(opened_at=IN_THE_WINDOW)


def test_opening_is_on_record_with_how_many_bills(county: County) -> None:
    made = open_campaign(unopened(county), by=county.staff("county"), on=ON)

    last = Record.objects.latest("position")
    assert (made, last.verb, last.actor, last.detail) == (12, "campaign.opened", "staff:county", {"bills": 12})


@pytest.mark.parametrize(
    ("username", "refusal"), [("clerk", NotYourDivision), ("tax", NotYourWork), ("civil", NotYourWork)]
)
def test_who_may_not_open_does_not(county: County, username: str, refusal: type) -> None:
    campaign = unopened(county)

    with pytest.raises(refusal):
        open_campaign(campaign, by=county.staff(username), on=ON)

    assert (Bill.objects.filter(campaign=campaign).count(), campaign.opened_at) == (0, None)


def test_another_county_does_not_open_it(county: County) -> None:
    with within(Scope("", "test")):
        Staff.objects.filter(username="county").update(division="340622000000", role=Role.COUNTY)

    with pytest.raises(NotYourDivision):
        open_campaign(unopened(county), by=county.staff("county"), on=ON)


def test_publishing_again_is_publishing_once(county: County) -> None:
    assert (publish(SUIXI, county=COUNTY).campaign, Campaign.objects.count()) == (county.campaign, 1)


def test_another_text_under_a_published_name_is_refused_with_both_digests(county: County) -> None:
    texts = dict(SUIXI.texts)
    file = "document.yaml"
    texts[file] = re.sub(r"(?m)^( *title: .*)$", r"\1（修订）", texts[file], count=1)
    changed = load_pack_texts(texts, key=SUIXI.key)
    with_a_comment = load_pack_texts(SUIXI.texts | {file: "# 说明\n" + SUIXI.texts[file]}, key=SUIXI.key)

    with pytest.raises(OtherPackPublished) as no, transaction.atomic():
        publish(changed, county=COUNTY)

    assert (SUIXI.digest[:12] in no.value.says, changed.digest[:12] in no.value.says) == (True, True)
    assert pack_of(county.campaign).document.title == SUIXI.document.title
    assert publish(with_a_comment, county=COUNTY).campaign == county.campaign
    assert publish(load_pack_texts(texts, key="suixi-2022-2"), county=COUNTY).campaign != county.campaign


def test_targets_of_towns_that_nobody_has_registered_are_named_until_they_are(county: County) -> None:
    assert SUIXI.targets is not None
    towns = [unit.name for unit in SUIXI.targets.units]
    known = {"濉溪镇", "百善镇"}

    before = publish(SUIXI, county=COUNTY)
    missing = [name for name in towns if name not in known]
    Division.objects.create(code="340621199000", name=missing[0], level="town")
    after = publish(SUIXI, county=COUNTY)

    assert (list(before.unknown_places), list(after.unknown_places)) == (missing, missing[1:])
    assert county.campaign.targets.filter(division__name=missing[0]).count() == 1


def test_a_town_that_ended_gets_no_target(county: County) -> None:
    unknown = publish(SUIXI, county=COUNTY).unknown_places
    Division.objects.create(code="340621199000", name=unknown[0], level="town", until=date(2021, 10, 1))

    assert publish(SUIXI, county=COUNTY).unknown_places == unknown


def test_a_campaign_keeps_the_text_of_its_notice(county: County) -> None:
    assert pack_of(county.campaign).digest == SUIXI.digest


# --- later ------------------------------------------------------------------------------------------------------------


def test_a_newborn_gets_a_bill_and_nobody_a_second_one(county: County) -> None:
    before = Bill.objects.count()
    child = register_newborn(guardian=county.person("赵大"), name="赵大宝宝", sex="女", born_on=date(2021, 11, 10))

    assert make_bills(county.campaign, on=ON, residents=[child.pk]) == 1
    assert (make_bills(county.campaign, on=ON), Bill.objects.count()) == (0, before + 1)
    assert county.bill("赵大宝宝").due_fen == 32000


def test_facts_are_those_of_the_day_that_is_asked_about(county: County) -> None:
    hold({"周归": "低保对象"}, on=date(2021, 12, 1), until=date(2021, 12, 30))
    resident = county.person("周归").pk

    def held_on(day: date) -> Any:
        return facts_of([resident], county=COUNTY, on=day, pack=None)[resident].get("categories")

    days = [date(2021, 11, 30), date(2021, 12, 1), date(2021, 12, 30), date(2021, 12, 31)]
    assert [held_on(day) for day in days] == [None, ["低保对象"], ["低保对象"], None]


def test_a_roster_that_nobody_has_confirmed_counts_for_nothing(county: County) -> None:
    hold({"周归": "低保对象"}, on=date(2021, 11, 1), is_confirmed=False)
    resident = county.person("周归").pk

    assert "categories" not in facts_of([resident], county=COUNTY, on=ON, pack=None)[resident]


# --- what the database itself keeps ------------------------------------------------------------------------------------


def test_a_settled_bill_is_not_changed_by_the_owner_either(real_county: County) -> None:
    pay(real_county, "周家")

    with pytest.raises(IntegrityError, match="is settled; a difference is a further version"):
        Bill.objects.using("owner").filter(resident__name="周归").update(due_fen=1)


@pytest.mark.parametrize("change", [{"due_fen": 1}, {"state": BillState.SETTLED, "settled_at": IN_THE_WINDOW}])
def test_the_application_changes_no_bill(county: County, change: dict[str, object]) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Bill.objects.filter(resident__name="周归").update(**change)


def test_a_bill_is_settled_by_confirmation_alone(county: County) -> None:
    bill = county.bill("周归")
    bill.pk, bill.version, bill.state, bill.settled_at = None, 2, BillState.SETTLED, IN_THE_WINDOW

    with pytest.raises(IntegrityError, match="by confirmation alone"), transaction.atomic():
        bill.save(force_insert=True)


def test_one_person_has_one_open_bill(county: County) -> None:
    bill = county.bill("周归")
    bill.pk, bill.version = None, 2

    with pytest.raises(IntegrityError, match="bill_one_open_a_person"), transaction.atomic():
        bill.save(force_insert=True)


def test_work_for_the_county_is_refused_to_a_village_by_the_database_itself(county: County) -> None:
    campaign = county.campaign.pk
    with (
        within(Scope(VILLAGE, "staff:clerk")),
        pytest.raises(ProgrammingError, match="work for the whole county"),
        transaction.atomic(),
        connection.cursor() as db,
    ):
        db.execute("SELECT enrolment_enrol_free(%s, '{}', '2021-11-15', now())", [campaign])
