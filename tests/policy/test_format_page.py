"""The one page about the format is complete, and the county worked on it is a pack that holds."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from canbao.policy import Pack, PackBroken, facts_from_json, load_pack_texts, look_up_figures
from canbao.policy.facts import EmployeeScheme, Facts, Held, OtherCover
from canbao.policy.reading import read_files
from canbao.policy.refusals import IN_ORDER
from canbao.policy.schema import pack_schema
from canbao.policy.trial import failures
from tests.policy.cookbook import COUNTY, PAGE, STANDING, Entry, entries
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

    assert pack.examples
    assert [str(failure) for failure in failures(pack)] == []


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
