"""Output for people: numbers, safe text, a progress bar."""

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
    """A function `(done, total)` that draws a bar on stderr, removed at the end. Draws only on a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn(verb), BarColumn(), MofNCompleteColumn(), TextColumn(things), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(verb, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def counted(number: int, thing: str) -> str:
    """`3,490 articles`, `1 article`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """*text* with a space for each tab and U+FFFD for all else that is not printable, such as escape sequences."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text)


def check_command(paths: Iterable[Path]) -> str:
    """The command that shows the problems of these folders."""
    return shlex.join(["graph-api", "check", *map(str, paths)])
