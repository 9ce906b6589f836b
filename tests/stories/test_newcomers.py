"""From the first day on the register to the number that comes later, and back: the bill, the money and the cover stay one person's."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest

from canbao.access.models import Staff
from canbao.collection.domain.readjustment import follow_register
from canbao.enrolment.models import Bill
from canbao.enrolment.queries import enrolled_of
from canbao.register.domain.changes import give_number
from canbao.register.domain.residents import (
    find_by_number,
    find_by_passport,
    register_newborn,
    register_without_papers,
)
from canbao.register.domain.undoing import undo
from canbao.register.models import Resident
from canbao.register.queries import without_a_number
from tests.county import COUNTY, IN_THE_WINDOW, VILLAGE, County, number, signed_in
from tests.desks import take_cash

ON = IN_THE_WINDOW.date()
BORN = date(1970, 1, 1)
CARD = {"number": number(BORN, 71), "issuer": ""}
PASSPORT = {"number": "C1234567", "issuer": "VNM"}


def newborn(county: County) -> Resident:
    return register_newborn(guardian=county.person("周归"), name="周归宝宝", sex="男", born_on=BORN)


def without_papers(county: County) -> Resident:
    return register_without_papers(
        household=county.household("周家"), name="周无名", relation="其他亲属", sex="男", born_on=BORN, papers="村委会主任证明", on=ON
    )  # fmt: skip


def by(county: County, username: str = "clerk") -> Staff:
    return county.staff(username)


def pays(county: County, person: Resident) -> Bill:
    bill = Bill.objects.get(resident=person)
    take_cash(
        order_id=uuid4(), campaign=county.campaign, household=county.household("周家"), bills=[bill.pk], given_fen=bill.due_fen,
        clerk=by(county), at=IN_THE_WINDOW,
    )  # fmt: skip
    return bill


@pytest.mark.parametrize("comes", [newborn, without_papers])
@pytest.mark.parametrize("papers", [CARD, PASSPORT], ids=["a-card", "a-passport"])
def test_enrolled_paid_given_a_number_and_taken_back(
    county: County, comes: Callable[[County], Resident], papers: dict[str, str]
) -> None:
    with signed_in("clerk"):
        person = comes(county)
        follow_register(COUNTY, [person.pk], at=IN_THE_WINDOW, actor="staff:clerk")
        paid = pays(county, person)
        before = Resident.objects.values().get(pk=person.pk)

        change = give_number(person, **papers, by=by(county), why="看了证件", at=IN_THE_WINDOW, allow_synthetic=True)
        follow_register(COUNTY, [person.pk], at=IN_THE_WINDOW, actor="staff:clerk")
        found = find_by_passport(papers["number"]) or [find_by_number(papers["number"], on=ON, allow_synthetic=True)]
        listed = list(without_a_number(VILLAGE, on=ON))
        noted = Resident.objects.get(pk=person.pk).papers
        undo(change, by=by(county), why="弄错了人", at=IN_THE_WINDOW)

        assert (found, listed, noted, list(without_a_number(VILLAGE, on=ON))) == ([person], [], "", [person])
        assert Resident.objects.values().get(pk=person.pk) == before
        assert find_by_passport(papers["number"]) == []
        assert list(Bill.objects.filter(resident=person)) == [paid]
        assert list(enrolled_of(county.campaign, [person.pk])) == [person.pk]
