"""Who collects does not verify: somebody else confirms that the money has arrived."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest

from canbao.access.models import Staff
from canbao.access.scope import within
from tests.county import IN_THE_WINDOW, everybody
from tests.desks import hand_in
from tests.web.pages import text_of


def handed_in(outside: object, household: str, certificate: str, *, by: str = "clerk") -> str:
    receipt = outside.pays_cash(household, by=by)
    with within(everybody()):
        people = receipt.lines.count()
        made = hand_in(
            remittance_id=uuid4(), campaign=receipt.campaign, unit=receipt.unit, certificate=certificate,
            period_from=date(2021, 11, 15), period_until=date(2021, 11, 15), people=people, amount_fen=receipt.total_fen,
            by=outside.county.staff(by), at=IN_THE_WINDOW,
        )  # fmt: skip
    return str(made.pk)


@pytest.mark.parametrize("username", ["town", "finance", "tax"])
def test_another_person_confirms(sign_in: object, outside: object, username: str) -> None:
    remittance, client = handed_in(outside, "赵家", "皖缴0001"), sign_in(username)
    before = text_of(client.get("/township/remittances/"))

    after = text_of(client.post(f"/township/remittances/{remittance}/confirm/", follow=True))

    assert "示例一村委会 皖缴0001" in before
    assert "没有等待确认的汇缴。" in after
    assert "✓ 示例一村委会的汇缴已确认入库：4 人，1,280元。" in after


def test_what_was_confirmed_last_stands_first(sign_in: object, outside: object, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    client, times = sign_in("town"), iter([IN_THE_WINDOW, IN_THE_WINDOW + timedelta(days=1)])
    monkeypatch.setattr("canbao.web.township.remittances.now", lambda: next(times))
    for household, by, certificate in (("赵家", "clerk", "皖缴0001"), ("郑家", "neighbour", "皖缴0002")):
        remittance = handed_in(outside, household, certificate, by=by)
        client.post(f"/township/remittances/{remittance}/confirm/")

    assert re.findall(r"皖缴\d+", text_of(client.get("/township/remittances/"))) == ["皖缴0002", "皖缴0001"]


def test_both_days_on_the_page_come_from_one_clock(sign_in: object, outside: object) -> None:
    """The sample lives on a borrowed day; the clock on the wall is years ahead of it."""
    client, remittance = sign_in("finance"), handed_in(outside, "赵家", "皖缴0001")

    seen = text_of(client.post(f"/township/remittances/{remittance}/confirm/", follow=True))

    assert "村经办员 2021年11月15日 财政分局 2021年11月15日" in seen
    assert set(re.findall(r"(\d{4})年", seen)) == {"2021"}


def test_a_clerk_has_no_such_page(sign_in: object, outside: object) -> None:
    remittance = handed_in(outside, "赵家", "皖缴0001")

    assert sign_in("clerk").post(f"/township/remittances/{remittance}/confirm/").status_code == 403


def test_another_towns_remittance_is_not_there(sign_in: object, outside: object) -> None:
    remittance = handed_in(outside, "赵家", "皖缴0001")
    far = sign_in("town")
    with within(everybody()):
        Staff.objects.filter(username="town").update(division="340621101000")

    assert far.post(f"/township/remittances/{remittance}/confirm/").status_code == 404


def test_one_and_three_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    client = sign_in("finance")
    for households in (["赵家"], ["钱家", "周家"]):
        for household in households:
            handed_in(outside, household, f"皖缴{household}")
        with django_assert_num_queries(6):
            client.get("/township/remittances/")


def test_the_township_sees_its_villages_and_what_waits(sign_in: object, outside: object) -> None:
    handed_in(outside, "赵家", "皖缴0001")

    seen = text_of(sign_in("town").get("/township/"))

    assert "有 1 笔汇缴等您确认" in seen
    assert ("示例一村" in seen, "示例二村" in seen, "示例三村" in seen) == (True, True, False)
