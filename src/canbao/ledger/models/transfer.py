"""One row is one movement: debit account, credit account, amount. It cannot be unbalanced, and it is never touched.

Triggers refuse UPDATE, DELETE and TRUNCATE; the application's role may not even INSERT: `ledger_post()` does, for the
database functions that move money. A correction is a further row; one that takes a whole row back says which (`undoes`,
written by `ledger_undo()`), and a row can be taken back once.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from canbao.ledger.models.account import Account


class Reason(models.TextChoices):
    CONTRIBUTION = "contribution", "个人缴费"
    SUBSIDY = "subsidy", "资助参保"
    SURPLUS = "surplus", "多收待退"
    SUSPENSE = "suspense", "收款待查"
    PLACED = "placed", "待查款查清"
    GIVEN_BACK = "given_back", "待查款退回"
    READJUSTED = "readjusted", "身份调整退差"
    SUBSIDY_READJUSTED = "subsidy_readjusted", "身份调整资助变动"
    REFUND = "refund", "退款支付"
    HANDED_IN = "handed_in", "现金汇缴"
    HAND_IN_REJECTED = "hand_in_rejected", "汇缴退回"
    REMITTED = "remitted", "汇缴入库"
    SETTLED = "settled", "渠道资金入库"


class Transfer(models.Model):
    """`id` is made by the asker before asking, so that asking twice is asking once. `on` is the day that counts for
    the rules (China); `posted_at` is the instant at which the row came to be."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    campaign_id = models.BigIntegerField(null=True)
    division = models.CharField(max_length=12, null=True, db_collation="C")
    household_id = models.BigIntegerField(null=True)
    resident_id = models.BigIntegerField(null=True)
    debit = models.ForeignKey(Account, models.PROTECT, related_name="+")
    credit = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField("金额（分）")
    reason = models.CharField("事由", max_length=20, choices=Reason)
    source = models.CharField("来源", max_length=80)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    on = models.DateField("业务日期")
    posted_at = models.DateTimeField("入账时间", db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["resident_id"], condition=Q(resident_id__isnull=False), name="transfer_of_resident"),
            models.Index(
                fields=["household_id"], condition=Q(household_id__isnull=False), name="transfer_of_household"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two_accounts"),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="transfer_reason_is_known"),
        ]
