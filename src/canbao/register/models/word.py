"""What a person is found by beside the beginning of the name: each later part of it, and its pinyin initials.

A character with several readings gives several (单伟: cw, dw, sw). The database keeps these rows by itself, whoever
registers or renames somebody (`sql/30_words.sql`), out of the readings that `canbao setup` brings (`domain/readings.py`).
"""

from django.db import models

from canbao.register.models.resident import Resident


class Word(models.Model):
    pk = models.CompositePrimaryKey("resident_id", "word")
    # without a foreign key: made by a trigger from the person's own row, which nobody removes
    resident = models.ForeignKey(Resident, models.PROTECT, db_constraint=False, db_index=False, related_name="words")
    division = models.CharField(max_length=12, db_collation="C")
    household_id = models.BigIntegerField()
    word = models.CharField("检索词", max_length=60, db_collation="C")

    class Meta:
        # a range of words, and among them the places: all comparisons that row-level security lets an index answer
        indexes = [models.Index(fields=["word", "division", "household_id"], name="word_by_place")]

    def __str__(self) -> str:
        return self.word


class Reading(models.Model):
    """One first letter of the pinyin of one character."""

    pk = models.CompositePrimaryKey("character", "initial")
    character = models.CharField("汉字", max_length=1, db_collation="C")
    initial = models.CharField("拼音首字母", max_length=1, db_collation="C")

    def __str__(self) -> str:
        return f"{self.character} {self.initial}"
