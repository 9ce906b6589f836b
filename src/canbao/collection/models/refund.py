"""A refund: money owed back to one person, from the moment it is known until it has arrived.

Nobody's 250 yuan is ever part of a lump sum: each row names the person, and its age is on a list.
"""

from django.db import models
from django.db.models import F, Q

from canbao.collection.models.order import Channel
from canbao.collection.models.payment import Payment
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill, Campaign
from canbao.register.models import Resident


class RefundReason(models.TextChoices):
    DUPLICATE = "duplicate", "重复缴费"
    READJUSTED = "readjusted", "身份调整退差"


class RefundState(models.TextChoices):
    DUE = "due", "待退"
    APPROVED = "approved", "已审核"
    SENT = "sent", "退款中"
    PAID = "paid", "已退"


class Refund(models.Model):
    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="refunds")
    household_id = models.BigIntegerField()
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    bill = models.ForeignKey(Bill, models.PROTECT)
    channel = models.CharField("退款渠道", max_length=12, choices=Channel)
    reason = models.CharField("原因", max_length=12, choices=RefundReason)
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=10, choices=RefundState, default=RefundState.DUE)
    due_on = models.DateField("应退日")
    reviewed_by = models.CharField("初审", max_length=60, null=True)
    approved_by = models.CharField("复审", max_length=60, null=True)
    paid_on = models.DateField("退款日", null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"]), models.Index(fields=["household_id"])]
        constraints = [
            models.UniqueConstraint(fields=["payment", "bill", "reason"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_is_money"),
            models.CheckConstraint(
                condition=Q(state="due") | Q(reviewed_by__isnull=False, approved_by__isnull=False),
                name="refund_reviewed_twice",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("reviewed_by")), name="refund_two_people"
            ),
            models.CheckConstraint(condition=~Q(state="paid") | Q(paid_on__isnull=False), name="refund_paid_some_day"),
        ]
