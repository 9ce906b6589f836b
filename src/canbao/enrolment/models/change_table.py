"""A change table (变动表): the base table of one village come back, with what changed since it was handed out.

It is handed in, looked at, then taken as a whole or taken back. Its rows keep what the village wrote (numbers sealed) and
what became of it; the changes themselves are the register's own, each with the reason of the table (decision 0011).
"""

from django.db import models
from django.db.models import F, Q

from canbao.enrolment.models.base import BaseTable
from canbao.register.models import Change, Resident


class ChangeTable(models.Model):
    """`same` is how many rows of the file changed nothing. Taken back before it was taken: nothing ever happened by it."""

    table = models.ForeignKey(BaseTable, models.PROTECT, related_name="change_tables")
    county = models.CharField(max_length=6, db_collation="C")
    division = models.CharField("村（社区）", max_length=12, db_collation="C")
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField("文件指纹", max_length=64)
    why = models.CharField("依据", max_length=120)
    same = models.IntegerField("没有变动的行")
    handed_in_at = models.DateTimeField("报送时间")
    handed_in_by = models.CharField("报送人", max_length=60)
    taken_at = models.DateTimeField("采用时间", null=True)
    taken_by = models.CharField("采用人", max_length=60, null=True)
    taken_back_at = models.DateTimeField("撤回时间", null=True)
    taken_back_by = models.CharField("撤回人", max_length=60, null=True)
    taken_back_why = models.CharField("撤回原因", max_length=120, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "division", "file_digest"], condition=Q(taken_back_at__isnull=True), name="change_table_file_once"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="change_table_has_a_reason"),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True) | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="change_table_taken_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, taken_back_why="")
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(taken_back_why=""),
                name="change_table_taken_back_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(taken_back_at__isnull=True) | Q(taken_back_at__gte=F("taken_at")),
                name="change_table_taken_before_it_is_taken_back",
            ),
        ]  # fmt: skip


class ChangeTableRow(models.Model):
    """One change that the village wrote in row `row` of its sheet, and the verdict. A row with two corrections is two.

    `change` is what the register keeps of it once it was taken; `added` is who was registered by it.
    """

    class What(models.TextChoices):
        DIED = "died", "死亡"
        MOVED = "moved", "迁出"
        EMPLOYED = "employed", "参加职工医保"
        NAME = "name", "更正姓名"
        NUMBER = "number", "更正证件号码"
        ADDED = "added", "新增"
        UNKNOWN = "unknown", "看不出"

    class Outcome(models.TextChoices):
        TAKEN = "taken", "采用"
        CORRECTED = "corrected", "更正后采用"
        LOOK = "look", "请核对"
        REFUSED = "refused", "未采用"

    change_table = models.ForeignKey(ChangeTable, models.PROTECT, related_name="rows")
    county = models.CharField(max_length=6, db_collation="C")
    division = models.CharField("村（社区）", max_length=12, db_collation="C")
    row = models.IntegerField("行号")
    nth = models.IntegerField("底表序号", null=True)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="+")
    name = models.CharField("姓名", max_length=60, blank=True, default="")  # as written: of whom, or the new one
    what = models.CharField("变动", max_length=10, choices=What)
    on = models.DateField("变动日期", null=True)
    household_code = models.CharField("农户编码", max_length=30, blank=True, default="")
    relation = models.CharField("与户主关系", max_length=10, blank=True, default="")
    number_sealed = models.BinaryField("证件号码（密）", null=True)
    number_tail = models.CharField(max_length=4, blank=True, default="")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    why = models.CharField("原因", max_length=300, blank=True, default="")
    remedy = models.CharField("怎么办", max_length=300, blank=True, default="")
    change = models.OneToOneField(Change, models.PROTECT, null=True, related_name="+")
    added = models.OneToOneField(Resident, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["row", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["change_table", "row", "what"], name="change_table_row_once"),
            models.CheckConstraint(
                condition=Q(change__isnull=True, added__isnull=True) | Q(outcome__in=["taken", "corrected"]),
                name="change_table_row_taken_alone_changes",
            ),
        ]
