"""A day is closed (日结): what each collecting unit had by then in four ways, and under which root of the record that stands.

Written once. Closed again, perhaps after something was mended, it is a further closing of the same day.
"""

from django.db import models
from django.db.models import F, Q

from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Campaign
from canbao.kernel.days import CHINA
from canbao.reports.four_ways import WAYS, Way


class Closing(models.Model):
    """`root_position` and `root_hash` are the record's link that closes the day: it stands for every fingerprint taken until then."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="closings")
    day = models.DateField("哪一天")
    nth = models.IntegerField("当天第几次")
    closed_at = models.DateTimeField("结账时间")
    closed_by = models.CharField("结账人", max_length=60)
    differences = models.IntegerField("差异数")
    root_position = models.BigIntegerField("记录序号")
    root_hash = models.CharField("记录值", max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day", "nth"], name="closing_counted"),
            models.CheckConstraint(condition=Q(nth__gt=0, differences__gte=0), name="closing_counts_from_one"),
        ]

    @property
    def closed_on(self) -> str:
        return f"{self.closed_at.astimezone(CHINA):%Y-%m-%d %H:%M}"


class ClosingLine(models.Model):
    """One unit at the close of a day; counts are people, sums are fen. `differences` name people and receipts: {template, words, resident}."""

    county = models.CharField(max_length=6, db_collation="C")
    closing = models.ForeignKey(Closing, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, db_index=False)
    division = models.CharField(max_length=12, db_collation="C")
    money_people = models.IntegerField("资金人数")
    money_fen = models.BigIntegerField("资金（分）")
    people_people = models.IntegerField("参保人数")
    people_fen = models.BigIntegerField("参保缴费（分）")
    roster_people = models.IntegerField("名册人数")
    roster_fen = models.BigIntegerField("名册（分）")
    receipts_people = models.IntegerField("票据人数")
    receipts_fen = models.BigIntegerField("票据（分）")
    free = models.IntegerField("个人不缴费人数")
    drawer_fen = models.BigIntegerField("库存现金（分）")
    differences = models.JSONField("差异", default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["closing", "unit"], name="closing_line_once")]

    @property
    def ways(self) -> tuple[Way, ...]:
        """Money, people, roster, receipts."""
        return tuple(Way(getattr(self, f"{name}_people"), getattr(self, f"{name}_fen")) for name in WAYS)


class ClosingSignature(models.Model):
    """Somebody of a town or of the county has looked at the figures of that place and stands by them; not who closed the day."""

    county = models.CharField(max_length=6, db_collation="C")
    closing = models.ForeignKey(Closing, models.PROTECT, related_name="signatures")
    division = models.CharField(max_length=12, db_collation="C")
    closed_by = models.CharField("结账人", max_length=60)
    signed_by = models.CharField("签字人", max_length=60)
    signed_at = models.DateTimeField("签字时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closing", "division"], name="closing_signed_once"),
            models.CheckConstraint(condition=~Q(signed_by=F("closed_by")), name="closing_two_people"),
        ]
