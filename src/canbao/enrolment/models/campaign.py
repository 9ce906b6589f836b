"""A campaign: one notice carried out in one county. It keeps the text of its pack (see `Edition`), so that every "why"
can be asked again in ten years, whatever happens to the files."""

from django.db import models
from django.db.models import F, Q

from canbao.divisions.models import Division


class Campaign(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    key = models.CharField("政策包", max_length=40)
    title = models.CharField("名称", max_length=200)
    pack_digest = models.CharField("政策校验值", max_length=64)  # of the edition in force
    window_from = models.DateField("集中参保期起")
    window_until = models.DateField("集中参保期止")
    benefit_from = models.DateField("待遇期起")
    benefit_until = models.DateField("待遇期止")
    cash_stops = models.BooleanField(
        "现金到限即停收", default=False
    )  # the county's own decision; the limits are the notice's
    opened_at = models.DateTimeField("开启时间", null=True)
    opened_by = models.CharField("开启人", max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "key"], name="campaign_once_a_county"),
            models.CheckConstraint(condition=Q(window_until__gte=F("window_from")), name="campaign_window_forward"),
            models.CheckConstraint(condition=Q(benefit_until__gte=F("benefit_from")), name="campaign_benefit_forward"),
        ]

    def __str__(self) -> str:
        return self.title


class Target(models.Model):
    """What a town (or village) is asked to reach. `people` null: not given in the notice, which is not zero."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="targets")
    division = models.ForeignKey(Division, models.PROTECT, db_column="division")
    population = models.IntegerField("户籍人口", null=True)
    people = models.IntegerField("参保任务数", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "division"], name="target_once")]
