"""Reading pages: what a person sees, without the tags."""

import re
from html import unescape

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def header_of(response: HttpResponse) -> str:
    """The frame above a page, with its tags."""
    found = re.search(r"<header.*?</header>", response.content.decode(), flags=re.DOTALL)
    return found[0] if found else ""


def refusal_of(response: HttpResponse) -> str:
    """The sentence of the refusal on the page; "" when there is none."""
    found = re.search(r'class="says">(.*?)</p>', response.content.decode(), flags=re.DOTALL)
    return unescape(found[1]).strip() if found else ""


def order_id_of(response: HttpResponse) -> str:
    found = re.search(r'name="order_id" value="([0-9a-f-]{36})"', response.content.decode())
    assert found, "there is no form with an order on this page"
    return found[1]
