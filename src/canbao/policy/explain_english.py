"""An answer told in English. What the notice's office has not translated stays Chinese."""

from collections.abc import Mapping
from datetime import date

from canbao.kernel.fen import short_yuan, yuan
from canbao.policy.assessment import Assessment, LineAnswer, RefundAnswer, Share, Unknown, Waiver
from canbao.policy.english import length, phrase, refusal_in_english
from canbao.policy.explain_chinese import THEMSELVES
from canbao.policy.money_rules import BASIC
from canbao.policy.pack import Pack
from canbao.policy.reasons import (
    Help,
    Household,
    NoHelp,
    Reasons,
    Waited,
    begins_later_than_its_rule,
    helps,
    merged,
    price_of_line,
    waited,
    whole_year_fen,
    without_help,
)
from canbao.policy.sentences_english import ANCHORS, Sentences


class English:
    """`number` 0 speaks to the person (you); any other is the one of a family who is spoken of."""

    between = " "  # two sentences

    def __init__(self, glossary: Mapping[str, str]) -> None:
        self.glossary = glossary
        self.rules = Sentences(glossary)

    def say(self, text: str) -> str:
        return phrase(text, self.glossary)

    def notice(self, pack: Pack) -> str:
        number = f" ({pack.document.number})" if pack.document.number else ""
        return f"By “{self.say(pack.document.title)}”{number}: "

    def supposed(self, day: date) -> str:
        return f"Where no day of payment was given, this is for paying on {_day(day)}."

    def household(self, family: Household, pack: Pack) -> str:
        parts = [f"Your household of {family.people} pays {short_yuan(family.pays_fen)} yuan"]
        if family.unknown:
            parts.append(f"for {_people(family.unknown)} the amount cannot be said yet and is not in this sum")
        if family.refused:
            parts.append(f"{_people(family.refused)} cannot enrol now")
        if family.helped_fen:
            parts.append(f"others pay {short_yuan(family.helped_fen)} yuan for you")
        rule = pack.household.same_tier
        if family.tiers and rule is not None:
            tiers = " and ".join(self.say(tier) for tier in family.tiers)
            parts.append(f"you chose {tiers}, but a whole household takes one tier{_under(rule.where)}")
        return "; ".join(parts) + "."

    def person(self, answer: Assessment, why: Reasons | None = None, number: int = 0) -> str:
        who = _who(why, number)
        if answer.refusal is not None:
            parts = [(f"{who}: " if number else "") + self._refusal(answer)]
        else:
            parts = [self._money(answer, why, who), self._start(answer, why)]
            if why is not None and answer.government_fen and answer.covered_until is not None:
                parts.append(f"The government adds {short_yuan(answer.government_fen)} yuan.")
        parts += [self._paid_back(share, refused=answer.refusal is not None) for share in answer.paid_back]
        parts += (
            [f"This tier is paid, and the benefits are those of {self.say(answer.enjoys)}."] if answer.enjoys else []
        )
        parts += [
            f"{self.say(earned.what)}: the ceiling is {short_yuan(earned.fen)} yuan higher{_under(earned.clause)}."
            for earned in answer.incentives
            if earned.fen is not None
        ]
        parts += [self._refund(answer.refund)] if answer.refund is not None else []
        parts += [self._unknown(one) for one in merged(answer.unknown)]
        parts += [f"This rests on an assumption: {self.say(one.what)}." for one in answer.assumptions]
        return " ".join(part for part in parts if part)

    def _refusal(self, answer: Assessment) -> str:
        assert answer.refusal is not None
        says, remedy = refusal_in_english(answer.refusal.as_json(), self.glossary)
        return f"{says.removesuffix('.')}{_under(answer.refusal.clause)}. What helps: {remedy}"

    def _unknown(self, one: Unknown) -> str:
        if one.ask in THEMSELVES:
            return f"Not known yet: {self.say(one.what)}{_under(one.clause)}; ask {self.say(one.ask)}."
        return f"Not known: {self.say(one.what)}{_under(one.clause)}; ask {self.say(one.ask)}."

    def _money(self, answer: Assessment, why: Reasons | None, who: str) -> str:
        if len(answer.lines) > 1 and answer.covered_until is not None:
            return self._bill(answer, why, who)
        if answer.covered_until is None:
            return (
                "Whether you may pay now cannot be said yet."
                if who == "you"
                else f"{who}: whether they may pay is open."
            )
        if answer.individual_fen is None:
            return f"What {_owes(who)} cannot be said yet."
        price = (
            f"the individual contribution is {short_yuan(answer.individual_fen)} yuan{self._price_reason(why, None)}"
        )
        if answer.pays_fen is None:
            return f"What {_owes(who)} cannot be said yet: {price}."
        helped = helps(answer, None)
        if not helped:
            nothing = "" if answer.paid_back else ", without a subsidy"
            nothing += "".join(f"; {self._no_help(one)}" for one in without_help(answer, why))
            return f"{_pays(who, answer.pays_fen, why)}: {price}{nothing}."
        others = "".join(f"; {self._no_help(one)}" for one in without_help(answer, why))
        return f"{_pays(who, answer.pays_fen, why)}: {price}, {', and '.join(map(self._help, helped))}{others}."

    def _no_help(self, one: NoHelp) -> str:
        reasons = {
            "nothing": "nothing is given",
            "others": "its conditions are not met",
            "before": "nothing more after another subsidy",
            "less": "not more than the above",
            "day": "not on the roster of the day that decides",
        }
        return f"for category {self.say(one.category)}: {reasons[one.why]}{_under(one.clause)}"

    def _bill(self, answer: Assessment, why: Reasons | None, who: str) -> str:
        lines = "; ".join(self._line(answer, line, why) for line in answer.lines)
        if answer.pays_fen is None:
            return f"What {_owes(who)} in all cannot be said yet: {lines}."
        return f"{_pays(who, answer.pays_fen, why)} in all, for {len(answer.lines)} lines: {lines}."

    def _line(self, answer: Assessment, line: LineAnswer, why: Reasons | None) -> str:
        name = None if line.line == BASIC else line.line
        if line.individual_fen is None:
            return f"{self.say(line.line)}, which cannot be said yet"
        price = f"{self.say(line.line)} {short_yuan(line.individual_fen)} yuan{self._price_reason(why, name)}"
        if line.pays_fen is None:
            return f"{price}, of which the person's part cannot be said yet"
        helped = helps(answer, name)
        if not helped:
            return price
        own = f"leaving {short_yuan(line.pays_fen)} yuan" if line.pays_fen else "leaving nothing to pay"
        return f"{price}, {', and '.join(map(self._help, helped))}, {own}"

    def _price_reason(self, why: Reasons | None, line: str | None) -> str:
        price = price_of_line(why, line)
        if price is None or price.standard is None:
            return ""
        conditions = (price.rule.when if price.rule else None, price.standard.when)
        asked = [text for when in conditions if when and (text := self.rules.condition(when))]
        parts = [f"the price for: {'; '.join(asked)}"] if asked else []
        year_fen = whole_year_fen(price)
        parts += [f"for the months left, of {short_yuan(year_fen)} yuan a year"] if year_fen is not None else []
        parts += [f"clause {price.standard.where}"] if price.standard.where else []
        return f" ({'; '.join(parts)})" if parts else ""

    def _help(self, one: Help) -> str:
        if one.is_waiver:
            fen = sum(part.fen for part in one.parts)
            waived = f"{short_yuan(fen)} yuan are waived and nobody pays them"
            return f"{waived}, category {self.say(one.category)}{_under(one.clause)}"
        by = " and ".join(self._given(part) for part in one.parts)
        return f"{by}, category {self.say(one.category)}{_under(one.clause)}"

    def _given(self, part: Share | Waiver) -> str:
        payer = self.say(part.payer) if isinstance(part, Share) else ""
        return f"{payer} pays {short_yuan(part.fen)} yuan"

    def _paid_back(self, share: Share, *, refused: bool) -> str:
        when = "Although not enrolled here" if refused else "After payment"
        gives = f"{self.say(share.payer)} gives back {short_yuan(share.fen)} yuan"
        return f"{when}, {gives}, category {self.say(share.category)}{_under(share.clause)}."

    def _start(self, answer: Assessment, why: Reasons | None) -> str:
        if answer.covered_from is None or answer.covered_until is None:
            return ""
        if why is None:
            return f"Cover runs from {answer.covered_from} to {answer.covered_until}."
        first, last = _day(answer.covered_from), _day(answer.covered_until)
        return f"Cover runs from {first} to {last}, {self._start_reason(answer, why)}."

    def _start_reason(self, answer: Assessment, why: Reasons) -> str:
        pack, way = why.pack, why.way
        if way is None or way.starts is None:
            born = why.person.facts.born_on
            if born is not None and born == answer.covered_from and born > pack.period.first:
                return f"from birth{_under(pack.benefit_period.where)}"
            return f"because it is paid in the collection window{_under(pack.collection_window.where)}"
        wait = waited(why)
        if wait is None:
            early = ", and not before the benefit period" if begins_later_than_its_rule(answer, why) else ""
            return f"by “{self.say(way.name)}”{_under(way.where)}: {self.rules.start(way.starts)}{early}"
        anchor = ANCHORS.get(str(way.starts.anchor), str(way.starts.anchor))
        return f"by “{self.say(way.name)}”{_under(way.where)}: counted from {anchor}, {_waited(wait)}"

    def _refund(self, refund: RefundAnswer) -> str:
        no = "nothing is given back. " if refund.allowed is False else ""
        clause = _under(refund.clause)
        return f"Refund asked for because of {self.say(refund.reason)}{clause}: {no}{self.say(refund.says)}"


def _waited(wait: Waited) -> str:
    parts = [f"a fixed wait of {length(wait.fixed)}"]
    if wait.lapsed:
        free = f" (the first {wait.free_years} not counted)" if wait.free_years else ""
        more = f"{length(wait.added)} more" if wait.lapsed > wait.free_years else "nothing more"
        parts.append(f"{more} for {wait.lapsed} years without cover{free}")
    parts += [f"{length(wait.taken_off)} less for {wait.repaired} years repaired"] if wait.repaired else []
    parts += [f"but never under {length(wait.never_under)} after so long"] if wait.never_under else []
    return ", ".join(parts)


def _under(clause: str) -> str:
    return f" (clause {clause})" if clause else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"


def _who(why: Reasons | None, number: int) -> str:
    if not number:
        return "you"
    born = why.person.facts.born_on if why is not None else None
    return f"Person {number}, born {_day(born)}," if born else f"Person {number}"


def _pays(who: str, fen: int, why: Reasons | None) -> str:
    amount = f"{yuan(fen)} yuan" if why is None else f"{short_yuan(fen)} yuan" if fen else "nothing"
    return f"You pay {amount}" if who == "you" else f"{who} pays {amount}"


def _owes(who: str) -> str:
    return "you owe" if who == "you" else f"{who} owes"
