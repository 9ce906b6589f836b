"""The JSON Schema of a pack, for editors that help while writing and for machines that read packs.

It is made from the same models that read a pack. What only the files know is added here: the short forms (`category`
for `categories` with one name), the changes to another pack's topics (`topic+`), and the facts of worked answers.
"""

from typing import Any

from pydantic import TypeAdapter

from canbao.policy.facts import Facts
from canbao.policy.inherit import CHANGES, OWN
from canbao.policy.pack import Topics

Schema = dict[str, Any]

_SHORT = {("Subsidy", "categories"): "category", ("Subsidy", "lines"): "line", ("Condition", "tiers"): "tier"}
"""Where one name may be written instead of a list with one name."""

_FACTS = {
    "Facts": {
        "categories": "身份：名称，或写明等级、起止、认定地的一组",
        "tier": "选的档次",
        "lines": "选了账单上的哪几项自愿项目",
        "traits": "情况，即 traits 里的名称",
        "born_on": "出生日期；未出生的写预产期",
        "paid_on": "缴费日",
        "on": "按哪天问；不写即缴费日",
        "employee_scheme": "参加职工医保的情况",
        "other_cover": "在别处的参保",
        "last_covered_until": "上一次参保到哪天为止",
        "repaired_years": "这次一并补缴几个断保的年度",
        "years_in_row": "已连续参保几年，不含这一次",
        "claimed_last_year": "上一年有没有报销过",
        "refund": "要问能不能退费时写",
    },
    "Held": {
        "name": "身份的名称或花名册上的写法",
        "grade": "等级，如 一级",
        "since": "从哪天起",
        "until": "到哪天止（含）",
        "place": "由哪里认定：行政区划代码；不写即本地",
        "relation": "是本人的什么人才有的，如 子女；不写即本人",
    },
    "EmployeeScheme": {
        "months": "连续参保几个月",
        "back_paid": "其中有没有补缴",
        "left_on": "哪天停的；不写即仍在参保",
    },
    "OtherCover": {
        "scheme": "居民医保（resident）或职工医保（employee）",
        "place": "在哪里：行政区划代码",
        "until": "到哪天为止",
    },
    "RefundAsked": {"reason": "为什么退，即 refunds 里的 reason", "asked_on": "哪天提出"},
}


def pack_schema() -> Schema:
    """The schema of any one file of a pack. No topic is required in it, since the topics are spread over files."""
    schema = Topics.model_json_schema(by_alias=True)
    required = schema.pop("required", [])
    definitions = schema["$defs"]
    for shape in definitions.values():
        _without_noise(shape)
    _without_noise(schema)
    for (name, many), one in _SHORT.items():
        _with_short_form(definitions[name], many, one)
    _with_one_or_several_amounts(definitions["Subsidy"])
    definitions |= _facts()
    definitions["Example"]["properties"]["facts"] = {
        "$ref": "#/$defs/Facts",
        "description": definitions["Example"]["properties"]["facts"]["description"],
    }
    for topic in [topic for topic in schema["properties"] if topic not in OWN]:
        schema["properties"][topic + CHANGES] = _change(definitions, topic, schema["properties"][topic])
    _numbers_are_names_too(schema)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "canbao policy pack"
    schema["description"] = (
        f"一个方案文件夹中的任何一个文件。整个方案必须有：{'、'.join(required)}。见 docs/policy-format.md"
    )
    return schema


def _without_noise(shape: Schema) -> None:
    """Titles that repeat the key, defaults that say "nothing", what only the program writes, and words for programmers."""
    shape.pop("title", None)
    shape.pop("description", None)
    properties = shape.get("properties", {})
    properties.pop("notice", None)
    for field in properties.values():
        field.pop("title", None)
        if not isinstance(field.get("default"), str | int) or field["default"] is False:
            field.pop("default", None)


def _with_short_form(shape: Schema, many: str, one: str) -> None:
    fields = shape["properties"]
    fields[one] = {"type": "string", "description": f"{many} 的简写，只有一个时用"}
    if many in shape.get("required", []):
        shape["required"].remove(many)
        shape.setdefault("allOf", []).append({"oneOf": [{"required": [one]}, {"required": [many]}]})
    else:
        shape.setdefault("allOf", []).append({"not": {"required": [one, many]}})


def _with_one_or_several_amounts(subsidy: Schema) -> None:
    field = subsidy["properties"]["subsidy"]
    several = {key: value for key, value in field.items() if key != "description"}
    subsidy["properties"]["subsidy"] = {
        "anyOf": [field["items"], several],
        "description": field["description"],
    }


def _facts() -> dict[str, Schema]:
    """The shapes of facts, by name; a category may be written as its name alone."""
    facts = TypeAdapter(Facts).json_schema()
    found: dict[str, Schema] = {**facts.pop("$defs"), "Facts": facts}
    for name, shape in found.items():
        _without_noise(shape)
        shape["additionalProperties"] = False
        for key, field in shape["properties"].items():
            field.pop("uniqueItems", None)
            field["description"] = _FACTS[name][key]
    held = found["Facts"]["properties"]["categories"]
    held["items"] = {"anyOf": [{"type": "string"}, held["items"]]}
    return found


def _change(definitions: dict[str, Schema], topic: str, field: Schema) -> Schema:
    """What `topic+` may hold: entries of a list, each perhaps put before another or dropped; else any of the keys."""
    if field.get("type") == "array":
        name = str(field["items"]["$ref"]).rsplit("/", 1)[-1]
        entry = definitions[name]
        before = {"type": "string", "description": "放在上级方案的哪一条前面（写名称）"}
        definitions[f"{name}Change"] = {**entry, "properties": {**entry["properties"], "before": before}}
        definitions["Drop"] = {
            "type": "object",
            "properties": {"drop": {"type": "string", "description": "去掉上级方案的哪一条（写名称）"}},
            "required": ["drop"],
            "additionalProperties": False,
        }
        items = {"anyOf": [{"$ref": f"#/$defs/{name}Change"}, {"$ref": "#/$defs/Drop"}]}
        says = f"改上级方案的 {topic}：同名的代替，drop 去掉，其余加上；before 指定放在哪一条前面"
        return {"type": "array", "items": items, "description": says}
    if field.get("type") == "object":
        return {**field, "description": f"改上级方案的 {topic}：只写要改的键"}
    reference = field.get("$ref") or next(one["$ref"] for one in field["anyOf"] if "$ref" in one)
    name = str(reference).rsplit("/", 1)[-1]
    entry = definitions[name]
    definitions[f"{name}Change"] = {key: value for key, value in entry.items() if key != "required"}
    return {"$ref": f"#/$defs/{name}Change", "description": f"改上级方案的 {topic}：只写要改的键"}


def _numbers_are_names_too(shape: object) -> None:
    """`name: 1`, `phone: 12393`: an editor sees a number where a pack means text."""
    if isinstance(shape, dict):
        if shape.get("type") == "string" and not shape.keys() & {"pattern", "const", "enum"}:
            shape["type"] = ["string", "number"]
        for value in shape.values():
            _numbers_are_names_too(value)
    elif isinstance(shape, list):
        for value in shape:
            _numbers_are_names_too(value)
