"""Plans driven on the calling thread, all in one transaction: for programs that have no event loop."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from graph_api.store.reads import Reads
from graph_api.store.sqlite.connection import clear_errors, connected
from graph_api.store.sqlite.reads import answer

T = TypeVar("T")


class Run(Protocol):
    """What a plan returns, driven here and now."""

    def __call__(self, plan: Reads[T], /) -> T: ...


@contextmanager
def opened(path: Path) -> Generator[Run]:
    """A function that drives plans; all of them see one revision of the database at *path*.

    `StoreError` when it cannot be read.
    """
    with clear_errors(path), closing(connected(path)) as connection:
        connection.execute("BEGIN")

        def run(plan: Reads[T]) -> T:
            try:
                read = next(plan)
                while True:
                    read = plan.send(answer(connection, read))
            except StopIteration as done:
                result: T = done.value
                return result

        yield run
