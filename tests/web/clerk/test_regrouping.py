"""Households at the counter: split, joined, corrected; what it means is shown before it is done, and it is done once."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, expect

from canbao.access.models import Record
from canbao.register.domain.households import move_over
from canbao.register.models import Change, Household
from tests.county import IN_THE_WINDOW, PASSWORD, signed_in
from tests.web.browsing import fits, person, sign_in
from tests.web.conftest import Outside
from tests.web.pages import refusal_of, text_of, unmarked_chinese

GROUND = "看了户口簿"


def address(outside: Outside, home: str, rest: str = "") -> str:
    return f"/households/{outside.household(home)}/{rest}"


def typed(outside: Outside, home: str, leaves: dict[str, str], stays: dict[str, str] | None = None, **rest: str) -> dict[str, str]:  # fmt: skip
    """A form as a browser sends it: whoever leaves with their relation, and the relations of those who stay."""
    people = outside.look(lambda county: list(county.household(home).residents.all()))
    told = leaves | (stays or {})
    sent = {f"relation-{one.pk}": told.get(one.name, one.relation) for one in people}
    ticked = {f"leaves-{one.pk}": "on" for one in people if one.name in leaves}
    return sent | ticked | {"why": GROUND} | rest


def confirms(client: Client, to: str, answer: HttpResponse) -> HttpResponse:
    form = re.search(rf'<form method="post" action="{to}".*?</form>', answer.content.decode(), flags=re.DOTALL)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0]))
    return client.post(to, hidden | {"confirmed": "1"})


def changed(outside: Outside) -> int:
    return outside.look(lambda _: Change.objects.count())


def homes(outside: Outside, *names: str) -> list[str]:
    return outside.look(lambda county: [county.person(name).household.code for name in names])


def test_a_split_is_shown_with_its_bills_before_it_is_done(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("clerk"), address(outside, "赵家", "change/split/")

    asked = client.post(to, typed(outside, "赵家", {"赵双一": "户主", "赵双二": "兄弟姐妹"}, code="赵新家"))
    before = changed(outside), outside.look(lambda _: Household.objects.filter(code="赵新家").exists())
    done = confirms(client, to, asked)

    assert "请核对；还没有登记。" in text_of(asked)
    assert "变更后：赵新家 示例一村委会 姓名 从哪一户来 现在 变更后 赵双一 户主 赵家 待缴 320元 待缴 320元" in text_of(
        asked
    )
    assert (before, done.status_code, homes(outside, "赵大", "赵双一")) == ((0, False), 302, ["赵家", "赵新家"])
    assert "分户 2021年11月15日" in text_of(client.get(address(outside, "赵新家")))


def test_a_doubled_confirmation_splits_once(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("clerk"), address(outside, "赵家", "change/split/")
    asked = client.post(to, typed(outside, "赵家", {"赵双一": "户主"}, code="赵新家"))

    answers = [confirms(client, to, asked) for _ in range(2)]

    assert [(one.status_code, one["Location"]) for one in answers] == [(302, address(outside, "赵家"))] * 2
    assert changed(outside) == 1


def test_who_changed_meanwhile_is_looked_at_once_more(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("clerk"), address(outside, "赵家", "change/split/")
    asked = client.post(to, typed(outside, "赵家", {"赵双一": "户主"}, code="赵新家"))
    wife = outside.look(lambda county: county.person("赵妻").pk)
    client.post(
        f"/residents/{wife}/change/died/", {"on": "2021-11-01", "why": "死亡证明", "last": "0", "confirmed": "1"}
    )

    again = confirms(client, to, asked)

    assert ("这一户刚刚有别的变更" in text_of(again), homes(outside, "赵双一")) == (True, ["赵家"])
    assert (confirms(client, to, again).status_code, homes(outside, "赵双一")) == (302, ["赵新家"])


def test_the_other_household_is_found_by_a_name(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("clerk"), address(outside, "孙家", "change/moved_home/")

    asked = client.post(to, typed(outside, "孙家", {"孙独": "其他亲属"}, into="周归"))

    assert "并户" in text_of(asked)
    assert "这一户没有人了；户还留着，按农户编码能找到。" in text_of(asked)
    assert (confirms(client, to, asked).status_code, homes(outside, "孙独")) == (302, ["周家"])
    assert "这一户没有人了。" in text_of(client.get(address(outside, "孙家")))


def test_where_several_fit_the_page_asks_which(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("town"), address(outside, "孙家", "change/moved_home/")
    form = typed(outside, "孙家", {"孙独": "其他亲属"}, into="李")

    offered = client.post(to, form | {"into": "钱"})
    several = client.post(to, form | {"into": "z"})  # 赵, 周, 郑

    assert "变更后：钱家" in text_of(offered)
    assert ("是哪一户" in text_of(several), 'name="into" value="周家"' in several.content.decode()) == (True, True)


REFUSED = [
    ("split", {"leaves": {"赵双一": "户主"}, "code": "郑家"}, "这个农户编码已经是另一户的。"),
    ("split", {"leaves": {}, "code": "赵新家"}, "没有选人。"),
    ("split", {"leaves": {"赵双一": "子女"}, "code": "赵新家"}, "变更后新户有0个户主，应有一个。"),
    # HouseholdNotFound
    ("moved_home", {"leaves": {"赵双一": "子女"}, "into": "没有这个人"}, "没有找到这一户。"),
    ("moved_home", {"leaves": {"赵双一": "子女"}, "into": "郑家"}, "没有找到这一户。"),
]


@pytest.mark.parametrize(("kind", "asked", "says"), REFUSED)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(sign_in: object, outside: Outside, kind: str, asked: dict, says: str) -> None:  # fmt: skip
    client, to = sign_in("clerk"), address(outside, "赵家", f"change/{kind}/")
    asked = dict(asked)

    page = client.post(to, typed(outside, "赵家", asked.pop("leaves"), **asked))

    assert (page.status_code, says in text_of(page), f'value="{GROUND}"' in page.content.decode()) == (409, True, True)
    assert changed(outside) == 0


def test_a_correction_is_shown_from_and_to_and_an_account_by_its_tail(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("clerk"), address(outside, "周家", "change/household/")
    form = {"code": "周家", "passbook_account": "6217000012345678", "address": "村西头", "why": GROUND}

    asked = client.post(to, form)
    home = outside.household("周家")
    done = confirms(client, to, asked)

    assert "涉农补贴折子账号 无 ****5678" in text_of(asked)
    assert (done.status_code, outside.look(lambda _: Household.objects.get(pk=home).passbook_account)) == (302, "6217000012345678")  # fmt: skip


def test_tiers_are_not_offered_where_the_notice_has_none(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")

    assert "更换档次" not in text_of(client.get(address(outside, "周家")))
    assert client.get(address(outside, "周家", "change/tier/")).status_code == 302
    assert client.get(address(outside, "周家", "change/split/")).status_code == 302  # of one person
    assert client.get(address(outside, "周家", "change/died/")).status_code == 404


def test_all_of_it_is_taken_back_from_the_household_and_from_a_person(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("clerk"), address(outside, "赵家", "change/split/")
    confirms(
        client, to, client.post(to, typed(outside, "赵家", {"赵双一": "户主", "赵双二": "兄弟姐妹"}, code="赵新家"))
    )
    one = outside.look(lambda county: county.person("赵双二").changes.get())

    led = client.get(f"/residents/{one.resident_id}/undo/{one.pk}/")
    shown = text_of(client.get(led["Location"]))
    done = client.post(led["Location"], {"why": "登记错了"})
    again = client.post(led["Location"], {"why": "登记错了"})

    assert "赵双一 登记项目 变更前 变更后" in shown
    assert "所在的户 赵家 赵新家" in shown
    assert (done.status_code, homes(outside, "赵双一", "赵双二")) == (302, ["赵家", "赵家"])
    assert (again.status_code, "这次变更已经撤销过了。" in refusal_of(again)) == (409, True)
    assert outside.look(lambda county: county.bill("赵双一").household.code) == "赵家"


@pytest.mark.parametrize(("username", "status"), [("neighbour", 404), ("finance", 403), ("tax", 403), ("town", 200), ("county", 200)])  # fmt: skip
def test_only_who_may_change_the_register_here(sign_in: object, outside: Outside, username: str, status: int) -> None:
    client = sign_in(username)

    pages = [client.get(address(outside, "赵家", f"change/{kind}/")) for kind in ("split", "moved_home", "household")]

    assert {page.status_code for page in pages} == {status}


def test_it_is_on_record_who_looked_and_who_split(sign_in: object, outside: Outside) -> None:
    client, to = sign_in("clerk"), address(outside, "赵家", "change/split/")

    confirms(client, to, client.post(to, typed(outside, "赵家", {"赵双一": "户主"}, code="赵新家")))

    verbs = outside.look(lambda _: list(Record.objects.filter(actor="staff:clerk").order_by("position").values_list("verb", flat=True)))  # fmt: skip
    assert (verbs.count("household.split"), "household.read" in verbs) == (1, True)


def test_who_does_not_see_everybody_is_not_offered_to_take_them_back(sign_in: object, outside: Outside) -> None:
    head, wife = outside.look(lambda county: [county.person(name).pk for name in ("赵大", "赵妻")])
    with signed_in("town"):
        done = move_over(
            outside.county.household("赵家"), [head], into=outside.county.household("郑家"), by=outside.county.staff("town"),
            relations={head: "其他亲属", wife: "户主"}, why=GROUND, at=IN_THE_WINDOW,
        )  # fmt: skip
    one = outside.look(lambda _: Change.objects.get(together=done.together, resident=wife).pk)
    client, to = sign_in("clerk"), address(outside, "赵家", f"undo/{one}/")

    page, history = client.get(to), client.get(address(outside, "赵家"))
    sent = client.post(to, {"why": "登记错了"})

    assert ("确认撤销" in text_of(page), "这次变更还涉及外村的人或户" in text_of(page)) == (False, True)
    assert "查看、撤销" not in text_of(history)
    assert (sent.status_code, homes(outside, "赵大")) == (409, ["郑家"])
    assert "确认撤销" in text_of(sign_in("town").get(to))


@pytest.mark.parametrize("kind", ["split", "moved_home", "household"])
def test_the_pages_speak_english(sign_in: object, outside: Outside, kind: str) -> None:
    client, to = sign_in("clerk"), address(outside, "赵家", f"change/{kind}/")
    client.cookies["django_language"] = "en"
    form = typed(outside, "赵家", {"赵双一": "户主" if kind == "split" else "子女"}, code="A1", into="周归")

    asked = client.post(to, form)
    confirms(client, to, asked)
    change = outside.look(lambda _: Change.objects.latest("pk").pk)
    pages = [client.get(to), asked, client.get(f"{to.split('change')[0]}undo/{change}/")]

    assert [unmarked_chinese(page) for page in pages] == [[]] * 3


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_a_clerk_splits_a_household_on_any_screen(chromium: Browser, town: tuple, width: int) -> None:
    url, _, county = town
    page = person(chromium, url, width=width).new_page()
    sign_in(page, "clerk", PASSWORD)
    page.get_by_label("找一户").fill("赵家")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="分户").click()
    row = page.locator("li", has_text="赵双一")
    row.get_by_role("checkbox").check()
    row.get_by_label("与户主关系").fill("户主")
    page.get_by_label("农户编码").fill(f"A{width}")
    page.get_by_label("变更依据").fill(GROUND)
    assert fits(page)
    page.get_by_role("button", name="下一步").click()

    expect(page.get_by_role("heading", name=f"变更后：A{width}")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="确认登记").click()
    expect(page.locator("div[role=status]")).to_contain_text("已登记：分户。")
    assert (fits(page), county.person("赵双一").household.code) == (True, f"A{width}")
