"""Slips of the keyboard in a file, said as a person would: full width where half width is meant, a tab, a bracket that
is not closed. YAML's own words for them are a programmer's, and often name the line after."""

import re
from collections.abc import Iterator

from ruamel.yaml.error import MarkedYAMLError

_KEY = r"^\s*(?:-\s+)?[a-z_]+\+?"
_TAB = "缩进用了制表符（Tab），请改成空格"
_SLIPS = (
    (re.compile(rf"({_KEY})\s*："), "“{key}”后面是全角冒号“：”，应是半角冒号加空格“: ”"),
    (re.compile(rf"({_KEY}):(?!//)[^\s]"), "“{key}”的冒号后面要有一个空格"),
    (re.compile(r"^[ ]*\t\s*\S"), _TAB),
    (re.compile("^[ \t]*[\u3000\u00a0]"), "缩进用了全角空格，请改成半角空格"),
    (re.compile(r"^\s*-[a-z_\u4e00-\u9fff{\[“\"']"), "短横线“-”后面要有一个空格"),
    (re.compile(r"^\s*[－—–]\s*[a-z_]+\s*[:：]"), "列表的短横线应是半角“-”加空格"),
    (re.compile(rf"{_KEY}:\s+[［｛【]"), "括号应是半角的 [ ] 或 {{ }}"),
)
_NEXT_ENTRY = re.compile(r"^\s*(?:-\s|[a-z_]+\+?:(?:\s|$))")

_MESSAGES = {
    "cannot start any token": "文字以 @ 或 % 这样的符号开头，要加引号",
    "expected <block end>": "缩进和上面的不齐：同一层的各行左边要对齐",
    "alphabetic or numeric": "文字以 & 或 * 开头，要加引号",
    "mapping values are not allowed here": "这里多了冒号，或者缩进不齐；文字里有“: ”时，整段加引号",
    "could not find expected ':'": "这一行没有冒号：每行是“键: 值”，冒号半角，后面空一格",
    "found unexpected end of stream": "引号没有配对",
    "found undefined alias": "文字以 & 或 * 开头，要加引号",
    "sequence entries are not allowed here": "这里不能写“- ”：列表要另起一行，缩进对齐",
    "expected a single document in the stream": "一个文件里只能有一份内容，不要写 ---",
    "found unknown escape character": "双引号里的反斜杠要写两个，或改用单引号",
}


def slips(text: str) -> Iterator[tuple[int, str]]:
    """Line and message of everything that is surely a slip, whether or not YAML can read the file."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, says in _SLIPS:
            match = pattern.match(line)
            if match:
                key = re.sub(r"^\s*(?:-\s+)?", "", match[1]) if match.groups() else ""
                yield number, says.format(key=key)
                break


def said(text: str, error: MarkedYAMLError) -> tuple[int, str]:
    """The line of the mistake, and what it is."""
    problem, context = error.problem or "", error.context or ""
    there = error.problem_mark.line if error.problem_mark else 0
    here = error.context_mark.line if error.context_mark else there
    lines = text.splitlines()
    if "flow" in context:
        return _bracket(lines, here, there, "]" if "sequence" in context else "}")
    if "quoted scalar" in context or "simple key" in context:
        there = here
    if there >= len(lines) > 0:
        there = len(lines) - 1
    line = lines[there] if lines else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return there + 1, _TAB
    says = next((says for start, says in _MESSAGES.items() if start in f"{context} {problem}"), None)
    return there + 1, says or f"不是有效的 YAML：{problem or context}"


def _bracket(lines: list[str], here: int, there: int, closing: str) -> tuple[int, str]:
    """A bracket that is open at the end of its line, where the next line begins another entry, was not closed."""
    opened = "[" if closing == "]" else "{"
    following = lines[here + 1] if here + 1 < len(lines) else ""
    if there > here and (not following.strip() or _NEXT_ENTRY.match(following)):
        return here + 1, f"括号没有配对：这一行的“{opened}”没有“{closing}”"
    return min(
        there, len(lines) - 1
    ) + 1, f"“{opened} {closing}”里写错了：各项之间用半角逗号“,”；文字里有冒号、逗号或括号时，整段加引号"
