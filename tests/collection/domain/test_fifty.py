"""Fifty identical callbacks at once, two hundred times over: one effect each.

What each guard prevents is shown in `test_confirmation.py` with the guard taken off: the key of the reference
(`test_without_the_key_of_the_reference_…`), the lock of the bills (`test_without_the_lock_…`), the counter of receipts
(`test_with_numbers_from_a_sequence_…`).
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest

from canbao.collection.domain.confirmation import Confirmed, Told
from canbao.collection.models import Channel, PaymentOutcome
from canbao.reports.four_ways import Way, four_ways_agree
from tests.collection.crowd import FEN, SERIES, crowd
from tests.collection.paying import counts, money, numbers_without_gap, receipt_numbers, tell
from tests.collection.racing import PATIENCE_SECONDS, at_work
from tests.county import County

pytestmark = pytest.mark.long

AT_ONCE, ROUNDS = 50, 200


def test_fifty_identical_callbacks_at_once_have_one_effect_two_hundred_times(real_county: County) -> None:
    channels = (Channel.WECHAT, Channel.ALIPAY)
    orders = crowd(real_county, ROUNDS, channels=channels)
    tellings = [money(one, channel=channel) for one, channel in zip(orders, cycle(channels), strict=False)]

    rounds = all_of_them_at_once(tellings)

    for told, answers in zip(tellings, rounds, strict=True):
        assert [one.is_new for one in answers].count(True) == 1
        assert {(one.reference, one.outcome, one.agrees, one.settled_fen) for one in answers} == {
            (told.arrival.reference, PaymentOutcome.SETTLED, True, FEN)
        }
        assert len({one.receipt_id for one in answers}) == 1
    assert counts() == {
        "enrolments": ROUNDS, "payments": ROUNDS, "receipts": ROUNDS, "refunds": 0, "transfers": ROUNDS,
    }  # fmt: skip
    assert (receipt_numbers(SERIES), numbers_without_gap()) == (list(range(1, ROUNDS + 1)), True)
    assert four_ways_agree(real_county.campaign).money == Way(ROUNDS, ROUNDS * FEN)


def all_of_them_at_once(tellings: list[Told]) -> list[list[Confirmed]]:
    """Everybody tells the same at the same moment, then all of them the next. What each was answered, by telling."""
    start = threading.Barrier(AT_ONCE)

    def one_of_fifty() -> list[Confirmed]:
        answers = []
        with at_work():
            for told in tellings:
                start.wait(PATIENCE_SECONDS)
                answers += tell(told)
        return answers

    with ThreadPoolExecutor(AT_ONCE) as pool:
        everybodys = [future.result() for future in [pool.submit(one_of_fifty) for _ in range(AT_ONCE)]]
    return [list(answers) for answers in zip(*everybodys, strict=True)]
