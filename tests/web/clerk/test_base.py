"""The base table on screen: by place, by name within one's own villages, and handed out."""

import pytest

from canbao.access.models import Record, Role, Staff
from canbao.access.scope import Scope, within
from canbao.divisions.models import Division
from canbao.enrolment.refusals import NoBaseTable
from tests.county import COUNTY, FAR_VILLAGE, OTHER_VILLAGE, PASSWORD, VILLAGE, everybody, register_changes
from tests.web.conftest import number_of
from tests.web.pages import text_of

TOWN, WHOLE = "340621100000", f"{COUNTY}000000"
NEXT_DOOR = "340622"


def last_record() -> Record:
    with within(everybody()):
        return Record.objects.latest("position")


def test_a_clerk_is_led_to_the_own_village_and_sees_everybody_of_last_year(sign_in: object, outside: object) -> None:
    answer = sign_in("clerk").get("/base/", follow=True)

    seen = text_of(answer)
    assert "示例一村 底表：上年已参保的人" in seen
    assert "上年已参保 11 人 现在仍在册 10 人 已登记减少 1 人 死亡 0，迁出 0，职工医保 1" in seen
    assert "钱奶奶" in seen
    assert "郑邻" not in seen
    assert number_of("钱奶奶") not in answer.content.decode()


def test_who_was_read_is_on_record(sign_in: object, outside: object) -> None:
    sign_in("clerk").get(f"/base/{VILLAGE}/")

    link = last_record()
    assert (link.verb, link.actor, link.subject) == ("base_table.read", "staff:clerk", f"division:{VILLAGE}")
    assert outside.look(lambda county: county.person("钱奶奶").pk) in link.detail["residents"]


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("clerk", f"/base/{OTHER_VILLAGE}/", 404),
        ("clerk", f"/base/{TOWN}/", 404),
        ("town", f"/base/{VILLAGE}/", 200),
        ("town", f"/base/{FAR_VILLAGE}/", 404),
        ("county", f"/base/{FAR_VILLAGE}/", 200),
        ("tax", f"/base/{VILLAGE}/", 403),
        ("civil", f"/base/{VILLAGE}/", 403),
        ("finance", "/base/", 403),
    ],
)
def test_within_ones_own_places(sign_in: object, who: str, address: str, status: int) -> None:
    assert sign_in(who).get(address).status_code == status


def test_a_town_sees_its_villages_and_a_county_its_towns(sign_in: object) -> None:
    town, county = (text_of(sign_in(who).get("/base/", follow=True)) for who in ("town", "county"))

    assert "示例一村 11 10 0 0 1 示例二村 1 1 0 0 0" in town
    assert "濉溪镇 12 11 0 0 1" in county
    assert "百善镇" not in county  # nobody there was enrolled


def test_it_is_handed_out_by_post_alone(sign_in: object) -> None:
    client = sign_in("clerk")

    for way, kind in (("sheet", "spreadsheetml"), ("print", "application/pdf")):
        assert client.get(f"/base/{VILLAGE}/{way}/").status_code == 302
        answer = client.post(f"/base/{VILLAGE}/{way}/")
        assert (answer.status_code, kind in answer["Content-Type"]) == (200, True)
        assert last_record().verb == f"base_table.{'list' if way == 'print' else way}.read"


def test_a_clerk_who_asks_for_whole_numbers_is_told_no_and_why(sign_in: object) -> None:
    client = sign_in("clerk")

    answer = client.post(f"/base/{VILLAGE}/sheet/", {"whole": "1", "because": "想看"})

    assert answer.status_code == 409
    assert "不办理“导出完整证件号码”" in text_of(answer)
    assert "带完整证件号码" not in text_of(client.get(f"/base/{VILLAGE}/"))
    assert "带完整证件号码" in text_of(sign_in("county").get(f"/base/{VILLAGE}/"))


def test_the_county_gets_whole_numbers_only_with_a_reason(sign_in: object) -> None:
    client = sign_in("county")

    without = client.post(f"/base/{VILLAGE}/sheet/", {"whole": "1", "because": " "})
    given = client.post(f"/base/{VILLAGE}/sheet/", {"whole": "1", "because": "与公安比对"})

    assert (without.status_code, "没有写明完整证件号码的用途" in text_of(without)) == (409, True)
    assert (given.status_code, last_record().detail["reason"]) == (200, "与公安比对")


def test_a_village_of_whom_nobody_was_enrolled_says_so(sign_in: object) -> None:
    client = sign_in("far")

    assert "上年没有人参保" in text_of(client.get(f"/base/{FAR_VILLAGE}/"))
    assert "底表上没有示例三村的人" in text_of(client.post(f"/base/{FAR_VILLAGE}/print/"))


def test_a_county_without_a_base_table_says_who_draws_it_up(sign_in: object) -> None:
    with within(Scope(division=NEXT_DOOR, actor="test")):
        Division.objects.create(code=f"{NEXT_DOOR}000000", name="邻县", level="county")
        Staff.objects.create_staff(
            username="next", password=PASSWORD, full_name="邻县医保局", role=Role.COUNTY, division=f"{NEXT_DOOR}000000"
        )

    seen = text_of(sign_in("next").get("/base/", follow=True))

    assert NoBaseTable().says in seen


def test_one_person_and_eleven_cost_as_many_queries(sign_in: object, outside: object, django_assert_num_queries: object) -> None:  # fmt: skip
    client = sign_in("county")
    for village in (OTHER_VILLAGE, VILLAGE):
        with django_assert_num_queries(14):
            client.get(f"/base/{village}/")
    for whole, queries in ((TOWN, 12), (WHOLE, 11)):  # of two villages; of one town, with nothing above it
        with django_assert_num_queries(queries):
            client.get(f"/base/{whole}/")


def test_the_proof_says_for_each_village_that_nobody_was_lost(sign_in: object) -> None:
    seen = text_of(sign_in("town").get(f"/base/{TOWN}/proof/"))

    assert "✓ 一个人都没有丢" in seen
    assert "示例一村 11 10 0 0 1 0 0 0 示例二村 1 1 0 0 0 0 0 0 合计 12 11 0 0 1 0 0 0" in seen
    assert sign_in("clerk").get(f"/base/{OTHER_VILLAGE}/proof/").status_code == 404


def test_the_proof_names_whoever_is_lost_and_that_they_were_read(sign_in: object, outside: object) -> None:
    """The control: somebody whom the register says was enrolled, and who is not on the base table."""

    def hide(county: object) -> int:
        person = county.person("王远")
        with register_changes():
            type(person).objects.filter(pk=person.pk).update(enrolled_last_year=True)
        return person.pk

    hidden = outside.look(hide)

    seen = text_of(sign_in("county").get(f"/base/{WHOLE}/proof/"))

    assert "有 1 人对不上" in seen
    assert "王远 示例三村 — 上年已参保，底表上没有" in seen
    assert last_record().detail["residents"] == [hidden]
