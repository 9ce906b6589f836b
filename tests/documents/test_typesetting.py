"""A large paper is set elsewhere: the same bytes, and this process stays as small as it was."""

import json
import subprocess
import sys
from datetime import date

import pytest

from canbao.documents import typesetting
from canbao.documents.typesetting import typeset
from tests.documents.test_base_list import paper
from tests.documents.test_receipts import PAPER

MADE_ON = date(2021, 11, 15)


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


_MEASURED = """
import json, re, sys
from datetime import date
from canbao.documents import typesetting

def most_memory_ever():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) // 1024

large = json.load(sys.stdin)
typesetting.typeset("base_list.typ", large | {"households": large["households"][:9]}, made_on=date(2021, 11, 15))
before = most_memory_ever()
typesetting.typeset("base_list.typ", large, made_on=date(2021, 11, 15))
elsewhere = most_memory_ever() - before
typesetting._typeset("base_list.typ", json.dumps(large), date(2021, 11, 15))
print(json.dumps([elsewhere, most_memory_ever() - before]))
"""


def test_a_large_paper_takes_its_memory_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """In megabytes; the second figure is the control, set in the process itself."""
    values = json.dumps(values_of(8000, monkeypatch))
    done = subprocess.run([sys.executable, "-c", _MEASURED], input=values, capture_output=True, text=True, check=True)
    elsewhere, here = json.loads(done.stdout)

    assert elsewhere < 100 < here


def test_a_receipt_is_small_enough_to_be_set_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from canbao.documents.receipts import receipt_pdf

    monkeypatch.setattr(typesetting.subprocess, "run", None)

    assert receipt_pdf(PAPER).startswith(b"%PDF")
