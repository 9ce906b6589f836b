"""The front page, the verification page, signing in, and what is shown when something is wrong."""

import pytest
from django.test import Client

from tests.county import PASSWORD
from tests.web.pages import header_of, refusal_of, text_of


def test_the_front_page_has_three_doors(client: Client) -> None:
    html = client.get("/").content.decode()

    assert [f'href="{door}"' in html for door in ("/my/enter/", "/verify/", "/sign-in/")] == [True, True, True]


def test_no_page_may_run_or_style_anything_from_elsewhere(client: Client) -> None:
    policy = dict(part.split(" ", 1) for part in client.get("/")["Content-Security-Policy"].split("; "))

    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")


def test_staff_sign_in_and_every_page_says_who_is_at_work(db: None, client: Client) -> None:
    answer = client.post("/sign-in/", {"username": "clerk", "password": PASSWORD}, follow=True)

    assert answer.redirect_chain == [("/desk/", 302), ("/village/", 302)]
    assert "村经办员 村（社区）经办人 示例一村" in text_of(answer)


@pytest.mark.parametrize(
    ("username", "desk"),
    [("clerk", "/village/"), ("town", "/township/"), ("finance", "/township/"), ("county", "/county/"), ("tax", "/county/"), ("civil", "/department/")],
)  # fmt: skip
def test_each_role_has_its_desk(sign_in: object, username: str, desk: str) -> None:
    client = sign_in(username)

    assert client.get("/desk/")["Location"] == desk
    assert client.get(desk).status_code == 200


def test_a_wrong_password_says_what_to_do(db: None, client: Client) -> None:
    answer = client.post("/sign-in/", {"username": "clerk", "password": "wrong"})

    assert refusal_of(answer) == "用户名和密码不相符，或账号已停用。"


def test_after_eight_wrong_passwords_the_account_rests(db: None, client: Client) -> None:
    for _ in range(8):
        client.post("/sign-in/", {"username": "clerk", "password": "wrong"})

    answer = client.post("/sign-in/", {"username": "clerk", "password": PASSWORD})

    assert (answer.status_code, refusal_of(answer)) == (429, "密码输错的次数太多，这个账号暂停登录15分钟。")


def test_signing_out_is_a_post(sign_in: object) -> None:
    client = sign_in("clerk")

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/"
    assert client.get("/village/")["Location"] == "/sign-in/?next=/village/"


def test_another_roles_page_says_kindly_that_it_is_not_ones_work(sign_in: object) -> None:
    answer = sign_in("civil").get("/village/")

    assert (answer.status_code, "这件事不归您的岗位办" in text_of(answer)) == (403, True)


def test_a_page_that_is_not_there(client: Client, db: None) -> None:
    answer = client.get("/nowhere/")

    assert (answer.status_code, "没有这一页" in text_of(answer)) == (404, True)


def test_a_stale_form_is_explained(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/my/enter/", {"name": "钱奶奶", "number": "1"})

    assert (answer.status_code, "这一页放得太久了" in text_of(answer)) == (403, True)


def test_our_fault_is_said_in_plain_words(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("canbao.web.resident.entering.find_by_name_and_number", lambda **_: 1 / 0)

    answer = client.post("/my/enter/", {"name": "钱奶奶", "number": "1"})

    assert (answer.status_code, "这是我们的问题，不是您的" in text_of(answer)) == (500, True)


def test_a_real_receipt_is_confirmed_without_naming_anybody(outside: object, client: Client) -> None:
    receipt = outside.pays_cash("钱家")

    seen = text_of(client.get("/verify/", {"series": "0001", "number": "00000001", "code": receipt.check_code.lower()}))

    assert "这张票据是真的 收款单位 示例一村委会 开票日期 2021年11月15日 人数 2 人 金额 360元" in seen
    assert ("钱奶奶" in seen, "钱儿" in seen) == (False, False)


@pytest.mark.parametrize(
    ("series", "number"),
    [("1", "1"), (" 0001 ", "0000 0001"), ("０００１", "００００００１"), ("0001", "№ 0000-0001")],
    ids=["no-leading-zeros", "spaces", "full-width", "as-printed"],
)
def test_a_receipt_is_found_however_its_numbers_are_typed(
    outside: object, client: Client, series: str, number: str
) -> None:
    code = outside.pays_cash("钱家").check_code
    typed = f" {code[:5].lower()} {code[5:]} ".translate({ord("0"): "O", ord("1"): "１"})

    page = client.get("/verify/", {"series": series, "number": number, "code": typed})

    assert "这张票据是真的" in text_of(page)
    shown = [f'value="{value}"' in page.content.decode() for value in ("0001", "00000001", code)]
    assert shown == [True, True, True]  # as on the paper, to be compared


@pytest.mark.parametrize("number", ["一号", "1.5", "-", "123456789012"])
def test_what_is_no_number_of_a_receipt_is_asked_again(client: Client, db: None, number: str) -> None:
    page = text_of(client.get("/verify/", {"series": "1", "number": number, "code": "0"}))

    assert ("没有查到这张票据" in page, "查验只显示" in page) == (False, True)


@pytest.mark.parametrize("path", ["/", "/verify/", "/my/enter/", "/nowhere/"])
def test_every_page_says_who_is_signed_in_and_lets_them_out(sign_in: object, enter: object, path: str) -> None:
    resident, clerk = enter("钱奶奶").get(path), sign_in("clerk").get(path)

    assert ("钱奶奶" in header_of(resident), "/my/leave/" in header_of(resident)) == (True, True)
    assert ("村经办员" in header_of(clerk), "/sign-out/" in header_of(clerk)) == (True, True)


def test_nobody_is_named_to_a_stranger_and_no_proxy_keeps_the_front_page(client: Client, db: None) -> None:
    page = client.get("/")

    assert ("退出" in header_of(page), "no-store" in page["Cache-Control"]) == (False, True)


def test_the_front_page_leads_on_where_one_was(sign_in: object, enter: object) -> None:
    resident, clerk = enter("钱奶奶").get("/").content.decode(), sign_in("clerk").get("/").content.decode()

    assert ('class="door first" href="/my/"' in resident, 'class="door first" href="/desk/"' in clerk) == (True, True)


def test_a_guessed_check_code_is_no_receipt_and_there_are_few_guesses(outside: object, client: Client) -> None:
    outside.pays_cash("钱家")
    asked = {"series": "0001", "number": "00000001", "code": "0000000000"}

    answers = [client.get("/verify/", asked) for _ in range(31)]

    assert {refusal_of(answer) for answer in answers[:30]} == {"✗ 没有查到这张票据"}
    assert (answers[30].status_code, refusal_of(answers[30])) == (429, "查询次数太多，请稍后再试。")
