"""One progress bar for a long story: what is going on, how far, how long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from canbao.config.season.processes import heed_signals

CHAPTERS = 12  # steps beside the households


@contextmanager
def progress_bar(console: Console) -> Iterator[tuple[Callable[[str, int], None], Callable[[int], None]]]:
    """`tell(words, steps)` moves it on; `plan(households)` says how many more steps there will be."""
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
