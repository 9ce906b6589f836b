"""How often somebody has tried something lately. Keys are keyed hashes: no address and no number is kept here."""

from django.db import models


class Attempt(models.Model):
    key = models.CharField(max_length=64, primary_key=True, db_collation="C")
    since = models.DateTimeField()
    count = models.IntegerField()
