"""Figures of a pack that follow from others and stand there to check them: a notice says them, so the pack does.

Without them the rules say the same, as long as both agreed.
"""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_PARTS = {"total_yuan"}  # beside individual_yuan and government_yuan
_LEFT_TO_PAY = {"pays_yuan", "pays_rate"}  # beside a subsidy


def without_check_figures(text: str) -> str:
    """The file without them; as it is where it cannot be read, which the check then says with its line."""
    yaml = YAML()
    try:
        data = yaml.load(text)
    except YAMLError:
        return text
    if not isinstance(data, dict):
        return text
    for topic in ("standards", "standards+"):
        _leave_out(data.get(topic), beside=("individual_yuan", "government_yuan"), names=_PARTS)
    for topic in ("subsidies", "subsidies+"):
        _leave_out(data.get(topic), beside=("subsidy",), names=_LEFT_TO_PAY)
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _leave_out(rules: Any, *, beside: tuple[str, ...], names: set[str]) -> None:
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict) and all(key in rule for key in beside):
            for name in names & set(rule):
                del rule[name]
                if isinstance(rule.get("derived"), dict):
                    rule["derived"].pop(name, None)
