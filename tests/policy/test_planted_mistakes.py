"""More than two hundred mistakes as people make them, each told at its line, and none a traceback.

A row says: in which file of which pack, what is written instead of what, the words on whose line it must be told
(the first line of the changed file that has them; `other.yaml|words` where two places contradict each other and the
other one is told), and words of the message. The packs are the five real ones and the
small invented ones of `tests/policies/packs`. What is usually a slip but may be right is told as a reminder (提醒); a
figure that the notice does not say is looked up in the invented notice that lies beside the pack.

Where YAML itself makes it impossible to tell the line of the mistake, a comment says why.
"""

from functools import cache
from pathlib import Path

import pytest

from canbao.policy import Problem, load_pack_texts, look_up_figures
from canbao.policy.checking import check_texts, reminders_of
from canbao.policy.folders import policies_folder, read_folder

pytestmark = pytest.mark.long

INVENTED = Path(__file__).resolve().parents[1] / "policies" / "packs"

Row = tuple[str, str, str, str, str]

# fmt: off
WRITING: list[Row] = [
    # colons
    ("suixi-2022/money.yaml", "- individual_yuan: 320", "- individual_yuan：320", "individual_yuan：", "“individual_yuan”后面是全角冒号"),
    ("suixi-2022/money.yaml", "clause: 四（一）", "clause：四（一）", "clause：", "“clause”后面是全角冒号"),
    ("suixi-2022/people.yaml", "- name: 居住证", "- name：居住证", "name：居住证", "“name”后面是全角冒号"),
    ("hefei-2021/time.yaml", "collection_window:", "collection_window：", "collection_window：", "全角冒号"),
    ("waits/pack.yaml", "{name: 新迁入, means", "{name：新迁入, means", "{name：", "“name：新迁入”里是全角冒号"),
    ("dongzhi-2021/money.yaml", "government_yuan: 550", "government_yuan:550", "government_yuan:550", "“government_yuan”的冒号后面要有一个空格"),
    ("hefei-2021/document.yaml", "title: 合肥", "title:合肥", "title:合肥", "“title”的冒号后面要有一个空格"),
    ("lapses/pack.yaml", "{years: 4,", "{years:4,", "{years:4,", "“years:4”的冒号后面要有一个空格"),
    ("hefei-2020/money.yaml", "clause: 三", "clause 三", "clause 三", "这一行没有冒号"),
    ("suixi-2022/document.yaml", "  place: 濉溪县", "  place 濉溪县", "place 濉溪县", "这一行没有冒号"),
    ("hefei-2020/time.yaml", "afterwards: 集中", "afterwards: 错过的: 集中", "错过的: 集中", "这里多了冒号"),
    ("suixi-2022/document.yaml", "title: 濉溪县2022年度", "title: 濉溪县: 2022年度", "濉溪县: 2022", "这里多了冒号"),
    # spaces, tabs, dashes
    ("suixi-2022/time.yaml", "    until: 2022-02-28", "\tuntil: 2022-02-28", "\tuntil", "缩进用了制表符"),
    ("hefei-2021/money.yaml", "    government_yuan: 580", "  \tgovernment_yuan: 580", "\tgovernment", "缩进用了制表符"),
    ("huilong-2020/people.yaml", "    department: 区卫健委", "\tdepartment: 区卫健委", "\tdepartment", "缩进用了制表符"),
    ("hefei-2020/document.yaml", "  issuer: 合肥市", "　issuer: 合肥市", "　issuer", "缩进用了全角空格"),
    ("suixi-2022/document.yaml", "  place: 濉溪县", "    place: 濉溪县", "    place", "这里多了冒号，或者缩进不齐"),
    ("dongzhi-2021/people.yaml", "    means: 户口在本县", "   means: 户口在本县", "   means: 户口在", "缩进和上面的不齐"),
    ("hefei-2021/money.yaml", "    clause: 三\n", "   clause: 三\n", "   clause: 三", "缩进和上面的不齐"),
    ("suixi-2022/people.yaml", "  - name: 退役军人\n", "  -name: 退役军人\n", "-name", "短横线“-”后面要有一个空格"),
    ("silence/pack.yaml", "  - {name: 特困人员", "  -{name: 特困人员", "-{name", "短横线“-”后面要有一个空格"),
    ("shitan-2031/people.yaml", "  - {name: 脱贫人口", "  —{name: 脱贫人口", "—{name", "缩进和上面的不齐"),
    ("suixi-2022/people.yaml", "  - name: 外地户籍", "  － name: 外地户籍", "－ name", "列表的短横线应是半角"),
    # brackets, commas, quotes
    ("suixi-2022/money.yaml", "{full: true, payer: 同级财政}", "{full: true, payer: 同级财政", "{full", "括号没有配对"),
    ("suixi-2022/money.yaml", "{full: true, payer: 同级财政}", "{full: true, payer: 同级财政)", "{full", "括号没有配对"),
    ("suixi-2022/money.yaml", "{full: true, payer: 同级财政}", "{full: true, payer: 同级财政]", "{full", "“{ }”里写错了"),
    ("suixi-2022/money.yaml", "{yuan: 280, payer", "{yuan: 280， payer", "280，", "各项之间用半角逗号"),
    ("hefei-2021/people.yaml", "presumed_unless: [外地户籍, 外籍]", "presumed_unless: [外地户籍, 外籍", "presumed_unless", "括号没有配对"),
    ("hefei-2021/people.yaml", "presumed_unless: [外地户籍, 外籍]", "presumed_unless: [外地户籍, 外籍】", "presumed_unless", "括号没有配对"),
    ("hefei-2021/people.yaml", "presumed_unless: [外地户籍, 外籍]", "presumed_unless: [外地户籍，外籍]", "presumed_unless", "分开写成几项"),
    ("suixi-2022/time.yaml", "when: {any_traits: [返乡农民工]}", "when: ｛any_traits: [返乡农民工]}", "｛any", "括号应是半角"),
    ("suixi-2022/money.yaml", "clause: 四（二）", 'clause: "四（二）', 'clause: "四', "引号没有配对"),
    ("hefei-2020/time.yaml", "afterwards: 集中", "afterwards: '集中", "afterwards: '", "引号没有配对"),
    ("suixi-2022/document.yaml", "issuer: 濉溪县", "issuer: @濉溪县", "@濉溪县", "要加引号"),
    ("suixi-2022/document.yaml", "issuer: 濉溪县", "issuer: *濉溪县", "*濉溪县", "要加引号"),
    ("hefei-2021/work.yaml", "name: “合肥医保”微信公众号", 'name: "合肥医保"微信公众号', '"合肥医保"', "半角逗号"),
    ("suixi-2022/document.yaml", "issuer: 濉溪县人民政府办公室", "issuer: &a 濉溪县人民政府办公室\n  number: *a", "&a", "不用锚点"),
    ("hefei-2020/document.yaml", "contacts:", "---\ncontacts:", "---", "一个文件里只能有一份内容"),
    ("hefei-2020/document.yaml", "issuer: 合肥市", "issuer: 合肥\x07市", "issuer", "看不见的控制字符"),
    # the shape
    ("hefei-2020/document.yaml", "contacts:", "contact:", "contact:", "不认识的键 contact，是不是 contacts？"),
    ("suixi-2022/money.yaml", "pays_yuan: 40", "pay_yuan: 40", "pay_yuan", "不认识的键 pay_yuan，是不是 pays_yuan？"),
    ("hefei-2021/money.yaml", "payer: 医疗救助基金}", "payor: 医疗救助基金}", "payor", "是不是 payer？"),
    ("suixi-2022/time.yaml", "starts: {from: birth}", "start: {from: birth}", "start: ", "是不是 starts？"),
    ("lapses/pack.yaml", "each_lapsed_year", "each_lapse_year", "each_lapse_year", "是不是 each_lapsed_year？"),
    ("incentives-and-refunds/pack.yaml", "ceiling_yuan: 2000", "celing_yuan: 2000", "celing_yuan", "是不是 ceiling_yuan？"),
    ("hefei-2021/examples.yaml", "pays_yuan: 0", "pays: 0", "pays: 0", "不认识的键 pays"),
    ("waits/pack.yaml", "left_at_most", "left_within", "left_within", "不认识的键 left_within"),
    ("suixi-2022/money.yaml", "subsidies:", "subsidy:", "subsidy:", "不认识的键 subsidy，是不是 subsidies？"),
    ("hefei-2021/document.yaml", "  place: 合肥市\n", "", "document:", "缺少 place（适用的地方）"),
    ("hefei-2021/people.yaml", "    means: 户口不在本市\n", "", "- name: 外地户籍", "缺少 means"),
    ("shitan-2031/money.yaml", "allowed: any_time, of: later", "allowed: any_time, of:", "缴了两次", "of 没有填"),
    ("categories-by-condition/pack.yaml", "{who: 本县居民, when: {}, clause: 一}", "{who: 本县居民, clause: 一}", "本县居民", "缺少 when"),
    ("suixi-2022/document.yaml", "place: 濉溪县", "place:", "place:", "place 没有填"),
    ("hefei-2021/money.yaml", "rule: most_favourable", "rule: best", "rule: best", "rule 应是 most_favourable、"),
    ("suixi-2022/time.yaml", "{from: birth}", "{from: born}", "from: born", "from 应是 period、"),
    ("hefei-2021/time.yaml", "paid: in_window", "paid: window", "paid: window", "paid 应是 in_window、"),
    ("incentives-and-refunds/pack.yaml", "of: later", "of: last", "of: last", "of 应是 all、"),
    ("suixi-2022/money.yaml", "full: true", "full: 是", "full: 是", "full 应是 true，而不是“是”"),
    ("suixi-2022/money.yaml", "no_subsidy: true", "no_subsidy: false", "no_subsidy", "不适用就不写这个键"),
    ("several-lines/pack.yaml", "by_choice: true", "by_choice: 自愿", "by_choice: 自愿", "by_choice 应是 true 或 false，而不是“自愿”"),
    ("suixi-2022/people.yaml", "aliases: [持居住证]", "aliases: 持居住证", "aliases: 持居", "aliases 应是列表，写成 [持居住证]"),
    ("hefei-2021/people.yaml", "when: {all_traits: [本地户籍]}", "when: [本地户籍]", "when: [本地", "when 应是“键: 值”"),
    ("hefei-2021/people.yaml", "when: {all_traits: [本地户籍]}", "when: 本地户籍", "when: 本地", "when 应是“键: 值”，而不是“本地户籍”"),
    ("suixi-2022/work.yaml", "population: 94903", "population: 九万", "九万", "population 应是整数，而不是“九万”"),
    ("hefei-2021/time.yaml", "due_day: 5", "due_day: 五日", "五日", "due_day 应是整数"),
    ("prices-by-age/pack.yaml", "{under: 18}", "{under: 18岁}", "18岁", "under 应是整数，而不是“18岁”"),
    ("suixi-2022/people.yaml", "    department: 残联\n", "    department: [残联]\n", "department: [残联]", "department 应是文字"),
    ("hefei-2021/work.yaml", "categories: [返贫致贫人口, 脱贫不稳定人口]", "categories: 返贫致贫人口", "categories: 返贫", "应是列表，写成 [返贫致贫人口]"),
    ("suixi-2022/document.yaml", "  place: 濉溪县", "  place: 濉溪县\n  place: 淮北市", "淮北市", "place 写了两次"),
    ("hefei-2020/money.yaml", "combination:", "standards:  # 又写", "# 又写", "主题 standards 已写在 money.yaml:"),
    ("suixi-2022/work.yaml", "roster_additions:", "household: {}\nlines: []\ncategories: []\nroster_additions:", "categories: []", "主题 categories 已写在 people.yaml"),
    ("hefei-2020/examples.yaml", "examples:", "- examples:", "- examples:", "每个文件的最外层应是“主题: 内容”"),
    ("silence/pack.yaml", "standards:", "standard:", "standard:", "不认识的键 standard，是不是 standards？"),
    ("hefei-2020/money.yaml", "rule: most_favourable", "rule: 待填", "rule:", "待填：rule"),
]

FIGURES: list[Row] = [
    # shapes of figures
    ("suixi-2022/money.yaml", "individual_yuan: 320", "individual_yuan: 32O", "32O", "“32O”不是金额"),
    ("suixi-2022/money.yaml", "yuan: 280", "yuan: 280元", "280元", "“280元”不是金额"),
    ("suixi-2022/money.yaml", "pays_yuan: 40", "pays_yuan: -40", "-40", "金额不能小于零"),
    ("suixi-2022/money.yaml", "pays_yuan: 40", "pays_yuan: 40.005", "40.005", "最多两位小数"),
    ("suixi-2022/money.yaml", "total_yuan: 900", "total_yuan: 9e2", "9e2", "“9e2”不是金额"),
    ("suixi-2022/money.yaml", "total_yuan: 900", "total_yuan: 90000000000000000", "total_yuan", "不是金额"),
    ("hefei-2021/work.yaml", "on_reaching_yuan: 200000", "on_reaching_yuan: 20万", "20万", "“20万”不是金额"),
    ("hefei-2021/money.yaml", "rate: 90%", "rate: 90", "rate: 90,", "“90”不是比例，请写成 90%"),
    ("hefei-2021/money.yaml", "rate: 90%", "rate: 0.9", "rate: 0.9", "“0.9”不是比例"),
    ("hefei-2021/money.yaml", "rate: 90%", "rate: 九成", "九成", "“九成”不是比例"),
    ("hefei-2021/money.yaml", "rate: 90%", "rate: 190%", "190%", "“190%”超过 100%"),
    ("hefei-2021/money.yaml", "rate: 90%", "rate: -10%", "-10%", "“-10%”不是比例"),
    ("suixi-2022/time.yaml", "{paid_within_of_birth: 90天}", "{paid_within_of_birth: 90}", "birth: 90}", "“90”不是时间长度"),
    ("suixi-2022/time.yaml", "left_at_most: 3个月", "left_at_most: 3月", "3月}", "“3月”不是时间长度"),
    ("dongzhi-2021/time.yaml", "{paid_within_of_birth: 3个月}", "{paid_within_of_birth: 三个月}", "三个月}", "“三个月”不是时间长度"),
    ("hefei-2021/work.yaml", "remit_within: 30天", "remit_within: 0天", "0天", "remit_within 是 0天，等于没有"),
    ("hefei-2021/work.yaml", "    remit_within: 30天\n    on_reaching_yuan: 200000\n", "", "cash:", "cash 至少要有一项"),
    ("suixi-2022/time.yaml", "plus: 1天", "plus: 0天", "plus: 0天", "plus 是 0天，等于没有"),
    ("hefei-2021/time.yaml", "first: 2021-09-01", "first: 2021-9-1", "2021-9-1", "不是日期，请写成 年-月-日"),
    ("hefei-2021/time.yaml", "first: 2021-09-01", "first: 2021年9月1日", "2021年9月1日", "不是日期，请写成 年-月-日"),
    ("hefei-2021/time.yaml", "first: 2021-09-01", "first: 2021-09-31", "2021-09-31", "不是日历上的日期"),
    ("hefei-2021/time.yaml", "last: 2021-12-31\n  clause: 四", "last: 0221-12-31\n  clause: 四", "0221", "年份不对"),
    ("suixi-2022/time.yaml", "until: 2022-02-28", "until: 2022-02-30", "2022-02-30", "不是日历上的日期"),
    ("hefei-2021/work.yaml", "as_of_month: 2021-08", "as_of_month: 2021-8", "as_of_month: 2021-8", "“2021-8”不是月份"),
    ("hefei-2021/work.yaml", "as_of_month: 2021-08", "as_of_month: 2021-13", "2021-13", "“2021-13”不是月份"),
    ("hefei-2021/time.yaml", "due_day: 5", "due_day: 32", "due_day", "每月没有 32 日"),
    ("hefei-2021/time.yaml", "every_month_on: 20", "every_month_on: 0", "every_month_on", "每月没有 0 日"),
    ("prices-by-age/pack.yaml", "{under: 18}", "{under: 180}", "180", "年龄不对：180"),
    ("suixi-2022/work.yaml", "people: 93954", "people: -93954", "-93954", "人数不能小于零"),
    ("suixi-2022/document.yaml", "place_code: 340621", "place_code: 34062", "34062", "place_code：“34062”的写法不对，应是六位数字"),
    ("suixi-2022/document.yaml", "place_code: 340621", "place_code: 濉溪", "place_code: 濉溪", "应是六位数字"),
    ("lapses/pack.yaml", "free_years: 1", "free_years: -1", "free_years: -1", "不能小于零"),
    ("several-lines/examples.yaml", "repaired_years: 2", "repaired_years: 两年", "两年,", "应是不小于零的整数"),
    # wrong figures that the pack itself contradicts
    ("suixi-2022/money.yaml", "individual_yuan: 320", "individual_yuan: 230", "total_yuan", "筹资标准写 900，个人加财政是 810"),
    ("suixi-2022/money.yaml", "total_yuan: 900", "total_yuan: 990", "990", "个人加财政是 900"),
    ("suixi-2022/money.yaml", "government_yuan: 580", "government_yuan: 850", "total_yuan", "个人加财政是 1170"),
    ("suixi-2022/money.yaml", "yuan: 280", "yuan: 380", "yuan: 380", "资助 380 元，超过个人缴费标准 320 元"),
    ("suixi-2022/money.yaml", "yuan: 280", "yuan: 208", "pays_yuan: 40", "个人应缴写 40，标准减去资助是 112"),
    ("suixi-2022/money.yaml", "pays_yuan: 70", "pays_yuan: 77", "pays_yuan: 77", "个人应缴写 77，标准减去资助是 70"),
    ("hefei-2021/money.yaml", "rate: 80%", "rate: 85%", "pays_rate: 20%", "比例合计 105%，应为 100%"),
    ("hefei-2021/money.yaml", "pays_rate: 10%", "pays_rate: 1%", "pays_rate: 1%", "比例合计 91%，应为 100%"),
    ("dongzhi-2021/money.yaml", "pays_yuan: 112", "pays_yuan: 121", "pays_yuan: 121", "标准减去资助是 112"),
    ("huilong-2020/money.yaml", "{yuan: 250, payer: 卫健部门}", "{yuan: 750, payer: 卫健部门}", "yuan: 750", "超过一档的个人缴费标准 250 元"),
    ("huilong-2020/money.yaml", "pays_yuan: 375", "pays_yuan: 357", "pays_yuan: 357", "个人应缴写 357，标准减去资助是 375"),
    ("subsidy-kinds/pack.yaml", "省级财政: 50%, 市级财政: 25%", "省级财政: 50%, 市级财政: 35%", "市级财政: 35%", "几方分担的比例合计 110%"),
    ("subsidy-kinds/pack.yaml", "县级财政: 25%}", "县级财政: 20%}", "县级财政: 20%", "几方分担的比例合计 95%"),
    ("hekou-2031/money.yaml", "{市财政: 50%, 区财政: 50%}}\n    clause: 三（一）", "{市财政: 50%, 区财政: 5%}}\n    clause: 三（一）", "区财政: 5%", "几方分担的比例合计 55%"),
    ("subsidy-kinds/pack.yaml", "at_most_yuan: 300", "at_most_yuan: 0", "at_most_yuan: 0", "at_most_yuan 是零"),
    ("subsidy-kinds/pack.yaml", "{yuan: 300, payer: 医疗救助基金}", "{yuan: 300, at_most_yuan: 30, payer: 医疗救助基金}", "at_most_yuan: 30,", "最多 30 元，少于定额 300 元"),
    ("taper-by-year/pack.yaml", "rate: 10%", "rate: 0%", "rate: 0%", "rate 是零，等于没有资助"),
    ("several-lines/pack.yaml", "subsidy: {yuan: 200, payer", "subsidy: {yuan: 2000, payer", "yuan: 2000,", "超过个人缴费标准 400 元"),
    ("several-lines/pack.yaml", "line: 长期护理保险, subsidy: {full: true, payer", "line: 长期护理保险, subsidy: {yuan: 200, payer", "低保长护", "超过长期护理保险的个人缴费标准 20 元"),
    ("prices-by-age/pack.yaml", "standards:\n", "subsidies:\n  - {category: 优待老人, when: {age: {at_least: 60}}, subsidy: {yuan: 390, payer: 民政局}, clause: 二}\nstandards:\n", "390", "资助 390 元，超过个人缴费标准 380 元"),
    ("tiers-by-household/pack.yaml", "{yuan: 200, payer: 残联}", "{yuan: 320, payer: 残联}", "yuan: 320", "超过一档的个人缴费标准 300 元"),
    ("silence/pack.yaml", "clause: 二（一）}", "total_yuan: 390, clause: 二（一）}", "total_yuan: 390", "筹资标准写 390，比其中的 400 还少"),
    ("suixi-2022/work.yaml", "people: 93954", "people: 93945", "93945", "濉溪镇 的任务数写 93945，人口乘参保率得 93954"),
    ("suixi-2022/work.yaml", "total_people: 1130260", "total_people: 1130206", "1130206", "合计写 1130206，各行之和是 1130260"),
    ("suixi-2022/work.yaml", "population: 137849", "population: 173849", "173849", "铁佛镇 的任务数写 136471"),
    ("yunling-county-2031/pack.yaml", "total_population: 8000", "total_population: 80000", "80000", "合计写 80000，各行之和是 8000"),
    # wrong figures that a worked answer contradicts
    ("hefei-2021/money.yaml", "rate: 80%, payer: 医疗救助基金}\n    pays_rate: 20%", "rate: 70%, payer: 医疗救助基金}\n    pays_rate: 30%", "examples.yaml|pays_yuan: 64", "个人应缴应为 64元，按规则得 96元"),
    ("hefei-2021/examples.yaml", "pays_yuan: 64", "pays_yuan: 46", "pays_yuan: 46", "个人应缴应为 46元，按规则得 64元"),
    ("hefei-2021/examples.yaml", "shares_yuan: {医疗救助基金: 256}", "shares_yuan: {医疗救助基金: 265}", "265", "资助应为 医疗救助基金265元，按规则得 医疗救助基金256元"),
    ("suixi-2022/examples.yaml", "covered_from: 2022-02-11", "covered_from: 2022-02-10", "covered_from: 2022-02-10", "待遇开始应为 2022-02-10，按规则得 2022-02-11"),
    ("suixi-2022/examples.yaml", "covered_until: 2022-12-31", "covered_until: 2021-12-31", "covered_until: 2021", "待遇结束应为 2021-12-31"),
    ("suixi-2022/examples.yaml", "individual_yuan: 320", "individual_yuan: 300", "individual_yuan: 300", "个人缴费标准应为 300元"),
    ("suixi-2022/examples.yaml", "government_yuan: 580", "government_yuan: 550", "government_yuan: 550", "财政补助应为 550元"),
    ("suixi-2022/examples.yaml", "refused: window_closed", "refused: window_not_open", "refused: window_not_open", "是否拒绝应为 window_not_open，按规则得 window_closed"),
    ("suixi-2022/examples.yaml", "    assumed: true", "    assumed: false # 改", "# 改", "带有假定应为 否，按规则得 是"),
    ("suixi-2022/examples.yaml", "people: 93954", "people: 93955", "people: 93955", "任务数应为 93955，按规则得 93954"),
    ("several-lines/examples.yaml", "lines_yuan: {基本医保: 400, 长期护理保险: 20}", "lines_yuan: {基本医保: 420}", "{基本医保: 420}", "账单各项应为 基本医保420元"),
    ("hekou-2031/examples.yaml", "enjoys: 三档", "enjoys: 二档", "enjoys: 二档", "享受待遇应为 二档，按规则得 三档"),
    ("shitan-2031/examples.yaml", "refund: later", "refund: earlier", "refund: earlier", "退费应为 earlier，按规则得 later"),
    ("yunling-county-2031/examples.yaml", "paid_back_yuan: {认定地: 240}", "paid_back_yuan: {认定地: 480}", "paid_back_yuan", "先缴后返应为 认定地480元"),
    ("shitan-2031-amended/pack.yaml", "holds_from: 2030-11-15", "holds_from: 2030-11-14", "examples.yaml|修改前一天缴的", "个人应缴应为 180元，按规则得 150元"),
]

NAMES: list[Row] = [
    ("suixi-2022/money.yaml", "category: 返贫致贫人口", "category: 反贫致贫人口", "反贫", "没有声明身份“反贫致贫人口”"),
    ("suixi-2022/money.yaml", "category: 低保对象", "category: 低保户", "category: 低保户", "它是“低保对象”的别名；规则里写正式名称"),
    ("suixi-2022/time.yaml", "any_traits: [返乡农民工]", "any_traits: [返乡民工]", "返乡民工", "没有声明情况“返乡民工”"),
    ("suixi-2022/time.yaml", "any_traits: [返乡农民工]", "any_traits: [返乡务工人员]", "[返乡务工人员]", "它是“返乡农民工”的别名"),
    ("suixi-2022/people.yaml", "presumed_unless: [外地户籍]", "presumed_unless: [外县户籍]", "外县户籍", "没有声明情况“外县户籍”"),
    ("huilong-2020/money.yaml", "when: {tier: 一档, any", "when: {tier: 1档, any", "tier: 1档,", "没有“1档”这一档；standards 里有：一档、二档"),
    ("huilong-2020/money.yaml", "cap_tier: 一档", "cap_tier: 三档", "cap_tier", "没有“三档”这一档"),
    ("huilong-2020/money.yaml", "of_tier: 一档, payer: 扶贫部门}", "of_tier: 甲档, payer: 扶贫部门}", "甲档", "没有“甲档”这一档"),
    ("tier-paid-and-enjoyed/pack.yaml", "enjoys: 三档", "enjoys: 四档", "enjoys: 四档", "没有“四档”这一档"),
    ("several-lines/pack.yaml", "{line: 互助保障,", "{line: 互助保险,", "互助保险", "账单上没有“互助保险”这一项"),
    ("several-lines/pack.yaml", "line: 长期护理保险, subsidy", "line: 长护险, subsidy", "长护险", "账单上没有“长护险”这一项"),
    ("several-lines/pack.yaml", "lines: [基本医保, 长期护理保险]", "lines: [医保, 长期护理保险]", "lines: [医保", "账单上没有“医保”这一项"),
    ("several-lines/pack.yaml", "- {individual_yuan: 400, gov", "- {line: 基本医保, individual_yuan: 400, gov", "line: 基本医保", "基本医保的标准不写 line"),
    ("payer-by-grade-and-place/pack.yaml", "重度残疾人员（二级）", "重度残疾人员（三级）", "（三级）", "没有等级“三级”；它的 grades 里有：一级、二级"),
    ("payer-by-grade-and-place/pack.yaml", "重度残疾人员（一级）", "重度残疾人员(一级)", "(一级)", "括号应是全角：重度残疾人员（一级）"),
    ("categories-by-condition/pack.yaml", "all_categories: [重度残疾人员（一级）]", "all_categories: [重残（一级）]", "重残（一级）", "没有声明身份“重残（一级）”"),
    ("hefei-2021/time.yaml", "categories: [特困供养人员, 社会", "categories: [特困人员, 社会", "categories: [特困人员", "它是“特困供养人员”的别名"),
    ("hefei-2021/work.yaml", "categories: [计划生育特殊家庭父母]", "categories: [计划生育家庭]", "[计划生育家庭]", "没有声明身份“计划生育家庭”"),
    ("huilong-2020/money.yaml", "no_categories: [一至六级残疾军人]", "no_categories: [一级残疾军人]", "一级残疾军人]", "没有声明身份“一级残疾军人”"),
    ("taper-by-year/pack.yaml", "held: {category: 脱贫人口, less", "held: {category: 脱贫户, less", "脱贫户", "没有声明身份“脱贫户”"),
    ("payer-by-grade-and-place/pack.yaml", "clause: 二（一）}\n  - {category", "when: {held: {category: 重度残疾人员（一级）, at_least: 1年}}, clause: 二（一）}\n  - {category", "held", "held 只写身份“重度残疾人员”"),
    ("categories-by-condition/pack.yaml", "subsidy: {full: true, payer: 县级财政}", "when: {held: {category: 高龄重残人员, at_least: 1年}}, subsidy: {full: true, payer: 县级财政}", "held", "“高龄重残人员”不由名册认定"),
    ("hefei-2021/people.yaml", "aliases: [散居孤儿, 孤儿]", "aliases: [散居孤儿, 特困]", "散居孤儿, 特困", "“特困”既是“社会散居孤儿”又是“特困供养人员”的写法"),
    ("hefei-2021/people.yaml", "aliases: [散居孤儿, 孤儿]", "aliases: [散居孤儿, 散居孤儿]", "散居孤儿, 散居孤儿", "“散居孤儿”写了两次"),
    ("suixi-2022/people.yaml", "- name: 稳定脱贫人口", "- name: 监测人口  # 又写", "# 又写", "“监测人口”写了两次"),
    ("huilong-2020/money.yaml", "aliases: [2档, 第二档, 二]", "aliases: [2档, 一档, 二]", "2档, 一档", "“一档”既是“二档”又是“一档”的写法"),
    ("hefei-2020/people.yaml", "aliases: [持居住证]", "aliases: [外籍]", "aliases: [外籍]", "“外籍”既是“居住证”又是“外籍”的写法"),
    ("incentives-and-refunds/pack.yaml", "reason: 外地参保", "reason: 死亡", "of: earlier", "“死亡”写了两次"),
    ("several-lines/pack.yaml", "{name: 互助保障, by_choice: true", "{name: 长期护理保险, by_choice: true", "{name: 长期护理保险, by_choice", "“长期护理保险”写了两次"),
    ("several-lines/pack.yaml", "{name: 互助保障, by_choice: true", "{name: 基本医保, by_choice: true", "{name: 基本医保", "“基本医保”总在账单上"),
    ("hefei-2021/money.yaml", "categories: [低保对象, 低收入家庭老年人]", "categories: [低保对象, 低保对象, 低收入家庭老年人]", "低保对象, 低保对象", "categories 里“低保对象”写了两次"),
    ("suixi-2022/money.yaml", "  - category: 稳定脱贫人口\n    no_subsidy: true\n    clause: 四（四）\n    says: 没有纳入监测的稳定脱贫人口不再资助。\n", "", "people.yaml|- name: 稳定脱贫人口", "身份“稳定脱贫人口”没有任何规则"),
    ("suixi-2022/people.yaml", "    department: 退役军人事务部门\n    clause: 四（五）\n", "    clause: 四（五）\n", "- name: 重点优抚对象", "由谁认定：按名册的写 department"),
    ("categories-by-condition/pack.yaml", "when: {age: {at_least: 60}, all_categories: [重度残疾人员（一级）]}", "department: 残联\n    when: {age: {at_least: 60}, all_categories: [重度残疾人员（一级）]}", "- name: 高龄重残人员", "二者选一"),
    ("categories-by-condition/pack.yaml", "no_categories: [特困人员]}", "no_categories: [特困人员]}\n    grades: [一级]", "- name: 非特困的低保对象", "按条件的身份没有等级"),
    ("categories-by-condition/pack.yaml", "no_categories: [特困人员]}", "no_categories: [特困人员]}\n    decided: {in_window: paid}", "decided", "按条件的身份不看名册"),
    ("categories-by-condition/pack.yaml", "all_categories: [重度残疾人员（一级）]}", "all_categories: [高龄重残人员]}", "all_categories: [高龄", "身份“高龄重残人员”的条件绕了一圈"),
    ("categories-by-condition/pack.yaml", "categories:\n", "categories:\n  - {name: 绕一, when: {any_categories: [绕二]}, clause: 二}\n  - {name: 绕二, when: {any_of: [{no_categories: [绕一]}]}, clause: 二}\n", "{name: 绕二", "身份“绕二”的条件绕了一圈"),
    ("categories-on-rosters/pack.yaml", "outside_grades: [三级, 四级]", "outside_grades: [二级, 三级, 四级]", "outside_grades", "“二级”既在 grades（算）又在 outside_grades（不算）里"),
    ("categories-on-rosters/pack.yaml", "    grades: [一级, 二级]\n", "", "aliases_with_grade", "要写明等级才算，而这个身份没有 grades"),
    ("hefei-2020/people.yaml", "when: {all_traits: [在校学生]}", "when: {all_traits: [在校学生], age: {under: 30}}", "under: 30", "参保资格只看情况和身份"),
    ("huilong-2020/people.yaml", "eligible:\n", "eligible:\n  - {who: 二档的人, when: {tier: 二档}, clause: 二}\n", "二档的人", "参保资格不看选了哪一档"),
    # clauses
    ("suixi-2022/money.yaml", "    clause: 四（一）\n    derived", "    derived", "- category: 特困人员", "缺少出处"),
    ("hefei-2021/time.yaml", "  clause: 四\n", "", "collection_window", "缺少出处"),
    ("several-lines/pack.yaml", "by_choice: true, clause: 二（三）}", "by_choice: true}", "互助保障", "缺少出处"),
    ("hefei-2021/people.yaml", "  in_employee_scheme:\n    clause: 二\n", "  in_employee_scheme:\n", "in_employee_scheme", "缺少出处"),
    ("suixi-2022/money.yaml", "clause: 四（一）", "clause: 第四条", "第四条", "“第四条”不是条款号"),
    ("suixi-2022/money.yaml", "clause: 四（一）", "clause: 四(一)", "四(一)", "括号应是全角：四（一）"),
    ("suixi-2022/money.yaml", "clause: 四（一）", "clause: 4.1", "4.1", "“4.1”不是条款号"),
    ("suixi-2022/examples.yaml", "clause: 四（一）", "clause: 四-一", "四-一", "“四-一”不是条款号"),
    ("suixi-2022/money.yaml", "clause: 四（二）", "clause: 四(二)", "四(二)", "“四(二)”的括号应是全角：四（二）"),
    ("suixi-2022/examples.yaml", "clause: 四（一）", "clause: 四(一)、四(二)", "四(一)", "“四(一)、四(二)”请写成 四（一）、四（二）：括号用全角"),
    ("suixi-2022/document.yaml", "clauses: [一, 八]", "clauses: [七（一）、七（二）]", "clauses", "“七（一）、七（二）”是几个条款，列表里分开写：[七（一）, 七（二）]"),
    ("suixi-2022/money.yaml", "clause: 四（二）", "clause: [四（二）、四（三）]", "clause: [", "clause 应是文字，不是列表；几处用顿号：四（二）、四（三）"),
    ("suixi-2022/money.yaml", "category: 低保对象", 'categories: ["低保对象、返贫致贫人口"]', "低保对象、", "是几个名称的，分开写成几项：[低保对象, 返贫致贫人口]"),
    ("suixi-2022/examples.yaml", "categories: [低保对象]", 'categories: ["低保对象、返贫致贫人口"]', "低保对象、", "是几个名称的，分开写成几项：[低保对象, 返贫致贫人口]"),
    ("yunling-province-2031/money.yaml", "clause: 二（一）、二（五）", "clause: 二（一），二（五）", "二（一），", "请写成 二（一）、二（五）"),
    ("suixi-2022/time.yaml", "derived: {plus: 通知写的是次日}", "derived: {puls: 通知写的是次日}", "puls", "derived 里的 puls 不是这条规则的键"),
    ("suixi-2022/money.yaml", "    clause: 四（二）", "    clause: 四（二）\n    notice: 省里的", "notice", "notice 由程序填写"),
]

MONEY: list[Row] = [
    ("suixi-2022/money.yaml", "{yuan: 280, payer: 同级财政}", "{yuan: 280, rate: 90%, payer: 同级财政}", "rate: 90%", "四者选一"),
    ("suixi-2022/money.yaml", "{full: true, payer: 同级财政}", "{payer: 同级财政}", "{payer: 同级财政}", "四者选一"),
    ("suixi-2022/money.yaml", "{full: true, payer: 同级财政}", "{full: true}", "{full: true}", "谁付：payer（一方）"),
    ("subsidy-kinds/pack.yaml", "{full: true, payers: {省", "{full: true, payer: 省级财政, payers: {省", "payer: 省级财政, payers", "谁付：payer（一方）"),
    ("waived-and-paid-back/pack.yaml", "{full: true, waived: true}", "{full: true, waived: true, payer: 县财政}", "县财政", "四者选一"),
    ("waived-and-paid-back/pack.yaml", "{yuan: 100, waived: true}", "[{yuan: 100, waived: true}, {yuan: 50, payer: 县财政}]", "县财政", "免缴不能和别人支付的写在同一条里"),
    ("waived-and-paid-back/pack.yaml", "{yuan: 100, waived: true}", "{yuan: 100, waived: true}, paid_back: true", "waived: true}, paid_back", "免缴的没有缴，也就没有返还"),
    ("waived-and-paid-back/pack.yaml", "    paid_back: true\n    also", "    also", "- category: 退捕渔民", "同时写 paid_back: true"),
    ("suixi-2022/money.yaml", "    no_subsidy: true", "    no_subsidy: true\n    unknown: 另行通知\n    ask: 县医保局", "- category: 稳定脱贫人口", "三者选一"),
    ("suixi-2022/money.yaml", "    no_subsidy: true\n", "", "- category: 稳定脱贫人口", "三者选一"),
    ("suixi-2022/money.yaml", "    ask: 县医保局\n", "", "- categories: [重点优抚对象", "要写 ask：应向谁询问"),
    ("suixi-2022/money.yaml", "    pays_yuan: 40", "    pays_yuan: 40\n    ask: 县医保局", "ask: 县医保局", "ask 和 unknown（金额不知道）一起写"),
    ("suixi-2022/money.yaml", "subsidy: {yuan: 280, payer: 同级财政}", "subsidy: {yuan: 280}\n    payer: 同级财政", "    payer: 同级财政", "payer 写进 subsidy 的括号里"),
    ("suixi-2022/money.yaml", "    ask: 县医保局", "    ask: 县医保局\n    pays_yuan: 100", "pays_yuan: 100", "pays_yuan 和 unknown 只写一个"),
    ("subsidy-kinds/pack.yaml", "      - {rate: 60%, payer: 省级财政}\n", "", "of_rest", "“其余”前面没有别的支付方"),
    ("subsidy-kinds/pack.yaml", "{rate: 50%, of_rest: true", "{yuan: 50, of_rest: true", "of_rest", "of_rest 和 rate 一起写"),
    ("hekou-2031/money.yaml", "{rate: 20%, of_tier: 一档, payers", "{rate: 20%, of_rest: true, of_tier: 一档, payers", "of_rest", "of_rest（剩下的）和 of_tier（某一档的价格）只写一个"),
    ("tiers-by-household/pack.yaml", "{rate: 80%, of_tier: 一档", "{yuan: 80, of_tier: 一档", "yuan: 80,", "of_tier 和 full 或 rate 一起写"),
    ("subsidy-kinds/pack.yaml", "      - {rest: true, payer: 县级财政}", "      - {rest: true, payer: 县级财政}\n      - {rate: 50%, of_rest: true, payer: 乡镇}", "乡镇", "轮不到：前面各方已经付完了"),
    ("subsidy-kinds/pack.yaml", "{rate: 60%, payer: 省级财政}", "{full: true, payer: 省级财政}", "of_rest", "轮不到：前面各方已经付完了"),
    ("suixi-2022/money.yaml", "  - category: 返贫致贫人口", "  - category: 低保对象  # 又写", "# 又写", "身份“低保对象”有两条规则，没有写先后：另一条是第 2 条"),
    ("payer-by-grade-and-place/pack.yaml", "category: 重度残疾人员（二级）", "category: 重度残疾人员", "category: 重度残疾人员,", "身份“重度残疾人员”有两条规则，没有写先后"),
    ("taper-by-year/pack.yaml", "at_least: 1年, less_than: 2年", "less_than: 2年", "name: 第二年", "身份“脱贫人口”有两条规则，没有写先后"),
    ("tiers-by-household/pack.yaml", "when: {tier: 二档}, subsidy", "subsidy", "残疾二档", "有两条规则，没有写先后"),
    ("payer-by-grade-and-place/pack.yaml", "recognised: here, ", "", "- name: 外地低保", "有两条规则，没有写先后"),
    ("taper-by-year/pack.yaml", "benefit_years: [2032]", "benefit_years: [2031]", "搬迁2032", "有两条规则，没有写先后"),
    ("huilong-2020/money.yaml", "    when: {tier: 二档, any_traits: [本地户籍]}\n", "    when: {any_traits: [本地户籍]}\n", "城乡孤儿, 重度残疾人员", "有两条规则，没有写先后"),
    ("huilong-2020/money.yaml", "payers: [医疗救助部门, 卫健部门, 扶贫部门]", "payers: [医疗救助部门, 卫健部门]", "- category: 未脱贫建档立卡人口", "支付方“扶贫部门”不在 combination 的 payers 里"),
    ("huilong-2020/money.yaml", "payers: [医疗救助部门, 卫健部门, 扶贫部门]", "payers: [医疗救助部门, 卫健部门, 扶贫部门, 民政部门]", "payers: [", "支付方“民政部门”没有任何资助"),
    ("huilong-2020/money.yaml", "payers: [医疗救助部门, 卫健部门, 扶贫部门]", "payers: [医疗救助部门, 卫健部门, 扶贫部门, 卫健部门]", "payers: [", "payers 里“卫健部门”写了两次"),
    ("huilong-2020/money.yaml", "  payers: [医疗救助部门, 卫健部门, 扶贫部门]\n", "", "combination:", "in_order 要写 payers"),
    ("huilong-2020/money.yaml", "rule: in_order", "rule: most_favourable", "cap_tier", "most_favourable 不用 cap_tier"),
    ("hefei-2021/money.yaml", "rule: most_favourable", "rule: most_favourable\n  ask: 市医保局", "ask: 市", "most_favourable 不用 ask"),
    ("hekou-2031/money.yaml", "ask: 市医保局, clause: 三}", "clause: 三}", "rule: not_said", "要写 ask：应向谁询问"),
    ("combine-stacking/pack.yaml", "clause: 一}", "same_payer_assumed: 没有写, clause: 一}", "same_payer", "stacking 不用 same_payer_assumed"),
    ("huilong-2020/money.yaml", "    subsidy: {yuan: 250, payer: 医疗救助部门}\n    pays_yuan: 0", "    only_if_nothing_before: true\n    subsidy: {yuan: 250, payer: 医疗救助部门}\n    pays_yuan: 0", "only_if_nothing_before", "“医疗救助部门”排在最前"),
    ("suixi-2022/money.yaml", "    pays_yuan: 40", "    pays_yuan: 40\n    only_if_nothing_before: true", "only_if", "支付方没有先后，only_if_nothing_before 不起作用"),
    ("huilong-2020/money.yaml", "  - tier: 二档\n    aliases: [2档, 第二档, 二]\n", "  - name: 二档\n", "- name: 二档", "都要写档次名称 tier"),
    ("suixi-2022/money.yaml", "    government_yuan: 580\n", "", "- individual_yuan", "财政补助：写 government_yuan"),
    ("silence/pack.yaml", "individual: {unknown: 大学生缴多少, ask: 学校}", "individual: {unknown: 大学生缴多少, ask: 学校}\n    individual_yuan: 400", "- name: 大学生", "个人缴费：写 individual_yuan"),
    ("suixi-2022/money.yaml", "    total_yuan: 900", "    total_yuan: 900\n    aliases: [一档]", "aliases", "aliases 是档次的其他写法"),
    ("tier-paid-and-enjoyed/pack.yaml", "enjoys: 三档", "enjoys: 一档", "enjoys: 一档", "享受的就是所缴的这一档"),
    ("several-lines/pack.yaml", "  - {line: 互助保障, individual_yuan: 50, clause: 二（三）}\n", "", "互助保障", "账单上的“互助保障”没有标准"),
    ("several-lines/pack.yaml", "times: repaired_years", "by_choice: true, times: repaired_years", "times", "by_choice 和 times 只写一个"),
    ("several-lines/pack.yaml", "- {individual_yuan: 400, gov", "- {line: 互助保障, individual_yuan: 400, gov", "standards:", "没有基本医保的标准"),
    ("prices-by-age/pack.yaml", "  - {name: 其他人, individual_yuan: 480, government_yuan: 670, clause: 二（四）}\n", "", "examples.yaml|- case: 待遇期第一天正好满十八岁", "是否拒绝应为 可以参保，按规则得 no_price"),
    ("prices-by-age/pack.yaml", "{name: 未成年人, when: {age: {under: 18}}, ind", "{name: 未成年人, ind", "name: 大学生", "这个标准永远轮不到：前面的第 1 个（未成年人）"),
    ("prices-by-age/pack.yaml", "when: {age: {at_least: 60}, any_categories: [优待老人]}", "when: {age: {at_least: 70}, any_categories: [优待老人]}", "examples.yaml|pays_yuan: 380", "个人应缴应为 380元，按规则得 480元"),
    ("prices-by-age/pack.yaml", "when: {any_traits: [在校大学生]}", "when: {any_traits: [在校大学生], age: {under: 16}}", "在校大学生]", "永远轮不到：前面的第 1 个（未成年人）"),
    ("prices-by-day/pack.yaml", "  - name: 早缴\n    when: {paid_until: 2030-10-31}", "  - name: 早缴\n    when: {paid_until: 2031-02-28}", "name: 全年", "永远轮不到"),
    ("hekou-2031/money.yaml", "{name: 二档早缴, tier: 二档, when: {paid_until: 2030-10-31},", "{name: 二档早缴, tier: 二档, when: {tier: 一档},", "二档早缴", "这是“二档”的标准，when 却要选别的档"),
    ("tiers-by-household/pack.yaml", "{category: 特困人员, subsidy: {full: true", "{category: 特困人员, line: 基本医保, when: {no_categories: [特困人员]}, subsidy: {full: true", "no_categories", "这条资助给“特困人员”，no_categories 又不许有它"),
    ("payer-by-grade-and-place/pack.yaml", "category: 重度残疾人员（二级）,", "categories: [重度残疾人员（二级）, 重度残疾人员（二级）],", "categories: [重度残疾人员（二级）", "写了两次"),
    ("combine-not-said/pack.yaml", "combination: {rule: not_said, ask: 县医保局, clause: 一}", "combination: {rule: in_order, payers: [民政局], clause: 一}", "combination:", "支付方“残联”不在 combination 的 payers 里"),
    ("categories-by-condition/pack.yaml", "{category: 非特困的低保对象, sub", "{category: 非特困的低保对象, recognised: elsewhere, sub", "elsewhere", "按条件的身份不由哪个地方认定"),
    ("several-lines/pack.yaml", "line: 长期护理保险, subsidy: {full", "line: 长期护理保险, when: {age: {under: 18}}, subsidy: {full", "低保长护", "这条资助没有对应的缴费标准"),
    ("incentives-and-refunds/pack.yaml", "    base_ceiling_yuan: 100000\n", "", "- name: 连续参保", "at_most_rate 和 base_ceiling_yuan 一起写"),
    ("incentives-and-refunds/pack.yaml", "years_in_row: {at_least: 4}", "years_in_row: {at_most: 4}", "- name: 连续参保", "满 4 年后的提高一次也得不到"),
    ("incentives-and-refunds/pack.yaml", "when: {claimed: false}", "when: {}", "{name: 上年没有报销", "没有条件，人人都有"),
    ("incentives-and-refunds/pack.yaml", "unknown: 按市里的文件, ask: 市医保局", "unknown: 按市里的文件", "献血, when", "要写 ask"),
    ("incentives-and-refunds/pack.yaml", "{reason: 外出, allowed: never", "{reason: 外出, allowed: never, until: 2031-01-01", "外出", "写了不退（never），就不写 until"),
    ("incentives-and-refunds/pack.yaml", "until: 2030-12-20", "until: 2030-08-20", "2030-08-20", "到 2030-08-20 还没有人缴费"),
    ("incentives-and-refunds/pack.yaml", "{reason: 死亡, allowed: before_period", "{reason: 死亡, allowed: before_period, until: 2031-03-01", "死亡", "before_period 已经更早截止"),
    ("incentives-and-refunds/pack.yaml", "allowed: in_period, of: earlier", "allowed: in_period, until: 2032-03-01, of: earlier", "2032-03-01", "in_period 已经更早截止"),
    ("incentives-and-refunds/pack.yaml", "unknown: 按税务的规定, ask", "allowed: never, unknown: 按税务的规定, ask", "出国", "二者选一"),
]

TIMES: list[Row] = [
    ("hefei-2021/time.yaml", "first: 2021-09-01", "first: 2022-09-01", "last: 2021-12-31", "结束（2021-12-31）早于开始（2022-09-01）"),
    ("hefei-2021/time.yaml", "first: 2022-01-01\n  last: 2022-12-31", "first: 2021-01-01\n  last: 2021-11-30", "last: 2021-11-30", "待遇期在集中缴费期之前就结束了"),
    ("suixi-2022/time.yaml", "until: 2022-02-28", "until: 2021-02-28", "2021-02-28", "与集中缴费期（到 2021-12-31）重叠"),
    ("suixi-2022/time.yaml", "until: 2022-02-28", "until: 2021-12-31", "until: 2021-12-31", "与集中缴费期（到 2021-12-31）重叠"),
    ("suixi-2022/time.yaml", "until: 2022-02-28", "until: 2023-02-28", "2023-02-28", "晚于待遇期最后一天 2022-12-31"),
    ("hefei-2021/time.yaml", "paid: in_window", "paid: in_window\n    until: 2021-10-31", "until", "until 只用于集中缴费期之后的情形"),
    ("suixi-2022/time.yaml", "    starts: {from: birth}\n", "", "- name: 新生儿九十天内", "起始：写 starts"),
    ("hefei-2021/time.yaml", "    ask: 市医疗保障局\n", "", "- name: 缴费期开始后出生的婴儿", "要写 ask：应向谁询问"),
    ("suixi-2022/time.yaml", "    starts: {from: birth}\n", "    starts: {from: birth}\n    ask: 县医保局\n", "ask: 县医保局", "ask 和 unknown（起始日不知道）一起写"),
    ("suixi-2022/time.yaml", "{born_since: window, paid_later_than_birth_by: 90天}", "{paid_later_than_birth_by: 90天}", "{paid_later", "否则所有大人都符合"),
    ("suixi-2022/time.yaml", "months_at_least: 2年", "months_at_least: 730天", "730天", "连续参保时间请用年或月"),
    ("suixi-2022/time.yaml", "when: {employee: {left_at_most: 3个月}}", "when: {employee: {}}", "employee: {}", "employee 里要写条件"),
    ("suixi-2022/time.yaml", "when: {employee: {left_longer_than: 3个月}}", "when: {employee: {left_longer_than: 3个月, left_at_most: 2个月}}", "left_longer_than: 3个月, left", "没有人中断不超过 2个月 又超过 3个月"),
    ("waits/pack.yaml", "when: {employee: {left_at_most: 3个月}}, starts", "starts", "- name: 离开职工医保较久", "永远轮不到：“刚离开职工医保”在前面"),
    ("windows-and-starts/pack.yaml", "when: {any_traits: [海员]}, until: 2031-02-28", "when: {any_traits: [外出务工]}, until: 2031-02-15", "name: 海员, when", "“海员”永远轮不到：“外出务工的”在前面"),
    ("suixi-2022/time.yaml", "when: {any_traits: [退役军人, 退役军人未就业配偶]}", "when: {all_traits: [返乡农民工, 退役军人]}\n    until: 2022-02-28", "- name: 退役军人及其", "永远轮不到：“返乡农民工等延长期”在前面"),
    ("newborns-by-days/pack.yaml", "when: {born_since: 2031-11-01, paid_within_of_birth: 90天}", "when: {paid_within_of_birth: 120天}", "name: 新生儿九十天内", "永远轮不到"),
    ("windows-and-starts/pack.yaml", "{name: 退役军人, when: {any_traits: [退役军人]}, paid: any_time", "{name: 退役军人, paid: any_time", "name: 补充缴费", "永远轮不到：“退役军人”在前面"),
    ("waits/pack.yaml", "when: {any_traits: [新迁入]}\n    until", "when: {any_of: [{any_traits: [退役军人]}, {any_categories: [低保对象]}]}\n    until", "- name: 新迁入的", "永远轮不到：“不等的人”在前面"),
    ("lapses/pack.yaml", "  - name: 集中缴费期以后参保\n", "  - {name: 集中, starts: {from: paid}, clause: 二}\n  - name: 集中缴费期以后参保\n", "- name: 集中缴费期以后参保", "永远轮不到：“集中”在前面"),
    ("windows-and-starts/pack.yaml", "paid_since: 2031-04-01", "paid_since: 2031-07-01", "2031-07-01", "“补充缴费”到 2031-06-30 为止，2031-07-01 起没有人能这样缴费"),
    ("windows-and-starts/pack.yaml", "paid_since: 2031-04-01", "paid_until: 2030-12-01", "2030-12-01", "“补充缴费”从 2031-01-01 起，到 2030-12-01 还没有人能这样缴费"),
    ("windows-and-starts/pack.yaml", "paid_since: 2031-04-01", "paid_since: 2041-04-01", "2041-04-01", "2041-04-01 起没有人缴费了"),
    ("prices-by-day/pack.yaml", "when: {paid_until: 2030-10-31}", "when: {paid_until: 2029-10-31}", "2029-10-31", "到 2029-10-31 还没有人能缴费"),
    ("prices-by-day/pack.yaml", "when: {paid_until: 2030-10-31}", "when: {paid_since: 2030-11-01, paid_until: 2030-10-31}", "paid_since", "结束（2030-10-31）早于开始（2030-11-01）"),
    ("newborns-by-days/pack.yaml", "{born_since: 2030-11-01, born_until: 2030-12-31}", "{born_since: 2030-11-01, born_until: 2029-12-31}", "2029-12-31", "结束（2029-12-31）早于开始（2030-11-01）"),
    ("newborns-by-days/pack.yaml", "{born_since: window, paid_later_than_birth_by: 90天}", "{born_since: window, age: {at_least: 18}}", "at_least: 18", "出生日期要不早于 2030-09-01，又不晚于 2013-01-01，没有人符合"),
    ("newborns-by-days/pack.yaml", "{born_since: window, paid_later_than_birth_by: 90天}", "{born_since: window, paid_later_than_birth_by: 90天, paid_within_of_birth: 60天}", "60天", "没有人在出生后 60天 以内、又超过 90天 才缴费"),
    ("prices-by-age/pack.yaml", "when: {age: {under: 18}}", "when: {age: {under: 18, at_least: 60}}", "under: 18", "没有人既满 60 周岁又不满 18 周岁"),
    ("prices-by-age/pack.yaml", "when: {age: {under: 18}}", "when: {age: {on: paid}}", "on: paid", "写 at_least（至少）或 under（不满）"),
    ("lapses/pack.yaml", "lapsed_years: {at_least: 1}", "lapsed_years: {at_least: 3, at_most: 1}", "at_most: 1", "至少 3 又至多 1，没有人符合"),
    ("lapses/pack.yaml", "lapsed_years: {at_least: 1}", "lapsed_years: {}", "lapsed_years", "写 at_least（至少）或 at_most（至多）"),
    ("taper-by-year/pack.yaml", "at_least: 1年, less_than: 2年", "at_least: 2年, less_than: 1年", "at_least: 2年, less_than: 1年", "没有人既满 2年 又不满 1年"),
    ("taper-by-year/pack.yaml", "{held: {category: 脱贫人口, less_than: 1年}}", "{held: {category: 脱贫人口}}", "{category: 脱贫人口}}", "只问有没有这个身份时写 any_categories"),
    ("windows-and-starts/pack.yaml", "when: {any_traits: [海员]}", "when: {all_traits: [海员], no_traits: [海员]}", "no_traits", "情况“海员”既要有又不能有"),
    ("windows-and-starts/pack.yaml", "when: {any_traits: [海员]}", "when: {any_traits: [海员, 退役军人], no_traits: [退役军人, 海员]}", "no_traits", "no_traits 都不许有，没有人符合"),
    ("categories-by-condition/pack.yaml", "all_categories: [低保对象], no_categories: [特困人员]", "all_categories: [特困人员], no_categories: [特困人员]", "no_categories", "身份“特困人员”既要有又不能有"),
    ("categories-by-condition/pack.yaml", "all_categories: [低保对象], no_categories: [特困人员]", "any_categories: [低保对象], no_categories: [低保对象]", "no_categories", "no_categories 都不许有，没有人符合"),
    ("suixi-2022/people.yaml", "when: {all_traits: [外地户籍, 进城务工]}", "when: {all_traits: [外地户籍, 本地户籍]}", "[外地户籍, 本地户籍]", "“本地户籍”在有“外地户籍”时就不算"),
    ("waits/pack.yaml", "when: {any_traits: [上年未参保]}", "when: {none_of: [{}], any_traits: [上年未参保]}", "none_of", "这一组人人都符合，就没有人剩下了"),
    ("waits/pack.yaml", "when: {any_traits: [上年未参保]}", "when: {any_of: [{no_traits: [上年未参保]}], all_traits: [上年未参保]}", "any_of: [{no_traits", "any_of 的每一组都与外面的条件矛盾"),
    ("lapses/pack.yaml", "      from: period\n", "      from: period\n      plus: 1个月\n", "plus", "plus（再过多久）和 wait（等待期）选一个"),
    ("lapses/pack.yaml", "        each_lapsed_year: 1个月\n        free_years: 1\n", "", "repaired", "repaired 减的是变动等待期，要写 each_lapsed_year"),
    ("lapses/pack.yaml", "        each_lapsed_year: 1个月\n", "", "free_years", "free_years 说的是变动等待期"),
    ("lapses/pack.yaml", "at_least: 6个月", "at_least: 2个月", "at_least: 2个月", "不比固定等待期 3个月 长，不起作用"),
    ("newborns-by-days/pack.yaml", "cover_until: 2032-12-31", "cover_until: 2030-12-31", "cover_until", "待遇到 2030-12-31 为止，早于待遇期第一天 2031-01-01"),
    ("windows-and-starts/pack.yaml", "starts: {from: 2031-03-01}", "starts: {from: 2032-03-01}", "2032-03-01", "最早从 2032-03-01 起享受待遇，晚于最后一天 2031-12-31"),
    ("windows-and-starts/pack.yaml", "starts: {from: 2031-03-01}", "starts: {from: 2030-03-01}", "2030-03-01", "要同时写 before_period: true"),
    ("waits/pack.yaml", "starts: {from: period, plus: 60天}", "starts: {from: period, plus: 600天}", "600天", "没有人能享受"),
    ("waits/pack.yaml", "starts: {from: period, plus: 60天}", "starts: {from: period, before_period: true, plus: 60天}", "before_period", "不会早于待遇期：不写 before_period"),
    ("hefei-2021/time.yaml", "last: 2021-08-31, clause: 六（一）", "clause: 六（一）", "制订方案", "没有日子"),
    ("hefei-2021/time.yaml", "first: 2021-12-10, last: 2021-12-31", "first: 2021-12-10, last: 2021-11-30", "2021-11-30", "结束（2021-11-30）早于开始（2021-12-10）"),
    ("hefei-2021/work.yaml", "due: 2021-08-31", "due: 2021-07-31", "2021-07-31", "2021-07-31 就要交的名册，不会是 2021-08 的"),
    ("hefei-2021/work.yaml", "roster_additions: {due: 2021-12-31", "roster_additions: {due: 2020-12-31", "2020-12-31", "期内新增的人还没有"),
    ("dongzhi-2021/time.yaml", "roster_of: 2020-12-31", "roster_of: 2019-12-31", "2019-12-31", "不在缴费和待遇的期间之内"),
    ("categories-by-condition/pack.yaml", "categories:\n", "rosters:\n  - {department: 残联, categories: [高龄重残人员], clause: 一}\ncategories:\n", "{department: 残联, cat", "“高龄重残人员”按条件认定，没有部门报送它的名单"),
]

STANDING: list[Row] = [
    # packs that stand on others
    ("yunling-city-2031/pack.yaml", "extends: yunling-province-2031", "extends: yunling-province-2030", "extends", "没有找到方案 yunling-province-2030"),
    ("yunling-city-2031/pack.yaml", "extends: yunling-province-2031", "extends: ../yunling", "extends", "没有找到方案 ../yunling"),
    ("yunling-city-2031/pack.yaml", "  extends: yunling-province-2031\n", "", "standards+", "standards+ 要改的是上级方案里的，document 里要写 extends"),
    ("yunling-county-2031/yunling-province-2031/document.yaml", "issuer: 云岭省医保局", "issuer: 云岭省医保局\n  extends: yunling-city-2031", "extends", "绕了一圈"),
    ("hekou-2032/pack.yaml", "extends: hekou-2031", "extends: hekou-2032", "extends", "没有找到方案 hekou-2032"),
    ("suixi-2022/document.yaml", "  clause: 全文", "  clause: 全文\n  holds_from: 2021-11-15", "holds_from", "修改哪个方案？写 extends"),
    ("shitan-2031-amended/pack.yaml", "holds_from: 2030-11-15", "holds_from: 2030-08-15", "holds_from", "没有人按原来的，不用写 holds_from"),
    ("shitan-2031-amended/pack.yaml", "holds_from: 2030-11-15", "holds_from: 2032-11-15", "holds_from", "2032-11-15 起没有人缴费了"),
    ("yunling-city-2031/pack.yaml", "drop: 重度残疾人员", "drop: 残疾人", "drop", "上级的 subsidies 里没有“残疾人”，去不掉；有：特困人员"),
    ("yunling-city-2031/pack.yaml", "- drop: 重度残疾人员", "- {drop: 重度残疾人员, subsidy: {full: true, payer: 甲}}", "drop", "drop 是去掉整条"),
    ("yunling-city-2031/pack.yaml", "subsidies+:", "subsidies:", "- drop", "drop 只用在 + 的列表里"),
    ("yunling-city-2031/pack.yaml", "standards+:", "standard+:", "standard+", "不认识的键 standard，是不是 standards？"),
    ("yunling-city-2031/pack.yaml", "standards+:\n  - ", "standards+:\n  ", "standards+", "standards+ 的写法和上级的 standards 不一样：上级的是列表"),
    ("hekou-2032/pack.yaml", "collection_window: {", "collection_window+: [{first: 2031-09-01}]\nbenefit: {", "collection_window+", "上级的是“键: 值”"),
    ("hekou-2032/pack.yaml", "standards:\n", "standards+: []\nstandards:\n", "standards+", "standards 已整个重写，不能又写 standards+"),
    ("hekou-2032/pack.yaml", "document:\n", "document+: {place: 河口}\ndocument:\n", "document+", "document 不从上级沿用"),
    ("hekou-2032/examples.yaml", "examples:", "examples+:", "examples+", "examples 不从上级沿用"),
    ("hekou-2032/pack.yaml", "  - {category: 监测对象, subsidy", "  - {before: 孤儿, category: 监测对象, subsidy", "before", "上级的 subsidies 里没有“孤儿”"),
    ("hekou-2032/pack.yaml", "  - {category: 重度残疾人员, subsidy", "  - {before: 低保对象, category: 重度残疾人员, subsidy", "before", "替换上级的一条，仍在原来的位置"),
    ("hekou-2032/pack.yaml", "  - {category: 监测对象, subsidy", "  - {category: 重度残疾人员, subsidy: {yuan: 160, payer: 区财政}, clause: 三}\n  - {category: 监测对象, subsidy", "yuan: 160", "改了两次"),
    ("hekou-2032/pack.yaml", "  - {category: 监测对象, subsidy", "  - {categories: [监测对象, 低保对象], subsidy", "[监测对象, 低保对象]", "身份“低保对象”有两条规则，没有写先后"),
    ("hekou-2032/pack.yaml", "ways_in+:\n", "ways_in+:\n  - {name: 孤儿, when: {any_categories: [特困人员]}, until: 2032-03-31, starts: {from: paid}, clause: 一}\n", "name: 孤儿", "“孤儿”永远轮不到：“补缴”在前面"),
    ("yunling-city-2031/pack.yaml", "yuan: 240, payer: 医疗救助基金", "yuan: 440, payer: 医疗救助基金", "yuan: 440", "资助 440 元，超过个人缴费标准 350 元"),
    ("yunling-county-2031/yunling-city-2031/pack.yaml", "individual_yuan: 20,", "individual_yuan: 二十,", "二十", "“二十”不是金额"),
    ("yunling-city-2031/yunling-province-2031/money.yaml", "payer: 医疗救助基金}", "payer: 医疗救助基金, rate: 50%}", "rate: 50%", "四者选一"),
    ("shitan-2031-amended/shitan-2031/money.yaml", "{yuan: 220, payer", "{yuan: 420, payer", "yuan: 420", "资助 420 元，超过个人缴费标准 400 元"),
    ("hekou-2032/hekou-2031/people.yaml", "department: 残联", "departments: 残联", "departments", "是不是 department？"),
    ("combine-in-order/pack.yaml", "payers: [民政局, 残联, 卫健局]", "payers: [民政局, 残联]", "- category: 计生困难家庭", "支付方“卫健局”不在 combination 的 payers 里"),
    ("yunling-city-2031/pack.yaml", "（二级）, subsidy", "（五级）, subsidy", "（五级）", "没有等级“五级”"),
    # worked answers
    ("hefei-2021/examples.yaml", "    individual_yuan: 320\n    government_yuan: 580\n    pays_yuan: 320\n    shares_yuan: {}\n    covered_from: 2022-01-01\n    covered_until: 2022-12-31\n", "", "- case: 没有身份", "没有写应得的结果"),
    ("hefei-2021/examples.yaml", "refused: window_closed", "refused: window-closed", "window-closed", "没有“window-closed”这个拒绝的代码"),
    ("hefei-2021/examples.yaml", "refused: window_closed", "refused: window_closed\n    pays_yuan: 320", "refused: window_closed", "refused 不和它们一起写"),
    ("hefei-2021/examples.yaml", "{categories: [低保对象], paid_on: 2021-10-15}", "{category: 低保对象, paid_on: 2021-10-15}", "{category: 低保", "已知情况读不懂：category: 不认识的键"),
    ("hefei-2021/examples.yaml", "{categories: [低保对象], paid_on: 2021-10-15}", "{categories: [低保对像], paid_on: 2021-10-15}", "低保对像", "没有声明身份“低保对像”"),
    ("hefei-2021/examples.yaml", "{traits: [在校学生], paid_on: 2021-09-10}", "{traits: [在校生], paid_on: 2021-09-10}", "[在校生]", "没有声明情况“在校生”"),
    ("hefei-2021/examples.yaml", "{paid_on: 2022-02-10}", "{paid_on: 2022-2-10}", "2022-2-10", "不是日期"),
    ("hefei-2021/examples.yaml", 'place: "340621"', "place: 340621", "place: 340621", "应是文字"),
    ("huilong-2020/examples.yaml", "tier: 一档, paid_on: 2019-11-15}", "tier: 甲档, paid_on: 2019-11-15}", "甲档", "没有“甲档”这一档"),
    ("several-lines/examples.yaml", "lines: [互助保障]", "lines: [互助保险]", "互助保险", "账单上没有“互助保险”这一项"),
    ("hefei-2021/examples.yaml", "shares_yuan: {医疗救助基金: 288}", "shares_yuan: {医疗救助资金: 288}", "医疗救助资金", "没有一条资助由“医疗救助资金”支付"),
    ("suixi-2022/examples.yaml", "{unit: 铁佛镇", "{unit: 铁佛", "unit: 铁佛,", "任务表里没有“铁佛”"),
    ("suixi-2022/examples.yaml", "target: {unit: 铁佛镇, people: 136471}", "facts: {}, target: {unit: 铁佛镇, people: 136471}, pays_yuan: 1", "铁佛镇", "请另写一个例子"),
    ("suixi-2022/work.yaml", "    - {name: 百善镇", "    - {name: 濉溪镇, population: 1, people: 1}\n    - {name: 百善镇", "population: 1,", "濉溪镇 写了两次"),
    ("hefei-2020/work.yaml", "  ask: 市医疗保障局\n", "", "targets:", "有不知道的任务数，要写 ask"),
    ("hefei-2021/work.yaml", "  unknown: 各县（市）区、开发区的任务数另行通知\n", "", "targets:", "没有任务表：写 unknown"),
    ("suixi-2022/english.yaml", "  重点优抚对象:", "  重点优抚人员:", "重点优抚人员", "方案里没有“重点优抚人员”这几个字"),
]

USUALLY_A_SLIP: list[Row] = [
    ("hefei-2021/money.yaml", "category: 返贫致贫人口\n", "category: 返贫致贫人口\n    recognised: here\n", "people.yaml|- name: 返贫致贫人口", "“返贫致贫人口”由外地认定时没有写资助"),
    ("huilong-2020/examples.yaml", "born_on: 2020-03-01, paid_on", "paid_on", "time.yaml|- name: 缴费期开始后出生的婴儿", "“缴费期开始后出生的婴儿”没有一个例子：写一个这样缴费的人"),
    ("hefei-2021/examples.yaml", "facts: {categories: [返贫致贫人口], paid_on: 2021-10-15}", "facts: {categories: [返贫致贫人口, 低保对象], paid_on: 2021-10-15}", "money.yaml|category: 返贫致贫人口", "“返贫致贫人口”按这条的，没有一个例子"),
    ("hefei-2021/examples.yaml", "  - case: 社会散居孤儿\n    facts: {categories: [社会散居孤儿], paid_on: 2021-10-15}\n    pays_yuan: 0\n    shares_yuan: {医疗救助基金: 320}\n    clause: 五（五）\n", "", "people.yaml|- name: 社会散居孤儿", "“社会散居孤儿”没有一个例子"),
    ("suixi-2022/examples.yaml", "paid_on: 2022-02-28", "paid_on: 2022-02-27", "time.yaml|until: 2022-02-28", "的界限没有例子：写 2022-02-28 缴费的"),
    ("hefei-2021/people.yaml", "aliases: [低收入老年人, 低收入家庭老人]", "aliases: [低收入老年人, 社会散居孤老]", "社会散居孤老", "“社会散居孤儿”只差一个字"),
    ("hefei-2021/people.yaml", "aliases: [返贫致贫]", "aliases: [返贫致贫, 农村低收入检测人口]", "- name: 农村低收入监测人口", "“农村低收入检测人口”只差一个字"),
    ("dongzhi-2021/people.yaml", "department: 县卫健委", "department: 县民政部门", "department: 县民政部门", "是不是同一个部门？"),
    ("suixi-2022/work.yaml", "department: 乡村振兴部门", "department: 民政部门", "[返贫致贫人口", "“返贫致贫人口”的 department 是“乡村振兴部门”，名册却由“民政部门”交"),
    ("hefei-2021/money.yaml", "{rate: 80%, payer: 医疗救助基金}", "{rate: 80%, payer: 医疗救助资金}", "category: 返贫致贫人口", "是不是同一个支付方？"),
    ("hefei-2021/money.yaml", "individual_yuan: 320\n    government_yuan: 580\n    total_yuan: 900", "individual_yuan: 280\n    government_yuan: 580\n    total_yuan: 860", "individual_yuan: 280", "280 元和 hefei-2020 的标准一样"),
    ("suixi-2022/money.yaml", "individual_yuan: 320\n    government_yuan: 580\n    total_yuan: 900", "individual_yuan: 320\n    government_yuan: 5800\n    total_yuan: 6120", "individual_yuan", "相差太大，位数对不对？"),
    ("suixi-2022/time.yaml", "first: 2022-01-01\n  last: 2022-12-31", "first: 2022-01-01\n  last: 2022-12-13", "last: 2022-12-13", "不是整整一年"),
    ("suixi-2022/time.yaml", "first: 2021-10-01", "first: 2020-10-01", "first: 2020-10-01", "集中缴费期从 2020-10-01 到 2021-12-31，长过一年：年份对不对？"),
    ("huilong-2020/time.yaml", "first: 2019-10-01\n  last: 2019-12-10", "first: 2020-10-01\n  last: 2020-12-10", "first: 2020-10-01", "2020-10-01 才开始缴费，待遇期从 2020-01-01 已经开始了：年份对不对？"),
    ("suixi-2022/time.yaml", "first: 2021-10-29, last: 2021-12-31", "first: 2012-10-29, last: 2021-12-31", "2012-10-29", "2012-10-29 离缴费期（2021-10-01 起）很远"),
    ("hefei-2021/document.yaml", "issued_on: 2021-08-20", "issued_on: 2022-08-20", "issued_on", "2022-08-20 印发时，集中缴费期已经过了"),
    ("hefei-2021/work.yaml", "due: 2021-08-31", "due: 2022-08-31", "2022-08-31", "交名册时，集中缴费期（到 2021-12-31）已经过了"),
    ("suixi-2022/people.yaml", "  - name: 进城务工\n", "  - name: 独居\n    means: 一个人住\n  - name: 进城务工\n", "- name: 独居", "没有一条规则看“独居”"),
    ("tiers-by-household/pack.yaml", "  - {name: 残疾二档, category: 重度残疾人员, when: {tier: 二档}, subsidy: {yuan: 300, payer: 残联}, clause: 三（二）}\n", "", "{name: 重度残疾人员", "“重度残疾人员”选“二档”时没有写资助"),
    ("payer-by-grade-and-place/pack.yaml", "grades: [一级, 二级]\n    outside_grades: [三级, 四级]", "grades: [一级, 二级, 三级]\n    outside_grades: [四级]", "- name: 重度残疾人员", "“重度残疾人员”的三级没有写资助"),
    ("prices-by-age/pack.yaml", "  - {name: 其他人, individual_yuan: 480", "  - {name: 其他人, when: {age: {at_least: 19}}, individual_yuan: 480", "name: 其他人", "都不符合的人没有标准"),
    ("prices-by-day/pack.yaml", "    when: {paid_until: 2031-02-28}", "    when: {paid_since: 2030-11-10, paid_until: 2031-02-28}", "paid_since", "2030-11-01 起没有标准"),
    ("several-lines/pack.yaml", "{line: 互助保障, individual_yuan: 50", "{line: 互助保障, individual_yuan: 0", "line: 互助保障", "“互助保障”是自愿的，却不收钱"),
    ("several-lines/pack.yaml", "lines: [基本医保, 长期护理保险]", "lines: [基本医保, 互助保障]", "lines: [基本医保, 互助保障]", "“互助保障”是自愿的，却全额资助"),
    ("suixi-2022/time.yaml", "when: {any_categories: [特困人员, 低保对象, 返贫致贫人口, 脱贫不稳定人口, 监测人口]}", "when: {any_categories: [特困人员, 低保对象, 返贫致贫人口, 脱贫不稳定人口]}", "  categories: [特困", "动态纳入的“监测人口”没有办法缴费"),
    ("suixi-2022/people.yaml", "  covered_elsewhere:\n    clause: 二\n    remedy: 先在原参保地停保，或提供已停保的证明，由医保部门核实后办理。\n", "", "exclusions", "exclusions 没有写 covered_elsewhere"),
    ("suixi-2022/people.yaml", "exclusions:\n", "household:\n  same_tier: {clause: 二}\nexclusions:\n", "same_tier", "不分档，same_tier（全家同一档）不起作用"),
    ("suixi-2022/time.yaml", "- name: 新生儿超过九十天", "- name: 新生儿九十天内  # 又写", "# 又写", "“新生儿九十天内”这个名称前面用过了"),
    ("suixi-2022/examples.yaml", "- case: 监测人口\n", "- case: 低保对象  # 又写\n", "# 又写", "例子“低保对象”前面写过了"),
    ("hekou-2032/pack.yaml", "collection_window: {first: 2031-09-01, last: 2031-12-20, clause: 一}\n", "", "extends", "collection_window 沿用河口政办〔2030〕21号，还是那一年的日子"),
    ("hekou-2032/pack.yaml", "{name: 一档, tier: 一档, individual_yuan: 350", "{name: 一档, tier: 一档, individual_yuan: 340", "individual_yuan: 340", "340 元和上一年的标准一样"),
]

AGAINST_THE_NOTICE: list[Row] = [
    ("subsidy-kinds/pack.yaml", "{yuan: 300, payer: 医疗救助基金}, pays_yuan: 100", "{yuan: 310, payer: 医疗救助基金}, pays_yuan: 90", "yuan: 310", "没有写 310"),
    ("subsidy-kinds/pack.yaml", "{rate: 60%, payer: 县级财政}, pays_rate: 40%", "{rate: 70%, payer: 县级财政}, pays_rate: 30%", "rate: 70%", "没有写 70%"),
    ("prices-by-age/pack.yaml", "individual_yuan: 480", "individual_yuan: 490", "individual_yuan: 490", "没有写 490"),
    ("subsidy-kinds/pack.yaml", "government_yuan: 670", "government_yuan: 760", "government_yuan: 760", "没有写 760"),
    ("windows-and-starts/pack.yaml", "until: 2031-06-30", "until: 2031-06-03", "2031-06-03", "没有写 2031-06-03"),
    ("windows-and-starts/pack.yaml", "last: 2030-12-31", "last: 2030-12-21", "last: 2030-12-21", "没有写 2030-12-21"),
    ("lapses/pack.yaml", "fixed: 3个月", "fixed: 4个月", "fixed: 4个月", "没有写 4个月"),
    ("lapses/pack.yaml", "{years: 4, at_least: 6个月}", "{years: 4, at_least: 9个月}", "at_least: 9个月", "没有写 9个月"),
    ("prices-by-age/pack.yaml", "{under: 18}", "{under: 16}", "under: 16", "没有写 16"),
    ("prices-by-age/pack.yaml", "clause: 二（二）}", "clause: 二（一）}", "name: 大学生", "二（一） 没有写 400"),
    ("several-lines/pack.yaml", "individual_yuan: 50, clause: 二（三）", "individual_yuan: 60, clause: 二（三）", "individual_yuan: 60", "二（三） 没有写 60"),
    ("several-lines/pack.yaml", "{line: 补缴上年, individual_yuan: 370, clause: 二（四）}", "{line: 补缴上年, individual_yuan: 370, clause: 二（九）}", "二（九）", "通知里找不到条款 二（九）"),
    ("incentives-and-refunds/pack.yaml", "ceiling_yuan: 1500", "ceiling_yuan: 15000", "ceiling_yuan: 15000", "没有写 15000"),
    ("incentives-and-refunds/pack.yaml", "within: 30天", "within: 60天", "within: 60天", "没有写 60天"),
    ("yunling-county-2031/pack.yaml", "phone: 0990-5550101", "phone: 0990-5550110", "5550110", "没有写 0990-5550110"),
    ("hekou-2032/pack.yaml", "{yuan: 120, payer: 市财政}", "{yuan: 210, payer: 市财政}", "yuan: 210", "没有写 210"),
    ("yunling-city-2031/pack.yaml", "{yuan: 240, payer: 医疗救助基金}", "{yuan: 204, payer: 医疗救助基金}", "yuan: 204", "一（一） 没有写 204"),
    ("shitan-2031-amended/pack.yaml", "{yuan: 250, payer", "{yuan: 205, payer", "yuan: 205", "没有写 205"),
]
# fmt: on

CHECKED = [*WRITING, *FIGURES, *NAMES, *MONEY, *TIMES, *STANDING]
ALL = [*CHECKED, *USUALLY_A_SLIP, *AGAINST_THE_NOTICE]


@cache
def folder_of(pack: str) -> Path:
    return INVENTED / pack if (INVENTED / pack).is_dir() else policies_folder() / pack


@cache
def texts_of(pack: str) -> dict[str, str]:
    return read_folder(folder_of(pack))


def planted(row: Row) -> tuple[str, str, dict[str, str], int]:
    """Pack, file, the pack's texts with the mistake in them, and the line on which it must be told."""
    place, old, new, at, _ = row
    pack, _, file = place.partition("/")
    text = texts_of(pack)[file]
    assert old in text, f"{place} does not say {old!r}"
    texts = {**texts_of(pack), file: text.replace(old, new, 1)}
    where, bar, words = at.rpartition("|")
    told_in = where if bar else file
    line = next((number for number, one in enumerate(texts[told_in].split("\n"), 1) if words in one), 0)
    assert line, f"nothing in {told_in} says {words!r}"
    return pack, told_in, texts, line


def told(problems: list[Problem], file: str, line: int, says: str) -> bool:
    return any(one.file == file and one.line == line and says in one.message for one in problems)


def named(row: Row) -> str:
    return f"{row[0]}: {row[2].strip()[:40] or 'left out'}"


def test_there_are_more_than_two_hundred_and_no_two_are_the_same() -> None:
    assert len({row[:3] for row in ALL}) == len(ALL) > 300


@pytest.mark.parametrize("pack", sorted({row[0].split("/")[0] for row in ALL}))
def test_without_a_mistake_there_is_nothing_to_tell(pack: str) -> None:
    assert check_texts(texts_of(pack), pack) == []


@pytest.mark.parametrize("row", CHECKED, ids=named)
def test_a_mistake_is_told_at_its_line(row: Row) -> None:
    pack, file, texts, line = planted(row)

    reminders_of(texts, pack, folder_of(pack).parent)  # whatever is wrong, reminding stumbles over nothing
    found = check_texts(texts, pack)

    assert told(found, file, line, row[4]), f"not told in {file}:{line}, but: {[str(one) for one in found]}"


@pytest.mark.parametrize("row", USUALLY_A_SLIP, ids=named)
def test_what_is_usually_a_slip_is_a_reminder_at_its_line_and_no_problem(row: Row) -> None:
    pack, file, texts, line = planted(row)

    found = reminders_of(texts, pack, folder_of(pack).parent)

    assert told(found, file, line, row[4]), f"not told in {file}:{line}, but: {[str(one) for one in found]}"
    assert not told(check_texts(texts, pack), file, line, row[4])
    assert not told(reminders_of(texts_of(pack), pack, folder_of(pack).parent), file, line, row[4])


@pytest.mark.parametrize("row", AGAINST_THE_NOTICE, ids=named)
def test_a_figure_that_the_notice_does_not_say_is_told_at_its_line(row: Row) -> None:
    pack, file, texts, line = planted(row)
    notice = (folder_of(pack) / "notice.txt").read_text(encoding="utf-8")

    found = list(look_up_figures(load_pack_texts(texts, key=pack), notice).problems)

    assert told(found, file, line, row[4]), f"not told in {file}:{line}, but: {[str(one) for one in found]}"
