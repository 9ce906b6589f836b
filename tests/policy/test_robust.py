"""Whatever somebody writes into a pack, the answer is a list of problems and never a traceback."""

import random
from pathlib import Path

import pytest

from canbao.policy import Facts, PackBroken, assess, load_pack_texts, pack_folders
from canbao.policy.show import page
from canbao.policy.trial import failures
from tests.policy.tiny import TEXTS, changed

REPLACEMENTS = ("", "null", "[]", "{}", "0", "-1", "99999999999999999999", "1e9", "true", "某某", "[某某]", "{某: 某}", "2030-02-31",
                "0001-01-01", "9999-12-31", "9999年", "100%", "101%", "五", "*x", "&x 1", "待填", "\t", "'", "全文")  # fmt: skip
FILES = {folder.name: {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}
         for folder in pack_folders()}  # fmt: skip


def damaged(texts: dict[str, str], dice: random.Random) -> dict[str, str]:
    """One line dropped, doubled, moved in or out, or its value replaced."""
    file = dice.choice(sorted(texts))
    lines = texts[file].splitlines()
    at = dice.randrange(len(lines))
    how = dice.randrange(5)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(at, lines[at])
    elif how == 2:
        lines[at] = "  " + lines[at]
    elif how == 3:
        lines[at] = lines[at].replace(dice.choice("：:，,{}[]二一0123"), dice.choice(["", ":", "x"]), 1)
    else:
        key, colon, _ = lines[at].partition(":")
        lines[at] = f"{key}{colon} {dice.choice(REPLACEMENTS)}"
    return {**texts, file: "\n".join(lines) + "\n"}


@pytest.mark.parametrize("key", FILES)
def test_a_damaged_pack_is_refused_with_places_or_still_answers(key: str) -> None:
    dice = random.Random(key)
    refused = 0
    for _ in range(25):
        texts = damaged(FILES[key], dice)
        try:
            pack = load_pack_texts(texts, key=key)
        except PackBroken as broken:
            refused += 1
            assert all(problem.message and problem.file in ("*.yaml", *texts) for problem in broken.problems)  # noqa: PT017
            continue
        assess(pack, Facts())
        list(failures(pack))
        page(pack)

    assert refused > 2


def test_a_pack_that_refers_to_itself_is_refused() -> None:
    texts = changed("contacts", "contacts", times=0) | {"more.yaml": "contacts: &x [*x]\n"}

    with pytest.raises(PackBroken, match="不用锚点"):
        load_pack_texts(texts)


def test_a_pack_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(PackBroken, match="套得太深"):
        load_pack_texts({**TEXTS, "more.yaml": "contacts: " + "[" * 5000 + "]" * 5000})


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    from canbao.policy import load_pack

    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8-sig")

    assert load_pack(tmp_path).document.place == "青禾县"
