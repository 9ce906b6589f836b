"""`python -m bench [MEASURE…] [--minutes N]`. The minutes are those for which confirmations go on without a pause."""

import os
import sys
from argparse import ArgumentParser
from functools import partial

from bench.result import CHECKOUT

os.environ.setdefault("CANBAO_HOME", str(CHECKOUT / "var" / "bench"))  # never the county that somebody is looking at
os.environ.setdefault("CANBAO_TODAY", "2021-11-15")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "canbao.config.settings")

import django

django.setup()

from bench import bills, confirmations, finding, receipts, rosters, tables, tabulating, waiting  # noqa: E402 - need the settings

MEASURES = {
    "confirmations": confirmations.measure,
    "tabulating": tabulating.measure,
    "bills": bills.measure,
    "finding": finding.measure,
    "rosters": rosters.measure,
    "tables": tables.measure,
    "waiting": waiting.measure,
    "receipts": receipts.measure,
}


def main(given: list[str]) -> int:
    parser = ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="MEASURE")
    parser.add_argument("--minutes", type=float, default=confirmations.MINUTES)
    said = parser.parse_args(given)
    names, measures = said.names, MEASURES | {"confirmations": partial(confirmations.measure, said.minutes)}
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"{unknown[0]}: not a measure; there are {', '.join(MEASURES)}", file=sys.stderr)
        return 2
    for name in names or MEASURES:
        print(measures[name]().as_json(), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
