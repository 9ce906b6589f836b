"""A file that a department has chosen, until it becomes a roster or is given up: what the preview is about, and then the
work that a worker takes up (0017).

The file holds identity numbers in plain text, so it is kept sealed, and no longer than it is needed. `seen` is what the
page shows of it, with long numbers covered.
"""

from django.db import models
from django.db.models import Q

from canbao.access.clock import now
from canbao.rosters.models.roster import Roster


class Upload(models.Model):
    """`begun` is how often any worker began on it, and only rises: whoever began last may end it, and nobody before. `tries`
    is how often since it was handed in. `edition` rises when it is put right: nothing is handed in that its sender has not
    seen."""

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", "还没有报送"
        WAITING = "waiting", "排队等候处理"
        WORKING = "working", "正在处理"
        DONE = "done", "已处理"
        BROKEN = "broken", "处理中断"

    county = models.CharField(max_length=6, db_collation="C")
    department = models.CharField("部门", max_length=40)
    cut_off_on = models.DateField("在册截止日")
    is_full = models.BooleanField("全量名单", default=True)
    category = models.CharField("全表的类别", max_length=60, blank=True, default="")
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField("文件指纹", max_length=64)
    file_sealed = models.BinaryField("文件（密）", null=True)  # null: it has become a roster
    # its place in the file, from 0: its name may be anything, a number too; null: nobody had to choose
    sheet = models.IntegerField("选定的工作表", null=True)
    # [first, last] of the header that somebody pointed at, as the margin numbers the rows; null: it was found by its words
    header_rows = models.JSONField("指出的表头行", null=True)
    # what somebody said that each column is, in the sender's order: a field or ""; null: as its header says
    meanings = models.JSONField("选定的各列含义", null=True)
    # what somebody said that spellings of categories mean, beside what the department's are known to mean
    spellings = models.JSONField("说明的类别写法", default=dict)
    seen = models.JSONField("读到的内容", default=dict)  # `rosters.domain.preview` makes it
    uploaded_at = models.DateTimeField("上传时间", default=now)
    uploaded_by = models.CharField("上传人", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State, default=State.LOOKED_AT, db_default=State.LOOKED_AT)
    year_confirmed = models.BooleanField("已确认是本期名单", default=False, db_default=False)
    queued_at = models.DateTimeField("报送时间", null=True)
    edition = models.IntegerField("改动次数", default=0, db_default=0)
    tries = models.IntegerField("本次报送的处理次数", default=0, db_default=0)
    begun = models.IntegerField("处理总次数", default=0, db_default=0)
    stage = models.CharField(
        "处理到哪一步", max_length=10, blank=True, default="", db_default=""
    )  # of `importing.STAGES`
    refusal = models.JSONField("不能报送的原因", null=True)  # as `Refusal.as_kept` has it
    roster = models.ForeignKey(Roster, models.CASCADE, null=True, db_index=False)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(file_sealed=b"") & ~Q(uploaded_by=""), name="upload_is_somebodys_file"),
            models.CheckConstraint(
                condition=Q(state="done", roster__isnull=False, file_sealed__isnull=True)
                | ~Q(state="done") & Q(roster__isnull=True, file_sealed__isnull=False),
                name="upload_is_a_file_or_a_roster",
            ),
            models.CheckConstraint(
                condition=Q(state="looked_at") | Q(queued_at__isnull=False), name="upload_worked_when_handed_in"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.cut_off_on}"
