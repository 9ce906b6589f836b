"""与税务对账: a list is uploaded, its differences stand on the page, and are worked off there."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from canbao.access.scope import within
from canbao.collection.models import Mismatch
from tests.collection.domain.test_tax_lists import HERS, listed
from tests.county import everybody
from tests.web.pages import refusal_of, text_of
from tests.web.township.test_remittances import handed_in

DAY = "2021-11-15"


def upload(content: bytes, **changes: str) -> dict[str, object]:
    file = SimpleUploadedFile("清单.xlsx", content)
    return {"statement_id": str(uuid4()), "file": file, "first": "2021-11-01", "last": "2021-11-30"} | changes


@pytest.mark.parametrize("username", ["tax", "county"])
def test_a_difference_stands_there_until_somebody_says_what_it_was(
    sign_in: object, outside: object, username: str
) -> None:
    handed_in(outside, "赵家", "皖税0001")
    client = sign_in(username)

    seen = text_of(
        client.post("/county/taxes/", upload(listed([HERS[0], DAY, "1279.99", "4", "示例一村"])), follow=True)
    )
    with within(everybody()):
        one = Mismatch.objects.get().pk
    after = text_of(client.post(f"/county/taxes/{one}/", {"note": "税务录错一分"}, follow=True))

    assert "已核对 1 行，0 份缴款书相符。" in seen
    assert "没有处理的差异：1 项" in seen
    assert "金额不同 1280.00 元 · 4 人 2021-11-15 示例一村委会 1279.99 元 · 4 人 2021-11-15 示例一村" in seen
    assert ("没有差异等着处理。" in after, "税务录错一分" in after) == (True, True)


def test_a_note_is_asked_for(sign_in: object, outside: object) -> None:
    client = sign_in("tax")
    client.post("/county/taxes/", upload(listed(HERS)))
    with within(everybody()):
        one = Mismatch.objects.get().pk

    answer = client.post(f"/county/taxes/{one}/", {"note": ""})

    assert (answer.status_code, refusal_of(answer)) == (409, "没有写明这项差异是怎么回事。")


def test_a_file_that_is_something_else_is_refused_and_a_slip_in_the_days_asked_again(sign_in: object) -> None:
    client = sign_in("tax")

    refused = client.post("/county/taxes/", upload(b"%PDF-1.4"))
    asked = client.post("/county/taxes/", upload(listed(HERS), last="2021-10-01"))

    assert refused.status_code == 409
    assert (asked.status_code, "止日不能早于起日" in text_of(asked)) == (422, True)


def test_the_tax_office_sees_what_waits(sign_in: object, outside: object) -> None:
    handed_in(outside, "赵家", "皖税0001")

    assert "有 1 笔汇缴等您确认" in text_of(sign_in("tax").get("/county/taxes/"))


def test_nobody_else_has_the_page(sign_in: object) -> None:
    assert [sign_in(who).get("/county/taxes/").status_code for who in ("clerk", "town", "finance")] == [403] * 3
