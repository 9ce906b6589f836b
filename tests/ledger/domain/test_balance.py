"""Whatever happens, in whatever order: debits are credits, the four ways agree, numbers have no gap, every fen has a place.

A model of the money: the steps of `tests/ledger/office.py`, drawn by Hypothesis and, for long seasons, from a seed. `make test` plays more
than two thousand of them; `--money-steps 100000` plays as many as one likes, and says the seed of a season that went wrong.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.access.fingerprints import altered
from canbao.collection.gateway import gateway
from canbao.collection.models import Payment
from canbao.reports.closings import close_day
from tests.collection.racing import rewrite
from tests.county import COUNTY, County
from tests.ledger.office import STEPS, Office, happens
from tests.ledger.world import world

A_SEASON = 125  # steps of one that is drawn from a seed
SEASONS = 24


@pytest.fixture(autouse=True)
def outside(settings: pytest.FixtureRequest) -> Iterator[None]:
    settings.CANBAO_GATEWAYS = {"wechat": "tests.ledger.world.WorldsGateway"}  # type: ignore[attr-defined]
    gateway.cache_clear()
    yield
    gateway.cache_clear()


def season(county: County, seed: int, steps: int = A_SEASON) -> Counter[str]:
    """One season from a seed: how often each step happened. At its end whatever was lost is found, and the day is closed."""
    choose, done = random.Random(seed), Counter[str]()
    with transaction.atomic():
        office = Office(county)
        for nth in range(steps):
            step, choice = choose.choice(STEPS), choose.randrange(60)
            try:
                done[step.__name__] += happens(office, step, choice)
            except Exception as error:
                error.add_note(f"seed {seed}, step {nth}: {step.__name__}({choice}) on {office.on}")
                raise
        ends(office)
        transaction.set_rollback(True)
    return done


def seasons(county: County, seeds: Iterable[int], steps: int = A_SEASON) -> Counter[str]:
    return sum((season(county, seed, steps) for seed in seeds), Counter())


def ends(office: Office) -> None:
    """Nights follow until the bills of every day on which somebody paid have been gone through: nothing that was paid is lost."""
    days = {one.paid_at.date() for one in world.paid.values()}
    for day in sorted(days):
        office.on = day
        assert happens(office, Office.night, 1)
    assert set(world.paid) == set(Payment.objects.filter(channel="wechat").values_list("reference", flat=True))
    close_day(office.county.campaign, day=office.on, actor="system:nightly", at=office.at)
    assert altered(COUNTY) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 59)), min_size=5, max_size=40))
def test_after_every_step_of_any_season_everything_fits(county: County, drawn: list) -> None:
    with transaction.atomic():
        office = Office(county)
        for step, choice in drawn:
            happens(office, step, choice)
        ends(office)
        transaction.set_rollback(True)


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, SEASONS, 3))
def test_after_every_step_of_long_seasons_everything_fits(county: County, first: int) -> None:
    """Long enough for people to pay in parts, be owed back, pay again, and be owed everything."""
    done = seasons(county, range(first, first + 3))

    assert done.total() >= 250  # in eight times three seasons two thousand, of those that nobody refused
    assert {step.__name__ for step in STEPS} - set(done) <= {"rejects", "answers_for_receipts", "did_not_leave"}


def test_as_many_steps_as_one_likes(county: County, request: pytest.FixtureRequest) -> None:
    """`pytest tests/ledger/domain/test_balance.py -k likes --money-steps 100000 [--money-seed 1]`."""
    steps, seed = request.config.getoption("--money-steps"), request.config.getoption("--money-seed")
    seasons(county, range(seed, seed + max(1, steps // A_SEASON)), min(steps, A_SEASON))


@pytest.mark.long
def test_a_book_that_forgets_money_would_be_caught(real_county: County) -> None:
    """The control: of what was paid twice a fen is owed to nobody."""
    rewrite("collection_settle", "l.fen, 'due'", "l.fen - 1, 'due'")

    with pytest.raises(AssertionError):
        seasons(real_county, range(20))
