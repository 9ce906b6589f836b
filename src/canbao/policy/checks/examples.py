"""Worked answers promise something, in words that the pack knows. Whether the rules keep the promise, `trial` tells."""

import re
from collections.abc import Iterator

from canbao.policy.checks.names import one_of
from canbao.policy.checks.sources import are_clauses, not_clauses
from canbao.policy.example_rules import Example
from canbao.policy.facts import BadFacts, Facts, facts_from_json
from canbao.policy.pack import Pack
from canbao.policy.person import Person
from canbao.policy.reading import Path
from canbao.policy.refusals import IN_ORDER

_ABOUT = {"case", "clause", "facts"}


def examples_promise_something(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, example in enumerate(pack.examples):
        path: Path = ("examples", index)
        promised = {name for name in example.model_fields_set - _ABOUT if getattr(example, name) is not None}
        if not promised:
            yield path, f"“{example.case}”没有写应得的结果，如 pays_yuan、covered_from、refused"
        if example.refused is not None and promised & {"pays_fen", "shares_yuan", "covered_from", "covered_until"}:
            yield (*path, "refused"), "拒绝的人不缴费、没有资助、没有待遇：refused 不和它们一起写"
        if example.target is not None and (example.facts or promised - {"target"}):
            yield (*path, "target"), "target（任务数）不和 facts 等一起写，请另写一个例子"


def example_clauses_are_written_right(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, example in enumerate(pack.examples):
        if not are_clauses(example.clause.split("、")):
            yield ("examples", index, "clause"), not_clauses(example.clause)


def example_refusals_are_known(pack: Pack) -> Iterator[tuple[Path, str]]:
    codes = [refusal.code for refusal in IN_ORDER]
    for index, example in enumerate(pack.examples):
        if example.refused is not None and example.refused not in codes:
            known = one_of(codes, example.refused)
            yield ("examples", index, "refused"), f"没有“{example.refused}”这个拒绝的代码；有：{known}"


def example_facts_can_be_read(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, example in enumerate(pack.examples):
        path: Path = ("examples", index, "facts")
        try:
            facts = facts_from_json(example.facts)
        except BadFacts as error:
            yield (*path, *_steps(error.where)), f"已知情况读不懂：{error}"
        else:
            yield from _unknown_words(pack, example, facts, path)


def _steps(where: str) -> Path:
    """`categories[1].since` → the path of it."""
    return tuple(int(step) if step.isdigit() else step for step in re.findall(r"\w+", where))


def _unknown_words(pack: Pack, example: Example, facts: Facts, path: Path) -> Iterator[tuple[Path, str]]:
    """A word that the pack does not know is refused, unless that is what the example shows."""
    person = Person(pack, facts)
    known = {trait.name for trait in pack.traits}
    for trait in person.said_traits - known if example.refused != "unknown_trait" else ():
        yield (*path, "traits"), f"没有声明情况“{trait}”；traits 里有：{one_of(known, trait)}"
    names = [category.name for category in pack.categories]
    for held in person.unknown_categories if example.refused != "unknown_category" else ():
        said = f"{held.name}（{held.grade}）" if held.grade else held.name
        yield (*path, "categories"), f"没有声明身份“{said}”；categories 里有：{one_of(names, held.name)}"
    if person.tier is not None and person.tier not in pack.tiers and example.refused != "unknown_tier":
        yield (*path, "tier"), f"没有“{facts.tier}”这一档；standards 里有：{'、'.join(pack.tiers) or '不分档'}"
    lines = [line.name for line in pack.lines]
    for line in sorted(facts.lines - set(lines)) if example.refused != "unknown_line" else ():
        yield (*path, "lines"), f"账单上没有“{line}”这一项；有：{one_of(lines, line)}"


def example_payers_are_named_by_a_rule(pack: Pack) -> Iterator[tuple[Path, str]]:
    payers = {payer for rule in pack.subsidies for payer in rule.payers}
    for index, example in enumerate(pack.examples):
        for payer in example.shares_yuan or {}:
            if payer not in payers:
                path: Path = ("examples", index, "shares_yuan", payer)
                yield path, f"没有一条资助由“{payer}”支付；有：{one_of(payers, payer)}"


def example_targets_are_in_the_table(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, example in enumerate(pack.examples):
        if example.target is not None and (pack.targets is None or pack.targets.unit(example.target.unit) is None):
            units = [unit.name for unit in pack.targets.units] if pack.targets else []
            path: Path = ("examples", index, "target")
            yield path, f"任务表里没有“{example.target.unit}”；有：{one_of(units, example.target.unit)}"
