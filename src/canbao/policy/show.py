"""A pack as a page for people: the essentials first, then clause by clause, then what is unknown or assumed.

One self-contained HTML file without scripts, made to be read on a screen, printed and signed. What the pack takes from
another notice stands under that notice.
"""

import re
from html import escape
from importlib.resources import files
from typing import Any

from canbao.kernel.fen import short_yuan
from canbao.policy.example_rules import Example
from canbao.policy.money_rules import Standard
from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.rule import Rule
from canbao.policy.sentences import condition_text, label_of, part_of_year_text, sentence
from canbao.policy.values import percent
from canbao.policy.walk import rules
from canbao.policy.who_pays import AGE, asks_age
from canbao.policy.who_pays import rows as who_pays_rows

_NUMERALS = "零一二三四五六七八九十"
_LAST = 100  # after every numbered clause
REFUSED = {
    "unknown_trait": "没有这种情况",
    "unknown_category": "没有这种身份",
    "unknown_line": "账单上没有这一项",
    "in_employee_scheme": "还在职工医保",
    "covered_elsewhere": "已在别处参保",
    "eligibility_unknown": "还不知道是不是参保对象",
    "not_eligible": "不是参保对象",
    "tier_missing": "没有选档",
    "unknown_tier": "没有这一档",
    "no_price": "没有适用的标准",
    "window_not_open": "还没有到缴费期",
    "window_closed": "缴费期已过",
    "starts_after_period": "待遇开始时待遇期已过",
}
"""Each refusal in a few words."""
_REFUNDS = {
    "all": "退全部",
    "later": "退后缴的一笔",
    "earlier": "退先缴的一笔",
    "difference": "退差额",
    "none": "不退",
    "unknown": "能不能退未知",
}
Head = tuple[str, str]
"""The text above a column, and the class of its cells."""


def page(pack: Pack) -> str:
    """The whole page, as text."""
    css = files("canbao.policy").joinpath("show.css").read_text(encoding="utf-8")
    title = escape(pack.document.title)
    parts = [_header(pack), _essentials(pack), _prices(pack), _who_pays(pack), _clauses(pack), _open_points(pack)]
    parts += [_no_rule(pack), _words(pack), _targets(pack), _examples(pack), _footer(pack)]
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _table(heads: list[Head], rows: list[list[str]], kind: str = "") -> str:
    """A table of ready HTML cells; a head is (text, class), and its class is its column's."""
    head = "".join(f'<th class="{css}">{escape(text)}</th>' for text, css in heads)
    lines = [
        "<tr>" + "".join(f'<td class="{css}">{cell}</td>' for cell, (_, css) in zip(row, heads, strict=True)) + "</tr>"
        for row in rows
    ]
    body = "\n".join(lines)
    return (
        f'<div class="wide"><table class="{kind}">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _cells(*cells: str) -> list[str]:
    return [escape(cell) for cell in cells]


def _header(pack: Pack) -> str:
    document = pack.document
    facts = [document.number, document.place, document.issuer, document.issued_on and f"{document.issued_on} 印发"]
    line = " · ".join(escape(str(fact)) for fact in facts if fact)
    return f'<header>\n<h1>{escape(document.title)}</h1>\n<p class="soft">{line}</p>\n{_stands_on(pack)}</header>'


def _stands_on(pack: Pack) -> str:
    """Of which notices the rules are, and from which day an amendment holds."""
    notices = _notices(pack)
    said = []
    if pack.before is not None:
        title = escape(pack.before.document.title)
        said.append(f"{pack.document.holds_from} 起缴费的按本通知；以前缴费的按《{title}》。")
    if notices:
        said.append(f"本通知没有写的，按{escape('、'.join(notices))}；下面各条都写明出处。")
    return f'<p class="note">{"".join(said)}</p>\n' if said else ""


def _notices(pack: Pack) -> list[str]:
    """The other notices that rules come from, nearest first."""
    found = dict.fromkeys(rule.notice for _, rule in rules(pack) if rule.notice)
    return list(found)


def _essentials(pack: Pack) -> str:
    basic = [item for item in pack.standards if item.line is None]
    boxes = [("个人缴费", _range([item.individual_fen for item in basic]))]
    boxes.append(("财政补助", _range([item.government_fen for item in basic])))
    boxes.append(("集中缴费期", f"{pack.window.first} 至 {pack.window.last}"))
    assumed = "（假定）" if pack.benefit_period.assumed else ""
    boxes.append((f"待遇期{assumed}", f"{pack.period.first} 至 {pack.period.last}"))
    cells = "\n".join(f"<div>{escape(name)}<b>{_unbroken(value)}</b></div>" for name, value in boxes)
    return f'<div class="key">\n{cells}\n</div>'


def _range(amounts: list[int | None]) -> str:
    known = sorted({fen for fen in amounts if fen is not None})
    unknown = "、未知" if known and None in amounts else ""
    if not known:
        return "未知"
    text = short_yuan(known[0]) if len(known) == 1 else f"{short_yuan(known[0])} 至 {short_yuan(known[-1])}"
    return f"{text} 元{unknown}"


def _unbroken(text: str) -> str:
    """A day is not broken at its dashes."""
    return re.sub(r"\d{4}-\d{2}-\d{2}", r'<span class="nowrap">\g<0></span>', escape(text))


def _prices(pack: Pack) -> str:
    """Every price, where there are several: the first that fits counts."""
    if len(pack.standards) == 1:
        return ""
    with_lines, with_tiers = bool(pack.lines), bool(pack.tiers)
    heads: list[Head] = [
        *((("项目", ""),) if with_lines else ()),
        *((("档次", ""),) if with_tiers else ()),
        ("哪些人、何时", ""),
        ("个人缴", "n"),
        ("财政补助", "n"),
        ("依据", "c"),
    ]
    rows = [
        [
            *(_cells(item.line or "基本医保") if with_lines else []),
            *(_cells(item.tier or "") if with_tiers else []),
            _unbroken(_for_whom(pack, item)),
            *_cells(_amount(item.individual_fen), _state(item), item.where),
        ]
        for item in pack.standards
    ]
    note = '<p class="soft">同一项、同一档有几条的，从上到下第一个适用的算。单位：元。</p>'
    return f"<h2>标准</h2>\n{note}\n{_table(heads, rows, 'figures')}"


def _for_whom(pack: Pack, item: Standard) -> str:
    line = next((line for line in pack.lines if line.name == item.line), None)
    parts = [condition_text(line.when) if line is not None else "", condition_text(item.when)]
    parts += ["自愿选择"] if line is not None and line.by_choice else []
    parts += ["每补缴一年"] if line is not None and line.times else []
    parts += [part_of_year_text(item.part_of_year)] if item.part_of_year is not None else []
    parts += [f"享受{item.enjoys}待遇"] if item.enjoys else []
    others = any((one.line, one.tier) == (item.line, item.tier) for one in pack.standards if one is not item)
    return "；".join(part for part in parts if part) or ("其他人" if others else "所有人")


def _amount(fen: int | None) -> str:
    return "未知" if fen is None else short_yuan(fen)


def _state(item: Standard) -> str:
    if item.government_fen is None and item.government is None:
        return "—"
    return _amount(item.government_fen)


def _who_pays(pack: Pack) -> str:
    """Every category at every price, computed by the engine, not by this page."""
    heads: list[Head] = [("身份", ""), *((("档次", ""),) if pack.tiers else ()), ("本人缴", "n")]
    heads += [("由谁资助", ""), ("依据", "c")]
    rows = [
        _cells(
            row.who,
            *((row.tier or "",) if pack.tiers else ()),
            row.pays,
            row.helped or "—",
            "、".join(row.clauses),
        )
        for row in who_pays_rows(pack)
    ]
    who = f"{AGE}周岁、" if asks_age(pack) else ""
    lines = f"；含{'、'.join(line.name for line in pack.lines if not line.by_choice and not line.times)}"
    note = f"{who}{pack.window.first} 缴费、没有别的情况的人{lines if lines != '；含' else ''}。单位：元。"
    return f'<h2>谁缴多少</h2>\n<p class="soft">{escape(note)}</p>\n{_table(heads, rows, "figures")}'


def clause_order(clause: str) -> tuple[int, ...]:
    """Sorts clauses as the notice has them: the whole first, then 一 … 十, annexes last."""
    first = clause.split("、", maxsplit=1)[0]
    if first == "全文":
        return (-1,)
    if first.startswith("附件"):
        return (_LAST, int(first[2:] or 0))
    return tuple(_number(step) for step in re.findall(rf"[{_NUMERALS}]+|\d+", first))


def _number(step: str) -> int:
    """A Chinese number up to ninety-nine, or an Arabic one."""
    if step.isdigit():
        return int(step)
    tens, ten, ones = step.partition("十")
    if not ten:
        return _NUMERALS.index(step)
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0)


def _clauses(pack: Pack) -> str:
    note = '<p class="soft">左边是通知的条款号；内容是我们的话，不是原文。</p>'
    parts = [f"<h2>逐条</h2>\n{note}\n{_clauses_of(pack, None)}"]
    for notice in _notices(pack):
        heading = f'<span class="mark">沿用</span> 来自{escape(notice)}'
        parts.append(f"<h3>{heading}</h3>\n{_clauses_of(pack, notice)}")
    return "\n".join(parts)


def _clauses_of(pack: Pack, notice: str | None) -> str:
    """The rules of one notice, by its clauses."""
    by_clause: dict[str, list[str]] = {}
    for path, rule in rules(pack):
        if rule.clause and rule.notice == notice:
            mark = ' <span class="mark">假定</span>' if rule.assumed else ""
            cells = f"<td>{escape(label_of(rule))}</td><td>{_unbroken(sentence(path, rule))}{mark}</td>"
            by_clause.setdefault(rule.clause, []).append(cells)
    groups = []
    for clause in sorted(by_clause, key=clause_order):
        first, *others = by_clause[clause]
        head = f'<tr><th scope="rowgroup" rowspan="{len(others) + 1}">{escape(clause)}</th>{first}</tr>'
        groups.append("<tbody>\n" + "\n".join([head, *(f"<tr>{other}</tr>" for other in others)]) + "\n</tbody>")
    return '<div class="wide"><table class="clauses">\n' + "\n".join(groups) + "\n</table></div>"


def _open_points(pack: Pack) -> str:
    """What the county has to know before it signs: what we assumed, what others have to say, what we worked out."""
    rows = [row for path, rule in rules(pack) for row in _open_points_of(path, rule)]
    same_payer = pack.combination.same_payer_assumed
    if same_payer:
        rows.append(_open("假定", "几个身份", same_payer, pack.combination.where))
    if not rows:
        return ""
    rows = [row for at, row in enumerate(rows) if row not in rows[:at]]  # each tier may say the same
    heads: list[Head] = [("", ""), ("事项", "k"), ("内容", ""), ("依据", "c")]
    return f"<h2>假定、未知和推算</h2>\n{_table(heads, rows, 'text')}"


def _no_rule(pack: Pack) -> str:
    """What of the notice was read and needs no rule; who signs has seen that it was not overlooked."""
    if not pack.no_rule_for:
        return ""
    rows = [
        _cells("、".join(one.clauses) + (f"（{'、'.join(one.words)}）" if one.words else ""), one.because)
        for one in pack.no_rule_for
    ]
    return f"<h2>没有规则的条款</h2>\n{_table([('条款', 'c'), ('为什么', '')], rows, 'text')}"


def _open(mark: str, what: str, text: str, where: str) -> list[str]:
    return [f'<span class="mark">{mark}</span>', *_cells(what, text, where)]


def _open_points_of(path: Path, rule: Rule) -> list[list[str]]:
    what, rows = label_of(rule), []
    if rule.assumed:
        rows.append(_open("假定", what, rule.assumed, rule.where))
    silent, asked = getattr(rule, "unknown", None), getattr(rule, "ask", None)
    if silent or asked:
        says = silent or sentence(path, rule).removesuffix(f"，请问{asked}。")
        rows.append(_open("未知", what, f"{_of_whom(rule)}{says}；请问{asked}", rule.where))
    silences = [one for one in (getattr(rule, "individual", None), getattr(rule, "government", None)) if one]
    rows += [_open("未知", what, f"{one.unknown}；请问{one.ask}", rule.where) for one in silences]
    said = sentence(path, rule)
    return rows + [
        _open("推算", what, f"{said}（{_written(rule, name)}{reason}）", rule.where)
        for name, reason in rule.derived.items()
    ]


def _written(rule: Rule, name: str) -> str:
    """What stands under a key of a rule, however deep, and a colon; the key itself means nothing to whoever signs.

    Nothing for a key of several: all of them are in the sentence.
    """
    ahead: list[Any] = [rule.model_dump(by_alias=True, mode="json", exclude={"derived"})]
    while ahead:
        one = ahead.pop(0)
        if isinstance(one, dict):
            if one.get(name) is not None and not isinstance(one[name], dict | list):
                return f"{one[name]}："
            ahead += one.values()
        elif isinstance(one, list):
            ahead += one
    return ""


def _of_whom(rule: Rule) -> str:
    """`低保对象：` before what is unknown, for rules that are about somebody."""
    name = getattr(rule, "name", None) or getattr(rule, "reason", None)
    names = [*getattr(rule, "categories", ())] or ([str(name)] if name else [])
    return f"{'、'.join(names)}：" if names else ""


def _words(pack: Pack) -> str:
    """The circumstances that rules look at, and how each is proved."""
    if not pack.traits:
        return ""
    rows = []
    for trait in pack.traits:
        presumed = (
            f"；没有说明{'、'.join(trait.presumed_unless)}的，按此处理"
            if trait.presumed_unless and "没有说明" not in trait.means
            else ""
        )
        rows.append(_cells(trait.name, f"{trait.means}{presumed}", "、".join(trait.aliases) or "—"))
    return f"<h2>要看的情况</h2>\n{_table([('情况', 'k'), ('意思', ''), ('也写作', '')], rows, 'text')}"


def _targets(pack: Pack) -> str:
    targets = pack.targets
    if targets is None or not targets.units:
        return ""
    with_population = any(unit.population is not None for unit in targets.units)
    heads: list[Head] = [("单位", ""), *((("户籍人口", "n"),) if with_population else ()), ("参保任务数", "n")]

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
    rows = [[escape(example.case), _unbroken(_answer(example)), escape(example.clause)] for example in pack.examples]
    note = '<p class="soft">这些答案由程序按上面的规则核对过。</p>'
    return f"<h2>算好的答案</h2>\n{note}\n{_table([('情形', ''), ('答案', ''), ('依据', 'c')], rows, 'text')}"


def _answer(example: Example) -> str:
    """What the example promises, in the order in which people ask."""
    parts = [f"不能参保：{REFUSED.get(example.refused, example.refused)}"] if example.refused else []
    if example.individual_fen is not None and example.pays_fen is None:
        parts.append("标准未知" if example.individual_fen == "unknown" else f"标准 {_yuan(example.individual_fen)}")
    if example.pays_fen is not None:
        parts.append("应缴未知" if example.pays_fen == "unknown" else f"缴 {_yuan(example.pays_fen)}")
    parts += [f"{line} {_yuan(fen)}" for line, fen in (example.lines_yuan or {}).items()]
    parts += [f"{payer}资助 {_yuan(fen)}" for payer, fen in (example.shares_yuan or {}).items()]
    parts += [f"免缴 {_yuan(example.waived_fen)}"] if example.waived_fen else []
    parts += [f"{payer}返还 {_yuan(fen)}" for payer, fen in (example.paid_back_yuan or {}).items()]
    if example.government_fen is not None:
        unknown = example.government_fen == "unknown"
        parts.append("财政补助未知" if unknown else f"财政补 {_yuan(example.government_fen)}")
    parts += [f"享受{example.enjoys}待遇"] if example.enjoys else []
    if example.covered_from is not None:
        parts.append("起始未知" if example.covered_from == "unknown" else f"{example.covered_from} 起")
    parts += [f"到 {example.covered_until} 止"] if example.covered_until else []
    if example.earns_yuan is not None:
        parts += [f"{name}限额提高 {_yuan(fen)}" for name, fen in example.earns_yuan.items()] or ["限额不提高"]
    parts += [_REFUNDS[example.refund]] if example.refund else []
    if example.target is not None:
        parts.append("任务未知" if example.target.people == "unknown" else f"{example.target.people} 人")
    assumed = f"（含假定：{example.assumed}）" if isinstance(example.assumed, str) else "（含假定）"
    return "，".join(parts) + (assumed if example.assumed else "")


def _yuan(fen: int | str) -> str:
    return f"{short_yuan(fen)} 元" if isinstance(fen, int) else "未知"


def _footer(pack: Pack) -> str:
    signs = "".join(
        f"<div><b>{office}</b><p>签名（盖章）</p><p>日期</p></div>" for office in ("医保部门", "税务部门", "财政部门")
    )
    return (
        f'<section class="sign">\n<p>我们看过上面各条，同意按此执行。</p>\n<div class="signs">{signs}</div>\n</section>\n'
        f'<footer class="soft"><p>方案 {escape(pack.key)} · 规则指纹 {pack.digest}</p></footer>'
    )
