"""The page 区划: what a county has, a list of villages looked at and then taken, a zone, another name."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from canbao.collection.domain.receipts import issue_book
from canbao.divisions.models import CollectingUnit, Division
from canbao.register.models import Household
from tests.county import FAR_VILLAGE, OTHER_VILLAGE, VILLAGE, register_changes
from tests.web.conftest import Outside
from tests.web.pages import refusal_of, text_of

GOOD = "代码,名称,类型\n340621100202,新民村,村委会\n340621100003,幸福社区,居委会\n"


def look(client: Client, text: str) -> object:
    return client.post("/county/divisions/look/", {"file": SimpleUploadedFile("村.csv", text.encode("gb18030"))})


def seen(page: object) -> str:
    return page.context["seen"]


def made(outside: Outside) -> set[str]:
    return outside.look(
        lambda _: set(Division.objects.filter(name__in=["新民村", "幸福社区"]).values_list("name", flat=True))
    )


def test_what_the_county_has(sign_in: object) -> None:
    client = sign_in("county")

    county, town = text_of(client.get("/county/divisions/")), text_of(client.get("/county/divisions/340621100000/"))

    assert "濉溪镇 340621100" in county
    assert "示例一村 340621100200" in town


def test_nobody_else_keeps_places(sign_in: object) -> None:
    assert [sign_in(who).get("/county/divisions/").status_code for who in ("clerk", "town", "tax", "civil")] == [
        403
    ] * 4
    assert "区划" not in text_of(sign_in("town").get("/township/"))


def test_a_list_is_looked_at_before_it_is_taken(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")

    page = look(client, GOOD)

    assert made(outside) == set()
    assert "幸福社区、新民村" in text_of(page)
    answer = client.post("/county/divisions/import/", {"seen": seen(page)}, follow=True)
    assert "已导入2个村（社区）" in text_of(answer)
    assert made(outside) == {"新民村", "幸福社区"}
    assert outside.look(lambda _: CollectingUnit.objects.filter(name="幸福社区居委会").exists())


def test_a_bad_row_is_named_and_nothing_can_be_taken(sign_in: object, outside: Outside) -> None:
    page = look(sign_in("county"), GOOD + "340621100002,,\n")

    assert (page.status_code, seen(page)) == (422, "")
    assert "4 340621100002" in text_of(page)
    assert made(outside) == set()


def test_a_list_that_somebody_else_looked_at_is_not_taken(sign_in: object, outside: Outside) -> None:
    theirs = seen(look(sign_in("county"), GOOD))

    answer = sign_in("county2").post("/county/divisions/import/", {"seen": theirs}, follow=True)

    assert "请重新上传" in text_of(answer)
    assert made(outside) == set()


def test_a_list_that_came_true_meanwhile_says_so(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    page = look(client, GOOD)
    outside.look(lambda _: Division.objects.create(code="340621100202", name="别名村", level="village"))

    answer = client.post("/county/divisions/import/", {"seen": seen(page)})

    assert answer.status_code == 409
    assert "一行也没有导入" in text_of(answer)


def test_what_is_no_list_of_villages(sign_in: object) -> None:
    client = sign_in("county")

    assert look(client, "").status_code in {409, 422}
    assert look(client, "姓名,身份证号\n甲,1\n").status_code == 409


def test_a_zone(sign_in: object, outside: Outside) -> None:
    answer = sign_in("county").post("/county/divisions/zones/", {"name": "东园区", "published": ""}, follow=True)

    assert "已登记东园区，代码340621900000" in text_of(answer)


def test_another_name(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    asked = {"name": "新民村", "on": "2021-11-15", "why": "濉政秘〔2021〕9号"}

    answer = text_of(client.post(f"/county/divisions/{VILLAGE}/rename/", asked, follow=True))
    again = client.post(f"/county/divisions/{VILLAGE}/rename/", asked)

    assert "旧名称示例一村，用到 2021年11月14日" in answer
    assert "新民村委会" in answer
    assert again.status_code == 409
    assert client.post(f"/county/divisions/{VILLAGE}/rename/", {"name": ""}).status_code == 422


def test_a_place_of_another_county_is_not_there(sign_in: object) -> None:
    assert sign_in("county").get("/county/divisions/341721100000/").status_code == 404
    assert sign_in("county").get("/county/divisions/340621000000/").status_code == 404


MERGER = {"into": OTHER_VILLAGE, "on": "2021-11-15", "why": "濉政秘〔2021〕9号"}


def test_a_merger_is_looked_at_before_it_is_done(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")

    looked = text_of(client.post(f"/county/divisions/{VILLAGE}/merge/", MERGER))
    assert "示例一村并入示例二村" in looked
    assert "村经办员" in looked
    assert outside.look(lambda _: Division.objects.get(pk=VILLAGE).until) is None

    done = text_of(client.post(f"/county/divisions/{VILLAGE}/merge/", MERGER | {"confirmed": "1"}, follow=True))
    assert "示例一村已并入示例二村：6户、11人" in done
    assert "还有100份纸质票据" in done
    assert "示例一村并入，用到 2021年11月14日" in done
    old = text_of(client.get(f"/county/divisions/{VILLAGE}/"))
    assert "已并入 示例二村" in old
    assert "先看会带走什么" not in old


def test_a_merger_that_is_confirmed_twice_is_done_once(sign_in: object) -> None:
    client = sign_in("county")
    one, again = (client.post(f"/county/divisions/{VILLAGE}/merge/", MERGER | {"confirmed": "1"}) for _ in range(2))
    elsewhere = MERGER | {"confirmed": "1", "into": FAR_VILLAGE}

    there = f"/county/divisions/{OTHER_VILLAGE}/"
    assert [(answer.status_code, answer.headers["Location"]) for answer in (one, again)] == [(302, there), (302, there)]
    assert client.post(f"/county/divisions/{VILLAGE}/merge/", elsewhere).status_code == 409


def test_a_merger_waits_for_cash(sign_in: object, outside: Outside) -> None:
    outside.pays_cash("周家")
    client = sign_in("county")

    assert "先汇缴，再撤并" in text_of(client.post(f"/county/divisions/{VILLAGE}/merge/", MERGER))
    answer = client.post(f"/county/divisions/{VILLAGE}/merge/", MERGER | {"confirmed": "1"})

    assert answer.status_code == 409
    assert "不能撤并" in text_of(answer)


def test_after_a_merger_its_clerk_finds_their_people_and_what_they_paid(sign_in: object, outside: Outside) -> None:
    sign_in("county").post(f"/county/divisions/{VILLAGE}/merge/", MERGER | {"confirmed": "1"})
    household = outside.household("周家")

    page = text_of(sign_in("neighbour").get(f"/households/{household}/"))

    assert "周归" in page


def test_a_merger_without_a_paper_is_none(sign_in: object) -> None:
    answer = sign_in("county").post(f"/county/divisions/{VILLAGE}/merge/", MERGER | {"why": ""})

    assert answer.status_code == 422


SPLIT = {
    "name": "新民村", "published": "340621100202", "codes": "周家\r\n孙家", "address": "", "on": "2021-11-15",
    "why": "濉政秘〔2021〕9号",
}  # fmt: skip


def test_a_split_is_looked_at_before_it_is_done(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")

    looked = text_of(client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT))
    assert "从示例一村分设新民村" in looked
    assert "周家、孙家" in looked or "孙家、周家" in looked
    assert "留在原村（户） 4" in looked
    assert not outside.look(lambda _: Division.objects.filter(name="新民村").exists())

    done = text_of(client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT | {"confirmed": "1"}, follow=True))
    assert "已分设新民村，代码340621100202：2户、2人" in done
    assert "2021年11月15日 起分设自 示例一村" in done
    assert "2021年11月15日 起分设出 新民村" in text_of(client.get(f"/county/divisions/{VILLAGE}/"))


def test_what_the_page_hands_on_is_what_was_typed(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    page = client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT)

    client.post(f"/county/divisions/{VILLAGE}/split/", hidden(page.content.decode()))

    assert outside.look(lambda _: Division.objects.filter(name="新民村").exists())


def test_what_is_confirmed_is_what_was_looked_at(sign_in: object, outside: Outside) -> None:
    """An address that is written otherwise meanwhile brings nobody else along."""

    def lives_at(code: str) -> None:
        def moves(_: object) -> None:
            with register_changes():
                Household.objects.filter(code=code).update(address="示例一村 东组 3号")

        outside.look(moves)

    client = sign_in("county")
    lives_at("钱家")
    page = client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT | {"address": "东组"})
    lives_at("李家")

    client.post(f"/county/divisions/{VILLAGE}/split/", hidden(page.content.decode()))

    went = outside.look(lambda _: set(Household.objects.filter(division="340621100202").values_list("code", flat=True)))
    assert went == {"周家", "孙家", "钱家"}


def test_another_split_under_the_same_name_is_refused_and_not_taken_for_the_same(sign_in: object) -> None:
    client, to = sign_in("county"), f"/county/divisions/{VILLAGE}/split/"
    client.post(to, SPLIT | {"confirmed": "1"})

    others = client.post(to, SPLIT | {"codes": "钱家", "published": "", "confirmed": "1"})

    assert (others.status_code, "新民村" in refusal_of(others)) == (409, True)


def hidden(html: str) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', html)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_a_split_that_is_confirmed_twice_is_done_once(sign_in: object) -> None:
    client = sign_in("county")
    answers = [client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT | {"confirmed": "1"}) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == ["/county/divisions/340621100202/"] * 2


def test_a_split_of_nobody_says_so_and_keeps_what_was_typed(sign_in: object) -> None:
    client = sign_in("county")

    answer = client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT | {"codes": "郑家"})

    assert answer.status_code == 409
    assert "示例一村没有这1户：郑家" in text_of(answer)
    assert 'value="新民村"' in answer.content.decode()
    assert client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT | {"why": ""}).status_code == 422


def test_a_split_is_taken_back_as_one(sign_in: object, outside: Outside) -> None:
    client = sign_in("county")
    client.post(f"/county/divisions/{VILLAGE}/split/", SPLIT | {"confirmed": "1"})

    outside.look(lambda county: issue_book(unit=county.unit("340621100202"), kind="paper", series=9, first=1, last=50))

    assert client.post("/county/divisions/340621100202/unsplit/", {"why": ""}).status_code == 422
    done = text_of(client.post("/county/divisions/340621100202/unsplit/", {"why": "文件看错了"}, follow=True))

    assert "已撤销分设新民村：2户、2人回到这里" in done
    assert "新民村的村（居）委会还有50份纸质票据，请收回缴销" in done
    assert "新民村 340621100202 分设已撤销" in done
    gone = text_of(client.get("/county/divisions/340621100202/"))
    assert "分设已经撤销，这里的人回到了 示例一村" in gone
    assert client.post("/county/divisions/340621100202/unsplit/", {"why": "文件看错了"}).status_code == 409


def test_after_a_split_who_has_the_village_sees_its_people(sign_in: object, outside: Outside) -> None:
    sign_in("county").post(f"/county/divisions/{VILLAGE}/split/", SPLIT | {"confirmed": "1"})

    gone, stayed = (sign_in("clerk").get(f"/households/{outside.household(code)}/") for code in ("周家", "赵家"))

    assert (gone.status_code, stayed.status_code) == (404, 200)
