"""The one page about the format is complete, and the county worked on it is a pack that holds."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canbao.policy import Pack, PackBroken, facts_from_json, load_pack_texts, look_up_figures
from canbao.policy.facts import EmployeeScheme, Facts, Held, OtherCover
from canbao.policy.reading import read_files
from canbao.policy.refusals import IN_ORDER
from canbao.policy.schema import pack_schema
from canbao.policy.sentences import sentence
from canbao.policy.show import page
from canbao.policy.trial import failures
from canbao.policy.walk import rules
from tests.policy.cookbook import COUNTY, OFFICES, PAGE, STANDING, Entry, entries
from tests.policy.messages import messages


def worked() -> Pack:
    return load_pack_texts(COUNTY, key="qinghe-2031")


def test_the_worked_county_keeps_its_promises() -> None:
    pack = worked()

    assert len(pack.examples) == 4
    assert list(failures(pack)) == []


def test_the_worked_county_says_what_its_notice_says() -> None:
    (notice,) = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)

    result = look_up_figures(worked(), notice)

    assert result.problems == ()
    assert result.found == 14


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.says)
def test_every_entry_of_the_cookbook_is_a_pack_that_answers_what_it_says(entry: Entry) -> None:
    pack = load_pack_texts(entry.texts(), key="entry")

    assert pack.examples or entry.is_for_offices
    assert [str(failure) for failure in failures(pack)] == []


@pytest.mark.parametrize("entry", [one for one in entries() if one.is_for_offices], ids=lambda entry: entry.says)
def test_what_offices_have_to_do_stands_on_the_page_that_the_county_signs(entry: Entry) -> None:
    pack = load_pack_texts(entry.texts(), key="entry")
    printed = re.sub(r"<[^>]+>", "", page(pack))
    said = [sentence(path, rule) for path, rule in rules(pack) if path[0] in OFFICES]

    assert said
    assert [text for text in said if text not in printed] == []
    for words in re.findall(r"[\u4e00-\u9fff]{2,}", re.sub(r"clause: \S+|\b\w+: 10天", "", entry.text)):
        assert words in printed, words


@pytest.mark.parametrize("topic", OFFICES)
def test_every_topic_of_offices_has_its_entry(topic: str) -> None:
    assert any(f"{topic}:" in entry.text for entry in entries() if entry.is_for_offices)


@pytest.mark.parametrize(
    ("entry", "topic"),
    [pytest.param(entry, topic, id=f"{topic}: {entry.says}") for entry in entries() for topic in entry.topics],
)
def test_no_entry_says_more_than_its_examples_show(entry: Entry, topic: str) -> None:
    try:
        pack = load_pack_texts(entry.texts(without=topic), key="entry")
    except PackBroken:
        return

    assert list(failures(pack)), f"without {topic} the same comes out"


@pytest.mark.parametrize("text", [*(entry.text for entry in entries()), *(text for *_, text in STANDING)])
def test_every_entry_of_the_cookbook_is_what_an_editor_takes(text: str) -> None:
    errors = Draft202012Validator(pack_schema()).iter_errors(read_files({"entry.yaml": text}).data)

    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("qinghe-2031", ("hekou-2031", "yunling-2031")),
        ("qinghe-2032", ("qinghe-2031", "hekou-2031", "yunling-2031")),
        ("qinghe-2031-amended", ("qinghe-2031", "hekou-2031", "yunling-2031")),
    ],
)
def test_the_packs_that_stand_on_others_answer_what_they_say(name: str, below: tuple[str, ...]) -> None:
    texts = {file: text for folder, file, text in STANDING if folder == name}
    texts |= {f"{folder}/{file}": text for folder, file, text in STANDING if folder in below}

    pack = load_pack_texts(texts, key=name)

    assert pack.examples
    assert [str(failure) for failure in failures(pack)] == []


def keys() -> set[str]:
    found: set[str] = set()
    for definition in [pack_schema(), *pack_schema()["$defs"].values()]:
        found |= set(definition.get("properties", {}))
    return found


@pytest.mark.parametrize("key", sorted(keys()))
def test_every_key_of_the_format_is_on_the_page(key: str) -> None:
    assert re.search(rf"[`{{ .]{key}\b", PAGE)


THE_KEYS = PAGE[PAGE.index("\n## The keys") : PAGE.index("\n## Answers")]


def lists() -> set[str]:
    """The keys inside topics that take lists; an amount may be written without one, and the shape of facts is one of them."""
    shapes = {name: shape for name, shape in pack_schema()["$defs"].items() if not name.endswith("Change")}
    found = {key for shape in shapes.values() for key, field in shape.get("properties", {}).items() if is_list(field)}
    return found - {"subsidy"}


def is_list(field: dict[str, Any]) -> bool:
    return field.get("type") == "array" or any(is_list(one) for one in field.get("anyOf", []))


@pytest.mark.parametrize("key", sorted(lists()))
def test_every_key_that_takes_a_list_is_shown_as_one(key: str) -> None:
    assert re.search(rf"`{key}: \[", THE_KEYS)


def test_no_other_key_is_shown_as_a_list() -> None:
    assert set(re.findall(r"`(\w+): \[", THE_KEYS)) <= lists() | {"key"}


def test_the_topics_that_are_lists_are_named_as_such() -> None:
    (said,) = re.findall(r"These topics are lists themselves.*?: (.*?)\. In every", THE_KEYS, flags=re.DOTALL)
    topics = {name for name, field in pack_schema()["properties"].items() if is_list(field) and not name.endswith("+")}

    assert set(re.findall(r"`(\w+)`", said)) == topics


@pytest.mark.parametrize("shape", [Facts, Held, EmployeeScheme, OtherCover], ids=lambda shape: shape.__name__)
def test_every_fact_is_on_the_page(shape: type) -> None:
    assert [name for name in shape.__dataclass_fields__ if f'"{name}"' not in PAGE and f"`{name}`" not in PAGE] == []


def test_every_refusal_is_on_the_page_in_its_order() -> None:
    places = [PAGE.index(f"`{refusal.code}`", PAGE.index("Refusals, in the order")) for refusal in IN_ORDER]

    assert places == sorted(places)


def test_the_facts_on_the_page_can_be_read() -> None:
    (block,) = [text for text in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL) if '"traits"' in text]

    assert facts_from_json(json.loads(block)).tier == "一档"


@pytest.mark.parametrize("message", messages())
def test_every_sentence_of_check_is_on_the_page_with_what_to_do(message: str) -> None:
    said = PAGE[PAGE.index("\n## What check says") :]

    assert re.search(rf"(?m)^\| .*`{re.escape(message)}`", said), f"{messages()[message]} says: {message}"
