"""The command line, as somebody at a keyboard or another program sees it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from canbao.policy.command import main
from tests.policy.test_figures import NOTICE
from tests.policy.tiny import TEXTS, changed


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    return write(tmp_path / "qinghe", TEXTS)


def write(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def given(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_list_names_the_packs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0

    keys = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert keys == ["dongzhi-2021", "hefei-2020", "hefei-2021", "huilong-2020", "suixi-2022"]


def test_list_says_which_pack_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "broken", changed("pays_yuan: 100", "pays_yuan: 99"))
    monkeypatch.setenv("CANBAO_POLICIES", str(tmp_path))

    assert main(["list"]) == 1
    assert capsys.readouterr().out.startswith("broken\t（有 1 处问题")


def test_list_names_a_pack_that_is_still_being_written_and_finds_nothing_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANBAO_POLICIES", str(tmp_path))
    write(tmp_path / "whole", TEXTS)
    assert main(["new", "stub-2031"]) == 0
    capsys.readouterr()

    assert main(["list"]) == 0
    stub, whole = capsys.readouterr().out.splitlines()
    assert (stub.startswith("stub-2031\t（未完成，还有 "), whole.split("\t")[0]) == (True, "whole")


def test_check_is_silent_on_standard_output_when_nothing_is_wrong(
    tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tiny_folder)]) == 0
    assert capsys.readouterr().out == ""


def test_check_prints_file_line_and_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "x", changed("pays_yuan: 100", "pays_yuan: 99"))

    assert main(["check", str(folder)]) == 1
    assert capsys.readouterr().out == "money.yaml:10: 个人应缴写 99，标准减去资助是 100\n"


def test_check_with_the_notice_looks_the_figures_up(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = tmp_path / "notice.txt"
    notice.write_text("一、时间\n二、标准\n（一）\n（二）\n（三）\n三、对象\n附件\n", encoding="utf-8")

    assert main(["check", str(tiny_folder), "--notice", str(notice)]) == 1
    assert "money.yaml:2: 二 没有写 400（does not say 400）：改数字" in capsys.readouterr().out


def test_the_notice_is_looked_at_although_a_worked_answer_fails(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    money = tiny_folder / "money.yaml"
    text = (
        money.read_text(encoding="utf-8")
        .replace("{yuan: 300, ", "{yuan: 290, ")
        .replace("pays_yuan: 100\n", "pays_rate: 27.5%\n")
    )
    money.write_text(text, encoding="utf-8")
    notice = tmp_path / "notice.txt"
    notice.write_text(NOTICE, encoding="utf-8")

    assert main(["check", str(tiny_folder), "--notice", str(notice)]) == 1
    said = capsys.readouterr()
    assert "work.yaml:" in said.out
    assert "money.yaml:9: 二（二） 没有写 290" in said.out
    assert "提醒：二（二） 里的“300元”" in said.err


def test_a_notice_that_cannot_be_read_is_said(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tiny_folder), "--notice", "nowhere.txt"]) == 2
    assert capsys.readouterr().err.startswith("nowhere.txt: 读不出来")


def test_test_prints_a_line_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "x", changed("pays_yuan: 100, clause: 二（二）}", "pays_yuan: 90, clause: 二（二）}"))

    assert main(["test", str(folder)]) == 1
    assert capsys.readouterr().out == "work.yaml:10: 乙类人员（二（二））：个人应缴应为 90元，按规则得 100元\n"


def test_assess_answers_one_with_one_and_a_list_with_a_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, '{"categories": ["低保对象"], "paid_on": "2021-11-15"}')
    assert main(["assess", "suixi-2022"]) == 0
    one = json.loads(capsys.readouterr().out)

    given(monkeypatch, '[{"categories": ["低保对象"], "paid_on": "2021-11-15"}]')
    assert main(["assess", "suixi-2022"]) == 0

    assert json.loads(capsys.readouterr().out) == [one]
    assert (one["pays"], one["shares"][0]["amount"], one["assumptions"]) == ("40.00", "280.00", [])


def test_assess_can_say_it_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, "{}")

    assert main(["assess", "suixi-2022", "--explain", "en"]) == 0
    assert capsys.readouterr().out.startswith("You pay 320.00 yuan")


def test_explain_reads_one_person_or_a_family_aloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, '{"categories": ["低保对象"], "paid_on": "2021-11-15"}')
    assert main(["explain", "suixi-2022"]) == 0
    assert "您应缴40元" in capsys.readouterr().out

    given(monkeypatch, '[{"paid_on": "2021-11-15"}, {"paid_on": "2021-11-15"}]')
    assert main(["explain", "suixi-2022", "--language", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Your household of 2 pays 640 yuan." in lines[0]
    assert [line.split(" pays ")[0] for line in lines[1:]] == ["Person 1", "Person 2"]

    given(monkeypatch, "[]")
    assert main(["explain", "suixi-2022"]) == 2
    assert capsys.readouterr().err == "标准输入: 是空的列表，没有人可以说明\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[{", "标准输入:1:3: 不是有效的 JSON"),
        (b"\xff", "标准输入不是 UTF-8"),
        ("3", "标准输入: 应是一个 JSON 对象"),
        ("[" * 100_000, "标准输入: JSON 套得太深"),
        ('{"traits": ["会飞"]}', "标准输入 traits[0]: 本方案没有“会飞”这一情况"),
        ('[{}, {"paid_on": "2021-02-30"}]', "标准输入 [1].paid_on: '2021-02-30' 不是日期"),
        (
            '{"categories": ["低保、特困"]}',
            "标准输入 categories[0]: “低保、特困”是几个身份，请分开写成几项：[低保, 特困]",
        ),
        ('{"income": 3}', "标准输入 income: 不认识的键"),
        ('{"traits": "会飞"}', "标准输入 traits: 应是一个列表"),
    ],
)
def test_input_that_cannot_be_read_is_named_with_its_place(
    text: str | bytes, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, text)

    assert main(["assess", "suixi-2022"]) == 2
    assert capsys.readouterr().err.startswith(says)


def test_tabulate_writes_everybody_with_their_answer(tmp_path: Path) -> None:
    people, out = tmp_path / "people.parquet", tmp_path / "out.parquet"
    pl.DataFrame({"id": [1, 2], "categories": [["低保对象"], []]}).write_parquet(people)

    assert main(["tabulate", "suixi-2022", str(people), "-o", str(out)]) == 0

    table = pl.read_parquet(out)
    assert table.select("id", "pays", "pays_fen").rows() == [(1, "40.00", 4000), (2, "320.00", 32000)]


def test_tabulate_writes_just_the_answers_that_are_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, out = tmp_path / "people.parquet", tmp_path / "out.parquet"
    pl.DataFrame({"id": [1], "categories": [["低保对象"]]}).write_parquet(people)
    command = ["tabulate", "suixi-2022", str(people), "-o", str(out), "--answers"]

    assert main([*command, "pays, refusal.code"]) == 0
    assert pl.read_parquet(out).columns == ["id", "categories", "refusal.code", "pays"]

    assert main([*command, "pays,payz"]) == 2
    said = capsys.readouterr().err
    assert "payz: 结果里没有这样的列" in said
    assert "pays、government" in said or "individual、pays" in said


def test_a_population_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "people.parquet"
    bad.write_bytes(b"not a table")

    assert main(["tabulate", "suixi-2022", str(bad), "-o", str(tmp_path / "out.parquet")]) == 2
    assert capsys.readouterr().err.startswith(f"{bad}: 读不出来")


def test_show_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "suixi-2022", "-o", str(tmp_path / "page.html")]) == 0
    assert main(["show", "suixi-2022"]) == 0

    assert capsys.readouterr().out == (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["show", "suixi-2022", "-o", "no/page.html"], "没有文件夹 {here}/no，请先建好", id="show"),
        pytest.param(["show", "suixi-2022", "-o", "taken"], "Is a directory", id="show-onto-a-folder"),
        pytest.param(["show", "suixi-2022", "-o", "/dev/full"], "No space left on device", id="show-where-it-is-full"),
        pytest.param(
            ["tabulate", "suixi-2022", "in.parquet", "-o", "no/out.parquet"],
            "没有文件夹 {here}/no，请先建好",
            id="tabulate",
        ),
        pytest.param(["new", "./file/stub"], "Not a directory", id="new"),
    ],
)
def test_what_cannot_be_written_is_said_with_the_reason(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").write_text("")
    pl.DataFrame({"categories": [["低保对象"]]}).write_parquet(tmp_path / "in.parquet")

    assert main(words) == 2
    assert capsys.readouterr().err == f"{words[-1].removeprefix('./')}: 写不进去（{says.format(here=tmp_path)}）\n"


def test_schema_is_json_and_lets_a_file_hold_any_topic(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert "required" not in schema
    assert {"standards", "subsidies", "ways_in", "examples"} <= set(schema["properties"])


def test_new_writes_questions_and_check_names_every_line_that_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new-county"

    assert main(["new", str(folder)]) == 0
    assert main(["check", str(folder)]) == 1

    problems = capsys.readouterr().out.splitlines()[3:]
    open_lines = [
        f"{path.name}:{number}"
        for path in sorted(folder.glob("*.yaml"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "待填" in line.split("#")[0]
    ]
    assert [":".join(problem.split(":")[:2]) for problem in problems] == open_lines
    assert all("待填：" in problem for problem in problems)


@pytest.mark.parametrize(
    ("given", "where"), [("new-county", "packs"), ("new-county/", "packs"), ("./new-county", "here")]
)
def test_a_bare_name_is_made_among_the_packs_and_a_path_where_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, where: str
) -> None:
    for folder in ("packs", "here"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("CANBAO_POLICIES", str(tmp_path / "packs"))
    monkeypatch.chdir(tmp_path / "here")

    assert main(["new", given]) == 0

    assert [path.parent.name for path in tmp_path.glob("*/new-county")] == [where]


def test_a_filled_in_skeleton_is_a_pack(tmp_path: Path) -> None:
    folder = tmp_path / "new-county"
    main(["new", str(folder)])
    answers = {
        "first": "2030-01-01",
        "last": "2030-12-31",
        "clause": "一",
        "place_code": "990101",
        "rule": "most_favourable",
    }
    for path in folder.glob("*.yaml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        filled = [
            line.replace("待填", answers.get(line.split(":")[0].strip(), "100"))
            if "待填" in line.split("#")[0]
            else line
            for line in lines
        ]
        path.write_text("\n".join(filled), encoding="utf-8")

    assert main(["check", str(folder)]) == 0


def test_new_does_not_write_over_anything(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tiny_folder)]) == 2
    assert "没有写入任何东西" in capsys.readouterr().err


def test_a_pack_that_is_not_there_is_answered_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere-2031"]) == 2
    assert "suixi-2022" in capsys.readouterr().err


def test_the_command_loads_neither_django_nor_polars() -> None:
    code = (
        "import sys; from canbao.__main__ import main; main(['policy', 'list']);"
        "sys.exit(any(name.split('.')[0] in ('django', 'polars', 'psycopg') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
