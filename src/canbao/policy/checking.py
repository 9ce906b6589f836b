"""Is this a pack? First its shape, then what its rules say together; all problems at once, each with file and line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as Folder
from typing import TYPE_CHECKING

from pydantic import ValidationError

from canbao.policy.checks import (
    CAMPAIGN_CHECKS,
    EXAMPLE_CHECKS,
    MEASURED_BY_THE_CAMPAIGN,
    PACK_CHECKS,
    PACK_REMINDERS,
    SOUND_PACK_REMINDERS,
    Check,
)
from canbao.policy.checks.slips import prices_of_another_year
from canbao.policy.folders import find_folder, read_folder
from canbao.policy.inherit import read_texts
from canbao.policy.pack import Pack, Topics
from canbao.policy.reading import Path, Problem, Reading, digest_of
from canbao.policy.shape import shape_problems
from canbao.policy.skeleton import TO_FILL_IN

if TYPE_CHECKING:
    import os


def check(dir_or_name: "str | os.PathLike[str]", *, with_examples: bool = True) -> list[Problem]:
    """Everything that is wrong with the pack in a folder; empty when it can be used. Raises `PackNotFound`."""
    folder = find_folder(dir_or_name)
    return check_texts(read_folder(folder), folder.resolve().name, with_examples=with_examples)


def check_texts(texts: Mapping[str, str], key: str, *, with_examples: bool = True) -> list[Problem]:
    """The same for the texts of a pack, as `read_folder` gives them."""
    reading = read_texts(texts)
    pack, problems = problems_of(reading, key, texts)
    if pack is None or not with_examples:
        return problems
    sound = not problems
    problems = sorted({*problems, *_found(reading, pack, EXAMPLE_CHECKS)})
    if sound and not problems:
        from canbao.policy.trial import failures  # runs the engine, which loading does not need

        problems = sorted(reading.problem(failure.path, str(failure)) for failure in failures(pack))
    return problems


@dataclass(frozen=True, slots=True)
class AgainstNotice:
    """A pack beside the published text: what it says otherwise, what of the text it does not use, and what was found."""

    problems: list[Problem]
    reminders: list[Problem]
    found: int
    ours: int


def check_notice(dir_or_name: "str | os.PathLike[str]", notice_text: str, file: str) -> AgainstNotice | None:
    """The pack against the notice in `file`, even while a worked answer fails; None while it cannot be used."""
    from canbao.policy.figures import look_up_figures  # only this looks at a notice
    from canbao.policy.payers import not_in_the_notice
    from canbao.policy.unused import not_used

    folder = find_folder(dir_or_name)
    texts = read_folder(folder)
    pack, problems = problems_of(read_texts(texts), folder.resolve().name, texts)
    if pack is None or problems:
        return None
    figures = look_up_figures(pack, notice_text)
    reminders = [*map(_as_reminder, not_in_the_notice(pack, notice_text)), *not_used(pack, notice_text, file)]
    return AgainstNotice(list(figures.problems), reminders, figures.found, figures.ours)


def reminders(dir_or_name: "str | os.PathLike[str]") -> list[Problem]:
    """What is usually a slip in a pack that can be used; nothing about one that cannot."""
    folder = find_folder(dir_or_name)
    return reminders_of(read_folder(folder), folder.resolve().name, folder.resolve().parent)


def reminders_of(texts: Mapping[str, str], key: str, beside: Folder | None = None) -> list[Problem]:
    """The same for texts; `beside` is the folder whose other packs may be the same place's of another year."""
    reading = read_texts(texts)
    pack, problems = problems_of(reading, key, texts)
    if pack is None:
        return []
    found = _found(reading, pack, PACK_REMINDERS if problems else PACK_REMINDERS + SOUND_PACK_REMINDERS)
    for other in _same_place(beside, pack) if beside is not None else ():
        found += [reading.problem(path, message) for path, message in prices_of_another_year(pack, other)]
    return sorted(set(map(_as_reminder, found)))


def _as_reminder(problem: Problem) -> Problem:
    return replace(problem, message=f"提醒：{problem.message}")


def _same_place(folder: Folder, pack: Pack) -> Iterator[Pack]:
    """The packs in that folder that are about the same place and that this one does not stand on."""
    for other_folder in sorted(folder.iterdir()):
        document = other_folder / "document.yaml"
        if other_folder.name in (pack.key, pack.document.extends) or not document.is_file():
            continue
        if pack.document.place_code in document.read_text(encoding="utf-8", errors="replace"):
            texts = read_folder(other_folder)
            other, problems = problems_of(read_texts(texts), other_folder.name, texts)
            if other is not None and not problems:
                yield other


def problems_of(reading: Reading, key: str, texts: Mapping[str, str]) -> tuple[Pack | None, list[Problem]]:
    """The pack, if its shape is right, and what is wrong with it."""
    to_fill_in = list(_to_fill_in(reading, reading.data, ()))
    problems = [*reading.problems, *to_fill_in]
    try:
        topics = Topics.model_validate(reading.data)
    except ValidationError as error:
        open_lines = {(problem.file, problem.line) for problem in to_fill_in}
        shape = [item for item in shape_problems(reading, error) if (item.file, item.line) not in open_lines]
        return None, sorted({*problems, *shape})
    if to_fill_in or reading.unread:
        return None, sorted(set(problems))  # what the rest says is not the whole
    fields = {name: getattr(topics, name) for name in Topics.model_fields}  # validated once, just now
    before, of_before = (None, []) if reading.before is None else problems_of(reading.before, key, texts)
    problems += of_before
    pack = Pack.model_construct(**fields, key=key, digest=digest_of(reading), texts=dict(texts), before=before)
    problems += _found(reading, pack, PACK_CHECKS)
    return pack, sorted(set(problems))


def _found(reading: Reading, pack: Pack, checks: Iterable[Check]) -> list[Problem]:
    """What these checks say; while a year of the campaign is wrong, not what would only follow from that."""
    campaign_is_wrong = any(True for one_check in CAMPAIGN_CHECKS for _ in one_check(pack))
    return [
        reading.problem(path, message)
        for one_check in checks
        if not (campaign_is_wrong and one_check in MEASURED_BY_THE_CAMPAIGN)
        for path, message in one_check(pack)
    ]


def _to_fill_in(reading: Reading, data: object, path: Path) -> Iterable[Problem]:
    """Every place that still holds the word of the skeleton."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _to_fill_in(reading, value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _to_fill_in(reading, value, (*path, index))
    elif isinstance(data, str) and TO_FILL_IN in data:
        yield reading.problem(path, f"{TO_FILL_IN}：{path[-1]}")
