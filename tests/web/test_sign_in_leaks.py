"""Somebody types their identity number where a user name belongs: it is kept nowhere."""

import pytest
from axes.models import AccessAttempt
from django.test import Client

NUMBER = "990621198005010115"


def test_a_number_typed_as_a_user_name_is_not_kept(db: None, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.post("/sign-in/", {"username": NUMBER, "password": "guess"})

    (tried,) = AccessAttempt.objects.all()
    assert NUMBER not in f"{tried.username}{tried.get_data}{tried.post_data}{tried.path_info}"
    assert tried.username.startswith("#")
    assert NUMBER not in caplog.text


def test_a_plain_user_name_is_kept_to_lock_it(db: None, client: Client) -> None:
    client.post("/sign-in/", {"username": "clerk", "password": "guess"})

    assert AccessAttempt.objects.get().username == "clerk"
