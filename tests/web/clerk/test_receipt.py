"""Receipts at the counter: printed once as the original, afterwards marked."""

import re
import shutil
import subprocess

import pytest
from django.test import Client

from canbao.collection.queries import receipt_paper
from tests.collection.domain.test_cash import take
from tests.collection.racing import one_inside_the_other
from tests.county import IN_THE_WINDOW, County, signed_in
from tests.desks import void
from tests.web.pages import refusal_of, text_of


def test_the_first_print_is_the_original_and_the_second_is_marked(sign_in: object, outside: object) -> None:
    client, receipt = sign_in("clerk"), outside.pays_cash("赵家")

    first = client.post(f"/receipts/{receipt.pk}/print/")
    page = client.get(f"/receipts/{receipt.pk}/")
    second = client.post(f"/receipts/{receipt.pk}/print/", {"reprint": "1"})

    assert (first["Content-Type"], first.content[:5], second.content[:5]) == ("application/pdf", b"%PDF-", b"%PDF-")
    assert first.content != second.content
    assert "已打印 1 次，再打会印上“补打”。" in text_of(page)


def test_a_page_older_than_the_first_print_makes_no_reprint_but_says_what_is_there(sign_in: object, outside: object) -> None:  # fmt: skip
    client, receipt = sign_in("clerk"), outside.pays_cash("赵家")
    before = text_of(client.get(f"/receipts/{receipt.pk}/"))
    client.post(f"/receipts/{receipt.pk}/print/")

    again = client.post(f"/receipts/{receipt.pk}/print/")  # the second click on the page that still offers the first

    assert ("打印票据" in before, "补打票据" in before) == (True, False)
    assert (again.status_code, refusal_of(again)) == (409, "票据0001-00000001已打印过1次，这次没有打印。")
    assert ("补打票据 回到这一户" in text_of(again), " 打印票据" in text_of(again)) == (True, False)


def test_screen_and_paper_have_the_same_title(sign_in: object, outside: object) -> None:
    client, receipt = sign_in("clerk"), outside.pays_cash("赵家")

    screen = re.search(r"<h1>(.*?)</h1>", client.get(f"/receipts/{receipt.pk}/").content.decode())
    pdf = client.post(f"/receipts/{receipt.pk}/print/").content
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    paper = re.search(r"\S+票据(?=\s)", done.stdout.decode())

    assert screen[1] == paper[0] == "安徽省城乡居民基本医疗保险费专用票据"


def test_another_villages_receipt_is_not_there(sign_in: object, outside: object) -> None:
    client, receipt = sign_in("neighbour"), outside.pays_cash("赵家")

    assert client.get(f"/receipts/{receipt.pk}/").status_code == 404
    assert client.post(f"/receipts/{receipt.pk}/print/").status_code == 404


def test_one_person_and_four_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    client, small, large = sign_in("clerk"), outside.pays_cash("周家"), outside.pays_cash("赵家")
    client.get(f"/receipts/{small.pk}/")

    for receipt in (small, large):
        with django_assert_num_queries(10):
            client.get(f"/receipts/{receipt.pk}/")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads PDFs with pdftotext (poppler-utils)")
def test_of_two_who_print_at_the_same_moment_one_paper_is_marked(real_county: County) -> None:
    receipt, clients = take(real_county, "赵家"), [Client(), Client()]
    for client in clients:
        client.force_login(real_county.staff("clerk"), backend="django.contrib.auth.backends.ModelBackend")

    papers = one_inside_the_other(
        *[
            lambda client=client: client.post(f"/receipts/{receipt.pk}/print/", {"reprint": "1"}).content
            for client in clients
        ]
    )

    assert ["补打" in words_on(paper) for paper in papers] == [False, True]
    assert "第2次打印" in words_on(papers[1])


def test_what_stands_in_place_of_a_spoiled_one_says_the_day_of_the_money_on_screen_and_paper(
    sign_in: object, outside: object
) -> None:
    client, receipt = sign_in("clerk"), outside.pays_cash("赵家")
    years_later = IN_THE_WINDOW.replace(year=2024)
    with signed_in("clerk"):
        instead = void(receipt, reason="票面破损", by=outside.county.staff("clerk"), at=years_later)
        old, new = (receipt_paper(one, verify_url="", is_synthetic=True) for one in (receipt, instead))

    screen = text_of(client.get(f"/receipts/{instead.pk}/"))

    assert "缴款日期 2021年11月15日" in screen
    assert (new.collected_on, [line.age for line in new.lines]) == (old.collected_on, [line.age for line in old.lines])
    assert str(instead.issued_on) == "2024-11-15"


def words_on(pdf: bytes) -> str:
    seen = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return "".join(seen.decode().split())


def test_a_void_receipt_is_not_printed_and_says_which_one_is(sign_in: object, outside: object) -> None:
    client, receipt = sign_in("clerk"), outside.pays_cash("赵家")
    with signed_in("clerk"):
        void(receipt, reason="打印错位", by=outside.county.staff("clerk"), at=IN_THE_WINDOW)

    answer = client.post(f"/receipts/{receipt.pk}/print/")

    assert (answer.status_code, refusal_of(answer)) == (409, "票据0001-00000001已经作废。")
    assert "作废：打印错位 · № 0001-00000002" in text_of(answer)
    assert ("№ 00000001 作废" in text_of(answer), "打印票据" in text_of(answer)) == (True, False)
