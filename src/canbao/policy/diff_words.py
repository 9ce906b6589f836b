"""A difference between two packs, in words, for people who have to decide or to tell others."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from canbao.kernel.fen import short_yuan
from canbao.policy.conditions import Condition
from canbao.policy.diff import Change, Changed, Difference, Spoken
from canbao.policy.english import length, phrase
from canbao.policy.money_rules import Amount, PartOfYear
from canbao.policy.people_rules import Exclusion, HouseholdRule, Trait
from canbao.policy.rule import Rule, Silence
from canbao.policy.sentences import condition_text, gives_text, label_of, part_of_year_text, sentence, start_text
from canbao.policy.sentences_english import Sentences
from canbao.policy.time_rules import Start
from canbao.policy.values import Span, percent
from canbao.policy.work_rules import TargetUnit

Language = Literal["zh", "en"]

LABELS: dict[str, tuple[str, str]] = {
    "afterwards": ("错过的人怎么办", "afterwards"),
    "after_window": ("缴费期后按哪天的名册", "roster of which day, after the window"),
    "aliases": ("别的写法", "other spellings"),
    "aliases_with_grade": ("写明等级才算的写法", "spellings with a grade"),
    "also_if_covered_elsewhere": ("在别处参保的也给", "also if covered elsewhere"),
    "annexes": ("标题", "title"),
    "as_of_month": ("哪个月的名册", "roster of the month"),
    "ask": ("问谁", "whom to ask"),
    "assumed": ("假定", "assumed"),
    "at_most_rate": ("最多为原限额的", "at most of the ceiling"),
    "base_ceiling_yuan": ("原限额", "the ceiling"),
    "by_choice": ("自愿", "by choice"),
    "cap_tier": ("合计到哪一档为止", "up to the price of"),
    "categories": ("身份", "categories"),
    "ceiling_yuan": ("限额提高", "the ceiling rises by"),
    "counts": ("任务数含", "targets count"),
    "deduction": ("凭什么核减", "what lowers a target"),
    "department": ("认定部门", "department"),
    "due": ("最晚哪天交", "due"),
    "due_day": ("每月几日前", "day of the month"),
    "each_year_from": ("满几年后每年提高", "for each year after"),
    "enjoys": ("享受哪一档", "benefits of"),
    "every_month_on": ("每月几日", "day of the month"),
    "extends": ("在哪个方案的基础上", "stands on"),
    "extends_to": ("包括谁", "with"),
    "first": ("开始", "first day"),
    "first_time_papers": ("首次汇缴的材料", "papers of the first time"),
    "fully_subsidised": ("全额资助而未参保的", "fully subsidised and not enrolled"),
    "government": ("财政补助", "government contribution"),
    "government_yuan": ("财政补助", "government contribution"),
    "grades": ("等级", "grades"),
    "holds_from": ("从哪天起", "holds from"),
    "individual": ("个人缴费标准", "price"),
    "individual_yuan": ("个人缴费标准", "price"),
    "in_window": ("缴费期内按哪天的名册", "roster of which day, in the window"),
    "issued_on": ("印发日期", "issued on"),
    "issuer": ("印发单位", "issuer"),
    "last": ("结束", "last day"),
    "line": ("账单项目", "line"),
    "lines": ("资助哪几项", "lines"),
    "means": ("意思", "means"),
    "name": ("名称", "name"),
    "no_subsidy": ("不再资助", "no subsidy any more"),
    "number": ("文号", "number"),
    "of": ("退哪一笔", "of which payment"),
    "office": ("汇缴地点", "office"),
    "only_if_nothing_before": ("前面已有资助的不给", "only if nobody before gave"),
    "may_pay": ("能不能缴", "whether they may pay"),
    "outside_grades": ("不算的等级", "grades that do not count"),
    "paid": ("何时缴费", "paid"),
    "paid_back": ("先缴后返", "given back later"),
    "part_of_year": ("按剩余月数", "months left"),
    "partly_subsidised": ("定额资助而未参保的", "partly subsidised and not enrolled"),
    "payer": ("支付方", "payer"),
    "payers": ("支付方的先后", "order of payers"),
    "pays_rate": ("个人负担", "the person's share"),
    "pays_yuan": ("个人应缴", "the person pays"),
    "people": ("任务数", "target"),
    "phone": ("电话", "telephone"),
    "place": ("适用的地方", "place"),
    "place_code": ("区划代码", "code of the place"),
    "population": ("户籍人口", "population"),
    "presumed_unless": ("没有写明下列情况时视为有", "presumed unless"),
    "rate": ("参保率", "coverage"),
    "reason": ("情形", "reason"),
    "recognised": ("在哪里认定", "recognised"),
    "registered_in": ("注册地", "registered in"),
    "remark": ("备注", "remark"),
    "remedy": ("怎么办", "remedy"),
    "remit_within": ("多久汇缴", "remitted within"),
    "on_reaching_yuan": ("达到多少汇缴", "remitted on reaching"),
    "roster_of": ("按哪天的名册", "roster of"),
    "rule": ("怎样合并", "how they combine"),
    "same_payer_assumed": ("同一支付方取最高（假定）", "best of one payer (assumed)"),
    "says": ("说明", "explanation"),
    "starts": ("起始", "start"),
    "subsidy": ("资助", "subsidy"),
    "suffix": ("姓名后加", "suffix"),
    "tier": ("档次", "tier"),
    "times": ("按年数计算", "for each year"),
    "title": ("标题", "title"),
    "total_people": ("任务合计", "targets in all"),
    "total_population": ("人口合计", "population in all"),
    "total_yuan": ("筹资标准", "funding standard"),
    "units": ("任务表的单位", "units in the table"),
    "unknown": ("不知道", "unknown"),
    "until": ("最晚", "until"),
    "what": ("做什么", "what"),
    "when": ("哪些人", "who"),
    "who": ("谁", "who"),
    "within": ("多久以内", "within"),
    "allowed": ("能不能退", "given back"),
}
"""What each key is called where a change is told."""

CODES: dict[str, tuple[str, str]] = {
    "most_favourable": ("取最多的一项", "the largest"),
    "in_order": ("按先后补差额", "in order, each filling what is left"),
    "stacking": ("相加", "all together"),
    "not_said": ("没有写", "not said"),
    "in_window": ("集中缴费期内", "in the collection window"),
    "after_window": ("集中缴费期以后", "after the collection window"),
    "any_time": ("任何时候", "at any time"),
    "before_period": ("待遇期开始前", "before the benefit period begins"),
    "in_period": ("待遇期结束前", "before the benefit period ends"),
    "never": ("不退", "never"),
    "all": ("全部", "all"),
    "later": ("后缴的一笔", "the later"),
    "earlier": ("先缴的一笔", "the earlier"),
    "difference": ("差额", "the difference"),
    "here": ("本地", "here"),
    "elsewhere": ("外地", "elsewhere"),
    "asked": ("问的那天", "the day of the question"),
    "paid": ("缴费那天", "the day of payment"),
    "enrol": ("直接登记", "enrolled by the office"),
    "persuade": ("交乡镇动员", "persuaded by the township"),
    "resident": ("居民医保", "the resident scheme"),
    "both_schemes": ("居民和职工医保", "both schemes"),
    "repaired_years": ("补缴的年数", "years repaired"),
}
_CODED = {"rule", "paid", "allowed", "of", "recognised", "in_window", "after_window", "counts", "times"} | {
    "fully_subsidised",
    "partly_subsidised",
}
_TOPICS = {"ways_in": ("其他缴费情形", "other ways in"), "standards": ("标准", "prices")}
_HEADS = {
    "changed": ("改变", "Changed"),
    "added": ("增加", "Added"),
    "gone": ("去掉", "Gone"),
    "reordered": ("先后变了，第一个适用的算", "Another order, and the first that fits is taken"),
    "moved": ("内容没有变，只是出处变了", "The same words from another place"),
}


class Words:
    """Says differences in one language, with the words that the newer pack has for its names."""

    def __init__(self, language: Language, glossary: Mapping[str, str]) -> None:
        self.at = 0 if language == "zh" else 1
        self.glossary = glossary
        self.english = Sentences(glossary)
        self.nothing = ("没有", "none")[self.at]

    def lines(self, found: Difference) -> list[str]:
        """The whole difference, a heading for each kind and a line for each rule."""
        titles = [self._say(pack.document.title) for pack in (found.old, found.new)]
        if found.is_none:
            return [("没有不同。", "No difference.")[self.at]]
        return [
            f"{titles[0]} → {titles[1]}",
            *self._part("changed", (self.changed(one) for one in found.changed)),
            *self._part("added", (self.whole(one) for one in found.added)),
            *self._part("gone", (self.whole(one) for one in found.gone)),
            *self._part("reordered", (_TOPICS[topic][self.at] for topic in found.reordered)),
            *self._part("moved", (self.moved(one) for one in found.moved)),
        ]

    def _part(self, kind: str, lines: Iterable[str]) -> list[str]:
        found = list(lines)
        head = _HEADS[kind][self.at]
        count = f"{head}（{len(found)}）" if self.at == 0 else f"{head} ({len(found)})"
        return [count, *(f"  {line}" for line in found)] if found else []

    def title(self, one: Spoken) -> str:
        """`资助 低保对象`: what sort of rule, and its name."""
        if isinstance(one.rule, Rule):
            label = label_of(one.rule) if self.at == 0 else self.english.label(one.rule)
        else:
            label = ("情况", "Circumstance")[self.at]
        name = self._say(one.name) if one.name else ""
        if isinstance(one.rule, Exclusion | HouseholdRule):
            text = sentence(one.path, one.rule) if self.at == 0 else self.english.sentence(one.path, one.rule)
            name = f"（{text.split('。')[0]}）" if self.at == 0 else f"({text.split('.')[0].lower()})"
        return f"{label} {name}" if name else label

    def whole(self, one: Spoken) -> str:
        """A rule that only one of the packs has, said in full."""
        rule = one.rule
        if isinstance(rule, Trait):
            text = f"{self._say(rule.name)}{('：', ': ')[self.at]}{self._say(rule.means)}"
        else:
            assert isinstance(rule, Rule)
            text = sentence(one.path, rule) if self.at == 0 else self.english.sentence(one.path, rule)
        title = self.title(one)
        if one.name and text.lower().startswith(self._say(one.name).lower()):
            title = title.removesuffix(f" {self._say(one.name)}")  # said once is enough
        return f"{title}{('：', ': ')[self.at]}{text}{self._under(one.where)}"

    def changed(self, one: Changed) -> str:
        changes = ("；", "; ")[self.at].join(self.change(change) for change in one.changes)
        where = self._under(one.new.where)
        if not one.old.stands_where(one.new):
            where = self._under(f"{one.old.where or self.nothing} → {one.new.where or self.nothing}")
        return f"{self.title(one.new)}{('：', ': ')[self.at]}{changes}{where}"

    def moved(self, one: Changed) -> str:
        places = f"{one.old.where or self.nothing} → {one.new.where or self.nothing}"
        return f"{self.title(one.new)}{('：', ': ')[self.at]}{places}"

    def change(self, change: Change) -> str:
        label = LABELS[change.key][self.at]
        in_a_table = change.model is TargetUnit or change.key == "annexes"
        row = f"{self._say(change.row)} " if in_a_table else ""
        return f"{row}{label} {self.value(change, change.old)} → {self.value(change, change.new)}"

    def value(self, change: Change, value: Any) -> str:
        if value is None:
            return self.nothing
        if change.key in _CODED and value in CODES:
            return CODES[value][self.at]
        if isinstance(value, tuple):
            between = ("，再", ", then ") if isinstance(value[0], Amount) else ("、", ", ")
            return between[self.at].join(self._spoken(one) for one in value)
        if isinstance(value, int) and change.key.endswith("_yuan"):
            return f"{short_yuan(value)}{('元', ' yuan')[self.at]}"
        return self._spoken(value)

    def _spoken(self, value: Any) -> str:
        if value is True:
            return ("是", "yes")[self.at]
        for kind, (chinese, english) in self._ways.items():
            if isinstance(value, kind):
                return chinese(value) if self.at == 0 else english(value)
        return self._say(str(value))

    @property
    def _ways(self) -> dict[type, tuple[Callable[[Any], str], Callable[[Any], str]]]:
        """How a value is said in Chinese and in English."""
        return {
            Condition: (condition_text, self.english.condition),
            Amount: (gives_text, self.english.gives),
            Start: (start_text, self.english.start),
            PartOfYear: (part_of_year_text, self.english.part_of_year),
            Silence: (
                lambda silence: f"未知（{silence.unknown}，请问{silence.ask}）",
                lambda silence: f"unknown ({self._say(silence.unknown)}; ask {self._say(silence.ask)})",
            ),
            Span: (str, length),
            Decimal: (percent, percent),
            date: (str, str),
        }

    def _say(self, text: str) -> str:
        return text if self.at == 0 else phrase(text, self.glossary)

    def _under(self, clause: str) -> str:
        if not clause:
            return ""
        return f"（{clause}）" if self.at == 0 else f" ({clause})"


def in_words(found: Difference, language: Language = "zh") -> list[str]:
    """The lines of a difference, for a screen or a letter."""
    return Words(language, found.old.english | found.new.english).lines(found)
