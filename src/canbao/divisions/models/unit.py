"""A collecting unit (代收单位): who takes money on the treasury's behalf, and holds receipts and a drawer."""

from django.db import models

from canbao.divisions.models.division import Division


class UnitKind(models.TextChoices):
    VILLAGE = "village", "村（居）委会"
    SCHOOL = "school", "中小学校"
    UNIVERSITY = "university", "高等学校"
    FACULTY = "faculty", "院系"
    BANK = "bank", "银行网点"


class CollectingUnit(models.Model):
    kind = models.CharField("类型", max_length=12, choices=UnitKind)
    name = models.CharField("名称", max_length=80)
    division = models.ForeignKey(
        Division, models.PROTECT, db_column="division", related_name="units", verbose_name="所在区划"
    )
    tax_registered = models.BooleanField("已办税务组织临时登记", default=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="faculties", verbose_name="所属高校", db_column="parent"
    )
    until = models.DateField("代收到", null=True)  # the last day; null: it collects

    class Meta:
        ordering = ["division_id", "name"]
        constraints = [
            # among those that collect; of a university's faculties, within it
            models.UniqueConstraint(
                fields=["division", "parent", "name"],
                condition=models.Q(until__isnull=True),
                nulls_distinct=False,
                name="unit_name_once_a_place",
            ),
            # a village has one committee, so that a household's money has one drawer
            models.UniqueConstraint(
                fields=["division"],
                condition=models.Q(kind="village", until__isnull=True),
                name="unit_one_committee_a_village",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="faculty", parent__isnull=False)
                | ~models.Q(kind="faculty") & models.Q(parent__isnull=True),
                name="unit_faculty_of_a_university",
            ),
        ]

    def __str__(self) -> str:
        return self.name
