"""Somebody new at the counter: a newborn under a parent's name, twins, a person with a card; what they owe is there at once."""

from datetime import date

from django.test import Client

from canbao.enrolment.models import Bill
from canbao.kernel.identity import check_character
from canbao.register.models import Resident
from canbao.register.refusals import BirthdayMissing, NumberSaysOtherwise
from canbao.web.refusals import ChildThereAlready
from tests.county import number
from tests.web.conftest import Outside
from tests.web.pages import text_of

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
    assert isinstance(without.context["no"], BirthdayMissing)
    assert isinstance(other.context["no"], NumberSaysOtherwise)
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

    assert answer.status_code == 422
    assert "校验不符" in text_of(answer)
    assert right[6:14] not in answer.content.decode().replace(wrong, "")


def test_who_changes_no_register_and_who_is_elsewhere(sign_in: object, outside: Outside) -> None:
    newborn, people = pages(outside)

    assert sign_in("tax").get(people).status_code == 403
    assert [sign_in("neighbour").get(page).status_code for page in (newborn, people)] == [404, 404]


def links(client: Client, outside: Outside) -> str:
    return client.get(f"/households/{outside.household('赵家')}/").content.decode()


def test_the_household_leads_there(sign_in: object, outside: Outside) -> None:
    page = links(sign_in("clerk"), outside)

    assert all(address in page for address in pages(outside))
