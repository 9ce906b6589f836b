"""What is kept of a failed sign-in: the name that was tried, unless it looks like a personal number."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from canbao.access.sealing import person_token

_LIKE_A_NUMBER = re.compile(r"[0-9０-９]{6}")


def name_for_the_record(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """The user name, or a keyed fingerprint of it: the same name gives the same, so that locking still works."""
    given = str((credentials or {}).get("username") or (request.POST.get("username") if request else "") or "")
    return f"#{person_token(given).hex()[:16]}" if _LIKE_A_NUMBER.search(given) else given
