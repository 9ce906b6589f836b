"""What a department's own word for a column means, as somebody of it once said in a preview (R-20)."""

from django.db import models
from django.db.models import Q

from canbao.access.clock import now
from canbao.documents.columns import Field

_FIELDS = [field.value for field in Field]


class LearnedColumn(models.Model):
    """`word` is the header without spaces, marks and remarks; `field` a `documents.columns.Field`, or "" for a column that is
    not used. It holds until it is forgotten, or until somebody says otherwise."""

    county = models.CharField(max_length=6, db_collation="C")
    department = models.CharField("部门", max_length=40)
    word = models.CharField("表头", max_length=60)
    field = models.CharField("当作", max_length=20, blank=True, default="")
    learned_at = models.DateTimeField("记住时间", default=now)
    learned_by = models.CharField("由谁", max_length=60)
    forgotten_at = models.DateTimeField("忘掉时间", null=True)
    forgotten_by = models.CharField("由谁忘掉", max_length=60, null=True)

    class Meta:
        ordering = ["word", "-learned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "department", "word"],
                condition=Q(forgotten_at__isnull=True),
                name="learned_column_means_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(field__in=["", *_FIELDS]) & ~Q(word=""), name="learned_column_is_a_column"
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True, forgotten_by__isnull=True)
                | Q(forgotten_at__isnull=False, forgotten_by__isnull=False),
                name="learned_column_forgotten_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.field or '—'}"
