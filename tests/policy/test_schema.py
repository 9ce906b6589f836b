"""The JSON Schema helps an editor: it explains every key in Chinese, takes every pack and no misspelt key."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canbao.policy.facts import EmployeeScheme, Facts, Held, OtherCover, RefundAsked
from canbao.policy.pack import Topics
from canbao.policy.reading import read_files
from canbao.policy.schema import pack_schema
from tests.policy.tiny import TEXTS, TIERS

CHECKOUT = Path(__file__).resolve().parents[2]
SCHEMA = pack_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = sorted([*CHECKOUT.glob("policies/*/*.yaml"), *CHECKOUT.glob("tests/policies/**/*.yaml")])
FREE = {"english", "derived", "annexes", "payers", "shares_yuan", "lines_yuan", "paid_back_yuan", "earns_yuan"}
"""Below these stand words of the notice, no keys of the format."""


def as_data(text: str) -> dict[str, Any]:
    return read_files({"x.yaml": text}).data


def complaints(data: object) -> list[str]:
    return [f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(data)]


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def described() -> Iterator[tuple[str, str]]:
    """Every key that a file may hold, with what the schema says of it."""
    for name, shape in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, field in shape.get("properties", {}).items():
            yield f"{name}.{key}", field.get("description", "")


def test_every_key_is_explained_in_chinese() -> None:
    silent = [key for key, says in described() if not any("\u4e00" <= letter <= "\u9fff" for letter in says)]

    assert silent == []


def test_every_fact_can_be_written_in_an_example() -> None:
    for shape in (Facts, Held, EmployeeScheme, OtherCover, RefundAsked):
        assert set(SCHEMA["$defs"][shape.__name__]["properties"]) == set(shape.__dataclass_fields__)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_file_of_every_pack_is_taken(path: Path) -> None:
    assert complaints(as_data(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("text", [*TEXTS.values(), TIERS])
def test_the_invented_county_is_taken(text: str) -> None:
    assert complaints(as_data(text)) == []


def misspelt(data: Any) -> Iterator[tuple[str, Any]]:
    """The same data once for each key of the format in it, with that key misspelt."""
    for path in keys_of(data, ()):
        changed = deepcopy(data)
        inside = changed
        for step in path[:-1]:
            inside = inside[step]
        inside[f"{path[-1]}x"] = inside.pop(path[-1])
        yield "/".join(map(str, path)), changed


def keys_of(data: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*path, key)
            if key not in FREE:
                yield from keys_of(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from keys_of(value, (*path, index))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_misspelt_key_is_taken(path: Path) -> None:
    data = as_data(path.read_text(encoding="utf-8"))

    assert [where for where, wrong in misspelt(data) if not complaints(wrong)] == []


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        pytest.param(
            "ways_in+: [{name: 新生儿, starts: {from: birth}, before: 外出的人, clause: 一}]", True, id="entry"
        ),
        pytest.param("subsidies+: [{drop: 优抚对象}]", True, id="drop"),
        pytest.param("subsidies: [{drop: 优抚对象}]", False, id="drop-without-plus"),
        pytest.param("subsidies+: [{dorp: 优抚对象}]", False, id="drop-misspelt"),
        pytest.param("ways_in: [{name: 甲, starts: {from: paid}, before: 乙, clause: 一}]", False, id="before"),
        pytest.param("collection_window+: {last: 2031-01-31, clause: 一}", True, id="one-key-of-a-topic"),
        pytest.param("collection_window: {last: 2031-01-31, clause: 一}", False, id="a-topic-needs-all"),
        pytest.param("document+: {title: 甲}", False, id="never-taken-from-another"),
        pytest.param("subsidies: [{category: 甲, categories: [乙], unknown: 丙, ask: 丁}]", False, id="short-and-long"),
        pytest.param("subsidies: [{unknown: 丙, ask: 丁}]", False, id="no-category"),
        pytest.param(
            "subsidies: [{category: 甲, subsidy: {full: true, payer: 乙}, clause: 一}]", True, id="one-amount"
        ),
        pytest.param("subsidies: [{category: 甲, subsidy: [{rest: true, payer: 乙}], clause: 一}]", True, id="amounts"),
        pytest.param("standards: [{individual_fen: 40000, clause: 二}]", False, id="fen"),
        pytest.param("standards: [{individual_yuan: 400元, clause: 二}]", False, id="unit-in-an-amount"),
        pytest.param("collection_window: {first: 2030-9-1, last: 2030-12-31}", False, id="day"),
        pytest.param("ways_in: [{name: 甲, when: {paid_within_of_birth: 28}}]", False, id="length-without-unit"),
        pytest.param("ways_in: [{name: 甲, notice: 乙}]", False, id="what-the-program-writes"),
        pytest.param("examples: [{case: 甲, clause: 一, facts: {categorys: [乙]}}]", False, id="fact"),
    ],
)
def test_what_an_editor_says(text: str, *, taken: bool) -> None:
    assert (complaints(as_data(text)) == []) is taken


def test_amounts_with_a_point_and_names_of_digits_are_taken_as_an_editor_reads_them() -> None:
    assert (
        complaints({"standards": [{"individual_yuan": 280.5, "tier": 1}], "contacts": [{"name": "甲", "phone": 12393}]})
        == []
    )


def test_what_is_written_beside_the_packs_is_this_schema() -> None:
    written = CHECKOUT / "docs" / "generated" / "policy-schema.json"

    assert json.loads(written.read_text(encoding="utf-8")) == SCHEMA


def test_every_topic_but_the_packs_own_can_be_changed() -> None:
    own = {"document", "examples", "no_rule_for"}

    assert {key for key in SCHEMA["properties"] if key.endswith("+")} == {
        f"{topic}+" for topic in set(Topics.model_fields) - own
    }
