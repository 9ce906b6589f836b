"""Every text of every page has its English, and the compiled catalogue is the one that is read."""

import re

import pytest
from django.test import Client

from canbao.web.catalogue import PO, compiled, compiled_now, read_po, texts
from tests.web.pages import text_of

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


def test_a_family_page_keeps_only_names_and_words_of_the_law_in_chinese(enter: object) -> None:
    seen = text_of(in_english(enter("钱奶奶")).get("/my/"))

    assert "钱奶奶 To pay 40 yuan The individual contribution is 320 yuan; 同级财政 pays 280 yuan for 低保对象." in seen
    assert set(CHINESE.findall(seen)) == {
        "中文", "钱奶奶", "钱儿", "同级财政", "低保对象", "四", "二", "濉溪县", "年度城乡居民基本医疗保险参保缴费工作实施方案",
    }  # fmt: skip


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
