"""Several subsidies together: what random packs found, told one by one."""

from datetime import date

import polars as pl
import pytest

from canbao.policy import Assessment, Facts, Held, assess, load_pack_texts, tabulate
from canbao.policy.checking import check_texts
from tests.policy.tiny import TEXTS, changed

ONE = "  - {category: 甲, subsidy: {yuan: 300, payer: 省}, clause: 二（一）}\n"
SHARED = "  - {category: 乙, subsidy: {yuan: 300, payers: {省: 60%, 市: 40%}}, clause: 二（二）}\n"
LATER = "  - {category: 丙, subsidy: {yuan: 300, payer: 市}, paid_back: true, clause: 二（二）}\n"
NOTHING = "  - {categories: [丁, 戊], no_subsidy: true, clause: 二（三）}\n"


def texts(combination: str, *subsidies: str) -> dict[str, str]:
    money = "standards:\n  - {individual_yuan: 400, government_yuan: 600, clause: 二}\n"
    rules = f"combination: {combination}\nsubsidies:\n" + "".join(subsidies)
    return {**TEXTS, "money.yaml": money + rules, "work.yaml": "targets: {clause: 附件, unknown: x, ask: y}\n"}


def answer(files: dict[str, str], *categories: str) -> Assessment:
    held = tuple(Held(name) for name in categories)
    return assess(load_pack_texts(files, key="any"), Facts(categories=held, paid_on=date(2030, 10, 1)))


@pytest.mark.parametrize("subsidies", [(ONE, SHARED, LATER), (LATER, SHARED, ONE), (SHARED, LATER, ONE)])
def test_of_equals_what_is_given_at_once_is_better_than_what_is_given_back(subsidies: tuple[str, ...]) -> None:
    found = answer(texts("{rule: most_favourable, clause: 二}", *subsidies, NOTHING), "甲", "丙")

    assert found.pays_fen == 100_00
    assert [(share.payer, share.fen) for share in found.shares] == [("省", 300_00)]
    assert found.paid_back == ()


@pytest.mark.parametrize("subsidies", [(ONE, SHARED), (SHARED, ONE)])
def test_stacking_does_not_ask_which_of_two_subsidies_is_written_first(subsidies: tuple[str, ...]) -> None:
    nothing = NOTHING.replace("丁", "丙, 丁")

    found = answer(texts("{rule: stacking, payers: [省, 市], clause: 二}", *subsidies, nothing), "甲", "乙")

    assert [(share.payer, share.fen) for share in found.shares] == [("省", 300_00), ("省", 60_00), ("市", 40_00)]


def test_a_population_has_the_columns_of_what_an_amendment_amends() -> None:
    """Nothing is waived any more, but for whoever paid before the amendment it was."""
    before = texts(
        "{rule: most_favourable, clause: 二}",
        ONE.replace("yuan: 300, payer: 省", "full: true, waived: true"),
        NOTHING.replace("丁", "乙, 丙, 丁"),
    )
    pack = load_pack_texts(TEXTS, key="any")
    amended = pack.model_copy(
        update={
            "document": pack.document.model_copy(update={"holds_from": date(2030, 12, 1)}),
            "before": load_pack_texts(before, key="before"),
        }
    )

    table = tabulate(
        amended, pl.DataFrame({"categories": ["甲", "甲"], "paid_on": [date(2030, 10, 1), date(2030, 12, 1)]})
    )

    assert [len(waived) for waived in table["waived"]] == [1, 0]


@pytest.mark.parametrize("categories", ["丁（一级）, 丁", "丁, 丁（一级）"])
def test_a_grade_is_named_in_vain_beside_its_category_on_either_side(categories: str) -> None:
    files = changed("  - category: 丁\n    unknown", f"  - categories: [{categories}]\n    unknown")

    assert any("“丁（一级）”在这条资助里已经包括了" in str(problem) for problem in check_texts(files, "any"))


def test_who_gets_nothing_does_not_get_it_only_if_nothing_came_before() -> None:
    nothing = NOTHING.replace("丁", "丙, 丁").replace(
        "no_subsidy: true", "no_subsidy: true, only_if_nothing_before: true"
    )
    files = texts("{rule: stacking, payers: [省, 市], clause: 二}", ONE, SHARED, nothing)

    assert any("也是没有：不写 only_if_nothing_before" in str(problem) for problem in check_texts(files, "any"))


@pytest.mark.parametrize("category", ["甲", "戊"])
def test_what_is_assumed_of_a_category_is_said_to_whoever_holds_it(category: str) -> None:
    """Also where the category brings nothing: that it was looked for on that day is assumed as well."""
    files = texts("{rule: most_favourable, clause: 二}", ONE, SHARED, LATER, NOTHING)
    people = files["people.yaml"].replace(
        "department: 民政局, clause: 二（三）", "department: 民政局, assumed: 通知没有写哪天, clause: 二（三）"
    )
    people = people.replace("aliases: [甲等],", "aliases: [甲等], assumed: 通知没有写哪天,")

    found = answer(files | {"people.yaml": people}, category)

    assert [one.what for one in found.assumptions] == ["通知没有写哪天"]
    assert answer(files, category).assumptions == ()


@pytest.mark.parametrize("names", ["丁（一级）, 甲", "甲, 丁（一级）"])
@pytest.mark.parametrize(("amount", "pays_fen", "says"), [("yuan: 80", None, "个人最多缴320元"), ("full: true", 0, "")])
def test_stacking_knows_as_much_whichever_category_of_a_rule_is_written_first(
    names: str, amount: str, pays_fen: int | None, says: str
) -> None:
    """The grade of one is not known; the other is given its part in any case."""
    rule = f"  - {{categories: [{names}], subsidy: {{{amount}, payer: 省}}, clause: 二（一）}}\n"
    nothing = "  - {categories: [乙, 丙, 戊, 丁（二级）], no_subsidy: true, clause: 二（三）}\n"

    found = answer(texts("{rule: stacking, payers: [省], clause: 二}", rule, nothing), "甲", "丁")

    assert found.pays_fen == pays_fen
    assert "".join(unknown.what for unknown in found.unknown).count(says) == 1 or not says
