"""What day it is here. The only clock of the program; everything below the pages takes the day as an argument.

The sample county lives in its own season: with `CANBAO_TODAY` the day is borrowed and the time of day is real.
"""

from datetime import date, datetime

from django.conf import settings

from canbao.kernel.days import CHINA


def now() -> datetime:
    real = datetime.now(CHINA)
    borrowed: date | None = settings.CANBAO_TODAY
    return real if borrowed is None else real.replace(year=borrowed.year, month=borrowed.month, day=borrowed.day)


def today() -> date:
    return now().date()
