"""Who looked at whom is on record: every page of staff that shows a resident's name or number leaves a read there.

The pages come from the list of addresses. A new one that shows somebody and records nothing fails here, and one whose
address wants something that these tests do not have fails as well.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db.models import Q
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from canbao.access.models import Record, Staff
from canbao.access.record import record
from canbao.access.scope import within
from canbao.collection.models import Payment, Refund, RefundRequest
from canbao.enrolment.domain.change_tables import hand_in
from canbao.enrolment.models import Enrolment
from canbao.ledger.models import Account
from canbao.register.domain.bulk import NewPerson, add_people
from canbao.register.domain.duplicates import are_two_people
from canbao.register.models import Change, Resident
from canbao.rosters.domain.uploading import take_in
from canbao.rosters.models import LearnedWord, RosterRow, Upload
from tests.collection.paying import money, order, tell
from tests.county import (
    COUNTY,
    IN_THE_WINDOW,
    PEOPLE,
    STAFF,
    VILLAGE,
    County,
    everybody,
    number,
    register_changes,
    signed_in,
)
from tests.desks import ask_back, propose_placing
from tests.documents.workbooks import xlsx as xlsx_bytes
from tests.enrolment.change_sheets import sheet
from tests.rosters.files import CUT_OFF, HEADER, NOW, SUIXI, TODAY, imported, listed, xlsx
from tests.web.conftest import Outside, number_of
from tests.web.county import test_closings as county_closings
from tests.web.county.test_county import paid_twice
from tests.web.pages import text_of

NOT_STAFF = {"front", "set_language", "verify", "sign-in", "sign-out"}
# What a person could type or tick on any of the pages; each view takes what it knows.
TYPED = {
    "text": "钱",
    "amount": "1",
    "order_id": str(uuid4()),
    "leave_out": "0",
    "name": "",
    "number": "",
    "relation": "配偶",
    "sex": "女",
    "born_on": "1982-06-02",
    "hukou": "permit",
}


@dataclass(frozen=True)
class Shown:
    """A page that was opened: whose names or numbers were on it, and of whom the record says since that this
    person read them."""

    page: str
    who: str
    people: frozenset[str]
    on_record: frozenset[str]


@pytest.fixture
def things(outside: Outside, tmp_path: Path) -> dict[str, object]:
    """Something behind every address: a household, its receipt, a refund, a remittance, a list with a doubtful row."""
    born_on = date(1950, 1, 1)
    namesake = NewPerson(
        village=VILLAGE, household_code="另一钱家", name="钱多", relation="户主", sex="男", born_on=born_on,
        number=number(born_on, 71), number_kind="居民身份证",
    )  # fmt: skip
    receipt, refund = outside.pays_cash("赵家"), paid_twice(outside, "周家")
    with within(everybody()):
        Staff.objects.filter(username="civil").update(department="民政部门")
        rows = [listed("李妻"), listed("赵妻", name="赵旗")]
        roster = imported(outside.county, xlsx(tmp_path / "a.xlsx", rows), department="民政部门", is_full=False)
        row = RosterRow.objects.get(roster=roster, outcome="look")
        with register_changes():
            Resident.objects.filter(name="赵妻").update(relation="其他亲属")
        change = Change.objects.latest("pk").pk
        add_people([namesake])  # so that two households are found and shown
    return {
        "household_id": outside.household("钱家"),
        "receipt_id": receipt.pk,
        "refund_id": refund,
        "remittance_id": UUID(int=1),
        "voiding_id": UUID(int=1),
        "mismatch_id": 1,
        "hand_over_id": UUID(int=1),
        "division": "340621100000",
        "which": "to-pay",
        "roster_id": roster.pk,
        "row_id": row.pk,
        "upload_id": waiting(outside),
        "change_table_id": reported(outside),
        "resident_id": outside.look(lambda county: county.person("赵妻").pk),
        "change_id": change,
        "one_id": outside.look(lambda county: county.person("钱儿").pk),
        "other_id": outside.look(lambda county: county.person("钱多").pk),
        "two_people_id": outside.look(told_apart),
        "campaign_id": outside.look(lambda county: county.campaign.pk),
        "what": "rename",
        "unit_id": outside.look(lambda county: county.unit().pk),
        "word_id": outside.look(
            lambda county: (
                LearnedWord.objects.create(
                    county=COUNTY, department="民政部门", kind="column", word="对象", learned_by="civil"
                ).pk
            )
        ),
        "kind": "details",
        "papers": "none",
        "closing_id": outside.look(differing),
        "account_id": outside.look(lambda county: Account.objects.get(kind="drawer", holder=county.unit().pk).pk),
        "request_id": outside.look(asked_back),
        **suspended(outside),
    }


def asked_back(county: County) -> UUID:
    with signed_in("clerk"):
        return ask_back(
            Enrolment.objects.get(resident__name="赵妻"), request_id=uuid4(), ground=RefundRequest.Ground.WRONG_PERSON,
            papers="缴费人的说明", by=county.staff("clerk"), at=IN_THE_WINDOW,
        ).pk  # fmt: skip


def suspended(outside: Outside) -> dict[str, object]:
    """Money of a wrong sum, and what somebody thinks of it."""
    with within(everybody()):
        (done,) = tell(money(order(outside.county, "郑家"), fen=100000))
        payment, bill = Payment.objects.get(pk=done.payment_id), outside.county.bill("郑邻").pk
        placing = propose_placing(
            payment, placing_id=uuid4(), bills=[bill], why="截图", by=outside.county.staff("county2"), at=IN_THE_WINDOW
        )
    return {"payment_id": payment.pk, "placing_id": placing.pk}


def differing(county: County) -> UUID:
    """A closed day on which somebody's money differs."""
    closing = county_closings.differing(county)
    return UUID(closing.split("/")[-3])


def told_apart(county: County) -> int:
    """Two that somebody said are two people."""
    with signed_in("town"):
        one, other = county.person("赵大"), county.person("李军")
        return are_two_people(one, other, by=county.staff("town"), why="都认识", at=IN_THE_WINDOW).pk


def reported(outside: Outside) -> int:
    """A village's change table that waits to be taken."""
    content = sheet(钱奶奶={"变动": "死亡", "变动日期": "2021-10-01"})
    table = outside.look(lambda county: county.campaign.base_table)
    with signed_in("clerk"):
        clerk = outside.county.staff("clerk")
        return hand_in(
            table, content, village=VILLAGE, file_name="底表.xlsx", why="核对", by=clerk, at=IN_THE_WINDOW
        ).pk


def waiting(outside: Outside) -> int:
    """A department's file that is not handed in yet."""
    civil = outside.county.staff("civil")
    with within(everybody()):
        return take_in(
            xlsx_bytes({"名单": [HEADER, listed("李妻")]}), pack=SUIXI, county=COUNTY, department="民政部门", cut_off_on=CUT_OFF, file_name="名单",
            is_full=False, by=civil, at=NOW, on=TODAY,
        ).pk  # fmt: skip


def addresses(things: dict[str, object], patterns: list | None = None) -> Iterator[tuple[str, str]]:
    for pattern in get_resolver("canbao.web.urls").url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "my/":
                yield from addresses(things, pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name not in NOT_STAFF:
            yield pattern.name, reverse(pattern.name, kwargs={key: things[key] for key in pattern.pattern.converters})


def people_on(answer: HttpResponse) -> frozenset[str]:
    """Residents whose name is on a page, or the end of whose number is."""
    if not answer.get("Content-Type", "").startswith("text/html"):
        return frozenset()
    seen = text_of(answer)
    return frozenset(
        name for name in PEOPLE if name in seen or re.search(rf"\*\*\*\*{number_of(name)[-4:]}(?!\w)", seen)
    )


def everything_opened(things: dict[str, object], sign_in: Callable[[str], Client]) -> list[Shown]:
    """Every page of staff by everybody of the staff: looked at, and with something typed."""
    found = []
    for who in STAFF:
        client = sign_in(who)
        for name, address in addresses(things):
            for ask in (client.get, lambda to, client=client: client.post(to, TYPED)):
                before = position()
                answer = ask(address)
                if people := people_on(answer):
                    found.append(Shown(name, who, people, read_by(who, after=before)))
    return found


def position() -> int:
    with within(everybody()):
        return Record.objects.latest("position").position


def read_by(who: str, *, after: int) -> frozenset[str]:
    """Whom the record names as read or found by this person since: by household, resident, refund or row of a list."""
    with within(everybody()):
        links = Record.objects.filter(position__gt=after, actor=f"staff:{who}", verb__regex="read|searched")
        return frozenset(name for link in links for name in people_of(link))


def people_of(link: Record) -> set[str]:
    kind, _, subject = link.subject.partition(":")
    homes = [*link.detail.get("households", []), link.detail.get("household"), subject if kind == "household" else None]
    refunds = Refund.objects.filter(pk__in=link.detail.get("refunds", []))
    residents = Resident.objects.filter(
        Q(household__in=[home for home in homes if home])
        | Q(pk__in=link.detail.get("residents", []))
        | Q(pk__in=refunds.values("resident"))
    )
    rows = RosterRow.objects.filter(roster=subject, row__in=link.detail["rows"]) if kind == "roster" else []
    files = Upload.objects.filter(pk=subject) if kind == "upload" else []
    shown = {cell for file in files for column in file.seen["columns"] for cell in column["samples"]}
    return {*residents.values_list("name", flat=True), *(name for row in rows for name in named_in(row)), *shown}


def named_in(row: RosterRow) -> list[str]:
    """Whom the sender wrote down, by name or by the end of the number."""
    return [name for name in PEOPLE if name in (row.name, row.name_now) or number_of(name)[-4:] == row.tail_now]


def silent(opened: list[Shown]) -> set[tuple[str, str]]:
    """Pages that showed somebody of whom the record does not know that this person looked at them."""
    return {(one.page, one.who) for one in opened if not one.people <= one.on_record}


def test_no_page_shows_a_resident_without_a_read_on_the_record(things: dict[str, object], sign_in: object) -> None:
    opened = everything_opened(things, sign_in)

    assert silent(opened) == set()
    assert {one.page for one in opened} >= {"clerk-today", "find-household", "household", "people", "take-cash", "resident", "change-resident", "undo-change", "receipt", "refunds", "roster", "upload"}  # fmt: skip


def test_a_page_that_forgets_to_record_would_be_found(things: dict[str, object], sign_in: object, monkeypatch: object) -> None:  # fmt: skip
    """The control: the same walk with the guard of two pages removed."""
    for page in ("clerk.receipt", "county.refunds"):
        monkeypatch.setattr(f"canbao.web.{page}.record", lambda *_, **__: None)

    assert {page for page, _ in silent(everything_opened(things, sign_in))} == {"receipt", "spoil-receipt", "refunds", "decide-refund", "pay-out-refund"}  # fmt: skip


def test_a_page_that_records_somebody_else_would_be_found(things: dict[str, object], sign_in: object, monkeypatch: object) -> None:  # fmt: skip
    """The control: a read is on record, and not of whom was shown."""

    def of_nobody(verb: str, subject: str, **detail: object) -> None:
        record(verb, subject, **detail | {"households": [], "refunds": []})

    for page in ("clerk.today", "county.refunds"):
        monkeypatch.setattr(f"canbao.web.{page}.record", of_nobody)

    assert {page for page, _ in silent(everything_opened(things, sign_in))} == {
        "clerk-today",
        "refunds",
        "decide-refund",
        "pay-out-refund",
    }


def test_the_record_says_whose_data_it_was_and_holds_no_name(things: dict[str, object], sign_in: object, outside: Outside) -> None:  # fmt: skip
    client = sign_in("clerk")
    client.get("/village/")

    with within(everybody()):
        last = Record.objects.latest("position")
        homes = [County().household(code).pk for code in ("李家", "钱家")]
    assert (last.verb, last.subject, sorted(last.detail["households"])) == (
        "to_pay.read",
        f"unit:{outside.look(lambda county: county.unit().pk)}",
        sorted(homes),
    )
    assert not any(name in str(last.detail) for name in PEOPLE)
