"""Is this a pack? First its shape, then what its rules say together; all problems at once, each with file and line."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from canbao.policy.checks import PACK_CHECKS
from canbao.policy.folders import find_folder, read_folder
from canbao.policy.inherit import read_texts
from canbao.policy.pack import Pack, Topics
from canbao.policy.reading import Path, Problem, Reading, digest_of
from canbao.policy.skeleton import TO_FILL_IN

if TYPE_CHECKING:
    import os

    from pydantic_core import ErrorDetails

NO_FILE = "*.yaml"  # a topic that no file holds

_ABOUT_A_KEY = ("missing", "extra_forbidden")

_MESSAGES = {
    "missing": "缺少 {key}",
    "extra_forbidden": "不认识的键 {key}",
    "full_width_colon": "“{key}”里的冒号要用半角的，后面空一格",
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
    to_fill_in = list(_to_fill_in(reading, reading.data, ()))
    problems = [*reading.problems, *to_fill_in]
    try:
        topics = Topics.model_validate(reading.data)
    except ValidationError as error:
        open_lines = {(problem.file, problem.line) for problem in to_fill_in}
        shape = [item for item in _shape_problems(reading, error) if (item.file, item.line) not in open_lines]
        return None, sorted({*problems, *shape})
    if to_fill_in:
        return None, sorted(set(problems))
    fields = {name: getattr(topics, name) for name in Topics.model_fields}  # validated once, just now
    before, of_before = (None, []) if reading.before is None else problems_of(reading.before, key, texts)
    problems += of_before
    pack = Pack.model_construct(**fields, key=key, digest=digest_of(reading), texts=dict(texts), before=before)
    for one_check in PACK_CHECKS:
        problems += [reading.problem(path, message) for path, message in one_check(pack)]
    return pack, sorted(set(problems))


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


def _shape_problems(reading: Reading, error: ValidationError) -> Iterable[Problem]:
    items = error.errors(include_url=False)
    words = {_data_path(reading, item["loc"]) for item in items if item["type"] == "literal_error"}
    others = {_data_path(reading, item["loc"]): _sort_of(item) for item in items if item["type"] != "literal_error"}
    for item in items:
        path = _data_path(reading, item["loc"])
        if item["type"] == "too_short" and item["input"]:
            continue  # its items are wrong, and each is reported itself
        if path in words and path in others and (item["type"] == "literal_error") == _is_a_figure(item["input"]):
            continue  # a word or a figure may stand there; what was written says which was meant
        if item["type"] == "missing" and len(item["loc"]) == 1:
            if not reading.unread:  # it may stand in a file that could not be read
                yield Problem(NO_FILE, 0, f"缺少主题 {item['loc'][0]}")
            continue
        yield reading.problem(path, _shape_message(item, path, others.get(path)))


def _is_a_figure(value: object) -> bool:
    return str(value)[:1].isdigit()


def _sort_of(item: "ErrorDetails") -> str:
    """What might stand in the place of a word."""
    return next(
        (sort for sort in ("金额", "日期") if sort in str(item["msg"])), "整数" if "int" in item["type"] else "日期"
    )


def _shape_message(item: "ErrorDetails", path: Path, other: str | None) -> str:
    template = _MESSAGES.get(item["type"])
    if item["type"] == "value_error":
        return str(item["ctx"]["error"])
    # a union's alternatives are steps of the place too; the key is the last one that the file has
    key = str(item["loc"][-1] if item["type"] in _ABOUT_A_KEY else (path or ("方案",))[-1])
    if template is None:
        return f"{key}：{item['msg']}"
    if item["type"] == "extra_forbidden" and "：" in key:
        template = _MESSAGES["full_width_colon"]
    expected = str(item.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
    expected = _as_written(expected) + (f"，或{other}" if other else "")
    return template.format(key=key, value=_as_written(item["input"]), expected=expected)


def _as_written(value: object) -> str:
    """`true` and `false` as files have them."""
    return str(value).lower() if str(value) in ("True", "False") else str(value)


def _data_path(reading: Reading, loc: tuple[int | str, ...]) -> Path:
    """Pydantic's place → ours: names of alternatives of a union are no part of the file."""
    path: Path = ()
    for step in loc:
        if (*path, step) in reading.places:
            path = (*path, step)
    return path
