"""A resident enters by name and number; strangers cannot be probed."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from canbao.access.models import Record
from canbao.access.scope import within
from canbao.register.domain.households import move_over
from canbao.register.domain.residents import register_resident
from tests.collection.domain.test_households import does
from tests.county import IN_THE_WINDOW, County, everybody
from tests.web.conftest import number_of, wrong_number
from tests.web.pages import refusal_of, text_of

NOT_FOUND = "没有查到姓名与证件号码都相符的人员。"


def try_to_enter(client: Client, name: str, number: str) -> tuple[int, str]:
    answer = client.post("/my/enter/", {"name": name, "number": number})
    return answer.status_code, refusal_of(answer)


def test_name_and_number_open_the_family_page(db: None, client: Client) -> None:
    answer = client.post("/my/enter/", {"name": "钱奶奶", "number": number_of("钱奶奶")})

    assert (answer.status_code, answer["Location"]) == (302, "/my/")


def test_a_wrong_name_and_an_unknown_number_get_the_same_answer(db: None, client: Client) -> None:
    assert try_to_enter(client, "钱爷爷", number_of("钱奶奶")) == (422, NOT_FOUND)
    assert try_to_enter(client, "钱奶奶", wrong_number()) == (422, NOT_FOUND)


def test_a_mistyped_number_is_named_and_shown_covered(db: None, client: Client) -> None:
    number = number_of("钱奶奶")
    mistyped = number[:-1] + ("0" if number[-1] != "0" else "1")

    status, says = try_to_enter(client, "钱奶奶", mistyped)

    assert (status, "校验" in says, mistyped in says) == (422, True, False)


def test_a_number_too_short_is_counted_and_none_of_it_is_said(db: None, client: Client) -> None:
    answer = client.post("/my/enter/", {"name": "钱奶奶", "number": "99062119480108"})

    assert (answer.status_code, refusal_of(answer)) == (422, "身份证号您填了 14 位，应为 18 位（旧号 15 位）。")


def test_a_foreigner_enters_by_name_and_passport(db: None, client: Client) -> None:
    with within(everybody()):
        register_resident(
            household=County().household("周家"), name="阮氏兰", number="C1234567", issuer="VNM", born_on=date(1992, 3, 8), sex="女",
            relation="配偶", on=IN_THE_WINDOW.date(), allow_synthetic=False,
        )  # fmt: skip

    wrong = [try_to_enter(client, *typed) for typed in (("阮氏", "C1234567"), ("阮氏兰", "C7654321"))]
    answer = client.post("/my/enter/", {"name": "阮氏兰", "number": " c1234567"})

    assert (wrong, answer.status_code) == ([(422, NOT_FOUND)] * 2, 302)
    assert "C1234567" not in str(dict(client.session))


def test_the_session_keeps_no_number(db: None, client: Client) -> None:
    try_to_enter(client, "钱奶奶", number_of("钱奶奶"))

    kept = client.session["resident"]
    assert set(kept) == {"id", "household", "division", "county", "name"}
    assert number_of("钱奶奶") not in str(dict(client.session))


def test_after_five_wrong_ones_in_a_session_even_the_right_one_must_wait(db: None, client: Client) -> None:
    for _ in range(5):
        assert try_to_enter(client, "钱爷爷", number_of("钱奶奶"))[1] == NOT_FOUND

    assert try_to_enter(client, "钱奶奶", number_of("钱奶奶")) == (422, "查询次数太多，请稍后再试。")


def test_a_machine_that_throws_its_cookies_away_is_stopped_by_the_number(db: None) -> None:
    answers = [try_to_enter(Client(), "某某", number_of("钱奶奶"))[1] for _ in range(11)]

    assert answers == [NOT_FOUND] * 10 + ["查询次数太多，请稍后再试。"]


def test_a_number_written_another_way_is_the_same_number(db: None) -> None:
    typed = number_of("钱奶奶")
    ways = ["-".join((typed[:at], typed[at:])) for at in range(1, 12)]

    answers = [try_to_enter(Client(), "某某", way)[1] for way in ways]

    assert answers == [NOT_FOUND] * 10 + ["查询次数太多，请稍后再试。"]


def test_and_by_its_address(db: None) -> None:
    people = ["赵大", "赵妻", "钱奶奶", "钱儿", "孙独"]

    answers = [try_to_enter(Client(), "某某", number_of(people[at % 5]))[1] for at in range(21)]

    assert answers == [NOT_FOUND] * 20 + ["查询次数太多，请稍后再试。"]


def test_right_ones_do_not_count(db: None) -> None:
    statuses = {try_to_enter(Client(), "赵大", number_of("赵大"))[0] for _ in range(30)}

    assert statuses == {302}


def test_entering_is_on_record_without_a_name_or_a_number(db: None, client: Client) -> None:
    try_to_enter(client, "钱奶奶", number_of("钱奶奶"))

    with within(everybody()):
        last = Record.objects.latest("position")
    assert (last.verb, last.actor) == ("household.entered", f"resident:{client.session['resident']['id']}")
    assert "钱奶奶" not in last.subject


def test_leaving_closes_the_page(enter: object) -> None:
    client = enter("钱奶奶")

    client.post("/my/leave/")

    assert client.get("/my/")["Location"] == "/my/enter/"


@pytest.mark.parametrize(
    "path", ["/my/", "/my/pay/", "/my/receipts/1/", "/my/orders/00000000-0000-0000-0000-000000000001/"]
)
def test_who_has_not_entered_is_asked_to(db: None, client: Client, path: str) -> None:
    assert client.get(path)["Location"] == "/my/enter/"


def test_a_signed_in_clerk_is_no_resident_of_the_phone(sign_in: object) -> None:
    client = sign_in("clerk")
    session = client.session
    session["resident"] = {"id": 1, "household": 1, "division": "340621100200", "county": "340621", "name": "谁"}
    session.save()

    assert client.get("/my/")["Location"] == "/my/enter/"


def test_a_resident_who_enters_signs_the_clerk_out(sign_in: object) -> None:
    client = sign_in("clerk")

    client.post("/my/enter/", {"name": "钱奶奶", "number": number_of("钱奶奶")})

    assert client.get("/village/")["Location"] == "/sign-in/?next=/village/"
    assert "钱奶奶" in text_of(client.get("/my/"))


def test_who_came_to_another_household_enters_again_and_reads_no_more_of_the_old_one(
    enter: Callable[[str], Client], outside: object
) -> None:
    phone = enter("李军")
    assert "李妻" in phone.get("/my/").content.decode()

    def leave(county: County) -> None:
        he, she = county.person("李军").pk, county.person("李妻").pk
        does(county, "李家", move_over, [he], into=county.household("赵家"), relations={he: "其他亲属", she: "户主"})

    outside.look(leave)
    again = phone.get("/my/", follow=True)

    assert again.redirect_chain == [("/my/enter/", 302)]
    assert "请重新输入姓名和身份证号" in text_of(again)
    assert "李妻" not in again.content.decode()
    assert "赵大" in enter("李军").get("/my/").content.decode()
