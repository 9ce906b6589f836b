"""An answer as plain sentences that a clerk can read aloud.

`explain` makes them from an assessment alone. `explain_person` and `explain_family` know the pack and the facts as
well, and also say why this price, why from this day, and what a household owes together.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from canbao.policy.assess import assess
from canbao.policy.assessment import Assessment
from canbao.policy.explain_chinese import Chinese
from canbao.policy.explain_english import English
from canbao.policy.facts import Facts
from canbao.policy.pack import Pack
from canbao.policy.person import settled
from canbao.policy.reasons import household, reasons

Language = Literal["zh", "en"]


def explain(assessment: Assessment, language: Language = "zh", glossary: Mapping[str, str] | None = None) -> str:
    """What is owed and why, from when cover runs, what is unknown and what was assumed.

    `glossary`: the pack's `english`; without it names of the notice stay Chinese.
    """
    return _teller(language, glossary or {}).person(assessment)


def explain_person(pack: Pack, facts: Facts, language: Language = "zh") -> str:
    """The same for one person, with the notice, why this price and from this day, and for which day of payment."""
    why = reasons(pack, facts)
    teller = _teller(language, pack.english)
    told = [teller.notice(why.pack) + teller.person(assess(pack, facts), why)]
    told += [teller.supposed(day) for day in _supposed_days(pack, [facts])]
    return teller.between.join(told)


def explain_family(pack: Pack, people: Sequence[Facts], language: Language = "zh") -> str:
    """A household: what it owes together, then a paragraph for each."""
    teller = _teller(language, pack.english)
    answers = [assess(pack, facts) for facts in people]
    why = [reasons(pack, facts) for facts in people]
    together = teller.notice(pack) + teller.household(household(pack, answers, why), pack)
    told = [teller.person(answer, reason, n) for n, (answer, reason) in enumerate(zip(answers, why, strict=True), 1)]
    days = _supposed_days(pack, people)
    if len(days) == 1 and all(facts.paid_on is None for facts in people):
        together += teller.between + teller.supposed(days[0])
    else:
        told = [
            teller.between.join([text, *(teller.supposed(day) for day in _supposed_days(pack, [facts]))])
            for text, facts in zip(told, people, strict=True)
        ]
    return "\n".join([together, *told])


def _supposed_days(pack: Pack, people: Sequence[Facts]) -> list[date]:
    """The days of payment for which we answered whoever gave none, each once."""
    days = [settled(pack, facts)["paid"] for facts in people if facts.paid_on is None]
    return [day for day in dict.fromkeys(days) if day is not None]


def _teller(language: Language, glossary: Mapping[str, str]) -> Chinese | English:
    return Chinese() if language == "zh" else English(glossary)
