"""Categories changed after people had paid: what each of them owes or is owed now (R-22, 东至县's 31 December)."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from canbao.access.record import record
from canbao.access.refusing import refusing
from canbao.access.scope import Scope, within
from canbao.collection.refusals import SAID_BY_DATABASE
from canbao.enrolment.domain.bills import make_bills, planned_for_a_county, tabulate_people
from canbao.enrolment.domain.facts import as_object
from canbao.enrolment.models import Campaign, Enrolment
from canbao.enrolment.queries import current_campaign
from canbao.enrolment.refusals import AmountUnknown
from canbao.kernel.days import CHINA
from canbao.kernel.refusal import must
from canbao.register.models import Resident
from canbao.rosters.models import Holding, Roster

# Everybody whose circumstances, or the answer to them, are others than those that their latest bill rests on. The day of
# the question and that of payment are no circumstances.
_CHANGED = """
SELECT latest.resident_id, now.id, now.answer,
       NOT now.refused AND enrolment_money_differs(now.pays_fen, now.shares, was.pays_fen, was.shares) AS differs,
       now.refused OR (now.pays_fen IS NULL AND latest.state <> 'open') AS keeps
  FROM (SELECT DISTINCT ON (resident_id) resident_id, assessment_id, state FROM enrolment_bill
         WHERE campaign_id = %(campaign)s ORDER BY resident_id, version DESC) latest
  JOIN billing p ON p.resident_id = latest.resident_id
  JOIN enrolment_billassessment now ON now.campaign_id = %(campaign)s AND now.facts_key = p.facts_key
  JOIN enrolment_billassessment was ON was.id = latest.assessment_id
 WHERE (now.facts - '{on,paid_on}'::text[] <> was.facts - '{on,paid_on}'::text[]
        OR (NOT now.refused AND enrolment_money_differs(now.pays_fen, now.shares, was.pays_fen, was.shares)))
   AND (latest.state = 'open' OR was.facts ? 'all_back' OR NOT %(only_open)s)
 ORDER BY latest.resident_id
"""


class Skipped(NamedTuple):
    """Somebody whose circumstances changed and who keeps what they have: the notice says no to them on that day
    (`code`, `says` and `clause` of its refusal), or their amount is not known (`amount_unknown`, and whom to ask)."""

    resident_id: int
    code: str
    says: str
    clause: str


def _skipped(resident: int, answer: dict[str, Any]) -> Skipped:
    no = answer["refusal"]
    if no is not None:
        return Skipped(resident, no["code"], no["says"], no["clause"])
    unknown = answer["unknown"][0]
    return Skipped(resident, AmountUnknown.code, f"{unknown['what']}：请问{unknown['ask']}", unknown["clause"])


@dataclass(frozen=True, slots=True)
class Readjusted:
    """How many people who had paid now pay less (and how much is owed back); how many who are enrolled owe more (they paid
    less, or the office enrolled them for nothing); how many who are not enrolled have a bill of another amount; how many pay
    the same but through another fund; and who was skipped although something about them changed, and why."""

    people: int
    to_give_back: int
    give_back_fen: int
    still_owing: int
    billed_anew: int = 0
    skipped: tuple[Skipped, ...] = ()
    differences: tuple[tuple[int, int | None], ...] = field(default=(), compare=False, repr=False)
    """Resident, and what they owe more (or, negative, are owed) than before; None where nobody knows."""


def follow_list(roster: Roster, *, at: datetime, actor: str) -> Readjusted | None:
    """A list has just been confirmed: whoever it names, or does not name any more, and has not paid yet owes by it at once.

    Who has paid keeps it until the county re-adjusts by the list that the notice names. None where no campaign is open.
    """
    touched = Holding.objects.filter(Q(roster=roster) | Q(ended_by=roster))
    residents = touched.order_by("resident_id").distinct("resident_id").values_list("resident_id", flat=True)
    return follow_holdings(roster.county, list(residents), at=at, actor=actor)


def follow_holdings(county: str, residents: Sequence[int], *, at: datetime, actor: str) -> Readjusted | None:
    """What these people hold has just changed: whoever has not paid yet owes by it at once. None where no campaign is open."""
    campaign = current_campaign(county)
    if campaign is None:
        return None
    today = at.astimezone(CHINA).date()
    return readjust(campaign, as_of=today, at=at, actor=actor, residents=residents, only_open=True)


@transaction.atomic
def follow_register(county: str, residents: Sequence[int], *, at: datetime, actor: str) -> int | None:
    """These people have just been registered or changed, or what was changed is taken back: whoever owes from now on and
    has no bill gets one, and who has not paid yet owes by what is registered now. Who has paid keeps what they have.

    For whoever may change the register, a village too: `residents` out of the present scope's sight are left alone.
    Returns how many bills are new; None where no campaign is open.
    """
    campaign = current_campaign(county)
    if campaign is None:
        return None
    seen = list(Resident.objects.filter(pk__in=residents).values_list("pk", flat=True))
    today = at.astimezone(CHINA).date()
    made = make_bills(campaign, on=max(today, campaign.window_from), residents=seen)
    # Amounts are made right by a function of the county's alone: it takes whichever answer it is told. Here that is the
    # policy's own, for people whom the clerk may see.
    with within(Scope(division=county, actor=actor)):
        readjust(campaign, as_of=today, at=at, actor=actor, residents=seen, only_open=True)
    return made


@transaction.atomic
def readjust(
    campaign: Campaign,
    *,
    as_of: date,
    at: datetime,
    actor: str,
    as_paid: bool = False,
    residents: Sequence[int] | None = None,
    only_open: bool = False,
) -> Readjusted:
    """Compare every bill with what the policy says of people as they were on `as_of`, and post the differences `at`.

    `as_of` is the day of the facts, as the list that decides says (31 December), and also the day for which the notice
    is asked: a list that comes in when the window is over still speaks of a day within it. `at` is when it is done; its
    day in China stands on bills, vouchers and in the ledger. Needs the county's scope.

    `as_paid` is for rules that changed and not for lists: who has paid is asked about as they were on the day on which they did,
    so an amendment reaches them only where it holds from that day or earlier. `residents`: only these; `only_open`: only
    those whose latest bill is not paid, or who had everything back.

    Asking twice is asking once: after the first time nothing differs.
    """
    on = at.astimezone(CHINA).date()
    must(as_of <= on, "nobody knows the circumstances of a day that has not come")
    with connection.cursor() as cursor:
        tabulate_people(campaign, on=as_of, residents=residents, as_paid=as_paid)
        with planned_for_a_county(whole=residents is None):
            cursor.execute(_CHANGED, {"campaign": campaign.pk, "only_open": only_open})
        changed = cursor.fetchall()
        cursor.execute("DROP TABLE billing")
        skipped = tuple(_skipped(resident, as_object(answer)) for resident, _, answer, _, keeps in changed if keeps)
        changes = [
            {"resident": resident, "assessment": assessment}
            for resident, assessment, _, differs, keeps in changed
            if differs and not keeps
        ]
        with refusing(SAID_BY_DATABASE):
            cursor.execute(
                "SELECT resident_id, difference_fen FROM collection_readjust(%s, %s, %s, %s, %s)",
                [campaign.pk, json.dumps(changes), on, at, actor],
            )
        differences = cursor.fetchall()  # a row a bill: what goes back to two payments is two bills of one person
    owing = {resident for resident, fen in differences if fen is not None and fen > 0}
    paid = Enrolment.objects.filter(campaign=campaign, resident_id__in=owing, ended_on__isnull=True).count()
    owed_back = [(resident, -fen) for resident, fen in differences if fen is not None and fen < 0]
    done = Readjusted(
        people=len({resident for resident, _ in differences}),
        to_give_back=len({resident for resident, _ in owed_back}),
        give_back_fen=sum(fen for _, fen in owed_back),
        still_owing=paid,
        billed_anew=len(owing) - paid,
        skipped=skipped,
        differences=tuple(differences),
    )
    if differences:
        counts = {
            one.name: getattr(done, one.name) for one in fields(done) if one.name not in ("skipped", "differences")
        }
        counts |= {"skipped": dict(Counter(one.code for one in skipped)), "as_of": as_of}
        record("campaign.readjusted", f"campaign:{campaign.pk}", county=campaign.county, actor=actor, **counts)
    return done
