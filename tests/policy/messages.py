"""Every sentence that a check can say, read from the sources, with … where the pack's own words stand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOM = Path(__file__).resolve().parents[2] / "src" / "canbao" / "policy"
SOURCES = [
    *sorted((ROOM / "checks").glob("*.py")),
    *(
        ROOM / f"{name}.py"
        for name in ("checking", "payers", "reading", "inherit", "values", "time_rules", "trial", "shape", "keyboard")
    ),
]
_RETURN_SENTENCES = ("shape.py", "keyboard.py", "names.py", "sources.py")
_SAY_A_PROBLEM = ("problem", "Problem", "cannot_read")


def messages() -> dict[str, str]:
    """Sentence → where it is said."""
    found: dict[str, str] = {}
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            for said in [*_said(node), *(_returned(node) if source.name in _RETURN_SENTENCES else ())]:
                text = _text(said)
                if text is not None and re.search("[\u4e00-\u9fff]", text):
                    found.setdefault(re.sub("…+", "…", text), f"{source.name}:{node.lineno}")
    return found


def _said(node: ast.AST) -> Iterator[ast.expr]:
    """Yielded with its place, given to a problem, raised about a value, or kept in a table of usual slips."""
    match node:
        case ast.Yield(value=ast.Tuple(elts=[_, said])) | ast.Yield(value=ast.JoinedStr() as said):
            yield said
        case ast.Raise(exc=ast.Call(args=arguments)):
            yield from arguments
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[*_, said]) if name in _SAY_A_PROBLEM:
            yield said
        case ast.Assign(targets=[ast.Name(id="says" | "message")], value=said):
            yield said
        case ast.Assign(targets=[ast.Name(id="_MESSAGES" | "_SLIPS")], value=ast.Dict(values=values)):
            yield from values
        case ast.Assign(targets=[ast.Name(id="_SLIPS")], value=ast.Tuple(elts=pairs)):
            yield from (pair.elts[1] for pair in pairs if isinstance(pair, ast.Tuple))
        case ast.Assign(targets=[ast.Name(id="_TAB" | "_CODE" | "_CLAUSE")], value=said):
            yield said


def _returned(node: ast.AST) -> Iterator[ast.expr]:
    """What a function that makes sentences gives back, alone or with its line."""
    match node:
        case ast.Return(value=ast.Tuple(elts=[_, said])) | ast.Return(value=said) if said is not None:
            yield said


def _text(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str() as text):
            return re.sub(r"\{\w+\}", "…", text).replace("{{", "{").replace("}}", "}")
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) or "" if isinstance(part, ast.Constant) else "…" for part in parts)
    return None
