"""A change table on screen: uploaded, looked at row by row, taken, taken back."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from canbao.access.models import Record
from canbao.register.domain.changes import withdraw
from canbao.register.domain.residents import register_resident
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, register_changes, signed_in
from tests.enrolment.change_sheets import sheet
from tests.enrolment.domain.test_change_tables import BABY
from tests.web.conftest import Outside
from tests.web.pages import text_of

DIED = {"变动": "死亡", "变动日期": "2021-10-01"}


def upload(client: Client, content: bytes, *, village: str = VILLAGE, why: str = "入户核对") -> HttpResponse:
    file = SimpleUploadedFile("底表.xlsx", content)
    return client.post(f"/base/{village}/changes/", {"file": file, "why": why}, follow=True)


@pytest.fixture
def clerk(sign_in: Callable[[str], Client], outside: Outside) -> Client:
    return sign_in("clerk")


def test_what_was_found_wrong_stands_first_with_what_to_do(clerk: Client) -> None:
    seen = text_of(upload(clerk, sheet(钱奶奶=DIED, 孙独={"变动": "死亡"})))

    assert "还没有采用 依据 入户核对 · 村经办员 2021年11月15日" in seen
    assert "采用 1 更正后采用 0 请核对 0 未采用 1 没有变动 9" in seen
    assert "有 1 行不会采用" in seen
    assert seen.index("没有写变动日期 请写哪一天，如 2021-10-01") < seen.index("钱奶奶 死亡 2021年10月1日 采用")


def test_taken_and_taken_back(clerk: Client, outside: Outside) -> None:
    page = upload(clerk, sheet(钱奶奶=DIED))
    address = page.request["PATH_INFO"]

    taken = text_of(clerk.post(f"{address}take/", follow=True))
    died_on = outside.look(lambda county: county.person("钱奶奶").died_on)
    back = text_of(clerk.post(f"{address}back/", {"why": "报错了人"}, follow=True))

    assert ("已采用，登记册已经更新" in taken, died_on) == (True, date(2021, 10, 1))
    assert "已撤回 依据 入户核对" in back
    assert "报错了人" in back
    assert outside.look(lambda county: county.person("钱奶奶").died_on) is None


def test_who_is_added_gets_a_bill_and_owes_nothing_once_the_table_is_taken_back(clerk: Client, outside: Outside) -> None:  # fmt: skip
    address = upload(clerk, sheet(BABY)).request["PATH_INFO"]
    home = f"/households/{outside.household('赵家')}/"

    clerk.post(f"{address}take/")
    owed = outside.look(lambda county: county.bill("赵三").due_fen)
    taken = text_of(clerk.get(home))
    clerk.post(f"{address}back/", {"why": "报错了人"})
    back = text_of(clerk.get(home))

    assert (owed, "赵三" in taken.split("登记与变更")[0], "赵三" in back.split("登记与变更")[0]) == (32000, True, False)


def test_who_was_withdrawn_and_is_added_again_gets_a_bill(clerk: Client, outside: Outside) -> None:
    with signed_in("clerk"):
        by = County().staff("clerk")
        child = register_resident(
            household=County().household("赵家"), name="赵三", number=BABY["证件号码"], relation="子女", on=IN_THE_WINDOW.date(), allow_synthetic=True
        )  # fmt: skip
        withdraw(child, by=by, why="登记重了", at=IN_THE_WINDOW)
    address = upload(clerk, sheet(BABY)).request["PATH_INFO"]

    clerk.post(f"{address}take/")

    assert outside.look(lambda county: (county.person("赵三").pk, county.bill("赵三").due_fen)) == (child.pk, 32000)


def test_a_table_that_moved_somebody_away_is_taken_back_and_they_get_a_bill(clerk: Client, outside: Outside) -> None:  # fmt: skip
    """They had no bill when the table was taken: they were in the employee scheme."""
    address = upload(clerk, sheet(吴职={"变动": "迁出", "变动日期": "2021-10-01"})).request["PATH_INFO"]
    clerk.post(f"{address}take/")
    with register_changes("left_employment"):
        outside.look(lambda county: county.household("吴家").residents.update(circumstances={}))

    clerk.post(f"{address}back/", {"why": "报错了人"})

    assert outside.look(lambda county: county.bill("吴职").due_fen) == 32000


def test_the_village_has_its_tables_on_its_page(clerk: Client) -> None:
    upload(clerk, sheet(钱奶奶=DIED, 孙独={"变动": "死亡"}))

    assert "底表.xlsx 2021年11月15日 入户核对 2 1 还没有采用" in text_of(clerk.get(f"/base/{VILLAGE}/"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: sheet(village=OTHER_VILLAGE, 郑邻=DIED), "这是另一个村（340621100201）的底表"),
        (lambda: sheet(number=f"{VILLAGE}-999", 钱奶奶=DIED), "这是以前的底表（第999号）"),
        (lambda: sheet(titled=False, 钱奶奶=DIED), "这不是本系统发出的底表"),
        (sheet, "表里没有新的变动：11行都没有变动"),
    ],
)
def test_a_wrong_file_is_told_so_where_it_was_uploaded(clerk: Client, content: Any, said: str) -> None:
    answer = upload(clerk, content())

    assert (answer.status_code, said in text_of(answer), "怎么办" in text_of(answer)) == (409, True, True)


def test_without_a_file_or_a_reason_the_form_says_so(clerk: Client) -> None:
    answer = clerk.post(f"/base/{VILLAGE}/changes/", {"why": ""})

    assert (answer.status_code, text_of(answer).count("这个字段是必填项")) == (422, 2)


def test_taking_back_wants_a_reason(clerk: Client) -> None:
    address = upload(clerk, sheet(钱奶奶=DIED)).request["PATH_INFO"]

    assert clerk.post(f"{address}back/", {"why": ""}).status_code == 422
    assert clerk.post(f"{address}back/", {"why": "13800138000"}).status_code == 409  # a reason stays for ever


def test_twice_taken_says_so(clerk: Client) -> None:
    address = upload(clerk, sheet(钱奶奶=DIED)).request["PATH_INFO"]
    clerk.post(f"{address}take/")

    answer = clerk.post(f"{address}take/")

    assert (answer.status_code, "这份变动表已于2021-11-15采用" in text_of(answer)) == (409, True)


@pytest.mark.parametrize(
    ("who", "status"), [("neighbour", 404), ("far", 404), ("tax", 403), ("town", 200), ("county", 200)]
)
def test_others_see_it_only_within_their_own_places(clerk: Client, sign_in: Callable[[str], Client], who: str, status: int) -> None:  # fmt: skip
    address = upload(clerk, sheet(钱奶奶=DIED)).request["PATH_INFO"]

    assert sign_in(who).get(address).status_code == status


def test_whom_it_showed_is_on_record(clerk: Client, outside: Outside) -> None:
    upload(clerk, sheet(钱奶奶=DIED))

    last = outside.look(lambda _: Record.objects.latest("position"))
    granny = outside.look(lambda county: county.person("钱奶奶").pk)
    assert (last.verb, last.actor, last.detail["residents"]) == ("change_table.read", "staff:clerk", [granny])


def test_one_row_and_eight_cost_as_many_queries(clerk: Client, django_assert_num_queries: object) -> None:
    one = upload(clerk, sheet(钱奶奶=DIED)).request["PATH_INFO"]
    eight = upload(
        clerk, sheet(**dict.fromkeys(["钱儿", "孙独", "李军", "李妻", "周归", "赵大", "赵妻", "吴职"], DIED))
    )
    for address in (one, eight.request["PATH_INFO"]):
        with django_assert_num_queries(9):
            clerk.get(address)


def test_in_english_a_verdict_is_english(clerk: Client) -> None:
    address = upload(clerk, sheet(孙独={"变动": "死亡"}, 钱奶奶=DIED | {"变动日期": "2022-10-01"})).request["PATH_INFO"]
    clerk.cookies["django_language"] = "en"

    seen = text_of(clerk.get(address))

    assert "The day of the change is missing" in seen
    assert "cannot be the day" in seen
