"""`canbao start`: everything for a first look. The first time it loads a sample county with a season half over; then it
serves the pages and a stand-in gateway, and says who can sign in as what. Ctrl-C stops all of it.

`SAMPLE` is how many per cent of the county's people are invented (1; 100 for all of them).
"""

import os
import secrets
import signal
import time
from datetime import date
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from rich.console import Console
from rich.table import Table

from canbao.access.models import Role, Staff
from canbao.config.databases import make_database, rename_database
from canbao.config.home import PRODUCTION, UnsafeToStart, home, keep_sample_values, sample_values
from canbao.config.sample.county import Sample, load_county
from canbao.config.season.play import Season
from canbao.config.season.processes import plugged_in, web_server
from canbao.config.season.progress import progress_bar
from canbao.config.setup import set_up_database
from canbao.divisions.models import Division
from canbao.gateways.standin.faults import Faults
from canbao.gateways.standin.spawn import spawned
from canbao.kernel.days import days_after
from canbao.policy import Pack, load_pack
from canbao.register.models import Resident

JOURNAL = home() / "log" / "gateway.jsonl"  # what the stand-in remembers, from loading to serving
PACK = "suixi-2022"  # the county that is shown first; any pack with targets and places can be named
HALF_OVER_DAYS = 22  # the sample's today: so many days after collecting began
HOUSEHOLDS = 3000  # so many will pay in the sample; of a large one the rest have their bills and wait


class Command(BaseCommand):
    help = "启动样例县与页面 / start the sample county and its pages"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--gateway-port", type=int, default=8001)
        parser.add_argument("--pack", default=PACK)
        parser.add_argument("--sample", type=float, default=float(os.environ.get("SAMPLE", "1")))
        parser.add_argument("--load-only", action="store_true", help="只装入样例，不启动页面")

    def handle(self, *args: Any, **options: Any) -> None:
        if PRODUCTION:
            raise UnsafeToStart("start 只用于样例，生产环境请用 setup 与 serve (start is for the sample)")
        signal.signal(signal.SIGTERM, _stop)
        console = Console()
        call_command("collectstatic", interactive=False, verbosity=0)
        if not self.is_loaded():
            self.load(load_pack(options["pack"]), options["sample"], console)
        if options["load_only"]:
            return
        values = sample_values()
        today = date.fromisoformat(values["today"])
        keys, told = settings.CANBAO_GATEWAY_KEYS, {"CANBAO_TODAY": values["today"]}
        with (
            spawned(keys=keys, port=options["gateway_port"], today=today, journal=JOURNAL) as control,
            web_server(options["port"], CANBAO_GATEWAY_URL=control.url, **told) as url,
        ):
            say_hello(console, url, values)
            wait()
        console.print("已停止")

    def is_loaded(self) -> bool:
        """A sample is whole or not there: it is loaded beside and then renamed."""
        return "password" in sample_values() and bool(_tables()) and Division.objects.exists()

    def load(self, pack: Pack, percent: float, console: Console) -> None:
        password = "-".join(secrets.token_hex(2) for _ in range(3))
        beside = "DATABASE_URL" not in os.environ
        if beside:
            if _tables() and Division.objects.exists() and not sample_values():
                raise UnsafeToStart(
                    "数据库里已有数据，不用样例盖掉它 (the database is not empty; the sample is not put in its place)"
                )
            real = connections["owner"].settings_dict["NAME"]
            make_database(f"{real}_loading")
        set_up_database()
        if Division.objects.exists():
            raise UnsafeToStart(
                "数据库里已有数据，不装入样例 (the database is not empty; the sample is not loaded into it)"
            )
        today = self.play(pack, percent, password, console)
        # said first: a sample without its password would look like somebody's county
        keep_sample_values(
            {"today": today.isoformat(), "password": password, "pack": pack.key, "percent": str(percent)}
        )
        if beside:
            rename_database(f"{real}_loading", real)

    def play(self, pack: Pack, percent: float, password: str, console: Console) -> date:
        with progress_bar(console) as (tell, plan):
            tell("编造样例人口", 0)
            sample: Sample = load_county(pack, percent=percent, password=password, on=pack.window.first)
            (home() / "log").mkdir(exist_ok=True)
            JOURNAL.unlink(missing_ok=True)  # of a county that is not there any more
            with plugged_in(Faults(), JOURNAL) as control:
                season = Season(sample, pack, control, tell)
                today = days_after(season.first_day, HALF_OVER_DAYS)
                season.rosters()
                season.open()
                plans = season.plans(HOUSEHOLDS)
                plan(len([one for one in plans if one.day < today]))
                season.collect(plans, until=days_after(today, -1))
        return today


def _tables() -> bool:
    return "divisions_division" in connections["default"].introspection.table_names()


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def say_hello(console: Console, url: str, values: dict[str, str]) -> None:
    """Where to look, who can sign in as what, and a family to try the resident's door with."""
    table = Table(title=f"样例用户（口令都是 {values['password']}）")
    for heading in ("用户名", "岗位", "看得到"):
        table.add_column(heading)
    places = dict(Division.objects.values_list("code", "name"))
    shown: dict[str, int] = {}
    for staff in Staff.objects.order_by("pk"):
        shown[staff.role] = shown.get(staff.role, 0) + 1
        if shown[staff.role] <= (2 if staff.role == Role.COUNTY else 1) or (staff.role == Role.DEPARTMENT):
            table.add_row(staff.username, Role(staff.role).label, places.get(staff.division, staff.division))
    console.print(table)
    for name, number, owes in families_to_try():
        console.print(f"居民入口可试：{name} {number}（{owes}）", highlight=False)
    console.print(f"样例的“今天”是 {values['today']}；人口都是编造的，号码以从未使用过的 99 开头。")
    console.print(f"[bold]打开 {url}[/]    Ctrl-C 停止")


def families_to_try() -> list[tuple[str, str, str]]:
    """Three invented residents whose doors are worth opening, with their numbers: only ever in the sample."""
    from canbao.access.scope import Scope, within
    from canbao.access.sealing import unseal
    from canbao.enrolment.models import Bill, BillState

    wanted = (
        ("还没有缴费，普通居民", {"state": BillState.OPEN, "assessment__shares": []}),
        ("还没有缴费，有资助", {"state": BillState.OPEN, "due_fen__gt": 0, "due_fen__lt": 32000}),
        ("已经缴费", {"state": BillState.SETTLED, "due_fen__gt": 0}),
    )
    found = []
    with within(Scope(division="", actor="system:start")):
        for words, condition in wanted:
            bill = Bill.objects.filter(due_fen__isnull=False, **condition).order_by("pk").first()
            if bill is not None:
                resident = Resident.objects.get(pk=bill.resident_id)
                found.append((resident.name, unseal(resident.number_sealed), words))
    return found
