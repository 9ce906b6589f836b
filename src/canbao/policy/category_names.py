"""Reading a category as people write it on rosters: `重度残疾(1-2级)`, `低保、孤儿`, `残疾人（一级）`.

Brackets of either width, spaces, Arabic or Chinese grades and several categories in one cell are understood. What is
not understood is said to be so; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from canbao.policy.people_rules import Category

_CHINESE = "零一二三四五六七八九十"
_DIGIT = "[0-9一二三四五六七八九十]"
_GRADE = re.compile(rf"\(?({_DIGIT}{{1,2}})(?:[-~至到、,]?({_DIGIT}))?级\)?")
_COMMA_INSIDE_GRADE = re.compile(rf"({_DIGIT})[、,]({_DIGIT}级)")
_BETWEEN = re.compile(r"[、,;/|+&\n]+")
_DASHES = str.maketrans({"—": "-", "–": "-", "－": "-", "～": "-", "~": "-", "，": ",", "；": ";"})


@dataclass(frozen=True, slots=True)
class UnknownCategory:
    """A cell in which something was not understood: the whole cell, and the pieces that nobody declared."""

    text: str
    pieces: tuple[str, ...]


def plain(text: str) -> str:
    """One spelling for all: full width to half width, no spaces, one kind of dash."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).translate(_DASHES))


def _bare(text: str) -> str:
    return re.sub(r"[()\[\]【】《》“”\"·]", "", text)


def spelling(text: str) -> str:
    """What two ways of writing one name have in common."""
    return _bare(plain(text))


def pieces_of(text: str) -> list[str]:
    """The categories that stand in one cell, each as it is written there but for `plain`."""
    return [piece for piece in _BETWEEN.split(_COMMA_INSIDE_GRADE.sub(r"\1\2", plain(text))) if piece]


def _chinese_grade(text: str) -> str:
    """`1` → `一`; what is Chinese already stays."""
    return _CHINESE[int(text)] if text.isdigit() and int(text) < len(_CHINESE) else text


class CategoryNames:
    """All spellings of a pack's categories."""

    def __init__(self, categories: Sequence[Category]) -> None:
        self.by_name = {category.name: category for category in categories}
        self._by_spelling: dict[str, str] = {}
        self._graded_spelling: dict[str, tuple[str, str]] = {}  # 建档立卡（未脱贫）: a grade need not be a number
        self._with_grade: dict[str, str] = {}  # these say enough only together with a grade
        for category in categories:
            for text in (category.name, *category.aliases):
                self._by_spelling.setdefault(spelling(text), category.name)
                for grade in (*category.grades, *category.outside_grades):
                    self._graded_spelling.setdefault(spelling(text + grade), (category.name, grade))
            for text in category.aliases_with_grade:
                for grade in (*category.grades, *category.outside_grades):
                    self._graded_spelling.setdefault(spelling(text + grade), (category.name, grade))
                self._with_grade.setdefault(spelling(text), category.name)

    def find(self, name: str, grade: str | None = None) -> tuple[str, str | None] | None:
        """One category by name or alias, with its grade in Chinese; None when nobody declared it.

        A name together with its grade may itself be an alias (建档立卡 + 未脱贫).
        """
        if grade is None:
            found = self.read(name)
            return found[0] if isinstance(found, list) and len(found) == 1 else None
        together = self._by_spelling.get(spelling(name + grade))
        if together is not None:
            return together, None
        graded = self._by_spelling.get(spelling(name)) or self._with_grade.get(spelling(name))
        match = _GRADE.fullmatch(plain(grade))
        if graded is None:
            return None
        return graded, (_chinese_grade(match[1]) + "级" if match and not match[2] else grade)

    def read(self, text: str) -> "list[tuple[str, str | None]] | UnknownCategory":
        """The categories in a cell, in the order written, without repetition."""
        cell = plain(text)
        whole = self._whole(cell)
        if whole is not None:
            return [whole]
        pieces = pieces_of(cell)
        found = [self._piece(piece) for piece in pieces]
        known = list(dict.fromkeys(item for item in found if item is not None))
        if not known or None in found:
            bad = tuple(piece for piece, item in zip(pieces, found, strict=True) if item is None)
            return UnknownCategory(text, bad or (text,))
        return known

    def _whole(self, text: str) -> tuple[str, str | None] | None:
        """A name or an alias, perhaps with a grade behind it, written out as the pack has them."""
        name = self._by_spelling.get(_bare(text))
        return (name, None) if name is not None else self._graded_spelling.get(_bare(text))

    def _piece(self, piece: str) -> tuple[str, str | None] | None:
        whole = self._whole(piece)
        if whole is not None:
            return whole
        match = _GRADE.search(piece)
        if match is None:
            return None
        rest = _bare(piece[: match.start()] + piece[match.end() :])
        name = self._by_spelling.get(rest) or self._with_grade.get(rest)
        if name is None:
            return None
        return self._graded(name, match)

    def _graded(self, name: str, match: re.Match[str]) -> tuple[str, str | None] | None:
        first, last = match[1], match[2]
        if last is None and len(first) == 2 and not first.startswith("十"):
            first, last = first[0], first[1]  # “一二级”
        grades = [_chinese_grade(digit) + "级" for digit in (first, last) if digit]
        if len(grades) == 1:
            return name, grades[0]
        # a range names the category as a whole, and only says something when all of it belongs to the category
        category = self.by_name[name]
        return (name, None) if all(grade in category.grades for grade in grades) else None
