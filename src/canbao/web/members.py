"""One person of a household as a page shows them: the state in two words, the amount, the reason, what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from canbao.collection.queries import Paid, paid_by_person
from canbao.enrolment.domain.why import Standing, standings
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.kernel.fen import fen_from_yuan
from canbao.register.models import Household, Resident
from canbao.web import words

LONGEST_BILL_ID = 18  # digits: more is larger than what the database counts to
NOBODYS = 0


class State(Enum):
    """Where somebody stands; the value is the word on the chip. Colour only repeats what the word says."""

    TO_PAY = _("待缴")
    UNKNOWN = _("金额待定")
    FREE = _("无需缴费")
    CLOSED = _("现在不能缴")
    COVERED = _("已参保")
    NOT_HERE = _("不在此参保")
    NO_BILL = _("待核定")

    @property
    def label(self) -> Promise:
        return self.value

    @property
    def css(self) -> str:
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Member:
    resident: Resident
    state: State
    standing: Standing
    answer: dict  # the assessment behind the bill; without a bill, the live one
    glossary: words.Glossary  # the notice's own words in English
    paid: Sequence[Paid] = ()  # with the receipts that say so

    @property
    def bill_id(self) -> int | None:
        return self.standing.bill.pk if self.standing.bill else None

    @property
    def can_pay(self) -> bool:
        return self.state is State.TO_PAY

    @property
    def due_fen(self) -> int | None:
        return self.standing.due_fen

    @property
    def is_difference(self) -> bool:
        """Paid before, and after a re-adjustment something is still owed: the bill is only the difference."""
        bill = self.standing.bill
        return bill is not None and bill.version > 1 and bill.due_fen != self._pays_fen

    @property
    def _pays_fen(self) -> int | None:
        return fen_from_yuan(self.answer["pays"]) if self.answer["pays"] is not None else None

    @property
    def reason(self) -> str:
        return words.reason(self.answer, self.glossary)

    @property
    def is_on_no_roster(self) -> bool:
        """Pays the price that holds for everybody, because no list that came in names them."""
        bill = self.standing.bill
        helped = (*self.answer["shares"], *self.answer.get("waived", ()), *self.answer.get("paid_back", ()))
        return self.can_pay and not helped and bill is not None and not bill.assessment.facts.get("categories")

    @property
    def clauses(self) -> list[tuple[str, str]]:
        return words.clauses(self.answer, self.glossary)

    @property
    def refusal(self) -> dict[str, str] | None:
        """Why nothing can be paid today, with what would help."""
        no = self.standing.answer.refusal
        return (
            words.notice_says_no(no.as_json(), self.glossary)
            if no and self.state in (State.CLOSED, State.NOT_HERE)
            else None
        )

    @property
    def covered(self) -> tuple[date, date] | None:
        one = self.standing.enrolment
        return (one.covered_from, one.covered_until) if one else None

    @property
    def would_be_covered(self) -> tuple[date, date] | None:
        """From when, if it were paid today."""
        answer = self.standing.answer
        return (answer.covered_from, answer.covered_until) if self.can_pay and answer.covered_from else None


def members(campaign: Campaign, household: Household, *, on: date) -> list[Member]:
    glossary = pack_of(campaign).english
    paid = paid_by_person(household.pk, campaign)
    return [
        _member(standing, glossary, paid.get(standing.resident.pk, ()))
        for standing in standings(campaign, household, on=on)
    ]


def _member(standing: Standing, glossary: words.Glossary, paid: Sequence[Paid]) -> Member:
    answer = standing.bill.assessment.answer if standing.bill else standing.answer.as_json()
    return Member(standing.resident, _state(standing), standing, answer, glossary, paid)


def _state(standing: Standing) -> State:
    refused = standing.answer.refusal is not None
    if standing.bill is None and standing.enrolment is not None:
        return State.COVERED  # paid in another village or household
    if standing.bill is None:
        return State.NOT_HERE if refused else State.NO_BILL
    if not standing.is_open:
        return State.COVERED
    if standing.bill.due_fen is None:
        return State.UNKNOWN
    if standing.bill.due_fen == 0:
        return State.FREE
    return State.CLOSED if refused and standing.enrolment is None else State.TO_PAY


def total_fen(people: list[Member]) -> int:
    """What the household could pay today."""
    return sum(member.due_fen or 0 for member in people if member.can_pay)


def bills_asked(request: HttpRequest) -> list[int]:
    """The bills that were ticked on a household's page, as they were sent. What cannot be a bill counts as nobody's, so
    that a page that was changed is refused as a whole instead of being paid in part."""
    return [
        int(sent) if sent.isdecimal() and len(sent) <= LONGEST_BILL_ID else NOBODYS
        for sent in request.POST.getlist("bill")
    ]
