"""Two clocks. Messages age by the real one; money arrives on the borrowed day, where the county lives in a season."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from canbao.kernel.days import CHINA


@dataclass(frozen=True, slots=True)
class Clock:
    borrowed: date | None = None

    def real(self) -> datetime:
        return datetime.now(UTC)

    def here(self) -> datetime:
        """The borrowed day, at the real time of day."""
        real = datetime.now(CHINA)
        day = self.borrowed
        return real if day is None else real.replace(year=day.year, month=day.month, day=day.day)
