"""A place with a code of twelve digits, and from when to when it was one. Public data.

The tree is in the digits of `code`: what somebody may see is a range of codes (decision 0016). Where the code that others write
does not nest so (a zone, a second table of codes), the installation gives one of its own and keeps theirs as `published_code`.
"""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q


class Division(models.Model):
    class Level(models.TextChoices):
        PROVINCE = "province", "省"
        PREFECTURE = "prefecture", "市"
        COUNTY = "county", "县（区）"
        TOWN = "town", "乡镇（街道、园区）"
        VILLAGE = "village", "村（社区）"

    class Kind(models.TextChoices):
        """What stands behind a place, where its level alone does not say it."""

        VILLAGERS = "villagers", "村委会"
        RESIDENTS = "residents", "居委会（社区）"
        ZONE = "zone", "开发区（园区、管理区）"

    code = models.CharField("代码", max_length=12, primary_key=True, db_collation="C")
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=12, choices=Level)
    kind = models.CharField("性质", max_length=12, choices=Kind, blank=True, default="", db_default="")
    # 111, 112, 121, 122, 123, 210, 220 of the statistics office; "" is not known
    urban_rural = models.CharField("城乡分类代码", max_length=3, blank=True, default="", db_default="")
    published_code = models.CharField("公布的代码", max_length=12, null=True, db_collation="C")
    since = models.DateField("起", null=True)  # the first day; null: always, as far as anybody here knows
    until = models.DateField("止", null=True)  # the last day; null: it stands
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_into_it", verbose_name="并入", db_column="successor"
    )

    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="split_off", verbose_name="分设自", db_column="split_from"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{12}$"), name="division_code_shape"),
            models.CheckConstraint(condition=Q(kind__in=["", "villagers", "residents", "zone"]), name="division_kind"),
            models.CheckConstraint(
                condition=Q(published_code__isnull=True)
                | Q(published_code__regex=r"^[0-9]{12}$") & ~Q(published_code=F("code")),
                name="division_published_code_is_another",
            ),
            models.UniqueConstraint(fields=["published_code"], name="division_published_code_once"),
            # the day before its first one: it stood on no day, because what made it one was taken back
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since") - timedelta(days=1)),
                name="division_ends_after_it_began",
            ),
            # whoever goes elsewhere is gone here, and nobody is their own successor
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(until__isnull=False) & ~Q(successor=F("code")),
                name="division_followed_when_it_ended",
            ),
            models.CheckConstraint(
                condition=Q(split_from__isnull=True) | Q(since__isnull=False) & ~Q(split_from=F("code")),
                name="division_split_off_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def never_stood(self) -> bool:
        """What made it a place was taken back."""
        return self.since is not None and self.until is not None and self.until < self.since


class FormerName(models.Model):
    """What a place was called before it was renamed; papers and lists say it for years."""

    division = models.ForeignKey(
        Division, models.PROTECT, db_column="division", related_name="former_names", verbose_name="区划"
    )
    name = models.CharField("旧名称", max_length=60)
    until = models.DateField("用到")  # the last day
    why = models.CharField("依据", max_length=200)
    by = models.CharField("登记人", max_length=60)
    at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["division", "until"], name="former_name_once_a_day")]

    def __str__(self) -> str:
        return self.name
