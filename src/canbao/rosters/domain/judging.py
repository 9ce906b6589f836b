"""The verdict of each row, once the register has been asked.

All that is wrong with a row is said at once, so that a department mends it in one go. A row is refused if one thing
refuses it, else looked at if one thing asks for that. Of rows with nothing wrong the first one gives the category, a
later one that says the same is a repetition. A row with something wrong names the others that hold its number, or are
perhaps the same person: which of them is meant is for whoever has the cards.

What is checked, in this order: number, register, category, name, dead or moved, days; then repetition.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from canbao.documents.columns import Field
from canbao.kernel.long_numbers import has_long_number
from canbao.rosters.domain import sentences
from canbao.rosters.domain.cells import kept
from canbao.rosters.domain.days import is_vague
from canbao.rosters.domain.incoming import Incoming
from canbao.rosters.domain.matching import Person
from canbao.rosters.domain.names import name_difference
from canbao.rosters.domain.places import Places
from canbao.rosters.domain.verdict import Problem, Verdict
from canbao.rosters.models import Outcome

Given = dict[tuple[int, str], tuple[int, str]]  # person and category → the row that gave it, and its grade

ROWS_NAMED = 3  # of the others with the same number; more help nobody


def judge(
    rows: Iterable[Incoming],
    by_token: Mapping[bytes, Person],
    by_name: Mapping[int, list[Person]],
    *,
    places: Places,
    cut_off_on: date,
    given: Given | None = None,
    plainly: Mapping[int, int] | None = None,
) -> Iterator[tuple[Incoming, Verdict]]:
    """One verdict for every row, in the order of the sheet. `given` is what other rows of the list gave before; `plainly` on
    which other row somebody stands about whom there is nothing to say.
    """
    rows, given = list(rows), dict(given or {})
    meant: list[Person | None] = []
    wrong: dict[int, list[Problem]] = {}  # by place in the list
    for at, row in enumerate(rows):
        person, offered = by_token.get(row.token) if row.token else None, by_name.get(row.row, [])
        meant.append(person or (offered[0] if len(offered) == 1 else None))
        if problems := list(_problems(row, person, offered, cut_off_on)):
            wrong[at] = problems
    by_number, by_person = _elsewhere_by_number(rows, wrong), _elsewhere_by_person(rows, meant, wrong, plainly or {})
    for at, (row, who) in enumerate(zip(rows, meant, strict=True)):
        if at not in wrong:
            yield row, _taken(row, who, given, places)
        elif row.token:
            yield row, _with_problems(row, who, wrong[at], _others(sentences.SAME_NUMBER, row, by_number[row.token]))
        else:
            also = _others(sentences.SAME_PERSON, row, by_person[who.id] if who else [])
            yield row, _with_problems(row, who, wrong[at], also)


def _elsewhere_by_number(rows: list[Incoming], wrong: Collection[int]) -> dict[bytes, list[int]]:
    """All rows with the numbers of the wrong ones."""
    found: dict[bytes, list[int]] = {token: [] for at in wrong if (token := rows[at].token)}
    for row in rows:
        if row.token in found:
            found[row.token].append(row.row)
    return found


def _elsewhere_by_person(
    rows: list[Incoming], meant: list[Person | None], wrong: Collection[int], plainly: Mapping[int, int]
) -> dict[int, list[int]]:
    """All rows of the people whom the wrong ones may mean."""
    found = {who.id: [plainly[who.id]] if who.id in plainly else [] for at in wrong if (who := meant[at])}
    for row, who in zip(rows, meant, strict=True):
        if who and who.id in found:
            found[who.id].append(row.row)
    return {who: sorted(places) for who, places in found.items()}


def _others(sentence: str, row: Incoming, rows: list[int]) -> list[str]:
    others = [str(other) for other in rows if other != row.row]
    named = "、".join(others[:ROWS_NAMED])
    return [sentence.format(row=named if len(others) <= ROWS_NAMED else f"{named}、…")] if others else []


def _problems(row: Incoming, person: Person | None, offered: list[Person], cut_off_on: date) -> Iterator[Problem]:
    failed = list(_failed_formulas(row))
    yield from failed
    if row.wrong is not None and any(problem.field is Field.NUMBER for problem in failed):
        pass  # said already
    elif row.wrong is not None:
        yield _without_number(row, offered)
    elif person is None:
        rounded = row.identity is not None and row.identity.ends_like_rounded
        why = sentences.MAYBE_ROUNDED if rounded else sentences.NOT_ON_REGISTER
        yield Problem(Outcome.REFUSED, why, sentences.CHECK_NUMBER, Field.NUMBER)
    if row.understood.problem is not None:
        yield row.understood.problem
    if person is not None:
        if difference := name_difference(row.name, person.name):
            yield Problem(Outcome.LOOK, difference, sentences.LOOK_AT_CARD, Field.NAME)
        elif person.gone:  # whoever has only a number learns nothing of whose it is
            gone = sentences.DIED if person.gone == "已去世" else sentences.MOVED
            yield Problem(Outcome.LOOK, gone, sentences.ASK_VILLAGE, Field.NUMBER)
    if has_long_number(row.name):
        yield Problem(Outcome.REFUSED, sentences.NUMBER_AS_NAME, sentences.CHECK_COLUMNS, Field.NAME)
    yield from _wrong_days(row, cut_off_on)


_FORMULA_ERROR = re.compile(r"#(?:N/A|DIV/0!|REF!|NAME\?|NULL!|NUM!|VALUE!)")


def _failed_formulas(row: Incoming) -> Iterator[Problem]:
    cells = (
        (Field.NUMBER, "身份证号", row.number),
        (Field.NAME, "姓名", row.name),
        (Field.CATEGORY, "人员类别", row.category),
    )
    for field, column, text in cells:
        if text.startswith("#") and _FORMULA_ERROR.fullmatch(text):
            why = sentences.FORMULA_FAILED.format(column=column, seen=text)
            yield Problem(Outcome.REFUSED, why, sentences.PASTE_VALUES, field)


def _wrong_days(row: Incoming, cut_off_on: date) -> Iterator[Problem]:
    since, until = row.since, row.until
    born_on = row.identity.born_on if row.identity is not None else None
    if isinstance(since, str) and is_vague(since):
        pass  # shown as written; since when somebody is on the list decides nothing
    elif isinstance(since, str):
        why = sentences.DAY_NOT_READ.format(column="纳入时间", seen=kept(since, 30))
        yield Problem(Outcome.LOOK, why, sentences.CHECK_DAY, Field.SINCE)
    elif since is not None and since > cut_off_on:
        yield Problem(Outcome.LOOK, sentences.SINCE_LATER, sentences.CHECK_DAY, Field.SINCE)
    elif since is not None and born_on and since < born_on.replace(day=1):  # a month without a day is its first
        yield Problem(Outcome.LOOK, sentences.SINCE_BEFORE_BIRTH, sentences.CHECK_DAY, Field.SINCE)
    if isinstance(since, date) and isinstance(until, date) and until < since:
        yield Problem(Outcome.LOOK, sentences.LEFT_BEFORE, sentences.CHECK_DAY, Field.UNTIL)
    elif until is not None:
        yield Problem(Outcome.LOOK, sentences.HAS_LEFT, sentences.STILL_ON_LIST, Field.UNTIL)


def _without_number(row: Incoming, offered: list[Person]) -> Problem:
    if not row.has_no_number or not offered:
        return Problem(Outcome.REFUSED, row.wrong.says.rstrip("。"), row.wrong.remedy, Field.NUMBER)
    why = sentences.NAMESAKES.format(count=len(offered))
    remedy = sentences.ADD_NUMBER_OR_ASK if len(offered) == 1 else sentences.ADD_NUMBER
    return Problem(Outcome.LOOK, why, remedy, Field.NUMBER)


def _with_problems(row: Incoming, who: Person | None, problems: list[Problem], also: list[str]) -> Verdict:
    refused = any(problem.outcome is Outcome.REFUSED for problem in problems)
    return Verdict(
        row=row.row,
        outcome=Outcome.REFUSED if refused else Outcome.LOOK,
        why="；".join([*(problem.why for problem in problems), *also]) + "。",
        remedy="".join(dict.fromkeys(problem.remedy for problem in problems)),
        resident=who.id if who else None,
        division=who.division if who else None,
        held=row.understood.held,
        wrong=tuple(dict.fromkeys(problem.field for problem in problems)),
    )


def _taken(row: Incoming, person: Person, given: Given, places: Places) -> Verdict:
    plainly = Verdict(
        row.row, Outcome.TAKEN, f"{sentences.FITS}。", "", person.id, person.division, row.understood.held
    )
    earlier = {held: given[person.id, held.category] for held in plainly.held if (person.id, held.category) in given}
    for held, (before, grade) in earlier.items():
        if grade != held.grade:
            why = sentences.OTHER_GRADE.format(row=before, grade=grade or "未写") + "。"
            remedy = sentences.SETTLE_GRADE
            return replace(plainly, outcome=Outcome.LOOK, why=why, remedy=remedy, wrong=(Field.CATEGORY,))
    fresh = tuple(held for held in plainly.held if held not in earlier)
    first = min((before for before, _ in earlier.values()), default=0)
    if not fresh:
        why = sentences.REPEATED.format(row=first) + "。"
        remedy = sentences.IF_SOMEBODY_ELSE
        return replace(plainly, outcome=Outcome.REFUSED, why=why, remedy=remedy, held=(), wrong=(Field.NUMBER,))
    given.update({(person.id, held.category): (row.row, held.grade) for held in fresh})
    notes = list(_corrections(row, person, places))
    if earlier:
        notes.append(sentences.ONLY_THE_REST.format(row=first, fresh="、".join(map(str, fresh))))
    outcome, why = taken_with(notes)
    return replace(plainly, outcome=outcome, why=why, held=fresh)


def taken_with(notes: Sequence[str]) -> tuple[Outcome, str]:
    """How a row is taken and why, by what was mended in it."""
    return (Outcome.CORRECTED, "；".join(notes) + "。") if notes else (Outcome.TAKEN, f"{sentences.FITS}。")


def _corrections(row: Incoming, person: Person, places: Places) -> Iterator[str]:
    """What was mended without asking, because it has only one reading."""
    for correction in row.identity.corrections:
        yield sentences.NUMBER_MENDED.format(correction=correction.value)
    if row.name != person.name:
        yield sentences.NAME_MENDED
    if places.differs(row.town, row.village, person.division):
        yield sentences.OTHER_PLACE
    yield from row.understood.notes
