"""Identity numbers: what a number on a card says, and every way in which a typed one can be wrong.

Four kinds of cards (`Kind`; passports are in `kernel.passport`): the citizen's number of GB 11643 (15 digits before 1999, converted), the residence permit of
Hong Kong, Macao and Taiwan residents (810000, 820000, 830000; same layout), the permanent resident card of foreigners
issued from 2023-12-01 (9, province, three digits of country; same layout), and the one before it (three letters and
twelve digits). All 18-character numbers end in the check character of ISO 7064 MOD 11-2.

A place is not looked up: codes are revoked and merged, and a number keeps the code of its day for life. Only the first
two digits must have been a province. Numbers that begin with 99 were never issued to anybody; the synthetic county
uses them, and they pass only where the caller says `allow_synthetic`. They cannot be mistaken for a foreigner's card,
whose two digits after the 9 are a province, and no province begins with 9.

No sentence here repeats a number: sentences are logged. They show it masked.

The order of refusals is fixed, the first that applies is given: `RoundedBySpreadsheet`, `NumericCell`, `NumberMissing`,
`WrongLength`, `WrongCharacters`, `PlaceNeverIssued`, `ImpossibleDate`, `BornInFuture`, `ImplausibleAge`,
`WrongCheckCharacter`.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from stdnum.iso7064 import mod_11_2

from canbao.kernel.division_code import PROVINCES
from canbao.kernel.masking import mask_number
from canbao.kernel.refusal import Refusal

SYNTHETIC_PLACE = "99"
TAIWAN_RESIDENTS = "83"
OLDEST_YEARS = 130  # nobody verified has lived as long; registers hold such dates only by a slip

_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{2}")
_ROUNDED = re.compile(r"[0-9]{15}000(?:\.0*)?")

_TO_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LOOKS_LIKE_X = str.maketrans("×✕✖ХхⅩⅹ", "XXXXXXX")  # multiplication signs, Cyrillic, Roman ten
# Spaces of every width, hyphens, zero-width marks, and the apostrophe by which a spreadsheet is told "this is text".
_STRAY = re.compile("[\\s\u200b-\u200f\u2060\ufeff'`’‘\\-\u2010-\u2015\u2212]+")


class Kind(StrEnum):
    """What card the number is from."""

    RESIDENT = "居民身份证"
    HK_MACAO_TAIWAN = "港澳台居民居住证"
    FOREIGN_PERMANENT = "外国人永久居留身份证"
    FOREIGN_OLD = "外国人永久居留证（旧版）"
    PASSPORT = "外国护照"


FOREIGN = frozenset({Kind.FOREIGN_PERMANENT, Kind.FOREIGN_OLD, Kind.PASSPORT})


class Correction(StrEnum):
    """What was mended without asking, because it has only one reading. The value is the sentence for the sender."""

    FULL_WIDTH = "全角字符已改为半角"
    STRAY_CHARACTERS = "多余的空格或符号已去掉"
    LETTER_X = "末位的 x（或 ×）已改为大写 X"
    UPPER_CASE = "小写字母已改为大写"
    FROM_FIFTEEN = "15 位旧号码已换算为 18 位"


class IdentityRefusal(Refusal):
    """The base of what can be wrong with a number. `words` never holds the number itself."""

    remedy_template = "请对照身份证件原件核对后更正。"


class RoundedBySpreadsheet(IdentityRefusal):
    """The cell held a number, and a spreadsheet keeps fifteen digits of a number: the last three are lost."""

    code = "identity-rounded"
    says_template = "身份证号「{shown}」的末三位已被表格软件改成 000，原来的号码无法还原。"
    remedy_template = "请把该列设为「文本」格式后按原件重新录入，不要补猜末三位。"


class NumericCell(IdentityRefusal):
    """The cell held a number, so what is shown may not be what was typed."""

    code = "identity-numeric-cell"
    says_template = "身份证号「{shown}」所在单元格是数值格式，号码可能已被改动。"
    remedy_template = "请把该列设为「文本」格式后按原件重新录入。"


class NumberMissing(IdentityRefusal):
    code = "identity-missing"
    says_template = "没有填写身份证号。"
    remedy_template = "请补填；尚无证件号码的新生儿按新生儿登记办理。"


class WrongLength(IdentityRefusal):
    code = "identity-length"
    says_template = "身份证号您填了 {length} 位，应为 18 位（旧号 15 位）。"


class WrongCharacters(IdentityRefusal):
    code = "identity-characters"
    says_template = "身份证号「{shown}」第 {position} 位不是数字（只有第 18 位可以是 X）。"


class PlaceNeverIssued(IdentityRefusal):
    code = "identity-place"
    says_template = "身份证号「{shown}」的前几位「{place}」从未用作地区代码。"


class ImpossibleDate(IdentityRefusal):
    code = "identity-date"
    says_template = "身份证号「{shown}」中的出生日期不存在。"


class BornInFuture(IdentityRefusal):
    code = "identity-future"
    says_template = "身份证号「{shown}」中的出生日期晚于 {on}。"


class ImplausibleAge(IdentityRefusal):
    code = "identity-age"
    says_template = "按身份证号「{shown}」，此人在 {on} 已超过 {years} 岁。"


class WrongCheckCharacter(IdentityRefusal):
    """One character is wrong, or two were exchanged. Which one cannot be known, so nothing is mended."""

    code = "identity-check"
    says_template = "身份证号「{shown}」校验不符：若前 17 位无误，末位应为 {expected}，现为 {seen}。"
    remedy_template = "前 17 位也可能有误，请对照身份证件原件逐位核对。"


@dataclass(frozen=True, slots=True)
class Identity:
    """A number that could be on a card, and what it says. Two are equal when their numbers are.

    `born_on` is `None` for `FOREIGN_OLD`, which prints two digits of the year, and for `PASSPORT`: ask for the date.
    `sex` is 男, 女 or `None` where the number does not say. `place` is the six digits of the place at first issue (for
    `FOREIGN_PERMANENT` the province of acceptance and four zeros, for the others `None`). Its `repr` is masked.
    """

    number: str = field(repr=False)
    kind: Kind = field(compare=False)
    born_on: date | None = field(compare=False, repr=False)
    sex: str | None = field(compare=False)
    place: str | None = field(compare=False)
    converted_from_15: bool = field(default=False, compare=False)
    corrections: tuple[Correction, ...] = field(default=(), compare=False)

    @property
    def masked(self) -> str:
        return mask_number(self.number)

    @property
    def is_synthetic(self) -> bool:
        return self.kind is Kind.RESIDENT and self.number.startswith(SYNTHETIC_PLACE)

    @property
    def ends_like_rounded(self) -> bool:
        """Ends in 000, as a number does that a spreadsheet spoilt before it became text; one honest one in 1 000."""
        return self.number.endswith("000")

    def agrees_with_birth(self, born_on: date) -> bool:
        """Could the bearer be born on that day? For `FOREIGN_OLD` the century is not compared, for `PASSPORT` nothing is."""
        if self.kind is Kind.PASSPORT:
            return True
        if self.born_on is None:
            return self.number[7:13] == f"{born_on:%y%m%d}"
        return self.born_on == born_on

    def __str__(self) -> str:
        return self.masked


def parse_identity(
    text: str, *, from_numeric_cell: bool = False, allow_synthetic: bool = False, on: date | None = None
) -> Identity:
    """Read a number as people type it. Refusals and their order: see the module.

    `from_numeric_cell`: the spreadsheet held a number, not text; always refused, since digits may be lost.
    `allow_synthetic`: take numbers beginning with 99. `on`: the day on which the person must be born and not too old.
    """
    if from_numeric_cell:
        shown = mask_number(text.strip())
        raise RoundedBySpreadsheet(shown=shown) if _is_rounded(text.strip()) else NumericCell(shown=shown)
    plain, corrections = normalised(text)
    if not plain:
        raise NumberMissing
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise RoundedBySpreadsheet(shown=mask_number(text.strip()))
    if _OLD_FOREIGN.fullmatch(plain):
        return _old_foreign(plain, corrections)
    _check_shape(plain)
    if len(plain) == 15:
        plain = from_fifteen(plain)
        corrections = (*corrections, Correction.FROM_FIFTEEN)
    return _eighteen(plain, corrections, allow_synthetic=allow_synthetic, on=on)


def half_width(text: str) -> str:
    """Full-width letters and digits as plain ones."""
    return text.translate(_TO_HALF_WIDTH)


def check_character(first_seventeen: str) -> str:
    """The 18th character for the first seventeen digits: `0`–`9` or `X` (GB 11643, ISO 7064 MOD 11-2)."""
    return str(mod_11_2.calc_check_digit(first_seventeen))


def from_fifteen(number: str) -> str:
    """A 15-digit number as it is written today: 19 before the year, the check character at the end.

    Those were issued until 1999 with two digits of the year; the few bearers born before 1900 got new numbers.
    """
    seventeen = f"{number[:6]}19{number[6:]}"
    return seventeen + check_character(seventeen)


def normalised(text: str) -> tuple[str, tuple[Correction, ...]]:
    """A number without what has only one reading, and what was mended."""
    corrections = []
    half = half_width(text)
    if half != text:
        corrections.append(Correction.FULL_WIDTH)
    bare = _STRAY.sub("", half)
    if bare != half:
        corrections.append(Correction.STRAY_CHARACTERS)
    latin = bare.translate(_LOOKS_LIKE_X)
    upper = latin.upper()
    if upper != bare:
        corrections.append(Correction.UPPER_CASE if upper[:1].isalpha() else Correction.LETTER_X)
    return upper, tuple(corrections)


def _is_rounded(text: str) -> bool:
    return bool(_ROUNDED.fullmatch(text) or _SCIENTIFIC.fullmatch(text))


def _check_shape(plain: str) -> None:
    if len(plain) not in (15, 18):
        raise WrongLength(length=len(plain))
    shape = _FIFTEEN if len(plain) == 15 else _EIGHTEEN
    if not shape.fullmatch(plain):
        position = next(at for at, char in enumerate(plain, 1) if char not in "0123456789" and (at, char) != (18, "X"))
        raise WrongCharacters(shown=mask_number(plain), position=position)


def _old_foreign(number: str, corrections: tuple[Correction, ...]) -> Identity:
    # Three letters of country, four digits of place, YYMMDD, one of sequence, one check digit of a rule of its own.
    # 2000 was a leap year, so 29 February passes for every YY that could have one in some century.
    if _date(f"20{number[7:13]}") is None and _date(f"19{number[7:13]}") is None:
        raise ImpossibleDate(shown=mask_number(number))
    return Identity(number, Kind.FOREIGN_OLD, None, None, None, corrections=corrections)


def _eighteen(number: str, corrections: tuple[Correction, ...], *, allow_synthetic: bool, on: date | None) -> Identity:
    kind, place = _kind_and_place(number, allow_synthetic=allow_synthetic)
    born_on = _date(number[6:14])
    if born_on is None:
        raise ImpossibleDate(shown=mask_number(number))
    if on is not None and born_on > on:
        raise BornInFuture(shown=mask_number(number), on=on.isoformat())
    if on is not None and on.year - born_on.year > OLDEST_YEARS:
        raise ImplausibleAge(shown=mask_number(number), on=on.isoformat(), years=OLDEST_YEARS)
    expected = check_character(number[:17])
    if number[17] != expected:
        raise WrongCheckCharacter(shown=mask_number(number), expected=expected, seen=number[17])
    sex = "男" if int(number[16]) % 2 else "女"
    return Identity(number, kind, born_on, sex, place, Correction.FROM_FIFTEEN in corrections, corrections)


def _kind_and_place(number: str, *, allow_synthetic: bool) -> tuple[Kind, str]:
    place = number[:6]
    if place in ("810000", "820000", "830000"):
        return Kind.HK_MACAO_TAIWAN, place
    if place[:2] in PROVINCES and place[:2] not in ("81", "82"):
        return Kind.RESIDENT, place
    if place[:2] == SYNTHETIC_PLACE:
        if allow_synthetic:
            return Kind.RESIDENT, place
        raise PlaceNeverIssued(shown=mask_number(number), place=place)
    if place[0] == "9" and place[1:3] in PROVINCES:
        return Kind.FOREIGN_PERMANENT, place[1:3] + "0000"
    raise PlaceNeverIssued(shown=mask_number(number), place=place)


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
