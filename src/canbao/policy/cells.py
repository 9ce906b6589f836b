"""A population cut into cells: people about whom the pack asks the same and hears the same.

`assess` says what it asked (`Trace`). Everybody with the same words and the same answers to all those questions gets the
same assessment, so one person of each cell is asked and the others are looked up. Nobody lists beforehand what a pack
looks at; when a further question turns up, the cells are cut again.

The cut has two steps, both of them numbers looked up in tables. Whether a day of somebody is reached by a day of the
notice depends on that one day, and whether a count is so high on that count: all such questions together cut the
calendar and the counts into stretches, and words and stretches are the first step. It decides for nearly everybody.
Where an answer hangs on two days of a person (paid within 90 days of birth) or repeats a day (cover from the day after
payment), those few are cut once more.

What is learnt is kept, so the next part of a long table is only looked up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock, RLock
from typing import TypeAlias, TypeGuard

import numpy as np
import numpy.typing as npt

from canbao.policy.assess import assess
from canbao.policy.assessment import Assessment
from canbao.policy.columns import FIRST_DAY, LAST_DAY, NO_DAY, Days, day_number, day_of
from canbao.policy.facts import Facts
from canbao.policy.numbering import Numbers, Rows, Tuples, one_of_each
from canbao.policy.pack import Pack
from canbao.policy.person import COUNT_NAMES, DAY_NAMES, AtLeast, Begin, CountName, DayName, Question, Trace, answer_to
from canbao.policy.values import Span

Asked: TypeAlias = Question | AtLeast | DayName
"""What an assessment wanted to hear: the answer to a question, or a day itself."""
Further: TypeAlias = Question | DayName
"""What the second step asks: a question about two days of somebody, or a day itself."""
Cutting: TypeAlias = Question | AtLeast
"""What the first step asks: a question about a single day or count of somebody."""
_NOT_ASKED, _NO, _YES, _UNKNOWN = 0, 1, 2, 3
_NEW, _CUT_AGAIN = -2, -1
_FEW = 5000
_PATIENCE = 50  # people asked before all are cut anew by what these were asked; more each time


class Cells:
    """What has been learnt about one pack: its answers so far, and who gets which. Several threads may ask at once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.answers: list[Assessment] = []
        """Where cover begins with a day of the person, `covered_from` is None here and said by `Told`."""
        self.assessed = 0
        """How many people were asked about; all others were looked up."""
        self._places: dict[tuple[Assessment, Begin | None], int] = {}
        self._begins: dict[Begin, int] = {}
        self._begin_of = _Growing(_NEW)
        self._shifts: dict[Span, _Shift] = {}
        self._kinds: dict[Facts, int] = {}
        self._ways: list[tuple[Facts, _Step]] = []
        self._cut = _Cut([])
        self._patience = _PATIENCE
        self._lock = RLock()

    def kind(self, words: Facts) -> int:
        """The number of somebody's words (facts without days and counts)."""
        with self._lock:
            number = self._kinds.setdefault(words, len(self._ways))
            if number == len(self._ways):
                self._ways.append((words, _Step()))
            return number

    def told(self, kinds: Numbers, days: Mapping[DayName, Days], counts: Mapping[CountName, Days]) -> "Told":
        """What everybody is answered: by the `kind` of their words, and by their days and counts."""
        people = _People(kinds, days, counts)
        if not self.answers and len(kinds) > _FEW:
            self._places_of(people.some(slice(_FEW)))  # most of what is to be learnt is learnt from a few
        places = self._places_of(people)
        if not self._begins:
            return Told(places, np.empty(0, np.intp), np.empty(0, np.int32))
        begins = self._begin_of.of(places, len(self.answers))
        rows = np.flatnonzero(begins >= 0)
        begins, covered_from = begins[rows], np.empty(len(rows), np.int32)
        for begin, number in list(self._begins.items()):
            mine = np.flatnonzero(begins == number)
            if len(mine):
                assert isinstance(begin.day, str)
                shift = self._shifts.setdefault(begin.after, _Shift(begin.after))
                covered_from[mine] = shift.of(people.some(rows[mine]).day(begin.day))
        return Told(places, rows, covered_from)

    def _places_of(self, people: "_People") -> Numbers:
        while True:
            found = self._looked_up(self._cut, people)
            if found is not None:
                return found

    def _looked_up(self, cut: "_Cut", people: "_People") -> Numbers | None:
        """None when a question turned up by which everybody has to be cut anew."""
        firsts = cut.firsts_of(people, len(self._ways))
        found = cut.first_places.of(firsts, len(cut.firsts))
        rows = np.flatnonzero(found < 0)
        if not len(rows):
            return found
        new = rows[found[rows] == _NEW]
        if len(new):
            if not self._learn_firsts(cut, firsts, new, people):
                return None
            found[new] = cut.first_places.of(firsts[new], len(cut.firsts))
            rows = np.flatnonzero(found < 0)
        firsts, people = firsts[rows], people.some(rows)
        while len(rows):
            further = cut.further
            seconds = further.seconds_of(firsts, len(cut.firsts), people)
            places = further.places.of(seconds, len(further.seconds))
            new = np.flatnonzero(places == _NEW)
            if not len(new):
                found[rows] = places
                break
            if not self._learn_seconds(cut, further, firsts, seconds, new=new, people=people):
                return None
        return found

    def _learn_firsts(self, cut: "_Cut", firsts: Numbers, new: Rows, people: "_People") -> bool:
        """Ask about one person of each new cell. False when the stretches have to be cut anew."""
        with self._lock:
            unheard: dict[Cutting, None] = {}
            for done, row in enumerate(new[one_of_each(firsts[new])]):
                end = self._end_of(people, row)
                if questions := cut.unheard(end):
                    unheard.update(questions)
                else:
                    cut.want(int(firsts[row]), end.further)
                    cut.first_places.set(int(firsts[row]), _CUT_AGAIN if end.further else end.place)
                if unheard and done >= self._patience:
                    break
            return self._keeps(cut, unheard)

    def _learn_seconds(
        self, cut: "_Cut", further: "_Further", firsts: Numbers, seconds: Numbers, *, new: Rows, people: "_People"
    ) -> bool:
        """The same for the second step."""
        with self._lock:
            unheard: dict[Cutting, None] = {}
            for done, row in enumerate(new[one_of_each(seconds[new])]):
                end = self._end_of(people, row)
                if questions := cut.unheard(end):
                    unheard.update(questions)
                else:
                    cut.want(int(firsts[row]), end.further)
                    if further.told_apart(int(seconds[row]), end.further):
                        further.places.set(int(seconds[row]), end.place)
                if (unheard or further is not cut.further) and done >= self._patience:
                    self._patience *= 2
                    break
            return self._keeps(cut, unheard)

    def _keeps(self, cut: "_Cut", unheard: Mapping[Cutting, None]) -> bool:
        if unheard and cut is self._cut:
            self._cut = _Cut([*cut.questions, *unheard])
            self._patience *= 2
        return not unheard

    def _end_of(self, people: "_People", row: int) -> "_End":
        """Where one person's way ends. On a known way nobody is assessed."""
        words, first = self._ways[int(people.kinds[row])]
        days, counts, step = _DaysOf(people, row), people.counts_of(row), first
        while (asks := step.asks) is not None:
            heard = answer_to(asks, days, counts) if isinstance(asks, Question | AtLeast) else days[asks]
            step = step.after.get(heard, _NOWHERE)
        if (end := step.end) is not None:
            return end
        trace = Trace()
        answer = assess(self.pack, facts_of(words, days, counts), trace)
        self.assessed += 1
        return first.lead(trace, self._place(answer, trace.covered_from))

    def _place(self, answer: Assessment, begin: Begin | None) -> int:
        if begin is not None:
            answer = replace(answer, covered_from=None)
        place = self._places.setdefault((answer, begin), len(self.answers))
        if place == len(self.answers):
            if begin is not None:
                self._begin_of.set(place, self._begins.setdefault(begin, len(self._begins)))
            self.answers.append(answer)
        return place


@dataclass(frozen=True, slots=True)
class _People:
    """The number of everybody's words, and their days and counts."""

    kinds: Numbers
    days: Mapping[DayName, Days]
    counts: Mapping[CountName, Days]

    def some(self, rows: "Rows | slice") -> "_People":
        days = {name: day if isinstance(day, int) else day[rows] for name, day in self.days.items()}
        counts = {name: count if isinstance(count, int) else count[rows] for name, count in self.counts.items()}
        return _People(self.kinds[rows], days, counts)

    def day(self, name: DayName) -> Numbers:
        day = self.days[name]
        return np.full(len(self.kinds), day, np.int32) if isinstance(day, int) else day

    def counts_of(self, row: int) -> dict[CountName, int | None]:
        found = {name: count if isinstance(count, int) else int(count[row]) for name, count in self.counts.items()}
        return {name: None if count == NO_DAY else count for name, count in found.items()}


class _DaysOf(dict[DayName, date | None]):
    """The days of one person, each made a date when it is asked for: most are not."""

    def __init__(self, people: _People, row: int) -> None:
        super().__init__()
        self._people, self._row = people, row

    def __missing__(self, name: DayName) -> date | None:
        days = self._people.days[name]
        self[name] = day = day_of(days if isinstance(days, int) else int(days[self._row]))
        return day


@dataclass(frozen=True, slots=True)
class Told:
    """Everybody's answer: its row in `Cells.answers`, and in some rows the first day of cover, which is their own."""

    places: Numbers
    rows: Rows
    covered_from: Numbers


@dataclass(slots=True)
class _End:
    """The place of an answer, and what was asked on the way to it that tells somebody from others."""

    place: int
    cutting: tuple[Cutting, ...]
    further: tuple[Further, ...]
    heard_by: "_Cut | None" = None
    """A cut that answers all of `cutting`."""


@dataclass(slots=True)
class _Step:
    """What an assessment asks next, and where it goes from each answer; or the end of the way."""

    asks: Asked | None = None
    after: "dict[bool | date | None, _Step]" = field(default_factory=dict)
    end: "_End | None" = None

    def lead(self, trace: Trace, place: int) -> "_End":
        """Remember one whole way."""
        step = self
        for asked, said in trace.heard.items():
            step.asks = asked
            step = step.after.setdefault(said, _Step())
        cutting = tuple(one for one in trace.heard if _cuts(one))
        further = tuple(one for one in trace.heard if _is_further(one))
        end = step.end = _End(place, cutting, further)
        return end


_NOWHERE = _Step()


class _Cut:
    """One way of cutting people: by the questions about single days and counts that are known so far, and then further."""

    def __init__(self, questions: Sequence[Cutting]) -> None:
        self.questions = questions
        self._known = set(questions)
        edges: dict[DayName | CountName, set[int]] = {}
        for question in questions:
            name, edge = _edge(question)
            edges.setdefault(name, set()).add(edge)
        self._days = {name: _Stretches(edges[name]) for name in DAY_NAMES if name in edges}
        self._counts = {name: _Stretches(edges[name]) for name in COUNT_NAMES if name in edges}
        self.firsts = Tuples()
        self.first_places = _Growing(_NEW)
        self._wanted: dict[Further, _Growing] = {}
        self.further = _Further({})

    def firsts_of(self, people: _People, kind_count: int) -> Numbers:
        """Everybody's cell of the first step."""
        columns: list[Numbers | int] = [people.kinds]
        sizes = [kind_count]
        for day, stretches in self._days.items():
            columns.append(stretches.of(people.days[day]))
            sizes.append(stretches.size)
        for count, stretches in self._counts.items():
            columns.append(stretches.of(people.counts[count]))
            sizes.append(stretches.size)
        return self.firsts.of(columns, sizes)

    def unheard(self, end: _End) -> dict[Cutting, None]:
        """The questions about a single day or count of somebody that the stretches do not answer."""
        if end.heard_by is self:
            return {}
        unheard = dict.fromkeys(question for question in end.cutting if question not in self._known)
        if not unheard:
            end.heard_by = self
        return unheard

    def want(self, first: int, further: Iterable[Further]) -> None:
        """Ask this too of the people in that cell of the first step."""
        for one in further:
            if one not in self._wanted:
                self._wanted[one] = _Growing(_NOT_ASKED)
                self.further = _Further(dict(self._wanted))
            self._wanted[one].set(first, 1)


class _Further:
    """The second step: what the first cannot tell, asked where it matters."""

    def __init__(self, wanted: "dict[Further, _Growing]") -> None:
        self._wanted = wanted
        """For each thing that is asked, in which cells of the first step it is."""
        self._at = {one: at for at, one in enumerate(wanted, 1)}
        self.seconds = Tuples()
        self.places = _Growing(_NEW)
        self._days = Tuples()
        self._shifts = {one: _Shift(one.span) for one in wanted if isinstance(one, Question)}

    def seconds_of(self, firsts: Numbers, first_count: int, people: _People) -> Numbers:
        """The cell of the second step of these people."""
        columns, sizes = [firsts], [first_count]
        for one, wanted in self._wanted.items():
            asked = wanted.of(firsts, first_count)
            if isinstance(one, Question):
                columns.append(self._answers(one, people) * asked)
                sizes.append(_UNKNOWN + 1)
            else:
                numbers = self._days.of([people.day(one) - np.int32(NO_DAY)], [LAST_DAY - NO_DAY + 1])
                columns.append((numbers + np.int32(1)) * asked)
                sizes.append(len(self._days) + 1)
        return self.seconds.of(columns, sizes)

    def _answers(self, question: Question, people: _People) -> npt.NDArray[np.int32]:
        assert isinstance(question.early, str)
        assert isinstance(question.late, str)
        early, late = people.day(question.early), people.day(question.late)
        unknown = (early == NO_DAY) | (late == NO_DAY)
        return np.where(unknown, np.int32(_UNKNOWN), (self._shifts[question].of(early) <= late) + np.int32(_NO))

    def told_apart(self, second: int, by: Iterable[Further]) -> bool:
        """Whether the people of that cell were asked all this."""
        numbers = self.seconds.tuples[second]
        return all(one in self._at and numbers[self._at[one]] != _NOT_ASKED for one in by)


class _Stretches:
    """Days or counts, cut at some of them: 0 before the first cut, and the last number for what is not known."""

    def __init__(self, edges: Iterable[int]) -> None:
        starts = sorted(edges)
        self.size = len(starts) + 2
        self._numbers = np.zeros(starts[-1] - NO_DAY + 1, np.min_scalar_type(self.size))
        for number, start in enumerate(starts, 1):
            self._numbers[start - NO_DAY :] = number
        self._numbers[0] = self.size - 1

    def of(self, days: Days) -> "Numbers | int":
        if isinstance(days, int):
            return int(self._numbers[min(days - NO_DAY, len(self._numbers) - 1)])
        found: Numbers = self._numbers.take(days - np.int32(NO_DAY), mode="clip")
        return found


class _Shift:
    """Days with a span added, by the calendar. Without a day, whatever comes of it means nothing."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._known = 0, np.empty(0, np.int32)  # from which day on, and what comes of each

    def of(self, days: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        if not self._span.months:
            sooner: npt.NDArray[np.int32] = np.minimum(days + np.int32(self._span.days), np.int32(LAST_DAY))
            return sooner
        known = days[days != NO_DAY]
        if not len(known):
            return days
        start, after = self._known
        low, high = int(known.min()), int(known.max())
        if not start <= low <= high < start + len(after):
            start, after = low, _after(np.arange(low, high + 1, dtype=np.int64), self._span)
            self._known = start, after
        found: npt.NDArray[np.int32] = after.take(days - np.int32(start), mode="clip")
        return found


class _Growing:
    """A number for each of a growing count of cells."""

    def __init__(self, otherwise: int) -> None:
        self._otherwise, self._lock = otherwise, Lock()
        self._numbers = np.full(256, otherwise, np.int32)

    def of(self, cells: Numbers, count: int) -> Numbers:
        with self._lock:
            self._grow(count)
        found: Numbers = self._numbers.take(cells)
        return found

    def set(self, cell: int, number: int) -> None:
        with self._lock:
            self._grow(cell + 1)
            self._numbers[cell] = number

    def _grow(self, count: int) -> None:
        before = self._numbers
        if count > len(before):
            self._numbers = np.concatenate([before, np.full(2 * count - len(before), self._otherwise, np.int32)])


def facts_of(words: Facts, day: Mapping[DayName, date | None], count: Mapping[CountName, int | None]) -> Facts:
    """The words of a kind together with one person's days and counts."""
    employee, other, asked = words.employee_scheme, words.other_cover, words.refund
    return replace(
        words,
        on=day["on"],
        paid_on=day["paid"],
        born_on=day["born"],
        last_covered_until=day["last_covered"],
        employee_scheme=replace(employee, left_on=day["left"], months=count["employee_months"]) if employee else None,
        other_cover=replace(other, until=day["other_until"]) if other else None,
        refund=replace(asked, asked_on=day["refund_asked"]) if asked else None,
    )


def _names(question: Question) -> tuple[DayName, ...]:
    """The days of a person that a question is about."""
    return tuple(day for day in (question.early, question.late) if isinstance(day, str))


def _is_further(one: Asked) -> TypeGuard[Further]:
    if isinstance(one, AtLeast):
        return False
    return not isinstance(one, Question) or (len(_names(one)) == 2 and not _asks_if_known(one))


def _cuts(one: Asked) -> TypeGuard[Cutting]:
    """Whether it is about a single day or count of somebody, and not about two days of the notice."""
    return isinstance(one, AtLeast) or (isinstance(one, Question) and bool(_names(one)) and not _is_further(one))


def _asks_if_known(question: Question) -> bool:
    return question.early == question.late and not (question.span.months or question.span.days)


def _edge(question: Cutting) -> tuple[DayName | CountName, int]:
    """The day or count from which on the answer to a question about it is another."""
    if isinstance(question, AtLeast):
        return question.count, question.number
    name = _names(question)[0]
    if isinstance(question.late, date):
        return name, _last_that_reaches(question.span, question.late) + 1
    if isinstance(question.early, date):
        return name, day_number(question.span.after(question.early))
    return name, FIRST_DAY


def _last_that_reaches(span: Span, late: date) -> int:
    """The number of the last day that, with the span added, is still on or before `late`."""
    low, high = date.min.toordinal() - 1, date.max.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        if span.after(date.fromordinal(middle)) <= late:
            low = middle
        else:
            high = middle - 1
    return low - 1 + FIRST_DAY


def _after(numbers: npt.NDArray[np.int64], span: Span) -> npt.NDArray[np.int32]:
    """Months first, then days, like `Span.after`; a shorter month gives its last day."""
    day = numbers.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    in_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    target = month + span.months
    longest = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64) - 1
    found = target.astype("datetime64[D]").astype(np.int64) + np.minimum(in_month, longest) + span.days
    after: npt.NDArray[np.int32] = np.minimum(found, LAST_DAY).astype(np.int32)
    return after
