"""A population cut into cells: people about whom the pack asks the same and hears the same.

`assess` says what it asked (`Trace`). Everybody with the same words and the same answers to all those questions gets the
same assessment, so one person of each cell is asked and the others are looked up. Where an answer repeats a day (cover
from the day after payment), the cell is cut by that day as well. Nobody lists beforehand what a pack looks at; when a
further question turns up, the cells are cut again. What is learnt is kept, so the next part of a long file is cut at
once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from canbao.policy.assess import assess
from canbao.policy.assessment import Assessment
from canbao.policy.facts import Facts
from canbao.policy.pack import Pack
from canbao.policy.person import DAY_NAMES, DayName, Question, Trace
from canbao.policy.values import Span

Days: TypeAlias = npt.NDArray[np.int32]
Codes: TypeAlias = npt.NDArray[np.int64]

EPOCH = date(1970, 1, 1)
NO_DAY = np.iinfo(np.int32).min
_LAST_DAY = (date.max - EPOCH).days
_DIRECT = 1 << 24  # as many codes are looked up in a table; more are sorted
_NO, _YES, _UNKNOWN = 0, 1, 2


def day_number(day: date) -> int:
    """Days since 1970, as Arrow and NumPy count them."""
    return (day - EPOCH).days


@dataclass(slots=True)
class Cells:
    """What has been learnt about one pack: its questions, the days that answers repeat, and the answers so far."""

    pack: Pack
    questions: list[Question] = field(default_factory=list)
    answers: list[Assessment] = field(default_factory=list)
    _taken: dict[tuple[int, ...], set[DayName]] = field(default_factory=dict)
    _known: dict[tuple[int, tuple[int, ...]], tuple[int, Trace]] = field(default_factory=dict)
    _places: dict[Assessment, int] = field(default_factory=dict)

    @property
    def assessed(self) -> int:
        """How many people were asked about; the others were looked up."""
        return len(self._known)

    def places(self, kinds: Codes, stems: Sequence[Facts], days: Mapping[DayName, Days]) -> Codes:
        """For each person the row of their answer in `answers`.

        `kinds` is the number of each person's words, `stems` those words; `days` hold a number or `NO_DAY` each. The
        numbers of kinds must mean the same words in every call.
        """
        while True:
            found = self._cut(kinds, stems, days)
            if found is not None:
                return found

    def _cut(self, kinds: Codes, stems: Sequence[Facts], days: Mapping[DayName, Days]) -> Codes | None:
        """One round; None when something new was learnt and the cells have to be cut again."""
        patterns = _Key(kinds, max(len(stems), 1))
        for question in self.questions:
            patterns.add(answers_to(question, days), _UNKNOWN + 1)
        cells = _Key(patterns.codes, patterns.size)
        signs = self._signs(patterns, kinds, days)
        for name in DAY_NAMES:
            repeats = np.fromiter((name in self._taken.get(sign, ()) for sign in signs), bool, len(signs))
            if repeats.any():
                cells.add_where(repeats[patterns.codes], days[name])
        learnt = False
        rows = cells.first_rows()
        answer_of = np.empty(cells.size, np.int64)
        for cell, row in enumerate(rows):
            sign = signs[patterns.codes[row]]
            place, trace = self._assessed(int(kinds[row]), stems, days, int(row))
            answer_of[cell] = place
            taken = self._taken.setdefault(sign, set())
            new_days = trace.taken.keys() - taken
            new_questions = [question for question in trace.asked if question not in self._asked]
            taken |= new_days
            self.questions += new_questions
            learnt = learnt or bool(new_days) or bool(new_questions)
        return None if learnt else answer_of[cells.codes]

    @property
    def _asked(self) -> set[Question]:
        return set(self.questions)

    def _signs(self, patterns: "_Key", kinds: Codes, days: Mapping[DayName, Days]) -> list[tuple[int, ...]]:
        """Each pattern by name: the number of the words and the answers, whatever part of the population it is in."""
        rows = patterns.first_rows()
        columns = [kinds[rows], *(answers_to(q, {name: days[name][rows] for name in days}) for q in self.questions)]
        return [tuple(int(value) for value in row) for row in zip(*columns, strict=True)]

    def _assessed(self, kind: int, stems: Sequence[Facts], days: Mapping[DayName, Days], row: int) -> tuple[int, Trace]:
        """The answer for one person, asked at most once."""
        numbers = tuple(int(days[name][row]) for name in DAY_NAMES)
        known = self._known.get((kind, numbers))
        if known is None:
            trace = Trace()
            answer = assess(self.pack, facts_of(stems[kind], dict(zip(DAY_NAMES, numbers, strict=True))), trace)
            place = self._places.setdefault(answer, len(self.answers))
            if place == len(self.answers):
                self.answers.append(answer)
            known = self._known[kind, numbers] = place, trace
        return known


def facts_of(stem: Facts, numbers: Mapping[DayName, int]) -> Facts:
    """The words of a kind together with one person's days."""
    zero = EPOCH.toordinal()
    day = {name: None if number == NO_DAY else date.fromordinal(zero + number) for name, number in numbers.items()}
    employee, other, asked = stem.employee_scheme, stem.other_cover, stem.refund
    return replace(
        stem,
        on=day["on"],
        paid_on=day["paid"],
        born_on=day["born"],
        last_covered_until=day["last_covered"],
        employee_scheme=replace(employee, left_on=day["left"]) if employee else None,
        other_cover=replace(other, until=day["other_until"]) if other else None,
        refund=replace(asked, asked_on=day["refund_asked"]) if asked else None,
    )


def answers_to(question: Question, days: Mapping[DayName, Days]) -> npt.NDArray[np.uint8]:
    """The answer of everybody to one question: no, yes, or not known."""
    early, late, span = question.early, question.late, question.span
    if isinstance(early, date):
        if isinstance(late, date):
            size = len(next(iter(days.values())))
            return np.full(size, _YES if span.after(early) <= late else _NO, np.uint8)
        return _marked(days[late] >= day_number(span.after(early)), days[late])
    if isinstance(late, date):
        return _marked(days[early] <= _last_that_reaches(span, late), days[early])
    if early == late and not (span.months or span.days):
        return np.where(days[early] == NO_DAY, _UNKNOWN, _YES).astype(np.uint8)
    return _marked(shifted(days[early], span) <= days[late], days[early], days[late])


def _marked(holds: npt.NDArray[np.bool_], *days: Days) -> npt.NDArray[np.uint8]:
    found = holds.view(np.uint8)
    for column in days:
        unknown = column == NO_DAY
        if unknown.any():
            found = np.where(unknown, np.uint8(_UNKNOWN), found)
    return found


def _last_that_reaches(span: Span, late: date) -> int:
    """The number of the last day that, with the span added, is still on or before `late`."""
    low, high = date.min.toordinal() - 1, date.max.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        if span.after(date.fromordinal(middle)) <= late:
            low = middle
        else:
            high = middle - 1
    return low - EPOCH.toordinal()


def shifted(days: Days, span: Span) -> Days:
    """Each day with the span added, by the calendar; `NO_DAY` stays no day."""
    known = days[days != NO_DAY]
    if not len(known):
        return days
    first, last = int(known.min()), int(known.max())
    after = _after(np.arange(first, last + 1, dtype=np.int64), span)
    return after[np.clip(days, first, last) - first]


def _after(numbers: npt.NDArray[np.int64], span: Span) -> Days:
    """Months first, then days, like `Span.after`; a shorter month gives its last day."""
    day = numbers.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    in_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    target = month + span.months
    longest = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64) - 1
    found = target.astype("datetime64[D]").astype(np.int64) + np.minimum(in_month, longest) + span.days
    after: Days = np.minimum(found, _LAST_DAY).astype(np.int32)
    return after


class _Key:
    """One small number a person that is the same for people who are alike in everything added so far."""

    def __init__(self, codes: Codes, size: int) -> None:
        self.codes, self.size = _dense(codes, size)

    def add(self, values: npt.NDArray[np.uint8], size: int) -> None:
        if len(values) and (values == values[0]).all():
            return  # it tells nobody apart
        self.codes, self.size = _dense(self.codes * size + values, self.size * size)

    def add_where(self, chosen: npt.NDArray[np.bool_], days: Days) -> None:
        """Tell apart by a day, but only those who are chosen."""
        mine = days[chosen]
        known = mine[mine != NO_DAY]
        first = int(known.min()) if len(known) else 0
        size = (int(known.max()) - first if len(known) else 0) + 3
        values = np.zeros(len(days), np.int64)
        values[chosen] = np.where(mine == NO_DAY, 1, mine.astype(np.int64) - first + 2)
        self.codes, self.size = _dense(self.codes * size + values, self.size * size)

    def first_rows(self) -> npt.NDArray[np.int64]:
        """A person of each number."""
        rows = np.empty(self.size, np.int64)
        rows[self.codes[::-1]] = np.arange(len(self.codes) - 1, -1, -1)
        return rows


def _dense(codes: Codes, size: int) -> tuple[Codes, int]:
    """The same codes numbered without gaps."""
    if size > _DIRECT:
        distinct, dense = np.unique(codes, return_inverse=True)
        return dense.astype(np.int64, copy=False), len(distinct)
    seen = np.zeros(size, bool)
    seen[codes] = True
    numbers = np.cumsum(seen) - 1
    return numbers[codes], int(seen.sum())
