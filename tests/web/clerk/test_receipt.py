"""Receipts at the counter: printed once as the original, afterwards marked."""

import re
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.test import Client

from canbao.access.models import Record
from canbao.access.scope import within
from canbao.collection.models import Receipt
from canbao.collection.queries import receipt_paper
from canbao.register.models import Resident
from tests.collection.domain.test_cash import take
from tests.collection.racing import one_inside_the_other
from tests.county import IN_THE_WINDOW, County, everybody, register_changes, signed_in
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
    assert ("补打票据 纸张" in text_of(again), " 打印票据" in text_of(again)) == (True, False)


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


# --- looked at as pictures -------------------------------------------------------------------------------------------


def address_on(pdf: bytes) -> str:
    """Where the code on the paper leads, without the name of this installation."""
    where = urlsplit(qr_on(pdf))
    return f"{where.path}?{where.query}"


def qr_on(pdf: bytes) -> str:
    """What a phone reads off a picture of the paper, as an ordinary printer makes it."""
    picture = subprocess.run(
        ["pdftoppm", "-gray", "-r", "150", "-singlefile", "-"], input=pdf, capture_output=True, check=True
    ).stdout
    size, pixels = picture.split(b"\n", 3)[1], picture.split(b"\n", 3)[3]
    width, height = map(int, size.split())
    (found,) = zxingcpp.read_barcodes(memoryview(pixels).cast("B", [height, width]))
    return found.text


@pytest.mark.parametrize("on", ["a4", "80", "58"])
def test_the_code_on_a_picture_of_the_paper_leads_to_where_it_is_confirmed(
    sign_in: object, outside: object, on: str
) -> None:
    clerk, receipt = sign_in("clerk"), outside.pays_cash("赵家")

    original, reprint = (
        address_on(clerk.post(f"/receipts/{receipt.pk}/print/", {"on": on} | again).content)
        for again in ({}, {"reprint": "1"})
    )
    seen = text_of(Client().get(original))

    assert original == reprint
    assert "✓ 这张票据是真的 收款单位 示例一村委会 开票日期 2021年11月15日 人数 4 人 金额 1,280元" in seen
    assert not [name for name in ("赵大", "赵妻", "赵双一") if name in seen]


def test_a_void_receipt_is_printed_for_the_file_says_so_and_verifies_as_void(sign_in: object, outside: object) -> None:
    clerk, receipt = sign_in("clerk"), outside.pays_cash("赵家")
    void(receipt, reason="打印错位", by=outside.look(lambda county: county.staff("clerk")), at=IN_THE_WINDOW)

    pdf = clerk.post(f"/receipts/{receipt.pk}/print/", {"file": "1"}).content
    seen = text_of(Client().get(address_on(pdf)))

    assert ({"作", "废"} <= set(words_on(pdf)), "补打" in words_on(pdf)) == (True, False)  # it stands aslant
    assert "✓ 这张票据是真的，但已作废" in seen
    with within(everybody()):
        assert Receipt.objects.get(pk=receipt.pk).prints == 0
        assert Record.objects.filter(verb="receipt.file_copy", subject=f"receipt:{receipt.pk}").count() == 1


def test_what_cannot_be_printed_is_no_print(sign_in: object, outside: object) -> None:
    clerk, receipt = sign_in("clerk"), outside.pays_cash("赵家")
    with within(everybody()), register_changes():
        Resident.objects.filter(name="赵妻").update(name="赵\U000323af")

    answer = clerk.post(f"/receipts/{receipt.pk}/print/")

    assert (answer.status_code, refusal_of(answer)[:9]) == (409, "这台机器的字体里没")
    with within(everybody()):
        assert Receipt.objects.get(pk=receipt.pk).prints == 0
