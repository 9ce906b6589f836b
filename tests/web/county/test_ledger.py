"""账簿: a trial balance of any day, a statement of any account, and what is owed to whom."""

from canbao.access.models import Record
from canbao.ledger.models import Account
from tests.collection.domain.test_cash import take
from tests.web.conftest import Outside
from tests.web.county.test_county import paid_twice
from tests.web.pages import text_of


def account(outside: Outside, kind: str) -> int:
    return outside.look(lambda _: Account.objects.get(kind=kind).pk)


def test_the_county_sees_every_account_of_a_day(sign_in: object, outside: Outside) -> None:
    outside.look(lambda county: take(county, "钱家"))
    client = sign_in("county")

    said = text_of(client.get("/county/ledger/"))
    before = text_of(client.get("/county/ledger/", {"on": "2021-11-14"}))

    assert "✓ 借贷相等" in said
    assert "代收单位库存现金 示例一村委会 360.00 0.00 360.00" in said
    assert "代收单位库存现金 示例一村委会 0.00 0.00 0.00" in before


def test_a_statement_names_people_and_that_is_on_record(sign_in: object, outside: Outside) -> None:
    outside.look(lambda county: take(county, "钱家"))
    drawer = account(outside, "drawer")

    said = text_of(sign_in("tax").get(f"/county/ledger/{drawer}/"))

    assert "期末余额 360元" in said
    assert "个人缴费 个人缴费收入 示例一村委会 钱奶奶 40.00" in said
    read = outside.look(lambda county: (Record.objects.filter(verb="statement.read").latest("position").detail, [county.person(one).pk for one in ("钱奶奶", "钱儿")]))  # fmt: skip
    assert read[0] == {"residents": sorted(read[1])}


def test_what_is_no_day_is_the_day_that_is_meant(sign_in: object, outside: Outside) -> None:
    outside.look(lambda county: take(county, "钱家"))
    drawer, client = account(outside, "drawer"), sign_in("county")

    for asked in ({"until": "2021-13-41"}, {"from": "morgen", "until": "2999-01-01"}, {"page": "999"}, {"from": "2021-11-20", "until": "2021-11-15"}):  # fmt: skip
        assert "期末余额 360元" in text_of(client.get(f"/county/ledger/{drawer}/", asked))
    assert client.get("/county/ledger/", {"on": "x"}).status_code == 200


def test_what_is_owed_is_named_person_by_person(sign_in: object, outside: Outside) -> None:
    paid_twice(outside, "周家")

    said = text_of(sign_in("county").get("/county/ledger/owed/"))

    assert "欠 1 人共320元" in said
    assert "周归 周家 320.00 2021年11月15日" in said


def test_nobody_else_reads_the_books(sign_in: object, outside: Outside) -> None:
    outside.look(lambda county: take(county, "钱家"))
    drawer = account(outside, "drawer")

    for who in ("clerk", "town", "civil"):
        for address in ("", f"{drawer}/", "owed/"):
            assert sign_in(who).get(f"/county/ledger/{address}").status_code == 403
    assert sign_in("county").get("/county/ledger/999999/").status_code == 404
