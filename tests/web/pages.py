"""Reading pages: what a person sees, without the tags."""

import re
from html import unescape
from html.parser import HTMLParser

from django.http import HttpResponse

_WITHIN_WORDS = re.compile(r'<span (?:class="nowrap"|lang="zh-CN")>([^<]*)</span>')  # marks, not another piece of text


def text_of(response: HttpResponse) -> str:
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    html = _WITHIN_WORDS.sub(r"\1", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def header_of(response: HttpResponse) -> str:
    """The frame above a page, with its tags."""
    found = re.search(r"<header.*?</header>", response.content.decode(), flags=re.DOTALL)
    return found[0] if found else ""


class _Unmarked(HTMLParser):
    """Gathers Chinese in the text of an English page that no `lang` says is Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.languages, self.found = ["en"], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY:
            self.languages.append(dict(attrs).get("lang") or self.languages[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            self.languages.pop()

    def handle_data(self, data: str) -> None:
        if not self.languages[-1].startswith("zh"):
            self.found += re.findall("[\u4e00-\u9fff]+", data)


_EMPTY = {"meta", "link", "input", "br", "path", "rect", "img", "hr"}


def unmarked_chinese(response: HttpResponse) -> list[str]:
    """Chinese on an English page that is not marked as Chinese."""
    reader = _Unmarked()
    reader.feed(re.sub(r"<head>.*?</head>", "", response.content.decode(), flags=re.DOTALL))
    return reader.found


def refusal_of(response: HttpResponse) -> str:
    """The sentence of the refusal on the page; "" when there is none."""
    found = re.search(r'class="says">(.*?)</p>', response.content.decode(), flags=re.DOTALL)
    return unescape(_WITHIN_WORDS.sub(r"\1", found[1])).strip() if found else ""


def order_id_of(response: HttpResponse) -> str:
    found = re.search(r'name="order_id" value="([0-9a-f-]{36})"', response.content.decode())
    assert found, "there is no form with an order on this page"
    return found[1]
