"""What a person sees: numbers as they are read, and a progress bar where somebody looks at it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Advanced: TypeAlias = Callable[[int, int], None]


@contextmanager
def progress(verb: str, things: str) -> Generator[Advanced]:
    """A function to be told `(done, total)`; it draws a bar on stderr when that is a terminal.

    The bar is gone afterwards. In a pipe nothing is written; NO_COLOR takes the colours away.
    """
    console = Console(stderr=True)
    columns = (TextColumn(verb), BarColumn(), MofNCompleteColumn(), TextColumn(things), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(verb, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def counted(number: int, thing: str) -> str:
    """`3,490 articles`, `1 article`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def check_command(paths: Iterable[Path]) -> str:
    """What to type to see the problems of these folders."""
    return shlex.join(["graph-api", "check", *map(str, paths)])
