"""Which categories a row gives: its category cell and its grade cell, read by the notice, once for each spelling.

Understood in part is not understood: a row that says 低保、重残 where the notice has no 重残 asks to be looked at. Where the notice
does not know a spelling, the department's own word for it counts (`learning`); never otherwise.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from canbao.documents.columns import Field
from canbao.policy import Pack, UnknownCategory
from canbao.policy.category_names import pieces_of, plain, spelling
from canbao.rosters.domain import sentences
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.verdict import Held, Problem
from canbao.rosters.models import Outcome
from canbao.rosters.refusals import CategoryNotInNotice, SpellingKnown

WORD_AT_MOST = 60  # characters; what is longer is no spelling of a category

Spellings = Mapping[str, str]
"""By spelling (`policy.category_names`): the category of the notice that it means, as `Held` is written; "" for none."""
NO_SPELLINGS: Spellings = MappingProxyType({})

_NO_GRADE = {"", "无", "-", "/", "\\", "否", "没有", "0"}
_BARE_GRADE = re.compile(r"[0-9一二三四五六七八九十]")


class Understood:
    """What one pair of cells means. `notes` say how it was read and what was left away of it; the rest is taken. `own` are the
    department's spellings that were used, `unknown` those that nobody knows."""

    __slots__ = ("held", "notes", "own", "problem", "unknown")

    def __init__(
        self, held: Iterable[Held], problem: Problem | None = None, notes: tuple[str, ...] = (), *,
        own: tuple[str, ...] = (), unknown: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.held = tuple(dict.fromkeys(held))
        self.problem = problem
        self.notes = notes
        self.own = own
        self.unknown = unknown


class CategoryReader:
    """`whole_list` is the category of everybody on it, for lists without such a column; cells that say more win. `own` are the
    department's spellings; those whose meaning is none of this notice's (another year's word) say nothing.

    Raises `CategoryNotInNotice` when the notice does not know `whole_list`.
    """

    def __init__(self, pack: Pack, *, whole_list: str | None = None, own: Spellings = NO_SPELLINGS) -> None:
        self.pack = pack
        self.known = "、".join(category.name for category in pack.categories)
        self._read: dict[tuple[str, str], Understood] = {}
        if whole_list is not None and isinstance(pack.normalise_category(whole_list), UnknownCategory):
            raise CategoryNotInNotice(seen=whole_list[:40], known=self.known)
        self.whole_list = whole_list or ""
        self.own = {word: held for word, meaning in own.items() if (held := self._meant(meaning)) is not None}

    @property
    def meanings(self) -> list[Held]:
        """What a spelling can be said to mean: every category of the notice, and each of its grades."""
        return [Held(one.name, grade) for one in self.pack.categories for grade in ("", *one.grades)]

    def check_may_mean(self, word: str, meaning: str) -> None:
        """Raises `SpellingKnown` (the notice says itself what this is), then `CategoryNotInNotice`."""
        if not self._may_be_taught(word):
            raise SpellingKnown(word=kept(word, WORD_AT_MOST))
        if self._meant(meaning) is None:
            raise CategoryNotInNotice(seen=meaning[:40], known=self.known)

    def _meant(self, meaning: str) -> tuple[Held, ...] | None:
        """Nothing for "", which is none of the notice's; None where the notice has no such category."""
        return next(((one,) for one in self.meanings if str(one) == meaning), () if meaning == "" else None)

    def _may_be_taught(self, word: str) -> bool:
        """Of what the notice knows, also of what it knows only together with a grade, nobody says that it is something else; and
        a number is no word."""
        is_word = pieces_of(word) == [word] == [spelling(word)] and kept(word, WORD_AT_MOST) == word
        unknown = isinstance(self.pack.normalise_category(word), UnknownCategory)
        return is_word and unknown and not self._wants_grade(word)

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
            return self._piece_by_piece(found, grade)
        return self._graded(found, grade)

    def _piece_by_piece(self, cell: UnknownCategory, grade: str) -> Understood:
        """A cell of which the notice does not know all: the rest by the department's own words, and what is left is unknown."""
        found: list[tuple[str, str | None]] = []
        own: list[str] = []
        for piece in pieces_of(cell.text):
            known = self.pack.normalise_category(piece)
            if not isinstance(known, UnknownCategory):
                found += known
            elif spelling(piece) in self.own and self._may_be_taught(spelling(piece)):
                own.append(spelling(piece))
                found += [(held.category, held.grade or None) for held in self.own[own[-1]]]
        notes = tuple(map(self._said, dict.fromkeys(own)))
        unknown = tuple(piece for piece in cell.pieces if spelling(piece) not in own)
        if unknown:
            read = self._unknown(found, unknown)
        elif found:
            read = self._graded(list(dict.fromkeys(found)), grade)
        else:
            return Understood([], self._refused("；".join(notes)), own=tuple(own))
        problem = read.problem and read.problem._replace(why="；".join([read.problem.why, *notes]))
        taught = tuple(word for word in map(spelling, unknown) if self._may_be_taught(word))
        return Understood(read.held, problem, (*notes, *read.notes), own=tuple(own), unknown=taught)

    def meaning_of(self, word: str) -> str:
        """What the department's own word means, as it is learned."""
        return "".join(map(str, self.own[word]))

    def _said(self, word: str) -> str:
        meant = self.meaning_of(word)
        return (sentences.SAID_TO_BE if meant else sentences.SAID_TO_BE_NONE).format(seen=word, meant=meant)

    def _unknown(self, found: list[tuple[str, str | None]], unknown: tuple[str, ...]) -> Understood:
        shown = "、".join(f"「{piece}」" for piece in unknown)
        read = self._graded(list(dict.fromkeys(found)), "") if found else None
        if read is not None and read.held:
            why = sentences.PARTLY_READ.format(known="、".join(map(str, read.held)), unknown=shown)
            return Understood(read.held, _look(why, sentences.ONLY_KNOWN_PART))
        if all(self._wants_grade(piece) for piece in unknown):
            return Understood([], _look(sentences.GRADE_WANTED.format(unknown=shown), sentences.ADD_GRADE))
        return Understood([], self._refused(sentences.NOT_IN_NOTICE.format(unknown=shown)))

    def _wants_grade(self, piece: str) -> bool:
        aliases = (text for category in self.pack.categories for text in category.aliases_with_grade)
        return spelling(piece) in map(spelling, aliases)

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
