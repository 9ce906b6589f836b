"""A roster (花名册): one department's dated list, as it came, with a verdict for each row.

Identity numbers in rows are sealed like everywhere; `seen` keeps the other cells as the department wrote them.
A roster counts only after a second person has confirmed it (R-24).
"""

from django.db import models
from django.db.models import F, Q

from canbao.register.models import Resident


class Roster(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    department = models.CharField("部门", max_length=40)
    cut_off_on = models.DateField("在册截止日")
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField("文件指纹", max_length=64)
    is_full = models.BooleanField("全量名单", default=True)
    imported_at = models.DateTimeField("导入时间", auto_now_add=True)
    imported_by = models.CharField("导入人", max_length=60)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = models.CharField("确认人", max_length=60, null=True)

    class Meta:
        ordering = ["-cut_off_on", "department"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "department", "file_digest", "cut_off_on"], name="roster_file_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="roster_confirmed_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("imported_by")), name="roster_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.cut_off_on}"


class Outcome(models.TextChoices):
    TAKEN = "taken", "采用"
    CORRECTED = "corrected", "更正后采用"
    LOOK = "look", "请核对"
    REFUSED = "refused", "未采用"


class RosterRow(models.Model):
    """Row `row` of the sheet, as the department counts it (header included), and what became of it."""

    county = models.CharField(max_length=6, db_collation="C")
    roster = models.ForeignKey(Roster, models.CASCADE, related_name="rows")
    sheet = models.CharField("工作表", max_length=60, blank=True, default="")
    row = models.IntegerField("行号")
    name = models.CharField("姓名", max_length=60, blank=True, default="")
    number_sealed = models.BinaryField("证件号码（密）", null=True)
    number_tail = models.CharField(max_length=4, blank=True, default="")
    category_text = models.CharField("类别（原文）", max_length=200, blank=True, default="")
    seen = models.JSONField("其他栏目（原文）", default=dict)
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    why = models.CharField("原因", max_length=300)
    remedy = models.CharField("怎么办", max_length=300, blank=True, default="")
    resident = models.ForeignKey(Resident, models.PROTECT, null=True)
    division = models.CharField("匹配人所在村", max_length=12, null=True, db_collation="C")

    class Meta:
        ordering = ["roster_id", "sheet", "row"]
        constraints = [models.UniqueConstraint(fields=["roster", "sheet", "row"], name="roster_row_once")]

    @property
    def masked_number(self) -> str:
        return f"{'*' * 14}{self.number_tail}" if self.number_tail else ""
