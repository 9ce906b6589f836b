"""What is said about a row: an outcome, why, and what to do. The shape that every check of this room gives back."""

from dataclasses import dataclass
from typing import NamedTuple

from canbao.documents.columns import Field
from canbao.rosters.models import Outcome


class Problem(NamedTuple):
    """One thing that keeps a row from being taken as it is. `outcome` is LOOK or REFUSED, `field` where it is wrong."""

    outcome: Outcome
    why: str
    remedy: str
    field: Field


class Held(NamedTuple):
    """A category of the notice, with its grade in Chinese or ""."""

    category: str
    grade: str = ""

    def __str__(self) -> str:
        return f"{self.category}（{self.grade}）" if self.grade else self.category


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of row `row` of the sender's sheet. `resident` is who is meant or, where one must look, offered."""

    row: int
    outcome: Outcome
    why: str
    remedy: str = ""
    resident: int | None = None
    division: str | None = None
    held: tuple[Held, ...] = ()
    wrong: tuple[Field, ...] = ()
