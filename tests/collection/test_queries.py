"""What a person has paid, and what of it went back: each payment has its own part."""

from datetime import date

from canbao.collection.models import Refund
from canbao.collection.queries import paid_by_person
from tests.collection.domain.test_cash import take
from tests.collection.domain.test_readjustment import adjust, strike_off
from tests.collection.paying import money, order, pay, tell
from tests.county import IN_THE_WINDOW, County, hold
from tests.web.afterwards import given_back, on_the_list_of_the_last_day


def paid(county: County, name: str) -> list[tuple[int, int, int]]:
    """Fen paid, given back, to be given back; of each payment."""
    person = county.person(name)
    found = paid_by_person(person.household_id, county.campaign).get(person.pk, [])
    return [(one.fen, one.returned_fen, one.to_return_fen) for one in found]


def test_what_is_owed_back_is_to_come_until_it_has_arrived(county: County) -> None:
    pay(county, "钱家")
    assert paid(county, "钱儿") == [(32000, 0, 0)]

    on_the_list_of_the_last_day(county)

    assert (paid(county, "钱儿"), paid(county, "钱奶奶")) == ([(32000, 0, 28000)], [(4000, 0, 0)])


def test_what_has_arrived_was_given_back(county: County) -> None:
    take(county, "钱家")

    given_back(on_the_list_of_the_last_day(county), county)

    assert (paid(county, "钱儿"), paid(county, "钱奶奶")) == ([(32000, 28000, 0)], [(4000, 0, 0)])


def test_of_two_payments_each_says_what_went_back_of_it(county: County) -> None:
    pay(county, "钱家", "钱奶奶")
    strike_off("钱奶奶", on=date(2021, 12, 1))
    adjust(county, on=date(2021, 12, 1))
    pay(county, "钱家", "钱奶奶", at=IN_THE_WINDOW.replace(month=12, day=2))
    hold({"钱奶奶": "特困人员"}, on=date(2021, 12, 31))

    adjust(county)

    assert paid(county, "钱奶奶") == [(4000, 0, 4000), (28000, 0, 28000)]


def test_money_that_was_on_no_receipt_is_not_subtracted_from_one(county: County) -> None:
    """Paid twice: the second payment goes back whole, and the first stands as it was."""
    asked = order(county, "周家")
    tell(money(asked), money(asked))

    assert Refund.objects.get().amount_fen == 32000
    assert paid(county, "周归") == [(32000, 0, 0)]
