"""Two lists of the same money, line by line: what does not agree, typed. Knows nothing of who made the lists."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

from canbao.collection.models import MismatchKind
from canbao.kernel.fen import yuan


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is the number by which both sides know it. `people` is None where a side does not say; then it is not compared.
    `who` is for whom they say it is, covered: it is not compared either."""

    key: str
    fen: int
    on: date
    people: int | None = None
    unit: str = ""
    who: str = ""

    def as_kept(self) -> dict[str, Any]:
        return asdict(self) | {"on": self.on.isoformat(), "yuan": yuan(self.fen)}


class Found(NamedTuple):
    kind: MismatchKind
    key: str
    ours: Line | None
    theirs: Line | None

    @property
    def on(self) -> date:
        return (self.ours or self.theirs).on  # type: ignore[union-attr] - one of them is there


def mismatches(ours: Sequence[Line], theirs: Sequence[Line], *, first: date, last: date) -> list[Found]:
    """What does not agree, by number. `ours` may reach beyond the days asked about (a line may stand there under another day than
    here); of ours alone, only what lies within `first` and `last` is missed there.

    A number that stands there several times is doubled, and its first line is compared.
    """
    here = {line.key: line for line in ours}
    there: dict[str, Line] = {}
    for line in theirs:
        there.setdefault(line.key, line)
    found = [
        Found(MismatchKind.DOUBLED, key, here.get(key), there[key])
        for key, times in Counter(line.key for line in theirs).items()
        if times > 1
    ]
    for key, line in there.items():
        mine = here.get(key)
        if mine is None:
            found.append(Found(MismatchKind.MISSING_HERE, key, None, line))
            continue
        if mine.fen != line.fen:
            found.append(Found(MismatchKind.AMOUNT, key, mine, line))
        if mine.on != line.on:
            found.append(Found(MismatchKind.DAY, key, mine, line))
        if None not in (mine.people, line.people) and mine.people != line.people:
            found.append(Found(MismatchKind.PEOPLE, key, mine, line))
    found += [
        Found(MismatchKind.MISSING_THERE, line.key, line, None)
        for line in ours
        if line.key not in there and first <= line.on <= last
    ]
    return sorted(found, key=lambda one: (one.key, list(MismatchKind).index(one.kind)))
