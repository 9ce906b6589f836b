"""Every address of a page, taken from the list of addresses itself: a new one without a guard fails here."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

PUBLIC = {"front", "set_language", "verify", "sign-in", "sign-out", "resident-enter", "resident-leave"}
ARGUMENTS = {
    "order_id": UUID(int=1),
    "remittance_id": UUID(int=1),
    "voiding_id": UUID(int=1),
    "hand_over_id": UUID(int=1),
    "closing_id": UUID(int=1),
    "refund_id": UUID(int=1),
    "payment_id": UUID(int=1),
    "placing_id": UUID(int=1),
    "request_id": UUID(int=1),
    "division": "340621100000",
    "which": "to-pay",
    "kind": "died",
}


def pages(patterns: list | None = None) -> Iterator[tuple[str, str]]:
    """Name and a sample address of each page."""
    for pattern in get_resolver("canbao.web.urls").url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            wanted = pattern.pattern.converters.items()
            yield (
                pattern.name,
                reverse(pattern.name, kwargs={key: ARGUMENTS.get(key, some(kind)) for key, kind in wanted}),
            )


def some(kind: object) -> object:
    return UUID(int=1) if isinstance(kind, UUIDConverter) else 1


PAGES = sorted(pages())


@pytest.mark.parametrize(("name", "address"), [page for page in PAGES if page[0] not in PUBLIC])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_opens_it_without_coming_in(db: None, client: Client, name: str, address: str, method: str) -> None:
    answer = getattr(client, method)(address)

    assert answer.status_code == 302
    assert answer["Location"].split("?")[0] in {"/sign-in/", "/my/enter/"}


@pytest.mark.parametrize(("name", "address"), [page for page in PAGES if page[0] not in PUBLIC])
def test_a_resident_opens_no_page_of_staff_and_staff_none_of_residents(enter: object, sign_in: object, name: str, address: str) -> None:  # fmt: skip
    stranger = sign_in("county") if address.startswith("/my/") else enter("钱奶奶")

    answer = stranger.get(address)

    assert (answer.status_code, answer["Location"].split("?")[0]) in {(302, "/sign-in/"), (302, "/my/enter/")}


@pytest.mark.parametrize(("name", "address"), PAGES)
@pytest.mark.parametrize("username", ["clerk", "town", "finance", "county", "tax", "civil"])
def test_it_answers_every_role_with_a_page_a_way_or_a_kind_no(sign_in: object, name: str, address: str, username: str) -> None:  # fmt: skip
    answer = sign_in(username).get(address)

    assert answer.status_code in {200, 302, 403, 404, 405}
