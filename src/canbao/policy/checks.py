"""What must hold among the rules of a pack: a list of small functions, each of which looks at one thing.

To add a rule, write a function that yields (path, message) and add its name to `PACK_CHECKS`. All of them run.
"""

from collections.abc import Callable, Iterator

from canbao.policy.pack import Pack
from canbao.policy.reading import Path

Found = Iterator[tuple[Path, str]]
PACK_CHECKS: tuple[Callable[[Pack], Found], ...] = ()
