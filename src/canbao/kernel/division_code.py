"""The 12-digit statistical code of a division: province 2, prefecture 2, county 2, town 3, village 3 digits.

Layout by GB/T 2260 (the first six) and the 统计用区划代码 rules of the statistics office (the rest): a division is
written with zeros after its own digits, so the code of a town is also the first number of the range of its villages.
Think of a code as an interval, not as a prefix: `code >= first AND code < after` uses an index, a pattern does not.

Whether a division exists is not known here; only whether its code could be one. Zones whose codes do not nest under
the place that runs them (340621400 does, many do not) need a table of parents of their own, above this room.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import ClassVar

from canbao.kernel.refusal import Refusal

PROVINCES: Mapping[str, str] = MappingProxyType(
    {
        "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区",
        "21": "辽宁省", "22": "吉林省", "23": "黑龙江省",
        "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省", "37": "山东省",
        "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区", "46": "海南省",
        "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "54": "西藏自治区",
        "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区", "65": "新疆维吾尔自治区",
        "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
    }
)  # fmt: skip
"""GB/T 2260, the first two digits. 83 is no province: identity cards use it for residents of Taiwan."""

_SHAPE = re.compile(r"(?:[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})", re.ASCII)
_OWN_DIGITS = (2, 4, 6, 9, 12)


class Level(IntEnum):
    """How deep a division lies. A smaller number is a larger place."""

    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWN = 4
    VILLAGE = 5


class NotADivisionCode(Refusal):
    """Not 2, 4, 6, 9 or 12 digits."""

    code: ClassVar[str] = "division-code-shape"
    says_template: ClassVar[str] = "区划代码「{seen}」不对：应为 12 位数字（或 2、4、6、9 位，其余以 0 补足）。"
    remedy_template: ClassVar[str] = "请按统计用区划代码填写，例如县 340621、镇 340621100、村 340621100201。"


class NoSuchProvince(Refusal):
    """The first two digits are no province."""

    code: ClassVar[str] = "division-code-province"
    says_template: ClassVar[str] = "区划代码「{seen}」的前两位 {province} 不是任何省级代码。"
    remedy_template: ClassVar[str] = "请核对前两位（例如安徽 34、重庆 50）。"


class LevelLeftOut(Refusal):
    """Digits of a lower level stand below an empty upper one, such as a village in no town."""

    code: ClassVar[str] = "division-code-gap"
    says_template: ClassVar[str] = "区划代码「{seen}」跳过了一级：上级位全为 0，下级位却有数字。"
    remedy_template: ClassVar[str] = "请核对中间各位，村（居）代码应带上所属乡镇的三位。"


class DivisionCode(str):
    """Twelve digits that could be the code of a division; text in every other respect (database, JSON, sorting).

    `DivisionCode("340621")` fills up with zeros. Says no, in this order: `NotADivisionCode`, `NoSuchProvince`,
    `LevelLeftOut`.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "DivisionCode":
        if isinstance(text, DivisionCode):
            return text
        seen = str(text).strip()
        if not _SHAPE.fullmatch(seen):
            raise NotADivisionCode(seen=seen[:20])
        if seen[:2] not in PROVINCES:
            raise NoSuchProvince(seen=seen, province=seen[:2])
        full = seen.ljust(12, "0")
        # A town straight under a prefecture is real (东莞 441900003); a county under no prefecture is not.
        county_hangs = full[2:4] == "00" and full[4:] != "00000000"
        village_hangs = full[6:9] == "000" and full[9:] != "000"
        if county_hangs or village_hangs:
            raise LevelLeftOut(seen=seen)
        return super().__new__(cls, full)

    @property
    def level(self) -> Level:
        if self[9:] != "000":
            return Level.VILLAGE
        if self[6:9] != "000":
            return Level.TOWN
        if self[4:6] != "00":
            return Level.COUNTY
        return Level.PREFECTURE if self[2:4] != "00" else Level.PROVINCE

    @property
    def prefix(self) -> str:
        """The digits of its own, without the zeros: `"34"`, `"3406"`, `"340621"`, `"340621100"`, or all twelve."""
        return str.__getitem__(self, slice(_OWN_DIGITS[self.level - 1]))

    @property
    def parent(self) -> "DivisionCode | None":
        """The division that its digits lie in; a province has none. 东莞's towns lie in the prefecture itself."""
        if self.level is Level.PROVINCE:
            return None
        return DivisionCode(self[: _OWN_DIGITS[self.level - 2]])

    @property
    def ancestors(self) -> "tuple[DivisionCode, ...]":
        """Every division above, the nearest first."""
        above = self.parent
        return () if above is None else (above, *above.ancestors)

    def range(self) -> tuple[str, str]:
        """`(first, after)`: what lies in it, itself included, is `code >= first AND code < after` in C collation."""
        prefix = self.prefix
        return str(self), str(int(prefix) + 1).ljust(12, "0")

    def covers(self, other: str) -> bool:
        """Is `other` this division or inside it?"""
        first, after = self.range()
        return first <= DivisionCode(other) < after

    def __repr__(self) -> str:
        return f"DivisionCode({str(self)!r})"
