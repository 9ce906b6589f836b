"""The words of all pages: gathered from templates and code, kept with their English, compiled for Django.

Chinese is the source. English stands in `locale/en/LC_MESSAGES/django.po`; `canbao words` brings it up to date and
writes the `.mo` beside it. Both are in the repository, so nobody needs gettext's tools. A test fails while a text
has no English.
"""

import ast
import gettext
import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import templatize

HERE = Path(__file__).parent
PO = HERE / "locale" / "en" / "LC_MESSAGES" / "django.po"
ROOMS = HERE.parent  # refusals and roles of the rooms below are shown on pages too
_HEADER = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)


def texts() -> dict[str, str]:
    """Every text that a page may show → the file in which it was first found."""
    found: dict[str, str] = {}
    for path in sorted(HERE.rglob("*.html")):
        _keep(found, _in_code(templatize(path.read_text("utf-8"))), path)
    for path in sorted(HERE.rglob("*.py")):
        _keep(found, _in_code(path.read_text("utf-8")), path)
    said = [path for path in ROOMS.glob("*/refusals.py") if path.parent.name != "policy"]  # they bring their English
    for path in [*sorted(said), ROOMS / "kernel" / "identity.py", ROOMS / "kernel" / "passport.py", HERE / "limits.py"]:
        _keep(found, _refusals(path.read_text("utf-8")), path)
    for path in (
        "rosters/domain/sentences.py",
        "enrolment/domain/change_sentences.py",
        "reports/four_ways.py",
        "collection/models/refund.py",
    ):
        _keep(found, _constants((ROOMS / path).read_text("utf-8")), ROOMS / path)
    path = ROOMS / "kernel" / "identity.py"
    _keep(found, _constants(path.read_text("utf-8"), within="Correction"), path)
    path = ROOMS / "enrolment" / "standing.py"
    _keep(found, _constants(path.read_text("utf-8"), within="Standing"), path)
    path = ROOMS / "collection" / "domain" / "fees.py"
    _keep(found, _constants(path.read_text("utf-8"), within="Paying"), path)
    path = ROOMS / "register" / "domain" / "duplicates.py"
    _keep(found, _constants(path.read_text("utf-8"), within="Why"), path)
    path = ROOMS / "reports" / "nobody_lost.py"
    _keep(found, _constants(path.read_text("utf-8"), within="Lost"), path)
    for room in ("access", "collection", "enrolment", "ledger", "register", "rosters"):
        for path in sorted((ROOMS / room / "models").glob("*.py")):
            _keep(found, _choices(path.read_text("utf-8")), path)
    return found


def _keep(found: dict[str, str], here: Iterable[str], path: Path) -> None:
    for text in here:
        if text.strip():
            found.setdefault(text, str(path.relative_to(ROOMS.parent)))


def _in_code(source: str) -> Iterator[str]:
    """First arguments of `_` and its sisters. Templates come as such calls among letters X."""
    for call in re.finditer(r'\b_?n?gettext(?:_lazy)?\(\s*u?("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')', source):
        yield ast.literal_eval(call[1])
    for call in re.finditer(r'(?<![\w.])_\(\s*("(?:[^"\\]|\\.)*")', source):
        yield ast.literal_eval(call[1])


def _refusals(source: str) -> Iterator[str]:
    """The templates of what is said and what would help."""
    for node in ast.walk(ast.parse(source)):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        named = {target.id for target in targets if isinstance(target, ast.Name)}
        if named & {"says_template", "remedy_template"}:
            yield ast.literal_eval(node.value)


def _constants(source: str, *, within: str = "") -> Iterator[str]:
    """Texts that have a public name in capitals: in the module, or in the class `within` of it."""
    body = ast.parse(source).body
    if within:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == within)
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from [] if ast.unparse(node.targets[0]).startswith("_") else [node.value.value]


def _choices(source: str) -> Iterator[str]:
    """The labels of `TextChoices`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any("TextChoices" in ast.unparse(base) for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    yield ast.literal_eval(line.value.elts[1])


def read_po(path: Path = PO) -> dict[str, str]:
    def joined(lines: str) -> str:
        return "".join(ast.literal_eval(line) for line in lines.splitlines() if line)

    return {joined(found[1]): joined(found[2]) for found in _ENTRY.finditer(path.read_text("utf-8"))}


def write_po(known: dict[str, str], wanted: dict[str, str], path: Path = PO) -> None:
    """Every wanted text with the English that is known, by file; what is not wanted any more is left out."""
    entries = [
        f"#: {place}\nmsgid {_quoted(text)}\nmsgstr {_quoted(known.get(text, ''))}\n"
        for text, place in sorted(wanted.items(), key=lambda item: (item[1], item[0]))
    ]
    path.write_text("\n".join([_HEADER, *entries]), "utf-8")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def compiled(po: dict[str, str]) -> bytes:
    """A `.mo` file: a header, two tables of lengths and places, and the texts (GNU gettext manual, "MO files")."""
    entries = sorted((key.encode(), value.encode()) for key, value in po.items() if value)
    count, start = len(entries), 28 + 16 * len(entries)
    keys = b"".join(key + b"\0" for key, _ in entries)
    values = b"".join(value + b"\0" for _, value in entries)
    tables, at = [], start
    for column in (0, 1):
        for entry in entries:
            tables.append(struct.pack("<2I", len(entry[column]), at))
            at += len(entry[column]) + 1
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + b"".join(tables) + keys + values


def compiled_now(path: Path = PO) -> gettext.GNUTranslations:
    with path.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)
