"""Pictures of real pages, for README and manuals: `python -m tests.web.pictures docs/pictures`.

Of the small county of the tests, in a home of its own that is thrown away; no real person is on them.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PHONE, DESK = (360, 780), (1280, 800)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home:
        os.environ |= {"CANBAO_HOME": home, "CANBAO_ENV": "local", "CANBAO_TODAY": "2021-11-15"}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "canbao.config.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        _prepare()
        _take(folder)


def _prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from canbao.config.setup import set_up_database
    from tests.county import build_county

    set_up_database()
    call_command("collectstatic", interactive=False, verbosity=0)
    build_county()


def _take(folder: Path) -> None:
    from playwright.sync_api import Page

    from tests.county import PASSWORD
    from tests.web.browsing import browser, enter, person, sign_in
    from tests.web.conftest import number_of
    from tests.web.server import served_with_money

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    with served_with_money() as (url, _), browser() as chromium:
        phone = person(chromium, url, width=PHONE[0], height=1400).new_page()
        enter(phone, "钱儿", number_of("钱儿"))
        keep(phone, "family")
        phone.get_by_role("button", name="微信支付").click()
        keep(phone, "pay")

        desk = person(chromium, url, width=DESK[0], height=DESK[1]).new_page()
        sign_in(desk, "clerk", PASSWORD)
        desk.get_by_label("找一户").fill("赵")
        desk.keyboard.press("Enter")
        desk.get_by_label("实收现金（元）").fill("1280")
        keep(desk, "household")
        desk.keyboard.press("Enter")
        desk.locator(".paper").wait_for()
        keep(desk, "receipt")
        for household, sum_ in (("周", "320"), ("李", "320")):
            desk.get_by_label("找一户").fill(household)
            desk.keyboard.press("Enter")
            desk.get_by_label("实收现金（元）").fill(sum_)
            desk.keyboard.press("Enter")
            desk.locator(".paper").wait_for()
        desk.goto("/village/")
        keep(desk, "village")

        county = person(chromium, url, width=DESK[0], height=DESK[1]).new_page()
        sign_in(county, "county", PASSWORD)
        county.goto("/county/towns/340621100000/")
        keep(county, "town")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
