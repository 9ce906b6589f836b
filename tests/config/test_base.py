"""`canbao base` from the command line."""

import pytest
from django.core.management import CommandError, call_command

from canbao.enrolment.models import BaseTable
from tests.collection.domain.test_cash import take
from tests.county import COUNTY, County
from tests.enrolment.domain.test_base import next_campaign


def test_it_says_how_many_from_where_and_by_town(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    take(county, "赵家")
    next_campaign(county)

    call_command("base", county=COUNTY, by="county")

    said = capsys.readouterr().out
    people = BaseTable.objects.latest("pk").people
    assert f"底表 {people} 人，来自“{county.campaign.title}”的参保人员" in said
    assert f"340621100000 濉溪镇  {people} 人，其中已登记减少 0 人" in said


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ({"county": COUNTY, "by": "county"}, "不再重新编制", 1),
        ({"county": COUNTY, "by": "tax"}, "不办理", 1),
        ({"county": COUNTY, "by": "nobody"}, "没有账号 nobody", 2),
        ({"county": "340622", "by": "county"}, "340622 还没有发布政策", 2),
    ],
)
def test_it_says_what_it_cannot_do(county: County, words: dict[str, str], said: str, code: int) -> None:
    with pytest.raises(CommandError, match=said) as no:
        call_command("base", **words)

    assert no.value.returncode == code
