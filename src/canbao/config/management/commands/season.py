"""`canbao season KEY`: play a whole season of a sample county in a database of its own, and prove that it came out right.

The exit code is 0 when the four ways agree, debits equal credits and the record is whole; else 1, and the rows that
differ are named. `--plant receipt` removes a receipt behind the program's back, to show that it is noticed.
"""

import os
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from rich.console import Console

from canbao.access.scope import within
from canbao.config.databases import drop_database, make_database
from canbao.config.home import PRODUCTION, UnsafeToStart
from canbao.config.management.arguments import given, percent, sample_pack
from canbao.config.sample.county import load_county
from canbao.config.season.play import Season
from canbao.config.season.processes import plugged_in, stop_on_signals
from canbao.config.season.progress import progress_bar
from canbao.config.season.told import tell_ledger, tell_proof, tell_report, tell_story
from canbao.config.setup import set_up_database
from canbao.gateways.standin.faults import Faults
from canbao.kernel.days import days_after, months_after
from canbao.policy import Pack

DATABASE = "canbao_season"


class Command(BaseCommand):
    help = "在单独的数据库里演一整季征缴，并核对结果 / play a whole season in a database of its own"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pack", help="政策包，如 suixi-2022")
        parser.add_argument("--sample", type=percent, default=given("SAMPLE", "1"), help="人口的百分之几，默认 1")
        parser.add_argument("--households", type=int, default=4000, help="最多多少户缴费，默认 4000")
        parser.add_argument("--seed", type=int, default=2022)
        parser.add_argument("--plant", choices=["receipt"], help="背着程序删去一张票据，看它是否发现")
        parser.add_argument("--keep", action="store_true", help=f"保留数据库 {DATABASE}")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console()
        if PRODUCTION:
            raise UnsafeToStart("season 只用于样例 (season is for the sample)")
        pack = sample_pack(options["pack"])
        stop_on_signals()
        make_database(DATABASE)
        try:
            set_up_database()
            right = self.play(pack, console, options)
        finally:
            if not options["keep"]:
                drop_database(DATABASE)
        if not right:
            raise SystemExit(1)

    def play(self, pack: Pack, console: Console, options: dict[str, Any]) -> bool:
        with progress_bar(console) as (tell, planned):
            tell("装入样例县", 0)
            sample = load_county(pack, percent=options["sample"], password=os.urandom(12).hex(), on=pack.window.first)
            with plugged_in(Faults(seed=options["seed"])) as control:
                season = Season(sample, pack, control, tell, options["seed"])
                whole_season(season, planned, options["households"])
        if options["plant"] == "receipt":
            plant_missing_receipt()
            console.print("[yellow]已背着程序删去一张票据[/]")
        with within(season.whole):
            tell_story(season, console)
            tell_report(season, season_end(pack), console)
            ways = tell_proof(season, console)
            return tell_ledger(season, console) and ways.agree


def whole_season(season: Season, planned: Callable[[int], None], at_most: int) -> None:
    """Every chapter, in the order of the calendar; days come from the pack."""
    pack = season.pack
    window_end, benefit_from = pack.window.last, pack.period.first
    season.rosters()
    season.open()
    plans = season.plans(at_most)
    planned(len(plans))
    season.collect(plans, until=window_end)
    season.mistakes(window_end)
    season.year_end(window_end)
    season.refunds(days_after(benefit_from, 14))
    season.returning_workers(days_after(months_after(benefit_from, 1), 9))
    season.newborns(born_from=benefit_from, born_until=days_after(months_after(benefit_from, 2), -1), count=12)
    season.hand_in_old_cash(days_after(season_end(pack), -5), everything=True)


def season_end(pack: Pack) -> Any:
    """The 20th of the sixth month of the benefit period: the last report that the season tells."""
    return days_after(months_after(pack.period.first, 5), 19)


def plant_missing_receipt() -> None:
    """What nobody can do through the program: as the owner, with the guard off, a receipt is removed."""
    with connections["owner"].cursor() as cursor:
        for table in ("collection_receipt", "collection_receiptline"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER kept_but")
        cursor.execute(
            "SELECT id FROM collection_receipt WHERE takes_back_from_id IS NULL AND NOT EXISTS (SELECT FROM collection_receipt v WHERE v.takes_back_from_id = collection_receipt.id) ORDER BY id LIMIT 1 OFFSET 7"
        )
        (receipt,) = cursor.fetchone()
        cursor.execute("DELETE FROM collection_receiptline WHERE receipt_id = %s", [receipt])
        cursor.execute("DELETE FROM collection_receipt WHERE id = %s", [receipt])
        for table in ("collection_receipt", "collection_receiptline"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER kept_but")
