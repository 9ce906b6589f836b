"""Suspected duplicates at the desk: a list, two rows side by side, what somebody says, and its taking back."""

from datetime import date

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from canbao.access.scope import within
from canbao.collection.domain.readjustment import follow_register
from canbao.collection.models import Refund
from canbao.enrolment.models import Bill, Enrolment
from canbao.register.domain.residents import register_resident
from canbao.register.models import Change, Resident, TwoPeople
from canbao.rosters.models import Holding
from tests.county import COUNTY, IN_THE_WINDOW, PASSWORD, VILLAGE, County, everybody, hold, number, register_changes
from tests.web.browsing import fits, person, sign_in
from tests.web.conftest import Outside
from tests.web.pages import text_of, unmarked_chinese

LIST = f"/duplicates/{VILLAGE}/"


def adds_twice(county: County) -> tuple[int, int]:
    other = register_resident(
        household=county.household("赵家"), name="周归", number=number(date(1990, 10, 10), 53), relation="其他亲属",
        on=IN_THE_WINDOW.date(), allow_synthetic=True,
    )  # fmt: skip
    return county.household("周家").residents.get().pk, other.pk


@pytest.fixture
def twice(outside: Outside) -> tuple[int, int]:
    return outside.look(adds_twice)


def says(client: Client, twice: tuple[int, int], **sent: str) -> object:
    return client.post("/duplicates/{}/{}/".format(*twice), sent)


def confirms(client: Client, twice: tuple[int, int], **sent: str) -> object:
    """What the page shows of them as one person is sent as it is."""
    shown = says(client, twice, same="1", **{"why": "看了身份证"} | sent)
    return says(
        client,
        twice,
        **{"same": "1", "confirmed": "1"} | {name: str(value) for name, value in shown.context["sent"].items()},
    )


def test_a_clerk_works_through_the_list_and_says_the_same_person(
    sign_in: object, outside: Outside, twice: tuple
) -> None:
    client = sign_in("clerk")
    listed = text_of(client.get(client.get("/duplicates/")["Location"]))

    done = confirms(client, twice, right=str(twice[1]))
    after = text_of(client.get(LIST))

    assert "同村同名，证件号码只差一位或相邻两位颠倒" in listed
    assert (done.status_code, "已认定为同一个人" in after, "没有疑似重复的登记。" in after) == (302, True, True)
    stays = outside.look(lambda _: Resident.objects.get(pk=twice[0]))
    assert (stays.number_tail, outside.look(lambda _: Resident.objects.get(pk=twice[1]).same_as_id)) == (
        number(date(1990, 10, 10), 53)[-4:],
        twice[0],
    )


def test_the_same_person_is_taken_back(sign_in: object, outside: Outside, twice: tuple) -> None:
    client = sign_in("clerk")
    confirms(client, twice, right=str(twice[0]))
    change = outside.look(lambda _: Change.objects.filter(kind="merged").latest("pk"))

    page = client.get(f"/households/{change.household_id}/undo/{change.pk}/")
    done = client.post(f"/households/{change.household_id}/undo/{change.pk}/", {"why": "弄错了"})

    assert ("并入 无 周归" in text_of(page), done.status_code) == (True, 302)
    assert "证件号码只差一位" in text_of(client.get(LIST))


def holds(pk: int) -> None:
    row, roster = Resident.objects.get(pk=pk), hold({}, on=date(2021, 9, 30))
    Holding.objects.create(
        county=COUNTY, division=row.division, resident=row, household_id=row.household_id, category="低保对象", since=roster.cut_off_on,
        roster=roster,
    )  # fmt: skip


def everything() -> list[object]:
    return [
        *Resident.objects.order_by("pk").values_list(), *Bill.objects.order_by("pk").values_list(), Change.objects.count(), Refund.objects.count(),
        *Enrolment.objects.order_by("pk").values_list(),
    ]  # fmt: skip


def test_what_becomes_of_both_is_shown_and_nothing_of_it_is_done(
    sign_in: object, outside: Outside, twice: tuple
) -> None:
    outside.look(lambda _: holds(twice[1]))
    before = outside.look(lambda _: everything())

    shown = says(sign_in("clerk"), twice, same="1", right=str(twice[1]), why="看了身份证")

    tails = [number(date(1990, 10, 10), sequence)[-4:] for sequence in (51, 53)]
    after, stays, goes = (shown.context[which] for which in ("after", "stays", "goes"))
    assert [(side.row.number_tail, side.row.household.code, side.held) for side in (stays, goes, after)] == [
        (tails[0], "周家", []), (tails[1], "赵家", ["低保对象"]), (tails[1], "周家", ["低保对象"]),
    ]  # fmt: skip
    assert (stays.member.due_fen, after.member.due_fen, shown.context["back"]) == (32000, 4000, 0)
    assert all(said in text_of(shown) for said in ("留下的一条", "撤下的一条", "合并后", "低保对象"))
    assert outside.look(lambda _: everything()) == before


def test_where_both_have_paid_the_page_says_what_goes_back(sign_in: object, outside: Outside, twice: tuple) -> None:
    outside.look(lambda county: follow_register(COUNTY, [twice[1]], at=IN_THE_WINDOW, actor="test"))
    outside.pays_cash("周家")
    outside.pays_cash("赵家")
    client = sign_in("clerk")

    shown = says(client, twice, same="1", right=str(twice[0]), why="看了身份证")
    nothing = outside.look(lambda _: Refund.objects.count())
    confirms(client, twice, right=str(twice[0]))

    assert ("多缴的320元列入退款" in text_of(shown).replace(" ", "").replace("¥", ""), nothing) == (True, 0)
    assert outside.look(lambda _: Refund.objects.get(resident=twice[1]).amount_fen) == shown.context["back"] == 32000


def test_what_changed_meanwhile_is_looked_at_once_more(sign_in: object, outside: Outside, twice: tuple) -> None:
    client = sign_in("clerk")
    shown = says(client, twice, same="1", right=str(twice[0]), why="看了身份证")
    sent = {name: str(value) for name, value in shown.context["sent"].items()} | {"same": "1", "confirmed": "1"}
    with within(everybody()), register_changes("name"):
        Resident.objects.filter(pk=twice[1]).update(name="周桂")

    again = says(client, twice, **sent)
    done = says(client, twice, **sent | {"last": str(again.context["sent"]["last"])})
    doubled = says(client, twice, **sent)

    assert (again.status_code, "刚刚有别的变更" in text_of(again), done.status_code, doubled.status_code) == (200, True, 302, 302)  # fmt: skip
    assert outside.look(lambda _: Change.objects.filter(kind="merged").count()) == 1


def test_two_people_are_not_listed_until_it_is_taken_back(sign_in: object, outside: Outside, twice: tuple) -> None:
    client = sign_in("clerk")
    done = says(client, twice, **{"two": "1", "two-why": "堂兄弟"})
    after = text_of(client.get(LIST))
    made = outside.look(lambda _: TwoPeople.objects.get().pk)

    empty = client.post(f"/duplicates/back/{made}/", {"why": " "})
    back = client.post(f"/duplicates/back/{made}/", {"why": "弄错了"})

    assert (done.status_code, "已认定为两个人" in after, "堂兄弟" in after, "没有疑似重复的登记。" in after) == (
        302,
        True,
        True,
        True,
    )
    assert (empty.status_code, back.status_code) == (409, 302)
    assert "证件号码只差一位" in text_of(client.get(LIST))


def test_nothing_is_said_without_a_ground_or_which_is_right(sign_in: object, outside: Outside, twice: tuple) -> None:
    client = sign_in("clerk")

    answers = [
        says(client, twice, same="1", why="看了身份证"),
        says(client, twice, same="1", right=str(twice[0]), why=""),
        says(client, twice, same="1", confirmed="1", right=str(twice[0]), why=""),
        says(client, twice, two="1"),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 422]
    assert outside.look(lambda _: (Change.objects.count(), TwoPeople.objects.count())) == (0, 0)


def test_the_county_sees_how_many_each_town_has(sign_in: object, outside: Outside, twice: tuple) -> None:
    client = sign_in("county")

    assert "共1对" in text_of(client.get("/duplicates/"))
    assert "濉溪镇 1" in text_of(client.get("/duplicates/"))
    assert "证件号码只差一位" in text_of(client.get("/duplicates/340621100000/"))


@pytest.mark.parametrize(
    ("username", "statuses"), [("neighbour", (404, 404)), ("finance", (403, 403)), ("town", (200, 200))]
)
def test_only_who_may_change_the_register_there(sign_in: object, outside: Outside, twice: tuple, username: str, statuses: tuple[int, int]) -> None:  # fmt: skip
    client = sign_in(username)

    assert (client.get(LIST).status_code, client.get("/duplicates/{}/{}/".format(*twice)).status_code) == statuses
    assert client.get("/duplicates/nowhere/").status_code == (403 if username == "finance" else 404)


def test_the_pages_speak_english(sign_in: object, outside: Outside, twice: tuple) -> None:
    client = sign_in("clerk")
    client.cookies["django_language"] = "en"

    pages = [client.get(LIST), client.get("/duplicates/{}/{}/".format(*twice))]
    pages.append(says(client, twice, same="1", right=str(twice[1]), why="x"))
    says(client, twice, **{"two": "1", "two-why": "x"})
    pages.append(client.get(LIST))

    assert [unmarked_chinese(page) for page in pages] == [[]] * 4


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_a_clerk_decides_on_any_screen(chromium: Browser, town: tuple, width: int) -> None:
    url, _, county = town
    adds_twice(county)
    page = person(chromium, url, width=width).new_page()
    sign_in(page, "clerk", PASSWORD)
    page.get_by_role("link", name="疑似重复").click()
    page.get_by_role("link", name="核对").click()
    assert fits(page)
    page.get_by_role("radio").first.check()
    page.locator("form", has_text="是同一个人").get_by_label("变更依据").fill("看了身份证")
    page.locator("form", has_text="是同一个人").get_by_role("button", name="下一步：核对").click()
    assert fits(page)
    page.get_by_role("button", name="确认登记").click()

    expect(page.locator("div[role=status]")).to_contain_text("已登记：是同一个人。")
    assert fits(page)
