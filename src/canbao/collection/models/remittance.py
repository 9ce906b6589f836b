"""A remittance (汇缴): cash leaves the drawer with a tax payment certificate that names the period and the headcount.

One person hands in, another confirms that it arrived. What a remittance contains is fixed when it is made: the cash
payments that point to it.
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
    made_by = models.CharField("汇缴人", max_length=60)
    made_at = models.DateTimeField("汇缴时间")
    made_on = models.DateField("汇缴日")
    confirmed_by = models.CharField("确认人", max_length=60, null=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "certificate"], name="remittance_certificate_once"),
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
