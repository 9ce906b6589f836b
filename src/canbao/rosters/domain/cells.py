"""Cells of a department's list as they may be kept: harmless to the database, and without anybody's long number.

Whatever is kept in plain text goes through `kept`; only what was typed in the number column is sealed.
"""

from canbao.kernel.long_numbers import SHORTEST as SHORT
from canbao.kernel.long_numbers import covered


def kept(text: str, most: int) -> str:
    """At most `most` characters, without what PostgreSQL cannot hold, long numbers covered but for their tail."""
    if len(text) < SHORT and "\0" not in text:
        return text if len(text) <= most else text[: most - 1] + "…"
    whole = covered(text.replace("\0", ""))
    return whole if len(whole) <= most else whole[: most - 1] + "…"
