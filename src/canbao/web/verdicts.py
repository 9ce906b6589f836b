"""What stands beside a row of a department's list, in the reader's language.

The sentence is kept as the department gets it in its file. Here it is recognised by the templates it was made from, and
said again; a sentence that is none of them (cut short, or from an older program) stays as it is.
"""

import re
from functools import cache
from string import Formatter

from django.utils.translation import gettext as _

from canbao.enrolment.domain import change_sentences
from canbao.enrolment.refusals import NoSuchHousehold, WithdrawnUnderOther
from canbao.kernel import identity
from canbao.kernel.identity import Correction, IdentityRefusal
from canbao.kernel.refusal import Refusal
from canbao.register import refusals as register_refusals
from canbao.rosters.domain import sentences
from canbao.web.words import is_chinese

_BETWEEN = "；。"
_OURS = {"correction", "what", "event"}  # words of the program
_DAYS = {"first", "today"}  # that stand beside what may end anywhere: 徐建鹏1978-03-28


def verdict(text: str) -> str:
    """The reason or the remedy of a row."""
    return text if is_chinese() else _said_again(text)


def _said_again(text: str) -> str:
    said, at = [], 0
    while at < len(text):
        found = next(((template, match) for template, form in _forms() if (match := form.match(text, at))), None)
        if found is None:
            return text
        template, match = found
        said.append(_(template).format(**{name: _inside(name, value) for name, value in match.groupdict().items()}))
        at = match.end()
        while at < len(text) and text[at] in _BETWEEN:
            at += 1
    return " ".join(one if one.endswith(".") else f"{one}." for one in said)


def _inside(name: str, value: str) -> str:
    """What fills a sentence: another sentence, a correction, or words of the list and the notice, which stay."""
    if name in ("why", "note"):
        return _said_again(value).rstrip(".")
    return _(value) if name in _OURS else value


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every template with the pattern of what it makes; the ones that begin with something fixed come first."""
    refusals = [
        kind for kind in vars(identity).values() if isinstance(kind, type) and issubclass(kind, IdentityRefusal)
    ]
    of_numbers = {template for kind in refusals for template in (kind.says_template, kind.remedy_template) if template}
    tried = [
        kind for kind in vars(register_refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)
    ]  # a change table is tried on the register, which says no in its own words
    tried += [NoSuchHousehold, WithdrawnUnderOther]
    of_numbers |= {template for kind in tried for template in (kind.says_template, kind.remedy_template) if template}
    own = {value for room in (sentences, change_sentences) for name, value in vars(room).items() if name.isupper()}
    ordered = sorted(of_numbers | own, key=lambda template: (template.startswith("{"), -len(template), template))
    return tuple((template, re.compile(_pattern(template))) for template in ordered)


def _pattern(template: str) -> str:
    made = ""
    for fixed, name, _form, _conversion in Formatter().parse(template.rstrip("。")):
        made += re.escape(fixed)
        if name == "why":
            made += "(?P<why>.+)"
        elif name == "correction":
            made += f"(?P<correction>{'|'.join(re.escape(one.value) for one in Correction)})"
        elif name in _DAYS:
            made += f"(?P<{name}>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})"
        elif name:
            made += f"(?P<{name}>(?:「[^」]*」|[^{_BETWEEN}])+?)"  # what somebody wrote, in quotes, may hold anything
    return f"{made}(?=[{_BETWEEN}]|$)"
