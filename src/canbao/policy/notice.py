"""The published text of a notice, cut into its clauses.

Texts come out of web pages and PDFs: spaces inside dates, lines broken anywhere, brackets and digits of either width,
tables with one cell a line. All spaces go, except that two numbers which only a line break keeps apart stay apart.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_CHINESE = "一二三四五六七八九十"
_HEADINGS = (
    re.compile(rf"^([{_CHINESE}]{{1,3}})、"),
    re.compile(rf"^\(([{_CHINESE}]{{1,3}})\)"),
    re.compile(r"^(\d{1,2})[.、](?!\d(?!\d{3}[年—–至~-]))"),  # not 1.5 is to be paid, but 1.2021年 begins
    re.compile(r"^\((\d{1,2})\)"),
)
_SHAPES = ("{}", "（{}）", "{}", "（{}）")
_ANNEX = re.compile(r"^附件\d{0,2}$")
WHOLE = "全文"


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one number and not under a number below it: its steps (`四`, `（一）`), its line, its text."""

    steps: tuple[str, ...]
    line: int
    text: str

    @property
    def clause(self) -> str:
        return "".join(self.steps)


def clauses_of(text: str, annexes: Mapping[str, str]) -> dict[str, str]:
    """Clause number → its text without spaces, sub-clauses included; `全文` is everything.

    `annexes` gives the titles of annexes whose beginning the text does not mark with 附件 on a line of its own.
    """
    found: dict[str, list[str]] = {WHOLE: []}
    for steps, _, line in _lines(text, annexes):
        found[WHOLE].append(line)
        for depth in range(1, len(steps) + 1):
            found.setdefault("".join(steps[:depth]), []).append(line)
    return {clause: _squeezed(part) for clause, part in found.items()}


def sections_of(text: str, annexes: Mapping[str, str]) -> list[Section]:
    """Every numbered clause and annex in the order of the notice; what stands before the first is none."""
    found: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    for steps, number, line in _lines(text, annexes):
        if steps:
            found.setdefault(steps, (number, []))[1].append(line)
    return [Section(steps, number, _squeezed(lines)) for steps, (number, lines) in found.items()]


def _lines(text: str, annexes: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """Every line with its number and the steps of the clause in which it stands."""
    lines = [unicodedata.normalize("NFKC", line).strip() for line in text.splitlines()]
    path: list[str] = []
    annex = ""
    starts = {_squeezed([title]): name for name, title in annexes.items()}
    seen_clause = False
    for number, line in enumerate(lines):
        bare = _squeezed([line])
        last_title = bare in starts and not any(_squeezed([later]) == bare for later in lines[number + 1 :])
        if seen_clause and (_ANNEX.match(bare) or last_title):
            annex = starts.get(bare, bare)
        elif not annex:
            path = _path_after(path, line)
        seen_clause = seen_clause or bool(path)
        yield ((annex,) if annex else tuple(path)), number + 1, line


def _path_after(path: list[str], line: str) -> list[str]:
    """Where we are after this line. A heading stands below the nearest one of a higher kind, kinds may be skipped."""
    for level, (pattern, shape) in enumerate(zip(_HEADINGS, _SHAPES, strict=True)):
        match = pattern.match(line)
        if match and (path or level == 0):
            return [*[step for step in path if _level(step) < level], shape.format(match[1])]
    return path


def _level(step: str) -> int:
    bare = step.strip("（）")
    return (2 if bare.isdigit() else 0) + (1 if step.startswith("（") else 0)


def _squeezed(lines: list[str]) -> str:
    joined = "\n".join(unicodedata.normalize("NFKC", line) for line in lines)
    apart = re.sub(r"(?<=\d)\s+(?=\d)", "|", joined)
    return re.sub(r"(?<=\d),(?=\d{3})", "", re.sub(r"\s+", "", apart))
