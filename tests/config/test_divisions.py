"""`canbao divisions`: a county's places from nothing, by whoever installs it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from canbao.collection.domain.receipts import issue_book
from canbao.divisions.models import Division
from tests.county import County


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("divisions", *words)
    return capsys.readouterr().out


def test_a_county_from_nothing(county: County, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    villages = tmp_path / "村.csv"
    villages.write_text("统计用区划代码,名称,乡镇\n341721200201,金寺山村,花园乡\n341721100200,城东村,尧渡镇\n", "utf-8")

    imported = said(capsys, "import", "--county", "341721")
    looked = said(capsys, "villages", str(villages), "--county", "341721", "--look")
    nothing_yet = Division.objects.filter(name="城东村").exists()
    taken = said(capsys, "villages", str(villages), "--county", "341721")
    zone = said(capsys, "zone", "东至经济开发区", "--county", "341721", "--code", "341721400")
    renamed = said(capsys, "rename", "341721100200", "城东社区", "--on", "2021-11-01", "--why", "东政秘〔2021〕3号")
    shown = said(capsys, "show", "--county", "341721")

    assert "新增 17，已有 1" in imported
    assert "341721209201 金寺山村（公布的代码 341721200201）" in looked
    assert not nothing_yet
    assert "已导入 2 个村" in taken
    assert "+ 341721400000 东至经济开发区" in zone
    assert "城东村 自 2021-11-01 起改为 城东社区" in renamed
    assert "  341721100200 城东社区 村委会" in shown
    assert "341721400000 东至经济开发区 开发区（园区、管理区）" in shown


def test_a_bad_row_is_named_and_nothing_is_taken(county: County, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:  # fmt: skip
    villages = tmp_path / "村.csv"
    villages.write_text("代码,名称\n340621100202,新民村\n34062110020,短码村\n", "utf-8")

    with pytest.raises(CommandError, match="一行也没有导入") as no:
        call_command("divisions", "villages", str(villages), "--county", "340621")

    assert no.value.returncode == 1
    assert "第3行 34062110020 短码村：代码“34062110020”不是" in capsys.readouterr().err
    assert not Division.objects.filter(name="新民村").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["import", "--county", "340176"], 1),
        (["villages", "no-such-file.csv", "--county", "340621"], 2),
        (["split", "340621100200", "新村", "--households", "no-such-file", "--on", "2021-11-01", "--why", "文件"], 2),
        (["split", "340621100200", "新村", "--on", "2021-11-01", "--why", "文件"], 1),
        (["unsplit", "340621100200", "--why", "文件"], 1),
        (["rename", "340621100299", "新村", "--on", "2021-11-01", "--why", "文件"], 1),
    ],
)
def test_what_cannot_be_is_said(county: County, words: list[str], code: int) -> None:
    with pytest.raises(CommandError) as no:
        call_command("divisions", *words)

    assert no.value.returncode == code


def test_what_is_published_differently_is_told(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    Division.objects.filter(pk="340621100000").update(name="旧名镇")
    Division.objects.create(code="340621120000", name="新设镇", level="town")

    told = said(capsys, "import", "--county", "340621")

    assert "本地是“旧名镇”，公布的是“濉溪镇”" in told
    assert "新设镇 不在公布的表里" in told
    assert "百善镇，公布的代码是 340621110000" in told


def test_a_village_is_merged(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "merge", "340621100200", "340621100201", "--on", "2021-11-01", "--why", "濉政秘〔2021〕9号")

    assert (
        "示例一村 自 2021-11-01 起并入 示例二村：1 个村，6 户 11 人，1 个账号；原村委会还有 100 份纸质票据要缴销"
        in told
    )
    shown = said(capsys, "show", "--county", "340621")
    assert "340621100200 示例一村 至 2021-10-31，并入 340621100201 示例二村" in shown


def test_a_village_is_split_and_that_is_taken_back(
    county: County, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    homes = tmp_path / "户.txt"
    homes.write_text("\ufeff周家\n孙家\n", "utf-8")
    asked = [
        "split",
        "340621100200",
        "新民村",
        "--households",
        str(homes),
        "--on",
        "2021-11-01",
        "--why",
        "濉政秘〔2021〕9号",
    ]

    looked = said(capsys, *asked, "--look")
    assert looked == "2 户 2 人会划到新村，留下 4 户；待缴账单 2 张\n"
    assert not Division.objects.filter(name="新民村").exists()

    assert said(capsys, *asked) == "新民村 340621100900 自 2021-11-01 起从 示例一村 分设：2 户 2 人\n"
    assert "分设已撤销" not in said(capsys, "show", "--county", "340621")

    issue_book(unit=county.unit("340621100900"), kind="paper", series=9, first=1, last=50)
    back = said(capsys, "unsplit", "340621100900", "--why", "文件看错了")
    assert back == "已撤销分设：新民村 的 2 户 2 人回到 示例一村；新民村的村委会还有 50 份纸质票据要缴销\n"
    assert "340621100900 新民村 2021-11-01 起 分设已撤销" in said(capsys, "show", "--county", "340621")
