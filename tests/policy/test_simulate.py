"""What would happen to a population under other rules: every sum worked out by hand, and against one-by-one answers."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canbao.kernel.fen import yuan
from canbao.policy import BadFacts, Pack, assess, facts_from_json, load_pack, load_pack_texts
from canbao.policy import people_list as lists
from canbao.policy.command import main
from canbao.policy.people_list import TooManyRows, UnknownEnding, write_list
from canbao.policy.simulate import Fund, Simulation, simulate
from canbao.policy.simulation_page import page
from canbao.policy.simulation_text import figure, in_words
from tests.policy.test_show import Tags
from tests.policy.test_table import SCHEMA, people
from tests.policy.tiny import TEXTS, tiny

OLD = tiny()
CHANGES = (
    ("individual_yuan: 400, government_yuan: 600, total_yuan: 1000", "individual_yuan: 450, government_yuan: 600"),
    ("yuan: 300, payer: 救助基金}\n    pays_yuan: 100", "yuan: 360, payer: 救助基金}"),
    (
        "unknown: 另行规定\n    ask: 县医保局\n    clause: 二（三）",
        "subsidy: {yuan: 100, payer: 县财政}\n    clause: 二（三）",
    ),
)
DAY = date(2030, 10, 1)
POPULATION = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5, 6, 7, 8],
        "name": ["=1+1", "乙二", "丙三", "丁四", "戊五", "己六", "庚七", "辛八"],
        "division": ["东镇", "东镇", "西镇", "西镇", "西镇", None, "东镇", "东镇"],
        "categories": [[], ["甲等"], ["乙"], ["丙"], ["丁等人员"], ["甲", "乙"], [], ["丙"]],
        "traits": [[], [], [], [], [], [], ["外地户籍"], []],
        "paid_on": [DAY] * 7 + [date(2031, 3, 10)],
    }
)


def changed_county() -> Pack:
    money = TEXTS["money.yaml"]
    for old, new in CHANGES:
        assert old in money
        money = money.replace(old, new)
    return load_pack_texts({**TEXTS, "money.yaml": money, "work.yaml": "targets: {clause: 附件, unknown: x, ask: y}\n"})


@pytest.fixture(scope="module")
def found() -> Simulation:
    return simulate(OLD, changed_county(), POPULATION, "division")


def test_everybodys_sums_before_and_after(found: Simulation) -> None:
    before, after = found.together.before, found.together.after

    assert (before.people, before.refused, before.unknown, before.pays_nothing) == (8, 2, 1, 2)
    assert (after.people, after.refused, after.unknown, after.pays_nothing) == (8, 2, 0, 2)
    assert (before.pays_fen, after.pays_fen) == (700_00, 1115_00)
    assert (before.government_fen, after.government_fen) == (3600_00, 3600_00)
    assert before.funds == {"救助基金": Fund(3, 1100_00), "县财政": Fund(1, 200_00)}
    assert after.funds == {"救助基金": Fund(3, 1260_00), "县财政": Fund(2, 325_00)}


def test_divisions_and_categories(found: Simulation) -> None:
    divisions = {
        group.name: (group.before.people, group.before.pays_fen, group.after.pays_fen) for group in found.by_division
    }
    categories = [
        (group.name, group.before.people, group.after.pays_fen, group.after.funds_fen) for group in found.by_category
    ]

    assert divisions == {"": (1, 0, 0), "东镇": (4, 400_00, 450_00), "西镇": (3, 300_00, 665_00)}
    assert categories == [
        ("甲", 2, 0, 900_00),  # 6 has both and is counted in both
        ("乙", 2, 90_00, 810_00),
        ("丙", 2, 225_00, 225_00),
        ("丁", 1, 350_00, 100_00),
        ("", 2, 450_00, 0),
    ]


def test_who_changes_and_how(found: Simulation) -> None:
    rows = found.changed.select("id", "change", "pays_fen_before", "pays_fen_after", "helped_before", "helped_after")

    assert rows.rows() == [
        (1, "more", 400_00, 450_00, "", ""),
        (2, "helped", 0, 0, "救助基金 400.00", "救助基金 450.00"),
        (3, "less", 100_00, 90_00, "救助基金 300.00", "救助基金 360.00"),
        (4, "more", 200_00, 225_00, "县财政 200.00", "县财政 225.00"),
        (5, "known", None, 350_00, "", "县财政 100.00"),
        (6, "helped", 0, 0, "救助基金 400.00", "救助基金 450.00"),
    ]
    assert found.changes == {"known": 1, "more": 2, "less": 1, "helped": 2}
    assert not [name for name in found.changed.columns if name.startswith("inner_")]


def test_the_same_rules_change_nobody_even_under_other_clauses() -> None:
    moved = load_pack_texts(
        {name: text.replace("clause: 二（二）", "clause: 二（三）") for name, text in TEXTS.items()}
    )
    found = simulate(OLD, moved, POPULATION)

    assert (found.changes, found.changed.height, found.by_division) == ({}, 0, ())
    assert "没有人有变化" in in_words(found)


def test_who_can_no_longer_enrol_and_who_now_can() -> None:
    stricter = load_pack_texts(
        {**TEXTS, "people.yaml": TEXTS["people.yaml"].replace("all_traits: [外地户籍, 居住证]", "all_traits: [新生]")}
    )
    population = pl.DataFrame({"traits": [["外地户籍", "居住证"], ["外地户籍", "新生"]], "paid_on": [DAY, DAY]})
    found = simulate(OLD, stricter, population)

    assert found.changed["change"].to_list() == ["refused", "accepted"]
    assert found.changed["refused_after"].to_list() == ["not_eligible", None]
    assert found.changed["government_fen_after"].to_list() == [None, 600_00]


def test_a_later_start_is_a_change_but_another_year_is_none() -> None:
    later = {**TEXTS, "time.yaml": TEXTS["time.yaml"].replace("{from: paid, plus: 1天}", "{from: paid, plus: 2天}")}
    next_year = {
        **TEXTS,
        "time.yaml": TEXTS["time.yaml"].replace("2031", "2032").replace("2030", "2031"),
    }
    late = pl.DataFrame({"traits": [["晚归"], []], "paid_on": [date(2031, 2, 1), DAY]})

    assert simulate(OLD, load_pack_texts(later), late).changes == {"start": 1}
    assert simulate(OLD, load_pack_texts(next_year), late).changes == {"refused": 2}
    assert simulate(OLD, load_pack_texts(next_year), late, without_days=True).changes == {}


PACKS = Path(__file__).parents[1] / "policies" / "packs"


def test_what_is_given_back_waived_and_enjoyed_is_seen() -> None:
    old = load_pack(PACKS / "waived-and-paid-back")
    people = pl.DataFrame({"categories": ["烈士遗属", "困难学生", "退捕渔民", ""], "paid_on": [DAY] * 4})
    texts = {name: text.replace("{yuan: 150, payer: 教育局}", "{yuan: 160, payer: 教育局}").replace(
        "{full: true, waived: true}", "{yuan: 350, waived: true}"
    ) for name, text in old.texts.items() if name != "examples.yaml"}  # fmt: skip
    found = simulate(old, load_pack_texts(texts), people)

    assert found.changed["change"].to_list() == ["more", "given_back"]
    assert (found.together.before.waived_fen, found.together.after.waived_fen) == (400_00, 350_00)
    assert found.together.before.paid_back == {"农业农村局": Fund(1, 200_00), "教育局": Fund(1, 150_00)}
    assert [group.name for group in found.by_category] == ["烈士遗属", "困难学生", "退捕渔民", ""]

    tiers = simulate(
        load_pack(PACKS / "tier-paid-and-enjoyed"),
        load_pack_texts(
            {
                n: t.replace("enjoys: 三档", "enjoys: 二档")
                for n, t in load_pack(PACKS / "tier-paid-and-enjoyed").texts.items()
                if n != "examples.yaml"
            }
        ),
        pl.DataFrame({"categories": [["特困人员"]], "tier": ["一档"]}),
    )
    assert tiers.changes == {"tier": 1}


@pytest.mark.parametrize(
    "categories",
    [
        pytest.param(pl.Series([["丁等人员"], []]), id="lists-of-names"),
        pytest.param(pl.Series(["丁等人员", None]), id="one-text"),
        pytest.param(pl.Series([[{"name": "残疾人", "grade": "一级"}], []]), id="with-grades"),
        pytest.param(pl.Series([[{"name": "丁"}], None], dtype=pl.List(pl.Struct({"name": pl.String}))), id="structs"),
    ],
)
def test_categories_may_be_written_in_every_way(categories: pl.Series) -> None:
    found = simulate(OLD, OLD, pl.DataFrame({"categories": categories}))

    assert [(group.name, group.before.people) for group in found.by_category] == [("丁", 1), ("", 1)]


def test_nobody_and_people_without_facts_can_be_simulated() -> None:
    assert simulate(OLD, OLD, POPULATION.clear(), "division").as_json()["people"] == 0
    assert simulate(OLD, OLD, pl.DataFrame({"id": [1, 2]})).together.before.pays_fen == 800_00


def test_a_column_that_is_not_there_or_taken_is_named() -> None:
    with pytest.raises(BadFacts, match="town: 人口表里没有这一列；有：id"):
        simulate(OLD, OLD, POPULATION, "town")
    with pytest.raises(BadFacts, match="change: 人口表里已有这些列"):
        simulate(OLD, OLD, pl.DataFrame({"change": [1]}))


@given(st.lists(people(load_pack("suixi-2022")), max_size=6))
@settings(max_examples=25, deadline=None)
def test_the_sums_are_those_of_one_by_one_answers(facts: list[dict[str, Any]]) -> None:
    pack = load_pack("suixi-2022")
    population = pl.DataFrame(facts, schema=SCHEMA)
    after = simulate(pack, pack, population).together.after
    answers = [assess(pack, facts_from_json(one)) for one in facts]

    assert after.pays_fen == sum(answer.pays_fen or 0 for answer in answers)
    assert after.funds_fen == sum(share.fen for answer in answers for share in answer.shares)
    assert after.refused == sum(answer.refusal is not None for answer in answers)
    assert after.unknown == sum(answer.refusal is None and answer.pays_fen is None for answer in answers)
    assert after.government_fen == sum(answer.government_fen or 0 for answer in answers if answer.refusal is None)


def test_in_words(found: Simulation) -> None:
    lines = in_words(found)

    assert lines[0] == "青禾县试验方案 → 青禾县试验方案"
    assert [line.split() for line in lines[3:11]] == [
        ["人数", "8", "8", "0"],
        ["不能参保的人", "2", "2", "0"],
        ["应缴不知道的人", "1", "0", "−1"],
        ["不用缴费的人", "2", "2", "0"],
        ["个人应缴（元）", "700.00", "1,115.00", "+415.00"],
        ["救助基金资助（元）", "1,100.00", "1,260.00", "+160.00"],
        ["救助基金资助的人", "3", "3", "0"],
        ["县财政资助（元）", "200.00", "325.00", "+125.00"],
    ]
    assert "有变化的 6 人" in lines
    assert "按 division" in lines
    assert any(line.startswith("没有写") for line in lines)
    assert in_words(found, "en")[3].split() == ["people", "8", "8", "0"]
    assert "6 people change" in in_words(found, "en")


@pytest.mark.parametrize(
    ("number", "how", "text"),
    [
        (1234567, {}, "1,234,567"),
        (28000, {"is_money": True}, "280.00"),
        (-123456, {"is_money": True, "signed": True}, "−1,234.56"),
        (5, {"signed": True}, "+5"),
        (0, {"signed": True}, "0"),
        (-5, {"is_money": True, "signed": True}, "−0.05"),
    ],
)
def test_figures_as_people_write_them(number: int, how: dict[str, bool], text: str) -> None:
    assert figure(number, **how) == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_whole_runs_nothing_and_shows_the_plot(found: Simulation, language: str) -> None:
    html, tags = page(found, language), Tags()  # type: ignore[arg-type]

    tags.feed(html.replace("/>", "></rect>"))

    assert tags.open == []
    assert tags.seen.isdisjoint({"script", "img", "link", "iframe"})
    assert html.count('<rect class="before"') == html.count('<rect class="after"') == 4  # people, two funds, government
    assert 'width="62.00%"' in html  # the government, the largest
    assert all(text in html for text in ("700.00", "1,115.00", "+415.00", OLD.digest))


def test_the_list_as_a_table_keeps_everything(found: Simulation, tmp_path: Path) -> None:
    write_list(found.changed, tmp_path / "list.parquet")

    assert pl.read_parquet(tmp_path / "list.parquet").equals(found.changed)


def test_the_list_for_an_office_has_chinese_heads_yuan_and_no_formula(found: Simulation, tmp_path: Path) -> None:
    write_list(found.changed, tmp_path / "list.csv")
    write_list(found.changed, tmp_path / "list.xlsx")

    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        head, first, *_ = csv.reader(file)
    assert head == [
        "id", "name", "division", "categories", "traits", "paid_on",
        "原来 个人应缴（元）", "原来 财政补助（元）", "原来 资助", "原来 待遇开始",
        "新的 个人应缴（元）", "新的 财政补助（元）", "新的 资助", "新的 待遇开始", "变化",
    ]  # fmt: skip
    assert first[:3] == ["1", "'=1+1", "东镇"]
    assert first[6:] == ["400.00", "600.00", "", "2031-01-01", "450.00", "600.00", "", "2031-01-01", "多缴"]

    sheet = pl.read_excel(tmp_path / "list.xlsx")
    assert sheet.columns == head
    assert sheet["name"].to_list()[0] == "=1+1"
    assert sheet["新的 个人应缴（元）"].sum() == 1115


def test_a_list_of_another_kind_or_too_long_for_a_sheet_is_refused(
    found: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownEnding, match=r"list\.doc"):
        write_list(found.changed, tmp_path / "list.doc")
    monkeypatch.setattr(lists, "MOST_ROWS", 5)
    with pytest.raises(TooManyRows, match="6 人，一张表最多 5 行"):
        write_list(found.changed, tmp_path / "list.xlsx")


def test_the_command_prints_writes_and_says_what_it_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    population, listed, html = tmp_path / "people.parquet", tmp_path / "list.csv", tmp_path / "page.html"
    pl.DataFrame({"division": ["1", "1"], "categories": [["低保对象"], []]}).write_parquet(population)
    words = ["simulate", "suixi-2022", "hefei-2021", "--population", str(population), "--without-days"]

    assert main([*words, "-o", str(listed), "--html", str(html), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["before"]["pays"], told["after"]["pays"], told["changed"]) == (yuan(360_00), yuan(352_00), 1)
    assert told["by_division"][0]["name"] == "1"
    assert "少缴" in listed.read_text(encoding="utf-8-sig")
    assert "<svg" in html.read_text(encoding="utf-8")

    assert main([*words, "--language", "en"]) == 0
    assert "one by one" not in (out := capsys.readouterr().out)
    assert "1 people change" in out

    for wrong, says in (
        (["--by", "town"], "town: 人口表里没有这一列"),
        (["-o", str(tmp_path / "list.doc")], "不能写成 list.doc"),
        (["-o", str(tmp_path / "no" / "list.csv")], "请先建好"),
        (["--html", str(tmp_path)], "写不进去"),
    ):
        assert main([*words, *wrong]) == 2
        assert says in capsys.readouterr().err
    assert main(["simulate", "suixi-2022", "hefei-2021", "--population", "nowhere.parquet"]) == 2
    assert "nowhere.parquet: 读不出来" in capsys.readouterr().err
