"""The JSON Schema of a pack, for editors that help while writing and for machines that read packs."""

from typing import Any

from canbao.policy.pack import Topics


def pack_schema() -> dict[str, Any]:
    """The schema of any one file of a pack. No topic is required in it, since the topics are spread over files."""
    schema = Topics.model_json_schema(by_alias=True)
    required = schema.pop("required", [])
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "canbao policy pack"
    schema["description"] = (
        f"一个方案文件夹中的任何一个文件。整个方案必须有：{'、'.join(required)}。见 docs/policy-format.md"
    )
    subsidy = schema["$defs"]["Subsidy"]
    subsidy["properties"]["category"] = {"type": "string", "description": "身份；categories 的简写，只有一个时用"}
    subsidy["required"] = [key for key in subsidy.get("required", []) if key != "categories"]
    subsidy["oneOf"] = [{"required": ["category"]}, {"required": ["categories"]}]
    return schema
