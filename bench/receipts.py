"""Receipts a second, a thousand as one PDF, against the same typesetter on a thousand pages with one line each."""

import json
import subprocess
import sys
from datetime import date
from statistics import median

from bench.result import Result, middle, scaled, seconds
from canbao.documents.receipts import ReceiptLine, ReceiptPaper, receipts_pdf

RECEIPTS, PEOPLE_EACH = 1_000, 4
ROUNDS = 3
ONE_LINE = """
import sys, typst
fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
pages = b"#set page(width: 210mm, height: 148mm)\\n#for (at, line) in json(bytes(sys.inputs.data)).enumerate() { if at > 0 { pagebreak() }; line }"
pdf = typst.compile(pages, font_paths=fonts, format="pdf", sys_inputs={"data": sys.stdin.read()}, pdf_standards="a-2b")
sys.stdout.buffer.write(pdf)
"""


def measure() -> Result:
    papers = [paper(number) for number in range(scaled(RECEIPTS, 20))]
    lines = json.dumps([f"{paper.number} {paper.head} {paper.total_fen}" for paper in papers], ensure_ascii=False)
    receipts, bare = [], []
    for _ in range(ROUNDS):
        receipts.append(len(papers) / seconds(lambda: receipts_pdf(papers)))
        bare.append(len(papers) / seconds(lambda: one_line_a_page(lines)))
    return Result(
        "receipts",
        ratio=median(one / other for one, other in zip(receipts, bare, strict=True)),
        against="the same typesetter on pages of the same size with one line of Chinese each, and no table or QR code",
        detail={
            "receipts": len(papers),
            "people_each": PEOPLE_EACH,
            "rounds": ROUNDS,
            "receipts_per_second": round(median(receipts)),
            "bare_pages_per_second": round(median(bare)),
            "spread": [middle([min(receipts) / max(receipts)]), middle([min(bare) / max(bare)])],
        },
    )


def one_line_a_page(lines: str) -> None:
    """In a process of its own as well, which also keeps the typesetter from remembering the round before."""
    subprocess.run([sys.executable, "-I", "-c", ONE_LINE], input=lines.encode(), stdout=subprocess.PIPE, check=True)


def paper(number: int) -> ReceiptPaper:
    line = ReceiptLine("示例人", "男", 45, "990***********1234", "普通居民", 32000)
    return ReceiptPaper(
        title="城乡居民基本医疗保险费专用票据", series="0001", number=f"{number:08d}", unit="示例一村村民委员会",
        household_code=f"{number:017d}", head="示例人", covers="2022年1月1日至2022年12月31日", lines=(line,) * PEOPLE_EACH,
        total_fen=PEOPLE_EACH * 32000, paid_by="现金", collected_by="示例经办人", collected_on=date(2021, 11, 15),
        check_code=f"{number:010X}", qr=f"https://canbao.example/verify/?series=0001&number={number:08d}&code={number:010X}",
    )  # fmt: skip
