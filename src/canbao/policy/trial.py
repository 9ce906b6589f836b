"""Run a pack's worked answers against its rules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from canbao.kernel.fen import short_yuan
from canbao.policy.assess import assess
from canbao.policy.assessment import Assessment
from canbao.policy.example_rules import Example
from canbao.policy.facts import BadFacts, facts_from_json
from canbao.policy.pack import Pack
from canbao.policy.reading import Path


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing in one example that the rules answer differently."""

    index: int
    case: str
    clause: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.case}（{self.clause}）：{self.what}"

    @property
    def path(self) -> Path:
        """Where the example says it."""
        return ("examples", self.index, self.key)


_SAID = {
    "target": "任务数",
    "refused": "是否拒绝",
    "individual_yuan": "个人缴费标准",
    "government_yuan": "财政补助",
    "pays_yuan": "个人应缴",
    "shares_yuan": "资助",
    "lines_yuan": "账单各项",
    "waived_yuan": "免缴",
    "paid_back_yuan": "先缴后返",
    "enjoys": "享受待遇",
    "earns_yuan": "激励",
    "refund": "退费",
    "covered_from": "待遇开始",
    "covered_until": "待遇结束",
    "assumed": "带有假定",
}


def failures(pack: Pack) -> Iterator[Failure]:
    """Every difference between the examples and the rules, in the order of the file."""
    for index, example in enumerate(pack.examples):
        for key, what in _differences(pack, example):
            yield Failure(index, example.case, example.clause, key, what)


def _differences(pack: Pack, example: Example) -> Iterator[tuple[str, str]]:
    if example.target is not None:
        unit = pack.targets.unit(example.target.unit) if pack.targets else None
        found = "没有这个单位" if unit is None else "unknown" if unit.people is None else unit.people
        yield from _differs("target", example.target.people, found)
        return
    try:
        answer = assess(pack, facts_from_json(example.facts))
    except BadFacts as error:
        yield "facts", f"已知情况读不懂：{error}"
        return
    yield from _compare(example, answer)


def _compare(example: Example, answer: Assessment) -> Iterator[tuple[str, str]]:
    refused = answer.refusal
    code = refused.code if refused else None
    if example.refused is not None or code is not None:
        yield from _differs("refused", example.refused or "可以参保", code or "可以参保")
    if refused is not None and example.refused is None:
        return  # then nothing else can come out as it should
    if example.individual_fen is not None:
        yield from _differs("individual_yuan", _money(example.individual_fen), _money(answer.individual_fen))
    if example.government_fen is not None:
        yield from _differs("government_yuan", _money(example.government_fen), _money(answer.government_fen))
    if example.pays_fen is not None:
        yield from _differs("pays_yuan", _money(example.pays_fen), _money(answer.pays_fen))
    yield from _compare_parts(example, answer)
    if example.covered_from is not None:
        yield from _differs("covered_from", _day(example.covered_from), _day(answer.covered_from))
    if example.covered_until is not None:
        yield from _differs("covered_until", _day(example.covered_until), _day(answer.covered_until))
    if example.assumed is not None:
        yield from _compare_assumed(example.assumed, [one.what for one in answer.assumptions])


def _compare_assumed(expected: bool | str, assumed: list[str]) -> Iterator[tuple[str, str]]:
    """Whether there is an assumption at all, or one in which these words stand."""
    if isinstance(expected, bool):
        yield from _differs("assumed", _yes(expected), _yes(bool(assumed)))
    elif not any(expected in one for one in assumed):
        yield "assumed", f"带有假定应为 {expected}，按规则得 {'；'.join(assumed) or '没有'}"


def _compare_parts(example: Example, answer: Assessment) -> Iterator[tuple[str, str]]:
    """What consists of several, each by its name; a payer of two lines of the bill is told once, with the sum."""
    if example.shares_yuan is not None:
        shares = _summed((share.payer, share.fen) for share in answer.shares)
        yield from _differs("shares_yuan", _amounts(example.shares_yuan), _amounts(shares))
    if example.lines_yuan is not None:
        lines = {line.line: line.pays_fen for line in answer.lines}
        yield from _differs("lines_yuan", _amounts(example.lines_yuan), _amounts(lines))
    if example.waived_fen is not None:
        yield from _differs("waived_yuan", _money(example.waived_fen), _money(sum(part.fen for part in answer.waived)))
    if example.paid_back_yuan is not None:
        paid_back = _summed((share.payer, share.fen) for share in answer.paid_back)
        yield from _differs("paid_back_yuan", _amounts(example.paid_back_yuan), _amounts(paid_back))
    if example.enjoys is not None:
        yield from _differs("enjoys", example.enjoys, answer.enjoys)
    if example.earns_yuan is not None:
        yield from _differs(
            "earns_yuan", _amounts(example.earns_yuan), _amounts({e.what: e.fen for e in answer.incentives})
        )
    if example.refund is not None:
        yield from _differs("refund", example.refund, _refund(answer))


def _refund(answer: Assessment) -> str:
    if answer.refund is None or answer.refund.allowed is None:
        return "unknown"
    return answer.refund.of or "none"


def _summed(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, fen in amounts:
        found[name] = found.get(name, 0) + fen
    return found


def _amounts(amounts: Mapping[str, int | str | None]) -> str:
    return "、".join(f"{name}{_money(fen)}" for name, fen in amounts.items()) or "没有"


def _differs(key: str, expected: object, found: object) -> Iterator[tuple[str, str]]:
    if expected != found:
        yield key, f"{_SAID[key]}应为 {expected}，按规则得 {found}"


def _yes(holds: bool) -> str:
    return "是" if holds else "否"


def _money(fen: int | str | None) -> str:
    return f"{short_yuan(fen)}元" if isinstance(fen, int) else "unknown"


def _day(day: date | str | None) -> str:
    return day.isoformat() if isinstance(day, date) else "unknown"
