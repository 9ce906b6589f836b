"""What a season came to, told on the screen: the report of the 20th, the four-way proof, the ledger's balances."""

from datetime import date

from django.db import connection
from rich.console import Console
from rich.table import Table

from canbao.access.record import broken_link
from canbao.config.season.play import Season
from canbao.kernel.fen import yuan
from canbao.ledger.models import AccountKind
from canbao.reports.four_ways import FourWays, four_ways_agree
from canbao.reports.the_20th import report_of_the_20th
from canbao.rosters.models import Outcome

_COUNTS = {  # what is counted, and its unit
    "bills": ("账单", "张"), "by_office": ("代办参保（全额资助，个人不缴费）", "人"), "cash": ("现金缴费", "户"), "phone": ("手机缴费", "户"),
    "callbacks_lost": ("回调丢失", "笔"), "callbacks_doubled": ("回调重复", "笔"), "recovered_by_query": ("查询补回", "笔"), "recovered_by_bill": ("对账补回", "笔"),
    "wrong_amounts": ("金额不符（待查）", "笔"), "remittances": ("汇缴", "次"), "readjusted": ("年底身份调整", "人"), "to_give_back": ("其中应退", "人"), "still_owing": ("其中应补", "人"), "not_readjusted": ("身份有变、未作调整", "人"), "refunds": ("退款", "笔"),
    "returning_workers": ("返乡补缴", "户"), "newborns": ("新生儿", "人"),
    "kept_from_neighbours": ("外村经办人查别村的户，查不到", "次"),
}  # fmt: skip


def tell_story(season: Season, console: Console) -> None:
    table = Table(title="一季经过", show_header=False)
    for key, (words, unit) in _COUNTS.items():
        if season.counts[key]:
            table.add_row(words, f"{season.counts[key]:,} {unit}")
    for outcome, count in sorted(season.verdicts.items()):
        table.add_row(f"名单行：{Outcome(outcome).label}", f"{count:,} 行")
    for code, count in sorted(season.refusals.items()):
        table.add_row(f"拒绝，如：{season.heard[code]}", f"{count:,} 次")
    console.print(table)


def tell_report(season: Season, on: date, console: Console) -> None:
    report = report_of_the_20th(season.campaign, on=on)
    table = Table(
        title=f"参保进度（截至{on:%Y年%m月%d日}，报医保、税务；单位：人、元）",
        caption="任务：通知下达的参保人数；居民：在本县参加居民医保；代办参保：其中全额资助、个人不缴费；职工：在职工医保；"
        "参保率：居民与职工之和除以任务；个人缴费：元",
    )
    for heading in ("镇（园区）", "任务", "居民", "代办参保", "职工", "参保率", "个人缴费"):
        table.add_column(heading, justify="left" if heading == "镇（园区）" else "right")
    for row in [*report.towns, report.county]:
        rate = "—" if row.rate is None else f"{row.rate * 100:.2f}%"
        target = "未知" if row.target is None else f"{row.target:,}"
        table.add_row(
            row.name, target, f"{row.enrolled:,}", f"{row.free:,}", f"{row.employee:,}", rate, yuan(row.paid_fen),
            style="bold" if row is report.county else "",
        )  # fmt: skip
    console.print(table)
    for fund in report.funds:
        console.print(f"资助：{fund.payer} {fund.people:,}人 {yuan(fund.fen)}元")
    console.print(
        f"个人缴费{yuan(report.contributed_fen)}元；国库{yuan(report.in_treasury_fen)}元，在途{yuan(report.on_its_way_fen)}元；"
        f"票据{report.receipts_used:,}份"
    )


def tell_proof(season: Season, console: Console) -> FourWays:
    """The four ways for every unit and for the county. Differences are named."""
    ways = four_ways_agree(season.campaign)
    table = Table(title="四个一致")
    for heading in ("", "人数", "金额（元）"):
        table.add_column(heading, justify="right" if heading else "left")
    for word, way in (("资金", ways.money), ("参保", ways.people), ("名册", ways.roster), ("票据", ways.receipts)):
        table.add_row(word, f"{way.count:,}", yuan(way.fen))
    console.print(table)
    for difference in ways.differences:
        console.print(f"[bold red]不一致：[/]{difference.says}", highlight=False)
    console.print("四个一致：[bold]是[/]" if ways.agree else "四个一致：[bold red]否[/]")
    return ways


def tell_ledger(season: Season, console: Console) -> bool:
    """The trial balance by kind of account; True when debits equal credits and the record's chain is whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, sum(debit_fen)::bigint, sum(credit_fen)::bigint, sum(balance_fen)::bigint FROM ledger_balance WHERE county = %s GROUP BY kind",
            [season.sample.county],
        )
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    table = Table(title="总账（元）")
    for heading in ("科目", "借方", "贷方", "余额（借−贷）"):
        table.add_column(heading, justify="left" if heading == "科目" else "right")
    for kind in AccountKind:
        if kind in rows:
            table.add_row(kind.label, *(yuan(fen) for fen in rows[kind]))
    debits, credits_ = (sum(row[nth] for row in rows.values()) for nth in (0, 1))
    table.add_row("合计", yuan(debits), yuan(credits_), yuan(debits - credits_), style="bold")
    console.print(table)
    broken = broken_link(season.sample.county)
    console.print("操作记录链：完整" if broken is None else f"[bold red]操作记录链：第{broken}条被改动[/]")
    return debits == credits_ and broken is None
