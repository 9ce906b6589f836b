"""Policy: what a county's notice decides, as data, and the one engine that applies it.

A pack is a folder of short YAML files (`docs/policy-format.md`). Nothing here reads a clock, a database or a setting;
no place, year or amount stands in this code. This is the only door; other rooms import from `canbao.policy`.
"""

from typing import TYPE_CHECKING

from canbao.policy.assess import answers_by_day, assess
from canbao.policy.assessment import Assessment, Assumption, Refused, Share, Unknown
from canbao.policy.category_names import UnknownCategory
from canbao.policy.checking import check
from canbao.policy.explain import explain
from canbao.policy.facts import BadFacts, EmployeeScheme, Facts, Held, OtherCover, facts_from_json
from canbao.policy.folders import PackBroken, PackNotFound, pack_folders
from canbao.policy.loading import load_pack, load_pack_texts
from canbao.policy.pack import Pack
from canbao.policy.people_rules import UnbornName
from canbao.policy.reading import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from canbao.policy.figures import LookUp

__all__ = [
    "Assessment",
    "Assumption",
    "BadFacts",
    "EmployeeScheme",
    "Facts",
    "Held",
    "OtherCover",
    "Pack",
    "PackBroken",
    "PackNotFound",
    "Problem",
    "Refused",
    "Share",
    "UnbornName",
    "Unknown",
    "UnknownCategory",
    "answers_by_day",
    "assess",
    "check",
    "explain",
    "facts_from_json",
    "load_pack",
    "load_pack_texts",
    "look_up_figures",
    "pack_folders",
    "tabulate",
]


def tabulate(pack: Pack, population: "pl.DataFrame", *, answers: "Collection[str] | None" = None) -> "pl.DataFrame":
    """`assess` for everybody in a table at once; see `canbao.policy.table`."""
    from canbao.policy.table import tabulate as tabulate_table  # loads Polars only when somebody needs a table

    return tabulate_table(pack, population, answers=answers)


def look_up_figures(pack: Pack, notice_text: str) -> "LookUp":
    """Every figure of the pack, looked up in the clause that it cites; see `canbao.policy.figures`."""
    from canbao.policy.figures import look_up_figures as look_up  # only `check --notice` needs it

    return look_up(pack, notice_text)
