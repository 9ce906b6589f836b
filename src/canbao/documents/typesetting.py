"""Papers as PDF/A: a template of ours, values as JSON, the bytes of one file.

A large paper is set in a process of its own: the typesetter needs half a megabyte a receipt and a hundred kilobytes a person
of a base table, and keeps the parts of its last ten papers, which a process that prints all day would never give back.

The same values make the same bytes: the date in the file is the given day.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst

from canbao.documents.fonts import installed_fonts
from canbao.documents.refusals import CharacterMissing

TEMPLATES = Path(__file__).with_name("templates")
_NOT_DISPLAYED = re.compile(r'the text `"(.+?)"` could not be displayed')
_MISSING = 3  # how the process of its own ends where a character is missing
_LARGE = 200_000  # characters of values: a hundred receipts, or a village of fifteen hundred people


def typeset(template: str, data: Mapping[str, object], *, made_on: date) -> bytes:
    """`template` is the name of one of `TEMPLATES`. Says no: `CharacterMissing`, where no font of this machine has a character;
    a paper with an empty box in somebody's name is not made."""
    values = json.dumps(data, ensure_ascii=False)
    if len(values) < _LARGE:
        return _typeset(template, values, made_on)
    command = [sys.executable, "-I", "-m", "canbao.documents.typesetting", template, made_on.isoformat()]
    done = subprocess.run(command, input=values.encode(), stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own module
    if done.returncode == _MISSING:
        raise CharacterMissing(character=done.stdout.decode())
    done.check_returncode()
    return done.stdout


def _typeset(template: str, values: str, made_on: date) -> bytes:
    try:
        pdf = typst.compile(
            (TEMPLATES / template).read_bytes(),
            font_paths=installed_fonts(),
            format="pdf",
            sys_inputs={"data": values},
            pdf_standards="a-2b",  # which wants a glyph for everything
            timestamp=datetime.combine(made_on, time(), UTC),
        )
    except typst.TypstError as error:
        missing = _NOT_DISPLAYED.search(str(error))
        if missing is None:
            raise
        raise CharacterMissing(character=missing[1]) from None
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


if __name__ == "__main__":
    try:
        made = _typeset(sys.argv[1], sys.stdin.buffer.read().decode(), date.fromisoformat(sys.argv[2]))
    except CharacterMissing as no:
        sys.stdout.buffer.write(str(no.words["character"]).encode())
        raise SystemExit(_MISSING) from None
    sys.stdout.buffer.write(made)
