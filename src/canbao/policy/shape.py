"""What keeps data from being a pack at all (a key misspelt, a day that is none), said to people and at its line."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from canbao.policy.inherit import CHANGES
from canbao.policy.pack import Topics
from canbao.policy.reading import ONE_OF, Path, Problem, Reading

NO_FILE = "*.yaml"  # a topic that no file holds

_MESSAGES = {
    "string_type": "{key} 应是文字，而不是“{value}”",
    "int_type": "{key} 应是整数，而不是“{value}”",
    "int_parsing": "{key} 应是整数，而不是“{value}”",
    "int_parsing_size": "{key}：“{value}”太大了",
    "bool_type": "{key} 应是 true 或 false，而不是“{value}”",
    "bool_parsing": "{key} 应是 true 或 false，而不是“{value}”",
    "tuple_type": "{key} 应是列表，写成 [{value}]",
    "too_short": "{key} 不能为空",
    "literal_error": "{key} 应是 {expected}，而不是“{value}”",
    "date_from_datetime_parsing": "{key}：“{value}”不是日历上的日期",
    "date_parsing": "{key}：“{value}”不是日历上的日期",
    "date_type": "{key}：“{value}”不是日期",
    "date_from_datetime_inexact": "{key}：“{value}”不是日期",
    "string_pattern_mismatch": "{key}：“{value}”的写法不对",
}
_CLAUSE = "clause 应是文字，不是列表；几处用顿号：{value}"
_NOT_A_MAPPING = ("dict_type", "model_type", "model_attributes_type")
_CODE = "place_code：“{value}”的写法不对，应是六位数字（镇九位，村十二位）"


def shape_problems(reading: Reading, error: ValidationError) -> Iterator[Problem]:
    """Every error at its line, what is said twice about one place joined into one sentence."""
    said: dict[Path, list[str]] = {}
    items = error.errors(include_url=False)
    figures = {_data_path(reading, item["loc"]): _sort_of(item) for item in items if item["type"] != "literal_error"}
    words = {_data_path(reading, item["loc"]) for item in items if item["type"] == "literal_error"}
    for item in items:
        if item["type"] == "too_short" and item["input"]:
            continue  # its items are wrong, and each is reported itself
        path = _data_path(reading, item["loc"])
        is_word = item["type"] == "literal_error"
        if path in words and path in figures and is_word == str(item["input"])[:1].isdigit():
            continue  # a word or a figure may stand there; what was written says which was meant
        if item["type"] == "missing" and len(item["loc"]) == 1:
            if not reading.unread:  # it may stand in a file that could not be read
                yield Problem(NO_FILE, 0, f"缺少主题 {item['loc'][0]}{_about(Topics, str(item['loc'][0]))}")
            continue
        messages = said.setdefault((*path, "+") if item["type"] == "missing" else path, [])
        message = _message(reading, dict(item), figures.get(path) if is_word else None)
        if message not in messages:
            messages.append(message)
    for path, messages in said.items():
        yield reading.problem(path, "；".join(messages))


def _sort_of(item: Mapping[str, Any]) -> str:
    """What may stand in the place of a word."""
    says = str(item["ctx"]["error"]) if item["type"] == "value_error" else item["type"]
    return "金额" if "金额" in says else "整数" if "int" in says else "日期"


def _message(reading: Reading, item: dict[str, Any], figure: str | None) -> str:
    loc, kind = item["loc"], item["type"]
    if kind == "missing":
        key = str(loc[-1])
        return f"缺少 {key}{_about(_model_at(loc[:-1]), key)}"
    if kind == "extra_forbidden":
        return _unknown_key(str(loc[-1]), _model_at(loc[:-1]))
    if kind == "value_error":
        return str(item["ctx"]["error"])
    key = next((str(step) for step in reversed(_data_path(reading, loc)) if isinstance(step, str)), "方案")
    return f"{key} 没有填" if item["input"] is None else _wrong_value(key, item, figure)


def _wrong_value(key: str, item: dict[str, Any], figure: str | None) -> str:
    kind, value = item["type"], item["input"]
    if kind in _NOT_A_MAPPING:
        return f"{key} 应是“键: 值”，而不是" + ("列表（- 或 [ ]）" if isinstance(value, list) else f"“{_shown(value)}”")
    expected = str(item.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
    if kind == "literal_error" and expected == "True":
        return f"{key} 应是 true，而不是“{_shown(value)}”；不适用就不写这个键"
    template = _CODE if key == "place_code" else _MESSAGES.get(kind)
    if key == "clause" and isinstance(value, list):
        template = _CLAUSE
    if template is None:
        return f"{key}：“{_shown(value)}”的写法不对（{item['msg']}）"
    return template.format(key=key, value=_shown(value), expected=expected + (f"，或{figure}" if figure else ""))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{…}"
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _unknown_key(key: str, model: type[BaseModel] | None) -> str:
    if "：" in key:
        return f"“{key}”里是全角冒号“：”，应是半角冒号加空格“: ”"
    if key.endswith(":"):
        return f"{key[:-1]} 没有填"
    if ":" in key:
        return f"“{key}”的冒号后面要有一个空格"
    if key == "drop":
        return f"drop 只用在 {CHANGES} 的列表里，如 subsidies{CHANGES}"
    known = [field.alias or name for name, field in model.model_fields.items()] if model else []
    near = get_close_matches(key, known, n=1)
    if near:
        return f"不认识的键 {key}，是不是 {near[0]}？"
    return f"不认识的键 {key}{'；这里可用：' + '、'.join(known) if known else ''}"


def _about(model: type[BaseModel] | None, key: str) -> str:
    """What a key means, in brackets."""
    fields = model.model_fields.items() if model else ()
    says = next((field.description for name, field in fields if key in (name, field.alias)), None)
    return f"（{says}）" if says else ""


def _model_at(loc: Iterable[int | str]) -> type[BaseModel] | None:
    """The shape that the format has at this place."""
    model: type[BaseModel] | None = Topics
    for step in loc:
        if isinstance(step, int) or model is None:
            continue
        fields = model.model_fields.items()
        found = next((field for name, field in fields if step in (name, field.alias)), None)
        if found is not None:
            model = _model_in(found.annotation)
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_in(inner)) is not None), None)


def _data_path(reading: Reading, loc: tuple[int | str, ...]) -> Path:
    """Pydantic's place → ours: names of alternatives of a union are no part of the file."""
    path: Path = ()
    for step in loc:
        if (*path, step) in reading.places:
            path = (*path, step)
        elif (*path, ONE_OF.get(step, "")) in reading.places:
            path = (*path, ONE_OF[step])
    return path
