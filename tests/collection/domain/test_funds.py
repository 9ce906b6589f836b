"""What a gateway says was paid, held against what it says was really moved."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest

from canbao.collection.domain.reconciliation import reconcile_day
from canbao.collection.gateway import Arrival, Moved, gateway
from canbao.collection.models import Order
from tests.collection.paying import order
from tests.county import COUNTY, IN_THE_WINDOW, County

DAY, THE_DAY_AFTER = IN_THE_WINDOW.date(), IN_THE_WINDOW + timedelta(1)


class Bank:
    """A gateway that has made its bills; `paid` and `moved` are what stands on them."""

    channel = "wechat"
    paid: ClassVar[list[Arrival]] = []
    moved: ClassVar[list[Moved] | None] = []

    def bill(self, day: date) -> list[Arrival]:
        return self.paid

    def funds(self, day: date) -> list[Moved] | None:
        return self.moved


@pytest.fixture
def asked(county: County, settings: Any) -> Iterator[Order]:
    settings.CANBAO_GATEWAYS = {"wechat": f"{__name__}.Bank"}
    gateway.cache_clear()
    one = order(county, "周家")
    Bank.paid = [Arrival("42001", one.pk, one.total_fen, IN_THE_WINDOW)]
    yield one
    gateway.cache_clear()


@pytest.mark.parametrize(
    ("moved", "differences", "fees_fen"),
    [
        pytest.param([Moved("42001", 32000)], (), 0, id="as-billed"),
        pytest.param([Moved("42001", 32000), Moved("42001", -192, is_fee=True)], (), 192, id="with-a-fee"),
        pytest.param([Moved("42001", 32000), Moved("50001", -32000)], (), 0, id="and-given-back"),
        pytest.param([Moved("42001", 20000), Moved("42001", 12000)], (), 0, id="in-two-parts"),
        pytest.param([], ("流水42001：账单320.00元，资金账单实际入账0.00元",), 0, id="never-came"),
        pytest.param([Moved("42001", 31900)], ("流水42001：账单320.00元，资金账单实际入账319.00元",), 0, id="another-sum"),
        pytest.param(
            [Moved("42001", 32000), Moved("42002", 100)], ("流水42002：账单0.00元，资金账单实际入账1.00元",), 0, id="not-on-the-bill"
        ),
        pytest.param(None, (), 0, id="they-are-not-asked"),
    ],
)  # fmt: skip
def test_what_was_not_moved_as_billed_is_named(
    asked: Order, moved: list[Moved] | None, differences: tuple[str, ...], fees_fen: int
) -> None:
    Bank.moved = moved
    day = reconcile_day("wechat", DAY, county=COUNTY, at=THE_DAY_AFTER)
    assert (day.recovered, day.differences, day.fees_fen) == (1, differences, fees_fen)


def test_a_day_that_is_not_over_is_not_held_against_it(asked: Order) -> None:
    """Money may come between the making of the one bill and the other."""
    Bank.moved = []
    assert reconcile_day("wechat", DAY, county=COUNTY, at=IN_THE_WINDOW).differences == ()
