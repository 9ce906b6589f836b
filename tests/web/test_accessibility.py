"""Every page for people who see, hear or move little: axe-core looks at it as a browser shows it.

Labels, names, languages, the order of headings, contrast, the size of what is pressed. What it cannot decide by itself
(whether a text is understood) is for people to look at.
"""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from canbao.register.models import Change, Resident
from canbao.rosters.domain.uploading import hand_in
from tests.county import PASSWORD, register_changes
from tests.documents.workbooks import xlsx as workbook
from tests.rosters.domain.test_uploading import taken_in
from tests.rosters.files import HEADER, NOW, listed
from tests.web.browsing import fits, person, sign_in
from tests.web.conftest import Outside, number_of

pytestmark = [pytest.mark.browser, pytest.mark.long]

PHONE, TABLET, DESK = 360, 768, 1280
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


def complaints(page: Page) -> list[str]:
    page.wait_for_load_state()  # axe finds no document in a page that is still on its way
    found = Axe().run(page, options=RULES).response["violations"]
    said = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
    return said + ([] if fits(page) else ["sticks out to the right"])


def seen_by(context: BrowserContext, *, english: bool, url: str) -> Page:
    if english:
        context.add_cookies([{"name": "django_language", "value": "en", "url": url}])
    return context.new_page()


def enter(page: Page, name: str) -> None:
    """By the fields' names: the words on the page are in either language."""
    page.goto("/my/enter/")
    page.locator("#id_name").fill(name)
    page.locator("#id_number").fill(number_of(name))
    page.locator("main form button").click()


def public_pages(page: Page) -> Iterator[str]:
    for address in ("/", "/my/enter/", "/verify/", "/verify/?series=1&number=x&code=1", "/verify/?series=1&number=1&code=1", "/sign-in/", "/nowhere/"):  # fmt: skip
        page.goto(address)
        yield address
    page.goto("/sign-in/")
    page.locator("#id_username").fill("clerk")
    page.locator("#id_password").fill("wrong")
    page.locator("main form button").click()
    yield "signed in wrongly"
    page.goto("/my/enter/")
    page.locator("#id_name").fill("谁")
    page.locator("#id_number").fill("1234")
    page.locator("main form button").click()
    yield "entered wrongly"


def family_pages(page: Page) -> Iterator[str]:
    for name in ("李军", "吴职", "孙独", "赵大"):
        enter(page, name)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        yield f"family of {name}"
    for box in page.locator("input[name=bill]").all():
        box.uncheck()
    page.locator(".pay-bar button").first.click()
    yield "nobody chosen"
    for box in page.locator("input[name=bill]").all():
        box.check()
    page.locator(".pay-bar button").first.click()
    yield "order"
    for address in ("/my/", "/", "/my/enter/"):
        page.goto(address)
        yield f"{address} with an order"
    page.locator("header form button").first.click()
    yield "gone"


def receipt_pages(page: Page) -> Iterator[str]:
    enter(page, "钱儿")
    yield "family with a receipt"
    page.locator(".rows a[href*=receipts]").click()
    yield "receipt"
    page.locator(".paper a[href*=verify]").click()
    yield "verified"


def looked_at(page: Page, walk: Iterator[str], widths: tuple[int, ...]) -> dict[str, list[str]]:
    """What is wrong on each page of a walk, at each of these widths."""
    found = {}
    for where in walk:
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            if said := complaints(page):
                found[f"{where} at {width}"] = said
        page.set_viewport_size({"width": widths[0], "height": 800})
    return found


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
@pytest.mark.parametrize("walk", [public_pages, family_pages, receipt_pages])
def test_nobody_is_shut_out_of_a_residents_page(
    chromium: Browser, town: tuple, walk: Callable[[Page], Iterator[str]], english: bool
) -> None:
    url, _, _ = town
    if walk is receipt_pages:
        Outside().pays_cash("钱家")
    page = seen_by(person(chromium, url, width=PHONE, scripts=True), english=english, url=url)

    assert looked_at(page, walk(page), (PHONE, TABLET, DESK)) == {}


@pytest.mark.parametrize("username", ["clerk", "town", "county", "civil"])
def test_nobody_is_shut_out_of_staffs_pages(chromium: Browser, town: tuple, username: str) -> None:
    url, _, county = town
    receipt = Outside().pays_cash("钱家")
    page = person(chromium, url, width=DESK, scripts=True).new_page()
    sign_in(page, username, PASSWORD)
    addresses = page.locator("header nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    if username == "clerk":
        addresses += [f"/households/{county.household('赵家').pk}/", f"/receipts/{receipt.pk}/", "/county/"]
        wife = county.person("赵妻").pk
        with register_changes():
            Resident.objects.filter(pk=wife).update(relation="其他亲属")
        changed = Change.objects.latest("pk").pk
        addresses += [f"/residents/{wife}/", f"/residents/{wife}/undo/{changed}/"]
        addresses += [f"/residents/{wife}/change/{kind}/" for kind in ("number", "details", "died")]

    if username == "civil":
        odd = workbook(
            {"名单": [[*HEADER, "备注"], listed("赵大"), listed("赵妻", "不知道"), ["合计", "2"]], "旧": [HEADER]},
            ["旧"],
        )
        ours = [taken_in(county, content) for content in (odd, workbook({"名单": [HEADER, listed("赵大")]}))]
        hand_in(ours[1], by=county.staff("civil"), at=NOW)
        addresses += [f"/department/uploads/{one.pk}/" for one in ours]

    def walk() -> Iterator[str]:
        for address in addresses:
            assert page.goto(address).ok, address
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            yield address

    assert looked_at(page, walk(), (DESK, PHONE)) == {}


def test_axe_does_complain(chromium: Browser) -> None:
    page = chromium.new_context().new_page()
    page.set_content("<html><body><main><h1>x</h1><input><p style='color:#aaa'>pale</p></main></body></html>")

    assert {said.split(":")[0] for said in complaints(page)} == {
        "html-has-lang",
        "label",
        "color-contrast",
        "document-title",
    }
