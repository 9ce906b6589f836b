"""What the stand-in does wrong when it is told to, and that it does the same wrong again."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID, uuid4

import httpx2
import pytest

from canbao.collection.gateway import GatewayBroke
from canbao.gateways.standin.faults import Faults, Hang
from tests.gateways.standin.conftest import Town


def test_a_lost_callback_leaves_query_and_bill(town: Town) -> None:
    order, _ = town.ask()
    paid = town.control.pay(order, lose=True)
    sleep(0.2)
    assert (paid["tellings"], town.merchant.heard) == (0, [])
    found = town.gateway.query(order)
    assert found is not None
    assert found.reference == paid["reference"]


def test_a_doubled_callback_says_the_same_twice_in_other_bytes(town: Town) -> None:
    order, _ = town.ask()
    town.control.pay(order, double=True)
    one, two = town.merchant.wait_for(2)
    assert town.read(one) == town.read(two)
    if town.gateway.channel == "wechat":
        assert one[1] != two[1]  # signed and sealed anew, as in life


def test_another_sum_that_arrives_is_that_sum_everywhere(town: Town) -> None:
    order, _ = town.ask(fen=28000)
    town.control.pay(order, amount_fen=27900)
    found = town.gateway.query(order)
    assert found is not None
    assert [found.amount_fen, town.read(town.merchant.wait_for(1)[0]).amount_fen] == [27900, 27900]


def test_a_callback_may_lie_while_query_and_bill_do_not(town: Town) -> None:
    order, _ = town.ask(fen=28000)
    town.control.pay(order, told_fen=1)
    found = town.gateway.query(order)
    assert found is not None
    assert [found.amount_fen, town.read(town.merchant.wait_for(1)[0]).amount_fen] == [28000, 1]


@pytest.mark.parametrize("answer", [500, 401, 302])
def test_a_merchant_who_does_not_say_yes_is_told_again(town: Town, answer: int) -> None:
    town.merchant.says = [answer]
    order, _ = town.ask()
    paid = town.control.pay(order, wait=True)
    assert paid["answers"] == [answer]
    first, second = town.merchant.wait_for(2)
    assert town.read(first) == town.read(second)


def test_many_are_paid_in_one_instruction(town: Town) -> None:
    orders = [town.ask()[0] for _ in range(20)]
    done = town.control.pay_all([{"order": order, "wait": True} for order in [*orders, uuid4()]])
    assert [answer["code"] for answer in done] == ["SUCCESS"] * 20 + ["ORDER_NOT_EXIST"]
    assert {town.read(heard).order for heard in town.merchant.heard} == set(orders)


def test_delayed_callbacks_come_out_of_order(town_with: Callable[..., Town]) -> None:
    town = town_with(delay_s=0.5, seed=3)
    orders = [UUID(int=n) for n in range(1, 21)]
    for order in orders:
        town.ask(order=order)
    town.control.pay_all([{"order": order} for order in orders])
    told = [town.read(heard).order for heard in town.merchant.wait_for(20)]
    assert sorted(told) == orders
    assert told != orders


def test_rates_are_kept_over_many_orders(town_with: Callable[..., Town]) -> None:
    town = town_with(lose=1.0, wrong_amount=1.0)
    order, _ = town.ask(fen=28000)
    paid = town.control.pay(order)
    assert paid["tellings"] == 0
    assert paid["amount_fen"] != 28000


def test_a_slow_refund_is_done_when_it_is_asked_for_again(town_with: Callable[..., Town]) -> None:
    town = town_with(slow_refunds=True)
    order, refund = town.ask()[0], uuid4()
    town.control.pay(order)
    ask = {"refund": refund, "order": order, "amount_fen": 28000, "total_fen": 28000, "says": "重复缴费"}
    assert [town.gateway.refund(**ask).done, town.gateway.refund(**ask).done] == [False, True]


def test_a_bill_outlives_a_restart_with_a_journal(town_with: Callable[..., Town], tmp_path: Path) -> None:
    town = town_with(journal=tmp_path / "journal.jsonl")
    (order, url), (closed, other) = town.ask(), town.ask()
    town.open(other)
    refund = {"refund": uuid4(), "order": order, "amount_fen": 100, "total_fen": 28000, "says": "多缴"}
    town.control.pay(order)
    town.gateway.close(closed)
    before = town.gateway.query(order), town.gateway.refund(**refund)

    again = town_with(journal=tmp_path / "journal.jsonl")

    assert (again.gateway.query(order), again.gateway.refund(**refund)) == before
    assert [line.order for line in again.gateway.bill(before[0].paid_at.date())] == [order]
    assert again.control.pay_all([{"order": closed}])[0]["code"] == "ORDER_CLOSED"
    assert url.rpartition("/")[2] in (tmp_path / "journal.jsonl").read_text()


def test_a_journal_torn_by_a_crash_is_read_up_to_the_tear(town_with: Callable[..., Town], tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    order, _ = town_with(journal=journal).ask()
    journal.write_text(journal.read_text() + '{"event": "paid", "ord')

    for _ in range(2):
        assert town_with(journal=journal).gateway.query(order) is None


def test_it_ends_quietly(keys: Path) -> None:
    command = [sys.executable, "-m", "canbao.gateways.standin.server", "--keys", str(keys), "--port", "0"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*command, "--until-stdin-closes"], text=True, **pipes)
    assert process.stdout.readline().startswith("模拟支付渠道（非真实支付）已就绪 http://127.0.0.1:")
    process.terminate()
    assert (process.communicate(timeout=5)[1], process.returncode) == ("", 0)


def test_it_ends_with_whoever_started_it(keys: Path) -> None:
    starts = "import sys, os, pathlib; from canbao.gateways.standin.spawn import spawned; "
    dies = "control = spawned(keys=pathlib.Path(sys.argv[1])).__enter__(); print(control.url, flush=True); os.abort()"
    started = subprocess.run([sys.executable, "-c", starts + dies, str(keys)], capture_output=True, text=True)  # noqa: PLW1510 - it aborts
    host, _, port = started.stdout.strip().removeprefix("http://").partition(":")
    until = monotonic() + 5
    while monotonic() < until:
        with socket.socket() as line:
            if line.connect_ex((host, int(port))) != 0:
                return
        sleep(0.05)
    pytest.fail("it is still there")


def test_a_spoilt_callback_is_refused_and_told_again(town_with: Callable[..., Town]) -> None:
    town = town_with(corrupt=1.0, seed=1)
    town.merchant.says = [401]
    order, _ = town.ask()
    town.control.pay(order, wait=True)
    spoilt, whole = town.merchant.wait_for(2)
    with pytest.raises(GatewayBroke):
        town.read(spoilt)
    assert town.read(whole).order == order


def test_a_callback_lies_while_query_and_bill_do_not(town_with: Callable[..., Town]) -> None:
    town = town_with(lie=1.0)
    order, _ = town.ask(fen=28000)
    town.control.pay(order)
    found = town.gateway.query(order)
    assert found is not None
    assert found.amount_fen == 28000
    assert town.read(town.merchant.wait_for(1)[0]).amount_fen != 28000


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_request_that_hangs_is_the_gateways_fault(town_with: Callable[..., Town], seed: int) -> None:
    """Whether it was done before the line was cut, only a query can say."""
    town = town_with(hang=1.0, hang_s=0.5, seed=seed, how={"timeout": httpx2.Timeout(0.2)})
    order, draw = uuid4(), Faults(hang=1.0, seed=seed).hangs(0)
    with pytest.raises(GatewayBroke, match="没有应答"):
        town.ask(order=order)
    sleep(0.1)
    paid = town.control.pay_all([{"order": order}])[0]["code"]
    assert paid == ("SUCCESS" if draw is Hang.AFTER else "ORDER_NOT_EXIST")


def test_what_goes_wrong_can_be_changed_while_it_runs(town_with: Callable[..., Town]) -> None:
    town = town_with()
    assert town.control.misbehave(lose=1, delay_s=0.5)["lose"] == 1
    assert town.control.pay(town.ask()[0])["tellings"] == 0
    assert town.control.misbehave(lose=0)["delay_s"] == 0.5
    assert town.control.pay(town.ask()[0])["tellings"] == 1


@pytest.mark.parametrize(
    "said", [{"loose": 1}, {"lose": 2}, {"lose": True}, {"delay_s": -1}, {"slow_refunds": 1}], ids=str
)
def test_a_slip_changes_nothing(town: Town, said: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="差错"):
        town.control.misbehave(**said)


def test_the_same_seed_makes_the_same_faults() -> None:
    orders = [UUID(int=n) for n in range(500)]
    some = Faults(lose=0.3, double=0.2, delay_s=2, wrong_amount=0.1, seed=7)
    assert [some.waits(order) for order in orders] == [some.waits(order) for order in orders]
    lost = sum(not some.waits(order) for order in orders)
    wrong = sum(some.arrived_fen(order, 28000) != 28000 for order in orders)
    doubled = sum(len(some.waits(order)) == 2 for order in orders)
    assert 115 <= lost <= 185
    assert 30 <= wrong <= 75
    assert 40 <= doubled <= 100


@pytest.mark.parametrize("seed", range(5))
def test_a_wrong_sum_is_still_money(seed: int) -> None:
    assert all(Faults(wrong_amount=1, seed=seed).arrived_fen(UUID(int=n), 1) > 0 for n in range(100))
