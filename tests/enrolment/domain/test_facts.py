"""What a notice is told of people: of foreigners in its own words, by the number and the stay that they have on that day."""

from datetime import date
from typing import Any

import pytest

from canbao.enrolment.domain.facts import facts_of
from canbao.enrolment.packs import pack_of
from canbao.policy import Pack, load_pack
from canbao.register.domain.changes import correct_details, correct_number, give_number
from canbao.register.domain.residents import register_resident, register_without_papers
from canbao.register.domain.undoing import undo
from canbao.register.models import Change, Resident
from tests.county import COUNTY, IN_THE_WINDOW, County, number, signed_in

TODAY = IN_THE_WINDOW.date()
BORN = date(1992, 3, 8)
PASSPORT = {"number": "C1234567", "issuer": "VNM"}
CARD = {"number": number(BORN, 52)}
FOREIGN, STAYS = "外籍", "在本地常住"
DONGZHI = load_pack("dongzhi-2021")


def traits(person: Resident, pack: Pack | None = DONGZHI) -> list[str] | None:
    return facts_of([person.pk], county=COUNTY, on=TODAY, pack=pack)[person.pk].get("traits")


def changes(county: County, change: Any, person: Resident, **said: Any) -> Change:
    person.refresh_from_db()
    with signed_in("county"):
        return change(person, by=county.staff("county"), why="证件", at=IN_THE_WINDOW, **said)


def somebody(county: County, **papers: Any) -> Resident:
    return register_resident(
        household=county.household("周家"), name="阮氏兰", relation="配偶", on=TODAY, allow_synthetic=True, **papers
    )  # fmt: skip


@pytest.fixture
def foreigner(county: County) -> Resident:
    return somebody(county, **PASSPORT, born_on=BORN, sex="女", hukou="permit")


def test_a_foreigner_is_told_by_the_notices_own_words_and_nothing_is_kept(county: County, foreigner: Resident) -> None:
    assert traits(foreigner) == [FOREIGN, STAYS]
    assert foreigner.circumstances == {}
    assert traits(somebody(county, number="932682198501010017")) == [FOREIGN]
    assert traits(county.person("赵妻")) is None


def test_a_notice_is_told_only_what_it_speaks_of(county: County, foreigner: Resident) -> None:
    assert (traits(foreigner, pack_of(county.campaign)), traits(foreigner, None)) == (["居住证"], None)


def test_what_else_is_known_of_them_is_told_beside_it(county: County) -> None:
    one = somebody(county, number="932682198501010017", circumstances={"traits": ["外地户籍"]})

    assert traits(one) == ["外地户籍", FOREIGN]


def test_a_number_that_is_corrected_is_asked_about_as_it_is_then(county: County, foreigner: Resident) -> None:
    corrected = changes(county, correct_number, foreigner, **CARD, allow_synthetic=True)
    as_local = traits(foreigner)
    with signed_in("county"):
        undo(corrected, by=county.staff("county"), why="看错了", at=IN_THE_WINDOW)

    assert (as_local, traits(foreigner)) == (None, [FOREIGN, STAYS])


def test_a_local_by_mistake_is_a_foreigner_from_their_passport_on(county: County) -> None:
    one = somebody(county, **CARD)
    before = traits(one)

    changes(county, correct_number, one, **PASSPORT, allow_synthetic=True)

    assert (before, traits(one)) == (None, [FOREIGN])


def test_who_had_no_papers_is_a_foreigner_from_their_passport_on(county: County) -> None:
    one = register_without_papers(
        household=county.household("周家"), name="阮氏兰", relation="配偶", sex="女", born_on=BORN, papers="村委会证明", on=TODAY
    )  # fmt: skip
    before = traits(one)

    changes(county, give_number, one, **PASSPORT, allow_synthetic=True)

    assert (before, traits(one)) == (None, [FOREIGN])


def test_a_stay_that_is_corrected_is_asked_about_as_it_is_then(county: County, foreigner: Resident) -> None:
    changes(county, correct_details, foreigner, hukou="registered")

    assert traits(foreigner) == [FOREIGN]
