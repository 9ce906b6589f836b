"""Why somebody owes what they owe, as of now: the live answer of the policy, beside the bill that was made from it."""

from dataclasses import dataclass
from datetime import date

from canbao.enrolment.domain.facts import facts_of
from canbao.enrolment.models import Bill, BillState, Campaign, Enrolment
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import enrolled_of
from canbao.policy import Assessment, assess, facts_from_json
from canbao.register.models import Household, Resident


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one person stands in a campaign: what is owed, what is settled, from when they are covered."""

    resident: Resident
    answer: Assessment
    bill: Bill | None  # the open one, else the last settled one
    enrolment: Enrolment | None

    @property
    def is_open(self) -> bool:
        return self.bill is not None and self.bill.state == BillState.OPEN

    @property
    def due_fen(self) -> int | None:
        """What is still to be paid; None: unknown; 0: nothing."""
        return self.bill.due_fen if self.bill is not None and self.is_open else 0


def standings(campaign: Campaign, household: Household, *, on: date) -> list[Standing]:
    """Everybody of a household, the head first. Four queries, whatever the number of people.

    Also who came from another household and has paid there: their bill may be out of sight, their enrolment is not.
    """
    residents = list(household.residents.filter(died_on__isnull=True, moved_on__isnull=True).order_by("pk"))
    people = [resident.pk for resident in residents]
    pack = pack_of(campaign)
    facts = facts_of(people, county=household.county, on=on, pack=pack)
    bills: dict[int, Bill] = {}
    for bill in (
        Bill.objects.filter(campaign=campaign, resident__in=people)
        .exclude(state=BillState.SUPERSEDED)
        .select_related("assessment")
        .order_by("version")
    ):
        bills[bill.resident_id] = bill
    enrolled = enrolled_of(campaign, people)
    return [
        Standing(
            resident,
            assess(pack, facts_from_json(facts[resident.pk])),
            bills.get(resident.pk),
            enrolled.get(resident.pk),
        )
        for resident in residents
    ]
