"""One order, or one day, about which a gateway has no answer holds up no other."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from canbao.collection.domain.reconciliation import SILENT_AFTER, ask_about_open_orders
from canbao.collection.gateway import Arrival, GatewayBroke, gateway
from canbao.collection.models import Order, Payment
from tests.collection.crowd import crowd
from tests.collection.paying import order
from tests.county import COUNTY, IN_THE_WINDOW, County
from tests.ledger.world import World, WorldsGateway, world

LATER = IN_THE_WINDOW + timedelta(hours=3)
asked: list[UUID] = []
unanswered: set[UUID] = set()


class Stubborn(WorldsGateway):
    """Answers badly about some orders, and has no bill of the day before."""

    def query(self, order: UUID) -> Arrival | None:
        asked.append(order)
        if order in unanswered:
            raise GatewayBroke("不认识的状态")
        return super().query(order)

    def bill(self, day: date) -> Sequence[Arrival]:
        if day == IN_THE_WINDOW.date() - timedelta(days=1):
            raise GatewayBroke("账单还没有出")
        return super().bill(day)


@pytest.fixture(autouse=True)
def stubborn(settings: LazySettings) -> Iterator[None]:
    settings.CANBAO_GATEWAYS = {"wechat": f"{__name__}.Stubborn"}
    gateway.cache_clear()
    world.__dict__.update(World().__dict__)
    asked.clear()
    unanswered.clear()
    yield
    gateway.cache_clear()


def test_the_others_are_confirmed_and_closed_and_the_one_is_named(county: County) -> None:
    bad, paid, over = (order(county, home) for home in ("周家", "赵家", "钱家"))
    unanswered.add(bad.pk)
    world.pays(paid, fen=paid.total_fen, at=IN_THE_WINDOW)

    with pytest.raises(GatewayBroke, match=f"订单{bad.pk.hex}：不认识的状态"):
        ask_about_open_orders("wechat", made_before=LATER, county=COUNTY, at=LATER)

    states = dict(Order.objects.values_list("pk", "state"))
    assert (states[bad.pk], states[paid.pk], states[over.pk]) == ("open", "paid", "closed")
    assert over.pk in world.closed


def test_a_gateway_that_says_nothing_is_not_asked_for_ever(county: County) -> None:
    unanswered.update(one.pk for one in crowd(county, 20))

    with pytest.raises(GatewayBroke):
        ask_about_open_orders("wechat", made_before=LATER, county=COUNTY, at=LATER)

    assert len(asked) == SILENT_AFTER


def test_a_day_without_a_bill_holds_up_no_other_day(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    lost = order(county, "赵家")
    Order.objects.filter(pk=lost.pk).update(state="closed")
    world.pays(lost, fen=lost.total_fen, at=IN_THE_WINDOW)

    with pytest.raises(SystemExit):
        call_command("nightly")

    assert Payment.objects.filter(order=lost).exists()
    assert "账单还没有出" in capsys.readouterr().err
