"""The base table (底表) of a campaign: who was enrolled for the benefit period before, as it stood on the day it was drawn up.

It is drawn up once and never changed, so that a year later it can still be said what became of everybody on it. It holds
nobody's data: names and numbers are the register's, where nobody is ever removed.
"""

from django.db import models

from canbao.enrolment.models.campaign import Campaign
from canbao.register.models import Household, Resident


class BaseTable(models.Model):
    """`earlier` is the campaign whose enrolled people these are; null: the first season here, and the register that was
    brought along said of each person whether they were enrolled."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="base_table")
    county = models.CharField(max_length=6, db_collation="C")
    earlier = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="+")
    people = models.IntegerField("人数")
    drawn_at = models.DateTimeField("编制时间")
    drawn_by = models.CharField("编制人", max_length=60)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(people__gt=0), name="base_table_has_people")]


class BaseRow(models.Model):
    """One person enrolled last year. `nth` is the number in the list of their village: printed, and named by whoever
    sends back what changed."""

    table = models.ForeignKey(BaseTable, models.PROTECT, related_name="rows", db_index=False)
    county = models.CharField(max_length=6, db_collation="C")
    division = models.CharField("村（社区）", max_length=12, db_collation="C")
    nth = models.IntegerField("序号")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", db_index=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="base_rows")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "resident"], name="base_row_once_a_person"),
            models.UniqueConstraint(fields=["table", "division", "nth"], name="base_row_number_once_a_village"),
        ]
