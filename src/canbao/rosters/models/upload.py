"""A file that a department has chosen, until it becomes a roster or is given up: what the preview is about.

The file holds identity numbers in plain text, so it is kept sealed, and no longer than it is needed. `seen` is what the
page shows of it, with long numbers covered.
"""

from django.db import models
from django.db.models import Q

from canbao.access.clock import now


class Upload(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    department = models.CharField("部门", max_length=40)
    cut_off_on = models.DateField("在册截止日")
    is_full = models.BooleanField("全量名单", default=True)
    category = models.CharField("全表的类别", max_length=60, blank=True, default="")
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField("文件指纹", max_length=64)
    file_sealed = models.BinaryField("文件（密）")
    sheet = models.CharField("选定的工作表", max_length=200, null=True)  # null: nobody had to choose
    # what somebody said that each column is, in the sender's order: a field or ""; null: as its header says
    meanings = models.JSONField("选定的各列含义", null=True)
    seen = models.JSONField("读到的内容", default=dict)  # `rosters.domain.preview` makes it
    uploaded_at = models.DateTimeField("上传时间", default=now)
    uploaded_by = models.CharField("上传人", max_length=60)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(file_sealed=b"") & ~Q(uploaded_by=""), name="upload_is_somebodys_file"),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.cut_off_on}"
