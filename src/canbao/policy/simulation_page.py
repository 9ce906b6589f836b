"""A simulation as a page that one can read, print and put before those who decide.

One self-contained HTML file without scripts; the plot is SVG, and stays readable in black and white.
"""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Literal

from canbao.policy.simulate import NO_FUND, Group, Simulation, Sums
from canbao.policy.simulation_text import CHANGE_WORDS, Line, Words, figure, group_rows, words_of

Language = Literal["zh", "en"]

_TEXTS = {
    "title": ("换一个方案，会怎样？", "What if the rules were others?"),
    "compared": ("{old} 与 {new}", "{old} against {new}"),
    "plot": ("钱从哪里来", "Where the money comes from"),
    "all": ("全部数字", "All figures"),
    "who": ("谁有变化", "Who changes"),
    "money": ("单位：元", "In yuan"),
    "note": (
        "这里只算，不改任何人的账单。不知道的金额不算在内。名单用 -o 写成文件。",
        "This only counts and changes nobody's bill. Amounts that are unknown are in no sum. -o writes the list.",
    ),
    "fingerprint": ("规则指纹", "Digests of the rules"),
}
_BAR, _BLOCK, _TOP = 16, 70, 20  # pixels
_WIDEST = 62  # per cent of the page; the figure stands behind the bar


def page(found: Simulation, language: Language = "zh") -> str:
    """The whole page, as text."""
    words = words_of(found, language)
    css = files("canbao.policy").joinpath("show.css").read_text(encoding="utf-8")
    said = {key: escape(texts[words.at]) for key, texts in _TEXTS.items()}
    parts = [
        _header(found, words, said),
        _boxes(found, words),
        f"<h2>{said['plot']}</h2>\n<p class='soft'>{said['money']}</p>\n{plot(found.together, words)}",
        f"<h2>{said['all']}</h2>\n{_figures(found.together, words)}",
        f"<h2>{said['who']}</h2>\n{_changes(found, words)}",
    ]
    for kind, groups in (("division", found.by_division), ("category", found.by_category)):
        if groups:
            heading = escape(words.of(f"by_{kind}", by=found.by))
            parts.append(f"<h2>{heading}</h2>\n{_groups(groups, words, kind)}")
    parts.append(
        f'<footer class="soft"><p>{said["note"]}</p><p>{said["fingerprint"]}: '
        f"{escape(found.old.key)} {found.old.digest}</p><p>{escape(found.new.key)} {found.new.digest}</p></footer>"
    )
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{said['title']}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def plot(group: Group, words: Words) -> str:
    """Two bars for what people pay, each fund and the government: before (outlined) and after (filled)."""
    lines = list(_sources(group, words))
    most = max((max(line.before, line.after) for line in lines), default=0) or 1
    blocks = "\n".join(_bars(line, most, at, words) for at, line in enumerate(lines))
    height = _BLOCK * len(lines)
    label = escape("; ".join(f"{line.name} {' → '.join(line.figures()[:2])}" for line in lines), quote=True)
    return f'<svg class="plot" role="img" aria-label="{label}" width="100%" height="{height}">\n{blocks}\n</svg>'


def _sources(group: Group, words: Words) -> Iterable[Line]:
    before, after = group.before, group.after
    yield Line(_bare(words.of("pays")), before.pays_fen, after.pays_fen, is_money=True)
    for payer in dict.fromkeys((*before.funds, *after.funds)):
        one, other = before.funds.get(payer, NO_FUND), after.funds.get(payer, NO_FUND)
        yield Line(_bare(words.of("fund", payer=words.say(payer))), one.fen, other.fen, is_money=True)
    if before.waived_fen or after.waived_fen:
        yield Line(_bare(words.of("waived")), before.waived_fen, after.waived_fen, is_money=True)
    for payer in dict.fromkeys((*before.paid_back, *after.paid_back)):
        one, other = before.paid_back.get(payer, NO_FUND), after.paid_back.get(payer, NO_FUND)
        yield Line(_bare(words.of("paid_back", payer=words.say(payer))), one.fen, other.fen, is_money=True)
    yield Line(_bare(words.of("government")), before.government_fen, after.government_fen, is_money=True)


def _bare(text: str) -> str:
    """Without its unit, which the heading says."""
    return text.replace("（元）", "").replace(" (yuan)", "")


def _bars(line: Line, most: int, at: int, words: Words) -> str:
    top = at * _BLOCK + _TOP
    before, after, change = line.figures()
    rows = []
    for number, (kind, value, text) in enumerate((("before", line.before, before), ("after", line.after, after))):
        y = top + number * (_BAR + 5)
        width = f"{_WIDEST * value / most:.2f}%"
        side = escape(words.of(kind))
        rows.append(
            f'<rect class="{kind}" x="1" y="{y}" width="{width}" height="{_BAR}"/>'
            f'<text class="n" x="{width}" dx="8" y="{y + _BAR - 3}">{escape(text)} <tspan>{side}</tspan></text>'
        )
    name = f'<text class="name" x="0" y="{top - 6}">{escape(line.name)} <tspan>{escape(change)}</tspan></text>'
    return name + "".join(rows)


def _header(found: Simulation, words: Words, said: dict[str, str]) -> str:
    old, new = (escape(words.say(pack.document.title)) for pack in (found.old, found.new))
    compared = escape(_TEXTS["compared"][words.at]).format(old=old, new=new)
    return f'<header>\n<h1>{said["title"]}</h1>\n<p class="soft">{compared}</p>\n</header>'


def _boxes(found: Simulation, words: Words) -> str:
    together = found.together
    pays = Line(words.of("pays"), together.before.pays_fen, together.after.pays_fen, is_money=True)
    funds = Line(words.of("funds"), together.before.funds_fen, together.after.funds_fen, is_money=True)
    boxes = [(words.of("people"), figure(together.before.people))]
    difference = words.of("difference")
    boxes += [(f"{line.name} {difference}", line.figures()[2]) for line in (pays, funds)]
    changed = words.of("changed", count=figure(found.changed.height)) if found.changes else words.of("nobody")
    boxes.append((changed, f"{_share(found.changed.height, together.before):.1f}%"))
    cells = "\n".join(f"<div>{escape(name)}<b>{escape(value)}</b></div>" for name, value in boxes)
    return f'<div class="key">\n{cells}\n</div>'


def _share(people: int, sums: Sums) -> float:
    return 100 * people / sums.people if sums.people else 0.0


def _figures(group: Group, words: Words) -> str:
    heads = [words.of(key) for key in ("what", "before", "after", "difference")]
    head = "".join(f'<th class="n">{escape(text)}</th>' if at else "<th></th>" for at, text in enumerate(heads))
    return _table(f"<tr>{head}</tr>", [[line.name, *line.figures()] for line in words.lines(group)])


def _changes(found: Simulation, words: Words) -> str:
    if not found.changes:
        return f"<p>{escape(words.of('nobody'))}</p>"
    rows = [[words.of(CHANGE_WORDS[kind]), figure(count)] for kind, count in found.changes.items()]
    rows.append([words.of("together"), figure(found.changed.height)])
    return _table("", rows)


def _groups(groups: Sequence[Group], words: Words, kind: str) -> str:
    _, *rows = group_rows(groups, words, kind)
    sides = "".join(f'<th class="n">{escape(words.of(key))}</th>' for key in ("before", "after", "difference"))
    over = "".join(f'<th class="over" colspan="3">{escape(words.of(key))}</th>' for key in ("pays", "funds"))
    people = f'<th class="n" rowspan="2">{escape(words.of("people"))}</th>'
    return _table(f'<tr><th rowspan="2"></th>{people}{over}</tr>\n<tr>{sides}{sides}</tr>', rows)


def _table(head: str, rows: list[list[str]]) -> str:
    """The first column is text, the others are figures; `head` is ready."""

    def line(cells: list[str]) -> str:
        first, *figures = cells
        return f"<td>{escape(first)}</td>" + "".join(f'<td class="n">{escape(cell)}</td>' for cell in figures)

    thead = f"<thead>{head}</thead>\n" if head else ""
    body = "\n".join(f"<tr>{line(cells)}</tr>" for cells in rows)
    return f'<div class="wide"><table class="sums">\n{thead}<tbody>\n{body}\n</tbody>\n</table></div>'
