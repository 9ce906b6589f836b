"""银行代收与刷卡: a file is uploaded, what fits is credited, and what does not stands on the page until somebody has worked it off."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from canbao.access.models import Record
from canbao.access.scope import within
from canbao.collection.models import Mismatch, Payment
from tests.collection.domain.test_bank_files import listed, row
from tests.county import everybody
from tests.web.pages import refusal_of, text_of


def upload(content: bytes, **changes: str) -> dict[str, object]:
    file = SimpleUploadedFile("代收.xlsx", content)
    return {"statement_id": str(uuid4()), "file": file, "channel": "bank", "agency": "农商行"} | changes


def test_what_fits_is_credited_and_what_does_not_says_what_to_do(sign_in: object, outside: object) -> None:
    client = sign_in("county")

    seen = text_of(
        client.post("/county/banks/", upload(listed(row("1", who="周归"), row("2", "319.99", "郑邻"))), follow=True)
    )

    assert "已核对 2 行：2 笔新入账，1 笔相符。" in seen
    assert "没有处理的差异：1 项" in seen
    assert "金额不同 与应缴的金额不同。没有入账的在待查款项里办理；已经入账的请向银行核实。 320.00 元" in seen
    assert "319.99 元 2021-11-15 城关支行 郑* 990" in seen
    assert "银行代收文件 农商行" in seen
    with within(everybody()):
        assert set(Payment.objects.values_list("channel", "outcome")) == {
            ("bank", "settled"),
            ("bank", "unknown_order"),
        }
        assert Record.objects.filter(verb="mismatches.read").exists()


def test_a_difference_is_worked_off_on_its_page_alone(sign_in: object, outside: object) -> None:
    client = sign_in("tax")
    client.post("/county/banks/", upload(listed(row("1", "319.99", "周归")), channel="pos"))
    with within(everybody()):
        one = Mismatch.objects.get().pk

    elsewhere = client.post(f"/county/taxes/{one}/", {"note": "已转待查款办理"})
    without = client.post(f"/county/banks/{one}/", {"note": ""})
    after = text_of(client.post(f"/county/banks/{one}/", {"note": "已转待查款办理"}, follow=True))

    assert (elsewhere.status_code, without.status_code) == (404, 409)
    assert refusal_of(without) == "没有写明这项差异是怎么回事。"
    assert ("没有差异等着处理。" in after, "已转待查款办理" in after) == (True, True)


def test_a_file_that_is_something_else_is_refused_and_an_agency_is_asked_for(sign_in: object) -> None:
    client = sign_in("county")

    refused = client.post("/county/banks/", upload(b"%PDF-1.4"))
    asked = client.post("/county/banks/", upload(listed(row("1", who="周归")), agency="甲|乙"))

    assert (refused.status_code, asked.status_code) == (409, 422)


@pytest.mark.parametrize("username", ["clerk", "town", "civil"])
def test_it_is_the_countys_work(sign_in: object, username: str) -> None:
    assert sign_in(username).get("/county/banks/").status_code == 403
