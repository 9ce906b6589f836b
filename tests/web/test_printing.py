"""Many receipts as one file: who prints which, originals and reprints told apart, and what is left out said."""

import shutil
import subprocess

import pytest
from django.test import Client

from canbao.access.models import Record
from canbao.access.scope import within
from canbao.collection.models import Receipt
from canbao.collection.refusals import TooManyToReprint
from canbao.documents.receipts import Sheet
from canbao.register.models import Resident
from tests.collection.domain.test_cash import take
from tests.collection.paying import money, order, tell
from tests.collection.racing import one_inside_the_other
from tests.county import IN_THE_WINDOW, OTHER_VILLAGE, VILLAGE, County, everybody, register_changes
from tests.desks import void
from tests.web.conftest import Outside
from tests.web.pages import refusal_of, text_of

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads PDFs with pdftotext (poppler-utils)")

PAPER = {"kind": "paper", "first_day": "2021-11-15", "last_day": "2021-11-15", "which": "new"}
ELECTRONIC = {"place": "340621000000", "first_day": "2021-11-15", "last_day": "2021-11-15", "which": "new"}


def pages_of(pdf: bytes) -> list[str]:
    """What stands on each page, without white space."""
    seen = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return ["".join(page.split()) for page in seen.split("\f")[:-1]]


def prints(outside: Outside) -> list[int]:
    return outside.look(lambda _: list(Receipt.objects.order_by("pk").values_list("prints", flat=True)))


def pays_online(outside: Outside, household: str) -> None:
    with within(everybody()):
        tell(money(order(outside.county, household)))


def test_a_clerk_prints_what_is_not_printed_yet_and_then_all_of_it_again(sign_in: object, outside: object) -> None:
    clerk = sign_in("clerk")
    for household in ("赵家", "周家"):
        outside.pays_cash(household)

    before = text_of(clerk.get("/receipts/print/"))
    first = pages_of(clerk.post("/receipts/print/", PAPER).content)
    outside.pays_cash("钱家")
    between = text_of(clerk.get("/receipts/print/", PAPER))
    again = pages_of(clerk.post("/receipts/print/", PAPER | {"which": "all"}).content)

    assert "没有打过的 2 张 打过的 0 张" in before
    assert "没有打过的 1 张 打过的 2 张" in between
    assert [("00000001" in page, "00000002" in page, "补打" in page) for page in first] == [
        (True, False, False),
        (False, True, False),
    ]
    assert ["第2次打印" in page for page in again] == [True, True, False]
    assert prints(outside) == [2, 2, 1]


def test_a_second_click_prints_nothing_and_says_so(sign_in: object, outside: object) -> None:
    clerk, _ = sign_in("clerk"), outside.pays_cash("赵家")
    clerk.post("/receipts/print/", PAPER)

    answer = clerk.post("/receipts/print/", PAPER)

    assert (answer.status_code, refusal_of(answer)) == (409, "这里没有要打印的票据。")
    assert prints(outside) == [1]


def test_void_ones_are_left_out_and_counted(sign_in: object, outside: object) -> None:
    clerk, gone = sign_in("clerk"), outside.pays_cash("赵家")
    void(gone, reason="打印错位", by=outside.look(lambda county: county.staff("clerk")), at=IN_THE_WINDOW)

    seen = text_of(clerk.get("/receipts/print/", PAPER))
    pages = pages_of(clerk.post("/receipts/print/", PAPER | {"which": "all"}).content)

    assert "不打印的 1 张 作废 1 张，作废待核 0 张" in seen
    assert ["№00000002" in page or "00000002" in page for page in pages] == [True]


def test_the_county_prints_the_electronic_ones_of_a_village_and_none_of_a_units_paper(sign_in: object, outside: object) -> None:  # fmt: skip
    county, clerk = sign_in("county"), sign_in("clerk")
    outside.pays_cash("赵家")
    pays_online(outside, "周家")

    elsewhere = county.post("/receipts/print/", ELECTRONIC | {"place": OTHER_VILLAGE})
    village = county.post("/receipts/print/", ELECTRONIC | {"place": VILLAGE})
    units = text_of(clerk.get("/receipts/print/", PAPER))

    assert elsewhere.status_code == 409
    assert [("周" in page, "赵大" in page) for page in pages_of(village.content)] == [(True, False)]
    assert "没有打过的 1 张 打过的 0 张" in units
    with within(everybody()):
        (link,) = Record.objects.filter(verb="receipts.printed")
        assert (link.actor, link.subject, list(link.detail["prints"].values())) == ("staff:county", "division:340621000000", [1])  # fmt: skip


def test_nobody_prints_another_units_paper_or_another_places_receipts(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")
    pays_online(outside, "周家")

    neighbour = sign_in("neighbour").post("/receipts/print/", PAPER | {"which": "all"})
    elsewhere = sign_in("town").post("/receipts/print/", ELECTRONIC)

    assert (neighbour.status_code, elsewhere.status_code) == (409, 422)
    assert sign_in("finance").get("/receipts/print/").status_code == 403
    assert prints(outside) == [0, 0]


@pytest.mark.parametrize(
    "asked", [{"first_day": "2021-11-16"}, {"first_day": ""}, {"last_day": "31.11.2021"}, {"kind": "stone"}]
)
def test_what_is_typed_wrong_prints_nothing(sign_in: object, outside: object, asked: dict) -> None:
    outside.pays_cash("赵家")

    assert sign_in("clerk").post("/receipts/print/", PAPER | asked).status_code == 422
    assert prints(outside) == [0]


def test_a_click_that_names_no_days_prints_nothing(sign_in: object, outside: object) -> None:
    outside.pays_cash("赵家")

    assert sign_in("clerk").post("/receipts/print/", {"which": "new"}).status_code == 422
    assert prints(outside) == [0]


def test_a_character_that_no_font_has_names_its_receipt_and_the_others_can_be_printed(sign_in: object, outside: object) -> None:  # fmt: skip
    clerk = sign_in("clerk")
    rare, plain = outside.pays_cash("赵家"), outside.pays_cash("周家")
    with within(everybody()), register_changes():
        Resident.objects.filter(name="赵妻").update(name="赵\U000323af")

    no = clerk.post("/receipts/print/", PAPER)
    counted = prints(outside)
    others = clerk.post("/receipts/print/", PAPER | {"leave_out": str(rare.pk)})

    assert (no.status_code, refusal_of(no)[:9], counted) == (409, "这台机器的字体里没", [0, 0])
    assert f"票面上有这个字的：№ {rare.full_number}。可以先打其余的。" in text_of(no)
    assert f'name="leave_out" value="{rare.pk}"' in no.content.decode()
    assert [plain.full_number[5:] in page for page in pages_of(others.content)] == [True]
    assert prints(outside) == [0, 1]


def test_more_than_one_file_holds_is_printed_from_the_front_and_reprints_are_refused(
    sign_in: object, outside: object, monkeypatch: object
) -> None:
    monkeypatch.setattr("canbao.web.printing.AT_MOST", 1)
    clerk, _, _ = sign_in("clerk"), outside.pays_cash("赵家"), outside.pays_cash("周家")

    seen = text_of(clerk.get("/receipts/print/", PAPER))
    files = [pages_of(clerk.post("/receipts/print/", PAPER).content) for _ in range(2)]
    no = clerk.post("/receipts/print/", PAPER | {"which": "all"})

    assert "一次最多 1 张，先打号码在前的" in seen
    assert [[number in page for page in file] for file, number in zip(files, ("00000001", "00000002"), strict=True)] == [[True], [True]]  # fmt: skip
    assert (no.status_code, refusal_of(no)) == (409, TooManyToReprint(at_most=1, count=2).says)


@pytest.mark.parametrize("on", list(Sheet))
def test_a_batch_comes_on_every_paper(sign_in: object, outside: object, on: str) -> None:
    clerk, _, _ = sign_in("clerk"), outside.pays_cash("赵家"), outside.pays_cash("周家")

    assert len(pages_of(clerk.post("/receipts/print/", PAPER | {"on": on}).content)) == 2


def test_one_and_two_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:
    clerk = sign_in("clerk")
    for households in (["赵家"], ["周家", "钱家"]):
        for household in households:
            outside.pays_cash(household)
        with django_assert_num_queries(15):
            clerk.post("/receipts/print/", PAPER)


def test_of_two_files_at_the_same_moment_each_receipt_has_one_original(real_county: County) -> None:
    take(real_county, "赵家")
    take(real_county, "周家")
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(real_county.staff("clerk"), backend="django.contrib.auth.backends.ModelBackend")

    files = one_inside_the_other(
        *[lambda client=client: client.post("/receipts/print/", PAPER | {"which": "all"}).content for client in clients]
    )

    assert [["补打" in page for page in pages_of(file)] for file in files] == [[False, False], [True, True]]
