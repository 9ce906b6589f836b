"""`POST /api/gateways/<channel>/notify`: a gateway says that money has arrived, or that something became of a refund.

Nobody is signed in; the gateway's signature is what lets it in. A yes is given only when all is committed, and again
when it was told before. A telling of no money gets a yes too, since telling it again mends nothing; it is on the county's
record, and if there was money after all, it is found on the gateway's bill of the day. Anything else is a no, and the
gateway tells again later: what it says is never lost, because queries and the daily bill find it too.

Of a refund only that there is news is believed: what became of it is asked, as every night.
"""

import logging
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from canbao.access.clock import now
from canbao.access.record import record
from canbao.access.scope import Scope, within
from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.domain.refunds import pay_back
from canbao.collection.gateway import Arrival, GatewayBroke, RefundTold, gateway
from canbao.collection.models import Refund, RefundState
from canbao.collection.refusals import NotMoney
from canbao.kernel.refusal import Refusal

LARGEST_BODY = 65_536

log = logging.getLogger(__name__)


@transaction.non_atomic_requests  # a yes is said after the commit, not before
@csrf_exempt
@require_POST
def notify(request: HttpRequest, channel: str) -> HttpResponse:
    """200 and what this gateway wants to hear; else `{"code", "message"}`.

    In this order: 404 no such gateway, 413 too long, 401 not theirs (signature, age, content), 503 not noted (no
    receipts left, no database): tell again.
    """
    if channel not in settings.CANBAO_GATEWAYS:
        return _no(404, "UNKNOWN_CHANNEL", "没有这个支付渠道")
    if len(request.body) > LARGEST_BODY:
        return _no(413, "TOO_LONG", "报文过长")
    try:
        # the age of a message is told by the real clock, also where the county lives in a borrowed season
        told = gateway(channel).read_notification(request.headers, request.body, now=datetime.now(UTC))
    except GatewayBroke as broke:
        log.warning("a notification of %s was refused: %s", channel, broke.says)  # says nothing of what was in it
        return _no(401, "SIGN_ERROR", broke.says)
    return _noted(channel, told) or _yes(channel)


def _noted(channel: str, told: Arrival | RefundTold | None) -> JsonResponse | None:
    """None when everything there was to note is noted; else the no."""
    try:
        if isinstance(told, RefundTold):
            _look_after(told.refund, channel)
        elif told is not None:
            _confirm(Told(channel, told), actor=f"gateway:{channel}")
    except Refusal as refusal:
        log.error("a payment of %s was not noted: %s", channel, refusal.code)  # noqa: TRY400 - expected, no trace
        return _no(503, refusal.code, "暂不能入账，请稍后再通知")
    except GatewayBroke as broke:
        log.error("a refund of %s was told of and could not be asked about: %s", channel, broke.says)  # noqa: TRY400 - expected, no trace
        return _no(503, "SYSTEM_ERROR", "暂不能查询退款，请稍后再通知")
    except (OperationalError, InterfaceError):
        log.exception("a payment of %s was not noted: no database", channel)
        return _no(503, "SYSTEM_ERROR", "系统繁忙，请稍后再通知")
    return None


def _look_after(refund: UUID, channel: str) -> None:
    """Ask what became of one of our refunds that is under way. Of one that is not ours, or not sent yet, nothing is done."""
    with within(Scope(division="", actor=f"gateway:{channel}")):
        known = Refund.objects.select_related("payment").filter(pk=refund, channel=channel, state=RefundState.SENT)
        for one in known:
            pay_back(one, on=now().date())


def _confirm(told: Told, *, actor: str) -> None:
    try:
        with transaction.atomic():  # ends before a no is put on record
            (confirmed,) = confirm([told], actor=actor, at=now())
    except NotMoney as no:
        # no payment, however often it is told: yes, it was heard; a person must look
        reference = told.arrival.reference
        record(
            "gateway.told_of_no_money", f"order:{told.arrival.order}", county=str(no.words["county"]), actor=actor,
            reference=reference, fen=told.arrival.amount_fen,
        )  # fmt: skip
        log.error("a telling of %s is of no money: reference %s", told.channel, reference)  # noqa: TRY400 - expected, no trace
        return
    if not confirmed.agrees:
        # told before with another sum or order: telling again mends nothing, a person must look
        log.error("payment %s of %s was told twice and differs", confirmed.payment_id, told.channel)


def _yes(channel: str) -> HttpResponse:
    kind, said = gateway(channel).heard
    return HttpResponse(said, content_type=kind)


def _no(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
