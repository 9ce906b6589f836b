"""An answer as one or two plain sentences that a clerk can read aloud, made from the assessment alone."""

from collections.abc import Mapping
from typing import Literal

from canbao.kernel.fen import short_yuan, yuan
from canbao.policy.assessment import Assessment, Refused, Share
from canbao.policy.english import phrase, refusal_in_english

Language = Literal["zh", "en"]


def explain(assessment: Assessment, language: Language = "zh", glossary: Mapping[str, str] | None = None) -> str:
    """What is owed and why, from when cover runs, what is unknown and what was assumed.

    `glossary`: the pack's `english`; without it names of the notice stay Chinese.
    """
    return _chinese(assessment) if language == "zh" else _english(assessment, glossary or {})


def _chinese(answer: Assessment) -> str:
    if answer.refusal is not None:
        return _chinese_refusal(answer.refusal)
    parts = [_chinese_money(answer)]
    if answer.covered_from is not None:
        parts.append(f"待遇从{answer.covered_from}到{answer.covered_until}。")
    parts += [f"本通知没有写：{one.what}{_under(one.clause)}，请向{one.ask}询问。" for one in answer.unknown]
    parts += [f"这里有一个假定：{one.what}。" for one in answer.assumptions]
    return "".join(parts)


def _chinese_refusal(refusal: Refused) -> str:
    says = refusal.says.removesuffix("。")
    return f"{says}{_under(refusal.clause)}。{refusal.remedy}"


def _chinese_money(answer: Assessment) -> str:
    assert answer.individual_fen is not None
    price = f"个人缴费标准{short_yuan(answer.individual_fen)}元"
    if answer.pays_fen is None:
        return f"您应缴多少现在还不能确定：{price}。"
    if not answer.shares:
        return f"您应缴{yuan(answer.pays_fen)}元，即{price}，没有资助。"
    helped = "，".join(
        f"您属于{share.category}，由{share.payer}资助{short_yuan(share.fen)}元{_under(share.clause)}"
        for share in answer.shares
    )
    return f"您应缴{yuan(answer.pays_fen)}元：{price}，{helped}。"


def _under(clause: str) -> str:
    return f"（依据：{clause}）" if clause else ""


def _english(answer: Assessment, glossary: Mapping[str, str]) -> str:
    if answer.refusal is not None:
        says, remedy = refusal_in_english(answer.refusal.as_json(), glossary)
        return f"{says.removesuffix('.')}{_clause(answer.refusal.clause)}. What helps: {remedy}"
    parts = [_english_money(answer, glossary)]
    if answer.covered_from is not None:
        parts.append(f"Cover runs from {answer.covered_from} to {answer.covered_until}.")
    parts += [
        f"The notice does not say: {phrase(one.what, glossary)}{_clause(one.clause)}; ask {phrase(one.ask, glossary)}."
        for one in answer.unknown
    ]
    parts += [f"This rests on an assumption: {phrase(one.what, glossary)}." for one in answer.assumptions]
    return " ".join(parts)


def _english_money(answer: Assessment, glossary: Mapping[str, str]) -> str:
    assert answer.individual_fen is not None
    price = f"the individual contribution is {short_yuan(answer.individual_fen)} yuan"
    if answer.pays_fen is None:
        return f"What you owe cannot be said yet: {price}."
    if not answer.shares:
        return f"You pay {yuan(answer.pays_fen)} yuan: {price}, without a subsidy."
    return f"You pay {yuan(answer.pays_fen)} yuan: {price}, {', and '.join(_english_share(s, glossary) for s in answer.shares)}."


def _english_share(share: Share, glossary: Mapping[str, str]) -> str:
    return (
        f"{phrase(share.payer, glossary)} pays {short_yuan(share.fen)} yuan, category "
        f"{phrase(share.category, glossary)}{_clause(share.clause)}"
    )


def _clause(clause: str) -> str:
    return f" (clause {clause})" if clause else ""
