"""日结: a county closes a day, a town signs, and a paper is held against the books."""

from dataclasses import asdict
from uuid import uuid4

from django.test import Client

from canbao.access.models import Record
from canbao.divisions.models import Division
from canbao.reports.closings import close_day, figures_of
from canbao.reports.four_ways import PERSON_DIFFERS, Difference
from canbao.reports.models import Closing, ClosingLine
from canbao.reports.refusals import ClosedByYourself
from tests.collection.domain.test_cash import take
from tests.county import COUNTY, IN_THE_WINDOW, VILLAGE, County
from tests.web.conftest import Outside
from tests.web.pages import refusal_of, text_of

TOWN, WHOLE = VILLAGE[:9] + "000", COUNTY + "000000"


def closes(outside: Outside) -> str:
    """By itself at night, after somebody paid; the closing's address without the place."""

    def night(county: County) -> str:
        take(county, "赵家")
        made = close_day(county.campaign, day=IN_THE_WINDOW.date(), actor="system:nightly", at=IN_THE_WINDOW)
        return f"/county/closings/{made.pk}"

    return outside.look(night)


def test_the_county_closes_a_day_and_somebody_else_signs(sign_in: object, outside: Outside) -> None:
    outside.look(lambda county: take(county, "赵家"))
    client = sign_in("county")
    assert "还没有结过账" in text_of(client.get("/county/closings/"))

    page = client.post("/county/closings/close/", follow=True)

    assert "四个一致" in text_of(page)
    address = page.redirect_chain[-1][0]
    assert refusal_of(client.post(f"{address}sign/")) == ClosedByYourself().says
    signed = sign_in("county2").post(f"{address}sign/", follow=True)
    assert "已签字" in text_of(signed)


def test_a_town_looks_signs_and_prints(sign_in: object, outside: Outside) -> None:
    base = closes(outside)
    client = sign_in("town")
    assert "夜间自动" in text_of(client.get("/county/closings/"))

    client.post(f"{base}/{TOWN}/sign/")
    page = client.get(f"{base}/{TOWN}/")
    paper = client.get(f"{base}/{TOWN}/paper/")

    assert "1,280.00" in text_of(page)
    assert (paper.status_code, paper["Content-Type"], paper.content[:5]) == (200, "application/pdf", b"%PDF-")
    verbs = outside.look(
        lambda _: list(Record.objects.filter(verb__startswith="closing").values_list("verb", flat=True))
    )
    assert verbs == ["closing.signed", "closing.printed"]


def test_another_town_a_village_and_who_has_no_business_there_see_nothing(sign_in: object, outside: Outside) -> None:
    base = closes(outside)

    assert sign_in("town").get(f"{base}/{WHOLE}/").status_code == 404
    assert sign_in("county").get(f"{base}/{VILLAGE}/").status_code == 404
    assert sign_in("clerk").get("/county/closings/").status_code == 403
    assert sign_in("tax").post(f"{base}/{WHOLE}/sign/").status_code == 403


def test_a_paper_is_compared_with_the_books(sign_in: object, outside: Outside) -> None:
    closes(outside)
    word = outside.look(lambda county: figures_of(Closing.objects.get(), Division.objects.get(pk=TOWN)).signed)
    client: Client = sign_in("town")

    assert "账簿里这次结账的数字没有变" in text_of(client.get("/county/closings/check/", {"c": word}))
    assert "不是本系统签发的日结单" in text_of(client.get("/county/closings/check/", {"c": word[:-8] + "AAAAAAAA"}))
    assert "不是本系统签发的日结单" in text_of(client.get("/county/closings/check/"))


def test_a_town_does_not_judge_the_countys_paper(sign_in: object, outside: Outside) -> None:
    closes(outside)
    word = outside.look(lambda _: figures_of(Closing.objects.get(), Division.objects.get(pk=WHOLE)).signed)

    said = text_of(sign_in("town").get("/county/closings/check/", {"c": word}))

    assert "请由这个地方或它上级的经办人扫码" in said
    assert "有人改动过数据库" not in said


def differing(county: County) -> str:
    """A closing that found somebody who paid a fen less than their enrolment says."""
    who = county.person("周归").pk
    words = {"person": str(who), "money": "320.00", "people": "320.01", "roster": "320.00", "receipts": "320.00", "enrolment": "1", "bill": "1", "receipt": "1"}  # fmt: skip
    made = Closing.objects.create(
        id=uuid4(), county=COUNTY, campaign=county.campaign, day=IN_THE_WINDOW.date(), nth=1, closed_at=IN_THE_WINDOW,
        closed_by="system:nightly", differences=1, root_position=1, root_hash="0" * 64,
    )  # fmt: skip
    four = {"money_fen": 32000, "people_fen": 32001, "roster_fen": 32000, "receipts_fen": 32000}
    ClosingLine.objects.create(
        county=COUNTY, closing=made, unit=county.unit(), division=VILLAGE, money_people=1, people_people=1, roster_people=1, receipts_people=1,
        free=0, drawer_fen=32000, differences=[asdict(Difference(PERSON_DIFFERS, words, who))], **four,
    )  # fmt: skip
    return f"/county/closings/{made.pk}/{TOWN}/"


def test_differences_are_named_by_whom_and_reading_them_is_on_record(sign_in: object, outside: Outside) -> None:
    address = outside.look(differing)
    client = sign_in("town")

    page = client.get(address)

    assert "参保320.01元" in text_of(page)
    assert "数字核对过了，签字" not in text_of(page)
    assert "有差异，不能签字" in refusal_of(client.post(f"{address}sign/"))
    read, who = outside.look(
        lambda county: (Record.objects.filter(verb="closing.read").latest("position").detail, county.person("周归").pk)
    )
    assert read == {"residents": [who]}
