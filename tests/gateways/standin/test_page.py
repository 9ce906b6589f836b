"""Paying by hand, and who may give instructions."""

import socket
from datetime import timedelta
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.gateways.standin.conftest import Town


def test_the_page_says_what_and_how_much_and_that_it_is_not_real(town: Town) -> None:
    order, url = town.ask(fen=64050)
    page = httpx2.get(url).text
    for words in ("模拟支付渠道 · 非真实支付", "城乡居民医保 &lt;2022&gt;", "640.50", order.hex):
        assert words in page


def test_the_button_pays_and_the_merchant_hears_of_it(town: Town) -> None:
    order, url = town.ask()
    answer = httpx2.post(url, follow_redirects=True)
    assert "支付成功" in answer.text
    assert town.read(town.merchant.wait_for(1)[0]).order == order


def test_an_impatient_thumb_pays_and_tells_once(town: Town) -> None:
    order, url = town.ask()
    for _ in range(3):
        httpx2.post(url)
    assert len(town.merchant.wait_for(2, within_s=0.5)) == 1
    assert town.gateway.query(order) is not None


def test_who_paid_is_led_back_to_the_merchant(town: Town) -> None:
    _, url = town.ask()
    back = town.merchant.url.replace("/notify", "/my/order?id=1&done=1")
    form = httpx2.get(url, params={"redirect_url": back}).text
    action = form.split('action="')[1].split('"')[0]
    answer = httpx2.post(httpx2.URL(url).join(action))
    assert (answer.status_code, answer.headers["Location"]) == (303, back)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://example.org/", "//example.org/", "javascript:alert(1)", "http://127.0.0.1:1/", "http://[", "x\r\ny: z"],
)
def test_nobody_is_led_elsewhere(town: Town, elsewhere: str) -> None:
    _, url = town.ask()
    answer = httpx2.post(url, params={"redirect_url": elsewhere})
    assert (answer.status_code, answer.headers["Location"]) == (303, httpx2.URL(url).path)


def test_an_expired_order_takes_no_money_by_hand(town: Town) -> None:
    order, url = town.ask(lives=timedelta(seconds=-1))
    assert "已过期" in httpx2.post(url).text
    assert town.gateway.query(order) is None


def test_money_under_way_may_arrive_after_the_order_has_expired(town: Town) -> None:
    order, _ = town.ask(lives=timedelta(seconds=-1))
    assert town.control.pay(order)["code"] == "SUCCESS"


def test_an_address_that_nobody_was_given_shows_nothing(town: Town) -> None:
    assert httpx2.get(f"{town.control.url}/pay/guess").status_code == 404


def test_a_form_in_somebodys_browser_cannot_instruct(town: Town) -> None:
    order, _ = town.ask()
    body = f'{{"order": "{order}"}}'
    assert (
        httpx2.post(f"{town.control.url}/control", content=body, headers={"Content-Type": "text/plain"}).status_code
        == 403
    )
    assert town.gateway.query(order) is None


@pytest.mark.parametrize(
    "instruction",
    [
        5,
        {},
        {"order": "17"},
        {"order": str(UUID(int=1)), "amount": 5},
        {"order": str(UUID(int=1)), "amount_fen": 2.5},
        {"order": str(UUID(int=1)), "paid_at": "2021-11-15T10:00:00"},
        {"order": str(UUID(int=1)), "lose": "no"},
    ],
)
def test_an_instruction_that_makes_no_sense_is_refused(town: Town, instruction: object) -> None:
    answer = httpx2.post(f"{town.control.url}/control", json=instruction)
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


def test_a_request_that_the_merchant_did_not_sign_is_refused(town: Town) -> None:
    answer = httpx2.get(f"{town.control.url}/v3/pay/transactions/out-trade-no/{uuid4().hex}?mchid=1600000001")
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


@pytest.mark.parametrize("path", ["/", "//", "/*", "/nothing", "//[x", "/pay", "/pay/", "/v3", "/control"])
def test_no_address_makes_it_stumble(town: Town, path: str) -> None:
    host, _, port = town.control.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=3) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        status = int(line.recv(64).split()[1])
    assert status in {401, 404}
