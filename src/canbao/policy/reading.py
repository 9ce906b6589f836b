"""Files of a pack → plain data, remembering on which line everything stands.

Scalars stay as people wrote them: a whole number becomes `int`, `true` and `false` become `bool`, nothing becomes
None, and everything else stays text, so that no amount ever passes through a float and no day through a guess.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from canbao.policy import keyboard

Path = tuple[str | int, ...]

_WHOLE = re.compile(r"-?(0|[1-9]\d*)")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a pack: which file, which line (1 is the first; 0 where no line says it), and what."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Reading:
    """All topics of all files side by side, where each thing stands, and what could not be read."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, tuple[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    seen: dict[int, Node] = field(default_factory=dict, repr=False)  # holds the nodes, so that no id is used twice
    before: "Reading | None" = None  # what these rules amend, from a day on

    def place(self, path: Path) -> tuple[str, int]:
        """File and line of a path, or of the nearest thing around it.

        A rule may be written shorter than it is read (`category` for a list with one name, one amount for a list).
        """
        found: Path = ()
        for step in path:
            if (*found, step) in self.places:
                found = (*found, step)
            elif (*found, ONE_OF.get(step, "")) in self.places:
                found = (*found, ONE_OF[step])
            elif not isinstance(step, int):
                break
        return self.places.get(found, ("", 0))

    def cannot_read(self, file: str, line: int, message: str) -> None:
        self.unread.append(file)
        self.problems.append(Problem(file, line, message))

    def problem(self, path: Path, message: str) -> Problem:
        file, line = self.place(path)
        return Problem(file, line, message)


ONE_OF: dict[str | int, str] = {"categories": "category", "lines": "line", "tiers": "tier"}
"""Lists that may be written as one word, and the key of that."""


def read_files(texts: Mapping[str, str]) -> Reading:
    """Read every file; what is wrong with one does not keep the others from being read."""
    reading = Reading()
    for file in sorted(texts):
        slips = [Problem(file, line, message) for line, message in keyboard.slips(texts[file])]
        reading.problems += slips
        try:
            node = YAML(typ="safe", pure=True).compose(texts[file])
        except MarkedYAMLError as error:
            reading.unread.append(file)
            if not slips:  # else it stumbles over them
                reading.problems.append(Problem(file, *keyboard.said(texts[file], error)))
        except RecursionError:
            reading.cannot_read(file, 0, "套得太深")
        except YAMLError as error:
            reading.cannot_read(file, *_control_character(texts[file], error))
        else:
            _take_topics(reading, file, node)
    return reading


def _control_character(text: str, error: YAMLError) -> tuple[int, str]:
    """YAML allows no control characters; they come from copying out of other programs."""
    for number, line in enumerate(text.split("\n"), 1):
        for character in line:
            if unicodedata.category(character) == "Cc" and character not in "\t\r":
                return number, f"有看不见的控制字符（U+{ord(character):04X}），请删去"
    return 0, f"不是有效的 YAML：{str(error).splitlines()[0]}"


def _take_topics(reading: Reading, file: str, node: Node | None) -> None:
    if node is None:
        return
    if not isinstance(node, MappingNode):
        line = node.start_mark.line + 1
        reading.problems.append(Problem(file, line, "每个文件的最外层应是“主题: 内容”，如 standards:"))
        return
    for key, value in node.value:
        topic = str(key.value)
        line = key.start_mark.line + 1
        if topic in reading.data:
            other, other_line = reading.places[(topic,)]
            reading.problems.append(Problem(file, line, f"主题 {topic} 已写在 {other}:{other_line}，不能写两次"))
            continue
        reading.places[(topic,)] = (file, line)
        reading.data[topic] = _plain(reading, file, value, (topic,))


def _plain(reading: Reading, file: str, node: Node, path: Path) -> Any:
    reading.places.setdefault(path, (file, node.start_mark.line + 1))
    if id(node) in reading.seen:
        reading.problems.append(Problem(file, node.start_mark.line + 1, "不用锚点（& 和 *），请写出来"))
        return None
    reading.seen[id(node)] = node
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_plain(reading, file, item, (*path, index)) for index, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in found:
                reading.problems.append(Problem(file, line, f"{name} 写了两次"))
                continue
            reading.places[(*path, name)] = (file, line)
            found[name] = _plain(reading, file, value, (*path, name))
        return found
    raise TypeError(f"YAML knows no other node: {node!r}")


def _scalar(node: ScalarNode) -> str | int | bool | None:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _WHOLE.fullmatch(text) else text


NOT_RULES = ("examples", "no_rule_for", "english")
"""Promises about the rules, what needs none, and a translation: adding one changes no answer."""


def digest_of(reading: Reading) -> str:
    """sha256 over the rules as data: order of files and keys, comments and what is no rule make no difference."""
    rules = {topic: value for topic, value in reading.data.items() if topic not in NOT_RULES}
    if reading.before is not None:
        rules["amends"] = digest_of(reading.before)
    canonical = json.dumps(rules, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
