"""The faults that departments' lists have, one by one, each with the verdict that it must get.

A fault takes somebody of the register and the row that is right about them, and gives the row (or rows) with one thing
wrong; `None` where this person has nothing to spoil that way. Where it gives several rows, the last one is the faulty one.
`FAULTS` is the list that `docs/generated/roster-faults.md` is made from; rows that are no people are `FURNITURE`.
"""

import random
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from canbao.kernel.identity import check_character
from canbao.policy import Pack
from canbao.rosters.models import Outcome

TAKEN, CORRECTED, LOOK, REFUSED = Outcome.TAKEN, Outcome.CORRECTED, Outcome.LOOK, Outcome.REFUSED
DEAD, MOVED = "dead", "moved"
# Pairs that people mistake for each other when they type a name. The first is in the invented names.
TRADITIONAL = dict(zip("张陈刘赵吴孙马郑冯许邓韩叶苏吕贾邹陆钱汤伟丽华军娟艳杰涛兰飞红云国凤", "張陳劉趙吳孫馬鄭馮許鄧韓葉蘇呂賈鄒陸錢湯偉麗華軍娟艷傑濤蘭飛紅雲國鳳", strict=True))  # fmt: skip
SAME_SOUND = dict(zip("张王李陈杨吴周徐朱林何谢伟芳敏静丽强军杰艳涛明超秀霞平刚桂英华玉红志文海", "章汪理程扬武邹许诸临和榭玮方闽婧俐墙君洁燕滔名朝绣侠萍钢贵瑛桦钰虹智雯洋", strict=True))  # fmt: skip
RARE = dict(zip("吉吴杨升峰群台温淑青", "𠮷吳楊昇峯羣臺溫𤀹靑", strict=True))


# All of them right: how departments write since when somebody is on the list. The first is the commonest.
WAYS_OF_DAYS: tuple[Callable[[date], str], ...] = (
    *[date.isoformat] * 6,
    lambda day: f"{day:%Y-%m-%d} 10:12:33",  # in a workbook a cell of a day and a time
    lambda day: f"{day:%Y-%m-%d}T00:00:00",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.year}/{day.month}/{day.day} 9:05",
    lambda day: f"{day.year}.{day.month}",
    lambda day: f"{day.year}年{day.month}月{day.day}号",
    lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
    lambda day: str((day - date(1899, 12, 30)).days),
    lambda day: f"{(day - date(1899, 12, 30)).days}.43",
    lambda day: f"{day.year}年",
    lambda _: "不详",
    lambda _: "",
)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as the register has them; `gone` is "", `DEAD` or `MOVED`."""

    name: str
    number: str
    born_on: date
    household: str
    town: str
    village: str
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row before it is written. `is_numeric`: the number is typed into a number cell, which keeps fifteen digits of it."""

    name: str
    number: str
    category: str
    town: str
    village: str
    since: str
    grade: str = ""
    until: str = ""
    is_numeric: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """`verdicts` are the outcomes that are right, `why` a piece of the sentence that must be said."""

    name: str
    what: str
    verdicts: tuple[Outcome, ...]
    why: str
    make: "Make"


class Register:
    """Everybody who could be on a list, and the questions that a fault asks about them."""

    def __init__(self, people: Sequence[Known], pack: Pack, rng: random.Random, cut_off_on: date) -> None:
        self.rng, self.cut_off_on = rng, cut_off_on
        self.people = people
        self.numbers = {one.number for one in people}
        self.here = [one for one in people if not one.gone and one.born_on <= cut_off_on]
        self._gone = {kind: [one for one in people if one.gone == kind] for kind in (DEAD, MOVED)}
        self._in_village: dict[tuple[str, str, str], int] = defaultdict(int)
        self._households: dict[str, list[Known]] = defaultdict(list)
        for one in self.here:
            self._in_village[one.town, one.village, one.name] += 1
            self._households[one.household].append(one)
        self.places = sorted({(one.town, one.village) for one in people})
        self.plain = [one.name for one in pack.categories if not one.grades]
        self.aliases = {one.name: [*one.aliases] for one in pack.categories if not one.grades}
        self.graded = next(one for one in pack.categories if one.grades and one.outside_grades)

    def line(self, one: Known) -> Line:
        """A row with nothing wrong, in one of the notice's words."""
        category = self.rng.choice(self.plain)
        word = self.rng.choice([category, *self.aliases[category]])
        since = date(self.cut_off_on.year - 1, self.rng.randint(1, 12), self.rng.randint(1, 28))
        written = self.rng.choice(WAYS_OF_DAYS)(max(since, one.born_on))
        return Line(one.name, one.number, word, one.town, one.village, written)

    def namesakes(self, one: Known) -> int:
        return self._in_village[one.town, one.village, one.name]

    def another(self, one: Known) -> Known:
        """Somebody of another name."""
        while (other := self.rng.choice(self.here)).name == one.name:
            pass
        return other

    def relative(self, one: Known, *, is_twin: bool) -> Known | None:
        for other in self._households[one.household]:
            if other.name != one.name and (other.born_on == one.born_on) is is_twin:
                return other
        return None

    def gone(self, kind: str) -> Known | None:
        return self._gone[kind].pop() if self._gone[kind] else None

    def nobodys(self, born_on: date) -> str:
        """A number that could be somebody's, and is nobody's on the register."""
        place = self.here[0].number[:6]
        for sequence in range(999, 0, -1):
            number = whole(f"{place}{born_on:%Y%m%d}{sequence:03d}")
            if number not in self.numbers:
                return number
        raise ValueError("every number of that day is taken")


Make = Callable[[Register, Known, Line], Sequence[Line] | None]


def whole(seventeen: str) -> str:
    return seventeen + check_character(seventeen)


def number(spoil: Callable[[str], str | None]) -> Make:
    """The number written otherwise."""

    def make(_: Register, __: Known, line: Line) -> Sequence[Line] | None:
        spoilt = spoil(line.number)
        return None if spoilt is None or spoilt == line.number else [replace(line, number=spoilt)]

    return make


def name(spoil: Callable[[str], str | None]) -> Make:
    """The name written otherwise."""

    def make(_: Register, __: Known, line: Line) -> Sequence[Line] | None:
        spoilt = spoil(line.name)
        return None if spoilt is None or spoilt == line.name else [replace(line, name=spoilt)]

    return make


def cells(**texts: str) -> Make:
    return lambda _, __, line: [replace(line, **texts)]


def mistyped(text: str) -> str:
    return text[:12] + str((int(text[12]) + 3) % 10) + text[13:]


def swapped(text: str) -> str | None:
    at = next((at for at in range(9, 16) if text[at] != text[at + 1]), None)
    return None if at is None else text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def full_width(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def with_x(put: str) -> Callable[[str], str | None]:
    return lambda text: text[:17] + put if text.endswith("X") else None


def one_of(table: dict[str, str]) -> Callable[[str], str | None]:
    """One character as the table has it."""

    def spoil(text: str) -> str | None:
        at = next((at for at, char in enumerate(text) if char in table), None)
        if at is None:
            return None
        other = text[:at] + table[text[at]] + text[at + 1 :]
        return None if unicodedata.normalize("NFKC", other) == text else other

    return spoil


def missing_number(register: Register, one: Known, line: Line, text: str = "") -> Sequence[Line] | None:
    return [replace(line, number=text)] if register.namesakes(one) == 1 else None


def missing_namesake(register: Register, one: Known, line: Line) -> Sequence[Line] | None:
    return [replace(line, number="")] if register.namesakes(one) > 1 else None


def of_fifteen(_: Register, one: Known, line: Line) -> Sequence[Line] | None:
    return [replace(line, number=line.number[:6] + line.number[8:17])] if one.born_on.year < 2000 else None


def rounded(register: Register, _: Known, line: Line) -> Sequence[Line] | None:
    """Rounded to what is nobody's number: whoever holds such a number is another fault, somebody else's number."""
    spoilt = line.number[:15] + "000"
    return None if spoilt in register.numbers else [replace(line, number=spoilt)]


def numeric(_: Register, __: Known, line: Line) -> Sequence[Line] | None:
    return None if line.number.endswith("X") else [replace(line, is_numeric=True)]


def of_another(register: Register, one: Known, line: Line) -> Sequence[Line]:
    return [replace(line, number=register.another(one).number)]


def of_relative(*, is_twin: bool) -> Make:
    def make(register: Register, one: Known, line: Line) -> Sequence[Line] | None:
        other = register.relative(one, is_twin=is_twin)
        return [replace(line, number=other.number)] if other else None

    return make


def twin_without_number(register: Register, one: Known, line: Line) -> Sequence[Line] | None:
    has_twin = register.relative(one, is_twin=True) is not None
    return [replace(line, number="")] if has_twin and register.namesakes(one) == 1 else None


def of_gone(kind: str) -> Make:
    def make(register: Register, _: Known, __: Line) -> Sequence[Line] | None:
        one = register.gone(kind)
        return [register.line(one)] if one else None

    return make


def nobody(register: Register, one: Known, line: Line) -> Sequence[Line]:
    return [replace(line, number=register.nobodys(one.born_on))]


def born_tomorrow(register: Register, _: Known, line: Line) -> Sequence[Line]:
    return [replace(line, number=register.nobodys(date(register.cut_off_on.year + 4, 3, 1)))]


def two_numbers(register: Register, one: Known, line: Line) -> Sequence[Line]:
    return [replace(line, number=f"{line.number}、{register.another(one).number}")]


def columns_swapped(_: Register, __: Known, line: Line) -> Sequence[Line]:
    return [replace(line, name=line.number, number=line.name)]


def two_names(register: Register, one: Known, line: Line) -> Sequence[Line]:
    return [replace(line, name=f"{line.name}、{register.another(one).name}")]


def name_of_relative(register: Register, one: Known, line: Line) -> Sequence[Line] | None:
    other = register.relative(one, is_twin=False)
    return [replace(line, name=other.name)] if other else None


def twice(**changes: str) -> Make:
    """The row, and once more."""
    return lambda _, __, line: [line, replace(line, **changes)]


def twice_spelt(_: Register, __: Known, line: Line) -> Sequence[Line]:
    return [line, replace(line, name=f"{line.name[0]}　{line.name[1:]}", number=f"{line.number[:6]} {line.number[6:]}")]


def twice_misspelt(_: Register, __: Known, line: Line) -> Sequence[Line] | None:
    spoilt = one_of(SAME_SOUND)(line.name)
    return [line, replace(line, name=spoilt)] if spoilt else None


def twice_more(register: Register, _: Known, line: Line) -> Sequence[Line]:
    first, second = register.plain[:2]
    return [replace(line, category=first), replace(line, category=f"{first}、{second}")]


def two_grades(register: Register, _: Known, line: Line) -> Sequence[Line] | None:
    grades = register.graded.grades
    if len(grades) < 2:
        return None
    words = [f"{register.graded.name}（{grade}）" for grade in grades[:2]]
    return [replace(line, category=word) for word in words]


def grade(cell: Callable[[Register], tuple[str, str]]) -> Make:
    """Category and grade as `cell` gives them."""

    def make(register: Register, _: Known, line: Line) -> Sequence[Line]:
        category, own = cell(register)
        return [replace(line, category=category, grade=own)]

    return make


def several(register: Register, _: Known, line: Line) -> Sequence[Line]:
    return [replace(line, category="、".join(register.plain[:2]))]


def several_unknown(register: Register, _: Known, line: Line) -> Sequence[Line]:
    return [replace(line, category=f"{register.plain[0]}、困难大学生")]


def days(**texts: str | Callable[[Register], str]) -> Make:
    """Days of the years before the list, for whoever was there to live them."""

    def make(register: Register, one: Known, line: Line) -> Sequence[Line] | None:
        if one.born_on.year >= register.cut_off_on.year - 1:
            return None
        return [
            replace(line, **{key: text if isinstance(text, str) else text(register) for key, text in texts.items()})
        ]

    return make


def other_place(*, same_town: bool) -> Make:
    def make(register: Register, one: Known, line: Line) -> Sequence[Line] | None:
        others = [
            (town, village)
            for town, village in register.places
            if (town == one.town) is same_town and (village != one.village)
        ]
        if not others:
            return None
        town, village = register.rng.choice(others)
        return [replace(line, town=town, village=village)]

    return make


_ANY_NUMBER = "校验不符|出生日期|地区代码|超过|登记册上没有"
_DIFFERS = "登记姓名与所填的不一致"
FAULTS: tuple[Fault, ...] = (
    # --- the number ---
    Fault("number-missing", "no number; one person of that name in the village", (LOOK,), "该地有 1 名同名人员", missing_number),
    Fault("number-missing-namesakes", "no number; several people of that name in the village: nobody is offered", (LOOK,), "名同名人员", missing_namesake),
    Fault("number-missing-twin", "a twin without a number: offered, never taken", (LOOK,), "该地有 1 名同名人员", twin_without_number),
    Fault("number-word", "无 or 不详 in the number's cell: the same as none", (LOOK,), "没有填写身份证号", lambda r, k, line: missing_number(r, k, line, r.rng.choice(["无", "不详", "暂无", "没有"]))),
    Fault("number-short", "one digit is missing", (REFUSED,), "17 位", number(lambda text: text[:8] + text[9:])),
    Fault("number-long", "one digit too many", (REFUSED,), "19 位", number(lambda text: text[:8] + text[7:])),
    Fault("number-cut", "the first fifteen digits of eighteen", (REFUSED,), _ANY_NUMBER, number(lambda text: text[:15])),
    Fault("number-check", "wrong check character", (REFUSED,), "校验不符", number(lambda text: text[:17] + ("1" if text[17] != "1" else "2"))),
    Fault("number-digit", "one digit mistyped", (REFUSED,), _ANY_NUMBER, number(mistyped)),
    Fault("number-swapped", "two neighbouring digits exchanged", (REFUSED,), _ANY_NUMBER, number(swapped)),
    Fault("number-fifteen", "the number of fifteen digits from before 1999", (CORRECTED,), "15 位旧号码", of_fifteen),
    Fault("number-float", "typed into a number cell: fifteen digits kept, then 000 or E+17", (REFUSED,), "末三位", numeric),
    Fault("number-scientific", "9.90621E+17 as text", (REFUSED,), "末三位", number(lambda text: f"{text[0]}.{text[1:6]}E+17")),
    Fault("number-zeros", "rounded to …000, then made text", (REFUSED,), _ANY_NUMBER, rounded),
    Fault("number-letter-o", "letter O for 0", (REFUSED,), "不是数字", number(lambda text: text.replace("0", "O"))),
    Fault("number-letter-l", "letter l for 1", (REFUSED,), "不是数字", number(lambda text: text[:17].replace("1", "l") + text[17] if "1" in text[:17] else None)),
    Fault("number-full-width", "full-width digits", (CORRECTED,), "全角", number(full_width)),
    Fault("number-spaces", "spaces between its parts", (CORRECTED,), "空格", number(lambda text: f"{text[:6]} {text[6:14]} {text[14:]}")),
    Fault("number-no-break-space", "a no-break space in it, from a web page", (CORRECTED,), "空格", number(lambda text: f"{text[:14]}\u00a0{text[14:]}")),
    Fault("number-hyphens", "hyphens between its parts", (CORRECTED,), "空格或符号", number(lambda text: f"{text[:6]}-{text[6:14]}-{text[14:]}")),
    Fault("number-apostrophe", "the apostrophe that marks text", (CORRECTED,), "空格或符号", number(lambda text: f"'{text}")),
    Fault("number-x-small", "small x", (CORRECTED,), "大写 X", number(with_x("x"))),
    Fault("number-x-cyrillic", "Cyrillic Х", (CORRECTED,), "大写 X", number(with_x("Х"))),
    Fault("number-x-times", "multiplication sign ×", (CORRECTED,), "大写 X", number(with_x("×"))),
    Fault("number-x-star", "a star for X", (REFUSED,), "不是数字", number(with_x("*"))),
    Fault("number-x-left-out", "the X is left out", (REFUSED,), "17 位", number(with_x(""))),
    Fault("number-x-ten", "10 for X", (REFUSED,), "19 位", number(with_x("10"))),
    Fault("number-masked", "stars in the middle, copied from a masked list", (REFUSED,), "不是数字", number(lambda text: text[:6] + "********" + text[14:])),
    Fault("number-two", "two numbers in one cell", (REFUSED,), "37 位", two_numbers),
    Fault("number-with-words", "words in front of it", (REFUSED,), "位", number(lambda text: f"身份证{text}")),
    Fault("number-phone", "a telephone number", (REFUSED,), "11 位", cells(number="13900000001")),
    Fault("number-account", "a bank account of nineteen digits", (REFUSED,), "19 位", cells(number="6217000000000000001")),
    Fault("number-future", "somebody not born yet", (REFUSED,), "晚于", born_tomorrow),
    Fault("number-of-nobody", "well formed, on no register", (REFUSED,), "登记册上没有", nobody),
    Fault("number-of-another", "somebody else's number", (LOOK,), _DIFFERS, of_another),
    Fault("number-of-relative", "the number of somebody of the same household", (LOOK,), _DIFFERS, of_relative(is_twin=False)),
    Fault("number-of-twin", "the other twin's number", (LOOK,), _DIFFERS, of_relative(is_twin=True)),
    # --- the name ---
    Fault("name-missing", "no name", (LOOK,), "没有填写姓名", name(lambda _: "")),
    Fault("name-spaces", "a space for looks", (CORRECTED,), "姓名", name(lambda text: f"{text[0]} {text[1:]}")),
    Fault("name-wide-space", "a full-width space", (CORRECTED,), "姓名", name(lambda text: f"{text[0]}　{text[1:]}")),
    Fault("name-zero-width", "a mark of no width behind it", (CORRECTED,), "姓名", name(lambda text: text + "\u200b")),
    Fault("name-note", "a remark in brackets", (CORRECTED,), "姓名", name(lambda text: f"{text}（户主）")),
    Fault("name-note-square", "a remark in square brackets", (CORRECTED,), "姓名", name(lambda text: f"{text}【已核】")),
    Fault("name-note-bare", "a remark without brackets", (LOOK,), _DIFFERS, name(lambda text: f"{text}户主")),
    Fault("name-traditional", "a character in its traditional form", (LOOK,), _DIFFERS, name(one_of(TRADITIONAL))),
    Fault("name-rare", "a variant of a character", (LOOK,), _DIFFERS, name(one_of(RARE))),
    Fault("name-same-sound", "a character of the same sound", (LOOK,), _DIFFERS, name(one_of(SAME_SOUND))),
    Fault("name-lost-character", "? for a character that a system could not hold", (LOOK,), _DIFFERS, name(lambda text: text[:-1] + "?")),
    Fault("name-short", "the last character is missing", (LOOK,), _DIFFERS, name(lambda text: text[:-1])),
    Fault("name-turned", "given name first", (LOOK,), _DIFFERS, name(lambda text: text[1:] + text[0])),
    Fault("name-letters", "in Latin letters", (LOOK,), _DIFFERS, cells(name="Zhang San")),
    Fault("name-two", "two people in one cell", (LOOK,), _DIFFERS, two_names),
    Fault("name-of-relative", "the name of somebody of the same household", (LOOK,), _DIFFERS, name_of_relative),
    Fault("name-and-number-swapped", "name and number stand in each other's cell", (REFUSED,), "姓名栏里是一串号码", columns_swapped),
    # --- the person ---
    Fault("person-dead", "the register says dead", (LOOK,), "已去世", of_gone(DEAD)),
    Fault("person-moved", "the register says moved away", (LOOK,), "已迁出", of_gone(MOVED)),
    Fault("person-twice", "the same row twice", (REFUSED,), "重复", twice()),
    Fault("person-twice-spelt", "twice, the second time with spaces in name and number", (REFUSED,), "重复", twice_spelt),
    Fault("person-twice-misspelt", "twice, the second time with another character of the same sound", (LOOK,), _DIFFERS, twice_misspelt),
    Fault("person-twice-more", "twice, the second time with one category more", (CORRECTED,), "其余类别已在", twice_more),
    Fault("person-two-grades", "twice, with two grades", (LOOK,), "等级不同", two_grades),
    # --- category and grade ---
    Fault("category-missing", "no category", (REFUSED,), "没有填写人员类别", cells(category="")),
    Fault("category-unknown", "a word that the notice does not know", (REFUSED,), "通知中没有「困难大学生」", cells(category="困难大学生")),
    Fault("category-several", "two categories in one cell: both are taken", (TAKEN,), "相符", several),
    Fault("category-several-unknown", "two in one cell, one unknown", (LOOK,), "没有认出「困难大学生」", several_unknown),
    Fault("grade-outside", "a grade that the category does not include", (REFUSED,), "不属于", grade(lambda r: (r.graded.name, r.graded.outside_grades[0]))),
    Fault("grade-unread", "a grade that nobody can read", (LOOK,), "没有认出来", grade(lambda r: (r.graded.name, "待定"))),
    Fault("grade-two", "one grade in the category, another in the grade's cell", (LOOK,), "写了两种等级", grade(lambda r: (f"{r.graded.name}（{r.graded.grades[0]}）", r.graded.grades[1]))),
    # --- days ---
    Fault("since-words", "2020年9月1日: read", (TAKEN,), "相符", days(since="2020年9月1日")),
    Fault("since-digits", "20200901: read", (TAKEN,), "相符", days(since="20200901")),
    Fault("since-serial", "44075, a day as the spreadsheet counts it: read", (TAKEN,), "相符", days(since="44075")),
    Fault("since-unread", "a day that does not exist", (LOOK,), "没有认出来", days(since="2020-02-31")),
    Fault("since-future", "a day after the list's own", (LOOK,), "晚于在册截止日", days(since=lambda r: f"{r.cut_off_on.year + 1}-03-01")),
    Fault("since-before-birth", "1900-01-05, a small number shown as a day", (LOOK,), "早于出生日期", days(since="1900-01-05")),
    Fault("until-past", "a day of leaving", (LOOK,), "退出（取消）时间", days(until=lambda r: f"{r.cut_off_on.year}-02-01")),
    Fault("days-swapped", "left before it began", (LOOK,), "退出（取消）时间早于纳入时间", days(since=lambda r: f"{r.cut_off_on.year}-02-01", until=lambda r: f"{r.cut_off_on.year - 1}-02-01")),
    Fault("until-none", "长期 where a day of leaving would stand: nobody leaves", (TAKEN,), "相符", days(until="长期")),
    # --- the place ---
    Fault("village-other", "another village of the town", (CORRECTED,), "以登记为准", other_place(same_town=True)),
    Fault("village-other-town", "a village of another town", (CORRECTED,), "以登记为准", other_place(same_town=False)),
    Fault("village-renamed", "a name that no village has (any more): the number says who it is", (TAKEN,), "相符", cells(village="原红旗大队")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Furniture:
    """A row that is no person. `texts` in its first cells; `why` is what is told of it, "" where nothing is."""

    name: str
    what: str
    texts: tuple[str, ...]
    why: str


HEADER_AGAIN = "header-again"  # its texts are the file's own
FURNITURE: tuple[Furniture, ...] = (
    Furniture("blank-row", "an empty row, as where a new page began", (), ""),
    Furniture(HEADER_AGAIN, "the header once more, as on a printed page", (), "重复的表头"),
    Furniture("subtotal", "小计 between the villages", ("小计", "", "35"), "合计行"),
    Furniture("subtotal-village", "a village's name and 小计 in one cell", ("示例一村小计", "35人"), "合计行"),
    Furniture("total-page", "本页合计 at the foot of a page", ("本页合计：40人",), "合计行"),
    Furniture("note", "a remark below a page", ("备注：以上名单已公示",), "说明或签章"),
    Furniture("signature", "who made the list and who checked it", ("制表人：某某", "", "审核人：某某"), "说明或签章"),
    Furniture("blank-below", "以下空白", ("以下空白",), "说明或签章"),
)
