"""A second person says that a remittance is not as it says: the cash is in the drawer again, and a further version is made (R-41).

And the first remittance of a unit that is not registered with the tax office, which has papers to show.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from canbao.access.models import Record, Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from canbao.collection.domain.in_hand import cash_in_hand, drawer
from canbao.collection.domain.remittances import Registration, papers_wanted
from canbao.collection.models import Remittance
from canbao.collection.refusals import (
    CertificateUsed,
    NotToReplace,
    PapersToShow,
    RejectedWithoutReason,
    RemittanceConfirmed,
    RemittanceRejected,
    SamePerson,
    SlipDayNotPossible,
    SlipUsed,
)
from canbao.ledger.models import Transfer
from canbao.reports.four_ways import four_ways_agree
from tests.collection.cash_rules import with_cash_rule
from tests.collection.domain.test_cash import take
from tests.collection.domain.test_remittances import NEXT_DAY, full_drawer, give
from tests.collection.racing import one_inside_the_other, rewrite
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, County
from tests.desks import confirm_remittance, reject_remittance
from tests.ledger.balances import balances

LATER = NEXT_DAY + timedelta(days=1)
NO_RETURN = "回单金额与缴款书不符"


def rejected(county: County, **changes: Any) -> Remittance:
    full_drawer(county)
    return reject_remittance(give(county, **changes), NO_RETURN, by=county.staff("finance"), at=NEXT_DAY)


def test_what_is_rejected_lies_in_the_drawer_again_as_old_as_it_is(county: County) -> None:
    handed = rejected(county)

    assert (handed.rejected_by, handed.reject_reason) == ("staff:finance", NO_RETURN)
    assert balances("drawer", "in_transit", "treasury") == {"drawer": 160000, "in_transit": 0, "treasury": 0}
    assert drawer(county.unit(), county.campaign)[:3] == (160000, 5, 2)
    assert cash_in_hand(county.unit(), county.campaign, on=LATER.date()).age_days == 2
    undone = Transfer.objects.get(reason="hand_in_rejected")
    assert (undone.undoes.reason, undone.source) == ("handed_in", f"remittance:{handed.pk}")  # type: ignore[union-attr]
    assert four_ways_agree(county.campaign).agree


def test_it_is_redone_as_a_further_version_with_the_same_certificate(county: County) -> None:
    first = rejected(county)

    second = give(county, replaces=first.pk, slip="回单0002", at=LATER)
    confirm_remittance(second, by=county.staff("finance"), at=LATER)

    assert (second.version, second.replaces_id, second.certificate) == (2, first.pk, first.certificate)
    assert balances("drawer", "in_transit", "treasury") == {"drawer": 0, "in_transit": 0, "treasury": 160000}


def test_a_third_version_may_have_the_papers_of_the_first(county: County) -> None:
    first = rejected(county)
    second = give(county, replaces=first.pk, certificate="皖税0002", at=LATER)
    reject_remittance(second, NO_RETURN, by=county.staff("finance"), at=LATER)

    third = give(county, replaces=second.pk, at=LATER)

    assert (third.version, third.certificate, third.slip) == (3, first.certificate, first.slip)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({}, CertificateUsed, id="the-certificate-without-saying-what-is-redone"),
        pytest.param({"certificate": "皖税0002", "slip": "回单皖税0001"}, SlipUsed, id="the-slip-likewise"),
        pytest.param(
            {"slip_on": IN_THE_WINDOW.date() - timedelta(days=30)}, SlipDayNotPossible, id="a-slip-before-the-period"
        ),
        pytest.param({"slip_on": LATER.date()}, SlipDayNotPossible, id="a-slip-of-tomorrow"),
    ],
)
def test_the_papers_of_what_was_rejected_do_not_come_back_alone(
    county: County, changes: dict[str, Any], refusal: type
) -> None:
    rejected(county)

    with pytest.raises(refusal), transaction.atomic():
        give(county, **changes)

    assert Remittance.objects.count() == 1


def test_another_unit_does_not_redo_it_and_nobody_does_it_twice(county: County) -> None:
    first = rejected(county)
    take(county, "郑家", by="neighbour")
    with pytest.raises(NotToReplace), transaction.atomic():
        give(
            county,
            by="neighbour",
            village=OTHER_VILLAGE,
            people=1,
            amount_fen=32000,
            certificate="皖税0003",
            replaces=first.pk,
        )
    give(county, replaces=first.pk)
    take(county, "钱家", at=NEXT_DAY)

    with pytest.raises(NotToReplace), transaction.atomic():
        give(county, certificate="皖税0004", people=2, amount_fen=36000, replaces=first.pk)


def test_what_stands_is_not_replaced(county: County) -> None:
    full_drawer(county)
    handed = give(county)

    with pytest.raises(NotToReplace), transaction.atomic():
        give(county, certificate="皖税0002", replaces=handed.pk)


def test_who_handed_in_does_not_reject(county: County) -> None:
    full_drawer(county)
    handed = give(county)
    Staff.objects.filter(username="clerk").update(role=Role.FINANCE_BRANCH)

    with pytest.raises(SamePerson), transaction.atomic():
        reject_remittance(handed, NO_RETURN, by=county.staff("clerk"), at=NEXT_DAY)


def test_nobody_rejects_without_a_reason_or_out_of_their_place(county: County) -> None:
    full_drawer(county)
    handed = give(county)
    Staff.objects.filter(username="finance").update(division="340621101000")

    for username, why, refusal in (
        ("town", "  ", RejectedWithoutReason), ("clerk", NO_RETURN, NotYourWork), ("finance", NO_RETURN, NotYourDivision),
    ):  # fmt: skip
        with pytest.raises(refusal), transaction.atomic():
            reject_remittance(handed, why, by=county.staff(username), at=NEXT_DAY)

    assert balances("in_transit") == {"in_transit": 160000}


def test_what_was_confirmed_is_not_rejected_and_the_other_way_round(county: County) -> None:
    first = rejected(county)
    with pytest.raises(RemittanceRejected), transaction.atomic():
        confirm_remittance(first, by=county.staff("finance"), at=LATER)
    second = give(county, replaces=first.pk)
    confirm_remittance(second, by=county.staff("finance"), at=LATER)

    with pytest.raises(RemittanceConfirmed), transaction.atomic():
        reject_remittance(second, NO_RETURN, by=county.staff("town"), at=LATER)

    assert balances("drawer", "treasury") == {"drawer": 0, "treasury": 160000}


def test_rejecting_twice_is_rejecting_once(county: County) -> None:
    handed = rejected(county)

    reject_remittance(handed, "又一次", by=county.staff("town"), at=LATER)

    assert Remittance.objects.get().reject_reason == NO_RETURN
    assert Record.objects.filter(verb="remittance.rejected").count() == 1


def one_confirms_while_another_rejects(county: County) -> tuple[object, object]:
    full_drawer(county)
    pk = give(county).pk
    return one_inside_the_other(
        lambda: confirm_remittance(Remittance.objects.get(pk=pk), by=county.staff("finance"), at=NEXT_DAY),
        lambda: reject_remittance(Remittance.objects.get(pk=pk), NO_RETURN, by=county.staff("tax"), at=NEXT_DAY),
    )


def test_of_two_who_decide_at_once_one_is_told_what_the_other_said(real_county: County) -> None:
    first, second = one_confirms_while_another_rejects(real_county)

    assert (type(first), type(second)) == (Remittance, RemittanceConfirmed)
    assert balances("drawer", "in_transit", "treasury") == {"drawer": 0, "in_transit": 0, "treasury": 160000}


def test_without_the_lock_the_second_stumbles_over_what_was_said(real_county: County) -> None:
    """The control: found unconfirmed, it was confirmed by the time of writing, and the constraint is the last word."""
    rewrite("collection_reject_remittance", "WHERE id = in_id FOR UPDATE", "WHERE id = in_id")

    assert [type(answer) for answer in one_confirms_while_another_rejects(real_county)] == [Remittance, IntegrityError]


PAPERS = "{remit_within: 30天, first_time_papers: [组织机构代码证, 经办人身份证原件, 公章], clause: 五（一）}"
SHOWN = ("组织机构代码证", "经办人身份证原件", "公章")


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(Registration("", ()), id="nothing"),
        pytest.param(Registration("", SHOWN), id="no-number"),
        pytest.param(Registration("税临0001", SHOWN[:2]), id="not-the-seal"),
    ],
)
def test_the_first_remittance_of_an_unregistered_unit_has_papers_to_show(county: County, shown: Registration) -> None:
    with_cash_rule(county.campaign, PAPERS)
    full_drawer(county)

    with pytest.raises(PapersToShow) as no:
        give(county, registration=shown)

    assert no.value.says == "示例一村委会还没有税务组织临时登记，首次汇缴要带：组织机构代码证、经办人身份证原件、公章。"
    assert (no.value.clause, Remittance.objects.exists()) == ("五（一）", False)


def test_they_are_shown_once_and_stand_on_record(county: County) -> None:
    with_cash_rule(county.campaign, PAPERS)
    full_drawer(county)

    handed = give(county, registration=Registration("税临0001", SHOWN))

    assert (handed.tax_number, tuple(handed.papers)) == ("税临0001", SHOWN)
    assert Record.objects.get(verb="cash.handed_in").detail["tax_number"] == "税临0001"
    assert papers_wanted(county.unit(), county.campaign) == ()
    take(county, "钱家", at=NEXT_DAY)
    assert give(county, certificate="皖税0002", people=2, amount_fen=36000).tax_number == ""


def test_the_same_intent_once_more_asks_for_nothing_more(county: County) -> None:
    with_cash_rule(county.campaign, PAPERS)
    full_drawer(county)
    first = give(county, registration=Registration("税临0001", SHOWN))

    assert give(county, remittance_id=first.pk, registration=Registration("税临0001", SHOWN)).pk == first.pk


def test_a_registered_unit_is_asked_for_nothing(county: County) -> None:
    with_cash_rule(county.campaign, PAPERS)
    unit = county.unit()
    unit.tax_registered = True

    assert papers_wanted(unit, county.campaign) == ()
