"""Receipts: what stands on the paper, what can never be printed, and the same values giving the same bytes."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canbao.documents import typesetting
from canbao.documents.fonts import chinese_family
from canbao.documents.receipts import ReceiptLine, ReceiptPaper, Sheet, in_words, receipt_pdf, receipts_pdf
from canbao.documents.refusals import CharacterMissing, FontMissing
from canbao.kernel.refusal import BrokenInvariant

WANG = ReceiptLine("王明", "男", 45, "990***********1234", "一般居民", 32000)
LI = ReceiptLine("李𠮷安", "女", 27, "990***********002X", "低保对象", 4000, subsidy_fen=28000)
PAPER = ReceiptPaper(
    title="安徽省城乡居民基本医疗保险费专用票据",
    series="样3406",
    number="00012345",
    unit="濉溪镇示例一村村民委员会",
    household_code="34062110020000001",
    head="王明",
    covers="2022年1月1日至12月31日",
    lines=(WANG, LI),
    total_fen=36000,
    paid_by="现金",
    collected_by="示例经办人",
    collected_on=date(2021, 11, 15),
    check_code="7K3M-9QXD",
    qr="https://example.invalid/r/7K3M9QXD",
)

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads the PDF back with poppler-utils")


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def words_on(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s+", "", done.stdout.decode())


@needs_pdftotext
@pytest.mark.parametrize(
    "text",
    [
        "安徽省城乡居民基本医疗保险费专用票据",
        "№00012345",
        "票据代码：样3406",
        "收款单位：濉溪镇示例一村村民委员会",
        "34062110020000001",
        "2022年1月1日至12月31日",
        "1王明男45990***********1234一般居民0.00320.00",
        "2李𠮷安女27990***********002X低保对象280.0040.00",
        "叁佰陆拾元整",
        "¥360.00",
        "共2人",
        "2021年11月15日",
        "7K3M-9QXD",
        "收款人：示例经办人",
    ],
)
def test_everything_of_the_receipt_stands_on_it(text):
    assert text in words_on(receipt_pdf(PAPER))


@needs_pdftotext
def test_reprints_and_samples_say_so_and_others_do_not():
    plain = words_on(receipt_pdf(PAPER))
    reprint = words_on(receipt_pdf(replace(PAPER, nth_print=3, printed_on=date(2021, 12, 1))))
    sample = words_on(receipt_pdf(replace(PAPER, is_synthetic=True)))
    assert ("补打" in plain, "样例" in plain) == (False, False)
    assert "补打（第3次打印）2021年12月1日" in reprint
    assert "样例" in sample


def test_a_batch_is_one_file_with_a_page_for_each_household():
    pdf = receipts_pdf([replace(PAPER, number=f"{number:08d}") for number in range(12)])
    assert pdf.startswith(b"%PDF-1.7")
    assert pages(pdf) == 12


def test_a_household_of_fourteen_still_fits_on_one_page():
    assert pages(receipt_pdf(replace(PAPER, lines=(LI,) * 14, total_fen=14 * 4000))) == 1


def test_the_same_values_make_the_same_bytes():
    assert receipt_pdf(PAPER) == receipt_pdf(PAPER)


def test_a_receipt_that_does_not_add_up_cannot_be_made():
    with pytest.raises(BrokenInvariant):
        replace(PAPER, total_fen=36001)
    with pytest.raises(BrokenInvariant):
        replace(PAPER, lines=(replace(WANG, amount_fen=-1),), total_fen=-1)
    with pytest.raises(BrokenInvariant):
        receipts_pdf([])


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (28000, "贰佰捌拾元整"),
        (0, "零元整"),
        (28050, "贰佰捌拾元伍角"),
        (1002005, "壹万零贰拾元零伍分"),
        (90000, "玖佰元整"),
        (113026032000, "壹拾壹亿叁仟零贰拾陆万零叁佰贰拾元整"),
    ],
)
def test_money_is_said_in_words(fen, words):
    assert in_words(fen) == words


DIGITS = {word: value for value, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_words(words: str) -> int:
    """Money in words, read by somebody who has never seen the program: fen."""
    whole, yuan, rest = words.partition("元")
    if not yuan:
        whole, rest = "", words
    tens, jiao, ones = rest.removesuffix("整").rpartition("角")
    fen = 10 * DIGITS[tens[-1]] if jiao else 0
    return fen + (DIGITS[ones.removesuffix("分")[-1]] if ones.endswith("分") else 0) + 100 * _read_yuan(whole)


def _read_yuan(words: str) -> int:
    for myriad, value in (("亿", 100_000_000), ("万", 10_000)):
        above, found, below = words.partition(myriad)
        if found:
            return _read_yuan(above) * value + _read_yuan(below)
    total, digit = 0, 0
    for word in words:
        if word in PLACES:
            total, digit = total + digit * PLACES[word], 0
        else:
            digit = DIGITS[word]
    return total + digit


@given(st.one_of(st.integers(1, 10**12), st.integers(1, 10**7).map(lambda yuan: yuan * 100)))
@example(100500)
@example(1000)
@example(10000000)
def test_whoever_reads_the_words_has_the_figure(fen: int) -> None:
    words = in_words(fen)

    assert read_words(words) == fen
    assert ("零零" in words, words.startswith("零"), words.endswith("整")) == (False, False, fen % 100 == 0)


@pytest.mark.parametrize(("words", "fen"), [("贰佰捌拾元整", 28000), ("壹仟零伍元整", 100500), ("壹拾元零伍分", 1005)])
def test_the_reader_of_these_tests_reads(words: str, fen: int) -> None:
    assert read_words(words) == fen


@needs_pdftotext
@pytest.mark.parametrize("on", list(Sheet))
def test_rare_names_reprints_and_voids_are_on_every_kind_of_paper(on: Sheet) -> None:
    names = ("李𠮷安", "王㛃", "赵𬍛", "钱䶮", "孙𫖯", "周龘", "吴犇骉", "郑·阿依古丽", "欧阳㐂")
    family = replace(PAPER, lines=tuple(replace(LI, name=name) for name in names), total_fen=9 * 4000)
    pdf = receipt_pdf(replace(family, nth_print=2, printed_on=date(2021, 12, 1), is_void=True), on=on)

    seen = words_on(pdf)

    assert [name for name in names if name not in seen.replace("\n", "")] == []
    assert [
        word for word in ("补打（第2次打印）", "作废", "叁佰陆拾元整", "7K3M-9QXD", "00012345") if word not in seen
    ] == []
    assert ("作废" in words_on(receipt_pdf(PAPER, on=on)), pages(pdf)) == (False, 1)


def test_a_character_that_no_font_has_is_a_refusal_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = replace(PAPER, lines=(replace(WANG, name="王\U000323af"), LI))

    with pytest.raises(CharacterMissing) as no:
        receipt_pdf(unknown)
    assert no.value.says == "这台机器的字体里没有“\U000323af”字，没有制作。"

    monkeypatch.setattr(typesetting, "_LARGE", 0)  # the same from a process of its own
    with pytest.raises(CharacterMissing) as no:
        receipt_pdf(unknown)
    assert no.value.words == {"character": "\U000323af"}


def test_no_chinese_font_is_a_refusal_that_names_the_package():
    with pytest.raises(FontMissing) as no:
        chinese_family(["DejaVu Sans"], paper="票据")
    assert no.value.says == "这台机器没有中文字体，无法制作票据。"
    assert "fonts-noto-cjk" in no.value.remedy
    assert chinese_family(["Noto Sans CJK SC"], paper="票据") == "Noto Sans CJK SC"
