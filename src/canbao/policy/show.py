"""A pack as a page for people: the essentials first, then clause by clause, then what is unknown or assumed.

One self-contained HTML file without scripts, made to be read on a screen, printed and signed.
"""

import re
from html import escape
from importlib.resources import files

from canbao.kernel.fen import short_yuan, yuan
from canbao.policy.combine import split
from canbao.policy.example_rules import Example
from canbao.policy.facts import Facts, Held
from canbao.policy.pack import Pack
from canbao.policy.person import Person
from canbao.policy.prices import price_of
from canbao.policy.sentences import condition_text, label_of, sentence
from canbao.policy.values import percent
from canbao.policy.walk import rules

_NUMERALS = "零一二三四五六七八九十"
_LAST = 100  # after every numbered clause


def page(pack: Pack) -> str:
    """The whole page, as text."""
    css = files("canbao.policy").joinpath("show.css").read_text(encoding="utf-8")
    title = escape(pack.document.title)
    parts = [_header(pack), _essentials(pack), _who_pays(pack), _clauses(pack), _open_points(pack)]
    parts += [_targets(pack), _examples(pack), _footer(pack)]
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _table(heads: list[tuple[str, str]], rows: list[list[str]]) -> str:
    """A table of ready HTML cells; a head is (text, class), and its class is its column's."""
    head = "".join(f'<th class="{css}">{escape(text)}</th>' for text, css in heads)
    lines = [
        "<tr>" + "".join(f'<td class="{css}">{cell}</td>' for cell, (_, css) in zip(row, heads, strict=True)) + "</tr>"
        for row in rows
    ]
    body = "\n".join(lines)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _header(pack: Pack) -> str:
    document = pack.document
    facts = [document.number, document.place, document.issuer, document.issued_on and f"{document.issued_on} 印发"]
    line = " · ".join(escape(str(fact)) for fact in facts if fact)
    return f'<header>\n<h1>{escape(document.title)}</h1>\n<p class="soft">{line}</p>\n</header>'


def _essentials(pack: Pack) -> str:
    boxes = []
    for item in pack.standards:
        what = "，".join(part for part in (item.line, item.tier, condition_text(item.when)) if part)
        name = f"{what}：个人缴费" if what else "个人缴费"
        boxes.append((name, "未知" if item.individual_fen is None else f"{short_yuan(item.individual_fen)} 元"))
    states = dict.fromkeys(item.government_fen for item in pack.standards if item.line is None)
    said = ("未知" if state is None else f"{short_yuan(state)} 元" for state in states)
    boxes.append(("财政补助", " / ".join(said)))
    boxes.append(("集中缴费期", f"{pack.window.first} 至 {pack.window.last}"))
    assumed = "（假定）" if pack.benefit_period.assumed else ""
    boxes.append((f"待遇期{assumed}", f"{pack.period.first} 至 {pack.period.last}"))
    cells = "\n".join(f"<div>{escape(name)}<b>{escape(value)}</b></div>" for name, value in boxes)
    return f'<div class="key">\n{cells}\n</div>'


def _who_pays(pack: Pack) -> str:
    """Every category at every price, computed by the engine, not by this page."""
    heads = [("身份", ""), *((("档次", ""),) if pack.tiers else ()), ("本人缴", "n"), ("由谁资助", ""), ("依据", "c")]
    names = ("", *(category.name for category in pack.categories if category.when is None))
    rows = [_who_pays_row(pack, name, tier) for name in names for tier in pack.tiers or (None,)]
    return f"<h2>谁缴多少</h2>\n{_table(heads, rows)}"


def _who_pays_row(pack: Pack, name: str, tier: str | None) -> list[str]:
    """What somebody of this category pays who is otherwise like everybody, asked of the engine."""
    held = (Held(name),) if name else ()
    person = Person(pack, Facts(categories=held, tier=tier))
    price = price_of(person, None)
    answer = split(person, price)
    pays = "未知" if answer.pays_fen is None else yuan(answer.pays_fen)
    shares = [f"{share.payer} {yuan(share.fen)}" for share in answer.shares]
    shares += [f"{share.payer} {yuan(share.fen)}（先缴后返）" for share in answer.paid_back]
    shares += [f"免缴 {yuan(part.fen)}" for part in answer.waived]
    asked = "；".join(dict.fromkeys(f"请问{unknown.ask}" for unknown in answer.unknown))
    clauses = [share.clause for share in (*answer.shares, *answer.paid_back)]
    clauses += [*(part.clause for part in answer.waived), *(one.clause for one in answer.unknown)]
    if name and not clauses:
        clauses = [rule.where for rule in pack.subsidies if name in rule.categories]
    clause = "、".join(dict.fromkeys(clauses or [price.clause]))
    cells = [
        name or "没有身份",
        *((tier or "",) if pack.tiers else ()),
        pays,
        "；".join(shares) or asked or "—",
        clause,
    ]
    return [escape(cell) for cell in cells]


def clause_order(clause: str) -> tuple[int, ...]:
    """Sorts clauses as the notice has them: the whole first, then 一 … 十, annexes last."""
    if clause == "全文":
        return (-1,)
    if clause.startswith("附件"):
        return (_LAST, int(clause[2:] or 0))
    return tuple(_number(step) for step in re.findall(rf"[{_NUMERALS}]+|\d+", clause))


def _number(step: str) -> int:
    """A Chinese number up to ninety-nine, or an Arabic one."""
    if step.isdigit():
        return int(step)
    tens, ten, ones = step.partition("十")
    if not ten:
        return _NUMERALS.index(step)
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0)


def _clauses(pack: Pack) -> str:
    by_clause: dict[str, list[str]] = {}
    for path, rule in rules(pack):
        if rule.where:
            mark = ' <span class="mark">假定</span>' if rule.assumed else ""
            cells = f"<td>{escape(label_of(rule))}</td><td>{escape(sentence(path, rule))}{mark}</td>"
            by_clause.setdefault(rule.where, []).append(cells)
    groups = []
    for clause in sorted(by_clause, key=clause_order):
        first, *others = by_clause[clause]
        head = f'<tr><th scope="rowgroup" rowspan="{len(others) + 1}">{escape(clause)}</th>{first}</tr>'
        groups.append("<tbody>\n" + "\n".join([head, *(f"<tr>{other}</tr>" for other in others)]) + "\n</tbody>")
    note = '<p class="soft">左边是通知的条款号；内容是我们的话，不是原文。</p>'
    return (
        f'<h2>逐条</h2>\n{note}\n<div class="wide"><table class="clauses">\n' + "\n".join(groups) + "\n</table></div>"
    )


def _open_points(pack: Pack) -> str:
    """What the county has to know before it signs: what we assumed, what others have to say, what we worked out."""
    rows = []
    for path, rule in rules(pack):
        what, where = escape(label_of(rule)), escape(rule.where)
        if rule.assumed:
            rows.append(['<span class="mark">假定</span>', what, escape(rule.assumed), where])
        silent, asked = getattr(rule, "unknown", None), getattr(rule, "ask", None)
        if silent:
            rows.append(['<span class="mark">未知</span>', what, escape(f"{silent}；请问{asked}"), where])
        for silence in (getattr(rule, "individual", None), getattr(rule, "government", None)):
            if silence is not None:
                text = escape(f"{silence.unknown}；请问{silence.ask}")
                rows.append(['<span class="mark">未知</span>', what, text, where])
        for name, reason in rule.derived.items():
            rows.append(
                ['<span class="mark">推算</span>', what, escape(f"{sentence(path, rule)}（{name}：{reason}）"), where]
            )
    same_payer = pack.combination.same_payer_assumed
    if same_payer:
        where = escape(pack.combination.where)
        rows.append(['<span class="mark">假定</span>', "几个身份", escape(same_payer), where])
    if not rows:
        return ""
    return f"<h2>假定、未知和推算</h2>\n{_table([('', ''), ('事项', ''), ('内容', ''), ('依据', 'c')], rows)}"


def _targets(pack: Pack) -> str:
    targets = pack.targets
    if targets is None or not targets.units:
        return ""
    with_population = any(unit.population is not None for unit in targets.units)
    heads = [("单位", ""), *((("户籍人口", "n"),) if with_population else ()), ("参保任务数", "n")]

    def row(name: str, population: int | None, people: int | None) -> list[str]:
        numbers = [population, people] if with_population else [people]
        return [escape(name), *("未知" if number is None else f"{number:,}".replace(",", " ") for number in numbers)]

    rows = [row(unit.name, unit.population, unit.people) for unit in targets.units]
    if targets.total_people is not None:
        rows.append(row("合计", targets.total_population, targets.total_people))
    rate = f"（参保率 {percent(targets.rate)}）" if targets.rate is not None else ""
    return f"<h2>任务{escape(rate)}</h2>\n{_table(heads, rows)}"


def _examples(pack: Pack) -> str:
    if not pack.examples:
        return ""
    rows = [[escape(example.case), escape(_answer(example)), escape(example.clause)] for example in pack.examples]
    return f"<h2>算好的答案</h2>\n{_table([('情形', ''), ('答案', ''), ('依据', 'c')], rows)}"


def _answer(example: Example) -> str:
    parts = []
    if example.refused:
        parts.append(f"不能参保（{example.refused}）")
    if example.pays_fen is not None:
        parts.append("金额未知" if example.pays_fen == "unknown" else f"缴 {short_yuan(example.pays_fen)} 元")
    if example.shares_yuan:
        parts += [f"{payer} {short_yuan(fen)} 元" for payer, fen in example.shares_yuan.items()]
    if example.covered_from is not None:
        parts.append("起始未知" if example.covered_from == "unknown" else f"{example.covered_from} 起")
    if example.target is not None:
        parts.append("未知" if example.target.people == "unknown" else f"{example.target.people} 人")
    if example.assumed:
        parts.append("（含假定）")
    return "，".join(parts)


def _footer(pack: Pack) -> str:
    return (
        '<div class="sign"><div>医保部门</div><div>税务部门</div><div>日期</div></div>\n'
        f'<footer class="soft"><p>方案 {escape(pack.key)} · 规则指纹 {pack.digest}</p></footer>'
    )
