"""`canbao work`: makes rosters of the files that departments hand in. Runs beside the pages, as often as one likes."""

import os
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from canbao.config.safety import refuse_unsafe
from canbao.config.season.processes import heed_signals, stop_on_signals
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.policy import Pack
from canbao.rosters.domain.working import look_once, ready
from canbao.rosters.refusals import NoSeasonForList

NICENESS = 10  # whoever waits for a page comes first
LOOKS_EVERY_S = 2.0  # for work whose worker died: nobody calls out then


class Command(BaseCommand):
    help = "处理各部门报送的名单，与页面并行 / make rosters of the files that were handed in, beside the pages"

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe()
        os.nice(NICENESS)
        stop_on_signals()
        side = connection.copy()  # it holds what is ours, and tells how far we are while the work is not committed
        try:
            ready(side)
            self.say("等候报送的名单 (waiting for lists)", options)
            while True:
                heed_signals()
                look_once(side, pack_for, wait_s=LOOKS_EVERY_S)
        except KeyboardInterrupt:
            self.say("已停止 (stopped)", options)
        finally:
            side.close()

    def say(self, words: str, options: dict[str, Any]) -> None:
        if options["verbosity"] > 0:  # not where it is the child of another command
            self.stdout.write(words)
            self.stdout.flush()


def pack_for(county: str) -> Pack:
    campaign = current_campaign(county)
    if campaign is None:
        raise NoSeasonForList
    return pack_of(campaign)
