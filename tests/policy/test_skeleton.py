"""The questions of a new pack: what stands there, filled in, is a pack; what stands there as a comment could be one."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from canbao.policy import check, skeleton
from canbao.policy.pack import Topics
from canbao.policy.reading import read_files
from canbao.policy.schema import pack_schema
from canbao.policy.skeleton import SCHEMA_FILE, SCHEMA_LINE, write_skeleton

CHECKOUT = Path(__file__).resolve().parents[2]
TEXTS = {item.name: item.read_text(encoding="utf-8") for item in files("canbao.policy").joinpath("skeleton").iterdir()}
SAMPLE = {"年-月-日": "2030-12-31", "年-月": "2030-10", "rule: 待填": "rule: most_favourable", "待填": "10"}


def with_everything_taken_up(text: str) -> str:
    """The file with every key that stands in a comment taken out of it."""
    text = re.sub(r"(?m)^( *)# ([a-z_]+:.*)$", r"\1\2", text)
    text = re.sub(r"(?m)^#(  +[-{a-z].*)$", r"\1", text)
    text = re.sub(r"(?m)^([a-z_]+): (?:\[\]|\{\})(?=\n +[-a-z])", r"\1:", text)
    text = re.sub(r"(?m)^( *(?:first|last)): 待填", r"\1: 年-月-日", text)
    for placeholder, value in SAMPLE.items():
        text = text.replace(placeholder, value)
    return text


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_key_in_a_comment_could_be_taken_up_as_it_stands(name: str) -> None:
    data = read_files({name: with_everything_taken_up(TEXTS[name])}).data
    if name == "document.yaml":
        data["document"]["place_code"] = "990101"

    assert [error.message for error in Draft202012Validator(pack_schema()).iter_errors(data)] == []


def test_nothing_of_any_notice_stands_there_for_somebody_to_leave_standing() -> None:
    """A clause, a figure or a name that is not asked for would be left as it is, and be of another county."""
    text = "\n".join(TEXTS.values())

    assert set(re.findall(r"clause: ([^\s},]+)", text)) == {"待填", "全文"}
    assert re.findall(r"(?:yuan|rate|plus|fixed|at_least|under|due_day): *\d", text) == []
    notices = ("低保", "渔民", "优抚", "残联", "民政", "财政:", "宝宝", "农民工", "停保证明")
    assert [word for word in notices if word in text] == []


def test_what_was_only_assumed_by_the_skeleton_is_asked_for(tmp_path: Path) -> None:
    write_skeleton(tmp_path / "new-county")

    open_ones = [str(problem) for problem in check(tmp_path / "new-county")]

    assert any(one.endswith("待填：rule") for one in open_ones)
    assert all("待填：" in one for one in open_ones)


def test_the_questions_are_about_every_topic() -> None:
    asked = {topic for text in TEXTS.values() for topic in re.findall(r"(?m)^(?:# )?([a-z_]+):", text)}

    assert asked == set(Topics.model_fields)


def test_the_questions_are_numbered_in_one_row() -> None:
    files_in_order = ("document", "time", "money", "people", "work", "examples")

    found = [
        n for name in files_in_order for n in re.findall(r"(?m)^ *# ([一二三四五六七八九十]+)、", TEXTS[f"{name}.yaml"])
    ]

    assert " ".join(found) == "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七"


def test_in_a_checkout_an_editor_finds_its_schema_from_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated = tmp_path / "docs" / "generated" / SCHEMA_FILE
    generated.parent.mkdir(parents=True)
    generated.touch()
    monkeypatch.setattr(skeleton, "__file__", str(tmp_path / "src" / "canbao" / "policy" / "skeleton.py"))
    folder = tmp_path / "policies" / "new-county"

    for name in write_skeleton(folder):
        first = (folder / name).read_text(encoding="utf-8").splitlines()[0]
        assert (folder / first.removeprefix(SCHEMA_LINE)).resolve() == generated


def test_elsewhere_the_schema_is_written_beside_the_files_which_may_be_moved(tmp_path: Path) -> None:
    folder = tmp_path / "new-county"

    write_skeleton(folder)

    assert (folder / "time.yaml").read_text(encoding="utf-8").startswith(f"{SCHEMA_LINE}{SCHEMA_FILE}\n")
    assert '"ways_in+"' in (folder / SCHEMA_FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(CHECKOUT.glob("policies/*/*.yaml")), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_an_editor_finds_the_schema_from_every_pack(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert (path.parent / first.removeprefix(SCHEMA_LINE)).resolve() == CHECKOUT / "docs" / "generated" / SCHEMA_FILE
