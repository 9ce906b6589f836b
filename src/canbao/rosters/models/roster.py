"""A roster (花名册): one department's dated list, as it came, with a verdict for each row.

Identity numbers in rows are sealed like everywhere; `seen` keeps the other cells as the department wrote them, but for
long numbers, which are covered. A roster counts only after a second person has confirmed it (R-24).
"""

from django.db import models
from django.db.models import F, Q

from canbao.access.clock import now
from canbao.register.models import Resident


class Closing(models.TextChoices):
    """How a list ended that never counted: its sender withdrew it, or the medical insurance office sent it back."""

    WITHDRAWN = "withdrawn", "已撤回"
    SENT_BACK = "sent_back", "已退回"


class Roster(models.Model):
    """`categories` are what a full list speaks for: whoever held one of them and is not on it holds it no longer.

    Confirmed or closed, never both; a closed one gives nobody anything, and its file may be handed in anew. One that was
    confirmed by mistake is taken back: then it is as if it had never counted, and what it ended goes on.
    """

    county = models.CharField(max_length=6, db_collation="C")
    department = models.CharField("部门", max_length=40)
    cut_off_on = models.DateField("在册截止日")
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField("文件指纹", max_length=64)
    sheet = models.CharField("工作表", max_length=60, blank=True, default="")
    is_full = models.BooleanField("全量名单", default=True)
    categories = models.JSONField("涉及的类别", default=list)
    category = models.CharField(
        "全表的类别", max_length=60, blank=True, default=""
    )  # of rows that name none themselves
    titles = models.JSONField("表头上方的文字", default=list)
    # all that it names, when they are over and who imported it said that it is the right list all the same
    earlier_years = models.JSONField("已确认的往年年份", default=list)
    header_row = models.IntegerField("表头行号", default=1)
    columns = models.JSONField("列名（原有顺序）", default=list)
    fields = models.JSONField(
        "各列的含义", default=dict
    )  # {"name": 0, "number": 1, …}: how the columns were understood
    # [{"word", "meaning", "rows"}]: spellings that the department's own words gave a meaning, "" for none of the notice's
    spellings = models.JSONField("照部门的写法理解的类别", default=list)
    left_out = models.JSONField("未当作人员的行", default=list)  # [{"row", "text", "why"}]: totals, notes, signatures
    # {"rows", "ranges": [[first, last]], "more"}: people in rows that the file does not show, and the first stretches of them; null
    # where that cannot be seen
    hidden = models.JSONField("隐藏的行", default=dict, null=True)
    hidden_marks = models.BinaryField("隐藏的行（逐行）", default=b"")  # `rosters.domain.hiding` makes it
    other_sheets = models.JSONField("没有读的工作表", default=list)  # [{"name", "is_hidden"}]
    imported_at = models.DateTimeField("导入时间", default=now)
    imported_by = models.CharField("导入人", max_length=60)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = models.CharField("确认人", max_length=60, null=True)
    closed_as = models.CharField("撤回或退回", max_length=10, choices=Closing, blank=True, default="", db_default="")
    closed_at = models.DateTimeField("撤回或退回时间", null=True)
    closed_by = models.CharField("撤回或退回人", max_length=60, null=True)
    closed_why = models.CharField("撤回或退回原因", max_length=200, blank=True, default="", db_default="")

    taken_back_at = models.DateTimeField("撤销确认时间", null=True)
    taken_back_by = models.CharField("撤销确认人", max_length=60, null=True)
    taken_back_why = models.CharField("撤销确认原因", max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-cut_off_on", "department"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "department", "file_digest", "sheet", "cut_off_on"],
                condition=Q(closed_at__isnull=True, taken_back_at__isnull=True),
                name="roster_file_once",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="roster_confirmed_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("imported_by")), name="roster_two_people"
            ),
            models.CheckConstraint(
                condition=Q(closed_as="", closed_at__isnull=True, closed_by__isnull=True, closed_why="")
                | Q(closed_as__in=Closing.values, closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_why=""),
                name="roster_closed_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(confirmed_at__isnull=True),
                name="roster_confirmed_or_closed",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, taken_back_why="")
                | Q(confirmed_at__isnull=False, taken_back_at__isnull=False, taken_back_by__isnull=False)
                & ~Q(taken_back_why=""),
                name="roster_taken_back_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True) | ~Q(taken_back_by=F("imported_by")),
                name="roster_taken_back_by_another",
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
    """Row `row` of the sheet, as the department counts it (header included), and what became of it.

    `resident` is who is meant: certain for a row that is taken, offered for one to look at. `categories` is what was
    understood: [{"name", "grade"}], the grade "" where there is none. `seen` has the cells by the place of their
    column ("0", "1" …) but for name, number and category, which have columns of their own.

    What the sender wrote is never overwritten: a name or number that they corrected later stands beside it (`mended_…`).
    """

    county = models.CharField(max_length=6, db_collation="C")
    # Whom these point at is looked up once for a whole list (`rosters_keep_rows`), not once a row; nobody is ever removed.
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="rows", db_constraint=False, db_index=False)
    sheet = models.CharField("工作表", max_length=60, blank=True, default="")
    row = models.IntegerField("行号")
    name = models.CharField("姓名", max_length=60, blank=True, default="")
    number_sealed = models.BinaryField("证件号码（密）", null=True)  # as it was written, right or wrong
    number_tail = models.CharField(max_length=4, blank=True, default="")
    category_text = models.CharField("类别（原文）", max_length=200, blank=True, default="")
    categories = models.JSONField("类别", default=list)
    seen = models.JSONField("其他栏目（原文）", default=dict)
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    why = models.CharField("原因", max_length=300)
    remedy = models.CharField("怎么办", max_length=300, blank=True, default="")
    wrong = models.JSONField("有误的栏目", default=list)  # fields such as "number", for the eye of whoever mends it
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, db_constraint=False)
    division = models.CharField("匹配人所在村", max_length=12, null=True, db_collation="C")
    mended_name = models.CharField("更正后的姓名", max_length=60, blank=True, default="", db_default="")
    mended_number_sealed = models.BinaryField("更正后的证件号码（密）", null=True)
    mended_tail = models.CharField(max_length=4, blank=True, default="", db_default="")
    mended_at = models.DateTimeField("更正时间", null=True)
    mended_by = models.CharField("更正人", max_length=60, null=True)
    decided_at = models.DateTimeField("核对时间", null=True)
    decided_by = models.CharField("核对人", max_length=60, null=True)

    class Meta:
        ordering = ["roster_id", "sheet", "row"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "sheet", "row"], name="roster_row_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["look", "refused"]) | Q(resident__isnull=False, division__isnull=False),
                name="roster_row_taken_is_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="roster_row_decided_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(mended_at__isnull=True, mended_by__isnull=True)
                | Q(mended_at__isnull=False, mended_by__isnull=False),
                name="roster_row_mended_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(outcome="corrected")
                | Q(mended_by__isnull=True)
                | ~Q(decided_by=F("mended_by")),
                name="roster_row_two_people",
            ),
        ]

    @property
    def name_now(self) -> str:
        """As it was corrected, else as it was sent."""
        return self.mended_name or self.name

    @property
    def tail_now(self) -> str:
        return self.mended_tail or self.number_tail
