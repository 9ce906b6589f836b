"""Which categories a row gives: its category cell and its grade cell, read by the notice, once for each spelling.

Understood in part is not understood: a row that says 低保、重残 where the notice has no 重残 asks to be looked at.
"""

import re
from collections.abc import Iterable, Iterator

from canbao.documents.columns import Field
from canbao.policy import Pack, UnknownCategory
from canbao.policy.category_names import plain
from canbao.rosters.domain import sentences
from canbao.rosters.domain.verdict import Held, Problem
from canbao.rosters.models import Outcome
from canbao.rosters.refusals import CategoryNotInNotice

_NO_GRADE = {"", "无", "-", "/", "\\", "否", "没有", "0"}
_BARE_GRADE = re.compile(r"[0-9一二三四五六七八九十]")


class Understood:
    """What one pair of cells means."""

    __slots__ = ("held", "notes", "problem")

    def __init__(self, held: Iterable[Held], problem: Problem | None = None, notes: tuple[str, ...] = ()) -> None:
        self.held = tuple(dict.fromkeys(held))
        self.problem = problem
        self.notes = notes  # what was left away of it, in words; the rest is taken


class CategoryReader:
    """`whole_list` is the category of everybody on it, for lists without such a column; cells that say more win.

    Raises `CategoryNotInNotice` when the notice does not know it.
    """

    def __init__(self, pack: Pack, *, whole_list: str | None = None) -> None:
        self.pack = pack
        self.known = "、".join(category.name for category in pack.categories)
        self._read: dict[tuple[str, str], Understood] = {}
        if whole_list is not None and isinstance(pack.normalise_category(whole_list), UnknownCategory):
            raise CategoryNotInNotice(seen=whole_list[:40], known=self.known)
        self.whole_list = whole_list or ""

    def read(self, cell: str, grade: str) -> Understood:
        key = (cell or self.whole_list, grade)
        if key not in self._read:
            self._read[key] = self._understand(*key)
        return self._read[key]

    def _understand(self, cell: str, grade: str) -> Understood:
        if not plain(cell):
            return Understood([], self._refused(sentences.NO_CATEGORY))
        grade = _tidy_grade(grade)
        found = self.pack.normalise_category(cell)
        if isinstance(found, UnknownCategory) and grade:  # 残疾人 + 一级 may say enough together
            together = self.pack.category_names.find(cell, grade)
            found = [together] if together else found
        if isinstance(found, UnknownCategory):
            return self._unknown(cell, found)
        return self._graded(found, grade)

    def _unknown(self, cell: str, unknown: UnknownCategory) -> Understood:
        shown = "、".join(f"「{piece}」" for piece in unknown.pieces)
        rest = plain(cell)
        for piece in unknown.pieces:
            rest = rest.replace(piece, "", 1)
        known = self.pack.normalise_category(rest)
        read = None if isinstance(known, UnknownCategory) else self._graded(known, "")
        if read is not None and read.held:
            why = sentences.PARTLY_READ.format(known="、".join(map(str, read.held)), unknown=shown)
            return Understood(read.held, _look(why, sentences.ONLY_KNOWN_PART))
        if all(self._wants_grade(piece) for piece in unknown.pieces):
            return Understood([], _look(sentences.GRADE_WANTED.format(unknown=shown), sentences.ADD_GRADE))
        return Understood([], self._refused(sentences.NOT_IN_NOTICE.format(unknown=shown)))

    def _wants_grade(self, piece: str) -> bool:
        return any(piece == plain(text) for category in self.pack.categories for text in category.aliases_with_grade)

    def _graded(self, found: list[tuple[str, str | None]], grade: str) -> Understood:
        """Grades in the category cell count first; the grade cell is for the one category that has grades."""
        with_grades = [name for name, own in found if own is None and self._has_grades(name)]
        held, outside, unread = [], [], list(self._two_grades(found, grade))
        for name, own in found:
            category = self.pack.category(name)
            said = own or (grade if with_grades == [name] else "")
            if not said or not self._has_grades(name) or self._covers(name, said):
                held.append(Held(name))
            elif said in category.grades:
                held.append(Held(name, said))
            elif said in category.outside_grades:
                outside.append(
                    sentences.OUTSIDE_GRADE.format(grade=said, category=name, grades="、".join(category.grades))
                )
            else:
                held.append(Held(name))
                unread.append(sentences.GRADE_NOT_READ.format(category=name, grade=said))
        if unread:
            return Understood(held, _look("；".join(unread), sentences.CHECK_GRADE))
        if not held:
            return Understood(
                [], Problem(Outcome.REFUSED, "；".join(outside), sentences.OUTSIDE_GRADE_REMEDY, Field.CATEGORY)
            )
        return Understood(held, notes=tuple(sentences.NOT_USED.format(note=note) for note in outside))

    def _two_grades(self, found: list[tuple[str, str | None]], grade: str) -> Iterator[str]:
        """One grade in the category's cell and another in the grade's: nobody can tell which is meant."""
        graded = [(name, own) for name, own in found if own is not None and self._has_grades(name)]
        if len(graded) == 1 and grade:
            (name, own), *_ = graded
            category = self.pack.category(name)
            if grade != own and grade in (*category.grades, *category.outside_grades):
                yield sentences.TWO_GRADES.format(category=name, grade=own, other=grade)

    def _has_grades(self, name: str) -> bool:
        category = self.pack.category(name)
        return bool(category.grades or category.outside_grades)

    def _covers(self, name: str, grade: str) -> bool:
        """A range such as 1-2级 whose every grade belongs to the category."""
        read = self.pack.normalise_category(f"{name}({grade})")
        return not isinstance(read, UnknownCategory) and read == [(name, None)]

    def _refused(self, why: str) -> Problem:
        return Problem(Outcome.REFUSED, why, sentences.USE_NOTICE.format(known=self.known), Field.CATEGORY)


def _look(why: str, remedy: str) -> Problem:
    return Problem(Outcome.LOOK, why, remedy, Field.CATEGORY)


def _tidy_grade(text: str) -> str:
    """`1`, `一` and `1级` are one; a dash or 无 is none."""
    grade = plain(text).strip("()")
    if grade in _NO_GRADE:
        return ""
    if _BARE_GRADE.fullmatch(grade):
        grade += "级"
    match = re.fullmatch(r"\(?([1-9])\)?级", grade)
    return "一二三四五六七八九"[int(match[1]) - 1] + "级" if match else grade
