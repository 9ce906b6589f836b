"""A long story in a file: a line when it begins and one for each step, written out at once."""

import re
from pathlib import Path

from rich.console import Console

from canbao.config.season.progress import progress_bar


def test_in_a_file_each_step_is_one_line_and_there_as_soon_as_it_begins(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with said.open("w") as file, progress_bar(Console(file=file)) as (tell, plan):
        tell("装入样例县", 0)
        plan(3)
        seen = [said.read_text()]
        for words in ("11月01日：收缴", "11月01日：收缴", "11月02日：收缴"):
            tell(words, 1)
            seen.append(said.read_text())

    assert [len(text.splitlines()) for text in seen] == [1, 2, 2, 3]
    assert re.fullmatch(r"0:0\d 装入样例县\n0:0\d 11月01日：收缴\n0:0\d 11月02日：收缴\n", said.read_text())


def test_on_a_terminal_it_is_a_bar(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with said.open("w") as file, progress_bar(Console(file=file, force_terminal=True)) as (tell, _plan):
        tell("装入样例县", 1)

    assert "1/12" in said.read_text() or "12/12" in said.read_text()
