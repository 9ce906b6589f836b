"""A new pack to fill in: the questions that a notice must answer, as comments beside the keys.

What has to be filled in holds the word `待填`; until it is replaced, `check` names every such line and nothing else
about it. The first line of each file tells editors where the schema is, so that they explain keys and mark slips.
"""

import json
import os
from importlib.resources import files
from pathlib import Path as Folder

TO_FILL_IN = "待填"
SCHEMA_FILE = "policy-schema.json"
SCHEMA_LINE = "# yaml-language-server: $schema="


class FolderInUse(ValueError):
    """There is already something in that folder; nothing was written."""


def write_skeleton(folder: Folder) -> list[str]:
    """Write the skeleton into a new or empty folder; the names of the files. Raises `FolderInUse`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(f"{folder} 已经存在而且不是空文件夹，没有写入任何东西")
    folder.mkdir(parents=True, exist_ok=True)
    schema = _schema_for(folder)
    first_line = SCHEMA_LINE + schema
    written = [schema] if (folder / SCHEMA_FILE).exists() else []
    for source in sorted(files("canbao.policy").joinpath("skeleton").iterdir(), key=lambda item: item.name):
        if source.name.endswith(".yaml"):
            text = source.read_text(encoding="utf-8")
            (folder / source.name).write_text(f"{first_line}\n{text}", encoding="utf-8")
            written.append(source.name)
    return written


def _schema_for(folder: Folder) -> str:
    """Where the files of a folder find the schema: in a checkout the one that `canbao docs` writes, else one beside them."""
    checkout = Folder(__file__).resolve().parents[3]
    generated = checkout / "docs" / "generated" / SCHEMA_FILE
    if generated.exists() and folder.resolve().is_relative_to(checkout):
        return Folder(os.path.relpath(generated, folder.resolve())).as_posix()
    from canbao.policy.schema import pack_schema

    text = json.dumps(pack_schema(), ensure_ascii=False, indent=1)
    (folder / SCHEMA_FILE).write_text(text + "\n", encoding="utf-8")
    return SCHEMA_FILE
