"""The county tries other rules on its own register, before anybody decides."""

from collections.abc import Callable
from io import BytesIO

import polars as pl
from django.test import Client

from canbao.access.models import Record
from canbao.enrolment.domain.what_if import texts_in_force
from canbao.enrolment.models import Bill, Campaign
from tests.web.conftest import Outside
from tests.web.pages import text_of, unmarked_chinese
from tests.web.test_words import in_english

PAGE = "/county/what-if/"
SignIn = Callable[[str], Client]


def written(outside: Outside, **money: tuple[str, str]) -> dict[str, str]:
    """The form as the page has it, with a figure changed."""
    texts = outside.look(lambda county: texts_in_force(Campaign.objects.get()))
    for old, new in money.values():
        assert old in texts["money.yaml"]
        texts["money.yaml"] = texts["money.yaml"].replace(old, new)
    return {name: text.replace("\n", "\r\n") for name, text in texts.items()} | {"pack": "", "paid_on": ""}


DEARER = {"given": ("yuan: 280, payer", "yuan: 270, payer"), "left": ("pays_yuan: 40", "pays_yuan: 50")}


def test_a_changed_figure_shows_who_would_pay_more(sign_in: SignIn, outside: Outside) -> None:
    bills = outside.look(lambda county: list(Bill.objects.order_by("pk").values()))

    page = sign_in("county").post(PAGE, written(outside, **DEARER))

    seen = text_of(page)
    assert page.status_code == 200
    assert "多缴 1 人" in seen
    assert "低保对象 1 40.00 50.00 +10.00 280.00 270.00 −10.00" in seen
    assert "同级财政 280.00 → 同级财政 270.00" in seen
    assert outside.look(lambda county: list(Bill.objects.order_by("pk").values())) == bills
    verbs = outside.look(lambda county: set(Record.objects.values_list("verb", flat=True)))
    assert {"policy.simulated", "policy.changed_people_read"} <= verbs


def test_the_rules_as_they_are_change_nobody(sign_in: SignIn, outside: Outside) -> None:
    assert "没有人有变化。" in text_of(sign_in("county").post(PAGE, written(outside)))


def test_a_notice_of_this_installation_can_be_tried(sign_in: SignIn, outside: Outside) -> None:
    page = sign_in("county").post(PAGE, written(outside) | {"pack": "hefei-2021"})

    seen = text_of(page)
    assert page.status_code == 200
    assert "谁有变化" in seen
    assert "合肥市2021年城乡居民参加基本医疗保险工作方案（hefei-2021）" in seen
    assert "为什么现在不能参保" in seen


def test_a_slip_in_the_rules_is_told_with_its_line_and_what_was_written_stays(
    sign_in: SignIn, outside: Outside
) -> None:
    page = sign_in("county").post(PAGE, written(outside, given=("yuan: 280, payer", "yuan: 480, payer")))

    seen = text_of(page)
    assert page.status_code == 422
    assert "处问题，没有算：" in seen
    assert "money.yaml 第 " in seen
    assert "yuan: 480, payer" in page.content.decode()


def test_the_list_of_who_changes_is_a_file_with_masked_numbers(sign_in: SignIn, outside: Outside) -> None:
    page = sign_in("county").post(PAGE, written(outside, **DEARER) | {"list": "1"})

    sheet = pl.read_csv(BytesIO(page.getvalue()))
    row = sheet.row(0, named=True)
    assert sheet.height == 1
    assert (row["原来 个人应缴（元）"], row["新的 个人应缴（元）"], row["变化"]) == (40, 50, "多缴")
    assert row["证件号码"].startswith("*" * 14)
    assert row["姓名"]
    assert "resident_id" not in sheet.columns


def test_whose_names_were_read_is_on_record(sign_in: SignIn, outside: Outside) -> None:
    county = sign_in("county")

    county.post(PAGE, written(outside, **DEARER))
    county.post(PAGE, written(outside, **DEARER) | {"list": "1"})

    def kept(_: object) -> list[dict[str, object]]:
        return [one.detail for one in Record.objects.filter(verb__startswith="policy.").order_by("position")]

    tried, page, tried_again, file = outside.look(kept)
    person = outside.look(lambda county: county.person("钱奶奶").pk)
    assert page == {"residents": [person]}
    assert file == {"people": 1, "as_file": True}
    assert tried == tried_again
    assert {"digest", "on", "paid_on"} <= set(tried)


def test_another_notice_and_changed_figures_are_not_tried_at_once(sign_in: SignIn, outside: Outside) -> None:
    page = sign_in("county").post(PAGE, written(outside, **DEARER) | {"pack": "suixi-2022"})

    assert page.status_code == 422
    assert "请只取一样" in text_of(page)


def test_only_the_county_tries_rules(sign_in: SignIn, outside: Outside) -> None:
    assert [sign_in(who).get(PAGE).status_code for who in ("clerk", "town", "civil")] == [403, 403, 403]


def test_the_page_is_complete_in_english(sign_in: SignIn, outside: Outside) -> None:
    client = in_english(sign_in("county"))

    pages = [client.get(PAGE), client.post(PAGE, written(outside, **DEARER)), client.post(PAGE, written(outside, given=("yuan: 280, payer", "yuan: 480, payer")))]  # fmt: skip

    assert [page.status_code for page in pages] == [200, 200, 422]
    assert [unmarked_chinese(page) for page in pages] == [[], [], []]
