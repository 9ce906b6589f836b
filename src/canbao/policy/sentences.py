"""Each rule as a label and a sentence in our own words, for the page that people read."""

from collections.abc import Callable
from typing import Any

from canbao.kernel.fen import short_yuan
from canbao.policy.conditions import Condition, HeldFor
from canbao.policy.money_rules import BASIC, UNNAMED, Amount, Combination, Line, PartOfYear, Standard, Subsidy
from canbao.policy.pack import Document
from canbao.policy.people_rules import Category, Decided, Eligible, Exclusion, HouseholdRule, UnbornName
from canbao.policy.reading import Path
from canbao.policy.rule import Rule
from canbao.policy.time_rules import (
    BenefitPeriod,
    Incentive,
    MonthlyAdjustment,
    Readjustment,
    RefundRule,
    Start,
    Task,
    Wait,
    WayIn,
    Window,
)
from canbao.policy.values import percent
from canbao.policy.work_rules import Cash, Channel, Contact, Receipt, RemittanceOffice, Roster, RosterAdditions, Targets

_PLACES = {
    "same_tier": "全家选同一档",
    "children_apart": "父母都参加职工医保的，子女单独立户",
    "code_matches_passbook": "农户编码与补贴折子账号一一对应",
    "in_employee_scheme": "仍在职工医保的不能参保",
    "covered_elsewhere": "同一待遇期已在别处参保的不能再参保",
}
_PAID = {"in_window": "集中缴费期内", "after_window": "集中缴费期以后", "any_time": "任何时候"}
ANCHORS = {
    "period": "待遇期第一天",
    "paid": "缴费当天",
    "next_day": "缴费次日",
    "month_paid": "缴费当月第一天",
    "next_month": "缴费次月第一天",
    "birth": "出生当天",
}
DECIDED = {"asked": "问的那天", "paid": "缴费那天"}
_FIRST_DAYS = {"period": "待遇期第一天", "window": "缴费期第一天", "paid": "缴费日"}
_UNITS = {"yuan": "元", "jiao": "角", "fen": "分"}
_ROUNDINGS = {"half_up": "四舍五入", "up": "进位", "down": "舍去"}
_ALLOWED = {
    "before_period": "待遇期开始前可以退",
    "in_period": "待遇期结束前可以退",
    "any_time": "可以退",
    "never": "不退",
}
_WHICH = {"all": "全部", "later": "后缴的一笔", "earlier": "先缴的一笔", "difference": "差额"}


def label_of(rule: Rule) -> str:
    """What sort of rule it is, in a word or two."""
    return _SENTENCES[type(rule)][0]


def sentence(path: Path, rule: Rule) -> str:
    """The rule as one sentence; our own explanation (`says`) follows where the pack has one."""
    text = _SENTENCES[type(rule)][1](rule) or _PLACES.get(str(path[-1]), "")
    return f"{text}。{rule.says}" if rule.says else f"{text}。"


def _names(names: tuple[str, ...]) -> str:
    return "、".join(names)


def _days(rule: Window | Task) -> str:
    if rule.first and rule.last:
        return f"{rule.first} 至 {rule.last}"
    return f"{rule.first} 起" if rule.first else f"{rule.last} 及以前"


def _task_days(rule: Task) -> str:
    between = [_days(rule)] if rule.first or rule.last else []
    monthly = [f"每月 {rule.every_month_on} 日"] if rule.every_month_on else []
    return "，".join([*between, *monthly])


def _window(rule: Window) -> str:
    return f"{_days(rule)}" + (f"；错过的人：{rule.afterwards.removesuffix('。')}" if rule.afterwards else "")


def condition_text(when: Condition) -> str:
    """A condition in words, parts joined by 且; empty where it asks nothing."""
    parts = [*_word_parts(when), *_day_parts(when)]
    parts += [f"（{'）或（'.join(condition_text(one) for one in when.any_of)}）"] if when.any_of else []
    parts += [f"不是（{condition_text(one)}）" for one in when.none_of]
    return "且".join(parts)


def _word_parts(when: Condition) -> list[str]:
    parts = [f"选{_names(when.tiers)}"] if when.tiers else []
    parts += [f"{'、'.join(when.all_traits)}"] if when.all_traits else []
    parts += ["或".join(when.any_traits)] if when.any_traits else []
    parts += [f"不是{_names(when.no_traits)}"] if when.no_traits else []
    parts += [f"同时是{_names(when.all_categories)}"] if when.all_categories else []
    parts += [f"是{'或'.join(when.any_categories)}"] if when.any_categories else []
    parts += [f"不是{_names(when.no_categories)}"] if when.no_categories else []
    if when.claimed is not None:
        parts.append("上一年报销过" if when.claimed else "上一年没有报销过")
    if when.benefit_years:
        parts.append(f"{'、'.join(str(year) for year in when.benefit_years)}年度")
    return parts


def _day_parts(when: Condition) -> list[str]:
    parts: list[str] = []
    if when.age is not None:
        ages = [f"满{when.age.at_least}周岁"] if when.age.at_least is not None else []
        ages += [f"不满{when.age.under}周岁"] if when.age.under is not None else []
        parts.append(f"{'、'.join(ages)}（按{_FIRST_DAYS.get(str(when.age.on), when.age.on)}算）")
    if when.held is not None:
        parts.append(f"是{when.held.category}{held_text(when.held)}")
    born = [f"{_FIRST_DAYS.get(str(when.born_since), when.born_since)}及以后"] if when.born_since else []
    born += [f"{when.born_until}及以前"] if when.born_until else []
    parts += [f"{'、'.join(born)}出生"] if born else []
    paid = [f"{when.paid_since}及以后"] if when.paid_since else []
    paid += [f"{when.paid_until}及以前"] if when.paid_until else []
    parts += [f"{'、'.join(paid)}缴费"] if paid else []
    parts += [f"出生后{when.paid_within_of_birth}以内缴费"] if when.paid_within_of_birth else []
    parts += [f"出生后超过{when.paid_later_than_birth_by}缴费"] if when.paid_later_than_birth_by else []
    parts += _employee_parts(when)
    for what, times in (("断保", when.lapsed_years), ("连续参保", when.years_in_row)):
        if times is not None:
            least = [f"{times.at_least}年以上"] if times.at_least is not None else []
            least += [f"不超过{times.at_most}年"] if times.at_most is not None else []
            parts.append(f"{what}{'、'.join(least)}")
    return parts


def held_text(held: HeldFor) -> str:
    """`满1年、不满2年`."""
    lengths = [f"满{held.at_least}"] if held.at_least else []
    lengths += [f"不满{held.less_than}"] if held.less_than else []
    return "、".join(lengths)


def _employee_parts(when: Condition) -> list[str]:
    employee = when.employee
    if employee is None:
        return []
    parts = [f"职工医保连续{employee.months_at_least}以上"] if employee.months_at_least else []
    if employee.back_paid is not None:
        parts.append("含补缴" if employee.back_paid else "不含补缴")
    parts += [f"中断不超过{employee.left_at_most}"] if employee.left_at_most else []
    parts += [f"中断超过{employee.left_longer_than}"] if employee.left_longer_than else []
    return ["、".join(parts) or "停了职工医保"]


def _only(when: Condition) -> str:
    text = condition_text(when)
    return f"（{text}）" if text else ""


def _line(rule: Line) -> str:
    choice = "，自愿选择" if rule.by_choice else ""
    times = "，按补缴的年数计算" if rule.times else ""
    return f"账单另有一项：{rule.name}{_only(rule.when)}{choice}{times}"


def _standard(rule: Standard) -> str:
    name = "，".join(part for part in (rule.line, rule.tier) if part)
    name = f"{name}{_only(rule.when)}" if name or rule.when.always else f"{condition_text(rule.when)}的"
    own = f"个人缴 {short_yuan(rule.individual_fen)} 元" if rule.individual_fen is not None else "个人缴费未知"
    state = f"，财政补助 {short_yuan(rule.government_fen)} 元" if rule.government_fen is not None else ""
    state = "，财政补助未知" if rule.government is not None else state
    total = f"，合计 {short_yuan(rule.total_fen)} 元" if rule.total_fen is not None else ""
    part = f"；{part_of_year_text(rule.part_of_year)}" if rule.part_of_year is not None else ""
    enjoys = f"；享受{rule.enjoys}待遇" if rule.enjoys else ""
    return f"{name}{'：' if name else ''}{own}{state}{total}{part}{enjoys}"


def part_of_year_text(part: PartOfYear) -> str:
    begins = "当月" if part.counts_from == "month_paid" else "次月"
    return f"待遇期开始后缴费的，从{begins}起按剩余月数，{_ROUNDINGS[part.rounded]}到{_UNITS[part.to]}"


def gives_text(amount: Amount) -> str:
    """`由县财政资助 280 元`."""
    return f"{_payers(amount)}{amount_text(amount)}"


def amount_text(amount: Amount) -> str:
    """`资助 280 元`, `全额资助`, `资助一档标准的 50%`."""
    base = f"{amount.of_tier}标准的" if amount.of_tier else "剩余部分的" if amount.of_rest else "个人缴费标准的"
    most = f"，最多 {short_yuan(amount.at_most_fen)} 元" if amount.at_most_fen is not None else ""
    if amount.waived:
        what = f" {short_yuan(amount.yuan_fen)} 元" if amount.yuan_fen is not None else ""
        return f"免缴{what or (f' {percent(amount.rate)}' if amount.rate is not None else '')}{most}"
    if amount.rest:
        return f"资助其余部分{most}"
    if amount.full:
        return f"全额资助（{amount.of_tier}标准）{most}" if amount.of_tier else f"全额资助{most}"
    if amount.rate is not None:
        return f"资助{base} {percent(amount.rate)}{most}"
    return f"资助 {short_yuan(amount.yuan_fen or 0)} 元{most}"


def _payers(amount: Amount) -> str:
    if amount.waived:
        return ""
    shared = "、".join(f"{payer} {percent(rate)}" for payer, rate in amount.payers.items())
    return f"由{amount.payer or shared or UNNAMED}"


def _subsidy(rule: Subsidy) -> str:
    limits = [condition_text(rule.when)] if not rule.when.always else []
    limits += ["本地认定的" if rule.recognised == "here" else "外地认定的"] if rule.recognised else []
    limits += ["前面已有资助的除外"] if rule.only_if_nothing_before else []
    limits += [f"用于{_names(rule.lines)}"] if rule.lines != (BASIC,) else []
    limits += ["先缴后返"] if rule.paid_back else []
    limits += ["已在别处参保的也给"] if rule.also_if_covered_elsewhere else []
    who = _names(rule.categories) + (f"（{'；'.join(limits)}）" if limits else "")
    if rule.subsidy:
        pays = f"，个人缴 {short_yuan(rule.pays_fen)} 元" if rule.pays_fen is not None else ""
        gives = "，再".join(gives_text(amount) for amount in rule.subsidy)
        return f"{who}：{gives}{pays}"
    return f"{who}：没有资助" if rule.no_subsidy else f"{who}：金额未知，{rule.unknown}，请问{rule.ask}"


def _combination(rule: Combination) -> str:
    cap = f"，合计到{rule.cap_tier}的个人缴费标准为止" if rule.cap_tier else ""
    order = " → ".join(rule.payers)
    return {
        "most_favourable": "同时有几个身份的，取资助最多的一项",
        "in_order": f"同时有几个身份的，按{order}的先后，后面的只补差额{cap}",
        "stacking": f"同时有几个身份的，各项相加，按{order}的先后{cap}",
        "not_said": f"通知没有写同时有几个身份怎么办，请问{rule.ask}",
    }[rule.rule]


def start_text(start: Start) -> str:
    plus = f"起再过 {start.plus}" if start.plus else _wait(start.wait) if start.wait else ""
    anchor = ANCHORS.get(str(start.anchor), str(start.anchor))
    early = "，可以早于待遇期" if start.before_period else ""
    until = f"，到 {start.cover_until} 为止" if start.cover_until else ""
    return f"从{anchor}{plus}开始{early}{until}"


def _wait(wait: Wait) -> str:
    parts = [f"等待 {wait.fixed}"]
    if wait.each_lapsed_year is not None:
        free = f"（前 {wait.free_years} 年不加）" if wait.free_years else ""
        parts.append(f"每断保一年再加 {wait.each_lapsed_year}{free}")
    parts += ["补缴一年减一份"] if wait.repaired else []
    if wait.long_lapse is not None:
        parts.append(f"断保 {wait.long_lapse.years} 年以上的不少于 {wait.long_lapse.at_least}")
    return f"起{'，'.join(parts)}后"


def _way_in(rule: WayIn) -> str:
    until = f"，最晚 {rule.until}" if rule.until else ""
    who = _only(rule.when)
    open_ = "能不能缴未知" if rule.may_pay else "起始未知"
    begins = f"待遇{start_text(rule.starts)}" if rule.starts else f"{open_}，{rule.unknown}，请问{rule.ask}"
    return f"{rule.name}{who}：{_PAID[rule.paid]}缴费{until}；{begins}"


def _category(rule: Category) -> str:
    if rule.when is not None:
        return f"{rule.name}：凡{condition_text(rule.when)}的人"
    grades = f"，只含{_names(rule.grades)}" if rule.grades else ""
    also = f"，包括{_names(rule.extends_to)}" if rule.extends_to else ""
    written = f"；也写作{_names(rule.aliases)}" if rule.aliases else ""
    written += f"；写明等级的{_names(rule.aliases_with_grade)}也算" if rule.aliases_with_grade else ""
    return f"{rule.name}，由{rule.department}认定{grades}{also}{_decided(rule.decided)}{written}"


def _decided(decided: Decided) -> str:
    """By which day's roster; nothing where it is the day of the question."""
    inside, after = (DECIDED.get(str(day), f"{day} ") for day in (decided.in_window, decided.after_window))
    if decided == Decided():
        return ""
    if decided.in_window == decided.after_window:
        return f"，按{inside}的名册"
    return f"，集中缴费期内按{inside}的名册，以后按{after}的名册"


def _incentive(rule: Incentive) -> str:
    each = f"，满 {rule.each_year_from} 年后每多一年" if rule.each_year_from is not None else ""
    most = f"，最多为原限额的 {percent(rule.at_most_rate)}" if rule.at_most_rate is not None else ""
    if rule.ceiling_fen is None:
        return f"{rule.name}（{condition_text(rule.when)}）：提高多少未知，{rule.unknown}，请问{rule.ask}"
    return f"{rule.name}（{condition_text(rule.when)}）{each}限额提高 {short_yuan(rule.ceiling_fen)} 元{most}"


def _refund(rule: RefundRule) -> str:
    if rule.allowed is None:
        return f"{rule.reason}：能不能退未知，{rule.unknown}，请问{rule.ask}"
    until = f"，{rule.until} 以前提出" if rule.until else ""
    within = f"，缴费后 {rule.within} 以内提出" if rule.within else ""
    which = f"，退{_WHICH[rule.of]}" if rule.allowed != "never" else ""
    return f"{rule.reason}：{_ALLOWED[rule.allowed]}{until}{within}{which}"


def _roster(rule: Roster) -> str:
    month = f" {rule.as_of_month} 在册的" if rule.as_of_month else "的"
    due = f"，{rule.due} 前" if rule.due else ""
    return f"{rule.department}提供{_names(rule.categories)}{month}名单{due}"


def _targets(rule: Targets) -> str:
    rate = f"参保率 {percent(rule.rate)} 以上；" if rule.rate is not None else ""
    rows = f"{len(rule.units)} 个单位的任务见下表" if rule.units else f"任务未知，{rule.unknown}，请问{rule.ask}"
    return f"{rate}{rows}" + (f"；{rule.deduction}" if rule.deduction else "")


def _cash(rule: Cash) -> str:
    within = f"最长 {rule.remit_within}" if rule.remit_within else ""
    amount = f"达到 {short_yuan(rule.on_reaching_fen)} 元" if rule.on_reaching_fen is not None else ""
    remark = f"，缴款书备注{_names(rule.remark)}" if rule.remark else ""
    papers = f"，没有税务登记的首次汇缴带{_names(rule.first_time_papers)}" if rule.first_time_papers else ""
    return f"收到的现金{'、'.join(filter(None, (within, amount)))}即汇缴{remark}{papers}"


def _monthly(rule: MonthlyAdjustment) -> str:
    return f"每月 {rule.due_day} 日前报送{_names(rule.categories)}的变化"


_SENTENCES: dict[type[Rule], tuple[str, Callable[[Any], str]]] = {
    Document: ("文件", lambda rule: f"{rule.title}{f'（{rule.number}）' if rule.number else ''}，适用于{rule.place}"),
    Window: ("集中缴费期", _window),
    BenefitPeriod: ("待遇期", _days),
    WayIn: ("其他缴费情形", _way_in),
    MonthlyAdjustment: ("每月调整", _monthly),
    Readjustment: ("重新确定", lambda rule: f"按 {rule.roster_of} 的名册重新确定资助对象，多退少补"),
    Task: ("日程", lambda rule: f"{_task_days(rule)}：{rule.who}，{rule.what}"),
    Line: ("账单项目", _line),
    Standard: ("标准", _standard),
    Subsidy: ("资助", _subsidy),
    Combination: ("几个身份", _combination),
    Eligible: ("可以参保", lambda rule: rule.who),
    Exclusion: ("不能参保", lambda rule: ""),
    HouseholdRule: ("家庭", lambda rule: ""),
    UnbornName: ("家庭", lambda rule: f"未出生的以父亲或母亲姓名加“{rule.suffix}”登记"),
    Category: ("身份", _category),
    Roster: ("花名册", _roster),
    RosterAdditions: ("花名册", lambda rule: f"集中缴费期内新增的，{rule.due} 前提供名单"),
    Incentive: ("激励", _incentive),
    RefundRule: ("退费", _refund),
    Receipt: ("票据", lambda rule: rule.name),
    Cash: ("现金", _cash),
    Channel: ("缴费方式", lambda rule: rule.name),
    RemittanceOffice: ("高校汇缴", lambda rule: f"注册在{rule.registered_in}的高校到{rule.office}汇缴"),
    Targets: ("任务", _targets),
    Contact: ("电话", lambda rule: f"{rule.name} {rule.phone}"),
}
