"""A household (户): a code, a village, and, where the notice has tiers, the one tier that everyone in it takes."""

from django.db import models

from canbao.divisions.models import CollectingUnit


class Household(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    division = models.CharField("村（社区）", max_length=12, db_collation="C")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, verbose_name="代收单位")
    code = models.CharField("农户编码", max_length=30)
    passbook_account = models.CharField("涉农补贴折子账号", max_length=30, null=True)
    tier = models.CharField("档次", max_length=20, null=True)
    address = models.CharField("地址", max_length=120, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["division", "code"])]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="household_code_once_a_county"),
            # household code and subsidy passbook are one-to-one
            models.UniqueConstraint(fields=["county", "passbook_account"], name="household_passbook_once_a_county"),
        ]

    def __str__(self) -> str:
        return self.code
