"""An edition of a campaign's rules: the text of a pack as it was published, frozen under its digest.

The first edition opens the campaign. An amendment in mid-season is a further one; the campaign names the one in force,
and what was answered by an earlier one stays answerable.

The limits on cash stand here beside the text that they were read from, because the database counts the drawer itself,
in the transaction in which cash comes in (R-41). Null is a limit that the notice does not set.
"""

from django.db import models

from canbao.enrolment.models.campaign import Campaign


class Edition(models.Model):
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="editions")
    county = models.CharField(max_length=6, db_collation="C")
    number = models.SmallIntegerField("第几版")
    digest = models.CharField("校验值", max_length=64)
    texts = models.JSONField("政策原文件")
    holds_from = models.DateField("施行日", null=True)  # null: from the beginning
    cash_months = models.SmallIntegerField("现金最长几个月", null=True)  # or days, never both, as notices write it
    cash_days = models.SmallIntegerField("现金最长几天", null=True)
    cash_limit_fen = models.BigIntegerField("现金达到多少即汇缴（分）", null=True)
    cash_clause = models.CharField("现金限额的条款", max_length=80, blank=True, default="")
    published_at = models.DateTimeField("发布时间")
    published_by = models.CharField("发布人", max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="edition_number_once"),
            models.UniqueConstraint(fields=["campaign", "digest"], name="edition_digest_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="edition_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} 第{self.number}版"
