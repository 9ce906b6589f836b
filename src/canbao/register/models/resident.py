"""A resident: one number, one person.

The number is never here in plain text. `number_sealed` is the encrypted number (key id inside); `person_token` is its
keyed blind index, by which it is found again and by which one person is one person in the whole installation;
`number_tail` are the last four characters, for the eye of a clerk.
"""

from django.db import models

from canbao.register.models.household import Household


class WithoutNumber(models.TextChoices):
    """Who is on the register without a number, in place of the kind of their card: kept apart until a number comes."""

    NEWBORN = "暂无", "新生儿，还没有证件号码"
    UNBORN = "未出生", "还没有出生，登记的是预产期"  # `born_on` is the due date
    WITHOUT_PAPERS = "无证件", "没有证件的人"


class Resident(models.Model):
    class Hukou(models.TextChoices):
        REGISTERED = "registered", "本地户籍"
        PERMIT = "permit", "持居住证"
        STUDENT = "student", "在校学生"

    county = models.CharField(max_length=6, db_collation="C")
    division = models.CharField("村（社区）", max_length=12, db_collation="C")
    household = models.ForeignKey(Household, models.PROTECT, related_name="residents", verbose_name="户")
    # in the order of characters, so that the beginning of a name is a range: see `queries.find_households`
    name = models.CharField("姓名", max_length=60, db_collation="C")
    relation = models.CharField("与户主关系", max_length=10, blank=True, default="")
    sex = models.CharField("性别", max_length=1, blank=True, default="")
    born_on = models.DateField("出生日期")
    number_kind = models.CharField("证件类型", max_length=20)
    number_sealed = models.BinaryField("证件号码（密）", null=True)
    number_tail = models.CharField("证件号码末四位", max_length=4, blank=True, default="")
    # of somebody without a number: what there is, and who vouches
    papers = models.CharField("现有材料和证明人", max_length=200, blank=True, default="", db_default="")
    person_token = models.BinaryField("盲索引", unique=True)
    phone_sealed = models.BinaryField("手机号码（密）", null=True)
    phone_token = models.BinaryField("手机尾号（盲索引）", null=True)  # of the last four digits alone
    hukou = models.CharField("参保类型", max_length=12, choices=Hukou, default=Hukou.REGISTERED)
    # What the notice may look at beside categories and birth: {"traits": […], "employee_scheme": {…}, "other_cover": {…}}
    circumstances = models.JSONField("情况", default=dict)
    died_on = models.DateField("死亡日期", null=True)
    moved_on = models.DateField("迁出日期", null=True)
    # registered by mistake: out of the register since `moved_on` as if gone, but nobody moved
    withdrawn = models.BooleanField("登记有误，已撤下", default=False, db_default=False)
    # registered twice: the row that stands for this person (`domain/duplicates.py`)
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="duplicates", db_index=False, verbose_name="并入"
    )
    enrolled_last_year = models.BooleanField("上年已参保", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn=False) | models.Q(moved_on__isnull=False),
                name="resident_withdrawn_some_day",
            ),
            models.CheckConstraint(
                condition=models.Q(same_as__isnull=True) | models.Q(withdrawn=True),
                name="resident_same_as_is_withdrawn",
            ),
            models.CheckConstraint(
                condition=models.Q(number_sealed__isnull=True, number_kind__in=WithoutNumber.values)
                | models.Q(number_sealed__isnull=False) & ~models.Q(number_kind__in=WithoutNumber.values),
                name="resident_number_or_none",
            ),
        ]
        indexes = [
            models.Index(fields=["division", "household"]),
            models.Index(fields=["name"], name="resident_by_name"),
            models.Index(fields=["same_as"], condition=models.Q(same_as__isnull=False), name="resident_by_same_as"),
            models.Index(fields=["phone_token", "division"], name="resident_by_phone"),
            models.Index(
                fields=["division"],
                condition=models.Q(number_sealed__isnull=True, died_on__isnull=True, moved_on__isnull=True),
                name="resident_without_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_number(self) -> str:
        """The number as screens show it."""
        return masked(self.number_tail)

    @property
    def is_unborn(self) -> bool:
        return self.number_kind == WithoutNumber.UNBORN

    @property
    def why_without(self) -> str:
        """Why there is no number, for whoever works through those without one; "" where there is one."""
        return str(WithoutNumber(self.number_kind).label) if self.number_kind in WithoutNumber.values else ""


def masked(tail: str) -> str:
    """A number of which only the tail is known, as screens and lists show it."""
    return f"{'*' * 14}{tail}" if tail else "（暂无证件号码）"
