"""From a folder, a name or a database's snapshot to a checked `Pack`. A pack that has problems is not loaded."""

import os
from collections.abc import Mapping

from canbao.policy.checking import problems_of
from canbao.policy.folders import PackBroken, find_folder, read_folder
from canbao.policy.inherit import read_texts
from canbao.policy.pack import Pack


def load_pack(dir_or_name: str | os.PathLike[str]) -> Pack:
    """The pack in that folder or of that name. Raises `PackNotFound` or `PackBroken`."""
    folder = find_folder(dir_or_name)
    return load_pack_texts(read_folder(folder), key=folder.resolve().name)


def load_pack_texts(texts: Mapping[str, str], *, key: str = "") -> Pack:
    """The pack that these files make. Raises `PackBroken` with all problems."""
    reading = read_texts(texts)
    pack, problems = problems_of(reading, key, texts)
    if pack is None or problems:
        raise PackBroken(key, problems)
    return pack
