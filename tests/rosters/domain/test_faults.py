"""Lists with faults that are known, in three layouts that have little in common: the verdicts find every fault, and condemn
no good row. The faults are those of `docs/generated/roster-faults.md`."""

from pathlib import Path

import pytest

from canbao.config.sample.faults import FAULTS, FURNITURE, Fault
from canbao.config.sample.faulty import LAYOUTS, Planted, known, plant
from canbao.config.sample.people import make_people
from canbao.rosters.models import Outcome, Roster
from tests.county import County
from tests.rosters.files import SUIXI, imported
from tests.rosters.register import ON, TOWNS, Register, registered, written


def misjudged(roster: Roster, planted: Planted) -> list[str]:
    """Every row whose verdict is not the expected one, by its fault: what a reader wants to see first."""
    wrong = []
    rows = list(roster.rows.order_by("row").values_list("row", "outcome", "why"))
    for row, outcome, why in rows:
        fault = planted.faults.get(row)
        if fault is None and outcome != Outcome.TAKEN:
            wrong.append(f"good row {row}: {outcome} {why}")
        if fault is not None:
            right = outcome in fault.verdicts and any(piece in why for piece in fault.why.split("|"))
            wrong += [] if right else [f"{fault.name} in row {row}: {outcome} {why}"]
    told = {left["row"]: left["why"] for left in roster.left_out}
    wanted = {row: piece.why for row, piece in planted.furniture.items() if piece.why}
    wrong += [f"left out {row}: {told.get(row)} for {why}" for row, why in wanted.items() if told.get(row) != why]
    wrong += [f"left out {row}: {why}" for row, why in told.items() if row not in wanted]
    wrong += [f"{roster.rows.count()} rows for {planted.rows}"] if roster.rows.count() != planted.rows else []
    return wrong


def judged(county: County, register: Register, folder: Path, layout: str, **how: object) -> tuple[Roster, Planted]:
    kind = LAYOUTS[layout]
    path = folder / f"{layout}.{kind.suffix}"
    planted = written(register, path, kind, **how)
    return imported(county, path, department=kind.department, cut_off_on=ON), planted


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_verdicts_find_every_fault_and_condemn_no_good_row(county: County, tmp_path: Path, layout: str) -> None:
    roster, planted = judged(county, registered(2), tmp_path, layout, rows=2500)

    assert misjudged(roster, planted) == []
    assert {fault.name for fault in planted.faults.values()} == {fault.name for fault in FAULTS}
    assert {piece.name for piece in planted.furniture.values()} == {piece.name for piece in FURNITURE}


@pytest.mark.long
def test_in_three_hundred_thousand_rows_too(county: County, tmp_path: Path) -> None:
    register = registered(60)
    judgements = [
        judged(county, register, tmp_path, layout, rows=100_000, seed=at) for at, layout in enumerate(LAYOUTS)
    ]

    assert [misjudged(roster, planted) for roster, planted in judgements] == [[], [], []]
    for _, planted in judgements:
        assert {fault.name for fault in planted.faults.values()} == {fault.name for fault in FAULTS}
    assert all(planted.rows > 100_000 and len(planted.faults) > 2_900 for _, planted in judgements)


def test_a_fault_that_nobody_is_fit_for_is_no_fault_that_was_found() -> None:
    people = known(make_people(TOWNS[:1], 0.2, seed=7, on=ON))
    unfit = Fault("unfit", "nobody has it", (Outcome.LOOK,), "", lambda *_: None)

    with pytest.raises(ValueError, match="unfit"):
        plant(people, SUIXI, rows=50, share=0.03, seed=1, cut_off_on=ON, faults=[unfit])


def test_there_are_many_kinds_of_faults() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) > 70
