"""The verdict of each row, once the register has been asked.

All that is wrong with a row is said at once, so that a department mends it in one go. A row is refused if one thing
refuses it, else looked at if one thing asks for that. Only rows with nothing wrong are compared with each other: the
first one gives the category, a later one that says the same is a repetition.

What is checked, in this order: number, register, category, name, dead or moved, end date; then repetition.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from canbao.documents.columns import Field
from canbao.rosters.domain.cells import has_long_number
from canbao.rosters.domain.incoming import Incoming
from canbao.rosters.domain.matching import Person
from canbao.rosters.domain.names import name_difference
from canbao.rosters.domain.verdict import Problem, Verdict
from canbao.rosters.models import Outcome

_LOOK_AT_NUMBER = "请对照证件原件更正姓名或号码；证件与所填一致的，由县医保局核对。"


Given = dict[tuple[int, str], tuple[int, str]]  # person and category → the row that gave it, and its grade


def judge(
    rows: Iterable[Incoming],
    by_token: Mapping[bytes, Person],
    by_name: Mapping[int, list[Person]],
    given: Given | None = None,
) -> Iterator[tuple[Incoming, Verdict]]:
    """One verdict for every row, in the order of the sheet. `given` is what other rows of the list gave before."""
    given = dict(given or {})
    for row in rows:
        person = by_token.get(row.token) if row.token else None
        offered = by_name.get(row.row, [])
        problems = list(_problems(row, person, offered))
        who = person or (offered[0] if len(offered) == 1 else None)
        yield row, (_with_problems(row, who, problems) if problems else _taken(row, person, given))


def _problems(row: Incoming, person: Person | None, offered: list[Person]) -> Iterator[Problem]:
    if row.wrong is not None:
        yield _without_number(row, offered)
    elif person is None:
        remedy = "请核对号码；本县居民尚未登记的，请先到村（居）委会登记。"
        yield Problem(Outcome.REFUSED, "登记册上没有这个证件号码", remedy, Field.NUMBER)
    if row.understood.problem is not None:
        yield row.understood.problem
    if person is not None:
        if difference := name_difference(row.name, person.name):
            yield Problem(Outcome.LOOK, f"号码相符，但{difference}", _LOOK_AT_NUMBER, Field.NAME)
        elif person.gone:  # whoever has only a number learns nothing of whose it is
            remedy = "请向村（居）委会核实；情况属实的请从名单中去掉。"
            yield Problem(Outcome.LOOK, f"登记册上此人{person.gone}", remedy, Field.NUMBER)
    if has_long_number(row.name):
        yield Problem(Outcome.REFUSED, "姓名栏里是一串号码", "请检查姓名和身份证号两列是否填反。", Field.NAME)
    if row.until:
        remedy = "仍在册的请予认可，已退出的请从名单中去掉。"
        yield Problem(Outcome.LOOK, "表中写有退出（取消）时间", remedy, Field.UNTIL)


def _without_number(row: Incoming, offered: list[Person]) -> Problem:
    if not row.has_no_number or not offered:
        return Problem(Outcome.REFUSED, row.wrong.says.rstrip("。"), row.wrong.remedy, Field.NUMBER)
    why = f"没有填写身份证号；该地有 {len(offered)} 名同名人员"
    only = "请补填身份证号；填不了的，由县医保局核对是否此人。"
    several = "请补填身份证号。"
    return Problem(Outcome.LOOK, why, only if len(offered) == 1 else several, Field.NUMBER)


def _with_problems(row: Incoming, who: Person | None, problems: list[Problem]) -> Verdict:
    refused = any(problem.outcome is Outcome.REFUSED for problem in problems)
    return Verdict(
        row=row.row,
        outcome=Outcome.REFUSED if refused else Outcome.LOOK,
        why="；".join(problem.why for problem in problems) + "。",
        remedy="".join(dict.fromkeys(problem.remedy for problem in problems)),
        resident=who.id if who else None,
        division=who.division if who else None,
        held=row.understood.held,
        wrong=tuple(dict.fromkeys(problem.field for problem in problems)),
    )


def _taken(row: Incoming, person: Person, given: Given) -> Verdict:
    also = f"此人另在{'、'.join(person.elsewhere)}名单上，按通知一并计算。" if person.elsewhere else ""
    plainly = Verdict(
        row.row, Outcome.TAKEN, also or "与登记相符。", "", person.id, person.division, row.understood.held
    )
    earlier = {held: given[person.id, held.category] for held in plainly.held if (person.id, held.category) in given}
    for held, (before, grade) in earlier.items():
        if grade != held.grade:
            why = f"与「第 {before} 行」是同一人、同一类别，但等级不同（那里是「{grade or '未写'}」）。"
            remedy = "请核对等级，两行保留一行。"
            return replace(plainly, outcome=Outcome.LOOK, why=why, remedy=remedy, wrong=(Field.CATEGORY,))
    fresh = tuple(held for held in plainly.held if held not in earlier)
    first = min((before for before, _ in earlier.values()), default=0)
    if not fresh:
        why = f"与「第 {first} 行」重复（同一人、同一类别），那一行已采用。"
        remedy = "不需要处理；如本行应是另一人，请更正号码后重新报送。"
        return replace(plainly, outcome=Outcome.REFUSED, why=why, remedy=remedy, held=(), wrong=(Field.NUMBER,))
    given.update({(person.id, held.category): (row.row, held.grade) for held in fresh})
    notes = list(_corrections(row, person))
    if earlier:
        notes.append(f"其余类别已在「第 {first} 行」采用，本行只采用「{'、'.join(map(str, fresh))}」")
    if notes:
        return replace(plainly, outcome=Outcome.CORRECTED, why="；".join(notes) + "。" + also, held=fresh)
    return plainly


def _corrections(row: Incoming, person: Person) -> Iterator[str]:
    """What was mended without asking, because it has only one reading."""
    for correction in row.identity.corrections:
        yield f"身份证号：{correction.value}"
    if row.name != person.name:
        yield "姓名：空格、符号或附注已去掉"
    yield from row.understood.notes
