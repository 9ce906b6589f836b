"""Somebody new at the counter: a newborn under a parent's name, twins, a person with a card; what they owe is there at once."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from canbao.access.scope import within
from canbao.collection.models import Refund
from canbao.enrolment.models import Bill
from canbao.kernel.identity import check_character
from canbao.register.models import Change, Resident
from canbao.web.refusals import ChildThereAlready
from tests.county import OTHER_VILLAGE, PASSWORD, VILLAGE, everybody, number, open_with_dongzhi, register_changes
from tests.web.browsing import fits
from tests.web.browsing import person as person_at
from tests.web.browsing import sign_in as sign_in_at
from tests.web.conftest import Outside
from tests.web.pages import text_of, unmarked_chinese

BORN = date(2021, 10, 1)


def pages(outside: Outside, household: str = "赵家") -> tuple[str, str]:
    home = outside.household(household)
    return f"/households/{home}/newborn/", f"/households/{home}/people/"


def child_of(outside: Outside, name: str = "赵妻", **changes: object) -> dict[str, object]:
    guardian = outside.look(lambda county: county.person(name).pk)
    return {"guardian": guardian, "born_on": BORN.isoformat(), "sex": "女", "order": 1, "name": ""} | changes


def person(**changes: object) -> dict[str, object]:
    born = date(1990, 3, 4)
    return {"name": "赵新", "number": number(born, 81), "relation": "其他亲属", "hukou": "registered"} | changes


def said_of(answer: object, field: str) -> str:
    return "".join(answer.context["form"].errors[field])


def test_a_newborn_is_registered_and_can_pay_at_once(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    newborn, _ = pages(outside)

    answer = text_of(client.post(newborn, child_of(outside), follow=True))

    assert "已登记赵妻宝宝" in answer
    child = outside.look(lambda county: county.person("赵妻宝宝"))
    assert (child.born_on, child.number_kind, child.number_tail) == (BORN, "暂无", "")
    assert outside.look(lambda _: Bill.objects.get(resident=child).state) == "open"


def test_twins_are_told_apart_and_one_child_is_registered_once(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    newborn, _ = pages(outside)
    client.post(newborn, child_of(outside))

    again = client.post(newborn, child_of(outside))
    client.post(newborn, child_of(outside, order=2, sex="男"))

    assert again.status_code == 409
    assert isinstance(again.context["no"], ChildThereAlready)
    assert "赵妻2021-10-01出生的第1个孩子已经登记了" in text_of(again).replace(" ", "")
    found = outside.look(
        lambda _: list(Resident.objects.filter(born_on=BORN).order_by("pk").values_list("name", "sex"))
    )
    assert found == [("赵妻宝宝", "女"), ("赵妻宝宝二", "男")]


def test_a_child_of_tomorrow_or_of_nobody_here(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    newborn, _ = pages(outside)

    assert client.post(newborn, child_of(outside, born_on="2022-01-01")).status_code == 422
    assert client.post(newborn, child_of(outside, "钱儿")).status_code == 422


def test_a_person_with_a_card_is_registered_and_can_pay_at_once(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)

    assert "已登记赵新" in text_of(client.post(people, person(), follow=True))
    made = outside.look(lambda county: county.person("赵新"))
    assert (made.household.code, made.sex, made.relation) == ("赵家", "男", "其他亲属")
    assert outside.look(lambda _: Bill.objects.get(resident=made).due_fen) == 32000
    assert client.post(people, person(name="赵又新")).status_code == 409  # one number, one person


def test_cards_of_other_kinds(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)

    client.post(people, person(name="何港", number="810000199408230021", hukou="permit"))
    client.post(people, person(name="外永", number="932682198501010017"))

    kinds = outside.look(lambda _: list(Resident.objects.filter(name__in=["何港", "外永"]).order_by("pk").values_list("number_kind", "hukou")))  # fmt: skip
    assert kinds == [("港澳台居民居住证", "permit"), ("外国人永久居留身份证", "registered")]


def test_an_old_foreigners_card_wants_the_day_of_birth(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)
    card = person(name="外人", number="USA110085010112")

    without = client.post(people, card)
    other = client.post(people, card | {"born_on": "1986-01-01"})
    client.post(people, card | {"born_on": "1985-01-01", "sex": "女"})

    assert (without.status_code, other.status_code) == (409, 409)
    assert "外国人永久居留证（旧版）上的号码里看不出来" in said_of(without, "born_on")
    assert "出生日期与登记的证件号码不符" in said_of(other, "born_on")
    made = outside.look(lambda county: county.person("外人"))
    assert (made.born_on, made.sex) == (date(1985, 1, 1), "女")


def test_a_day_or_a_sex_that_the_number_contradicts(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)

    assert client.post(people, person(born_on="1990-03-05")).status_code == 409
    assert client.post(people, person(sex="女")).status_code == 409


def test_a_wrong_number_is_said_beside_it(sign_in: object, outside: Outside) -> None:
    _, people = pages(outside)
    right = number(date(1990, 3, 4), 81)
    wrong = right[:-1] + ("0" if check_character(right[:17]) != "0" else "1")

    answer = sign_in("clerk").post(people, person(number=wrong))

    assert answer.status_code == 409
    assert "校验不符" in said_of(answer, "number")
    assert right[6:14] not in answer.content.decode().replace(wrong, "")


def test_who_changes_no_register_and_who_is_elsewhere(sign_in: object, outside: Outside) -> None:
    newborn, people = pages(outside)

    assert sign_in("tax").get(people).status_code == 403
    assert [sign_in("neighbour").get(page).status_code for page in (newborn, people)] == [404, 404]


PASSPORT = {
    "name": "阮氏兰",
    "issuer": "vnm",
    "number": "c1234567",
    "born_on": "1992-03-08",
    "sex": "女",
    "relation": "配偶",
    "hukou": "permit",
}
NO_PAPERS = {"name": "赵无名", "born_on": "1970-01-01", "sex": "男", "relation": "其他亲属", "papers": "村委会主任证明"}


def test_a_foreigner_with_a_passport_can_pay_and_is_found_by_its_number(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)

    assert "已登记阮氏兰" in text_of(client.post(f"{people}passport/", PASSPORT, follow=True))
    made = outside.look(lambda county: county.person("阮氏兰"))
    found = client.post("/households/", {"text": "C1234567"})

    bill = outside.look(lambda _: Bill.objects.select_related("assessment").get(resident=made))
    assert (bill.due_fen, bill.assessment.facts["traits"]) == (32000, ["居住证"])  # of 外籍 this notice says nothing
    assert (made.number_kind, found["Location"]) == ("外国护照", f"/households/{made.household_id}/")
    assert sign_in("neighbour").post("/households/", {"text": "C1234567"}).context["found"] == []


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"issuer": "CHN"}, "issuer", "中国公民不用护照登记"),
        ({"issuer": "VIE"}, "issuer", "没有“VIE”这一签发国代码"),
        ({"number": number(date(1992, 3, 8), 82)}, "number", "不是护照号码"),
        ({"born_on": "2031-01-01"}, "born_on", "不能是出生日期"),
    ],
)
def test_what_is_wrong_with_a_passport_is_said_beside_it(
    sign_in: object, outside: Outside, changes: dict[str, str], field: str, says: str
) -> None:
    _, people = pages(outside)

    answer = sign_in("clerk").post(f"{people}passport/", PASSPORT | changes)

    assert (answer.status_code, says in said_of(answer, field)) == (409, True)


def test_birthday_and_sex_of_a_passport_must_be_there(sign_in: object, outside: Outside) -> None:
    _, people = pages(outside)

    answer = sign_in("clerk").post(f"{people}passport/", PASSPORT | {"born_on": "", "sex": ""})

    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"born_on", "sex"})


def test_who_has_no_papers_is_listed_until_a_number_comes_and_again_when_it_is_taken_back(
    sign_in: object, outside: Outside
) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)
    client.post(f"{people}none/", NO_PAPERS)
    made = outside.look(lambda county: county.person("赵无名"))
    before = text_of(client.get(client.get("/without-number/")["Location"]))
    given = {"number": number(date(1970, 1, 1), 71), "why": "看了身份证", "last": "0", "confirmed": "1"}

    done = client.post(f"/residents/{made.pk}/change/number_given/", given)
    between = text_of(client.get(f"/without-number/{VILLAGE}/"))
    change = outside.look(lambda _: Change.objects.get(resident=made))
    client.post(f"/residents/{made.pk}/undo/{change.pk}/", {"why": "弄错了人"})

    assert ("赵无名" in before, "村委会主任证明" in before, done.status_code) == (True, True, 302)
    assert ("赵无名" in between, "每个人都有证件号码。" in between) == (False, True)
    assert "赵无名" in text_of(client.get(f"/without-number/{VILLAGE}/"))
    assert outside.look(lambda _: Bill.objects.get(resident=made).due_fen) == 32000


def test_the_note_of_who_vouches_is_corrected_and_asked_of_nobody_else(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)
    client.post(f"{people}none/", NO_PAPERS)
    made, other = outside.look(lambda county: (county.person("赵无名"), county.person("赵大")))
    sent = {"relation": "其他亲属", "sex": "男", "born_on": "1970-01-01", "hukou": "registered", "papers": "派出所证明", "why": "派出所来函", "last": "0", "confirmed": "1"}  # fmt: skip

    client.post(f"/residents/{made.pk}/change/details/", sent)

    assert "派出所证明" in text_of(client.get(f"/residents/{made.pk}/"))
    assert "现有材料" not in text_of(client.get(f"/residents/{other.pk}/change/details/"))


def test_those_without_a_number_are_seen_by_whoever_may_change_them(sign_in: object, outside: Outside) -> None:
    list_of = f"/without-number/{VILLAGE}/"

    assert [sign_in(who).get(list_of).status_code for who in ("county", "town", "neighbour", "tax")] == [200, 200, 404, 403]  # fmt: skip


def test_a_new_passport_and_a_card_instead_of_one_are_corrected_numbers(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)
    client.post(f"{people}passport/", PASSPORT)
    made = outside.look(lambda county: county.person("阮氏兰"))
    page = f"/residents/{made.pk}/change/number/"

    renewed = client.post(
        page, {"number": "P7654321", "issuer": "VNM", "why": "看了新护照", "last": "0", "confirmed": "1"}
    )
    birthday = client.post(f"/residents/{made.pk}/change/details/", {"relation": "配偶", "sex": "女", "born_on": "1992-03-09", "hukou": "permit", "why": "看了护照"})  # fmt: skip
    wrong = client.post(page, {"number": "P7654322", "issuer": "ZZZ", "why": "x"})

    assert (renewed.status_code, birthday.status_code, wrong.status_code) == (302, 200, 409)
    made = outside.look(lambda county: county.person("阮氏兰"))
    assert (made.number_kind, made.number_tail, made.born_on) == ("外国护照", "4321", date(1992, 3, 8))


def test_there_are_papers_of_three_kinds_and_no_other(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)

    assert [client.get(f"{people}{papers}/").status_code for papers in ("card", "passport", "none", "visa")] == [200, 200, 200, 404]  # fmt: skip


def test_the_pages_speak_english(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside)
    client.post(f"{people}none/", NO_PAPERS)
    client.cookies["django_language"] = "en"

    opened = [client.get(page) for page in (people, f"{people}passport/", f"{people}none/", f"/without-number/{VILLAGE}/")]  # fmt: skip

    assert [unmarked_chinese(page) for page in opened] == [[]] * 4


def test_a_household_that_everybody_left_takes_nobody_in(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    _, people = pages(outside, "周家")
    with within(everybody()), register_changes("moved_home"):
        Resident.objects.filter(name="周归").update(household=outside.county.household("钱家"))

    answer = client.post(people, person())

    assert (answer.status_code, "这一户没有人了" in text_of(answer)) == (409, True)
    assert outside.look(lambda _: Resident.objects.filter(name="赵新").exists()) is False


# --- a household that is not there yet, and the way there -----------------------------------------------------------------


HOME = {"code": "冯家", "passbook_account": "621700000009", "address": "村西头"}


def test_who_is_found_nowhere_is_registered_with_a_household_of_their_own(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    nobody = client.post("/households/", {"text": "冯新"})
    begun = client.post("/newcomers/", {"typed": nobody.context["typed"]})

    done = client.post("/newcomers/", person(name="冯新") | HOME)

    assert "没有找到" in text_of(nobody)
    assert (begun.status_code, begun.context["form"].initial) == (200, {"name": "冯新"})
    made = outside.look(lambda county: county.person("冯新"))
    assert (done["Location"], made.relation, made.household.code) == (
        f"/households/{made.household_id}/",
        "户主",
        "冯家",
    )
    assert outside.look(lambda _: Bill.objects.get(resident=made).due_fen) == 32000


def test_a_number_that_was_looked_for_is_carried_over_and_never_in_an_address(
    sign_in: object, outside: Outside
) -> None:
    client = sign_in("clerk")
    typed = number(date(1990, 3, 4), 81)

    nobody = client.post("/households/", {"text": typed})
    begun = client.post("/newcomers/", {"typed": nobody.context["typed"]})
    otherwise = client.post("/newcomers/none/", {"typed": typed})

    assert begun.context["form"]["number"].value() == typed
    pages = [one.content.decode() for one in (nobody, begun, otherwise)]
    assert [re.findall(rf'(?:href|action|formaction)="[^"]*{typed}', page) for page in pages] == [[], [], []]
    assert [re.findall(rf'value="{typed}"', page) != [] for page in pages] == [True] * 3


def test_who_belongs_to_a_family_that_is_there_is_led_to_it(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    found = client.post("/households/", {"text": "赵大", "typed": "赵新"})
    _, people = pages(outside)

    begun = client.post(people, {"typed": "赵新"})

    assert (found.status_code, f'action="{people}"' in found.content.decode()) == (200, True)
    assert begun.context["form"].initial == {"name": "赵新"}


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"code": "赵家"}, "code", "已经是另一户的"),
        ({"code": "冯 / 家"}, "code", "农户编码填写有误"),
        ({"passbook_account": "12"}, "passbook_account", "涉农补贴折子账号填写有误"),
    ],
)
def test_what_is_wrong_with_a_household_is_said_beside_it_and_nobody_is_registered(
    sign_in: object, outside: Outside, changes: dict[str, str], field: str, says: str
) -> None:
    answer = sign_in("clerk").post("/newcomers/", person(name="冯新") | HOME | changes)

    assert (answer.status_code, says in "".join(answer.context["home_form"].errors[field])) == (409, True)
    assert outside.look(lambda _: Resident.objects.filter(name="冯新").exists()) is False


def test_what_is_left_out_of_either_is_said_at_once(sign_in: object, outside: Outside) -> None:
    answer = sign_in("clerk").post("/newcomers/none/", {})

    assert answer.status_code == 422
    assert (set(answer.context["form"].errors), set(answer.context["home_form"].errors)) == ({"name", "born_on", "sex", "papers"}, {"code"})  # fmt: skip


def test_a_township_says_in_which_village_and_a_village_is_asked_nothing(sign_in: object, outside: Outside) -> None:
    town = sign_in("town")

    without = town.post("/newcomers/", person(name="冯新") | HOME)
    town.post("/newcomers/", person(name="冯新") | HOME | {"village": OTHER_VILLAGE})

    assert set(without.context["home_form"].errors) == {"village"}
    assert "village" not in sign_in("clerk").get("/newcomers/").context["home_form"].fields
    assert outside.look(lambda county: county.person("冯新").division) == OTHER_VILLAGE


def test_who_may_not_change_the_register_is_not_offered_to(sign_in: object, outside: Outside) -> None:
    tax = sign_in("tax")

    assert "登记新参保人" not in text_of(tax.post("/households/", {"text": "冯新"}))
    assert (tax.get("/newcomers/").status_code, sign_in("clerk").get("/newcomers/visa/").status_code) == (403, 404)


def test_children_apart_from_their_parents_where_the_notice_says_so(sign_in: object, outside: Outside) -> None:
    client = sign_in("clerk")
    child = {
        "parents_name": "冯职",
        "number": number(date(1985, 1, 1), 53),
        "born_on": BORN.isoformat(),
        "sex": "女",
        "order": 1,
    } | HOME
    before, split = client.post("/newcomers/apart/", child), f"/households/{outside.household('赵家')}/change/split/"
    says_nothing = text_of(client.get(split))
    outside.look(lambda _: open_with_dongzhi())

    page = text_of(client.get("/newcomers/"))
    done = client.post("/newcomers/apart/", child)

    assert (before.status_code, done.status_code) == (404, 302)
    assert ("单独成户" in says_nothing, "单独成户（依据：五（三））" in text_of(client.get(split))) == (False, True)
    assert "父母都参加职工医保的，子女单独成户（依据：五（三））" in page
    made = outside.look(lambda county: county.person("冯职宝宝"))
    assert (made.relation, made.number_kind, made.household.code) == ("户主", "暂无", "冯家")
    assert outside.look(lambda _: Bill.objects.get(resident=made).due_fen) == 28000
    again = client.post("/newcomers/apart/", child | {"code": "冯二", "passbook_account": ""})
    assert (again.status_code, type(again.context["no"]), again.context["form"].errors) == (409, ChildThereAlready, {})
    assert "冯职2021-10-01出生的第1个孩子已经登记了" in text_of(again).replace(" ", "")


def test_a_foreigner_is_told_to_a_notice_that_speaks_of_them(sign_in: object, outside: Outside) -> None:
    outside.look(lambda _: open_with_dongzhi())
    client = sign_in("clerk")

    client.post("/newcomers/passport/", {name: value for name, value in PASSPORT.items() if name != "relation"} | HOME)

    made = outside.look(lambda county: county.person("阮氏兰"))
    bill = outside.look(lambda _: Bill.objects.select_related("assessment").get(resident=made))
    assert (made.circumstances, bill.assessment.facts["traits"], bill.due_fen) == ({}, ["外籍", "在本地常住"], 28000)


def test_the_pages_of_a_new_household_speak_english(sign_in: object, outside: Outside) -> None:
    outside.look(lambda _: open_with_dongzhi())
    client = sign_in("clerk")
    client.cookies["django_language"] = "en"

    opened = [client.get(f"/newcomers/{papers}") for papers in ("", "passport/", "none/", "apart/")]
    opened.append(client.post("/households/", {"text": "赵大", "typed": "Zhao"}))

    assert [unmarked_chinese(page) for page in opened] == [[]] * 5


DUE = {"due_on": "2022-05-20", "order": 1}


def expected(outside: Outside, client: Client, **changes: object) -> object:
    guardian = outside.look(lambda county: county.person("赵妻").pk)
    return client.post(f"/households/{outside.household('赵家')}/unborn/", {"guardian": guardian} | DUE | changes)


def test_where_the_notice_knows_no_unborn_nothing_is_offered_and_nobody_is_registered(
    sign_in: object, outside: Outside
) -> None:
    client = sign_in("clerk")

    assert "登记未出生的孩子" not in text_of(client.get(f"/households/{outside.household('赵家')}/"))
    assert expected(outside, client).status_code == 404
    assert outside.look(lambda _: Resident.objects.filter(number_kind="未出生").exists()) is False


def test_an_unborn_child_is_registered_and_can_pay_at_once(sign_in: object, outside: Outside) -> None:
    outside.look(lambda _: open_with_dongzhi())
    client = sign_in("clerk")

    offered = text_of(client.get(f"/households/{outside.household('赵家')}/"))
    page = text_of(client.get(f"/households/{outside.household('赵家')}/unborn/"))
    done = expected(outside, client)
    again = expected(outside, client)
    expected(outside, client, order=2)

    assert ("登记未出生的孩子" in offered, "依据：四（一）" in page, done.status_code) == (True, True, 302)
    assert isinstance(again.context["no"], ChildThereAlready)
    found = outside.look(lambda _: list(Resident.objects.filter(number_kind="未出生").order_by("pk").values_list("name", flat=True)))  # fmt: skip
    assert found == ["赵妻宝宝", "赵妻宝宝二"]
    bill = outside.look(lambda _: Bill.objects.select_related("assessment").get(resident__name="赵妻宝宝"))
    assert bill.assessment.facts["traits"] == ["未出生"]
    assert (bill.due_fen, bill.state) == (28000, "open")


@pytest.mark.parametrize(("day", "status"), [("2023-01-01", 409), ("2021-12-31", 409), ("", 422)])
def test_who_is_due_outside_of_the_period_is_told_so_beside_the_day(
    sign_in: object, outside: Outside, day: str, status: int
) -> None:
    outside.look(lambda _: open_with_dongzhi())

    answer = expected(outside, sign_in("clerk"), due_on=day)

    assert (answer.status_code, "due_on" in answer.context["form"].errors) == (status, True)
    assert outside.look(lambda _: Resident.objects.filter(number_kind="未出生").exists()) is False


BIRTH = {"on": "2021-11-14", "sex": "女", "order": 1, "name": "赵小雨", "why": "看了出生医学证明", "last": "0"}


def test_it_is_born_and_that_is_taken_back_on_its_page(sign_in: object, outside: Outside) -> None:
    outside.look(lambda _: open_with_dongzhi())
    client = sign_in("clerk")
    expected(outside, client, due_on="2022-01-10")
    child, guardian = outside.look(lambda county: (county.person("赵妻宝宝"), county.person("赵妻")))
    page = f"/residents/{child.pk}/change/born/"
    sent = BIRTH | {"guardian": guardian.pk}

    offered = text_of(client.get(f"/residents/{child.pk}/"))
    hint = text_of(client.get(f"/households/{child.household_id}/newborn/"))
    listed = text_of(client.get(f"/without-number/{VILLAGE}/"))
    shown = text_of(client.post(page, sent))
    wrong = client.post(page, sent | {"on": "2021-11-30"})
    done = client.post(page, sent | {"confirmed": "1"})
    born = outside.look(lambda _: Resident.objects.get(pk=child.pk))
    change = outside.look(lambda _: Change.objects.get(resident=child))
    client.post(f"/residents/{child.pk}/undo/{change.pk}/", {"why": "弄错了"})

    assert all(word in offered for word in ("预产期", "已出生", "没有出生"))
    assert ("登记的是未出生（预产期2022年1月10日）" in hint.replace(" ", ""), "还没有出生" in listed) == (True, True)
    assert ("待遇从出生那天算起" in shown, "on" in wrong.context["form"].errors, done.status_code) == (
        True,
        True,
        302,
    )
    assert (born.name, born.number_kind, born.sex) == ("赵小雨", "暂无", "女")
    assert outside.look(lambda _: Resident.objects.get(pk=child.pk).number_kind) == "未出生"


def test_a_child_that_is_there_already_is_not_born_once_more(sign_in: object, outside: Outside) -> None:
    outside.look(lambda _: open_with_dongzhi())
    client = sign_in("clerk")
    expected(outside, client, due_on="2022-01-10")
    client.post(pages(outside)[0], child_of(outside, born_on="2021-11-14"))
    child, guardian = outside.look(
        lambda _: (Resident.objects.get(number_kind="未出生"), Resident.objects.get(name="赵妻"))
    )

    answer = client.post(f"/residents/{child.pk}/change/born/", BIRTH | {"guardian": guardian.pk})

    assert (answer.status_code, isinstance(answer.context["no"], ChildThereAlready)) == (409, True)


def test_it_was_not_born_and_what_was_paid_goes_to_the_refunds(sign_in: object, outside: Outside) -> None:
    campaign = outside.look(lambda _: open_with_dongzhi())
    client = sign_in("clerk")
    expected(outside, client, due_on="2022-01-10")
    child, bill = outside.look(
        lambda county: (county.person("赵妻宝宝"), Bill.objects.get(campaign=campaign, resident__name="赵妻宝宝").pk)
    )
    home = f"/households/{child.household_id}/"
    client.post(f"{home}cash/", {"order_id": str(uuid4()), "bill": [bill], "amount": "280"})
    page = f"/residents/{child.pk}/change/not_born/"
    sent = {"why": "看了医院证明", "last": "0"}

    shown = text_of(client.post(page, sent))
    rehearsed = outside.look(lambda _: Refund.objects.count())
    client.post(page, sent | {"confirmed": "1"})
    again = client.post(page, sent | {"confirmed": "1"})
    refunds = outside.look(lambda _: list(Refund.objects.values_list("resident", "amount_fen")))
    listed = text_of(client.get(f"/without-number/{VILLAGE}/"))
    change = outside.look(lambda _: Change.objects.get(resident=child))
    client.post(f"/residents/{child.pk}/undo/{change.pk}/", {"why": "弄错了"})

    assert ("记入应退" in shown, rehearsed, refunds) == (True, 0, [(child.pk, 28000)])
    assert (again.status_code, "赵妻宝宝" in listed) == (302, False)
    last = outside.look(lambda _: Bill.objects.filter(resident=child).latest("version"))
    assert (last.due_fen, last.state) == (28000, "open")


def test_the_pages_of_the_unborn_speak_english(sign_in: object, outside: Outside) -> None:
    outside.look(lambda _: open_with_dongzhi())
    client = sign_in("clerk")
    expected(outside, client, due_on="2022-01-10")
    child = outside.look(lambda county: county.person("赵妻宝宝"))
    client.cookies["django_language"] = "en"

    home, one = f"/households/{child.household_id}", f"/residents/{child.pk}"
    opened = [client.get(page) for page in (f"{home}/unborn/", f"{home}/newborn/", f"{one}/", f"{one}/change/born/", f"{one}/change/not_born/", f"/without-number/{VILLAGE}/")]  # fmt: skip
    opened.append(expected(outside, client, due_on="2023-01-10"))

    assert [unmarked_chinese(page) for page in opened] == [[]] * 7


def links(client: Client, outside: Outside) -> str:
    return client.get(f"/households/{outside.household('赵家')}/").content.decode()


def test_the_household_leads_there(sign_in: object, outside: Outside) -> None:
    page = links(sign_in("clerk"), outside)

    assert all(address in page for address in pages(outside))


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_somebody_new_is_registered_and_looked_for_no_more_on_any_screen(
    chromium: Browser, town: tuple, width: int
) -> None:
    url, _, _ = town
    page = person_at(chromium, url, width=width).new_page()
    sign_in_at(page, "clerk", PASSWORD)
    page.get_by_role("searchbox").fill("冯新")
    page.get_by_role("button", name="查找").click()
    assert fits(page)
    page.get_by_role("button", name="登记新参保人").click()
    assert fits(page)
    expect(page.get_by_label("姓名", exact=False).first).to_have_value("冯新")
    page.get_by_label("证件号码").fill(number(date(1990, 3, 4), 81))
    page.get_by_label("农户编码").last.fill("冯家")
    page.get_by_role("button", name="登记", exact=True).click()

    expect(page.locator("div[role=status]")).to_contain_text("已登记冯新，新立一户。")
    assert fits(page)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_a_child_is_expected_and_born_on_any_screen(chromium: Browser, town: tuple, width: int) -> None:
    url, _, county = town
    open_with_dongzhi()
    page = person_at(chromium, url, width=width).new_page()
    sign_in_at(page, "clerk", PASSWORD)
    page.goto(f"{url}/households/{county.household('赵家').pk}/")
    page.get_by_role("link", name="登记未出生的孩子").click()
    assert fits(page)
    page.get_by_label("父亲或母亲").select_option("赵妻")
    page.get_by_label("预产期").fill("2022-01-10")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("div[role=status]")).to_contain_text("已登记赵妻宝宝。出生后")
    page.goto(f"{url}/without-number/{VILLAGE}/")
    assert fits(page)
    page.get_by_role("link", name="登记已出生").click()
    assert fits(page)
    page.get_by_label("出生日期").fill("2021-11-14")
    page.get_by_label("性别").select_option("女")
    page.get_by_label("父亲或母亲").select_option("赵妻")
    page.get_by_label("变更依据").fill("看了出生医学证明")
    page.get_by_role("button").last.click()
    expect(page.get_by_role("button", name="确认登记")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="确认登记").click()

    expect(page.locator("div[role=status]")).to_contain_text("已登记：已出生。")
    assert fits(page)
