"""Each rule as a label and a sentence in our own words, for the page that people read."""

from collections.abc import Callable
from typing import Any

from canbao.kernel.fen import short_yuan
from canbao.policy.money_rules import Amount, Combination, Standard, Subsidy
from canbao.policy.pack import Document
from canbao.policy.people_rules import Category, Eligible, Exclusion, HouseholdRule, UnbornName
from canbao.policy.reading import Path
from canbao.policy.rule import Rule
from canbao.policy.time_rules import BenefitPeriod, MonthlyAdjustment, Readjustment, Start, Task, WayIn, Window
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
_ANCHORS = {"period": "待遇期第一天", "paid": "缴费当天", "birth": "出生当天"}


def label_of(rule: Rule) -> str:
    """What sort of rule it is, in a word or two."""
    return _SENTENCES[type(rule)][0]


def sentence(path: Path, rule: Rule) -> str:
    """The rule as one sentence; our own explanation (`says`) follows where the pack has one."""
    text = _SENTENCES[type(rule)][1](rule) or _PLACES.get(str(path[-1]), "")
    return f"{text}。{rule.says}" if rule.says else f"{text}。"


def _names(names: tuple[str, ...]) -> str:
    return "、".join(names)


def _days(rule: Any) -> str:
    if rule.first and rule.last:
        return f"{rule.first} 至 {rule.last}"
    return f"{rule.first} 起" if rule.first else f"{rule.last} 前" if rule.last else f"每月 {rule.every_month_on} 日"


def _standard(rule: Standard) -> str:
    tier = f"{rule.tier}：" if rule.tier else ""
    state = f"财政补助 {short_yuan(rule.government_fen)} 元" if rule.government_fen is not None else "财政补助未知"
    total = f"，合计 {short_yuan(rule.total_fen)} 元" if rule.total_fen is not None else ""
    return f"{tier}个人缴 {short_yuan(rule.individual_fen)} 元，{state}{total}"


def amount_text(amount: Amount) -> str:
    """`资助 280 元`, `全额资助`, `资助一档标准的 50%`."""
    base = f"{amount.of_tier}标准的" if amount.of_tier else "个人缴费标准的"
    if amount.full:
        return f"全额资助（{amount.of_tier}标准）" if amount.of_tier else "全额资助"
    return (
        f"资助{base} {percent(amount.rate)}"
        if amount.rate is not None
        else f"资助 {short_yuan(amount.yuan_fen or 0)} 元"
    )


def _subsidy(rule: Subsidy) -> str:
    who = _names(rule.categories) + (f"（{rule.tier}）" if rule.tier else "")
    limits = [f"限{_names(rule.any_traits)}"] if rule.any_traits else []
    limits += [f"同时是{_names(rule.unless)}的除外"] if rule.unless else []
    limits += ["前面已有资助的除外"] if rule.only_if_nothing_before else []
    limit = f"（{'；'.join(limits)}）" if limits else ""
    if rule.subsidy is not None:
        pays = f"，个人缴 {short_yuan(rule.pays_fen)} 元" if rule.pays_fen is not None else ""
        return f"{who}{limit}：由{rule.subsidy.payer}{amount_text(rule.subsidy)}{pays}"
    return f"{who}{limit}：不再资助" if rule.no_subsidy else f"{who}{limit}：金额未知，{rule.unknown}，请问{rule.ask}"


def _combination(rule: Combination) -> str:
    if rule.rule == "most_favourable":
        return "同时有几个身份的，取资助最多的一项"
    cap = f"，合计到{rule.cap_tier}的个人缴费标准为止" if rule.cap_tier else ""
    return f"同时有几个身份的，按{' → '.join(rule.payers)}的先后，后面的只补差额{cap}"


def _start(start: Start) -> str:
    plus = f"之后 {start.plus}" if start.plus else ""
    return f"待遇从{_ANCHORS[start.anchor]}{plus}开始{'，可以早于待遇期' if start.before_period else ''}"


def _way_in(rule: WayIn) -> str:
    until = f"，最晚 {rule.until}" if rule.until else ""
    begins = _start(rule.starts) if rule.starts else f"起始未知，{rule.unknown}，请问{rule.ask}"
    return f"{rule.name}：{_PAID[rule.paid]}缴费{until}；{begins}"


def _category(rule: Category) -> str:
    grades = f"，只含{_names(rule.grades)}" if rule.grades else ""
    also = f"，包括{_names(rule.extends_to)}" if rule.extends_to else ""
    return f"{rule.name}，由{rule.department}认定{grades}{also}"


def _roster(rule: Roster) -> str:
    month = f" {rule.as_of_month} 在册的" if rule.as_of_month else "的"
    due = f"，{rule.due} 前" if rule.due else ""
    return f"{rule.department}提供{_names(rule.categories)}{month}名单{due}"


def _targets(rule: Targets) -> str:
    rate = f"参保率 {percent(rule.rate)} 以上；" if rule.rate is not None else ""
    rows = f"{len(rule.units)} 个单位的任务见下表" if rule.units else f"任务未知，{rule.unknown}，请问{rule.ask}"
    return f"{rate}{rows}" + (f"；{rule.deduction}" if rule.deduction else "")


def _cash(rule: Cash) -> str:
    amount = short_yuan(rule.on_reaching_fen)
    remark = f"，缴款书备注{_names(rule.remark)}" if rule.remark else ""
    return f"收到的现金最长 {rule.remit_within}、达到 {amount} 元即汇缴{remark}"


def _monthly(rule: MonthlyAdjustment) -> str:
    return f"每月 {rule.due_day} 日前报送{_names(rule.categories)}的变化"


_SENTENCES: dict[type[Rule], tuple[str, Callable[[Any], str]]] = {
    Document: ("文件", lambda rule: f"{rule.title}{f'（{rule.number}）' if rule.number else ''}，适用于{rule.place}"),
    Window: ("集中缴费期", _days),
    BenefitPeriod: ("待遇期", _days),
    WayIn: ("其他缴费情形", _way_in),
    MonthlyAdjustment: ("每月调整", _monthly),
    Readjustment: ("重新确定", lambda rule: f"按 {rule.roster_of} 的名册重新确定资助对象，多退少补"),
    Task: ("日程", lambda rule: f"{_days(rule)}：{rule.who}，{rule.what}"),
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
    Receipt: ("票据", lambda rule: rule.name),
    Cash: ("现金", _cash),
    Channel: ("缴费方式", lambda rule: rule.name),
    RemittanceOffice: ("高校汇缴", lambda rule: f"注册在{rule.registered_in}的高校到{rule.office}汇缴"),
    Targets: ("任务", _targets),
    Contact: ("电话", lambda rule: f"{rule.name} {rule.phone}"),
}
