"""A bill: what one person owes in one campaign, and the assessment that says why.

Assessments are shared: a county of a million has a few hundred different ones, so "why" is a row that everyone in the
same circumstances points to. A bill is never overwritten. A later difference is a further version: an open one for
what is still owed, or a settled negative one for what is to be given back.
"""

from django.db import models
from django.db.models import Q

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models.campaign import Campaign
from canbao.register.models import Household, Resident


class BillAssessment(models.Model):
    """One tabulated answer of the pack: `facts` in, `answer` out, both as JSON of the published interface.

    The figures stand beside it as whole fen. `pays_fen` null: the notice leaves it to others, so nobody may pay yet.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="assessments")
    pack_digest = models.CharField("依据的政策校验值", max_length=64)  # the edition that gave this answer
    facts_key = models.CharField(max_length=64)
    facts = models.JSONField()
    answer = models.JSONField()
    individual_fen = models.BigIntegerField(null=True)
    pays_fen = models.BigIntegerField(null=True)
    government_fen = models.BigIntegerField(null=True)
    shares = models.JSONField(default=list)  # [{"payer", "fen", "clause", "category"}]
    refused = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "facts_key"], name="assessment_once"),
            models.CheckConstraint(
                condition=Q(pays_fen__isnull=True) | Q(pays_fen__gte=0), name="assessment_pays_no_less_than_nothing"
            ),
        ]


class BillState(models.TextChoices):
    OPEN = "open", "待缴"
    SETTLED = "settled", "已缴"
    SUPERSEDED = "superseded", "已被新账单代替"


class Bill(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="bills", db_index=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="bills")
    version = models.SmallIntegerField("版本", default=1)
    household = models.ForeignKey(Household, models.PROTECT, related_name="bills")
    division = models.CharField(max_length=12, db_collation="C")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, db_index=False)
    assessment = models.ForeignKey(BillAssessment, models.PROTECT, db_index=False)
    due_fen = models.BigIntegerField("应缴（分）", null=True)  # null: unknown; negative: to be given back
    state = models.CharField("状态", max_length=12, choices=BillState, default=BillState.OPEN)
    settled_at = models.DateTimeField("结清时间", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "campaign"]),
            models.Index(fields=["division", "campaign"]),
            models.Index(fields=["campaign"], condition=Q(state="settled", version__gt=1), name="bill_later_settled"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["county", "campaign", "resident", "version"], name="bill_version_once"),
            models.UniqueConstraint(
                fields=["campaign", "resident"], condition=Q(state="open"), name="bill_one_open_a_person"
            ),
            models.CheckConstraint(condition=Q(state__in=BillState.values), name="bill_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(due_fen__isnull=False, settled_at__isnull=False),
                name="bill_settled_is_known",
            ),
            models.CheckConstraint(
                condition=Q(due_fen__isnull=True) | Q(due_fen__gte=0) | Q(version__gt=1),
                name="bill_gives_back_only_later",
            ),
        ]
