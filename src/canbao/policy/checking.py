"""Is this a pack? First its shape, then what its rules say together; all problems at once, each with file and line."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from canbao.policy.checks import PACK_CHECKS
from canbao.policy.loading import digest_of, find_folder, read_folder
from canbao.policy.pack import Pack, Topics
from canbao.policy.reading import Path, Problem, Reading, read_texts

if TYPE_CHECKING:
    import os

_MESSAGES = {
    "missing": "缺少 {key}",
    "extra_forbidden": "不认识的键 {key}",
    "string_type": "{key} 应是文字",
    "int_type": "{key} 应是整数",
    "int_parsing": "{key} 应是整数，而不是“{value}”",
    "bool_type": "{key} 应是 true 或 false",
    "bool_parsing": "{key} 应是 true 或 false，而不是“{value}”",
    "tuple_type": "{key} 应是列表",
    "dict_type": "{key} 应是“键: 值”",
    "model_type": "{key} 应是“键: 值”",
    "model_attributes_type": "{key} 应是“键: 值”",
    "too_short": "{key} 不能为空",
    "literal_error": "{key} 应是 {expected}，而不是“{value}”",
    "date_from_datetime_parsing": "{key}：“{value}”不是日历上的日期",
    "date_parsing": "{key}：“{value}”不是日历上的日期",
    "date_type": "{key}：“{value}”不是日期",
    "string_pattern_mismatch": "{key}：“{value}”的写法不对",
}


def check(dir_or_name: "str | os.PathLike[str]", *, with_examples: bool = True) -> list[Problem]:
    """Everything that is wrong with the pack in a folder; empty when it can be used. Raises `PackNotFound`."""
    folder = find_folder(dir_or_name)
    texts = read_folder(folder)
    reading = read_texts(texts)
    pack, problems = problems_of(reading, folder.resolve().name, texts)
    if pack is not None and with_examples and not problems:
        from canbao.policy.trial import failures  # runs the engine, which loading does not need

        problems = [reading.problem(("examples", failure.index), str(failure)) for failure in failures(pack)]
    return sorted(problems)


def problems_of(reading: Reading, key: str, texts: Mapping[str, str]) -> tuple[Pack | None, list[Problem]]:
    """The pack, if its shape is right, and what is wrong with it."""
    problems = list(reading.problems)
    try:
        Topics.model_validate(reading.data)
    except ValidationError as error:
        return None, sorted({*problems, *_shape_problems(reading, error)})
    extras = {"key": key, "digest": digest_of(reading), "texts": dict(texts)}
    pack = Pack.model_validate({**reading.data, **extras})
    for one_check in PACK_CHECKS:
        problems += [reading.problem(path, message) for path, message in one_check(pack)]
    return pack, sorted(set(problems))


def _shape_problems(reading: Reading, error: ValidationError) -> Iterable[Problem]:
    for item in error.errors(include_url=False):
        path = _data_path(reading, item["loc"])
        key = str(item["loc"][-1]) if item["loc"] else "方案"
        template = _MESSAGES.get(item["type"])
        if item["type"] == "value_error":
            message = str(item["ctx"]["error"])
        elif template is None:
            message = f"{key}：{item['msg']}"
        else:
            expected = str(item.get("ctx", {}).get("expected", "")).replace(" or ", " 或 ")
            message = template.format(key=key, value=item["input"], expected=expected)
        yield reading.problem(path, message)


def _data_path(reading: Reading, loc: tuple[int | str, ...]) -> Path:
    """Pydantic's place → ours: names of alternatives of a union are no part of the file."""
    path: Path = ()
    for step in loc:
        if (*path, step) in reading.places:
            path = (*path, step)
    return path
