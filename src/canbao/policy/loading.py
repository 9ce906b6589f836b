"""From a folder, a name or a database's snapshot to a checked `Pack`; and where the packs are.

The packs of this installation are found in the folder that the environment names, else in `policies/` beside `src/` of
the checkout. A pack that has problems is not loaded.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path as Folder

from canbao.policy.pack import Pack
from canbao.policy.reading import Problem, Reading, read_texts

FOLDER_VARIABLE = "CANBAO_POLICIES"
NOT_RULES = ("examples",)  # promises about the rules, not rules: adding one changes no answer


class PackNotFound(LookupError):
    """There is no such folder or name; the sentence says where was looked."""


class PackBroken(ValueError):
    """The pack has problems; all of them, each with file and line."""

    def __init__(self, key: str, problems: list[Problem]) -> None:
        self.key, self.problems = key, problems
        super().__init__("\n".join([f"方案 {key} 有 {len(problems)} 处问题：", *(str(p) for p in problems)]))


def policies_folder() -> Folder:
    """Where the packs are. Raises `PackNotFound` when nothing is there."""
    named = os.environ.get(FOLDER_VARIABLE)
    folder = Folder(named) if named else Folder(__file__).resolve().parents[3] / "policies"
    if not folder.is_dir():
        raise PackNotFound(f"找不到方案文件夹 {folder}；请用环境变量 {FOLDER_VARIABLE} 指明，或给出文件夹的路径")
    return folder


def pack_folders() -> list[Folder]:
    """The folders of all packs, by name."""
    return sorted(path for path in policies_folder().iterdir() if path.is_dir() and any(path.glob("*.yaml")))


def find_folder(dir_or_name: str | os.PathLike[str]) -> Folder:
    """A folder as it is given, or the pack of that name. Raises `PackNotFound`."""
    given = Folder(dir_or_name)
    if given.is_dir():
        return given
    if len(given.parts) != 1:
        raise PackNotFound(f"没有文件夹 {given}")
    named = policies_folder() / given
    if not named.is_dir():
        names = "、".join(folder.name for folder in pack_folders()) or "（空）"
        raise PackNotFound(f"没有文件夹 {given}，也没有名为 {given} 的方案；现有：{names}")
    return named


def read_folder(folder: Folder) -> dict[str, str]:
    """The texts of a pack: {file name: text}. Raises `PackNotFound` without YAML, `PackBroken` when it is not UTF-8."""
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            texts[path.name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise PackBroken(folder.name, [Problem(path.name, 0, "不是 UTF-8 编码")]) from error
    if not texts:
        raise PackNotFound(f"文件夹 {folder} 里没有 .yaml 文件")
    return texts


def load_pack(dir_or_name: str | os.PathLike[str]) -> Pack:
    """The pack in that folder or of that name. Raises `PackNotFound` or `PackBroken`."""
    folder = find_folder(dir_or_name)
    return load_pack_texts(read_folder(folder), key=folder.resolve().name)


def load_pack_texts(texts: Mapping[str, str], *, key: str = "") -> Pack:
    """The pack that these files make. Raises `PackBroken` with all problems."""
    from canbao.policy.checking import problems_of  # checking builds packs too

    reading = read_texts(texts)
    pack, problems = problems_of(reading, key, texts)
    if pack is None or problems:
        raise PackBroken(key, problems)
    return pack


def digest_of(reading: Reading) -> str:
    """sha256 over the rules as data: order of files and keys, comments and examples make no difference."""
    rules = {topic: value for topic, value in reading.data.items() if topic not in NOT_RULES}
    canonical = json.dumps(rules, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
