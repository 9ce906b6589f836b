"""Official receipts (专用票据): numbered stationery, issued to a unit by range, used in order, never twice.

A book is a range of numbers in a series with one holder: the county's or a township's office, or the unit that uses it. Its
counter row is locked inside the payment's transaction, so that a rollback takes the number back: numbers have no gap. Ranges
cannot overlap, by constraint, whoever holds them. Part of a book that goes elsewhere becomes a book of its own (`stock.py`).

A spoiled receipt is voided with a reason and a second person, and keeps its number; the next number stands in its place for
the same money.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from canbao.collection.models.order import Order
from canbao.collection.models.payment import Payment
from canbao.divisions.models import CollectingUnit
from canbao.enrolment.models import Bill, Campaign
from canbao.register.models import Household

NUMBERS_A_SERIES = 10**10
LONGEST_REASON = 100  # collection_ask_void() says no to a longer one


class ReceiptBook(models.Model):
    class Kind(models.TextChoices):
        PAPER = "paper", "纸质专用票据"
        ELECTRONIC = "electronic", "电子票据"

    class State(models.TextChoices):
        HELD = "held", "在手"
        ON_THE_WAY = "on_the_way", "交接中"
        LOST = "lost", "已报遗失"

    county = models.CharField(max_length=6, db_collation="C")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, null=True, related_name="books", db_index=False)
    office = models.CharField(
        "保管机构", max_length=12, null=True, db_collation="C"
    )  # the code of a county or township
    state = models.CharField(max_length=12, choices=State, db_default=State.HELD)
    since = models.DateTimeField("领到时间", db_default=Now())  # what a holder has longer is used first
    kind = models.CharField(max_length=12, choices=Kind)
    series = models.IntegerField("票据批次")
    first_number = models.BigIntegerField("起号")
    last_number = models.BigIntegerField("止号")
    next_number = models.BigIntegerField("下一号")
    # series × 10^10 + number, so that one range type keeps every series apart (no btree_gist in the embedded server)
    span = BigIntegerRangeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "kind"])]
        constraints = [
            ExclusionConstraint(name="receipt_books_do_not_overlap", expressions=[("span", RangeOperators.OVERLAPS)]),
            models.CheckConstraint(
                condition=Q(next_number__gte=F("first_number")) & Q(next_number__lte=F("last_number") + 1),
                name="receipt_book_counter_inside",
            ),
            models.CheckConstraint(condition=Q(kind__in=["paper", "electronic"]), name="receipt_book_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state="held", unit__isnull=False, office__isnull=True)
                | Q(state="held", unit__isnull=True, office__isnull=False)
                | Q(state__in=["on_the_way", "lost"], unit__isnull=True, office__isnull=True),
                name="receipt_book_has_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | Q(next_number=F("first_number")), name="receipt_book_used_by_a_unit"
            ),
        ]

    @property
    def left(self) -> int:
        """How many numbers are still unused."""
        return self.last_number - self.next_number + 1

    @property
    def series_text(self) -> str:
        return f"{self.series:04d}"

    @property
    def next_text(self) -> str:
        return f"{self.next_number:08d}"

    @property
    def last_text(self) -> str:
        return f"{self.last_number:08d}"


class HandOver(models.Model):
    """票据交接: unused numbers go from one holder to another: from the province to the county (no giver here), down to a township and
    a unit, or back up. Who receives them counts and says so; until then nobody can use them."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    book = models.ForeignKey(ReceiptBook, models.PROTECT, related_name="hand_overs")
    first_number = models.BigIntegerField("起号")
    last_number = models.BigIntegerField("止号")
    from_unit = models.ForeignKey(CollectingUnit, models.PROTECT, null=True, related_name="+", db_index=False)
    from_office = models.CharField(max_length=12, null=True, db_collation="C")
    to_unit = models.ForeignKey(CollectingUnit, models.PROTECT, null=True, related_name="+", db_index=False)
    to_office = models.CharField(max_length=12, null=True, db_collation="C")
    document = models.CharField("领用单号", max_length=60)
    given_by = models.CharField("交出人", max_length=60)
    given_at = models.DateTimeField("交出时间")
    is_received = models.BooleanField("收到", null=True)
    answered_by = models.CharField("接收人", max_length=60, null=True)
    answered_at = models.DateTimeField("接收时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book"], condition=Q(is_received__isnull=True), name="hand_over_waits_once_a_book"
            ),
            models.CheckConstraint(
                condition=Q(to_unit__isnull=False, to_office__isnull=True)
                | Q(to_unit__isnull=True, to_office__isnull=False),
                name="hand_over_to_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(is_received__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | Q(is_received__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="hand_over_answered_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("given_by")), name="hand_over_two_people"
            ),
        ]

    @property
    def count(self) -> int:
        return self.last_number - self.first_number + 1

    @property
    def series_text(self) -> str:
        return self.book.series_text

    @property
    def first_text(self) -> str:
        return f"{self.first_number:08d}"

    @property
    def last_text(self) -> str:
        return f"{self.last_number:08d}"


class Loss(models.Model):
    """遗失: whoever held these numbers says that the paper is gone. They are used by nobody, ever."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    book = models.OneToOneField(ReceiptBook, models.PROTECT, related_name="loss")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, null=True, related_name="+", db_index=False)
    office = models.CharField(max_length=12, null=True, db_collation="C")
    reason = models.CharField("遗失经过", max_length=LONGEST_REASON)
    reported_by = models.CharField("报告人", max_length=60)
    reported_at = models.DateTimeField("报告时间")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="loss_has_a_reason")]


class Receipt(models.Model):
    """One receipt for one household's payment, with everyone on it. A refund voucher is a receipt with a negative
    total that names the receipt it takes back from (as fiscal e-receipts do)."""

    class State(models.TextChoices):
        VALID = "valid", "有效"
        VOID = "void", "作废"

    county = models.CharField(max_length=6, db_collation="C")
    campaign = models.ForeignKey(Campaign, models.PROTECT, db_index=False)
    book = models.ForeignKey(ReceiptBook, models.PROTECT, related_name="receipts")
    series = models.IntegerField("票据批次")
    number = models.BigIntegerField("票据号码")
    unit = models.ForeignKey(CollectingUnit, models.PROTECT, db_index=False)
    household = models.ForeignKey(Household, models.PROTECT)
    division = models.CharField(max_length=12, db_collation="C")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="receipts")
    order = models.ForeignKey(Order, models.PROTECT, null=True, db_index=False)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    takes_back_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="vouchers")
    total_fen = models.BigIntegerField("金额（分）")
    issued_on = models.DateField("开票日期")
    issued_at = models.DateTimeField("开票时间")
    issued_by = models.CharField("开票人", max_length=60)
    check_code = models.CharField("校验码", max_length=12)
    state = models.CharField(max_length=8, choices=State, default=State.VALID)
    void_reason = models.CharField("作废原因", max_length=LONGEST_REASON, blank=True, default="")
    voided_by = models.CharField("作废人", max_length=60, null=True)
    voided_at = models.DateTimeField("作废时间", null=True)
    prints = models.IntegerField("打印次数", default=0)

    class Meta:
        indexes = [models.Index(fields=["unit", "campaign"])]
        constraints = [
            models.UniqueConstraint(fields=["county", "series", "number"], name="receipt_number_once"),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(takes_back_from__isnull=True, state="valid"),
                name="receipt_one_a_payment",
            ),
            models.CheckConstraint(
                condition=Q(state="valid", void_reason="", voided_by__isnull=True, voided_at__isnull=True)
                | (Q(state="void", voided_by__isnull=False, voided_at__isnull=False) & ~Q(void_reason="")),
                name="receipt_void_for_a_reason",
            ),
        ]

    @property
    def waits_for_void(self) -> bool:
        """作废待核: somebody says that it is spoiled, and nobody has answered yet."""
        return self.voidings.filter(is_agreed__isnull=True).exists()

    @property
    def full_number(self) -> str:
        return f"{self.series:04d}-{self.number:08d}"


class Voiding(models.Model):
    """A clerk says that a receipt is spoiled; somebody else looks at the paper and agrees, or says that it stands.

    Until then the receipt counts as before, and says that it waits (作废待核). Every asking stays, also one that was
    answered with no.
    """

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6, db_collation="C")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="voidings")
    reason = models.CharField("作废原因", max_length=LONGEST_REASON)
    asked_by = models.CharField("申请人", max_length=60)
    asked_at = models.DateTimeField("申请时间")
    is_agreed = models.BooleanField("同意作废", null=True)
    answered_by = models.CharField("核准人", max_length=60, null=True)
    answered_at = models.DateTimeField("核准时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(is_agreed__isnull=True), name="voiding_waits_once_a_receipt"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="voiding_has_a_reason"),
            models.CheckConstraint(
                condition=Q(is_agreed__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | Q(is_agreed__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="voiding_answered_by_someone_some_time",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")), name="voiding_two_people"
            ),
        ]

    @property
    def waits(self) -> bool:
        return self.is_agreed is None


class ReceiptLine(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="lines")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="receipt_lines", db_index=False)
    resident_id = models.BigIntegerField()
    fen = models.BigIntegerField("金额（分）")
    is_void = models.BooleanField("随票据作废", default=False)

    class Meta:
        indexes = [models.Index(fields=["resident_id"])]
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=Q(is_void=False), name="receipt_line_once_a_bill"),
            models.UniqueConstraint(fields=["bill", "receipt"], name="receipt_line_once"),
        ]
