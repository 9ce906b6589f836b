"""A gateway says that money has arrived. Every test asks as nobody: the signature alone lets a callback in."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from canbao.access.models import Record
from canbao.access.scope import Scope, within
from canbao.collection.domain.orders import make_order
from canbao.collection.gateway import Arrival, gateway
from canbao.collection.models import Channel, Order, Payment, PaymentOutcome, Receipt
from canbao.collection.queries import suspense_in
from canbao.divisions.models import CollectingUnit, UnitKind
from canbao.enrolment.models import Campaign, Enrolment
from canbao.register.models import Household
from tests.api.conftest import PAID, Platform
from tests.collection.racing import as_owner
from tests.county import COUNTY, FAR_VILLAGE, IN_THE_WINDOW, County, another, everybody, register_changes

SIGNED = ["Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce"]


def noted() -> list[tuple[str, int]]:
    with within(everybody()):
        return list(Payment.objects.order_by("pk").values_list("outcome", "amount_fen"))


def said(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_callback_makes_payment_receipt_and_cover(platform: Platform, order: Order) -> None:
    assert said(platform.tell(order.pk)) == (200, "SUCCESS")

    with within(everybody()):
        assert (Receipt.objects.get().total_fen, Enrolment.objects.filter(household__code="赵家").count()) == (
            128000,
            4,
        )
    assert noted() == [(PaymentOutcome.SETTLED, 128000)]


def test_a_callback_told_twice_gets_the_same_yes_and_moves_nothing(platform: Platform, order: Order) -> None:
    assert [said(platform.tell(order.pk)) for _ in range(3)] == [(200, "SUCCESS")] * 3
    assert noted() == [(PaymentOutcome.SETTLED, 128000)]


def test_the_very_same_bytes_replayed_move_nothing(platform: Platform, order: Order) -> None:
    recorded = platform.signed(replace(PAID, order=order.pk))
    assert [said(platform.post(*recorded)) for _ in range(2)] == [(200, "SUCCESS")] * 2
    assert noted() == [(PaymentOutcome.SETTLED, 128000)]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        pytest.param({"amount_fen": 127900}, PaymentOutcome.AMOUNT_DIFFERS, id="another-sum"),
        pytest.param(
            {"paid_at": datetime(2022, 6, 1, tzinfo=UTC)}, PaymentOutcome.WINDOW_CLOSED, id="after-the-window"
        ),
    ],
)
def test_money_that_does_not_fit_is_noted_and_never_sent_away(
    platform: Platform, order: Order, changes: dict[str, object], outcome: PaymentOutcome
) -> None:
    assert said(platform.tell(order.pk, **changes)) == (200, "SUCCESS")
    with within(everybody()):
        assert Payment.objects.get().outcome == outcome
        assert not Enrolment.objects.filter(household__code="赵家").exists()


def test_money_for_an_order_that_nobody_knows_is_accepted(platform: Platform) -> None:
    assert said(platform.tell(uuid4())) == (200, "SUCCESS")


def test_told_again_with_another_sum_is_said_aloud(
    platform: Platform, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    platform.tell(order.pk)
    assert said(platform.tell(order.pk, amount_fen=1)) == (200, "SUCCESS")
    assert noted() == [(PaymentOutcome.SETTLED, 128000)]
    assert "told twice and differs" in caplog.text


class TellsNothing:
    """A gateway whose platform tells of nothing, for the order that the body names. WeChat's own refuses such a message
    before."""

    heard = ("application/json", b'{"code":"SUCCESS"}')

    def read_notification(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Arrival:
        return Arrival(reference="0000", order=UUID(body.decode()), amount_fen=0, paid_at=IN_THE_WINDOW)


@pytest.fixture
def tells_nothing(settings: pytest.FixtureRequest) -> Iterator[None]:
    settings.CANBAO_GATEWAYS = {"wechat": "tests.api.test_notify.TellsNothing"}
    gateway.cache_clear()
    yield
    gateway.cache_clear()


def tell_of_nothing(client: Client, order: UUID) -> tuple[int, str]:
    return said(client.post("/api/gateways/wechat/notify", str(order).encode(), "application/json"))


def test_a_telling_of_no_money_is_not_told_for_ever_and_is_on_the_countys_record(
    db: None, order: Order, tells_nothing: None, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert tell_of_nothing(client, order.pk) == (200, "SUCCESS")

    assert "a telling of wechat is of no money: reference 0000" in caplog.text
    with within(everybody()):
        link = Record.objects.latest("position")
    assert (link.county, link.actor, link.verb, link.subject, link.detail) == (
        COUNTY, "gateway:wechat", "gateway.told_of_no_money", f"order:{order.pk}", {"reference": "0000", "fen": 0},
    )  # fmt: skip
    assert noted() == []


def test_a_telling_of_no_money_for_an_order_of_several_counties_is_on_the_record_of_its_own(
    db: None, order: Order, tells_nothing: None, client: Client
) -> None:
    """One of two counties: nobody has to guess."""
    with within(Scope(division="", actor="test")):
        another(Campaign.objects.get(), county="340622")
    tell_of_nothing(client, order.pk)
    tell_of_nothing(client, uuid4())

    with within(Scope(division="", actor="test")):
        found = Record.objects.filter(verb="gateway.told_of_no_money").order_by("at")
        assert [link.county for link in found] == [COUNTY, "000000"]


def test_a_telling_of_no_money_that_cannot_be_recorded_is_to_be_told_again(
    real_county: County, tells_nothing: None, client: Client
) -> None:
    """No row, no yes."""
    as_owner("REVOKE EXECUTE ON FUNCTION access_record FROM PUBLIC, canbao_app")
    client.raise_request_exception = False

    assert client.post("/api/gateways/wechat/notify", str(uuid4()).encode(), "application/json").status_code == 500


def test_without_receipts_they_are_asked_to_tell_again(platform: Platform) -> None:
    with within(everybody()):
        county = County()
        without = CollectingUnit.objects.create(kind=UnitKind.SCHOOL, name="没有票据的学校", division_id=FAR_VILLAGE)
        with register_changes():
            Household.objects.filter(code="周家").update(unit=without)
        order = make_order(
            order_id=uuid4(), campaign=county.campaign, household=county.household("周家"), bills=county.bills("周家"),
            channel=Channel.WECHAT, made_by="resident:1", at=IN_THE_WINDOW,
        )  # fmt: skip

    assert said(platform.tell(order.pk, amount_fen=32000)) == (503, "no_receipts_left")


def test_money_for_an_unknown_order_is_on_the_countys_list(platform: Platform) -> None:
    platform.tell(uuid4())

    with within(everybody()):
        assert [(one.county, one.outcome) for one in suspense_in(COUNTY)] == [("340621", PaymentOutcome.UNKNOWN_ORDER)]


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(days=1), timedelta(minutes=-6)])
def test_a_stale_callback_is_refused(platform: Platform, order: Order, age: timedelta) -> None:
    assert said(platform.tell(order.pk, at=datetime.now(UTC) - age)) == (401, "SIGN_ERROR")
    assert noted() == []


def test_a_callback_for_another_merchant_is_refused(platform: Platform, order: Order) -> None:
    assert said(platform.tell(order.pk, mchid="1600000002")) == (401, "SIGN_ERROR")
    assert noted() == []


def test_no_mutated_callback_is_accepted_and_none_makes_us_stumble(platform: Platform, order: Order) -> None:
    draw = random.Random(20211115)
    headers, body = platform.signed(PAID)
    seen = set()
    for _ in range(400):
        name, letter = draw.choice([*SIGNED, "body", "missing"]), draw.choice([chr(draw.randrange(32, 127)), "", "é"])
        changed, other = dict(headers), body
        if name == "missing":
            del changed[draw.choice(SIGNED)]
        elif name == "body":
            at = draw.randrange(len(body))
            other = draw.choice([body[:at], body[:at] + bytes([body[at] ^ draw.randrange(1, 256)]) + body[at + 1 :]])
        else:
            at = draw.randrange(len(headers[name]))
            changed[name] = headers[name][:at] + letter + headers[name][at + 1 :]
        if (changed, other) != (headers, body):
            seen.add(said(platform.post(changed, other)))
    assert seen == {(401, "SIGN_ERROR")}
    assert noted() == []


def test_the_log_says_that_and_why_but_nothing_of_what(
    platform: Platform, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    headers, body = platform.signed(PAID)
    platform.post(headers, body + b"340621199001011234")
    assert "a notification of wechat was refused" in caplog.text
    assert "340621199001011234" not in caplog.text
    assert headers["Wechatpay-Signature"] not in caplog.text


def test_a_channel_without_a_gateway_is_not_found(platform: Platform) -> None:
    assert said(platform.post({}, b"{}", to="/api/gateways/cash/notify")) == (404, "UNKNOWN_CHANNEL")


def test_a_body_that_is_too_long_is_not_read(platform: Platform) -> None:
    assert said(platform.post({}, b" " * 70_000)) == (413, "TOO_LONG")


def test_only_telling_is_allowed(platform: Platform) -> None:
    assert platform.client.get("/api/gateways/wechat/notify").status_code == 405


def test_no_session_is_begun(platform: Platform, order: Order) -> None:
    assert not platform.tell(order.pk).cookies
