"""Somebody asks that everything paid for one person goes back before cover begins (退费申请); another agrees, or says no.

Agreed, the enrolment ends and the money is owed back in the same moment, and whoever agreed has reviewed the refund. Every
asking stays, also one that was answered with no; after a no it can be asked again.
"""

from django.db import models
from django.db.models import F, Q

from canbao.collection.models.refund import RefundReason
from canbao.enrolment.models import Enrolment


class RefundRequest(models.Model):
    """`says` and `clause`: what the rules of refunds in the notice answered on the day of asking."""

    class Ground(models.TextChoices):
        """The value is the reason of the refund, the word the one by which a notice names it in its rules of refunds."""

        DIED = RefundReason.DIED.value, "死亡"
        EMPLOYED = RefundReason.EMPLOYED.value, "参加职工医保"
        WRONG_PERSON = RefundReason.WRONG_PERSON.value, "缴错人"

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="refund_requests")
    ground = models.CharField("原因", max_length=16, choices=Ground)
    papers = models.CharField("看过的材料", max_length=200)
    says = models.CharField("通知怎么说", max_length=300, blank=True, default="")
    clause = models.CharField("条款", max_length=80, blank=True, default="")
    asked_by = models.CharField("申请人", max_length=60)
    asked_at = models.DateTimeField("申请时间")
    is_agreed = models.BooleanField("同意", null=True)
    answered_by = models.CharField("初审人", max_length=60, null=True)
    answered_at = models.DateTimeField("初审时间", null=True)
    refused_why = models.CharField("不同意的原因", max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(is_agreed__isnull=True) | Q(is_agreed=True), name="refund_request_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ground__in=["died", "employed", "wrong_person"]), name="refund_request_ground_is_known"
            ),
            models.CheckConstraint(condition=~Q(papers=""), name="refund_request_names_papers"),
            models.CheckConstraint(
                condition=Q(is_agreed__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | Q(is_agreed__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="refund_request_answered_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(is_agreed__isnull=True) | Q(is_agreed=False) | ~Q(answered_by=F("asked_by")),
                name="refund_request_two_people",
            ),
            models.CheckConstraint(
                condition=Q(is_agreed__isnull=True, refused_why="")
                | Q(is_agreed=True, refused_why="")
                | Q(Q(is_agreed=False), ~Q(refused_why="")),
                name="refund_request_refused_for_a_reason",
            ),
        ]  # fmt: skip

    @property
    def waits(self) -> bool:
        return self.is_agreed is None
