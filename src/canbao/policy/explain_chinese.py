"""An answer told in Chinese, to be read aloud."""

from datetime import date

from canbao.kernel.fen import short_yuan, yuan
from canbao.policy.assessment import Assessment, LineAnswer, RefundAnswer, Refused, Share, Unknown, Waiver
from canbao.policy.money_rules import BASIC
from canbao.policy.pack import Pack
from canbao.policy.reasons import (
    Help,
    Household,
    NoHelp,
    Reasons,
    Waited,
    begins_later_than_its_rule,
    helps,
    merged,
    price_of_line,
    waited,
    whole_year_fen,
    without_help,
)
from canbao.policy.sentences import ANCHORS, condition_text, start_text

THEMSELVES = ("本人或监护人", "监护人")  # nobody else knows; the notice is not silent


class Chinese:
    """`number` 0 speaks to the person (您); any other is the one of a family who is spoken of."""

    between = ""  # two sentences

    def notice(self, pack: Pack) -> str:
        number = f"（{pack.document.number}）" if pack.document.number else ""
        return f"按《{pack.document.title}》{number}，"

    def supposed(self, day: date) -> str:
        return f"没有说哪天缴费的，按{_day(day)}缴费算。"

    def household(self, family: Household, pack: Pack) -> str:
        parts = [f"您家{family.people}口人一共应缴{short_yuan(family.pays_fen)}元"]
        if family.unknown:
            parts.append(f"其中{family.unknown}人应缴多少还不能确定，没有算在里面")
        if family.refused:
            parts.append(f"{family.refused}人现在不能参保，没有算在里面")
        if family.helped_fen:
            parts.append(f"另有资助{short_yuan(family.helped_fen)}元")
        rule = pack.household.same_tier
        if family.tiers and rule is not None:
            parts.append(f"您家选了{'、'.join(family.tiers)}，但全家要选同一档{_under(rule.where)}，请先商量好")
        return "；".join(parts) + "。"

    def person(self, answer: Assessment, why: Reasons | None = None, number: int = 0) -> str:
        who = _who(why, number)
        you = "" if number else "您"
        if answer.refusal is not None:
            parts = [(f"{who}：" if number else "") + _refusal(answer.refusal)]
        else:
            parts = [_money(answer, why, who, you), _start(answer, why, you)]
            if why is not None and answer.government_fen and answer.covered_until is not None:
                parts.append(f"财政另外补助{short_yuan(answer.government_fen)}元。")
        parts += [_paid_back(share, you, refused=answer.refusal is not None) for share in answer.paid_back]
        parts += [f"缴的是这一档，享受的是{answer.enjoys}的待遇。"] if answer.enjoys else []
        parts += [
            f"因为{earned.what}，最高支付限额提高{short_yuan(earned.fen)}元{_under(earned.clause)}。"
            for earned in answer.incentives
            if earned.fen is not None
        ]
        parts += [_refund(answer.refund)] if answer.refund is not None else []
        parts += [_unknown(one) for one in merged(answer.unknown)]
        parts += [f"这里有一个假定：{one.what}。" for one in answer.assumptions]
        return "".join(parts)


def _under(clause: str) -> str:
    return f"（依据：{clause}）" if clause else ""


def _pays(who: str, fen: int, why: Reasons | None, together: str = "") -> str:
    """Said aloud without the zeros."""
    if why is None:
        return f"{who}{together}应缴{yuan(fen)}元"
    return f"{who}{together}应缴{short_yuan(fen)}元" if fen else f"{who}不用缴费"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _who(why: Reasons | None, number: int) -> str:
    if not number:
        return "您"
    born = why.person.facts.born_on if why is not None else None
    return f"第{number}人（{_day(born)}出生）" if born else f"第{number}人"


def _refusal(refusal: Refused) -> str:
    says = refusal.says.removesuffix("。")
    return f"{says}{_under(refusal.clause)}。{_ended(refusal.remedy)}"


def _unknown(one: Unknown) -> str:
    if one.ask in THEMSELVES:
        return f"还不能确定{one.what}{_under(one.clause)}，请向{one.ask}了解。"
    return f"还不知道：{one.what}{_under(one.clause)}，请向{one.ask}询问。"


def _ended(text: str) -> str:
    """What follows is another sentence."""
    return text if not text or text.endswith(("。", "！", "？")) else f"{text}。"


def _money(answer: Assessment, why: Reasons | None, who: str, you: str) -> str:
    if len(answer.lines) > 1 and answer.covered_until is not None:
        return _bill(answer, why, who, you)
    if answer.covered_until is None:
        return f"{who}现在能不能缴费还不能确定。"
    if answer.individual_fen is None:
        return f"{who}应缴多少现在还不能确定。"
    price = f"个人缴费标准{short_yuan(answer.individual_fen)}元{_price_reason(why, None)}"
    if answer.pays_fen is None:
        return f"{who}应缴多少现在还不能确定：{price}。"
    helped = helps(answer, None)
    if not helped:
        nothing = "" if answer.paid_back else "，没有资助"
        nothing += "".join(f"；{_no_help(one, you)}" for one in without_help(answer, why))
        return f"{_pays(who, answer.pays_fen, why)}，即{price}{nothing}。"
    because = "因为" if why is not None else ""
    others = "".join(f"；{_no_help(one, you)}" for one in without_help(answer, why))
    return f"{_pays(who, answer.pays_fen, why)}：{price}，{'，'.join(because + _help(one, you) for one in helped)}{others}。"


def _no_help(one: NoHelp, you: str) -> str:
    """Why somebody of a category gets nothing for it."""
    if one.why == "day":
        return f"名册上的{one.category}没有算，因为{you}在规定要看的那一天不在册{_under(one.clause)}"
    why = {
        "nothing": "没有资助",
        "others": "不合资助的条件",
        "before": "前面已有资助的不再给",
        "less": "资助不比上面的多",
    }[one.why]
    return f"{you}属于{one.category}，{why}{_under(one.clause)}"


def _bill(answer: Assessment, why: Reasons | None, who: str, you: str) -> str:
    """Several lines, one after the other."""
    lines = "；".join(_line(answer, line, why, you) for line in answer.lines)
    if answer.pays_fen is None:
        return f"{who}一共应缴多少现在还不能确定。{lines}。"
    return f"{_pays(who, answer.pays_fen, why, '一共')}，账单有{len(answer.lines)}项：{lines}。"


def _line(answer: Assessment, line: LineAnswer, why: Reasons | None, you: str) -> str:
    name = None if line.line == BASIC else line.line
    if line.individual_fen is None:
        return f"{line.line}多少还不能确定"
    price = f"{line.line}{short_yuan(line.individual_fen)}元{_price_reason(why, name)}"
    if line.pays_fen is None:
        return f"{price}，本人缴多少还不能确定"
    helped = helps(answer, name)
    if not helped:
        return price
    own = f"本人缴{short_yuan(line.pays_fen)}元" if line.pays_fen else "本人不用缴"
    return f"{price}，{'，'.join('因为' + _help(one, you) for one in helped)}，{own}"


def _price_reason(why: Reasons | None, line: str | None) -> str:
    """For whom this price is, and where that is written."""
    price = price_of_line(why, line)
    if price is None or price.standard is None:
        return ""
    asked = [condition_text(when) for when in (price.rule.when if price.rule else None, price.standard.when) if when]
    parts = [f"适用于：{'，'.join(text for text in asked if text)}"] if any(asked) else []
    year_fen = whole_year_fen(price)
    parts += [f"全年{short_yuan(year_fen)}元，按剩余月数算"] if year_fen is not None else []
    parts += [f"依据：{price.standard.where}"] if price.standard.where else []
    return f"（{'；'.join(parts)}）" if parts else ""


def _help(one: Help, you: str) -> str:
    if one.is_waiver:
        fen = sum(part.fen for part in one.parts)
        return f"{you}属于{one.category}，免缴{short_yuan(fen)}元，不由别人代付{_under(one.clause)}"
    by = "、".join(_given(part) for part in one.parts)
    return f"{you}属于{one.category}，由{by}{_under(one.clause)}"


def _given(part: Share | Waiver) -> str:
    payer = part.payer if isinstance(part, Share) else ""
    return f"{payer}资助{short_yuan(part.fen)}元"


def _paid_back(share: Share, you: str, *, refused: bool) -> str:
    when = "虽然不在这里参保，" if refused else "缴费以后，"
    return f"{when}因为{you}属于{share.category}，由{share.payer}返还{short_yuan(share.fen)}元{_under(share.clause)}。"


def _start(answer: Assessment, why: Reasons | None, you: str) -> str:
    if answer.covered_from is None:
        return ""
    if why is None:
        return f"待遇从{answer.covered_from}到{answer.covered_until}。"
    until = _day(answer.covered_until) if answer.covered_until else ""
    return f"待遇从{_day(answer.covered_from)}到{until}，{_start_reason(answer, why, you)}。"


def _start_reason(answer: Assessment, why: Reasons, you: str) -> str:
    pack, way = why.pack, why.way
    if way is None or way.starts is None:
        born = why.person.facts.born_on
        if born is not None and born == answer.covered_from and born > pack.period.first:
            return f"因为那天出生{_under(pack.benefit_period.where)}"
        return f"因为在集中缴费期内缴费{_under(pack.collection_window.where)}"
    wait = waited(why)
    if wait is None:
        early = "；早于待遇期的，从待遇期第一天起" if begins_later_than_its_rule(answer, why) else ""
        return f"因为适用“{way.name}”{_under(way.where)}：{start_text(way.starts)}{early}"
    anchor = ANCHORS.get(str(way.starts.anchor), str(way.starts.anchor))
    return f"因为适用“{way.name}”{_under(way.where)}：从{anchor}算起，{_waited(wait, you)}"


def _waited(wait: Waited, you: str) -> str:
    parts = [f"固定等{wait.fixed}"]
    if wait.lapsed:
        free = f"（前{wait.free_years}年不加）" if wait.free_years else ""
        more = f"再加{wait.added}" if wait.added.text and wait.lapsed > wait.free_years else "不再加"
        parts.append(f"{you}断保{wait.lapsed}年{free}，{more}")
    parts += [f"补缴{wait.repaired}年，减{wait.taken_off}"] if wait.repaired else []
    parts += [f"断保这么久的合计不少于{wait.never_under}"] if wait.never_under else []
    return "；".join(parts)


def _refund(refund: RefundAnswer) -> str:
    if refund.allowed:
        return f"因{refund.reason}要求退费：{refund.says.removesuffix('。')}{_under(refund.clause)}。"
    no = "不退，" if refund.allowed is False else ""
    return f"因{refund.reason}要求退费：{no}{refund.says.removesuffix('。')}{_under(refund.clause)}。"
