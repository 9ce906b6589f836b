"""The page for people: complete, self-contained, and nothing in it can run."""

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from canbao.policy import load_pack, load_pack_texts
from canbao.policy.refusals import IN_ORDER
from canbao.policy.sentences import sentence
from canbao.policy.show import REFUSED, clause_order, page
from canbao.policy.walk import rules
from tests.policy.tiny import changed, tiny, tiny_with_tiers

KEYS = ["dongzhi-2021", "hefei-2020", "hefei-2021", "huilong-2020", "suixi-2022"]


class Tags(HTMLParser):
    """Keeps the tags that stand open, and every tag seen."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


EXAMPLES = Path(__file__).parents[1] / "policies" / "packs"


def shown(key: str) -> str:
    """The page of an example pack."""
    return page(load_pack(EXAMPLES / key))


@pytest.mark.parametrize("key", KEYS)
def test_the_page_is_well_formed_without_scripts_and_names_every_clause(key: str) -> None:
    pack = load_pack(key)
    html, tags = page(pack), Tags()

    tags.feed(html)

    assert tags.open == []
    assert tags.seen.isdisjoint({"script", "img", "link", "iframe"})
    assert all(f">{rule.clause}</th>" in html for _, rule in rules(pack) if rule.clause)


@pytest.mark.parametrize("key", KEYS)
def test_the_page_tells_every_assumption(key: str) -> None:
    pack = load_pack(key)

    assert all(rule.assumed in page(pack) for _, rule in rules(pack) if rule.assumed)


def test_the_page_computes_who_pays_with_the_engine() -> None:
    assert '<td class="n">375.00</td><td class="">医疗救助部门 250.00</td>' in page(load_pack("huilong-2020"))


@pytest.mark.parametrize("key", sorted(path.name for path in EXAMPLES.iterdir()))
def test_every_example_pack_has_a_page_with_all_its_rules(key: str) -> None:
    pack = load_pack(EXAMPLES / key)
    html, tags = page(pack), Tags()

    tags.feed(html)

    assert tags.open == []
    assert "None" not in html
    for path, rule in rules(pack):
        if rule.clause:
            assert f">{rule.clause}</th>" in html
            assert without_spans(html).count(escape(sentence(path, rule))) >= 1, sentence(path, rule)


def without_spans(html: str) -> str:
    return re.sub(r'<span class="nowrap">([^<]*)</span>', r"\1", html)


def test_rules_of_other_notices_stand_under_their_notices() -> None:
    own, province, city = re.split(r"<h3>", shown("yunling-county-2031").split("假定、未知和推算")[0])

    assert "本通知没有写的，按云岭医保发〔2030〕8号、云溪府办〔2030〕15号；下面各条都写明出处。" in own
    assert province.startswith('<span class="mark">沿用</span> 来自云岭医保发〔2030〕8号</h3>')
    assert city.startswith('<span class="mark">沿用</span> 来自云溪府办〔2030〕15号</h3>')
    assert "由县财政全额资助" in own.split("<h2>逐条</h2>")[1]
    assert "特困人员：由医疗救助基金全额资助。" in province
    assert "由市残联全额资助。" in city


def test_an_amendment_says_from_which_day_it_holds_and_what_held_before() -> None:
    assert "2030-11-15 起缴费的按本通知；以前缴费的按《石滩县2031年度居民医保参保缴费实施方案》。" in shown(
        "shitan-2031-amended"
    )


def cells(html: str) -> list[list[str]]:
    """The rows of all tables, as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", without_spans(html), flags=re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in rows]


def test_several_prices_are_a_table_in_their_order() -> None:
    rows = cells(shown("several-lines"))

    assert ["长期护理保险", "满18周岁（按待遇期第一天算）", "20", "10", "二（二）"] in rows
    assert ["互助保障", "自愿选择", "50", "—", "二（三）"] in rows
    assert ["补缴断保年度", "每补缴一年", "400", "—", "二（五）"] in rows
    assert ["大学生", "未知", "未知", "二（二）"] in cells(shown("silence"))
    assert "<h2>标准</h2>" not in shown("subsidy-kinds")


def test_who_pays_has_a_row_for_each_grade_step_place_and_tier() -> None:
    graded, steps, tiers = (cells(shown(key)) for key in ("payer-by-grade-and-place", "taper-by-year", "hekou-2031"))

    assert ["重度残疾人员（一级）", "0.00", "残联 400.00", "二（一）"] in graded
    assert ["重度残疾人员（二级）", "200.00", "县级财政 200.00", "二（一）"] in graded
    assert ["低保对象（外地认定）", "400.00", "认定地 300.00（先缴后返）", "二（二）"] in graded
    assert ["脱贫人口（不满1年）", "200.00", "县级财政 200.00", "二（一）"] in steps
    assert ["脱贫人口（满2年、不满3年）", "360.00", "县级财政 40.00", "二（一）"] in steps
    assert ["特困人员", "一档", "0.00", "省财政 180.00；市财政 60.00；区财政 60.00", "三（一）"] in tiers
    assert ["烈士遗属", "0.00", "免缴 400.00", "二（一）"] in cells(shown("waived-and-paid-back"))
    assert "30周岁、2030-09-01 缴费、没有别的情况的人；含长期护理保险。" in shown("several-lines")


@pytest.mark.parametrize(
    ("key", "case", "answer"),
    [
        ("several-lines", "低保，两项由两方资助", "缴 200 元，基本医保 200 元，长期护理保险 0 元，医疗救助基金资助 200 元，县财政资助 20 元"),
        ("waived-and-paid-back", "免缴，没有一方付", "缴 0 元，免缴 400 元"),
        ("waived-and-paid-back", "在别处参保，不能参保，但返还照给", "不能参保：已在别处参保，农业农村局返还 200 元"),
        ("tier-paid-and-enjoyed", "特困，缴一档，享受三档", "缴 0 元，医疗救助基金资助 300 元，享受三档待遇"),
        ("newborns-by-days", "十一月出生，十二月缴，一次管两年", "缴 400 元，2030-11-15 起，到 2031-12-31 止"),
        ("incentives-and-refunds", "连续五年，提高一次", "连续参保限额提高 2000 元"),
        ("incentives-and-refunds", "连续四年，还没有提高", "限额不提高"),
        ("incentives-and-refunds", "献过血，提高多少不知道", "缴 400 元，献血限额提高 未知"),
        ("incentives-and-refunds", "出国，要问税务", "能不能退未知"),
        ("silence", "价格不知道", "应缴未知"),
        ("silence", "任务不知道", "任务未知"),
    ],
)  # fmt: skip
def test_a_worked_answer_is_said_in_full(key: str, case: str, answer: str) -> None:
    assert [row[1] for row in cells(shown(key)) if row[0] == case] == [answer]


def test_every_refusal_has_its_few_words() -> None:
    assert list(REFUSED) == [refusal.code for refusal in IN_ORDER]


def test_what_is_open_says_about_whom_and_whom_to_ask() -> None:
    rows = cells(shown("silence"))

    assert ["未知", "资助", "低保对象：按市里的文件；请问市医保局", "三（二）"] in rows
    assert ["未知", "其他缴费情形", "错过的人：起始日另行通知；请问市医保局", "四"] in rows
    assert ["未知", "标准", "大学生缴多少；请问学校", "二（二）"] in rows
    assert ["未知", "几个身份", "通知没有写同时有几个身份怎么办；请问市医保局", "三"] in rows
    assert ["未知", "退费", "参加职工医保：按税务的规定；请问县税务局", "五"] in rows


def test_circumstances_are_told_with_their_proof() -> None:
    assert ["本省户籍", "户口在本省；没有说明外省户籍的，按此处理", "—"] in cells(shown("yunling-province-2031"))


def test_a_blank_target_is_shown_as_unknown() -> None:
    assert '<td class="">长丰县</td><td class="n">未知</td>' in page(load_pack("hefei-2020"))


def test_small_packs_have_a_page_too() -> None:
    assert "青禾县试验方案" in page(tiny())
    assert "二档" in page(tiny_with_tiers())


def test_words_of_a_pack_cannot_become_markup() -> None:
    html = page(load_pack_texts(changed("title: 青禾县试验方案", "title: <script>alert(1)</script>")))

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_clauses_come_in_the_order_of_the_notice() -> None:
    clauses = [
        "附件",
        "十一",
        "二（三）、二（九）",
        "二（十）",
        "二（二）",
        "二",
        "四（三）2",
        "四（三）10",
        "六1",
        "全文",
        "四（一）1（4）",
    ]

    assert sorted(clauses, key=clause_order) == [
        "全文", "二", "二（二）", "二（三）、二（九）", "二（十）", "四（一）1（4）", "四（三）2", "四（三）10", "六1", "十一", "附件",
    ]  # fmt: skip


def test_whoever_signs_sees_which_clauses_have_no_rule_and_why() -> None:
    html = page(load_pack("huilong-2020"))

    assert ["一、八", "任务在附件里；宣传和领导的要求"] in cells(html)
    assert ["四（一）3（250元）", "补差到一档的标准，写在 combination 的 cap_tier"] in cells(html)


def test_the_page_says_days_prices_and_gifts_as_they_are() -> None:
    html = page(load_pack("huilong-2020"))

    assert "2019-12-10</span> 及以前" in html
    assert "没有资助" in html
    assert "不再资助" not in html
    assert "其他人" not in html
    assert html.count("财政补助标准；请问区医保局") == 1
    assert "没有说明户籍的按此处理；没有说明" not in html
    assert "（2020-12-31：标准按年度，取该年最后一天）" in without_spans(html)


def test_what_people_hear_who_missed_the_window_is_on_the_page() -> None:
    texts = changed("last: 2030-12-31, clause: 一}", "last: 2030-12-31, afterwards: 打县里的电话, clause: 一}")

    assert "；错过的人：打县里的电话。" in page(load_pack_texts(texts))


def test_an_example_may_name_its_assumption() -> None:
    texts = changed("pays_yuan: 100, clause: 二（二）}", "pays_yuan: 100, assumed: 没有写, clause: 二（二）}")

    assert "（含假定：没有写）" in page(load_pack_texts(texts))
