"""Fingerprints of rows that are written once: taken at the close of a day, so that one altered since shows by its own id.

Written by `access_take_fingerprints()` alone and read by nobody but `access_altered()`. A part holds up to a thousand rows of one
table; a digest of all parts goes into the chained record, and the record's root onto the closing certificate, outside of the database.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Fingerprints(models.Model):
    """`prints` are 16 bytes for each of `ids`, in their order; `columns` are what they were taken of, whatever columns come later."""

    county = models.CharField(max_length=6, db_collation="C")
    taken = models.IntegerField("第几次")
    table = models.CharField("哪张表", max_length=63)
    columns = ArrayField(models.CharField(max_length=63))
    ids = ArrayField(models.TextField())
    prints = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["county", "table"], name="fingerprints_of_table")]
        constraints = [models.CheckConstraint(condition=models.Q(taken__gt=0), name="fingerprints_are_counted")]
