"""Where the packs are, and the texts of one.

The packs of this installation are found in the folder that the environment names, else in `policies/` beside `src/` of
the checkout.
"""

import os
from pathlib import Path as Folder

from canbao.policy.inherit import extended_by
from canbao.policy.reading import Problem
from canbao.policy.skeleton import TO_FILL_IN

FOLDER_VARIABLE = "CANBAO_POLICIES"


class PackNotFound(LookupError):
    """There is no such folder or name; the sentence says where was looked."""


class PackBroken(ValueError):
    """The pack has problems; all of them, each with file and line."""

    def __init__(self, key: str, problems: list[Problem]) -> None:
        self.key, self.problems = key, problems
        super().__init__("\n".join([f"方案 {key} 有 {len(problems)} 处问题：", *(str(p) for p in problems)]))

    @property
    def to_fill_in(self) -> int:
        """How many questions of the skeleton are still open; 0: it is meant to be whole, and is not."""
        return sum(problem.message.startswith(TO_FILL_IN) for problem in self.problems)


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
    """The texts of a pack: {file name: text}, those of what it stands on as {`name/file name`: text}.

    Raises `PackNotFound` without YAML, `PackBroken` when a file is not UTF-8.
    """
    texts = _read_folder(folder)
    known, name = {folder.resolve().name}, extended_by(texts)
    while name is not None and name not in known:
        above = _folder_beside(folder, name)
        if above is None:
            break  # said with its line when the texts are read
        known.add(name)
        own = _read_folder(above)
        texts |= {f"{name}/{file}": text for file, text in own.items()}
        name = extended_by(own)
    return texts


def _folder_beside(folder: Folder, name: str) -> Folder | None:
    """The pack of that name in the same folder, else among the installation's."""
    if Folder(name).name != name:
        return None
    beside = folder.resolve().parent / name
    if beside.is_dir():
        return beside
    try:
        named = policies_folder() / name
    except PackNotFound:
        return None
    return named if named.is_dir() else None


def _read_folder(folder: Folder) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            texts[path.name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise PackBroken(folder.name, [Problem(path.name, 0, "不是 UTF-8 编码")]) from error
    if not texts:
        raise PackNotFound(f"文件夹 {folder} 里没有 .yaml 文件")
    return texts
