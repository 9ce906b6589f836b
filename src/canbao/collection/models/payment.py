"""A payment: money that has arrived, whatever became of it. One row for each thing the world told us, kept for ever."""

from django.db import models
from django.db.models import Q

from canbao.collection.models.order import Channel, Order, OrderLine
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill


class PaymentOutcome(models.TextChoices):
    """In order of precedence: the first that applies is the answer."""

    UNKNOWN_ORDER = "unknown_order", "查无此订单"
    AMOUNT_DIFFERS = "amount_differs", "金额不符"
    WINDOW_CLOSED = "window_closed", "缴费日不在参保期内"
    SURPLUS = "surplus", "没有对应的待缴账单，待退"
    PARTLY = "partly", "部分入账，余款待退"
    SETTLED = "settled", "已入账"


class Payment(models.Model):
    """`reference` is the number the channel knows the money by (for cash: the order itself).

    `order_number` is what the channel said it was for, `order` what it was for here: the same, unless it lay in suspense
    and was placed onto other bills, by a further order.
    """

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    channel = models.CharField("方式", max_length=12, choices=Channel)
    reference = models.CharField("渠道流水号", max_length=64)
    order_number = models.UUIDField("订单号（原文）")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="payments")
    division = models.CharField(max_length=12, null=True, db_collation="C")
    household_id = models.BigIntegerField(null=True)
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, null=True, db_index=False)
    amount_fen = models.BigIntegerField("金额（分）")
    settled_fen = models.BigIntegerField("入账金额（分）", default=0)
    people = models.IntegerField("人数", default=0)
    paid_at = models.DateTimeField("支付时间")
    paid_on = models.DateField("缴费日")
    outcome = models.CharField("结果", max_length=16, choices=PaymentOutcome)
    noted_at = models.DateTimeField("入账时间")
    remittance = models.ForeignKey("collection.Remittance", models.PROTECT, null=True, related_name="payments")

    class Meta:
        indexes = [
            models.Index(fields=["unit", "channel"], condition=Q(remittance__isnull=True), name="payment_not_remitted"),
            models.Index(fields=["outcome"], condition=~Q(outcome="settled"), name="payment_not_settled"),
            models.Index(fields=["channel", "paid_on"]),
            models.Index(fields=["household_id"], condition=Q(household_id__isnull=False), name="payment_of_household"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "reference"], name="payment_told_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_is_money"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="payment_channel_is_known"),
            models.CheckConstraint(condition=Q(outcome__in=PaymentOutcome.values), name="payment_outcome_is_known"),
        ]


class SettledLine(models.Model):
    """Which lines of an order a payment settled. A bill is settled by one payment, by constraint: the database's own
    last word against paying twice."""

    county = models.CharField(max_length=6, db_collation="C")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="settled_lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, db_index=False)
    bill = models.OneToOneField(Bill, models.PROTECT, related_name="settled_by")
