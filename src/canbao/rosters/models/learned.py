"""What a department's own word means, as somebody of it once said in a preview: a header, or a spelling of a category (R-20)."""

from django.db import models
from django.db.models import Q

from canbao.access.clock import now
from canbao.documents.columns import Field

_FIELDS = [field.value for field in Field]


class LearnedWord(models.Model):
    """It holds until it is forgotten, or until somebody says otherwise.

    Of a header, `word` is without spaces, marks and remarks, and `meaning` a `documents.columns.Field`, or "" for a column that
    is not used. Of a category, `word` is as `policy.category_names.spelling` has it, and `meaning` a category of the notice, with the grade in
    brackets where one is meant, or "" for what is none of them."""

    class Kind(models.TextChoices):
        COLUMN = "column", "表头"
        CATEGORY = "category", "类别写法"

    county = models.CharField(max_length=6, db_collation="C")
    department = models.CharField("部门", max_length=40)
    kind = models.CharField("哪一种", max_length=10, choices=Kind)
    word = models.CharField("写法", max_length=60)
    meaning = models.CharField("当作", max_length=80, blank=True, default="")
    learned_at = models.DateTimeField("记住时间", default=now)
    learned_by = models.CharField("由谁", max_length=60)
    forgotten_at = models.DateTimeField("忘掉时间", null=True)
    forgotten_by = models.CharField("由谁忘掉", max_length=60, null=True)

    class Meta:
        ordering = ["word", "-learned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "department", "kind", "word"],
                condition=Q(forgotten_at__isnull=True),
                name="learned_word_means_one_thing",
            ),
            models.CheckConstraint(
                condition=(Q(kind="category") | Q(kind="column", meaning__in=["", *_FIELDS])) & ~Q(word=""),
                name="learned_word_means_something",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True, forgotten_by__isnull=True)
                | Q(forgotten_at__isnull=False, forgotten_by__isnull=False),
                name="learned_word_forgotten_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.meaning or '—'}"
