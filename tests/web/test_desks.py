"""Staff's pages on a phone, a tablet and a desk: nothing sticks out, and every button can be seen and pressed."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from canbao.access.models import Staff
from canbao.access.scope import within
from canbao.collection.models import Refund, RefundState
from canbao.rosters.models import Roster
from tests.collection.racing import as_application
from tests.county import IN_THE_WINDOW, PASSWORD, VILLAGE, County, everybody
from tests.desks import approve, hand_in, review
from tests.rosters.files import imported, listed, xlsx
from tests.web.browsing import browser, person, sign_in
from tests.web.conftest import Outside
from tests.web.county.test_county import paid_twice
from tests.web.server import served

pytestmark = pytest.mark.browser

PHONE, TABLET, DESK = 360, 768, 1280
WIDTHS = pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
TODAY = IN_THE_WINDOW.date()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def busy(real_county: County, tmp_path: Path) -> Iterator[str]:
    """Something of everything: cash handed in, a refund that waits and one that was sent, a list with doubtful rows."""
    outside = Outside()
    receipt = outside.pays_cash("赵家")
    outside.pays_cash("钱家")
    waiting, sent = paid_twice(outside, "周家"), paid_twice(outside, "郑家")
    with within(everybody()):
        hand_in(
            remittance_id=uuid4(), campaign=receipt.campaign, unit=receipt.unit, certificate="皖缴00010002000300040005",
            period_from=TODAY, period_until=TODAY, people=6, amount_fen=164000, by=outside.county.staff("clerk"), at=IN_THE_WINDOW,
        )  # fmt: skip
        refund = review(Refund.objects.get(pk=sent), by=outside.county.staff("county"))
        approve(refund, by=outside.county.staff("tax"))
        Refund.objects.filter(pk=sent).update(state=RefundState.SENT)
        as_application(everybody(), "SELECT collection_refund_paid(%s, %s)", [sent, TODAY])  # the gateway has said so
        Staff.objects.filter(username="civil").update(department="民政部门")
        rows = [listed("赵大"), listed("赵妻", name="赵旗"), listed("钱儿", name="钱二"), ("无人", "12345", "低保对象")]
        rows.append(("赵大二", "990621198005010000", "低保对象"))  # as a spreadsheet rounds it
        imported(
            outside.county, xlsx(tmp_path / "民政部门低保对象名单（2021年10月）.xlsx", rows), department="民政部门"
        )
    assert waiting != sent
    with served() as url:
        yield url


def signed_in(chromium: Browser, url: str, username: str, width: int) -> Page:
    page = person(chromium, url, width=width).new_page()
    sign_in(page, username, PASSWORD)
    return page


def unseen(page: Page) -> list[str]:
    """What sticks out of the page, and what can be pressed but lies outside what is seen without sliding."""
    return page.evaluate(
        """() => {
        const wide = document.documentElement, found = [];
        if (wide.scrollWidth > wide.clientWidth) found.push(`${wide.scrollWidth} px of ${wide.clientWidth}`);
        for (const one of document.querySelectorAll('main button, header a, header button, main input:not([type=hidden])')) {
            const box = one.getBoundingClientRect();
            if (one.offsetParent && (box.left < 0 || box.right > wide.clientWidth + 0.5)) found.push(one.outerHTML);
        }
        return found; }"""
    )


@WIDTHS
@pytest.mark.parametrize("username", ["clerk", "town", "county", "tax", "civil"])
def test_every_page_of_a_desk_fits_and_shows_its_buttons(chromium: Browser, busy: str, username: str, width: int) -> None:  # fmt: skip
    page = signed_in(chromium, busy, username, width)
    seen = {}
    addresses = page.locator("header nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    if username in ("county", "civil"):
        with within(everybody()):
            addresses += [
                f"/department/{roster.pk}/?outcome=look" for roster in Roster.objects.filter(department="民政部门")
            ]
    if username in ("county", "town"):
        addresses += [f"/county/places/340621100000/{which}/" for which in ("to-pay", "unknown", "subsidised")]
    if username == "county":
        addresses += ["/county/divisions/340621100000/", f"/county/divisions/{VILLAGE}/"]
    for language in ("zh-CN", "en"):
        page.context.add_cookies(
            [{"name": "django_language", "value": {"zh-CN": "zh-hans"}.get(language, language), "url": busy}]
        )
        for address in addresses:
            assert page.goto(address).status == 200
            assert page.locator("html").get_attribute("lang") == language
            seen[address, language] = unseen(page)

    assert {address: found for address, found in seen.items() if found} == {}


@pytest.mark.parametrize("width", [PHONE, TABLET])
def test_a_wide_table_of_figures_slides_and_keeps_its_first_column(chromium: Browser, busy: str, width: int) -> None:
    page = signed_in(chromium, busy, "county", width)
    first = page.get_by_role("rowheader", name="濉溪镇")
    before = first.bounding_box()

    page.locator(".slide").evaluate("box => box.scrollLeft = 300")

    assert page.locator(".slide").evaluate("box => box.scrollLeft") > 0
    assert first.bounding_box() == before


@WIDTHS
@pytest.mark.parametrize("username", ["county", "town"])
def test_a_table_that_is_wider_than_the_screen_says_so(chromium: Browser, busy: str, username: str, width: int) -> None:
    page = signed_in(chromium, busy, username, width)

    wider = page.locator(".slide").evaluate("box => box.scrollWidth > box.clientWidth")

    said = page.get_by_text("表格比屏幕宽：左右滑动，看其余各栏。")
    assert (said.is_visible(), wider) == (wider, width != DESK)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_rows_that_nobody_looked_at_are_left_out_only_by_ticking(chromium: Browser, busy: str, width: int) -> None:
    page = signed_in(chromium, busy, "county", width)
    page.goto("/department/")
    page.get_by_role("link", name="民政部门低保对象名单（2021年10月）.xlsx").click()
    page.get_by_role("button", name="同意不采用这些行，确认名单").click()
    expect(page.get_by_text("等待县医保局确认")).to_have_count(0)
    assert page.locator("#leave-out:invalid").count() == 1  # the browser asks for the tick itself

    page.get_by_label("还有 2 行没有核对，确认后这些行不再采用").check()
    page.get_by_role("button", name="同意不采用这些行，确认名单").click()

    expect(page.get_by_text("已确认", exact=True)).to_be_visible()
    expect(page.get_by_text("县医保局 · 2021年11月15日")).to_be_visible()


def test_what_a_card_says_stands_beside_its_label_and_not_over_it(chromium: Browser, busy: str) -> None:
    page = signed_in(chromium, busy, "civil", PHONE)
    page.get_by_role("link", name="民政部门低保对象名单（2021年10月）.xlsx").click()
    page.get_by_role("link", name="未采用").click()
    expect(page.locator(".cards td .nowrap").first).to_be_visible()  # a figure of its own among the words

    over = page.evaluate(
        """() => [...document.querySelectorAll('.cards td[data-label]')].filter(cell => {
            const words = document.createRange(); words.selectNodeContents(cell);
            const left = cell.getBoundingClientRect().left + 90;
            return [...words.getClientRects()].some(box => box.width && box.left < left); }).map(cell => cell.innerText)"""
    )

    assert over == []


def test_a_department_corrects_a_row_on_a_phone(chromium: Browser, busy: str) -> None:
    page = signed_in(chromium, busy, "civil", PHONE)
    page.get_by_role("link", name="民政部门低保对象名单（2021年10月）.xlsx").click()
    row = page.get_by_role("row").filter(has_text="赵旗")
    expect(row).to_be_visible()
    assert page.get_by_text("赵妻").count() == 0
    row.get_by_text("更正", exact=True).click()
    row.get_by_label("姓名").fill("赵妻")
    row.get_by_role("button", name="更正并重新核对").click()

    expect(page.get_by_text("更正后：与登记相符。")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, 768, 1280])
def test_the_county_points_at_one_of_those_whom_a_row_may_mean(chromium: Browser, busy: str, width: int) -> None:
    page = signed_in(chromium, busy, "county", width)
    page.goto("/department/")
    page.get_by_role("link", name="民政部门低保对象名单（2021年10月）.xlsx").click()
    page.get_by_role("row").filter(has_text="钱二").get_by_role("link", name="可能是谁").click()
    expect(page.get_by_text("号码相符", exact=False).first).to_be_visible()
    assert unseen(page) == []
    page.get_by_role("row").filter(has_text="钱儿").get_by_role("button", name="就是此人").click()

    expect(page.get_by_text("第 4 行已采用。")).to_be_visible()
