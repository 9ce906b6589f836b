"""Words on pages: refusals and reasons in the reader's language.

What the notice itself says, names of categories and payers among it, is English where its pack has the English, and
stays Chinese elsewhere.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from canbao.kernel.fen import fen_from_yuan, short_yuan
from canbao.kernel.refusal import Refusal
from canbao.policy.english import phrase, refusal_in_english
from canbao.policy.refusals import ENGLISH

Glossary = Mapping[str, str]
NO_GLOSSARY: Glossary = {}

# Words that the rooms below keep as data: how somebody belongs to the household, what stands on a receipt, kinds of numbers,
# why a row of a list is nobody.
KEPT = (
    gettext_lazy("户主"),
    gettext_lazy("配偶"),
    gettext_lazy("子女"),
    gettext_lazy("儿子"),
    gettext_lazy("女儿"),
    gettext_lazy("父母"),
    gettext_lazy("父亲"),
    gettext_lazy("母亲"),
    gettext_lazy("儿媳"),
    gettext_lazy("女婿"),
    gettext_lazy("孙子女"),
    gettext_lazy("祖父母"),
    gettext_lazy("兄弟姐妹"),
    gettext_lazy("其他亲属"),
    gettext_lazy("普通居民"),
    gettext_lazy("身份调整补差"),
    gettext_lazy("网上缴费"),
    gettext_lazy("出生"),
    gettext_lazy("居民身份证"),
    gettext_lazy("港澳台居民居住证"),
    gettext_lazy("外国人永久居留身份证"),
    gettext_lazy("外国人永久居留证（旧版）"),
    gettext_lazy("外国护照"),
    gettext_lazy("暂无"),
    gettext_lazy("无证件"),
    gettext_lazy("未出生"),
    gettext_lazy("预产"),
    gettext_lazy("县（区）"),
    gettext_lazy("乡镇（街道、园区）"),
    gettext_lazy("村（社区）"),
    gettext_lazy("乡镇或村（社区）"),
    gettext_lazy("村委会"),
    gettext_lazy("居委会（社区）"),
    gettext_lazy("开发区（园区、管理区）"),
    gettext_lazy("村（居）委会"),
    gettext_lazy("中小学校"),
    gettext_lazy("高等学校"),
    gettext_lazy("银行网点"),
    gettext_lazy("院系"),
    gettext_lazy("全额资助，由经办机构登记参保"),
    gettext_lazy("已缴费，应退"),
    gettext_lazy("已参保，应补"),
    gettext_lazy("没有参保，账单改了"),
    gettext_lazy("金额不变，资助来源改了"),
    gettext_lazy("已经收过款"),
    gettext_lazy("已经有别的村并入"),
    gettext_lazy("又分出了别的村"),
    gettext_lazy("类型"),
    gettext_lazy("重复的表头"),
    gettext_lazy("合计行"),
    gettext_lazy("说明或签章"),
    gettext_lazy("还没有报送"),
    gettext_lazy("排队等候处理"),
    gettext_lazy("正在处理"),
    gettext_lazy("处理中断"),
)

_FIGURE = r"¥?\d[\d,]*(?:\.\d+)? ?(?:元|yuan\b)|¥\d[\d,.]*\d|[0-9A-Z]{0,3}\*{3,}[0-9A-Z]{0,4}|\d{4}-\d\d-\d\d"
_CHINESE = r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff60\U00020000-\U0003ffff]+"
_UNBROKEN = re.compile(_FIGURE)
_UNBROKEN_OR_CHINESE = re.compile(f"(?P<figure>{_FIGURE})|{_CHINESE}")


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def prose(text: object) -> SafeString:
    """Text as HTML: a sum, a number or a day is never broken over two lines, and Chinese on an English page is marked
    as Chinese, so that it is read aloud and drawn as what it is."""
    if isinstance(text, SafeString):
        return text
    pattern = _UNBROKEN if is_chinese() else _UNBROKEN_OR_CHINESE
    parts, at, said = [], 0, str(text)
    for run in pattern.finditer(said):
        is_figure = pattern is _UNBROKEN or run["figure"] is not None
        whole = '<span class="nowrap">{}</span>' if is_figure else '<span lang="zh-CN">{}</span>'
        parts += [conditional_escape(said[at : run.start()]), format_html(whole, run[0])]
        at = run.end()
    return mark_safe("".join([*parts, conditional_escape(said[at:])]))  # noqa: S308 - every part is escaped


def refusal_words(no: Refusal, glossary: Glossary = NO_GLOSSARY) -> dict[str, str]:
    """`{"code", "says", "clause", "remedy"}` in the reader's language, where the sentence has been translated.

    The sentences stand in each room's `refusals.py`; here the template is translated and filled in again.
    """
    words = no.as_json()
    if is_chinese():
        return words
    if no.code in ENGLISH:
        return notice_says_no(words, glossary)
    filled = {key: _said(word, glossary) if isinstance(word, str) else word for key, word in no.words.items()}
    for key, template in (("says", no.says_template), ("remedy", no.remedy_template)):
        translated = _(template) if template else ""
        words[key] = translated.format(**filled) if translated != template else words[key]
    return words


def _said(word: str, glossary: Glossary) -> str:
    """A word of the notice, else of ours."""
    said = phrase(word, glossary)
    return said if said != word or not word else _(word)


def notice_says_no(refusal: dict[str, str], glossary: Glossary = NO_GLOSSARY) -> dict[str, str]:
    """A refusal of the notice itself, as an assessment has it."""
    if is_chinese():
        return refusal
    says, remedy = refusal_in_english(refusal, glossary)
    return refusal | {"says": says, "remedy": remedy}


def of_the_notice(text: str, glossary: Glossary) -> str:
    """A name or a sentence of the pack, in the reader's language where it has one."""
    return text if is_chinese() else _said(text, glossary)


def money(fen: int) -> str:
    """`320元`, as people say it."""
    return _("{amount}元").format(amount=grouped(short_yuan(fen)))


def grouped(figure: str) -> str:
    """`1280.00` → `1,280.00`."""
    whole, point, rest = figure.partition(".")
    return f"{int(whole):,}{point}{rest}"


def reason(answer: dict[str, Any], glossary: Glossary = NO_GLOSSARY) -> str:
    """One sentence: why a person owes what they owe. `answer` is an assessment as JSON."""
    price = money(fen_from_yuan(answer["individual"])) if answer["individual"] else ""
    if answer["refusal"]:
        return notice_says_no(answer["refusal"], glossary)["says"]
    if answer["pays"] is None:
        return "".join(
            _("{what}，请向{ask}询问。").format(
                what=of_the_notice(unknown["what"], glossary), ask=of_the_notice(unknown["ask"], glossary)
            )
            for unknown in answer["unknown"]
        )
    if not answer["shares"]:
        return _("按个人缴费标准{price}缴纳。").format(price=price)
    helped = _("，").join(
        _("{category}由{payer}资助{sum}").format(
            category=of_the_notice(share["category"], glossary),
            payer=of_the_notice(share["payer"], glossary),
            sum=money(fen_from_yuan(share["amount"])),
        )
        for share in answer["shares"]
    )
    return _("个人缴费标准{price}，{helped}。").format(price=price, helped=helped)


def clauses(answer: dict[str, Any], glossary: Glossary = NO_GLOSSARY) -> list[tuple[str, str]]:
    """What rests on which clause of the notice: (what, clause), for whoever wants to look it up.

    Every amount on a page is among them: the price, each line of the bill, what others give, and the government's part.
    """

    def said(text: str) -> str:
        return of_the_notice(text, glossary)

    found = _prices(answer, said)
    for part in (*answer["shares"], *answer.get("waived", ()), *answer.get("paid_back", ())):
        found.append((said(part["category"]), part["clause"]))
    found += [(said(unknown["what"]), unknown["clause"]) for unknown in answer["unknown"]]
    found += [
        (_("假定：{what}").format(what=said(assumed["what"])), assumed["clause"]) for assumed in answer["assumptions"]
    ]
    if answer["refusal"]:
        # the sentence itself stands above, with what helps
        found.append((_("不能参保或缴费的规定"), answer["refusal"]["clause"]))
    return [(what, clause) for what, clause in found if clause]


def _prices(answer: dict[str, Any], said: Callable[[str], str]) -> list[tuple[str, str]]:
    """What the notice sets for everybody: the price, line by line where the bill has several, and the public part."""
    whole = {
        "line": _("个人缴费标准"),
        "individual": answer["individual"],
        "government": answer["government"],
        "clause": answer.get("price_clause", ""),
    }
    lines = answer.get("lines") or [whole]
    found = [
        (
            _("{line}{price}").format(line=said(line["line"]), price=money(fen_from_yuan(line["individual"]))),
            line["clause"],
        )
        for line in lines
        if line["individual"]
    ]
    if answer["government"]:
        given = _("财政另外补助{sum}").format(sum=money(fen_from_yuan(answer["government"])))
        where = dict.fromkeys(line["clause"] for line in lines if line["government"] and line["clause"])
        found.append((given, "、".join(where)))
    return found
