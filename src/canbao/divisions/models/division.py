"""A place with a 12-digit code. Public data; the tree is in the digits, except that development zones may have codes
of their own that are in no national table."""

from django.db import models


class Division(models.Model):
    class Level(models.TextChoices):
        PROVINCE = "province", "省"
        PREFECTURE = "prefecture", "市"
        COUNTY = "county", "县（区）"
        TOWN = "town", "乡镇（街道、园区）"
        VILLAGE = "village", "村（社区）"

    code = models.CharField("代码", max_length=12, primary_key=True, db_collation="C")
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=12, choices=Level)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[0-9]{12}$"), name="division_code_shape"),
        ]

    def __str__(self) -> str:
        return self.name
