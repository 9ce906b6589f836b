"""`canbao start`: everything for a first look. The first time it loads a sample county with a season half over; then it
serves the pages and a stand-in gateway, and says who can sign in as what. Ctrl-C stops all of it; so does a child that
dies, and then the exit code is 1.

`SAMPLE` is how many per cent of the county's people are invented (1; 100 for all of them).
"""

import os
import secrets
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.models import F, QuerySet
from rich.console import Console
from rich.table import Table

from canbao.access.models import Role, Staff
from canbao.access.scope import Scope, within
from canbao.access.sealing import unseal
from canbao.config.database import OWNER_URL
from canbao.config.databases import drop_database, identity, is_empty, make_database, need_owner, rename_database
from canbao.config.home import PRODUCTION, UnsafeToStart, home, keep_sample_values, sample_values
from canbao.config.management.arguments import check_free, given, percent, port, sample_pack
from canbao.config.sample.county import Sample, load_county
from canbao.config.season.play import Season
from canbao.config.season.processes import (
    Child,
    first_to_die,
    plugged_in,
    stand_in,
    stop_on_signals,
    web_server,
    worker,
)
from canbao.config.season.progress import progress_bar
from canbao.config.setup import set_up_database
from canbao.config.standing import Standing, standing
from canbao.divisions.models import Division
from canbao.enrolment.models import Bill, BillState
from canbao.gateways.standin.faults import Faults
from canbao.kernel.days import days_after
from canbao.policy import Pack
from canbao.register.models import Resident
from canbao.rosters.models import Holding, Outcome, RosterRow

JOURNAL = home() / "log" / "gateway.jsonl"  # what the stand-in remembers, from loading to serving
PACK = "suixi-2022"  # the county that is shown first; any pack with targets and places can be named
GATEWAY_PORT = 8001  # where every command looks for the stand-in that is not told otherwise
PERCENT = 1.0  # of its people
HALF_OVER_DAYS = 22  # the sample's today: so many days after collecting began
CANDIDATES = 500  # households among which one is looked for to try the residents' door with
HOUSEHOLDS = 3000  # so many will pay in the sample; of a large one the rest have their bills and wait


class Command(BaseCommand):
    help = "启动样例县与页面 / start the sample county and its pages"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=port, default=given("PORT", "8000"), help="网页的端口，默认 8000（或环境变量 PORT）"
        )
        parser.add_argument(
            "--gateway-port",
            type=port,
            default=given("GATEWAY_PORT", str(GATEWAY_PORT)),
            help="模拟支付渠道的端口，默认 8001（或环境变量 GATEWAY_PORT）",
        )
        parser.add_argument("--pack")
        parser.add_argument("--sample", type=percent, default=given("SAMPLE", None))
        parser.add_argument("--load-only", action="store_true", help="只装入样例，不启动页面")

    def handle(self, *args: Any, **options: Any) -> None:
        if PRODUCTION:
            raise UnsafeToStart("start 只用于样例，生产环境请用 setup 与 serve (start is for the sample)")
        need_owner()
        stop_on_signals()
        console = Console()
        if not options["load_only"]:
            check_free(options["port"], "--port（PORT=…）")
            check_free(options["gateway_port"], "--gateway-port（GATEWAY_PORT=…）")
        call_command("collectstatic", interactive=False, verbosity=0)
        if self.is_loaded():
            check_same_sample(sample_values(), options["pack"], options["sample"])
            if standing("owner") is not Standing.LEVEL:  # the program is newer than the sample
                set_up_database()
        else:
            self.load(sample_pack(options["pack"] or PACK), options["sample"] or PERCENT, console)
        if not options["load_only"]:
            self.serve(options["port"], options["gateway_port"], console)

    def serve(self, port: int, gateway_port: int, console: Console) -> None:
        """Until a signal says so. One child that dies ends all, and the exit code says that it was not meant to."""
        values = sample_values()
        today = date.fromisoformat(values["today"])
        dead = None
        with (
            stand_in(gateway_port, keys=settings.CANBAO_GATEWAY_KEYS, today=today, journal=JOURNAL) as (
                control,
                gateway,
            ),
            web_server(port, CANBAO_GATEWAY_URL=control.url, CANBAO_TODAY=values["today"]) as web,
            worker(CANBAO_TODAY=values["today"]) as working,
            suppress(KeyboardInterrupt),
        ):
            say_hello(console, web, values, gateway_port)
            dead = first_to_die([web, gateway, working])
        if dead is not None:
            raise CommandError(
                f"{dead.name}意外结束（{how_it_ended(dead)}），全部已停止；日志：{dead.log}"
                " (it ended by itself, so everything was stopped; its log is there)"
            )
        console.print("已停止")

    def is_loaded(self) -> bool:
        """A sample is whole or not there: it is loaded beside and then renamed. Raises `UnsafeToStart` where something
        else is in the database: a county that is not the sample is neither shown with a borrowed day nor touched."""
        values = sample_values()
        if "database" in values and values["database"] == identity():
            return True
        if not is_empty():
            raise UnsafeToStart(
                "数据库里已有数据，但不是这里装入的样例，不动它；样例请另选 CANBAO_HOME，或用 make clean 清掉旧的样例"
                " (the database is not empty and not this home's sample; nothing in it is touched)"
            )
        return False

    def load(self, pack: Pack, percent: float, console: Console) -> None:
        password = "-".join(secrets.token_hex(2) for _ in range(3))
        beside = OWNER_URL not in os.environ
        real = connections["owner"].settings_dict["NAME"]
        if beside:
            make_database(f"{real}_loading")
        try:
            set_up_database()
            today = self.play(pack, percent, password, console)
        except BaseException:  # a signal too: half a county is no county
            if beside:
                drop_database(f"{real}_loading")
            else:
                console.print(f"[bold red]样例没有装完，数据库 {real} 里只有一半，请删掉重建[/]")
            raise
        # said first: a sample without its password would look like somebody's county
        keep_sample_values(
            {
                "today": today.isoformat(),
                "password": password,
                "pack": pack.key,
                "percent": str(percent),
                "database": identity(),
            }
        )
        if beside:
            rename_database(f"{real}_loading", real)

    def play(self, pack: Pack, percent: float, password: str, console: Console) -> date:
        with progress_bar(console) as (tell, plan):
            tell("编造样例人口", 0)
            sample: Sample = load_county(pack, percent=percent, password=password, on=pack.window.first)
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


def check_same_sample(values: dict[str, str], pack: str | None, percent: float | None) -> None:
    """What is asked for is what is there; another county or another size is refused and not passed over in silence."""
    other = []
    if pack is not None and Path(pack).name != values["pack"]:
        other.append(f"政策包 {values['pack']}，不是 {pack}")
    if percent is not None and percent != float(values["percent"]):
        other.append(f"人口的 {values['percent']}%，不是 {percent}%")
    if other:
        raise CommandError(
            f"这里已装有样例县：{'；'.join(other)}。要换请先 make clean，或另选 CANBAO_HOME"
            " (another sample is loaded here; `make clean` throws it away, another CANBAO_HOME keeps both)",
            returncode=2,
        )


def how_it_ended(child: Child) -> str:
    code = child.process.returncode
    return f"信号 {signal.Signals(-code).name}" if code < 0 else f"退出码 {code}"


def say_hello(console: Console, web: Child, values: dict[str, str], gateway_port: int) -> None:
    """Where to look, who can sign in as what, and a family to try the resident's door with."""
    table = Table(title=f"样例用户（口令都是 {values['password']}）")
    for heading in ("用户名", "岗位", "看得到"):
        table.add_column(heading)
    places = dict(Division.objects.values_list("code", "name"))
    shown: dict[str, int] = {}
    for staff in Staff.objects.order_by("pk"):
        shown[staff.role] = shown.get(staff.role, 0) + 1
        if staff.role in (Role.COUNTY, Role.DEPARTMENT) or shown[staff.role] == 1:
            table.add_row(staff.username, Role(staff.role).label, places.get(staff.division, staff.division))
    console.print(table)
    for name, number, owes in families_to_try():
        console.print(f"居民入口可试：{name} {number}（{owes}）", highlight=False)
    console.print(f"样例的“今天”是 {values['today']}；人口都是编造的，号码以从未使用过的 99 开头。")
    console.print(how_a_night_passes(gateway_port), highlight=False, soft_wrap=True)
    console.print(f"[bold]打开 {web.url}[/]    Ctrl-C 停止；日志在 {web.log}")


def how_a_night_passes(gateway_port: int) -> str:
    """No timer runs in the sample: what happens at night is called by hand, and must find this sample's gateway."""
    told = "" if gateway_port == GATEWAY_PORT else f"CANBAO_GATEWAY_URL=http://127.0.0.1:{gateway_port} "
    return f"样例没有定时任务；对账、退款等夜里的事，另开一个终端运行 {told}.venv/bin/canbao nightly"


def families_to_try() -> list[tuple[str, str, str]]:
    """Invented residents of three households whose doors are worth opening, with their numbers: only in the sample.

    One is ordinary, and so is their household: nobody in it holds a category or has a name that stands on a list, where
    a mistyped row may mean them. One is subsidised, with no row that waits for an answer. One has paid.
    """

    def is_on_a_list(names: QuerySet[Resident, str], *outcomes: Outcome) -> bool:
        rows = RosterRow.objects.filter(name__in=list(names))
        return (rows.filter(outcome__in=outcomes) if outcomes else rows).exists()

    def is_ordinary(bill: Bill) -> bool:
        family = bill.household.residents.values_list("name", flat=True)
        return not is_on_a_list(family) and not Holding.objects.filter(resident__household=bill.household_id).exists()

    def waits_for_nobody(bill: Bill) -> bool:
        name = Resident.objects.filter(pk=bill.resident_id).values_list("name", flat=True)
        return not is_on_a_list(name, Outcome.LOOK, Outcome.REFUSED)

    heads = Bill.objects.filter(due_fen__gt=0, resident__relation="户主").order_by("pk")
    to_pay, full_price = heads.filter(state=BillState.OPEN), F("assessment__individual_fen")
    wanted: tuple[tuple[str, QuerySet[Bill], Callable[[Bill], bool]], ...] = (
        ("还没有缴费，普通居民 / not paid yet, nobody special", to_pay.filter(due_fen=full_price), is_ordinary),
        ("还没有缴费，有资助 / not paid yet, subsidised", to_pay.filter(due_fen__lt=full_price), waits_for_nobody),
        ("已经缴费 / has paid", heads.filter(state=BillState.SETTLED), lambda _: True),
    )
    found, shown = [], set()
    with within(Scope(division="", actor="system:start")):
        for words, bills, fits in wanted:
            # one after the other: asked for as a whole, the database would compare every family with every list
            some = bills.select_related("resident", "household")[:CANDIDATES]
            bill = next((one for one in some if one.household_id not in shown and fits(one)), None)
            if bill is not None:
                shown.add(bill.household_id)
                found.append((bill.resident.name, unseal(bill.resident.number_sealed), words))
    return found
