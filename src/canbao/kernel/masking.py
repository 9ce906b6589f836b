"""What of a person may stand on a screen, in a sentence or in a log: enough to tell two apart, too little to use.

The masks follow the usual public practice (三头四尾 for numbers, the family name for names); no standard fixes them.
A mask never fails: text of any shape comes back covered, because what is masked is often what was typed wrongly.
"""

COVER = "*"

# Surnames of two characters that people still bear; of any other name the first character is the surname.
_OF_TWO = (
    "欧阳 上官 司马 诸葛 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 夏侯 东方 南宫 西门 端木 百里 闻人 濮阳 "
    "淳于 单于 太史 申屠 公羊 公冶 宗政 轩辕 钟离 独孤 拓跋 呼延 澹台 赫连 鲜于 闾丘 万俟 左丘 东郭 南门 第五"
)
DOUBLE_SURNAMES = frozenset(_OF_TWO.split())


def mask_number(number: str) -> str:
    """`340621199001011234` → `340***********1234`; text too short for that keeps its last character only."""
    return _covered(number, head=3, tail=4) if len(number) >= 15 else _covered(number, head=0, tail=1)


def mask_phone(phone: str) -> str:
    """`13812345678` → `138****5678`; text too short for that keeps its last character only."""
    return _covered(phone, head=3, tail=4) if len(phone) >= 11 else _covered(phone, head=0, tail=1)


def mask_name(name: str) -> str:
    """`王小明` → `王**`, `欧阳修` → `欧阳*`: the surname and how long the rest is. One character is covered whole.

    A name with a dot (`阿不都·热合曼`) keeps its first character.
    """
    name = name.strip()
    surname = name[:2] if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else name[:1]
    return COVER * len(name) if len(name) < 2 else surname + COVER * (len(name) - len(surname))


def _covered(text: str, *, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return COVER * len(text)
    return text[:head] + COVER * (len(text) - head - tail) + text[len(text) - tail :]
