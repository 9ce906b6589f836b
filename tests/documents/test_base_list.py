"""The printed base table: a household is never torn over two pages, every page says which village and which page of how many."""

import re
import shutil
import subprocess
from datetime import datetime

import pytest

from canbao.documents.base_list import BaseListHousehold, BaseListPaper, BaseListPerson, base_list_pdf
from canbao.kernel.days import CHINA
from canbao.kernel.refusal import BrokenInvariant

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads the PDF back with poppler-utils")


def paper(*sizes: int) -> BaseListPaper:
    """Households of so many people; each person's name says of which household they are."""
    homes, nth = [], 0
    for home, size in enumerate(sizes):
        people = []
        for _ in range(size):
            nth += 1
            people.append(BaseListPerson(nth, f"某户{home:03d}", "户主", "1980-05-01", "****1234"))
        homes.append(BaseListHousehold(f"34062110020000{home:03d}", tuple(people)))
    return BaseListPaper(
        title="参保底表", village="示例一村", number="340621100200-7", covers="待遇期 2022年", drawn="2021年9月1日打印",
        made_at=datetime(2021, 9, 1, tzinfo=CHINA), households=homes,
    )  # fmt: skip


def pages_of(pdf: bytes) -> list[str]:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return ["".join(page.split()) for page in done.stdout.decode().split("\f") if page.strip()]


def test_a_household_is_never_torn_over_two_pages() -> None:
    sizes = [3, 5, 1, 4, 2, 6, 7] * 9

    pages = pages_of(base_list_pdf(paper(*sizes)))

    for home, size in enumerate(sizes):
        assert [page.count(f"某户{home:03d}") for page in pages if f"某户{home:03d}" in page] == [size]
    assert len(pages) > 10


def test_every_page_says_the_village_the_table_and_which_page_of_how_many() -> None:
    pages = pages_of(base_list_pdf(paper(*[4] * 20)))

    for nth, page in enumerate(pages, 1):
        assert page.startswith("示例一村参保底表")
        assert f"第{nth}页共{len(pages)}页" in page
        assert "底表编号340621100200-7" in page
        assert "姓名" in page  # the heads of the columns


def test_a_household_larger_than_a_page_is_whole_over_two() -> None:
    pages = pages_of(base_list_pdf(paper(2, 40, 2)))

    assert sum(page.count("某户001") for page in pages) == 40
    assert all("某户002" not in page for page in pages[:-1])


def test_the_same_values_make_the_same_bytes() -> None:
    assert base_list_pdf(paper(2, 3)) == base_list_pdf(paper(2, 3))


def test_it_is_a4_across() -> None:
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", base_list_pdf(paper(2)))

    assert [round(float(side)) for side in box.groups()] == [842, 595]


def test_a_list_of_nobody_is_not_made() -> None:
    with pytest.raises(BrokenInvariant):
        base_list_pdf(paper())
