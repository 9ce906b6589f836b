"""A small invented county for tests: one file per topic, and a way to change one line and see what happens."""

from canbao.policy import Pack, load_pack_texts

DOCUMENT = """\
document:
  title: 青禾县试验方案
  place: 青禾县
  place_code: 990101
  issuer: 青禾县
  clause: 全文
"""

TIME = """\
collection_window: {first: 2030-09-01, last: 2030-12-31, clause: 一}
benefit_period: {first: 2031-01-01, last: 2031-12-31, clause: 一}
ways_in:
  - name: 晚归的人
    when: {any_traits: [晚归]}
    until: 2031-02-28
    starts: {from: paid, plus: 1天}
    clause: 一
  - name: 新生儿
    when: {paid_within_of_birth: 28天}
    starts: {from: birth}
    clause: 一
  - name: 大一点的婴儿
    when: {born_since: window, paid_later_than_birth_by: 28天}
    unknown: 起始日
    ask: 县医保局
    clause: 一
  - name: 新生
    when: {any_traits: [新生]}
    paid: in_window
    starts: {from: paid, before_period: true}
    clause: 一
  - name: 停了职工医保
    when: {employee: {left_at_most: 3个月, months_at_least: 1年}}
    starts: {from: paid}
    clause: 一
"""

MONEY = """\
standards:
  - {individual_yuan: 400, government_yuan: 600, total_yuan: 1000, clause: 二}
combination: {rule: most_favourable, assumed: 没有写}
subsidies:
  - category: 甲
    subsidy: {full: true, payer: 救助基金}
    clause: 二（一）
  - category: 乙
    subsidy: {yuan: 300, payer: 救助基金}
    pays_yuan: 100
    clause: 二（二）
  - category: 丙
    subsidy: {rate: 50%, payer: 县财政}
    pays_rate: 50%
    clause: 二（二）
  - category: 丁
    unknown: 另行规定
    ask: 县医保局
    clause: 二（三）
  - category: 戊
    no_subsidy: true
    clause: 二（三）
"""

PEOPLE = """\
traits:
  - {name: 本地户籍, means: 户口在本县, presumed_unless: [外地户籍]}
  - {name: 外地户籍, means: 户口不在本县}
  - {name: 居住证, means: 有居住证}
  - {name: 晚归, means: 过年才回来}
  - {name: 新生, means: 今年入学}
eligible:
  - {who: 本地人, when: {all_traits: [本地户籍]}, clause: 三}
  - {who: 有居住证的人, when: {all_traits: [外地户籍, 居住证]}, clause: 三}
exclusions:
  in_employee_scheme: {clause: 三, remedy: 先停保}
  covered_elsewhere: {clause: 三, remedy: 先停保}
categories:
  - {name: 甲, aliases: [甲等], department: 民政局, clause: 二（一）}
  - {name: 乙, aliases: [乙等], department: 民政局, clause: 二（二）}
  - {name: 丙, department: 民政局, clause: 二（二）}
  - name: 丁
    aliases: [丁等人员]
    aliases_with_grade: [残疾人]
    department: 残联
    grades: [一级, 二级]
    outside_grades: [三级]
    clause: 二（三）
  - {name: 戊, department: 民政局, clause: 二（三）}
"""

WORK = """\
targets:
  rate: 99%
  clause: 附件
  units:
    - {name: 东镇, population: 150, people: 149}
    - {name: 西镇, population: 250, people: 248}
  total_population: 400
  total_people: 397
examples:
  - {case: 乙类人员, facts: {categories: [乙], paid_on: 2030-10-01}, pays_yuan: 100, clause: 二（二）}
"""

TEXTS = {
    "document.yaml": DOCUMENT,
    "time.yaml": TIME,
    "money.yaml": MONEY,
    "people.yaml": PEOPLE,
    "work.yaml": WORK,
}

TIERS = """\
standards:
  - {tier: 一档, individual_yuan: 400, government_yuan: 600, clause: 二}
  - {tier: 二档, aliases: [高档], individual_yuan: 900, government_yuan: 600, clause: 二}
combination: {rule: in_order, payers: [救助基金, 县财政], cap_tier: 一档, clause: 二, same_payer_assumed: 没有写}
subsidies:
  - {categories: [甲, 乙], subsidy: {yuan: 300, payer: 救助基金}, clause: 二（一）}
  - {category: 丙, subsidy: {rate: 100%, of_tier: 一档, payer: 县财政}, clause: 二（二）}
  - {category: 丁, unknown: 另行规定, ask: 县医保局, payer: 县财政, clause: 二（三）}
  - {category: 戊, only_if_nothing_before: true, subsidy: {yuan: 50, payer: 县财政}, clause: 二（三）}
"""


def changed(old: str, new: str, *, times: int = 1) -> dict[str, str]:
    """The files of the county with one thing changed; the thing must be there."""
    assert sum(text.count(old) for text in TEXTS.values()) >= times, f"nothing says {old!r}"
    return {name: text.replace(old, new, times) for name, text in TEXTS.items()}


def tiny() -> Pack:
    return load_pack_texts(TEXTS, key="qinghe")


def tiny_with_tiers() -> Pack:
    return load_pack_texts({**TEXTS, "money.yaml": TIERS, "work.yaml": "targets: {clause: 附件, unknown: x, ask: y}\n"})
