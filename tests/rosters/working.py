"""A worker at the same connection as the test: what waits is done before the next line."""

from django.db import connection

from canbao.access.scope import within
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.policy import Pack
from canbao.rosters.domain.working import claim, work
from tests.county import everybody


def work_off() -> None:
    with within(everybody()):
        while (job := claim(connection)) is not None:
            work(job, connection, rules_of)


def rules_of(county: str) -> Pack:
    return pack_of(current_campaign(county))
