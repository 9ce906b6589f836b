"""Failed sign-ins: the name that is kept of one, unless it looks like a personal number, and when there were too many.

A name is locked for whoever fails from one address, and for everybody once it fails from many: a machine with many
addresses does not get eight tries from each. The second limit is higher, so that nobody locks a colleague out in passing.
"""

import re
from collections.abc import Mapping
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from django.db.models import Sum
from django.http import HttpRequest

from canbao.access.sealing import person_token

FAILURES_OF_A_NAME = 40  # from all addresses together, within the time that axes looks back
_LIKE_A_NUMBER = re.compile(r"[0-9０-９]{6}")


def name_for_the_record(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """The user name, or a keyed fingerprint of it: the same name gives the same, so that locking still works."""
    given = str((credentials or {}).get("username") or (request.POST.get("username") if request else "") or "")
    return f"#{person_token(given).hex()[:16]}" if _LIKE_A_NUMBER.search(given) else given


class AlsoByNameAlone(AxesDatabaseHandler):  # type: ignore[misc] - axes has no types
    """Counts as axes does, by name and address; a name that is over its own limit is as good as over that one."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        failures: int = super().get_failures(request, credentials)
        lately = AccessAttempt.objects.filter(
            username=name_for_the_record(request, credentials), attempt_time__gte=get_cool_off_threshold(request)
        )
        of_the_name = lately.aggregate(all=Sum("failures_since_start"))["all"] or 0
        if of_the_name >= FAILURES_OF_A_NAME:
            return max(failures, get_failure_limit(request, credentials))
        return failures
