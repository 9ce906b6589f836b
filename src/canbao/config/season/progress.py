"""A long story as it goes: on a terminal one bar, what is going on, how far, how long; in a file a line for each step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from canbao.config.season.processes import heed_signals

CHAPTERS = 12  # steps beside the households


@contextmanager
def progress_bar(console: Console) -> Iterator[tuple[Callable[[str, int], None], Callable[[int], None]]]:
    """`tell(words, steps)` moves it on; `plan(households)` says how many more steps there will be."""
    if not console.is_terminal:
        yield _in_lines(console), lambda households: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("准备", total=CHAPTERS)

        def tell(words: str, steps: int) -> None:
            heed_signals()
            progress.update(task, description=words, advance=steps)

        yield (
            tell,
            lambda households: progress.update(task, total=CHAPTERS + households),
        )
        progress.update(task, description="完成", completed=progress.tasks[0].total)


def _in_lines(console: Console) -> Callable[[str, int], None]:
    """Each step's words once, when it begins, and written out at once: whoever follows the file sees that it goes on."""
    before = ""
    began = monotonic()

    def tell(words: str, steps: int) -> None:
        nonlocal before
        heed_signals()
        if words != before:
            minutes, seconds = divmod(int(monotonic() - began), 60)
            console.print(f"{minutes}:{seconds:02d} {words}", highlight=False)
            console.file.flush()
            before = words

    return tell
