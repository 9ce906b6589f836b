"""A new pack to fill in: the questions that a notice must answer, as comments beside the keys.

What has to be filled in holds the word `待填`; until it is replaced, `check` names every such line and nothing else
about it.
"""

from importlib.resources import files
from pathlib import Path as Folder

TO_FILL_IN = "待填"


class FolderInUse(ValueError):
    """There is already something in that folder; nothing was written."""


def write_skeleton(folder: Folder) -> list[str]:
    """Write the skeleton into a new or empty folder; the names of the files. Raises `FolderInUse`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(f"{folder} 已经存在而且不是空文件夹，没有写入任何东西")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sorted(files("canbao.policy").joinpath("skeleton").iterdir(), key=lambda item: item.name):
        if source.name.endswith(".yaml"):
            (folder / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
            written.append(source.name)
    return written
