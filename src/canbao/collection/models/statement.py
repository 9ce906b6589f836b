"""What somebody outside says of our money (a statement, 对账单), compared with what we have: every mismatch is typed, kept, and worked off
by a person: the tax office's list of certificates, a bank's or a terminal's file of what it took.
"""

from django.db import models
from django.db.models import Q

from canbao.enrolment.models import Campaign


class StatementKind(models.TextChoices):
    TAX = "tax", "税务缴款书清单"
    BANK = "bank", "银行代收文件"
    POS = "pos", "刷卡交易文件"


class MismatchKind(models.TextChoices):
    """Of one number several may hold at once, and each is a row of its own."""

    DOUBLED = "doubled", "对方重复"
    MISSING_HERE = "missing_here", "我方没有"
    MISSING_THERE = "missing_there", "对方没有"
    AMOUNT = "amount", "金额不同"
    DAY = "day", "日期不同"
    PEOPLE = "people", "人数不同"
    PERSON_UNKNOWN = "person_unknown", "查无此人"
    SEVERAL = "several", "不止一种对得上"
    NO_BILL = "no_bill", "没有待缴的账单"
    NOT_IN_TIME = "not_in_time", "缴费日不能缴"
    PAID_TWICE = "paid_twice", "已经缴过"


class Statement(models.Model):
    """`lines` were on it, of which `matched` agreed in everything. It is about the days from `period_from` to `period_until`.

    Of a file by which money comes in, `agency` made it: the bank's numbers are its own. `confirmed` lines were new with it.
    """

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT)
    kind = models.CharField("来源", max_length=12, choices=StatementKind)
    agency = models.CharField("代收机构", max_length=20, blank=True, default="")
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField(max_length=64)
    period_from = models.DateField("起")
    period_until = models.DateField("止")
    lines = models.IntegerField("行数")
    matched = models.IntegerField("相符")
    confirmed = models.IntegerField("新入账", default=0)
    made_by = models.CharField("导入人", max_length=60)
    made_at = models.DateTimeField("导入时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "kind", "file_digest", "period_from", "period_until"],
                condition=Q(kind="tax"),
                name="statement_once",
            ),
            models.CheckConstraint(
                condition=Q(period_until__gte=models.F("period_from")), name="statement_period_forward"
            ),
            models.CheckConstraint(condition=Q(kind__in=StatementKind.values), name="statement_kind_is_known"),
        ]


class Mismatch(models.Model):
    """`key` is the number by which both sides know it; `ours` and `theirs` are the lines as they were, null where there is none.

    It is open until somebody writes down what it was, or until a later statement about that time no longer shows it.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="mismatches")
    county = models.CharField(max_length=6, db_collation="C")
    kind = models.CharField("差异", max_length=16, choices=MismatchKind)
    key = models.CharField("号码", max_length=40)
    on = models.DateField("日期")
    ours = models.JSONField("我方", null=True)
    theirs = models.JSONField("对方", null=True)
    gone_with = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="+")
    note = models.CharField("处理说明", max_length=200, blank=True, default="")
    worked_by = models.CharField("处理人", max_length=60, null=True)
    worked_at = models.DateTimeField("处理时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "kind", "key"], name="mismatch_once"),
            models.CheckConstraint(condition=Q(kind__in=MismatchKind.values), name="mismatch_kind_is_known"),
            models.CheckConstraint(
                condition=Q(worked_by__isnull=True, worked_at__isnull=True, note="")
                | (Q(worked_by__isnull=False, worked_at__isnull=False) & ~Q(note="")),
                name="mismatch_worked_off_with_a_note",
            ),
        ]
