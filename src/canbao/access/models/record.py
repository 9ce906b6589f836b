"""The record of reads and changes: append-only rows, chained by hash, one chain a county.

Rows are written by `access_record()` in the database and by nothing else: the application's role may not insert,
update or delete here. Each row's hash covers the row before it, so that a removed or altered row shows.
"""

from django.db import models


class ChainHead(models.Model):
    """The last link of a county's chain. Locked while a link is added, as late in a transaction as may be."""

    county = models.CharField(max_length=6, primary_key=True, db_collation="C")
    position = models.BigIntegerField(default=0)
    hash = models.BinaryField()


class Record(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    position = models.BigIntegerField("序号")
    at = models.DateTimeField("时间")
    actor = models.CharField("谁", max_length=60)
    verb = models.CharField("做了什么", max_length=60)
    subject = models.CharField("对谁", max_length=120)
    detail = models.JSONField("说明")
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "position"], name="record_position_once")]


class Secret(models.Model):
    """The key with which scope tickets are signed. Readable by the owner role alone."""

    name = models.CharField(max_length=40, primary_key=True)
    inner = models.BinaryField()
    outer = models.BinaryField()
