"""An enrolment (参保): one person, one benefit period, in the whole installation.

The unique key over `person_token` and the benefit period leaves out the county on purpose: it is the one rule that
must hold across counties (R-36).
"""

from django.db import models
from django.db.models import F, Q

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models.bill import Bill
from canbao.enrolment.models.campaign import Campaign
from canbao.register.models import Household, Resident


class Enrolment(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="enrolments", db_index=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="enrolments")
    person_token = models.BinaryField()
    household = models.ForeignKey(Household, models.PROTECT)
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, db_index=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="enrolments", db_index=False)
    benefit_from = models.DateField("待遇期起")
    benefit_until = models.DateField("待遇期止")
    covered_from = models.DateField("享受待遇起")
    covered_until = models.DateField("享受待遇止")
    paid_on = models.DateField("缴费日")
    paid_fen = models.BigIntegerField("个人缴费（分）")
    by_office = models.BooleanField("由经办机构参保（全额资助）", default=False)
    enrolled_at = models.DateTimeField("参保时间")
    ended_on = models.DateField("终止日", null=True)
    ended_why = models.CharField("终止原因", max_length=60, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["division", "campaign"]),
            models.Index(fields=["unit", "campaign"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person_token", "benefit_from"],
                condition=Q(ended_on__isnull=True),
                name="enrolment_once_a_person_and_period",
            ),
            models.CheckConstraint(condition=Q(covered_until__gte=F("covered_from")), name="enrolment_cover_forward"),
            models.CheckConstraint(condition=Q(paid_fen__gte=0), name="enrolment_paid_no_less_than_nothing"),
        ]
