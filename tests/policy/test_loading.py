"""Reading packs: where they are, what they are called, and when two are the same."""

from pathlib import Path

import pytest

from canbao.policy import PackBroken, PackNotFound, check, load_pack, load_pack_texts, pack_folders
from canbao.policy.folders import FOLDER_VARIABLE
from tests.policy.tiny import TEXTS, changed, tiny


def write(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_pack_is_loaded_from_its_folder_and_takes_its_name(tmp_path: Path) -> None:
    assert load_pack(write(tmp_path / "qinghe-2031", TEXTS)).key == "qinghe-2031"


def test_a_pack_is_found_by_name_in_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "qinghe-2031", TEXTS)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))

    assert load_pack("qinghe-2031").document.place == "青禾县"
    assert [folder.name for folder in pack_folders()] == ["qinghe-2031"]


def test_a_missing_folder_of_packs_is_said_clearly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "nowhere"))

    with pytest.raises(PackNotFound, match=FOLDER_VARIABLE):
        load_pack("qinghe-2031")


def test_a_name_that_nobody_has_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(PackNotFound, match="suixi-2022"):
        load_pack("nowhere-2031")


def test_a_folder_without_yaml_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackNotFound, match=r"没有 \.yaml"):
        load_pack(tmp_path)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    write(tmp_path, TEXTS)
    (tmp_path / "money.yaml").write_bytes("金额".encode("gb18030"))

    with pytest.raises(PackBroken, match=r"money\.yaml:0: 不是 UTF-8"):
        load_pack(tmp_path)


def test_a_snapshot_of_the_texts_makes_the_same_pack() -> None:
    pack = tiny()

    again = load_pack_texts(pack.texts, key=pack.key)

    assert (again, again.digest) == (pack, pack.digest)


def test_files_comments_order_of_keys_and_examples_do_not_change_the_digest() -> None:
    one_file = {"all.yaml": "# together\n" + "".join(reversed(TEXTS.values()))}
    no_examples = changed("examples:", "# examples:")
    no_examples["work.yaml"] = no_examples["work.yaml"].split("# examples:")[0]

    assert load_pack_texts(one_file).digest == tiny().digest
    assert load_pack_texts(no_examples).digest == tiny().digest


def test_a_rule_that_changes_changes_the_digest() -> None:
    assert load_pack_texts(changed("2031-02-28", "2031-02-27")).digest != tiny().digest


def test_an_example_that_contradicts_the_rules_is_a_problem_at_its_line(tmp_path: Path) -> None:
    texts = changed("pays_yuan: 100, clause: 二（二）}", "pays_yuan: 90, clause: 二（二）}")

    (problem,) = check(write(tmp_path, texts))

    assert (problem.file, problem.line) == ("work.yaml", 10)
    assert "个人应缴应为 90元，按规则得 100元" in problem.message
