"""The first letters of each character's pinyin, all readings of it, for finding people by initials."""

import unicodedata
from collections.abc import Iterator

from django.db import connections

_ALSO = {"𠮷": "j"}  # a form of 吉 that names have and the library does not read


def readings() -> Iterator[tuple[str, str]]:
    """(character, first letter), once each; ü counts as u, whatever the tone."""
    from pypinyin.pinyin_dict import pinyin_dict  # large, and wanted by set-up alone

    for code, spelled in pinyin_dict.items():
        for initial in sorted({unicodedata.normalize("NFD", one)[0] for one in spelled.split(",")}):
            yield chr(code), initial
    yield from _ALSO.items()


def load_readings(*, using: str) -> None:
    """Bring the table of readings up to date. What is there stays; people who are there keep their words until renamed."""
    with connections[using].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE reading_stage (character text, initial text) ON COMMIT DROP")
        with cursor.copy("COPY reading_stage FROM STDIN") as copy:
            for row in readings():
                copy.write_row(row)
        cursor.execute(
            "INSERT INTO register_reading (character, initial) SELECT character, initial FROM reading_stage ON CONFLICT DO NOTHING"
        )
