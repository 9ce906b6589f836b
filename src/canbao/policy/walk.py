"""Walk over everything in a pack with its place, as the files write it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from canbao.policy.pack import Pack
from canbao.policy.reading import Path
from canbao.policy.rule import Rule


@dataclass(frozen=True, slots=True)
class Spot:
    """One field of one model: its place, its value, and the rules around it from the outermost to the nearest."""

    path: Path
    value: object
    field: FieldInfo
    rules: tuple[Rule, ...]

    @property
    def rule(self) -> Rule | None:
        """The nearest rule around it."""
        return self.rules[-1] if self.rules else None


def models(pack: Pack) -> tuple[tuple[Path, BaseModel], ...]:
    """Every model in the pack's topics (examples are promises about rules, the English is their translation)."""
    return pack.models


def rules(pack: Pack) -> Iterator[tuple[Path, Rule]]:
    """Every rule of the pack."""
    for path, model in models(pack):
        if isinstance(model, Rule):
            yield path, model


def spots(pack: Pack) -> Iterator[Spot]:
    """Every field that somebody wrote, of every model, each with the rules around it."""
    around: dict[Path, Rule] = dict(rules(pack))
    for path, model in models(pack):
        rules_around = tuple(around[path[:size]] for size in range(1, len(path) + 1) if path[:size] in around)
        for name, field in type(model).model_fields.items():
            if name not in model.model_fields_set:
                continue  # nobody wrote it
            yield Spot((*path, field.alias or name), getattr(model, name), field, rules_around)
