"""Every rule says where it is written, or why it was assumed."""

import re
from collections.abc import Iterable, Iterator

from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.walk import rules

CLAUSE = re.compile(r"全文|附件\d*|[一二三四五六七八九十]+(（[一二三四五六七八九十]+）)?(\d+)?(（\d+）)?")


def every_rule_has_a_clause(pack: Pack) -> Iterator[tuple[Path, str]]:
    for path, rule in rules(pack):
        if not rule.clause and not rule.assumed:
            yield path, "缺少出处：写 clause（条款号），通知没有写的写 assumed（假定的理由）"


def clauses_are_written_right(pack: Pack) -> Iterator[tuple[Path, str]]:
    for path, rule in rules(pack):
        if not are_clauses(rule.clauses):
            yield (*path, "clause"), not_clauses(rule.clause or "")


def clauses_without_a_rule_are_written_right(pack: Pack) -> Iterator[tuple[Path, str]]:
    for index, one in enumerate(pack.no_rule_for):
        for number, clause in enumerate(one.clauses):
            if not are_clauses([clause]):
                yield ("no_rule_for", index, "clauses", number), not_clauses(clause, in_a_list=True)


def are_clauses(texts: Iterable[str]) -> bool:
    return all(CLAUSE.fullmatch(text) for text in texts)


def not_clauses(text: str, *, in_a_list: bool = False) -> str:
    """What to write in place of all that stands there: one number in a list, else several with 、 between them."""
    wide = text.translate(_WIDE)
    several = re.split("[、，；,;] *", wide)
    if len(several) > 1 and are_clauses(several):
        if in_a_list:
            return f"“{text}”是几个条款，列表里分开写：[{', '.join(several)}]"
        return f"“{text}”请写成 {'、'.join(several)}：括号用全角，几处之间用顿号"
    if are_clauses([wide]):
        return f"“{text}”的括号应是全角：{wide}"
    between = "几处分开写：[一, 四（二）]" if in_a_list else "两处用顿号：“一、四（二）”"
    return (
        f"“{text}”不是条款号；写法如“五”“四（二）”“四（三）1”“六1”“四（一）1（4）”“附件”“全文”，括号用全角；{between}"
    )


_WIDE = str.maketrans("()", "（）")


def derived_names_a_field(pack: Pack) -> Iterator[tuple[Path, str]]:
    """A misspelt key under `derived` would silently switch a look-up off, or leave it on."""
    for path, rule in rules(pack):
        text = rule.model_dump(by_alias=True, exclude={"derived"})
        for name in rule.derived:
            if name not in _keys(text):
                yield (*path, "derived", name), f"derived 里的 {name} 不是这条规则的键"


def _keys(data: object) -> set[str]:
    """All keys anywhere in a rule that hold something."""
    if isinstance(data, dict):
        inner = (_keys(value) for value in data.values())
        return {key for key, value in data.items() if value is not None}.union(*inner)
    if isinstance(data, list | tuple):
        return set().union(*(_keys(item) for item in data))
    return set()
