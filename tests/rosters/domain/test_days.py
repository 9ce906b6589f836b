"""Days as departments write them."""

from datetime import date

import pytest

from canbao.rosters.domain.days import is_vague, read_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-09-01", date(2021, 9, 1)),
        ("2021/9/1", date(2021, 9, 1)),
        ("2021.9.1", date(2021, 9, 1)),
        ("2021年9月1日", date(2021, 9, 1)),
        ("2021-09-01 00:00:00", date(2021, 9, 1)),
        ("２０２１．９．１", date(2021, 9, 1)),
        ("20210901", date(2021, 9, 1)),
        ("202109", date(2021, 9, 1)),
        ("2021年9月", date(2021, 9, 1)),
        ("2021-06", date(2021, 6, 1)),
        ("44440", date(2021, 9, 1)),
        ("44440.0", date(2021, 9, 1)),
        ("1900-01-05", date(1900, 1, 5)),
        ("2021-09-01 10:12:33", date(2021, 9, 1)),
        ("2021-09-01 23:59", date(2021, 9, 1)),
        ("2021/9/1 下午 3:05", date(2021, 9, 1)),
        ("2021-09-01T00:00:00", date(2021, 9, 1)),
        ("2021-09-01T10:12:33.120Z", date(2021, 9, 1)),
        ("2021年9月1日10时12分", date(2021, 9, 1)),
        ("20210901 10:12:33", date(2021, 9, 1)),
        ("44440.43", date(2021, 9, 1)),
        ("2021年9月1号", date(2021, 9, 1)),
        ("2021 年 9 月 1 日", date(2021, 9, 1)),
        ("2021 年 9 月", date(2021, 9, 1)),
        ("2021. 9. 1", date(2021, 9, 1)),
        ("2021-09-011", "2021-09-011"),
        ("2019年", "2019年"),
        ("2019", "2019"),
        ("不详", "不详"),
        ("", None),
        ("长期", None),
        ("-", None),
        ("2020-02-31", "2020-02-31"),
        ("2021年13月", "2021年13月"),
        ("去年", "去年"),
        ("5", "5"),
        ("440524188001010014", "440524188001010014"),
    ],
)
def test_a_day_is_read_or_given_back_as_it_stands(text: str, day: date | str | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("2019年", True),
        ("２０１９", True),
        ("2019 年度", True),
        ("不详", True),
        ("去年", False),
        ("2021年13月", False),
        ("219", False),
    ],
)
def test_a_bare_year_is_no_day_and_no_mistake(text: str, vague: bool) -> None:
    assert is_vague(text) is vague
