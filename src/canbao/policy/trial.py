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


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing in one example that the rules answer differently."""

    index: int
    case: str
    clause: str
    what: str

    def __str__(self) -> str:
        return f"{self.case}（{self.clause}）：{self.what}"


def failures(pack: Pack) -> Iterator[Failure]:
    """Every difference between the examples and the rules, in the order of the file."""
    for index, example in enumerate(pack.examples):
        for what in _differences(pack, example):
            yield Failure(index, example.case, example.clause, what)


def _differences(pack: Pack, example: Example) -> Iterator[str]:
    if example.target is not None:
        unit = pack.targets.unit(example.target.unit) if pack.targets else None
        found = "没有这个单位" if unit is None else "unknown" if unit.people is None else unit.people
        yield from _differs("任务数", example.target.people, found)
        return
    try:
        answer = assess(pack, facts_from_json(example.facts))
    except BadFacts as error:
        yield f"已知情况读不懂：{error}"
        return
    yield from _compare(example, answer)


def _compare(example: Example, answer: Assessment) -> Iterator[str]:
    code = answer.refusal.code if answer.refusal else None
    if example.refused is not None or code is not None:
        yield from _differs("是否拒绝", example.refused or "可以参保", code or "可以参保")
    if example.individual_fen is not None:
        yield from _differs("个人缴费标准", _money(example.individual_fen), _money(answer.individual_fen))
    if example.government_fen is not None:
        yield from _differs("财政补助", _money(example.government_fen), _money(answer.government_fen))
    if example.pays_fen is not None:
        yield from _differs("个人应缴", _money(example.pays_fen), _money(answer.pays_fen))
    yield from _compare_parts(example, answer)
    if example.covered_from is not None:
        yield from _differs("待遇开始", _day(example.covered_from), _day(answer.covered_from))
    if example.covered_until is not None:
        yield from _differs("待遇结束", _day(example.covered_until), _day(answer.covered_until))
    if example.assumed is not None:
        yield from _differs("带有假定", example.assumed, bool(answer.assumptions))


def _compare_parts(example: Example, answer: Assessment) -> Iterator[str]:
    """What consists of several, each by its name; a payer of two lines of the bill is told once, with the sum."""
    if example.shares_yuan is not None:
        shares = _summed((share.payer, share.fen) for share in answer.shares)
        yield from _differs("资助", _amounts(example.shares_yuan), _amounts(shares))
    if example.lines_yuan is not None:
        lines = {line.line: line.pays_fen for line in answer.lines}
        yield from _differs("账单各项", _amounts(example.lines_yuan), _amounts(lines))
    if example.waived_fen is not None:
        yield from _differs("免缴", _money(example.waived_fen), _money(sum(part.fen for part in answer.waived)))
    if example.paid_back_yuan is not None:
        paid_back = _summed((share.payer, share.fen) for share in answer.paid_back)
        yield from _differs("先缴后返", _amounts(example.paid_back_yuan), _amounts(paid_back))
    if example.enjoys is not None:
        yield from _differs("享受待遇", example.enjoys, answer.enjoys)
    if example.earns_yuan is not None:
        yield from _differs("激励", _amounts(example.earns_yuan), _amounts({e.what: e.fen for e in answer.incentives}))
    if example.refund is not None:
        yield from _differs("退费", example.refund, _refund(answer))


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


def _differs(what: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"{what}应为 {expected}，按规则得 {found}"


def _money(fen: int | str | None) -> str:
    return f"{short_yuan(fen)}元" if isinstance(fen, int) else "unknown"


def _day(day: date | str | None) -> str:
    return day.isoformat() if isinstance(day, date) else "unknown"
