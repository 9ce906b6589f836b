"""Every text of every page has its English, and the compiled catalogue is the one that is read."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from canbao.web.catalogue import PO, compiled, compiled_now, read_po, texts
from tests.web.pages import refusal_of, text_of, unmarked_chinese

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)s")


def in_english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def test_no_text_lacks_its_english() -> None:
    known = read_po()

    assert [text for text in texts() if not known.get(text)] == []


def test_no_english_is_left_of_texts_that_are_gone() -> None:
    assert set(read_po()) - set(texts()) == {""}


def test_the_english_fills_in_the_same_words() -> None:
    differ = [
        text
        for text, english in read_po().items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(english))
    ]

    assert differ == []


def test_the_compiled_catalogue_is_fresh_and_gettext_reads_it() -> None:
    assert PO.with_suffix(".mo").read_bytes() == compiled(read_po())
    assert compiled_now().gettext("汇缴现金") == "Hand in cash"


@pytest.mark.parametrize("path", ["/", "/my/enter/", "/verify/", "/sign-in/", "/nowhere/"])
def test_public_pages_are_wholly_english(client: Client, db: None, path: str) -> None:
    seen = text_of(in_english(client).get(path))

    assert CHINESE.findall(seen) == ["中文"]


def test_a_family_page_keeps_only_names_in_chinese_and_marks_them(enter: object) -> None:
    page = in_english(enter("钱奶奶")).get("/my/")

    seen = text_of(page)
    assert (
        "钱奶奶 To pay 40 yuan The individual contribution is 320 yuan; the county's treasury pays 280 yuan "
        "(recipient of the minimum living allowance)."
    ) in seen
    assert set(CHINESE.findall(seen)) == {
        "中文", "钱奶奶", "钱儿", "三", "四", "二", "濉溪县", "年度城乡居民基本医疗保险参保缴费工作实施方案",
    }  # fmt: skip
    assert unmarked_chinese(page) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "吴职",
            "Still in the employee scheme on the day of payment; nobody can be in both. What helps Come with the proof",
        ),
        (
            "李军",
            "this notice gives no amount (the person pays 320 yuan at most); please ask the county insurance bureau.",
        ),
        (
            "孙独",
            "The individual contribution is 320 yuan; the county's treasury pays 320 yuan (person in extreme hardship).",
        ),
    ],
)
def test_reasons_and_remedies_are_english(enter: object, name: str, says: str) -> None:
    page = in_english(enter(name)).get("/my/")

    assert says in text_of(page)
    assert unmarked_chinese(page) == []


def test_after_the_window_the_refusal_and_what_helps_are_english(
    enter: object, outside: object, settings: object
) -> None:
    settings.CANBAO_TODAY = settings.CANBAO_TODAY.replace(year=2022, month=2, day=10)
    client = in_english(enter("赵大"))

    page = client.get("/my/")
    refused = client.post("/my/pay/", {"order_id": str(uuid4()), "bill": outside.bills("赵家")})

    assert "With proof, these may still pay: returning migrant workers (五), demobilised soldiers" in text_of(page)
    assert "newborns" not in text_of(page)
    assert refusal_of(refused) == "赵大: Collection ended on 2021-12-31, and none of the late ways in fits."
    assert (unmarked_chinese(page), unmarked_chinese(refused)) == ([], [])


def test_who_is_refused_because_nobody_knows_the_amount_is_told_so_in_english(enter: object, outside: object) -> None:
    client = in_english(enter("李军"))
    bill = outside.look(lambda county: county.bill("李军").pk)

    refused = client.post("/my/pay/", {"order_id": str(uuid4()), "bill": [bill]})

    assert "the subsidy of veteran or dependant with special care" in refusal_of(refused)
    assert unmarked_chinese(refused) == []


def test_a_receipt_an_order_and_an_answer_keep_only_names_in_chinese(enter: object, outside: object, plug_in: object) -> None:  # fmt: skip
    plug_in("tests.web.gateways.Answering")
    client = in_english(enter("赵大"))
    order = client.post("/my/pay/", {"order_id": str(uuid4()), "bill": outside.bills("赵家")})["Location"]
    receipt = outside.pays_cash("钱家")
    grandmother = in_english(enter("钱奶奶"))
    asked = {"series": receipt.series, "number": receipt.number, "code": receipt.check_code}

    pages = [
        client.get(order), client.get("/my/"), client.get("/"), client.get("/my/enter/"),
        grandmother.get(f"/my/receipts/{receipt.pk}/"), grandmother.get("/my/"), grandmother.get("/verify/", asked),
    ]  # fmt: skip

    assert [unmarked_chinese(page) for page in pages] == [[]] * 7
    assert "recipient of the minimum living allowance 280.00 40.00" in text_of(pages[4])


def test_a_clerk_reads_relations_and_reasons_in_english(sign_in: object, outside: object) -> None:
    page = in_english(sign_in("clerk")).get(f"/households/{outside.household('赵家')}/")

    assert ("赵大 Head of household" in text_of(page), "赵妻 spouse" in text_of(page)) == (True, True)


@pytest.mark.parametrize(("username", "path"), [("clerk", "/village/"), ("clerk", "/drawer/"), ("town", "/township/"), ("county", "/county/"), ("county", "/county/four-ways/"), ("tax", "/county/refunds/"), ("county", "/county/suspense/"), ("tax", "/township/remittances/"), ("civil", "/department/")])  # fmt: skip
def test_staff_pages_keep_only_names_in_chinese(sign_in: object, username: str, path: str) -> None:
    html = in_english(sign_in(username)).get(path).content.decode()
    words = re.sub(r"<td[^>]*>.*?</td>|<option.*?</option>|<th scope=.*?</th>|<h1>.*?</h1>|class=\"me\">.*?</p>|class=\"(lead|choices)\">.*?</p>", "", html, flags=re.DOTALL)  # fmt: skip

    assert set(CHINESE.findall(re.sub(r"<[^>]+>", "", words))) - {"中文"} == set()


def test_a_refusal_speaks_the_readers_language(enter: object, client: Client, db: None) -> None:
    answer = in_english(client).post("/my/enter/", {"name": "谁", "number": "1"})

    assert "You typed 1 characters of an identity number; it should have 18 (old ones 15)." in text_of(answer)


def test_the_language_is_switched_by_a_button_and_remembered_for_a_year(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "/verify/"})

    assert "Verify a receipt" in text_of(client.get("/verify/"))
    assert int(answer.cookies["django_language"]["max-age"]) == 365 * 24 * 3600


def test_pages_are_chinese_whatever_a_browser_prefers(client: Client) -> None:
    page = client.get("/verify/", headers={"Accept-Language": "en,zh;q=0.1"})

    assert ("查验票据" in text_of(page), '<html lang="zh-CN">' in page.content.decode()) == (True, True)
    assert (page["Content-Language"], "Accept-Language" in page["Vary"]) == ("zh-hans", False)


def test_the_page_says_in_which_language_it_is(client: Client) -> None:
    assert '<html lang="en">' in in_english(client).get("/verify/").content.decode()


@pytest.mark.parametrize("language", ["fr", "", "en'><script>"])
def test_a_language_that_we_do_not_have_is_chinese(client: Client, language: str) -> None:
    client.cookies["django_language"] = language

    assert "查验票据" in text_of(client.get("/verify/"))
