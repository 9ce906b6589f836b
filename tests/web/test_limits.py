"""Counting tries: what is over is forgotten, and a window begins anew."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection

from canbao.web.limits import LONGEST, Limit, TooManyTries, count, sweep
from canbao.web.models import Attempt

TWICE = Limit("test", 2, timedelta(minutes=10))


def later(by: timedelta) -> None:
    """As if this time had gone by."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_attempt SET since = since - %s", [by])


def test_the_third_of_two_is_one_too_many(db: None) -> None:
    count([(TWICE, "somebody")])
    count([(TWICE, "somebody")])

    with pytest.raises(TooManyTries):
        count([(TWICE, "somebody")])
    count([(TWICE, "somebody else")])


def test_after_a_while_one_may_try_again(db: None) -> None:
    for _ in range(2):
        count([(TWICE, "somebody")])

    later(timedelta(minutes=11))

    count([(TWICE, "somebody")])


def test_no_key_says_who_it_was(db: None) -> None:
    count([(TWICE, "203.0.113.7")])

    key = Attempt.objects.get().key
    assert (len(key), "203.0.113.7" in key, sha256(b"203.0.113.7").hexdigest() == key) == (64, False, False)


def test_what_is_over_is_swept(db: None) -> None:
    count([(TWICE, "somebody")])
    before = sweep()

    later(LONGEST + timedelta(seconds=1))

    assert (before, sweep(), Attempt.objects.count()) == (0, 1, 0)
