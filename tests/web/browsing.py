"""A browser as people have one: the system's Chromium, by default without JavaScript."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = Path(os.environ.get("CANBAO_CHROMIUM", "/usr/bin/chromium"))
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


class ChromiumMissing(RuntimeError):
    """Not a reason to skip: pages that nobody has opened are not tested."""

    def __init__(self) -> None:
        super().__init__(f"{CHROMIUM} is not there; install it: apt-get install chromium")


@contextmanager
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        raise ChromiumMissing
    # Playwright keeps an event loop in this thread, and Django would take us for asynchronous code
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        try:
            yield started
        finally:
            started.close()


def person(browser: Browser, url: str, *, width: int, scripts: bool = False, height: int = 800) -> BrowserContext:
    """Somebody's own browser at a screen of this width, reading Chinese."""
    context = browser.new_context(
        base_url=url, viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=scripts
    )
    context.set_default_timeout(10_000)
    return context


def fits(page: Page) -> bool:
    """Nothing sticks out to the right, neither of the page nor of the receipt on it (which would cut it off)."""
    page.wait_for_load_state()  # the next page may still be on its way, and has no body yet
    return page.evaluate("""() => {
        const edge = element => element.getBoundingClientRect().right
        return document.documentElement.scrollWidth <= document.documentElement.clientWidth
            && [...document.querySelectorAll('.paper > *, .paper .number')].every(part => edge(part) <= edge(part.closest('.paper')))
    }""")


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def enter(page: Page, name: str, number: str) -> None:
    page.goto("/my/enter/")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("身份证号").fill(number)
    page.get_by_role("button", name="查询").click()
