"""What was changed about a resident or a household: what it was, since when, who said so and why (R-12).

The database writes these rows itself, whoever changes the register and however (`sql/20_history.sql`); nobody writes them
twice. `before` and `after` hold the columns that differ, as PostgreSQL writes a row as JSON: numbers are sealed there, too.
Taking something back is a change like any other, which says what it takes back.

What concerns several people at once (a household that splits) is a row for each of them with one `together`; it is taken
back as one, and the database sees to it.
"""

from django.db import models

from canbao.register.models.household import Household
from canbao.register.models.resident import Resident


class Kind(models.TextChoices):
    NUMBER_GIVEN = "number_given", "取得证件号码"
    NUMBER = "number", "更正证件号码"
    BORN = "born", "已出生"
    NOT_BORN = "not_born", "没有出生"
    NAME = "name", "更正姓名"
    DETAILS = "details", "更正其他信息"
    DIED = "died", "死亡"
    MOVED = "moved", "迁出"
    RETURNED = "returned", "迁回"
    EMPLOYED = "employed", "参加职工医保"
    LEFT_EMPLOYMENT = "left_employment", "停止职工医保"
    WITHDRAWN = "withdrawn", "登记有误，撤下"
    SPLIT = "split", "分户"
    MOVED_HOME = "moved_home", "迁入他户"
    JOINED = "joined", "并户"
    SCHOOL = "school", "转到学校参保"
    HOUSEHOLD = "household", "更正户信息"
    TIER = "tier", "更换档次"
    PLACE = "place", "村（社区）撤并、分设"
    MERGED = "merged", "重复登记，并入另一人"
    UNDONE = "undone", "撤销变更"


class Change(models.Model):
    Kind = Kind

    county = models.CharField(max_length=6, db_collation="C")
    division = models.CharField(max_length=12, db_collation="C")
    household = models.ForeignKey(Household, models.PROTECT, related_name="changes")
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="changes")
    kind = models.CharField("变更", max_length=20, choices=Kind)
    on = models.DateField("发生日期")
    before = models.JSONField("变更前")
    after = models.JSONField("变更后")
    why = models.CharField("依据", max_length=200)
    at = models.DateTimeField(
        "登记时间"
    )  # as the program says, which may tell of an earlier moment (a season played again)
    written_at = models.DateTimeField("写入时间")  # by the database's own clock, whatever the program says
    by = models.CharField("登记人", max_length=60)
    together = models.UUIDField("同一次变更", null=True)
    left_household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="departures", verbose_name="迁出的户"
    )  # whoever is in another household since
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="undone_by", verbose_name="所撤销的变更"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["together"], condition=models.Q(together__isnull=False), name="change_together_by_change"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(why=""), name="change_has_a_reason"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="change_is_of_a_kind"),
            models.CheckConstraint(
                condition=models.Q(kind="undone", undoes__isnull=False)
                | ~models.Q(kind="undone") & models.Q(undoes__isnull=True),
                name="change_undone_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
