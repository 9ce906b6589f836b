"""A change is taken back, the last one first, and everything is as it was before it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canbao.kernel.refusal import Refusal
from canbao.register.domain.changes import (
    correct_details,
    correct_name,
    correct_number,
    died,
    joined_employee_scheme,
    left_employee_scheme,
    moved_away,
    returned,
)
from canbao.register.domain.undoing import _COLUMNS, _PLACE
from canbao.register.models import Change, Resident
from canbao.register.queries import history_of
from canbao.register.refusals import (
    CannotBeUndone,
    ChangedSince,
    LaterHappened,
    NumberTaken,
    UndoneAlready,
)
from tests.collection.racing import all_at_once, as_owner
from tests.county import PEOPLE, County, number, signed_in
from tests.register.changing import MERGED, NEW, TODAY, does, row_of, takes_back


def test_of_two_corrections_of_one_thing_the_last_is_taken_back_first(county: County) -> None:
    first = does(county, correct_name, "赵大", "赵达")
    second = does(county, correct_name, "赵达", "赵答")

    with pytest.raises(ChangedSince):
        takes_back(county, first)
    takes_back(county, second)
    takes_back(county, first)

    assert county.person("赵大")


def test_a_correction_is_taken_back_and_what_was_changed_beside_it_stays(county: County) -> None:
    name = does(county, correct_name, "赵大", "赵达")
    does(county, correct_details, "赵达", relation="父亲")

    takes_back(county, name)

    assert county.person("赵大").relation == "父亲"


def test_what_was_taken_back_can_be_brought_back_by_taking_that_back(county: County) -> None:
    back = takes_back(county, does(county, correct_name, "赵大", "赵达"))

    takes_back(county, back)

    assert county.person("赵达")


def test_nothing_is_taken_back_twice_even_at_the_same_moment(real_county: County) -> None:
    change = does(real_county, correct_name, "赵大", "赵达")

    answers = all_at_once(*[lambda: takes_back(real_county, change)] * 4)

    assert [type(answer) for answer in answers if not isinstance(answer, Change)] == [UndoneAlready] * 3
    assert Change.objects.filter(undoes=change).count() == 1


def test_a_number_is_not_taken_back_to_one_that_somebody_else_has_by_now(county: County) -> None:
    _, _, born_on, sequence, _, _ = PEOPLE["周归"]
    change = does(county, correct_number, "周归", NEW, allow_synthetic=True)
    does(county, correct_number, "赵大", number(born_on, sequence), allow_synthetic=True)

    with pytest.raises(NumberTaken):
        takes_back(county, change)


def test_nothing_is_taken_back_that_something_later_rests_on(county: County) -> None:
    """He came back and found work here: without the return he would have found it after he left."""
    does(county, moved_away, "赵大", on=date(2021, 10, 1))
    back = does(county, returned, "赵大", on=date(2021, 10, 5))
    worked = does(county, joined_employee_scheme, "赵大", on=date(2021, 10, 10))

    with pytest.raises(LaterHappened) as no:
        takes_back(county, back)
    assert "迁出（2021-10-01）之后还有参加职工医保（2021-10-10）" in no.value.says
    assert county.person("赵大").moved_on is None

    takes_back(county, worked)
    takes_back(county, back)
    assert county.person("赵大").moved_on == date(2021, 10, 1)


def test_what_was_taken_back_does_not_hold_again_before_what_happened_since(county: County) -> None:
    mistaken = takes_back(county, does(county, died, "赵大", on=date(2021, 10, 1)))
    left = does(county, moved_away, "赵大", on=date(2021, 10, 5))

    with pytest.raises(LaterHappened):
        takes_back(county, mistaken)
    takes_back(county, left)
    takes_back(county, mistaken)

    assert county.person("赵大").died_on == date(2021, 10, 1)


def test_of_a_chain_it_is_told_which_changes_hold_now(county: County) -> None:
    """Odd: undone; even: in force again. Taken back is only the last of them."""
    chain = [does(county, died, "赵大", on=TODAY)]
    seen = []
    for _ in range(3):
        chain.append(takes_back(county, chain[-1]))
        with signed_in("clerk"):
            seen.append([(one.is_undone, one.is_answered) for one in reversed(history_of(chain[0].resident))])

    assert seen == [
        [(True, True), (False, False)],
        [(False, True), (True, True), (False, False)],
        [(True, True), (False, True), (True, True), (False, False)],
    ]


def test_what_was_taken_back_points_to_the_last_change_of_its_chain(county: County) -> None:
    change = does(county, correct_name, "赵大", "赵达")
    back = takes_back(county, change)
    forth = takes_back(county, back)

    for done in (change, back):
        with pytest.raises(UndoneAlready) as no:
            takes_back(county, done)
        assert no.value.remedy == "最近一次变更是2021-11-15的“撤销变更”，从它开始撤销。"
    takes_back(county, forth)
    assert county.person("赵大")


CHANGES: list[Callable[[County, Resident], Change]] = [
    lambda county, one: does(county, correct_name, one, f"{one.name}改"),
    lambda county, one: does(county, correct_number, one, NEW, allow_synthetic=True),
    lambda county, one: does(county, correct_details, one, relation="亲属", hukou="permit"),
    lambda county, one: does(county, moved_away, one, on=TODAY),
    lambda county, one: does(county, returned, one, on=TODAY),
    lambda county, one: does(county, joined_employee_scheme, one, on=TODAY),
    lambda county, one: does(county, left_employee_scheme, one, on=TODAY, months=None, back_paid=None),
    lambda county, one: does(county, died, one, on=TODAY),
]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example is rolled back
@given(steps=st.lists(st.sampled_from(CHANGES), max_size=6))
def test_whatever_happened_is_taken_back_step_by_step(county: County, steps: list[Callable[..., Change]]) -> None:
    person = county.person("周归")
    with transaction.atomic():
        rows, changes = [row_of(person)], []
        for step in steps:
            with suppress(Refusal), transaction.atomic():
                changes.append(step(county, Resident.objects.get(pk=person.pk)))
                rows.append(row_of(person))

        for change in reversed(changes):
            assert row_of(person) == rows.pop()
            takes_back(county, change)

        assert row_of(person) == rows.pop()
        assert person.changes.count() == 2 * len(changes)
        transaction.set_rollback(True)


NOT_THE_PERSONS_OWN = {"id", "county", "enrolled_last_year", *_PLACE}
"""Where a person is registered and whether another row stands for them, and what came with the register: no change of one
person alone concerns it."""


def test_everything_of_a_person_can_be_taken_back() -> None:
    assert {field.column for field in Resident._meta.concrete_fields} - NOT_THE_PERSONS_OWN == set(_COLUMNS)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE register_household SET address = '一组' WHERE code = '赵家'", id="a-household's"),
        pytest.param(
            """UPDATE register_resident SET relation = '兄弟',
                household_id = (SELECT id FROM register_household WHERE code = '周家') WHERE name = '赵大'""",
            id="beyond-the-person",
        ),
    ],
)
def test_what_went_beyond_one_person_is_not_taken_back_by_halves(real_county: County, statement: str) -> None:
    as_owner(MERGED + statement)

    with pytest.raises(CannotBeUndone):
        takes_back(real_county, Change.objects.get())
