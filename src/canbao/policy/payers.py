"""Whoever pays stands in the notice: a payer's name that its text nowhere has is a slip, or our own word.

A reminder at the pack's line, since a notice may say it otherwise (由县里承担). What is assumed is ours, and so is a name
that the rule calls `derived`; what comes from another notice is that notice's concern.
"""

import unicodedata
from collections.abc import Iterator

from canbao.policy.inherit import read_texts
from canbao.policy.notice import WHOLE, clauses_of
from canbao.policy.pack import Pack
from canbao.policy.reading import Path, Problem
from canbao.policy.walk import spots

_KEYS = ("payer", "payers")


def not_in_the_notice(pack: Pack, notice_text: str) -> list[Problem]:
    """Each payer of the pack's own rules whom the published text does not name, once."""
    reading, text = read_texts(pack.texts), clauses_of(notice_text, pack.document.annexes)[WHOLE]
    elsewhere = {payer for rule in pack.subsidies if rule.notice is not None for payer in rule.payers}
    found: dict[str, Problem] = {}
    for path, payer in _payers(pack):
        if _plain(payer) not in text and payer not in elsewhere:
            message = (
                f"通知全文里没有“{payer}”这个支付方：名称照通知写；通知没有写谁出钱的，写 payer_unknown；"
                "是我们的叫法，写 derived: {payer: 理由}"
            )
            found.setdefault(payer, reading.problem(path, message))
    return sorted(found.values())


def _payers(pack: Pack) -> Iterator[tuple[Path, str]]:
    """Whoever pays by the pack's own rules, as far as these do not call it theirs."""
    for spot in spots(pack):
        if spot.path[0] != "subsidies" or spot.path[-1] not in _KEYS or not spot.value:
            continue
        if any(rule.notice or rule.assumed or set(_KEYS) & set(rule.derived) for rule in spot.rules):
            continue
        if isinstance(spot.value, dict):
            yield from (((*spot.path, payer), payer) for payer in spot.value)
        else:
            yield spot.path, str(spot.value)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
