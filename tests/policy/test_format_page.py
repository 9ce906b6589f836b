"""The one page about the format is complete, and the county worked on it is a pack that holds."""

import json
import re
from pathlib import Path

import pytest

from canbao.policy import Pack, facts_from_json, load_pack_texts, look_up_figures
from canbao.policy.facts import EmployeeScheme, Facts, Held, OtherCover
from canbao.policy.refusals import IN_ORDER
from canbao.policy.schema import pack_schema
from canbao.policy.trial import failures

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "policy-format.md").read_text(encoding="utf-8")


def worked() -> Pack:
    blocks = re.findall(r"```yaml\n# (\w+\.yaml)\n(.*?)```", PAGE, flags=re.DOTALL)
    return load_pack_texts(dict(blocks), key="qinghe-2031")


def test_the_worked_county_keeps_its_promises() -> None:
    pack = worked()

    assert len(pack.examples) == 4
    assert list(failures(pack)) == []


def test_the_worked_county_says_what_its_notice_says() -> None:
    (notice,) = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)

    result = look_up_figures(worked(), notice)

    assert result.problems == ()
    assert result.found == 14


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
