"""Who may do what, as the county reads it: a truth table. Who collects does not confirm; who reviews does not approve."""

import pytest

from canbao.access.may import Work, check_may, may
from canbao.access.models import Role, Staff
from canbao.access.refusals import NotYourDivision, NotYourWork
from tests.county import COUNTY, OTHER_VILLAGE, VILLAGE

PEOPLE = [
    Role.VILLAGE_CLERK,
    Role.SCHOOL_CLERK,
    Role.TOWNSHIP,
    Role.FINANCE_BRANCH,
    Role.DEPARTMENT,
    Role.COUNTY,
    Role.TAX,
    Role.CITY,
]
#                              村  校  镇  财  部  县  税  市
TABLE = {
    Work.CHANGE_REGISTER:     "是  否  是  否  否  是  否  否",
    Work.EXPORT_NUMBERS:      "否  否  否  否  否  是  否  否",
    Work.COLLECT:             "是  是  否  否  否  否  否  否",
    Work.REMIT:               "是  是  否  否  否  否  否  否",
    Work.CONFIRM_REMITTANCE:  "否  否  是  是  否  否  是  否",
    Work.RECONCILE:           "否  否  否  否  否  是  是  否",
    Work.SEE_PROGRESS:        "是  是  是  是  否  是  是  是",
    Work.SEE_PEOPLE:          "是  是  是  否  否  是  否  否",
    Work.IMPORT_ROSTER:       "否  否  否  否  是  是  否  否",
    Work.CONFIRM_ROSTER:      "否  否  否  否  否  是  否  否",
    Work.OPEN_CAMPAIGN:       "否  否  否  否  否  是  否  否",
    Work.ASK_REFUND:          "是  否  是  否  否  是  否  否",
    Work.REVIEW_REFUND:       "否  否  是  否  否  是  否  否",
    Work.APPROVE_REFUND:      "否  否  否  否  否  否  是  否",
    Work.READ_RECORD:         "否  否  否  否  否  是  否  否",
    Work.AGREE_VOID:          "否  否  是  否  否  是  否  否",
    Work.KEEP_STOCK:          "是  是  是  否  否  是  否  否",
    Work.KEEP_DIVISIONS:      "否  否  否  否  否  是  否  否",
    Work.READ_LEDGER:         "否  否  否  否  否  是  是  否",
    Work.CLOSE_DAY:           "否  否  否  否  否  是  否  否",
    Work.SIGN_CLOSING:        "否  否  是  否  否  是  否  否",
}  # fmt: skip


@pytest.mark.parametrize("work", list(Work))
def test_who_may(work: Work) -> None:
    assert [may(Staff(role=role), work) for role in PEOPLE] == [word == "是" for word in TABLE[work].split()]


def test_every_role_is_in_the_table() -> None:
    assert set(PEOPLE) == set(Role)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Work.COLLECT, Work.CONFIRM_REMITTANCE),
        (Work.COLLECT, Work.AGREE_VOID),
        (Work.REVIEW_REFUND, Work.APPROVE_REFUND),
    ],
)
def test_no_role_does_both(one: Work, other: Work) -> None:
    assert [role for role in Role if may(Staff(role=role), one) and may(Staff(role=role), other)] == []


def test_the_place_is_asked_before_the_work() -> None:
    clerk = Staff(role=Role.VILLAGE_CLERK, division=VILLAGE, full_name="村经办员")

    with pytest.raises(NotYourDivision):
        check_may(clerk, Work.OPEN_CAMPAIGN, division=OTHER_VILLAGE)
    with pytest.raises(NotYourWork) as no:
        check_may(clerk, Work.OPEN_CAMPAIGN, division=VILLAGE)
    assert no.value.says == "您的岗位（村（社区）经办人）不办理“开启征缴”。"
    check_may(clerk, Work.COLLECT, division=VILLAGE)


def test_a_county_covers_its_villages_and_a_village_not_its_county() -> None:
    check_may(Staff(role=Role.COUNTY, division=COUNTY.ljust(12, "0")), Work.OPEN_CAMPAIGN, division=VILLAGE)

    with pytest.raises(NotYourDivision):
        check_may(Staff(role=Role.COUNTY, division=VILLAGE), Work.OPEN_CAMPAIGN, division=COUNTY.ljust(12, "0"))
