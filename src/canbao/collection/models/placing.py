"""What becomes of money in suspense (待查款): one person has found out and says so, another confirms (经办、复核).

It is placed onto bills of one household, or goes back to whoever paid, or both. Until it is confirmed nothing moves. An
opinion that is not confirmed is dropped, with a reason, and another may follow.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from canbao.collection.models.payment import Payment


class Placing(models.Model):
    """`bills` are those of one household that the money is to pay; none: all of it goes back."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "等待确认"
        DONE = "done", "已办理"
        DROPPED = "dropped", "不予确认"

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="placings")
    bills = ArrayField(models.BigIntegerField(), default=list)
    place_fen = models.BigIntegerField("入账（分）")
    back_fen = models.BigIntegerField("退回（分）")
    why = models.CharField("怎么查清的", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    made_by = models.CharField("经办", max_length=60)
    made_at = models.DateTimeField("提出时间")
    decided_by = models.CharField("复核", max_length=60, null=True)
    decided_at = models.DateTimeField("办理时间", null=True)
    dropped_why = models.CharField("不予确认的原因", max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment"], condition=~Q(state="dropped"), name="placing_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "done", "dropped"]), name="placing_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(place_fen__gte=0, back_fen__gte=0) & ~Q(place_fen=0, back_fen=0), name="placing_is_money"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="placing_says_why"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(state="proposed"), decided_by__isnull=False, decided_at__isnull=False),
                name="placing_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="done") | ~Q(decided_by=F("made_by")), name="placing_two_people"),
            models.CheckConstraint(
                condition=Q(state="dropped") ^ Q(dropped_why=""), name="placing_dropped_for_a_reason"
            ),
        ]
