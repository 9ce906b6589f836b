"""A refusal: an expected "no", said so that the person in front of the clerk can do something about it.

It is the only exception that pages, commands and the API catch. A programmer's mistake is an `AssertionError` or any
other exception: it stops, rolls back and is reported. Each room lists its refusals in its own `refusals.py`, in the
order in which they are checked.
"""

from typing import Any, ClassVar

from canbao.kernel.long_numbers import covered


class Refusal(Exception):
    """The base of all refusals.

    `code` is for machines and never changes; `says` is the sentence, in Chinese, with what was seen filled in;
    `clause` is where the rule is written ("" where it is a rule of the system); `remedy` is what would help.
    Subclasses give `says_template` and `remedy_template` and are raised with the words to fill in.
    """

    code: ClassVar[str] = ""
    says_template: ClassVar[str] = ""
    remedy_template: ClassVar[str] = ""

    def __init__(self, *, clause: str = "", **words: object) -> None:
        self.says = self.says_template.format(**words)
        self.remedy = self.remedy_template.format(**words)
        self.clause = clause
        self.words = words
        super().__init__(f"{self.code}: {self.says}")

    def as_json(self) -> dict[str, str]:
        """`{"code", "says", "clause", "remedy"}`, as every interface shows it."""
        return {"code": self.code, "says": self.says, "clause": self.clause, "remedy": self.remedy}

    def as_kept(self) -> dict[str, Any]:
        """What `said_again` makes the same refusal from, for a page that is looked at later. It is kept in plain text, so
        long numbers are covered, and what PostgreSQL cannot hold is left out."""
        words = {
            name: word if isinstance(word, int) else covered(str(word).replace("\0", ""))
            for name, word in self.words.items()
        }
        return {"code": self.code, "clause": self.clause, "words": words}


def said_again(kept: dict[str, Any]) -> Refusal:
    """The refusal that was kept by `as_kept`. `KeyError` when the program knows no such code any more."""
    kinds = {kind.code: kind for kind in _below(Refusal) if kind.code}
    return kinds[kept["code"]](clause=kept["clause"], **kept["words"])


def _below(kind: type[Refusal]) -> list[type[Refusal]]:
    return [found for below in kind.__subclasses__() for found in (below, *_below(below))]


class BrokenInvariant(RuntimeError):
    """Something that must hold about money or people does not. Never caught; it stops and rolls back."""


def must(holds: bool, fact: str) -> None:
    """An assertion about money or people that stays on under `python -O`."""
    if not holds:
        raise BrokenInvariant(fact)
