"""Whoever did something is called by name, however they are asked for."""

import pytest

from canbao.access.names import name_of, names_of_staff
from tests.county import County


def test_staff_are_named_by_actor_and_by_user_name_in_one_query(
    county: County, django_assert_num_queries: object
) -> None:
    clerk = county.staff("clerk").full_name

    with django_assert_num_queries(1):  # type: ignore[operator]
        named = names_of_staff(["staff:clerk", "clerk", "gateway:wechat", None])

    assert named == {"staff:clerk": clerk, "clerk": clerk}


@pytest.mark.parametrize(("username", "own"), [("clerk", True), ("nobody", False)])
def test_who_is_no_staff_any_more_keeps_the_user_name(county: County, username: str, own: bool) -> None:
    assert name_of(username) == (county.staff("clerk").full_name if own else "nobody")
