"""The answer about one person: what they pay, who pays the rest, from when they are covered, and why.

Amounts are fen here and yuan in JSON. An amount that is unknown is None, never 0; an assessment in which the money
does not add up cannot be made.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from canbao.kernel.fen import yuan
from canbao.kernel.refusal import must


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer other than the person gives, for which category, and where that is written."""

    payer: str
    fen: int
    clause: str
    category: str
    line: str | None = None  # None: the basic contribution

    def as_json(self) -> dict[str, str]:
        shape = {"payer": self.payer, "amount": yuan(self.fen), "clause": self.clause, "category": self.category}
        return shape | ({"line": self.line} if self.line else {})


@dataclass(frozen=True, slots=True)
class Waiver:
    """A part of the price that nobody pays."""

    fen: int
    clause: str
    category: str
    line: str | None = None

    def as_json(self) -> dict[str, str]:
        shape = {"amount": yuan(self.fen), "clause": self.clause, "category": self.category}
        return shape | ({"line": self.line} if self.line else {})


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """One line of the bill: its price and what the person pays of it; None where that is unknown."""

    line: str
    individual_fen: int | None
    pays_fen: int | None
    government_fen: int | None
    clause: str

    def as_json(self) -> dict[str, str | None]:
        return {
            "line": self.line,
            "individual": _yuan(self.individual_fen),
            "pays": _yuan(self.pays_fen),
            "government": _yuan(self.government_fen),
            "clause": self.clause,
        }


@dataclass(frozen=True, slots=True)
class Earned:
    """An incentive: by how much the ceiling is higher; None where that stands elsewhere (then it is `unknown` too)."""

    what: str
    fen: int | None
    clause: str

    def as_json(self) -> dict[str, str | None]:
        return {"what": self.what, "amount": _yuan(self.fen), "clause": self.clause}


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """Whether money is given back for the reason asked: of which payment (`all`, `later`, `earlier`, `difference`).

    `allowed` is None where the notice leaves it to others; `says` then names whom to ask.
    """

    reason: str
    allowed: bool | None
    of: str | None
    says: str
    clause: str

    def as_json(self) -> dict[str, Any]:
        shape = {"reason": self.reason, "allowed": self.allowed, "of": self.of, "says": self.says}
        return shape | {"clause": self.clause}


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the notice leaves to others."""

    what: str
    ask: str
    clause: str

    def as_json(self) -> dict[str, str]:
        return {"what": self.what, "ask": self.ask, "clause": self.clause}


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that the notice does not say and on which this answer rests."""

    what: str
    clause: str

    def as_json(self) -> dict[str, str]:
        return {"what": self.what, "clause": self.clause}


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal as a value: the same four words as every refusal in the house."""

    code: str
    says: str
    clause: str
    remedy: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "says": self.says, "clause": self.clause, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer. `pays_fen` is None when the person is refused, or when something unknown could change it.

    `individual_fen`, `pays_fen` and `government_fen` are sums over the lines of the bill; `lines` is empty where there
    is only the basic contribution. `price_clause` is where the basic contribution and the government's part of it stand;
    each line, share and waiver has its own. `paid_back` is what the person pays now and gets back later (事后资助).
    """

    individual_fen: int | None
    pays_fen: int | None
    shares: tuple[Share, ...]
    government_fen: int | None
    covered_from: date | None
    covered_until: date | None
    refusal: Refused | None = None
    unknown: tuple[Unknown, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    lines: tuple[LineAnswer, ...] = ()
    waived: tuple[Waiver, ...] = ()
    paid_back: tuple[Share, ...] = ()
    enjoys: str | None = None
    incentives: tuple[Earned, ...] = ()
    refund: RefundAnswer | None = None
    price_clause: str = ""

    def __post_init__(self) -> None:
        given_fen = [share.fen for share in self.shares] + [waiver.fen for waiver in self.waived]
        must(all(fen > 0 for fen in given_fen), f"a share is more than nothing: {self.shares} {self.waived}")
        must(all(share.fen > 0 for share in self.paid_back), f"nothing is not given back: {self.paid_back}")
        if self.pays_fen is None:
            must(not self.shares and not self.waived, "nobody's share is known while the person's is not")
            must(self.refusal is not None or bool(self.unknown), "an amount is missing without a reason")
        else:
            must(self.refusal is None, f"who is refused owes nothing: {self.refusal}")
            must(self.pays_fen >= 0, f"nobody pays less than nothing: {self.pays_fen}")
            total_fen = self.pays_fen + sum(given_fen)
            must(total_fen == self.individual_fen, f"{total_fen} fen do not add up to {self.individual_fen}")
            back_fen = sum(share.fen for share in self.paid_back)
            must(back_fen <= self.pays_fen, f"{back_fen} fen are more than the {self.pays_fen} paid")
        if self.refusal is not None:
            must(self.covered_from is None and self.covered_until is None, "who is refused is not covered")

    @property
    def is_fully_subsidised(self) -> bool:
        """Somebody else pays all of it; such people are enrolled by the office when a roster brings them late."""
        return self.pays_fen == 0

    def as_json(self) -> dict[str, Any]:
        """The published shape. What only some notices have (`lines` and after) is there only when there is some."""
        shape = {
            "individual": _yuan(self.individual_fen),
            "pays": _yuan(self.pays_fen),
            "shares": [share.as_json() for share in self.shares],
            "government": _yuan(self.government_fen),
            "price_clause": self.price_clause,
            "covered_from": _iso(self.covered_from),
            "covered_until": _iso(self.covered_until),
            "refusal": self.refusal.as_json() if self.refusal else None,
            "unknown": [unknown.as_json() for unknown in self.unknown],
            "assumptions": [assumption.as_json() for assumption in self.assumptions],
        }
        for name in ("lines", "waived", "paid_back", "incentives"):
            if items := getattr(self, name):
                shape[name] = [item.as_json() for item in items]
        if self.enjoys is not None:
            shape["enjoys"] = self.enjoys
        if self.refund is not None:
            shape["refund"] = self.refund.as_json()
        return shape


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else yuan(fen)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
