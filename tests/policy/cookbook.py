"""The entries of the format page's cookbook, each put into the county that is worked on the page."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canbao.policy.reading import read_files

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "policy-format.md").read_text(encoding="utf-8")
COUNTY = dict(re.findall(r"```yaml\n# (\w+\.yaml)\n(.*?)```", PAGE, flags=re.DOTALL))
"""The files of the worked county."""
STANDING = re.findall(r"```yaml\n# ([\w-]+)/([\w-]+\.yaml)\n(.*?)```", PAGE, flags=re.DOTALL)
"""Packs that are shown whole: folder, file, text. They stand on one another."""

OFFICES = ("rosters", "roster_additions", "collecting", "calendar")
"""What offices have to do and when; it stands on the printed page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a notice says (the first words of it), and what the page says to write."""

    says: str
    text: str

    @property
    def topics(self) -> list[str]:
        """The topics that change what comes out; words and promises do not, and no answer is about a household or an office."""
        others = ("examples", "traits", "household", *OFFICES)
        return [name for name in read_files({"entry.yaml": self.text}).data if name not in others]

    @property
    def is_for_offices(self) -> bool:
        """Whether nobody's answer hangs on it."""
        return not self.topics and any(name in OFFICES for name in read_files({"entry.yaml": self.text}).data)

    def texts(self, without: str = "") -> dict[str, str]:
        """The files of the county with this entry in it, perhaps all but one topic.

        What the entry leaves out is the county's; traits and categories of other names stay. Where the entry has subsidies
        of its own, only those of the county's categories stay that it speaks of, so that each has a rule.
        """
        own = read_files({"entry.yaml": self.text}).data
        own.pop(without, None)
        county = read_files(COUNTY).data
        del county["examples"]
        for rule in county["subsidies"]:
            rule.pop("pays_yuan", None)  # compares with the county's price, which an entry may change
        topics = {**county, **own}
        topics["traits"] = _with_names(county["traits"], own.get("traits", []))
        kept = [one for one in county["categories"] if "subsidies" not in own or one["name"] in self.text]
        topics["categories"] = _with_names(kept, own.get("categories", []))
        return {"entry.yaml": "\n".join(f"{name}: {_written(topic)}" for name, topic in topics.items())}


def _with_names(others: list[Any], own: list[Any]) -> list[Any]:
    mine = {one["name"] for one in own}
    return [*(one for one in others if one["name"] not in mine), *own]


def _written(topic: Any) -> str:
    """As one line of YAML, of which JSON is a part."""
    return json.dumps(topic, ensure_ascii=False)


def entries() -> list[Entry]:
    cookbook = PAGE[PAGE.index("\n## Cookbook") : PAGE.index("\n## What check says")]
    found = []
    for match in re.finditer(r"```yaml\n(.*?)```", cookbook, flags=re.DOTALL):
        if not match[1].startswith("# "):
            says = re.findall(r"\*\*(.+?)\*\*", cookbook[: match.start()].replace("\n", " "))[-1]
            found.append(Entry(says, match[1]))
    return found
