"""`canbao amend PACK --county CODE --by USER`: put an amendment in force, and make every bill right by it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from canbao.access.clock import now
from canbao.access.models import Staff
from canbao.access.scope import Scope, within
from canbao.collection.domain.readjustment import readjust
from canbao.enrolment.domain.campaigns import DIGITS_SHOWN, amend
from canbao.enrolment.queries import current_campaign
from canbao.kernel.fen import yuan
from canbao.kernel.refusal import Refusal
from canbao.policy import PackBroken, PackNotFound, load_pack


class Command(BaseCommand):
    help = "修改缴费期中的政策：发布新的一版，并重新核定账单 / amend the rules in mid-season and make every bill right"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pack", metavar="PACK", help="修改的政策包，document 里写 extends 和 holds_from")
        parser.add_argument("--county", required=True, metavar="CODE", help="六位行政区划代码")
        parser.add_argument("--by", required=True, metavar="USER", help="由谁发布：县医保局的账号")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pack = load_pack(options["pack"])
        except (PackBroken, PackNotFound) as broken:
            raise CommandError(str(broken), returncode=2) from broken
        with within(Scope(division=options["county"], actor=f"staff:{options['by']}")):
            campaign = current_campaign(options["county"])
            by = Staff.objects.filter(username=options["by"], is_active=True).first()
            if campaign is None or by is None:
                what = f"{options['county']} 没有开启的参保年度" if campaign is None else f"没有账号 {options['by']}"
                raise CommandError(what, returncode=2)
            try:
                edition = amend(campaign, pack, by=by)
                campaign.refresh_from_db()
                done = readjust(campaign, as_of=now().date(), at=now(), actor=f"staff:{by.username}", as_paid=True)
            except Refusal as no:
                raise CommandError(f"{no.says}{no.remedy}", returncode=1) from no
        self.stdout.write(
            f"{campaign.title}：第{edition.number}版（校验值 {edition.digest[:DIGITS_SHOWN]}），{edition.holds_from or '现在'}起施行；"
            f"重新核定 {done.people} 人有变化，应退 {done.to_give_back} 人 {yuan(done.give_back_fen)} 元，"
            f"应补 {done.still_owing} 人，没有参保而金额改了 {done.billed_anew} 人，未动 {len(done.skipped)} 人"
        )
