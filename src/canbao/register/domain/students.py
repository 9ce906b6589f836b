"""Students pay through their school or faculty: each becomes a household of their own where it stands (R-10, R-11).

Who collects is said of a household, and who works at a school sees what lies where the school stands. So a student leaves the
family's household for one of their own, as in a split; whoever owes there owes it at the school. Each is a change of its own, taken
back by itself (`undoing.undo`): the student is in the family's household again. After school they go back by moving over.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.access.refusals import NotYourDivision
from canbao.divisions.models import CollectingUnit
from canbao.register.domain.entries import HEAD
from canbao.register.domain.keeping import said
from canbao.register.domain.residents import one_code_one_household
from canbao.register.models import Change, Household, Resident
from canbao.register.refusals import HasDied, HasMovedAway, LeadsAHousehold, NobodyChosenToMove, WasWithdrawn

KIND = Change.Kind.SCHOOL


@transaction.atomic
def go_to_school(students: Mapping[int, CollectingUnit], *, by: Staff, why: str, at: datetime) -> int:
    """`students` is whom each pays through, by person. Who pays there already stays as they are. Returns how many went.

    Says no, in this order: `NobodyChosenToMove`, `NotYourDivision` (where they are, and where the school stands), `NotYourWork`, then of
    each as `check_student`.
    """
    if not students:
        raise NobodyChosenToMove
    homes = Household.objects.filter(residents__in=students).order_by("pk").values_list("pk", flat=True)
    list(Household.objects.select_for_update(no_key=True).filter(pk__in=list(homes)).order_by("pk"))
    people = list(
        Resident.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=students).select_related("household").order_by("pk")
    )  # fmt: skip
    if len(people) != len(students):  # under the scope of another place there is no such row
        raise NotYourDivision(who=by.full_name)
    for place in {one.division for one in people} | {unit.division_id for unit in students.values()}:
        check_may(by, Work.CHANGE_REGISTER, division=place)
    went = 0
    for one in people:
        unit = students[one.pk]
        check_student(one)
        if one.household.unit_id != unit.pk:
            _go(one, unit, by=by, why=why, at=at)
            went += 1
    return went


def check_student(one: Resident) -> None:
    """Says no, in this order: `HasDied`, `WasWithdrawn`, `HasMovedAway`, `LeadsAHousehold`."""
    if one.died_on is not None:
        raise HasDied(who=one.name, day=one.died_on)
    if one.withdrawn:
        raise WasWithdrawn(who=one.name, day=one.moved_on)
    if one.moved_on is not None:
        raise HasMovedAway(who=one.name, day=one.moved_on)
    others = Resident.objects.filter(household=one.household_id, died_on__isnull=True, moved_on__isnull=True)
    if one.relation == HEAD and others.exclude(pk=one.pk).exists():
        raise LeadsAHousehold(who=one.name, home=one.household.code)


def _go(one: Resident, unit: CollectingUnit, *, by: Staff, why: str, at: datetime) -> None:
    """Their own household never serves again, so that nobody else reads its receipts."""
    before = Change.objects.filter(resident=one, kind=KIND).count()
    code = f"XS{one.pk}" + (f"-{before + 1}" if before else "")
    with one_code_one_household(), said(KIND, on=at.date(), by=by, why=why, at=at, together=uuid4()):
        home = Household.objects.create(
            county=one.county, division=unit.division_id, unit=unit, code=code, tier=one.household.tier
        )
        for merged in Resident.objects.filter(same_as=one).order_by("pk"):  # what such a row holds is theirs
            merged.household, merged.division = home, home.division
            merged.save(update_fields=["household", "division"])
        one.household, one.division, one.relation = home, home.division, HEAD
        one.save(update_fields=["household", "division", "relation"])
    record("resident.school", f"resident:{one.pk}", county=one.county, unit=unit.pk, household=home.pk)
