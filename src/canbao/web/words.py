"""Words on pages: refusals and reasons in the reader's language. Names of categories and payers stay as the law has them."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from canbao.kernel.fen import fen_from_yuan, short_yuan
from canbao.kernel.refusal import Refusal
from canbao.policy.refusals import ENGLISH


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def refusal_words(no: Refusal) -> dict[str, str]:
    """`{"code", "says", "clause", "remedy"}` in the reader's language, where the sentence has been translated.

    The sentences stand in each room's `refusals.py`; here the template is translated and filled in again.
    """
    words = no.as_json()
    if is_chinese():
        return words
    if no.code in ENGLISH:  # what the notice says no to; its remedy is the notice's own
        return words | {"says": f"{ENGLISH[no.code]}."}
    filled = dict.fromkeys(("says", "remedy"), "")
    for key, template in (("says", no.says_template), ("remedy", no.remedy_template)):
        translated = _(template) if template else ""
        filled[key] = translated.format(**no.words) if translated != template else words[key]
    return words | filled


def notice_says_no(refusal: dict[str, str]) -> dict[str, str]:
    """A refusal of the notice itself, as an assessment has it."""
    if is_chinese() or refusal["code"] not in ENGLISH:
        return refusal
    return refusal | {"says": f"{ENGLISH[refusal['code']]}."}


def money(fen: int) -> str:
    """`320元`, as people say it."""
    return _("{amount}元").format(amount=grouped(short_yuan(fen)))


def grouped(figure: str) -> str:
    """`1280.00` → `1,280.00`."""
    whole, point, rest = figure.partition(".")
    return f"{int(whole):,}{point}{rest}"


def reason(answer: dict[str, Any]) -> str:
    """One sentence: why a person owes what they owe. `answer` is an assessment as JSON."""
    price = money(fen_from_yuan(answer["individual"])) if answer["individual"] else ""
    if answer["refusal"]:
        return notice_says_no(answer["refusal"])["says"]
    if answer["pays"] is None:
        return "".join(
            _("{what}，请向{ask}询问。").format(what=unknown["what"], ask=unknown["ask"])
            for unknown in answer["unknown"]
        )
    if not answer["shares"]:
        return _("按个人缴费标准{price}缴纳。").format(price=price)
    helped = _("，").join(
        _("{category}由{payer}资助{sum}").format(
            category=share["category"], payer=share["payer"], sum=money(fen_from_yuan(share["amount"]))
        )
        for share in answer["shares"]
    )
    return _("个人缴费标准{price}，{helped}。").format(price=price, helped=helped)


def clauses(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """What rests on which clause of the notice: (what, clause), for whoever wants to look it up."""
    found = [(share["category"], share["clause"]) for share in answer["shares"]]
    found += [(unknown["what"], unknown["clause"]) for unknown in answer["unknown"]]
    found += [(_("假定：{what}").format(what=assumed["what"]), assumed["clause"]) for assumed in answer["assumptions"]]
    if answer["refusal"]:
        found.append((answer["refusal"]["says"], answer["refusal"]["clause"]))
    return [(what, clause) for what, clause in found if clause]
