"""按名单核定: what the lists of a day change is looked at by name, and then just that is done."""

from datetime import date

from django.test import Client

from canbao.access.models import Record
from canbao.collection.models import Refund
from canbao.collection.refusals import AdjustmentDiffers
from canbao.enrolment.models import Bill, Campaign, Enrolment
from canbao.rosters.models import Holding
from tests.collection.paying import pay
from tests.county import County, hold
from tests.web.conftest import Outside
from tests.web.pages import refusal_of, text_of

TODAY = date(2021, 11, 15)


def lists_change(outside: Outside) -> None:
    """赵大 paid and comes onto the list; 钱奶奶 paid as on it and is off it; 周归 and 郑邻 come onto it and have not paid."""

    def change(county: County) -> None:
        pay(county, "赵家")
        pay(county, "钱家")
        Holding.objects.filter(resident__name="钱奶奶").update(until=date(2021, 11, 14))
        hold({"赵大": "低保对象", "周归": "特困人员", "郑邻": "低保对象"}, on=TODAY)

    outside.look(change)


def look(client: Client, **asked: str) -> object:
    return client.post("/county/adjust/", {"as_of": "2021-11-15"} | asked)


def confirm(client: Client, page: object, **asked: str) -> object:
    return client.post("/county/adjust/", {"as_of": "2021-11-15", "seen": page.context["seen"]} | asked, follow=True)


def written(outside: Outside) -> tuple[int, int, int]:
    return outside.look(lambda _: (Bill.objects.count(), Enrolment.objects.count(), Refund.objects.count()))


def test_it_is_looked_at_by_name_and_nothing_is_done(sign_in: object, outside: Outside) -> None:
    lists_change(outside)
    before = written(outside)

    page = look(sign_in("county"))

    said = text_of(page)
    assert "还没有核定，什么也没有改" in said
    groups = {one.effect.value: ([who.name for who, *_ in one.rows], one.fen) for one in page.context["groups"]}
    assert groups == {
        "全额资助，由经办机构登记参保": (["孙独", "周归"], 0),
        "已缴费，应退": (["赵大"], -28000),
        "已参保，应补": (["钱奶奶"], 28000),
        "没有参保，账单改了": (["郑邻"], 4000),
    }
    assert written(outside) == before
    reads = outside.look(lambda _: Record.objects.filter(verb="adjustment.read").latest("position").detail)
    assert len(reads["residents"]) == 5


def test_what_was_looked_at_is_done(sign_in: object, outside: Outside) -> None:
    lists_change(outside)
    client = sign_in("county")

    done = text_of(confirm(client, look(client)))

    assert "已核定：由经办机构登记参保2人，应退1人、280元，应补1人，账单改了1人。" in done
    assert "濉溪镇 1" in done  # 郑邻 is subsidised and has not paid: the township's work
    assert outside.look(lambda county: county.bill("郑邻").due_fen) == 4000
    assert outside.look(lambda _: set(Enrolment.objects.filter(paid_fen=0).values_list("resident__name", flat=True))) == {
        "孙独", "周归"
    }  # fmt: skip
    assert "按这一天的名单，什么都不用改" in text_of(look(client))


def test_what_changed_meanwhile_is_looked_at_again(sign_in: object, outside: Outside) -> None:
    lists_change(outside)
    client = sign_in("county")
    page = look(client)
    outside.look(lambda county: pay(county, "郑家"))  # 320 at this moment: he is owed 280, and no bill of his changes
    before = written(outside)

    answer = confirm(client, page)

    assert (answer.status_code, refusal_of(answer)) == (409, AdjustmentDiffers.says_template)
    assert written(outside) == before
    assert "已核定" in text_of(confirm(client, answer))


def test_a_day_before_the_newest_list_is_meant_or_refused(sign_in: object, outside: Outside) -> None:
    lists_change(outside)
    client = sign_in("county")

    no = look(client, as_of="2021-11-01")
    meant = look(client, as_of="2021-11-01", older="on")

    assert (no.status_code, "截至 2021-11-15 的名单已经算数" in refusal_of(no)) == (409, True)
    assert (meant.status_code, 'name="older" value="on"' in meant.content.decode()) == (200, True)


def test_a_day_that_has_not_come_is_none(sign_in: object) -> None:
    page = look(sign_in("county"), as_of="2021-11-16")

    assert page.status_code == 422
    assert "这一天还没有到" in text_of(page)


def test_nobody_else_does_it(sign_in: object) -> None:
    asked = [sign_in(who).get("/county/adjust/").status_code for who in ("clerk", "town", "tax", "civil", "county")]

    assert asked == [403, 403, 403, 403, 200]
    assert "按名单核定" in text_of(sign_in("county").get("/county/"))
    assert "按名单核定" not in text_of(sign_in("tax").get("/county/"))


def test_a_county_without_a_season_has_nothing_to_do(sign_in: object, outside: Outside) -> None:
    outside.look(lambda _: Campaign.objects.update(opened_at=None, opened_by=""))

    assert "还没有开启的参保年度" in text_of(sign_in("county").get("/county/adjust/"))
