"""A clerk opens families' pages while a department's list of 200 000 rows is worked beside them, in a county of 1.1 million.

Against the same pages while nothing else is done. The worker is a process of its own, as in `canbao start`; the pages
are this process, and one database serves both. On a machine with two cores the readings say what whoever waits at the desk feels.
"""

import random
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bench.county import DAY, PACK, sample_county
from bench.finding import _client, _ms
from bench.result import Result, scaled, seconds
from bench.rosters import DEPARTMENT, LIST_DAY, PEOPLE, ROWS, SHARE, _some_gone
from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.config.sample.faulty import LAYOUTS, known, plant, write
from canbao.config.season.processes import worker
from canbao.enrolment.domain.campaigns import open_campaign
from canbao.policy import load_pack
from canbao.register.models import Household
from canbao.rosters.domain.uploading import hand_in, take_in
from canbao.rosters.models import Upload

PAGES_BEFORE, FEWEST = 200, 2
BETWEEN_S = 0.05  # a page and the next one: a clerk who hurries, and a second one
COUNTY = Scope(division="340621", actor="staff:xian2")


def measure() -> Result:
    with sample_county(100 * scaled(PEOPLE, 3_000) / PEOPLE) as sample, TemporaryDirectory() as folder:
        call_command("collectstatic", interactive=False, verbosity=0)
        open_campaign(sample.campaign, by=Staff.objects.get(username="xian"), on=DAY)
        people = _some_gone(sample.people)
        entries = plant(
            known(people), load_pack(PACK), rows=scaled(ROWS, 1_500), share=SHARE, seed=1, cut_off_on=LIST_DAY
        )
        path = Path(folder) / "list.xlsx"
        rows = write(entries, path, LAYOUTS["civil"], cut_off_on=LIST_DAY).rows
        village = sample.villages[len(sample.villages) // 2]
        with within(COUNTY):
            homes = list(Household.objects.filter(division=village).values_list("pk", flat=True)[:PAGES_BEFORE])
        open_one = partial(_opened, _client(sample.county, village), homes, random.Random(1))
        before = [_slowly(open_one) for _ in range(PAGES_BEFORE)]
        during, took = _while_working(path, open_one)
        return Result(
            "waiting",
            ratio=median(before) / median(during),
            against="the same pages while no list is worked",
            detail={
                "people": sample.people.height,
                "rows": rows,
                "worked_s": round(took, 1),
                "before": _told(before),
                "during": _told(during),
                "times_as_long": round(median(during) / median(before), 2),
            },
        )


def _opened(client: Client, homes: list[int], draw: random.Random) -> None:
    answer = client.get(reverse("household", args=[draw.choice(homes)]))
    if answer.status_code != 200:
        raise AssertionError(answer.status_code)


def _slowly(open_one: partial[None]) -> float:
    sleep(BETWEEN_S)
    return seconds(open_one)


def _while_working(path: Path, open_one: partial[None]) -> tuple[list[float], float]:
    """Pages from when the worker begins until the list is there, and how long that was."""
    with within(COUNTY):
        by = Staff.objects.get(username="xian2")
        upload = take_in(
            path.read_bytes(), pack=load_pack(PACK), county="340621", department=DEPARTMENT, cut_off_on=LIST_DAY, file_name="list.xlsx",
            is_full=True, by=by, at=now(), on=DAY,
        )  # fmt: skip
    with worker():
        with within(COUNTY):
            hand_in(upload, by=by, at=now())
        while _state(upload) == Upload.State.WAITING:
            sleep(BETWEEN_S)
        started, pages = perf_counter(), []
        while _state(upload) == Upload.State.WORKING or len(pages) < FEWEST:
            pages.append(_slowly(open_one))
        took = perf_counter() - started
    if _state(upload) != Upload.State.DONE:
        raise AssertionError(_state(upload))
    return pages, took


def _state(upload: Upload) -> str:
    with within(COUNTY):
        return str(Upload.objects.values_list("state", flat=True).get(pk=upload.pk))


def _told(took: list[float]) -> dict[str, Any]:
    return {
        "pages": len(took),
        "middle_ms": _ms(median(took)),
        "slowest_in_twenty_ms": _ms(quantiles(took, n=20)[-1]),
        "most_ms": _ms(max(took)),
    }
