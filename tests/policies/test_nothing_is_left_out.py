"""Whatever is taken out of a pack, somebody hears of it as long as the notice lies beside the checkout."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from canbao.policy import pack_folders
from canbao.policy.checking import problems_of, reminders_of
from canbao.policy.folders import read_folder
from canbao.policy.inherit import read_texts
from canbao.policy.reading import Problem, read_files
from canbao.policy.unused import not_used

NOTICES = Path(__file__).resolve().parents[3] / "shared" / "sources"
FOLDERS = {folder.name: folder for folder in pack_folders()}
OUR_WORDS = {
    ("huilong-2020", "部分计划生育家庭扶助对象"),  # a roster's word that does not say which of the four it is
    ("huilong-2020", "建档立卡贫困人口"),  # and one that does not say whether somebody left poverty
}
Data = dict[str, Any]


@cache
def topics(key: str) -> str:
    return json.dumps(read_files(read_folder(FOLDERS[key])).data, ensure_ascii=False)


def one_by_one() -> Iterator[Any]:
    for key in FOLDERS:
        data = json.loads(topics(key))
        for category in data["categories"]:
            if (key, category["name"]) not in OUR_WORDS:
                yield pytest.param(key, [category["name"]], None, id=f"{key}: {category['name']}")
        for index, rule in enumerate(data["subsidies"]):
            if not all((key, name) in OUR_WORDS for name in names_of(rule)):
                yield pytest.param(key, [], index, id=f"{key}: subsidy {index + 1}, {names_of(rule)[0]}")


def names_of(rule: Data) -> list[str]:
    names: list[str] = rule.get("categories") or [rule["category"]]
    return names


def without_categories(data: Data, gone: set[str]) -> None:
    """Every trace of these categories, as if nobody had thought of them."""
    aliases = {text for one in data["categories"] if one["name"] in gone for text in _spellings(one)}
    data["categories"] = [one for one in data["categories"] if one["name"] not in gone]
    for topic in ("subsidies", "rosters", "ways_in"):
        data[topic] = [rule for one in data.get(topic, []) if (rule := _without(one, gone)) is not None]
    if "monthly_adjustment" in data:
        data["monthly_adjustment"] = _without(data["monthly_adjustment"], gone)
    payers = {amount["payer"] for rule in data["subsidies"] if (amount := rule.get("subsidy"))}
    if "payers" in data["combination"]:
        data["combination"]["payers"] = [one for one in data["combination"]["payers"] if one in payers]
    data["examples"] = [one for one in data["examples"] if not _held(one) & aliases]


def _spellings(category: Data) -> list[str]:
    return [category["name"], *category.get("aliases", []), *category.get("aliases_with_grade", [])]


def _held(example: Data) -> set[str]:
    held = example.get("facts", {}).get("categories", [])
    return {one if isinstance(one, str) else one["name"] for one in held}


def _without(rule: Data, gone: set[str]) -> Data | None:
    """The rule without these names; None where nobody is left."""
    left: Data = {}
    for key, value in rule.items():
        if key == "category" and value in gone:
            return None
        if key in ("categories", "any_categories", "no_categories"):
            kept = [name for name in value if name not in gone]
            if kept:
                left[key] = kept
            elif key != "no_categories":
                return None
        else:
            left[key] = _without(value, gone) if key == "when" else value
    return left


def heard(key: str, data: Data, notice: str) -> set[str]:
    texts = {"all.yaml": "\n".join(f"{name}: {json.dumps(topic, ensure_ascii=False)}" for name, topic in data.items())}
    pack, problems = problems_of(read_texts(texts), key, texts)
    found: list[Problem] = [*problems, *reminders_of(texts, key)]
    if pack is not None:
        found += not_used(pack, notice, "notice.txt")
    return {problem.message for problem in found}


@cache
def heard_before(key: str, notice: str) -> set[str]:
    return heard(key, json.loads(topics(key)), notice)


@pytest.mark.parametrize(("key", "categories", "subsidy"), list(one_by_one()))
def test_a_category_or_subsidy_that_is_missing_is_heard_of(
    key: str, categories: list[str], subsidy: int | None
) -> None:
    path = NOTICES / f"{key}.txt"
    if not path.exists():
        pytest.skip("the published notices do not lie beside this checkout")
    notice = path.read_text(encoding="utf-8")
    data = json.loads(topics(key))
    if subsidy is not None:
        gone = set(names_of(data["subsidies"].pop(subsidy)))
        left = {name for rule in data["subsidies"] for name in names_of(rule)}
        categories = sorted(gone - left)
    without_categories(data, set(categories))

    assert heard(key, data, notice) - heard_before(key, notice)


@pytest.mark.parametrize("key", list(FOLDERS))
def test_every_clause_has_its_rules_or_says_why_not(key: str) -> None:
    path = NOTICES / f"{key}.txt"
    if not path.exists():
        pytest.skip("the published notices do not lie beside this checkout")

    assert not [one for one in heard_before(key, path.read_text(encoding="utf-8")) if "no_rule_for" in one]
