"""What a worked answer may ask for."""

import pytest

from canbao.policy import load_pack_texts
from canbao.policy.trial import failures
from tests.policy.tiny import changed


@pytest.mark.parametrize(
    ("assumed", "found"),
    [
        ("true", []),
        ("没有写", []),
        ("国家规定", ["甲又乙（二（一））：带有假定应为 国家规定，按规则得 没有写"]),
        ("false", ["甲又乙（二（一））：带有假定应为 否，按规则得 是"]),
    ],
)
def test_an_example_may_say_on_which_assumption_its_answer_rests(assumed: str, found: list[str]) -> None:
    example = f"examples: [{{case: 甲又乙, facts: {{categories: [甲, 乙]}}, assumed: {assumed}, clause: 二（一）}}]\n"
    texts = changed(
        "examples:\n  - {case: 乙类人员, facts: {categories: [乙], paid_on: 2030-10-01}, pays_yuan: 100, clause: 二（二）}\n",
        example,
    )

    assert [str(failure) for failure in failures(load_pack_texts(texts))] == found


def test_an_example_may_stand_in_two_clauses() -> None:
    texts = changed("pays_yuan: 100, clause: 二（二）}", "pays_yuan: 100, clause: 一、二（二）}")

    assert list(failures(load_pack_texts(texts))) == []
