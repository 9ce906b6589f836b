"""Is the program there?"""

import pytest
from django.db import OperationalError
from django.test import Client

from canbao.api import health


def test_health_says_whether_the_database_answers(db: None, client: Client) -> None:
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"database": True})
    assert "no-store" in answer.headers["Cache-Control"]


def test_health_says_so_when_it_does_not(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise OperationalError("connection to the server was lost")

    monkeypatch.setattr(health, "connection", Gone())
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()) == (503, {"database": False})
