"""`POST /api/gateways/<channel>/notify`: a gateway says that money has arrived.

Nobody is signed in; the gateway's signature is what lets it in. A yes is given only when all is committed, and again
when it was told before. A telling of no money gets a yes too, since telling it again mends nothing; it is on the county's
record, and if there was money after all, it is found on the gateway's bill of the day. Anything else is a no, and the
gateway tells again later: what it says is never lost, because queries and the daily bill find it too.
"""

import logging
from datetime import UTC, datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from canbao.access.clock import now
from canbao.access.record import record
from canbao.collection.domain.confirmation import Told, confirm
from canbao.collection.gateway import GatewayBroke, gateway
from canbao.collection.refusals import NotMoney
from canbao.kernel.refusal import Refusal

LARGEST_BODY = 65_536

log = logging.getLogger(__name__)


@transaction.non_atomic_requests  # a yes is said after the commit, not before
@csrf_exempt
@require_POST
def notify(request: HttpRequest, channel: str) -> JsonResponse:
    """200 `{"code": "SUCCESS"}`; else `{"code", "message"}`.

    In this order: 404 no such gateway, 413 too long, 401 not theirs (signature, age, content), 503 not noted (no
    receipts left, no database): tell again.
    """
    if channel not in settings.CANBAO_GATEWAYS:
        return _no(404, "UNKNOWN_CHANNEL", "没有这个支付渠道")
    if len(request.body) > LARGEST_BODY:
        return _no(413, "TOO_LONG", "报文过长")
    try:
        # the age of a message is told by the real clock, also where the county lives in a borrowed season
        arrival = gateway(channel).read_notification(request.headers, request.body, now=datetime.now(UTC))
    except GatewayBroke as broke:
        log.warning("a notification of %s was refused: %s", channel, broke.says)  # says nothing of what was in it
        return _no(401, "SIGN_ERROR", broke.says)
    return _noted(Told(channel, arrival))


def _noted(told: Told) -> JsonResponse:
    try:
        return _confirmed(told, actor=f"gateway:{told.channel}")
    except Refusal as refusal:
        log.error("a payment of %s was not noted: %s", told.channel, refusal.code)  # noqa: TRY400 - expected, no trace
        return _no(503, refusal.code, "暂不能入账，请稍后再通知")
    except (OperationalError, InterfaceError):
        log.exception("a payment of %s was not noted: no database", told.channel)
        return _no(503, "SYSTEM_ERROR", "系统繁忙，请稍后再通知")


def _confirmed(told: Told, *, actor: str) -> JsonResponse:
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
        return JsonResponse({"code": "SUCCESS"})
    if not confirmed.agrees:
        # told before with another sum or order: telling again mends nothing, a person must look
        log.error("payment %s of %s was told twice and differs", confirmed.payment_id, told.channel)
    return JsonResponse({"code": "SUCCESS"})


def _no(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
