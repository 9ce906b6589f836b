"""A remittance (汇缴): cash leaves the drawer with a tax payment certificate that names the period and the headcount.

One person hands in, another confirms that it arrived, or rejects it with a reason: then the money is in the drawer again,
and a further version is made that names the one it replaces. What a remittance contains is fixed when it is made: the
cash payments that point to it, until it is rejected.

The first remittance of a unit that is not registered with the tax office says which number the unit was given there, and
which papers were shown (`first_time_papers` of the notice).
"""

from django.db import models
from django.db.models import F, Q

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign


class Remittance(models.Model):
    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, related_name="remittances")
    division = models.CharField(max_length=12, db_collation="C")
    certificate = models.CharField("税收缴款书号", max_length=40)
    period_from = models.DateField("缴费时间段起")
    period_until = models.DateField("缴费时间段止")
    people = models.IntegerField("缴费人数")
    amount_fen = models.BigIntegerField("金额（分）")
    slip = models.CharField("银行回单号", max_length=40)
    slip_on = models.DateField("银行回单日期")
    version = models.SmallIntegerField("第几版", default=1)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    tax_number = models.CharField("税务组织临时登记号", max_length=40, blank=True, default="")
    papers = models.JSONField("已出示的材料", default=list)
    made_by = models.CharField("汇缴人", max_length=60)
    made_at = models.DateTimeField("汇缴时间")
    made_on = models.DateField("汇缴日")
    confirmed_by = models.CharField("确认人", max_length=60, null=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    rejected_by = models.CharField("退回人", max_length=60, null=True)
    rejected_at = models.DateTimeField("退回时间", null=True)
    reject_reason = models.CharField("退回原因", max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "certificate"],
                condition=Q(rejected_at__isnull=True),
                name="remittance_certificate_once",
            ),
            models.UniqueConstraint(
                fields=["county", "slip"], condition=Q(rejected_at__isnull=True), name="remittance_slip_once"
            ),
            models.CheckConstraint(condition=~Q(slip=""), name="remittance_has_a_slip"),
            models.CheckConstraint(
                condition=Q(version=1, replaces__isnull=True) | Q(version__gt=1, replaces__isnull=False),
                name="remittance_version_replaces_another",
            ),
            models.CheckConstraint(
                condition=Q(rejected_by__isnull=True, rejected_at__isnull=True, reject_reason="")
                | (
                    Q(rejected_by__isnull=False, rejected_at__isnull=False, confirmed_at__isnull=True)
                    & ~Q(reject_reason="")
                ),
                name="remittance_rejected_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(rejected_by__isnull=True) | ~Q(rejected_by=F("made_by")),
                name="remittance_rejected_by_another",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="remittance_is_money"),
            models.CheckConstraint(condition=~Q(certificate=""), name="remittance_has_a_certificate"),
            models.CheckConstraint(condition=Q(people__gt=0), name="remittance_is_for_people"),
            models.CheckConstraint(condition=Q(period_until__gte=F("period_from")), name="remittance_period_forward"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="remittance_confirmed_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")), name="remittance_two_people"
            ),
        ]

    @property
    def may_be_redone(self) -> bool:
        """Rejected, and no further version names it yet."""
        return self.rejected_at is not None and not hasattr(self, "replaced_by")
