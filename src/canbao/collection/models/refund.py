"""A refund: money owed back to one person, from the moment it is known until it has arrived.

Nobody's 250 yuan is ever part of a lump sum: each row names the person, and its age is on a list.
"""

from django.db import models
from django.db.models import F, Q

from canbao.collection.models.order import BY_HAND, Channel
from canbao.collection.models.payment import Payment
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill, Campaign
from canbao.register.models import Resident


class RefundReason(models.TextChoices):
    DUPLICATE = "duplicate", "重复缴费"
    BILL_CHANGED = "bill_changed", "缴费标准调整"
    READJUSTED = "readjusted", "身份调整退差"
    UNPLACED = "unplaced", "查不到为谁缴，退回付款人"
    DIED = "died", "享受待遇前去世"
    EMPLOYED = "employed", "享受待遇前参加职工医保"
    WRONG_PERSON = "wrong_person", "缴错了人"
    REGISTERED_TWICE = "registered_twice", "重复登记"
    NOT_BORN = "not_born", "没有出生"


class RefundState(models.TextChoices):
    DUE = "due", "待退"
    APPROVED = "approved", "已审核"
    SENT = "sent", "退款中"
    PAID = "paid", "已退"


# What stands beside a refund, on a family's page and on a clerk's, so nobody is spoken to: why there is money to give
# back, and by which way it goes or went.
OF_CHANGED_BILL = "付款前缴费标准已经变更，这笔钱没有入账；仍显示待缴的，请按新的金额缴费。"
OF_READJUSTMENT = "身份有调整，退还多缴的差额，参保不受影响。"
OF_NO_BILL = "这笔钱没有对应的账单，或金额对不上，没有入账；仍显示待缴的，请按显示的金额重新缴费。"
OF_NOBODY = "登记已经撤下，为这个人缴的钱全部退还。"  # registered twice, or not born
OF_COVER_NOT_BEGUN = "还没有开始享受待遇，为这个人缴的钱全部退还，参保同时取消。"
CASH_TO_COME = "审核后当面退还，或转到缴费人的账户。"
CASH_GIVEN_BACK = "已当面退还，或已转到缴费人的账户。"
MONEY_TO_COME = "审核后原路退回，不用另外办理。"
MONEY_ON_ITS_WAY = "正在原路退回，不用另外办理。"
MONEY_GIVEN_BACK = "已原路退回。"


class Refund(models.Model):
    """Of money that nobody could place (`UNPLACED`) no person is known: it goes back to whoever paid, by its payment. Of
    every other the person and the bill are."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="refunds")
    household_id = models.BigIntegerField(null=True)
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, null=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    bill = models.ForeignKey(Bill, models.PROTECT, null=True)
    channel = models.CharField("退款渠道", max_length=12, choices=Channel)
    reason = models.CharField("原因", max_length=16, choices=RefundReason)
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
            models.UniqueConstraint(fields=["payment"], condition=Q(reason="unplaced"), name="refund_of_rest_once"),
            models.CheckConstraint(
                condition=Q(reason="unplaced", resident__isnull=True, bill__isnull=True)
                | Q(
                    ~Q(reason="unplaced"),
                    resident__isnull=False,
                    bill__isnull=False,
                    campaign__isnull=False,
                    household_id__isnull=False,
                    unit__isnull=False,
                ),
                name="refund_names_its_person",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_is_money"),
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="refund_state_is_known"),
            models.CheckConstraint(condition=Q(reason__in=RefundReason.values), name="refund_reason_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="refund_channel_is_known"),
            models.CheckConstraint(
                condition=Q(state="due") | Q(reviewed_by__isnull=False, approved_by__isnull=False),
                name="refund_reviewed_twice",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("reviewed_by")), name="refund_two_people"
            ),
            models.CheckConstraint(condition=~Q(state="paid") | Q(paid_on__isnull=False), name="refund_paid_some_day"),
        ]

    @property
    def whose(self) -> str:
        """The person's name; of money that nobody could place, the number by which the payer knows it."""
        return self.resident.name if self.resident else self.payment.reference

    @property
    def why(self) -> str:
        """What happened, where the reason alone does not say it; else ""."""
        changed = {
            RefundReason.BILL_CHANGED: OF_CHANGED_BILL,
            RefundReason.READJUSTED: OF_READJUSTMENT,
            RefundReason.UNPLACED: OF_NO_BILL,
            RefundReason.DIED: OF_COVER_NOT_BEGUN,
            RefundReason.EMPLOYED: OF_COVER_NOT_BEGUN,
            RefundReason.WRONG_PERSON: OF_COVER_NOT_BEGUN,
            RefundReason.REGISTERED_TWICE: OF_NOBODY,
            RefundReason.NOT_BORN: OF_NOBODY,
        }
        return changed.get(RefundReason(self.reason), "")

    @property
    def way(self) -> str:
        """How the money goes or went back: what no gateway brought by hand, everything else the way that it came."""
        if self.channel in BY_HAND:
            return CASH_GIVEN_BACK if self.state == RefundState.PAID else CASH_TO_COME
        on_its_way = {RefundState.SENT: MONEY_ON_ITS_WAY, RefundState.PAID: MONEY_GIVEN_BACK}
        return on_its_way.get(RefundState(self.state), MONEY_TO_COME)
