"""What staff do, each of them signed in: the database takes a person's name from nobody but that person.

The same functions as in the rooms. Where a test is at work as nobody, they sign in whoever does it; where it is at work
as a person, it stays that person.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from uuid import uuid4

from canbao.access.models import Staff
from canbao.access.scope import current_scope, within
from canbao.collection.domain import (
    asking_back,
    bank_files,
    cash,
    in_hand,
    readjustment,
    receipts,
    refunds,
    remittances,
    stock,
    suspense,
    tax_lists,
)
from canbao.collection.models import Receipt
from canbao.enrolment.domain import campaigns, free
from canbao.kernel.days import CHINA
from canbao.rosters.domain import closing, confirming, importing, mending, returning, taking_back
from tests.county import everybody

W = TypeVar("W", bound=Callable[..., Any])


def _signed_in(work: W) -> W:
    @wraps(work)
    def at_their_desk(*what: Any, **how: Any) -> Any:
        who = how.get("by") or how.get("clerk")
        actor = f"staff:{who.username}" if who else how["actor"]
        scope = current_scope() or everybody()
        if scope.actor.startswith(("staff:", "resident:")):
            return work(*what, **how)
        with within(replace(scope, actor=actor)):
            return work(*what, **how)

    return at_their_desk  # type: ignore[return-value]


take_cash = _signed_in(cash.take_cash)
decide_cash_stop = _signed_in(in_hand.decide_cash_stop)
readjust = _signed_in(readjustment.readjust)
note_print = _signed_in(receipts.note_print)
note_prints = _signed_in(receipts.note_prints)
ask_void = _signed_in(receipts.ask_void)
answer_void = _signed_in(receipts.answer_void)
hand_over = _signed_in(stock.hand_over)
answer_hand_over = _signed_in(stock.answer_hand_over)
report_lost = _signed_in(stock.report_lost)
approve = _signed_in(refunds.approve)
pay_out = _signed_in(refunds.pay_out)
review = _signed_in(refunds.review)
ask_back = _signed_in(asking_back.ask_back)
answer_back = _signed_in(asking_back.answer_back)
confirm_remittance = _signed_in(remittances.confirm_remittance)
propose_placing = _signed_in(suspense.propose_placing)
confirm_placing = _signed_in(suspense.confirm_placing)
drop_placing = _signed_in(suspense.drop_placing)
_hand_in = _signed_in(remittances.hand_in)
reject_remittance = _signed_in(remittances.reject_remittance)
reconcile_taxes = _signed_in(tax_lists.reconcile_taxes)
reconcile_bank = _signed_in(bank_files.reconcile_bank)
work_off = _signed_in(tax_lists.work_off)
open_campaign = _signed_in(campaigns.open_campaign)
amend = _signed_in(campaigns.amend)
enrol_fully_subsidised = _signed_in(free.enrol_fully_subsidised)
close_roster = _signed_in(closing.close_roster)
confirm_roster = _signed_in(confirming.confirm_roster)
import_roster = _signed_in(importing.import_roster)
accept_row = _signed_in(mending.accept_row)
mend_row = _signed_in(mending.mend_row)
refuse_row = _signed_in(mending.refuse_row)
give_back = _signed_in(returning.give_back)
take_back_roster = _signed_in(taking_back.take_back_roster)


def void(receipt: Receipt, *, reason: str, by: Staff, at: datetime, agreed_by: str = "town") -> Receipt:
    """Whoever issued it asks, and somebody else agrees. Returns the receipt that stands in its place."""
    second = Staff.objects.get(username=agreed_by)
    with within(replace(everybody(), actor=f"staff:{by.username}")):
        asked = receipts.ask_void(receipt, voiding_id=uuid4(), reason=reason, by=by, at=at)
    with within(replace(everybody(), actor=f"staff:{agreed_by}")):
        instead = receipts.answer_void(asked, agrees=True, by=second, at=at)
        receipt.refresh_from_db()
    return instead


def hand_in(*, certificate: str, at: datetime, **how: Any) -> Any:
    """With a slip of the bank of that day that belongs to the certificate, unless said otherwise."""
    told = {"slip": f"回单{certificate}", "slip_on": at.astimezone(CHINA).date()} | how
    return _hand_in(certificate=certificate, at=at, **told)
