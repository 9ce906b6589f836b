"""Two rows of the register that look like one person, of whom somebody said that they are two."""

from django.db import models
from django.db.models import F, Q

from canbao.register.models.resident import Resident


class TwoPeople(models.Model):
    """`one` is the older row. Said once; taken back, the two are looked at again."""

    county = models.CharField(max_length=6, db_collation="C")
    one = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    other = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    why = models.CharField("依据", max_length=200)
    said_at = models.DateTimeField("认定时间")
    said_by = models.CharField("认定人", max_length=60)
    taken_back_at = models.DateTimeField("撤回时间", null=True)
    taken_back_by = models.CharField("撤回人", max_length=60, null=True)
    taken_back_why = models.CharField("撤回原因", max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="two_people_in_order"),
            models.CheckConstraint(condition=~Q(why=""), name="two_people_for_a_reason"),
            models.UniqueConstraint(
                fields=["one", "other"], condition=Q(taken_back_at__isnull=True), name="two_people_once"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, taken_back_why="")
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(taken_back_why=""),
                name="two_people_taken_back_for_a_reason",
            ),
        ]
