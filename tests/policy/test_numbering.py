"""The same number for the same thing, in every part of a table, however many things there are."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.policy import numbering
from canbao.policy.numbering import Tuples, Values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(parts=st.lists(st.lists(st.tuples(*[st.integers(0, 70)] * 3), min_size=1), max_size=4))
@pytest.mark.parametrize(
    ("direct", "largest"),
    [
        pytest.param(1 << 22, 1 << 62, id="in-a-table"),
        pytest.param(1 << 8, 1 << 62, id="sorted"),
        pytest.param(1 << 8, 1 << 12, id="one-by-one"),
    ],
)
def test_combinations_have_one_number_each(
    direct: int, largest: int, parts: list[list[tuple[int, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when there are ever more of them, and when a part outgrows the table."""
    monkeypatch.setattr(numbering, "_DIRECT", direct)
    monkeypatch.setattr(numbering, "_LARGEST", largest)
    tuples = Tuples()
    for part in parts:
        columns = list(np.array(part, np.int32).T)

        numbers = tuples.of(columns, [int(column.max()) + 1 for column in columns])

        assert [tuples.tuples[number] for number in numbers] == part
    assert len(set(tuples.tuples)) == len(tuples.tuples)


def test_one_number_for_all_may_stand_for_a_column() -> None:
    tuples = Tuples()
    numbers = tuples.of([np.array([1, 0, 1], np.int32), 4], [2, 5])

    assert [tuples.tuples[number] for number in numbers] == [(1, 4), (0, 4), (1, 4)]


def test_several_threads_number_alike() -> None:
    tuples, values = Tuples(), Values()
    rows = np.random.default_rng(1).integers(0, 500, (16, 2, 2000)).astype(np.int32)

    def number(part: np.ndarray) -> None:
        numbers = tuples.of(list(part), [500, 500])
        assert [tuples.tuples[number] for number in numbers] == [*map(tuple, part.T.tolist())]
        texts = [f"字{one}" for one in part[0]]
        assert [values.values[number] for number in values.of(pa.array(texts))] == texts

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(number, rows))
    assert len(set(tuples.tuples)) == len(tuples.tuples)
    assert len(values) == len(set(values.values)) == 501


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", None, "b", "a"]),
        pa.array(["a", None, "b", "a"]).dictionary_encode(),
        pa.array(["x", "a", None, "b", "a"], pa.string_view())[1:],
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 0], pa.int8()), pa.array(["a", None, "b"])),
    ],
)
def test_values_are_numbered_however_they_come(column: pa.Array) -> None:
    values = Values()
    values.of(pa.array(["b"]))

    assert [values.values[number] for number in values.of(column)] == ["a", None, "b", "a"]
    assert values.of(pa.nulls(2)).tolist() == [0, 0]
