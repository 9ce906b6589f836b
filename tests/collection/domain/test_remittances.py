"""Cash on its way to the treasury: one hands in, another confirms, and certificate and drawer say the same."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from canbao.access.models import Record, Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.access.scope import Scope, within
from canbao.collection.domain.in_hand import drawer
from canbao.collection.models import Remittance
from canbao.collection.refusals import CertificateUsed, DrawerIsEmpty, RemittanceDiffers, SamePerson
from canbao.ledger.models import Transfer
from canbao.reports.four_ways import four_ways_agree
from canbao.rosters.models import Holding
from tests.collection.domain.test_cash import take
from tests.collection.racing import all_at_once, as_application, as_owner, one_inside_the_other, rewrite
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County
from tests.desks import confirm_remittance, hand_in, readjust
from tests.ledger.balances import balances

NEXT_DAY = IN_THE_WINDOW + timedelta(days=1)


def give(county: County, *, by: str = "clerk", village: str = VILLAGE, **changes: Any) -> Remittance:
    """Hand in what 赵家 and 周家 paid, unless said otherwise."""
    asked: dict[str, Any] = {
        "remittance_id": uuid4(), "certificate": "皖税0001", "period_from": date(2021, 11, 1), "period_until": date(2021, 11, 30),
        "people": 5, "amount_fen": 160000, "at": NEXT_DAY,
    }  # fmt: skip
    return hand_in(campaign=county.campaign, unit=county.unit(village), by=county.staff(by), **asked | changes)


def full_drawer(county: County) -> None:
    take(county, "赵家")
    take(county, "周家")


def nothing_was_handed_in() -> bool:
    return not (Remittance.objects.exists() or Transfer.objects.filter(reason="handed_in").exists())


def test_money_goes_from_the_drawer_over_the_way_to_the_treasury(county: County) -> None:
    full_drawer(county)
    assert balances("drawer", "in_transit", "treasury") == {"drawer": 160000, "in_transit": 0, "treasury": 0}

    handed = give(county)
    assert balances("drawer", "in_transit", "treasury") == {"drawer": 0, "in_transit": 160000, "treasury": 0}
    assert drawer(county.unit(), county.campaign)[:3] == (0, 0, 0)

    confirm_remittance(handed, by=county.staff("finance"), at=NEXT_DAY)
    assert balances("drawer", "in_transit", "treasury") == {"drawer": 0, "in_transit": 0, "treasury": 160000}
    assert (handed.confirmed_by, four_ways_agree(county.campaign).agree) == ("staff:finance", True)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"people": 4}, RemittanceDiffers, id="one-head-too-few"),
        pytest.param({"amount_fen": 159999}, RemittanceDiffers, id="a-fen-too-little"),
        pytest.param({"period_until": date(2021, 11, 14)}, DrawerIsEmpty, id="a-period-without-cash"),
        pytest.param({"by": "neighbour"}, NotYourDivision, id="the-clerk-of-another-village"),
        pytest.param({"by": "county"}, NotYourWork, id="a-role-that-hands-in-no-cash"),
    ],
)
def test_who_is_refused_hands_in_nothing(county: County, changes: dict[str, Any], refusal: type) -> None:
    full_drawer(county)

    with pytest.raises(refusal), transaction.atomic():
        give(county, **changes)

    assert (nothing_was_handed_in(), drawer(county.unit(), county.campaign).fen) == (True, 160000)


def test_the_refusal_shows_both_sides(county: County) -> None:
    full_drawer(county)

    with pytest.raises(RemittanceDiffers) as no, transaction.atomic():
        give(county, people=4, amount_fen=128000)

    assert no.value.says == "缴款书与现金登记不一致：缴款书4人1280.00元，登记5人1600.00元。"


def test_a_certificate_is_used_once_in_a_county(county: County) -> None:
    full_drawer(county)
    take(county, "郑家", by="neighbour")
    give(county)

    with pytest.raises(CertificateUsed) as no, transaction.atomic():
        give(county, by="neighbour", village=OTHER_VILLAGE, people=1, amount_fen=32000)

    assert (no.value.says, Remittance.objects.count()) == ("缴款书号皖税0001已登记过。", 1)


def test_two_villages_with_one_certificate_at_once_are_told_the_same(real_county: County) -> None:
    full_drawer(real_county)
    take(real_county, "郑家", by="neighbour")

    first, second = one_inside_the_other(
        lambda: give(real_county),
        lambda: give(real_county, by="neighbour", village=OTHER_VILLAGE, people=1, amount_fen=32000),
    )

    assert (type(first), type(second), Remittance.objects.count()) == (Remittance, CertificateUsed, 1)


def test_handing_in_twice_with_the_same_id_is_once(county: County) -> None:
    full_drawer(county)
    intent = uuid4()

    first, second = (give(county, remittance_id=intent) for _ in range(2))

    assert (first.pk, Remittance.objects.count(), balances("in_transit")) == (second.pk, 1, {"in_transit": 160000})


def test_an_impatient_thumb_hands_in_once(real_county: County) -> None:
    full_drawer(real_county)
    intent = uuid4()

    answers = all_at_once(*[lambda: give(real_county, remittance_id=intent)] * 5)

    assert {one.pk for one in answers} == {intent}
    assert (Remittance.objects.count(), balances("in_transit")) == (1, {"in_transit": 160000})


def test_the_same_id_with_another_certificate_is_said_aloud(county: County) -> None:
    full_drawer(county)
    intent: UUID = give(county).pk

    with pytest.raises(IntegrityError, match="exists with other content"), transaction.atomic():
        give(county, remittance_id=intent, certificate="皖税0002")

    assert Remittance.objects.get().certificate == "皖税0001"


def test_cash_that_arrives_while_handing_in_stays_in_the_drawer(real_county: County) -> None:
    full_drawer(real_county)

    handed, receipt = one_inside_the_other(lambda: give(real_county), lambda: take(real_county, "钱家"))

    assert (handed.amount_fen, receipt.total_fen) == (160000, 36000)
    assert drawer(real_county.unit(), real_county.campaign).fen == 36000
    assert balances("drawer", "in_transit") == {"drawer": 36000, "in_transit": 160000}


def test_who_handed_in_does_not_confirm(county: County) -> None:
    full_drawer(county)
    handed = give(county)
    Staff.objects.filter(username="clerk").update(role=Role.FINANCE_BRANCH)  # meanwhile they have changed desks

    with pytest.raises(SamePerson), transaction.atomic():
        confirm_remittance(handed, by=county.staff("clerk"), at=NEXT_DAY)

    assert (Remittance.objects.get().confirmed_by, balances("treasury")) == (None, {"treasury": 0})


def test_a_clerk_confirms_nothing_and_another_town_neither(county: County) -> None:
    full_drawer(county)
    handed = give(county)
    Staff.objects.filter(username="finance").update(division="340621101000")

    for username, refusal in (("clerk", NotYourWork), ("finance", NotYourDivision)):
        with pytest.raises(refusal):
            confirm_remittance(handed, by=county.staff(username), at=NEXT_DAY)

    assert balances("treasury") == {"treasury": 0}


@pytest.mark.parametrize("username", ["finance", "town", "tax"])
def test_the_finance_branch_the_town_and_the_tax_office_confirm(county: County, username: str) -> None:
    full_drawer(county)
    handed = give(county)

    confirm_remittance(handed, by=county.staff(username), at=NEXT_DAY)

    assert (handed.confirmed_by, balances("treasury")) == (f"staff:{username}", {"treasury": 160000})


def test_confirming_twice_is_confirming_once(county: County) -> None:
    full_drawer(county)
    handed = give(county)

    confirm_remittance(handed, by=county.staff("finance"), at=NEXT_DAY)
    confirm_remittance(handed, by=county.staff("tax"), at=NEXT_DAY)

    assert (Remittance.objects.get().confirmed_by, balances("treasury")) == ("staff:finance", {"treasury": 160000})
    assert Record.objects.filter(verb="remittance.confirmed").count() == 1


def test_the_database_itself_asks_whose_drawer_it_is(county: County) -> None:
    """The scope of the neighbour, and SQL of their own: no Python stands in between."""
    full_drawer(county)
    campaign, unit = county.campaign.pk, county.unit().pk

    with (
        within(Scope(OTHER_VILLAGE, "staff:neighbour")),
        pytest.raises(DatabaseError, match="not_your_division"),
        transaction.atomic(),
        connection.cursor() as db,
    ):
        db.execute(
            """SELECT collection_hand_in(gen_random_uuid(), %s, %s, '皖税0009', '2021-11-01', '2021-11-30', 5, 160000,
                                         '回单0009', '2021-11-16', NULL, '', '[]', 'staff:neighbour', '2021-11-16', now())""",
            [campaign, unit],
        )

    assert nothing_was_handed_in()


def test_who_pays_a_difference_too_is_one_person(county: County) -> None:
    """Paid 40, struck off 低保, paid 280 more: two payments, one head on the certificate."""
    take(county, "钱家", bills=[county.bill("钱奶奶").pk])
    Holding.objects.filter(resident__name="钱奶奶").update(until=date(2021, 11, 15))
    readjust(county.campaign, as_of=NEXT_DAY.date(), at=NEXT_DAY, actor="staff:county")
    take(county, "钱家", bills=[county.bill("钱奶奶").pk], at=NEXT_DAY)

    assert drawer(county.unit(), county.campaign)[:3] == (32000, 1, 2)
    with pytest.raises(RemittanceDiffers), transaction.atomic():
        give(county, people=2, amount_fen=32000)
    assert give(county, people=1, amount_fen=32000).people == 1


def test_the_instants_are_those_of_the_clock_that_the_pages_have(county: County) -> None:
    """Also in a sample county that lives in a season long past."""
    full_drawer(county)
    handed = give(county)
    confirm_remittance(handed, by=county.staff("finance"), at=NEXT_DAY + timedelta(hours=2))

    assert (handed.made_at, handed.made_on) == (NEXT_DAY, date(2021, 11, 16))
    assert handed.confirmed_at == NEXT_DAY + timedelta(hours=2)


HAND_IN = """SELECT collection_hand_in(gen_random_uuid(), %s, %s, '皖税0009', '2021-11-01', '2021-11-30', 5, 160000,
                                       '回单0009', '2021-11-16', NULL, '', '[]', %s,
                                       '2021-11-16', '2021-11-16 10:00+08')"""
CONFIRM = "SELECT collection_confirm_remittance(%s, %s, '2021-11-16', '2021-11-16 10:00+08')"


def test_nobody_hands_in_or_confirms_in_another_persons_name(real_county: County) -> None:
    full_drawer(real_county)
    asked = [real_county.campaign.pk, real_county.unit().pk]
    clerk, finance = Scope(VILLAGE, "staff:clerk"), Scope("340621100000", "staff:finance")

    with pytest.raises(DatabaseError, match="staff:clerk cannot speak for staff:neighbour"):
        as_application(clerk, HAND_IN, [*asked, "staff:neighbour"])
    as_application(clerk, HAND_IN, [*asked, "staff:clerk"])
    remittance = Remittance.objects.get()
    for scope, name in ((clerk, "staff:finance"), (finance, "staff:tax")):
        with pytest.raises(DatabaseError, match="cannot speak for"):
            as_application(scope, CONFIRM, [remittance.pk, name])

    rewrite("collection_confirm_remittance", "PERFORM scope_must_be(in_actor);", "")  # the control: both by one person
    as_application(clerk, CONFIRM, [remittance.pk, "staff:finance"])
    assert Remittance.objects.get().confirmed_by == "staff:finance"


def test_a_resident_and_another_place_confirm_nothing_by_sql(real_county: County) -> None:
    full_drawer(real_county)
    handed = give(real_county)

    for scope in (
        Scope(OTHER_VILLAGE, "staff:neighbour"),
        Scope(VILLAGE, "resident:1", household=real_county.household("周家").pk),
    ):
        with pytest.raises(DatabaseError, match="not_your_division"):
            as_application(scope, CONFIRM, [handed.pk, scope.actor])
        with pytest.raises(DatabaseError, match="not_your_division"):
            as_application(scope, HAND_IN, [real_county.campaign.pk, real_county.unit().pk, scope.actor])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            "confirmed_by = NULL, confirmed_at = NULL", "is said and stays said", id="not-confirmed-after-all"
        ),
        pytest.param("confirmed_by = 'staff:other'", "is said and stays said", id="by-somebody-else"),
        pytest.param("amount_fen = 1", "is append-only", id="another-sum"),
    ],
)
def test_what_was_confirmed_stays_confirmed_even_for_the_owner(real_county: County, change: str, says: str) -> None:
    full_drawer(real_county)
    confirm_remittance(give(real_county), by=real_county.staff("finance"), at=NEXT_DAY)

    with pytest.raises(IntegrityError, match=says):
        as_owner(f"UPDATE collection_remittance SET {change}")


def test_cash_that_was_handed_in_does_not_come_back_into_the_drawer(real_county: County) -> None:
    full_drawer(real_county)
    give(real_county)

    with pytest.raises(IntegrityError, match="is said and stays said"):
        as_owner("UPDATE collection_payment SET remittance_id = NULL")
    as_owner("ALTER TABLE collection_payment DISABLE TRIGGER stays_handed_in")  # the control
    as_owner("UPDATE collection_payment SET remittance_id = NULL")
    assert drawer(real_county.unit(), real_county.campaign).fen == 160000


def both_confirm(county: County) -> tuple[object, object]:
    full_drawer(county)
    handed = give(county)

    def confirmed_by(username: str) -> str | None:
        found = Remittance.objects.get(pk=handed.pk)
        return confirm_remittance(found, by=county.staff(username), at=NEXT_DAY).confirmed_by

    return one_inside_the_other(lambda: confirmed_by("finance"), lambda: confirmed_by("tax"))


def test_two_who_confirm_at_once_are_told_the_same(real_county: County) -> None:
    assert both_confirm(real_county) == ("staff:finance", "staff:finance")
    assert Record.objects.filter(verb="remittance.confirmed").count() == 1


def test_without_the_lock_of_the_remittance_the_second_stumbles(real_county: County) -> None:
    """The control: both found it unconfirmed."""
    rewrite("collection_confirm_remittance", "WHERE id = in_id FOR UPDATE", "WHERE id = in_id")

    assert [type(answer) for answer in both_confirm(real_county)] == [str, IntegrityError]
