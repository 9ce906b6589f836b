"""A category that somebody holds, from a day to a day, with the roster row it comes from (R-22).

Never updated but for its end: a person who is struck off keeps the row, with `until`. "Held on a day" is therefore a
question that can be asked again later and gives the same answer.

A holding that ends on the day before it begins was never held: a department sent its list again for the same day,
without that person, or the list was taken back. The row stays, so that the mistake can be seen.
"""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from canbao.register.models import Resident
from canbao.rosters.models.roster import Roster, RosterRow


class Holding(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    division = models.CharField(max_length=12, db_collation="C")
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="holdings")
    household_id = models.BigIntegerField()
    category = models.CharField("类别", max_length=60)
    grade = models.CharField("等级", max_length=20, blank=True, default="")
    since = models.DateField("从")
    until = models.DateField("至", null=True)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="holdings", db_index=False)
    row = models.ForeignKey(RosterRow, models.PROTECT, null=True, db_index=False)
    ended_by = models.ForeignKey(Roster, models.PROTECT, null=True, related_name="endings", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["county", "category"])]
        constraints = [
            models.UniqueConstraint(fields=["roster", "resident", "category", "grade"], name="holding_once_a_roster"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since") - timedelta(days=1)),
                name="holding_ends_after_it_begins",
            ),
        ]
