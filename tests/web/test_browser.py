"""People's ways through the pages in a real browser, against a real server, on a phone and on a desk.

Without JavaScript, as every page must work; one walk with it, to see that the sugar is no poison.
"""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.county import PASSWORD
from tests.web.browsing import enter, fits, person, sign_in
from tests.web.conftest import Outside, number_of

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


@WIDTHS
def test_a_resident_finds_pays_and_has_the_receipt(chromium: Browser, town: tuple, width: int) -> None:
    url, _, _ = town
    page = person(chromium, url, width=width).new_page()
    page.goto("/")
    page.get_by_role("link", name="我要参保缴费").click()
    page.get_by_label("姓名").fill("钱儿")
    page.get_by_label("身份证号").fill(number_of("钱儿"))
    page.get_by_role("button", name="查询").click()
    assert "990621" not in page.url
    expect(page.get_by_text("个人缴费标准320元，低保对象由同级财政资助280元。")).to_be_visible()
    assert fits(page)

    page.get_by_role("button", name="微信支付").click()
    expect(page.locator("svg.qr")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="在这部手机上支付").click()
    page.get_by_role("button", name="确认支付 ¥360.00").click()
    for _ in range(20):  # the callback is on its way; a person taps, too
        if page.get_by_text("已缴费").first.is_visible() and page.get_by_role("link", name="看票据").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    page.get_by_role("link", name="看票据").click()

    expect(page.locator(".paper")).to_contain_text("钱奶奶")
    expect(page.locator(".paper")).to_contain_text("¥360.00")
    assert fits(page)
    page.get_by_role("link", name="查验这张票据").click()
    expect(page.get_by_text("✓ 这张票据是真的")).to_be_visible()


@WIDTHS
def test_a_clerk_finds_a_household_takes_cash_and_prints(chromium: Browser, town: tuple, width: int) -> None:
    url, _, _ = town
    page = person(chromium, url, width=width).new_page()
    sign_in(page, "clerk", PASSWORD)
    assert fits(page)
    page.get_by_label("找一户").fill("赵")
    page.keyboard.press("Enter")
    expect(page.get_by_label("实收现金（元）")).to_be_focused()
    assert fits(page)

    page.keyboard.type("1280")
    page.keyboard.press("Enter")
    expect(page.locator(".paper")).to_contain_text("№ 00000001")
    expect(page.get_by_role("button", name="打印票据")).to_be_focused()
    assert fits(page)
    with (
        page.context.expect_page(),
        page.context.expect_event("response", lambda response: response.url.endswith("/print/")) as printed,
    ):
        page.keyboard.press("Enter")
    assert printed.value.headers["content-type"] == "application/pdf"
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="打印票据").click()  # once more on the page as it was
    told = opened.value
    expect(told.get_by_role("alert")).to_contain_text("已打印过1次，这次没有打印。")
    expect(told.get_by_role("button", name="补打票据")).to_be_visible()
    assert fits(told)

    page.goto("/drawer/")
    page.get_by_label("税收缴款书号").fill("皖缴0001")
    page.get_by_label("银行回单号").fill("回单0001")
    page.get_by_role("button", name="汇缴", exact=True).click()
    expect(page.get_by_text("等待确认")).to_be_visible()
    assert fits(page)


def test_with_javascript_the_page_offers_a_reprint_once_the_clerk_is_back_from_the_print(chromium: Browser, town: tuple) -> None:  # fmt: skip
    url, _, county = town
    page = person(chromium, url, width=DESK, scripts=True).new_page()
    sign_in(page, "clerk", PASSWORD)
    page.goto(f"/households/{county.household('赵家').pk}/")
    page.get_by_label("实收现金（元）").fill("1280")
    page.get_by_role("button", name="收款并开票").click()
    with page.context.expect_event("response", lambda response: response.url.endswith("/print/")):
        page.get_by_role("button", name="打印票据").click()
    expect(page.get_by_role("button", name="打印票据")).to_be_disabled()

    page.evaluate("window.dispatchEvent(new Event('focus'))")  # the tab is in front again

    expect(page.get_by_role("button", name="补打票据")).to_be_enabled()
    expect(page.get_by_text("已打印 1 次，再打会印上“补打”。")).to_be_visible()


@WIDTHS
def test_a_wrong_sum_is_explained_and_what_was_typed_stays(chromium: Browser, town: tuple, width: int) -> None:
    url, _, county = town
    page = person(chromium, url, width=width).new_page()
    sign_in(page, "clerk", PASSWORD)
    page.goto(f"/households/{county.household('赵家').pk}/")
    page.get_by_label("赵大").uncheck()
    page.get_by_label("实收现金（元）").fill("1280")
    page.get_by_role("button", name="收款并开票").click()

    expect(page.get_by_role("alert")).to_contain_text("金额不符：应收960.00元，实收1280.00元。")
    expect(page.get_by_label("实收现金（元）")).to_have_value("1280")
    expect(page.get_by_label("赵大")).not_to_be_checked()
    assert fits(page)


def test_another_villages_clerk_is_told_that_there_is_nothing(chromium: Browser, town: tuple) -> None:
    url, _, county = town
    page = person(chromium, url, width=DESK).new_page()
    sign_in(page, "neighbour", PASSWORD)

    answer = page.goto(f"/households/{county.household('赵家').pk}/")

    assert answer.status == 404
    expect(page.get_by_role("heading", name="没有这一页")).to_be_visible()


@pytest.mark.parametrize("username", ["town", "county", "tax", "civil"])
@WIDTHS
def test_the_other_desks_fit_their_screens(chromium: Browser, town: tuple, width: int, username: str) -> None:
    url, _, _ = town
    page = person(chromium, url, width=width).new_page()
    sign_in(page, username, PASSWORD)
    for address in page.locator("header nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
        assert page.goto(address).status == 200
        assert fits(page), address


def test_old_eyes_and_thumbs(chromium: Browser, town: tuple) -> None:
    """Residents' text is at least 18 px, and what is pressed at least 44 px high."""
    url, control, _ = town
    page = person(chromium, url, width=PHONE).new_page()
    seen = {}
    enter(page, "钱儿", number_of("钱儿"))
    seen["family"] = too_small(page)
    page.get_by_role("button", name="微信支付").click()
    seen["order"] = too_small(page)
    control.pay(page.url.rstrip("/").rsplit("/", 1)[-1])
    while not page.get_by_role("link", name="看票据").count():
        page.wait_for_timeout(100)
        page.reload()
    page.get_by_role("link", name="看票据").click()
    seen["receipt"] = too_small(page)
    for address in ("/", "/my/enter/", "/verify/", "/sign-in/"):
        page.goto(address)
        seen[address] = too_small(page)

    assert {where: found for where, found in seen.items() if found} == {}


def too_small(page: Page) -> list[str]:
    texts = page.evaluate("""() => [...document.querySelectorAll('body *')].filter(e => e.offsetParent && [...e.childNodes].some(n =>
        n.nodeType === 3 && n.textContent.trim()) && parseFloat(getComputedStyle(e).fontSize) < 17.9).map(e => e.outerHTML)""")
    targets = page.evaluate("""() => [...document.querySelectorAll('main .button, main button, main summary, main label.choose, header a, header button')]
        .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML)""")
    return texts + targets


def test_with_scripts_the_order_page_notices_the_money_by_itself(chromium: Browser, town: tuple) -> None:
    url, control, _ = town
    page = person(chromium, url, width=PHONE, scripts=True).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, "钱儿", number_of("钱儿"))
    page.get_by_role("button", name="微信支付").click()
    expect(page.locator("svg.qr")).to_be_visible()

    control.pay(page.url.rstrip("/").rsplit("/", 1)[-1])

    expect(page.get_by_role("link", name="看票据")).to_be_visible(timeout=15_000)
    assert complaints == []


def test_with_scripts_the_familys_sum_follows_the_ticks(chromium: Browser, town: tuple) -> None:
    url, _, _ = town
    page = person(chromium, url, width=PHONE, scripts=True, height=640).new_page()
    enter(page, "赵大", number_of("赵大"))
    expect(page.locator("#chosen")).to_have_text("已选 4 人，共 1,280.00 元")

    page.get_by_label("赵大").uncheck()

    expect(page.locator("#chosen")).to_have_text("已选 3 人，共 960.00 元")
    expect(page.locator("#chosen")).to_be_in_viewport(ratio=1)
    for name in ("赵妻", "赵双一", "赵双二"):
        page.get_by_label(name).uncheck()
    expect(page.locator("#chosen")).to_have_text("已选 0 人，共 0.00 元")


def test_without_scripts_the_sum_is_the_whole_familys_and_the_order_says_the_chosen_ones(chromium: Browser, town: tuple) -> None:  # fmt: skip
    url, _, _ = town
    page = person(chromium, url, width=PHONE).new_page()
    enter(page, "赵大", number_of("赵大"))
    page.get_by_label("赵大").uncheck()
    expect(page.locator("#chosen")).to_have_text("全家待缴 1,280元")

    page.get_by_role("button", name="微信支付").click()

    expect(page.get_by_text("合计")).to_be_visible()
    expect(page.locator(".rows .all")).to_contain_text("960元")


@pytest.mark.parametrize("height", [560, 740])
def test_the_bar_covers_no_card_at_the_end_of_the_page(chromium: Browser, town: tuple, height: int) -> None:
    url, _, _ = town
    page = person(chromium, url, width=PHONE, height=height).new_page()
    enter(page, "赵大", number_of("赵大"))

    page.mouse.wheel(0, 100_000)
    page.wait_for_timeout(300)

    ends = page.evaluate(
        "[document.querySelector('.member:last-child').getBoundingClientRect().bottom, document.querySelector('.pay-bar').getBoundingClientRect().top]"
    )
    assert ends[0] <= ends[1]


def test_what_is_tabbed_to_stays_above_the_bar(chromium: Browser, town: tuple) -> None:
    url, _, _ = town
    page = person(chromium, url, width=PHONE, height=560).new_page()
    enter(page, "赵大", number_of("赵大"))
    page.get_by_label("赵大").focus()

    covered = []
    for _ in range(7):  # boxes and their reasons, down to the last
        page.keyboard.press("Tab")
        covered.append(
            page.evaluate(
                "document.activeElement.getBoundingClientRect().bottom > document.querySelector('.pay-bar').getBoundingClientRect().top"
            )
        )

    assert covered == [False] * 7


def test_with_scripts_the_clerks_total_follows_the_boxes(chromium: Browser, town: tuple) -> None:
    url, _, county = town
    page = person(chromium, url, width=DESK, scripts=True).new_page()
    sign_in(page, "clerk", PASSWORD)
    page.goto(f"/households/{county.household('赵家').pk}/")
    expect(page.locator("#total")).to_have_text("1,280.00")

    page.get_by_label("赵大").uncheck()

    expect(page.locator("#total")).to_have_text("960.00")


@pytest.mark.parametrize(("paper", "landscape"), [("A5", True), ("A4", False)])
def test_a_receipt_printed_from_a_phone_is_one_page_without_buttons(chromium: Browser, town: tuple, tmp_path: Path, paper: str, landscape: bool) -> None:  # fmt: skip
    url, _, _ = town
    Outside().pays_cash("赵家")
    page = person(chromium, url, width=PHONE, scripts=True).new_page()
    enter(page, "赵大", number_of("赵大"))
    page.locator(".rows a[href*=receipts]").click()
    page.locator(".paper").wait_for()

    margin = dict.fromkeys(("top", "bottom", "left", "right"), "8mm")
    page.pdf(path=tmp_path / "receipt.pdf", format=paper, landscape=landscape, margin=margin)

    assert read_back("pdfinfo", tmp_path / "receipt.pdf").count("Pages:           1\n") == 1
    words = "".join(read_back("pdftotext", "-layout", tmp_path / "receipt.pdf", "-").split())
    assert ("赵双二" in words, "¥1,280.00" in words, "校验码" in words) == (True, True, True)
    assert ("返回" in words, "退出" in words, "English" in words) == (False, False, False)


def test_an_order_printed_keeps_the_code_to_scan_and_loses_the_buttons(chromium: Browser, town: tuple, tmp_path: Path) -> None:  # fmt: skip
    url, _, _ = town
    page = person(chromium, url, width=PHONE, scripts=True).new_page()
    enter(page, "赵大", number_of("赵大"))
    page.get_by_role("button", name="微信支付").click()
    page.locator("svg.qr").wait_for()
    page.emulate_media(media="print")

    expect(page.locator("svg.qr")).to_be_visible()
    expect(page.locator(".rows .all")).to_be_visible()
    assert [one.is_visible() for one in page.locator("button, .button, header, .back").all()].count(True) == 0


def read_back(*command: object) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, check=True, text=True).stdout
