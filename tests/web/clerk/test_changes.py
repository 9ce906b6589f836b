"""The register at the counter: what happened to somebody is read, registered after a second look, and taken back."""

import re
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from canbao.access.models import Record
from canbao.register.domain.changes import withdraw
from canbao.register.domain.residents import register_newborn
from canbao.register.models import Change, Resident
from canbao.web.clerk import changes as pages
from tests.collection.paying import pay
from tests.collection.racing import one_inside_the_other
from tests.county import IN_THE_WINDOW, PASSWORD, County, number, register_changes, signed_in
from tests.web.browsing import fits, person, sign_in
from tests.web.conftest import Outside, number_of
from tests.web.pages import refusal_of, text_of, unmarked_chinese

BORN = date(2021, 10, 20)
BOYS_NUMBER = number(BORN, 71)
GROUND = "看了户口簿"


def address(outside: Outside, who: str, rest: str = "") -> str:
    return f"/residents/{outside.look(lambda county: county.person(who).pk)}/{rest}"


def history(outside: Outside, who: str) -> list[Change]:
    return outside.look(lambda county: list(county.person(who).changes.order_by("pk")))


def newborn(outside: Outside) -> int:
    with signed_in("clerk"):
        return register_newborn(guardian=County().person("赵大"), name="赵大宝宝", sex="男", born_on=BORN).pk


def sends(client: Client, to: str, *, confirmed: bool = True, **typed: str) -> HttpResponse:
    """What is typed, and then the page that asks once more: its own fields, as a browser would send them."""
    answer = client.post(to, typed)
    if not confirmed or answer.status_code != 200:
        return answer
    form = re.search(r'<form method="post" action="/residents/.*?</form>', answer.content.decode(), flags=re.DOTALL)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0]))
    return client.post(to, hidden | {"confirmed": "1"})


def test_the_household_shows_who_was_changed_and_leads_to_them(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    sends(client, address(outside, "赵妻", "change/died/"), on="2021-11-01", why="死亡证明")

    page = client.get(f"/households/{outside.household('赵家')}/")

    assert "赵妻 ****0227 已死亡 死亡 2021年11月1日" in text_of(page)
    assert f'href="{address(outside, "赵妻")}"' in page.content.decode()


def test_who_was_registered_by_mistake_is_not_called_moved(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    with signed_in("clerk"):
        withdraw(County().person("赵妻"), by=County().staff("clerk"), why="登记重了", at=IN_THE_WINDOW)

    pages = (
        text_of(client.get(f"/households/{outside.household('赵家')}/")),
        text_of(client.get(address(outside, "赵妻"))),
    )

    assert ("赵妻 ****0227 已撤下" in pages[0], "撤下日期 2021年11月15日" in pages[1]) == (True, True)


def test_who_should_not_have_been_registered_is_taken_off_and_owes_nothing(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")

    asked = sends(client, address(outside, "赵妻", "change/withdrawn/"), confirmed=False, why="查无此人")
    sends(client, address(outside, "赵妻", "change/withdrawn/"), why="查无此人")

    assert "登记了两次的请到“疑似重复”合并" in text_of(asked)
    home = text_of(client.get(f"/households/{outside.household('赵家')}/"))
    assert "赵妻 ****0227 已撤下" in home
    assert outside.look(lambda county: [bill.state for bill in county.person("赵妻").bills.all()]) == ["superseded"]
    done = history(outside, "赵妻")[0]
    sends(client, address(outside, "赵妻", f"undo/{done.pk}/"), why="是本村的人")
    assert outside.look(lambda county: county.bill("赵妻").state) == "open"


def test_who_is_enrolled_is_no_mistake_to_be_taken_off(sign_in: object, outside: Outside) -> None:
    outside.look(lambda county: pay(county, "赵家"))

    answer = sends(sign_in("clerk"), address(outside, "赵妻", "change/withdrawn/"), why="查无此人")

    assert refusal_of(answer) == "赵妻已经参保，不能撤下。"
    assert history(outside, "赵妻") == []


@pytest.mark.parametrize(("username", "sees"), [("clerk", True), ("town", True), ("county", True), ("finance", False), ("tax", False)])  # fmt: skip
def test_only_who_may_change_the_register_sees_the_way_there(sign_in: object, outside: Outside, username: str, sees: bool) -> None:  # fmt: skip
    client, home = sign_in(username), outside.household("赵家")

    assert ("登记与变更" in text_of(client.get(f"/households/{home}/"))) is sees
    assert client.get(address(outside, "赵大")).status_code == (200 if sees else 403)
    assert client.post(address(outside, "赵大", "change/died/"), {"on": "2021-11-01", "why": "x"}).status_code == (200 if sees else 403)  # fmt: skip


def test_people_of_another_village_are_not_there(sign_in: object, outside: Outside) -> None:
    client = sign_in("neighbour")
    pages = [address(outside, "赵大"), address(outside, "赵大", "change/died/"), address(outside, "赵大", "undo/1/")]

    assert {client.get(page).status_code for page in pages} == {404}
    assert client.post(pages[1], {"on": "2021-11-01", "why": "x", "confirmed": "1"}).status_code == 404
    assert history(outside, "赵大") == []


def test_a_death_is_kept_only_after_a_second_look(sign_in: object, outside: Outside) -> None:
    client, page = sign_in("clerk"), address(outside, "赵妻", "change/died/")

    asked = sends(client, page, confirmed=False, on="2021-11-01", why="死亡证明")
    before = history(outside, "赵妻")
    done = sends(client, page, on="2021-11-01", why="死亡证明")

    assert "请核对；还没有登记。" in text_of(asked)
    assert "死亡日期 无 2021年11月1日" in text_of(asked)
    assert (before, done["Location"], len(history(outside, "赵妻"))) == ([], address(outside, "赵妻"), 1)
    assert "村经办员 登记于" in text_of(client.get(address(outside, "赵妻")))


def test_a_doubled_confirmation_registers_once_and_says_no_no(sign_in: object, outside: Outside) -> None:
    client, page = sign_in("clerk"), address(outside, "赵妻", "change/died/")
    sent = {"on": "2021-11-01", "why": "死亡证明", "last": "0", "confirmed": "1"}

    answers = [client.post(page, sent) for _ in range(2)]

    assert [(one.status_code, one["Location"]) for one in answers] == [(302, address(outside, "赵妻"))] * 2
    assert len(history(outside, "赵妻")) == 1


DOUBLED = [
    ("died", {"on": "2021-11-01"}),
    ("name", {"name": "赵 琪"}),
    ("number", {"number": number(date(1982, 6, 2), 44)}),
    ("details", {"relation": "其他亲属", "sex": "女", "born_on": "1982-06-02", "hukou": "permit"}),
    ("moved", {"on": "2021-11-01"}),
    ("employed", {"on": "2021-11-01"}),
]


@pytest.mark.parametrize(("kind", "typed"), DOUBLED, ids=[kind for kind, _ in DOUBLED])
def test_whatever_was_confirmed_twice_is_registered_once(sign_in: object, outside: Outside, kind: str, typed: dict[str, str]) -> None:  # fmt: skip
    client, page = sign_in("clerk"), address(outside, "赵妻", f"change/{kind}/")
    who = outside.look(lambda county: county.person("赵妻"))

    answers = [client.post(page, typed | {"why": GROUND, "last": "0", "confirmed": "1"}) for _ in range(2)]

    assert ([one.status_code for one in answers], outside.look(lambda _: who.changes.count())) == ([302, 302], 1)


OTHERWISE = [
    ("name", {"name": "赵琪"}, {"name": "赵祺"}),
    ("number", {"number": number(date(1982, 6, 2), 44)}, {"number": number(date(1982, 6, 2), 46)}),
    (
        "details",
        {"relation": "其他亲属", "born_on": "1982-06-02", "sex": "女", "hukou": "registered"},
        {"relation": "配偶", "born_on": "1982-06-02", "sex": "女", "hukou": "permit"},
    ),
]


@pytest.mark.parametrize(("kind", "first", "second"), OTHERWISE, ids=[kind for kind, _, _ in OTHERWISE])
def test_a_second_confirmation_that_says_something_else_is_looked_at_once_more(
    sign_in: object, outside: Outside, kind: str, first: dict[str, str], second: dict[str, str]
) -> None:
    client, page = sign_in("clerk"), address(outside, "赵妻", f"change/{kind}/")
    who = outside.look(lambda county: county.person("赵妻"))

    done, answer = (client.post(page, typed | {"why": GROUND, "last": "0", "confirmed": "1"}) for typed in (first, second))  # fmt: skip

    assert (done.status_code, answer.status_code, "刚刚有别的变更" in text_of(answer)) == (302, 200, True)
    assert outside.look(lambda _: who.changes.count()) == 1


def test_what_was_taken_back_since_is_not_taken_for_done(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), address(outside, "赵妻")
    sent = {"on": "2021-11-01", "why": "死亡证明", "last": "0", "confirmed": "1"}
    client.post(f"{there}change/died/", sent)
    client.post(f"{there}undo/{history(outside, '赵妻')[0].pk}/", {"why": "登记错了人"})

    answer = client.post(f"{there}change/died/", sent)

    assert (answer.status_code, "刚刚有别的变更" in text_of(answer)) == (200, True)
    assert outside.look(lambda county: county.person("赵妻").died_on) is None


def two_corrections_at_once(county: County) -> tuple[tuple[int, int], list[str]]:
    """Two clerks who look at the same page confirm two names. What each was answered, and what is kept."""
    clerks = [Client(), Client()]
    for client, username in zip(clerks, ("clerk", "town"), strict=True):
        client.force_login(county.staff(username), backend="django.contrib.auth.backends.ModelBackend")
    who = county.person("赵妻")

    def confirms(client: Client, name: str) -> int:
        sent = {"name": name, "why": GROUND, "last": "0", "confirmed": "1"}
        return client.post(f"/residents/{who.pk}/change/name/", sent).status_code

    answers = one_inside_the_other(lambda: confirms(clerks[0], "赵琪"), lambda: confirms(clerks[1], "赵祺"))
    return answers, [change.after["name"] for change in who.changes.order_by("pk")]


def test_of_two_who_confirm_at_once_the_second_is_shown_what_the_first_did(real_county: County) -> None:
    assert two_corrections_at_once(real_county) == ((302, 200), ["赵琪"])


def test_without_holding_the_person_the_second_would_overwrite_the_first_unseen(real_county: County, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The control."""
    monkeypatch.setattr(pages, "_held", pages._resident)

    assert two_corrections_at_once(real_county) == ((302, 302), ["赵琪", "赵祺"])


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}], ids=["first-look", "confirmed"])
def test_whoever_tries_whether_a_number_is_taken_is_on_record_without_the_number(sign_in: object, outside: Outside, confirmed: dict[str, str]) -> None:  # fmt: skip
    page = address(outside, "赵妻", "change/number/")

    sign_in("clerk").post(page, {"number": number_of("赵大"), "why": GROUND, "last": "0"} | confirmed)

    tried = outside.look(lambda county: list(Record.objects.filter(verb="number.tried")))
    about = outside.look(lambda county: f"resident:{county.person('赵妻').pk}")
    assert [(one.subject, one.actor, one.detail) for one in tried] == [(about, "staff:clerk", {})]


def test_who_was_changed_meanwhile_is_looked_at_once_more(sign_in: object, outside: Outside) -> None:
    client, page = sign_in("clerk"), address(outside, "赵妻", "change/name/")
    with register_changes("details"):
        outside.look(lambda county: Resident.objects.filter(name="赵妻").update(relation="其他亲属"))

    answer = client.post(page, {"name": "赵琪", "why": GROUND, "last": "0", "confirmed": "1"})

    assert "刚刚有别的变更" in text_of(answer)
    assert [change.kind for change in history(outside, "赵妻")] == ["details"]


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        ("name", {"name": "赵琪"}, "姓名 赵妻 赵琪"),
        ("number", {"number": number(date(1982, 6, 2), 44)}, "证件号码 ****0227 ****"),
        ("details", {"relation": "其他亲属", "sex": "女", "born_on": "1982-06-02", "hukou": "permit"}, "参保类型 本地户籍 持居住证"),
        ("moved", {"on": "2021-11-01"}, "迁出日期 无 2021年11月1日"),
        ("employed", {"on": "2021-11-01"}, "职工医保 没有参加 正在参加"),
    ],
)  # fmt: skip
def test_each_kind_is_told_as_it_was_and_as_it_became(sign_in: object, outside: Outside, kind: str, typed: dict[str, str], told: str) -> None:  # fmt: skip
    client, there = sign_in("clerk"), address(outside, "赵妻")

    answer = sends(client, f"{there}change/{kind}/", why=GROUND, **typed)

    assert answer.status_code == 302
    assert told in text_of(client.get(there))


def test_somebody_leaves_the_employee_scheme_and_nobody_knows_how_long_it_was(sign_in: object, outside: Outside) -> None:  # fmt: skip
    client, there = sign_in("clerk"), address(outside, "吴职")

    sends(client, f"{there}change/left_employment/", on="2021-10-31", months="", back_paid="", why="停保证明")

    facts = outside.look(lambda county: county.person("吴职").circumstances["employee_scheme"])
    assert facts == {"left_on": "2021-10-31"}
    assert "职工医保 正在参加，连续60个月 2021-10-31停止" in text_of(client.get(there))


def test_who_leaves_the_employee_scheme_in_the_window_owes_and_can_pay_at_once(sign_in: object, outside: Outside) -> None:  # fmt: skip
    client, home = sign_in("clerk"), f"/households/{outside.household('吴家')}/"
    before = text_of(client.get(home))

    sends(client, address(outside, "吴职", "change/left_employment/"), on="2021-10-31", months="24", back_paid="no", why="停保证明")  # fmt: skip

    assert ("不在此参保" in before, "待缴 320.00" in text_of(client.get(home))) == (True, True)
    assert outside.pays_cash("吴家").total_fen == 32000


def test_a_child_who_was_called_dead_by_mistake_gets_a_bill(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), f"/residents/{newborn(outside)}/"
    with register_changes("died"):
        outside.look(lambda county: Resident.objects.filter(name="赵大宝宝").update(died_on=date(2021, 11, 1)))

    client.post(f"{there}undo/{history(outside, '赵大宝宝')[0].pk}/", {"why": "登记错了人"})

    assert outside.look(lambda county: county.bill("赵大宝宝").due_fen) == 32000


def test_who_comes_back_in_the_window_gets_a_bill(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), f"/residents/{newborn(outside)}/"
    with register_changes("moved"):
        outside.look(lambda county: Resident.objects.filter(name="赵大宝宝").update(moved_on=date(2021, 11, 1)))

    sends(client, f"{there}change/returned/", on="2021-11-15", why="迁移证")

    assert outside.look(lambda county: county.bill("赵大宝宝").due_fen) == 32000


def test_a_second_look_makes_no_bill(sign_in: object, outside: Outside) -> None:
    sends(sign_in("clerk"), address(outside, "吴职", "change/left_employment/"), confirmed=False, on="2021-10-31", why="停保证明")  # fmt: skip

    assert outside.look(lambda county: county.person("吴职").bills.count()) == 0


def test_a_newborn_gets_number_and_name_and_moving_away_ends_with_coming_back(sign_in: object, outside: Outside) -> None:  # fmt: skip
    client, there = sign_in("clerk"), f"/residents/{newborn(outside)}/"

    sends(client, f"{there}change/number_given/", number=BOYS_NUMBER, name="赵小明", why="出生证")
    sends(client, f"{there}change/moved/", on="2021-11-02", why="迁移证")
    sends(client, f"{there}change/returned/", on="2021-11-03", why="迁移证")

    seen = text_of(client.get(there))
    assert [kind in seen for kind in ("取得证件号码", "迁出", "迁回")] == [True] * 3
    assert f"证件号码 暂无证件号码 ****{BOYS_NUMBER[-4:]}" in seen
    assert BOYS_NUMBER not in client.get(there).content.decode()


@pytest.mark.parametrize(
    ("kind", "typed", "where"),
    [
        ("died", {"on": "", "why": "死亡证明"}, ("on", "请填写日期")),
        ("died", {"on": "2021-13-45", "why": "死亡证明"}, ("on", "请填写日期")),
        ("died", {"on": "2022-11-01", "why": "死亡证明"}, ("on", "不能是死亡的日期")),
        ("died", {"on": "2021-11-01", "why": " "}, ("why", "请写明看了什么材料")),
        ("died", {"on": "2021-11-01", "why": "证" * 201}, ("why", "最多200个字")),
        ("died", {"on": "2021-11-01", "why": f"证件{number_of('赵大')}"}, ("why", "长号码")),
        ("name", {"name": "", "why": GROUND}, ("name", "请填写姓名")),
        ("name", {"name": "赵" * 61, "why": GROUND}, ("name", "最多60个字")),
        ("number", {"number": "1234", "why": GROUND}, ("number", "应为 18 位")),
        ("number", {"number": number_of("赵大"), "why": GROUND}, ("number", "已经登记在册")),
        ("details", {"born_on": "1982-06-03", "sex": "女", "hukou": "registered", "why": GROUND}, ("born_on", "与登记的证件号码不符")),
        ("details", {"born_on": "1982-06-02", "sex": "x", "hukou": "registered", "why": GROUND}, ("sex", "x 不在可用的选项中")),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    sign_in: object, outside: Outside, kind: str, typed: dict[str, str], where: tuple[str, str]
) -> None:
    answer = sign_in("clerk").post(address(outside, "赵妻", f"change/{kind}/"), typed)
    (field, says), html = where, answer.content.decode()

    wrong = re.findall(r'<div class="field wrong">(.*?)</div>\s*</div>', html, flags=re.DOTALL)
    assert (answer.status_code in {409, 422}, len(wrong), f'id="id_{field}"' in wrong[0], says in wrong[0]) == (True, 1, True, True)  # fmt: skip
    kept = {name: value for name, value in typed.items() if value.strip() and value != "x"}
    assert all(f'value="{value}"' in html for value in kept.values())
    assert history(outside, "赵妻") == []


def test_nothing_changed_is_said_above(sign_in: object, outside: Outside) -> None:
    answer = sign_in("clerk").post(address(outside, "赵妻", "change/name/"), {"name": "赵妻", "why": GROUND})

    assert (answer.status_code, refusal_of(answer)) == (409, "赵妻登记的已经是这样，没有变更。")


def test_a_change_is_taken_back_and_everything_is_as_before(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), address(outside, "赵妻")
    sends(client, f"{there}change/died/", on="2021-11-01", why="死亡证明")
    undo = f"{there}undo/{history(outside, '赵妻')[0].pk}/"

    asked, silent, done = client.get(undo), client.post(undo, {"why": ""}), client.post(undo, {"why": "登记错了人"})
    again = client.post(undo, {"why": "登记错了人"})

    assert "死亡日期 无 2021年11月1日" in text_of(asked)
    assert (silent.status_code, done.status_code, again.status_code) == (422, 302, 409)
    assert refusal_of(again) == "这次变更已经撤销过了。"
    assert outside.look(lambda county: county.person("赵妻").died_on) is None
    seen = text_of(client.get(there))
    assert ("撤销变更 2021年11月15日" in seen, "死亡 2021年11月1日 已撤销" in seen) == (True, True)


def test_a_death_that_holds_again_is_not_called_undone(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), address(outside, "赵妻")
    sends(client, f"{there}change/died/", on="2021-11-01", why="死亡证明")
    for _ in range(2):
        client.post(f"{there}undo/{history(outside, '赵妻')[-1].pk}/", {"why": "登记错了人"})

    client.get(there)  # with what was said of the last of them
    html, last = client.get(there).content.decode(), history(outside, "赵妻")[-1]

    assert (html.count('<li class="undone">'), html.count("已撤销"), html.count("撤销这次变更")) == (1, 1, 1)
    assert f"{there}undo/{last.pk}/" in html


def test_what_was_changed_since_is_not_taken_back(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), address(outside, "赵妻")
    for name in ("赵琪", "赵祺"):
        sends(client, f"{there}change/name/", name=name, why=GROUND)
    first = outside.look(lambda county: Change.objects.order_by("pk").first().pk)

    answer = client.post(f"{there}undo/{first}/", {"why": "登记错了"})

    assert (answer.status_code, "后来又变更过" in refusal_of(answer)) == (409, True)


def test_a_kind_that_does_not_fit_leads_back_to_the_person(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), address(outside, "赵大")

    assert client.get(f"{there}change/returned/")["Location"] == there
    assert client.get(f"{there}change/number_given/")["Location"] == there
    assert (client.get(f"{there}change/undone/").status_code, client.get(f"{there}change/x/").status_code) == (404, 404)


def test_the_pages_are_english_but_for_names_and_grounds(sign_in: object, outside: Outside) -> None:
    client, there = sign_in("clerk"), address(outside, "赵妻")
    sends(client, f"{there}change/died/", on="2021-11-01", why="死亡证明")
    client.cookies["django_language"] = "en"
    pages = [there, f"{there}undo/{history(outside, '赵妻')[0].pk}/", address(outside, "赵大"), *(address(outside, "赵大", f"change/{kind}/") for kind in ("number", "name", "details", "died", "moved", "employed"))]  # fmt: skip

    answers = [client.get(page) for page in pages]
    answers.append(client.post(address(outside, "赵大", "change/died/"), {"on": "2030-01-01", "why": GROUND}))
    answers.append(client.post(address(outside, "赵大", "change/died/"), {"on": "2021-11-01", "why": GROUND}))

    assert [unmarked_chinese(answer) for answer in answers] == [[]] * len(answers)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_a_clerk_registers_a_move_and_takes_it_back_without_javascript(chromium: Browser, town: tuple, width: int) -> None:  # fmt: skip
    url, _, county = town
    page = person(chromium, url, width=width).new_page()
    sign_in(page, "clerk", PASSWORD)
    page.goto(f"/households/{county.household('赵家').pk}/")

    page.get_by_role("link", name="赵妻").click()
    seen = [fits(page)]
    page.get_by_role("link", name="迁出").click()
    page.get_by_label("依据").fill("迁移证")
    page.get_by_role("button", name="下一步：核对").click()  # the browser itself asks for the day
    seen.append(fits(page))
    page.get_by_label("发生日期").fill("2021-11-01")
    page.get_by_role("button", name="下一步：核对").click()
    seen.append(fits(page))
    page.get_by_role("button", name="确认登记").click()
    expect(page.get_by_role("status")).to_contain_text("已登记：迁出。")
    seen.append(fits(page))
    taken_back(page)

    assert seen == [True] * 4
    assert county.person("赵妻").moved_on is None


def taken_back(page: Page) -> None:
    page.get_by_role("link", name="撤销这次变更").click()
    assert fits(page)
    page.get_by_label("依据").fill("登记错了人")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_role("status")).to_contain_text("已撤销：迁出。")
