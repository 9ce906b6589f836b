"""Two lists of the same money: what is planted in one of them is found, and nothing else."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from canbao.collection.domain.mismatches import Line, mismatches
from canbao.collection.models import MismatchKind

FIRST, LAST = date(2021, 11, 1), date(2021, 11, 30)
DAYS = st.dates(FIRST, LAST)
LINES = st.dictionaries(
    st.integers(1, 10**6).map(str), st.tuples(st.integers(1, 10**8), DAYS, st.integers(1, 500)), max_size=30
).map(lambda found: [Line(key, fen, on, people) for key, (fen, on, people) in found.items()])
COMPARED = (  # the others are found where a payer is looked for
    MismatchKind.DOUBLED, MismatchKind.MISSING_HERE, MismatchKind.MISSING_THERE, MismatchKind.AMOUNT, MismatchKind.DAY,
    MismatchKind.PEOPLE,
)  # fmt: skip
PLANTS = st.sampled_from([None, *COMPARED])


@given(LINES)
def test_a_list_agrees_with_itself_in_any_order(lines: list[Line]) -> None:
    assert mismatches(lines, lines[::-1], first=FIRST, last=LAST) == []


@given(LINES, st.lists(PLANTS, min_size=30, max_size=30))
def test_what_is_planted_is_found_and_nothing_else(lines: list[Line], plants: list[MismatchKind | None]) -> None:
    ours, theirs, planted = [], [], set()
    for line, plant in zip(lines, plants, strict=False):
        other = Line(
            line.key,
            line.fen + (plant == MismatchKind.AMOUNT),
            line.on + timedelta(days=plant == MismatchKind.DAY),
            (line.people or 0) + (plant == MismatchKind.PEOPLE),
        )
        ours += [line] * (plant != MismatchKind.MISSING_HERE)
        theirs += [other] * (0 if plant == MismatchKind.MISSING_THERE else 2 if plant == MismatchKind.DOUBLED else 1)
        planted |= {(plant, line.key)} if plant else set()

    found = mismatches(ours, theirs, first=FIRST, last=LAST)

    assert {(one.kind, one.key) for one in found} == planted
    assert len(found) == len(planted)


def test_ours_of_other_days_is_not_missed_there() -> None:
    earlier = Line("1", 100, FIRST - timedelta(days=1))

    assert mismatches([earlier], [], first=FIRST, last=LAST) == []


def test_who_says_no_headcount_is_not_compared_in_it() -> None:
    assert mismatches([Line("1", 100, FIRST, 4)], [Line("1", 100, FIRST)], first=FIRST, last=LAST) == []


def test_of_one_number_everything_is_said() -> None:
    found = mismatches([Line("1", 100, FIRST, 4)], [Line("1", 99, LAST, 5)] * 2, first=FIRST, last=LAST)

    assert [one.kind for one in found] == ["doubled", "amount", "day", "people"]
