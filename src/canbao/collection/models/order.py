"""An order: the intent to pay a family's bills, on disk before anything is asked of anybody.

`id` is what the gateway knows it by. Each line knows, for each day on which its money may arrive, from when the
person would be covered (`covers`): the rules are asked when the order is made, and the database only looks up.
"""

from django.db import models
from django.db.models import Q

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill, Campaign
from canbao.register.models import Household


class Channel(models.TextChoices):
    CASH = "cash", "现金"
    WECHAT = "wechat", "微信支付"
    ALIPAY = "alipay", "支付宝"
    BANK = "bank", "银行代收"
    POS = "pos", "刷卡"


BY_HAND = frozenset(
    {Channel.CASH, Channel.BANK, Channel.POS}
)  # no gateway: nobody is asked to pay, and money goes back by transfer


class Order(models.Model):
    class State(models.TextChoices):
        OPEN = "open", "待支付"
        PAID = "paid", "已支付"
        CLOSED = "closed", "已关闭"

    id = models.UUIDField("订单号", primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT, db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="orders")
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, db_index=False)
    channel = models.CharField("方式", max_length=12, choices=Channel)
    total_fen = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    pay_url = models.CharField("支付链接", max_length=300, blank=True, default="")
    made_by = models.CharField("经手人", max_length=60)
    made_at = models.DateTimeField("下单时间")
    expires_at = models.DateTimeField("有效期至")

    class Meta:
        indexes = [models.Index(fields=["state", "expires_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(total_fen__gt=0), name="order_asks_for_something"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="order_channel_is_known"),
            models.CheckConstraint(condition=Q(state__in=["open", "paid", "closed"]), name="order_state_is_known"),
        ]


class OrderLine(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="order_lines", db_index=False)
    fen = models.BigIntegerField("金额（分）")
    covers = models.JSONField()  # {"2021-11-15": "2022-01-01", …}: day of payment → covered from

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "bill"], name="order_line_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="order_line_asks_for_something"),
        ]
