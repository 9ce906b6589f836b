"""A large paper is set elsewhere: the same bytes, and this process stays as small as it was."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from canbao.documents import typesetting
from canbao.documents.typesetting import typeset
from tests.documents.test_base_list import paper
from tests.documents.test_receipts import PAPER

MADE_ON = date(2021, 11, 15)


def most_memory_ever() -> int:
    """In megabytes."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))[1]) // 1024


def values_of(people: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the list of a village of so many people gives to the typesetter."""
    from canbao.documents import base_list

    given: list[dict[str, object]] = []
    monkeypatch.setattr(base_list, "typeset", lambda _, data, **__: given.append(data) or b"")
    base_list.base_list_pdf(paper(*[4] * (people // 4)))
    return given[0]


def test_a_large_paper_is_the_same_wherever_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    data = values_of(200, monkeypatch)
    here = typeset("base_list.typ", data, made_on=MADE_ON)
    monkeypatch.setattr(typesetting, "_LARGE", 0)

    assert typeset("base_list.typ", data, made_on=MADE_ON) == here
    assert here.startswith(b"%PDF")


def test_a_large_paper_takes_its_memory_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    data = values_of(8000, monkeypatch)
    typeset("base_list.typ", values_of(40, monkeypatch), made_on=MADE_ON)
    before = most_memory_ever()
    typeset("base_list.typ", data, made_on=MADE_ON)
    elsewhere = most_memory_ever() - before
    typesetting._typeset("base_list.typ", json.dumps(data), MADE_ON)  # the control: here
    here = most_memory_ever() - before

    assert elsewhere < 100 < here


def test_a_receipt_is_small_enough_to_be_set_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from canbao.documents.receipts import receipt_pdf

    monkeypatch.setattr(typesetting.subprocess, "run", None)

    assert receipt_pdf(PAPER).startswith(b"%PDF")
