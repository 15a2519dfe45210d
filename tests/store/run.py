"""One read, asked of a store and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from graph_api.store import open_store
from graph_api.store.reads import Read, ask

T = TypeVar("T")


def answers(path: Path, reads: Sequence[Read[Any]]) -> list[Any]:
    """What the store at *path* answers *reads* with, each in a plan of its own."""

    async def run() -> list[Any]:
        store = await open_store(path, reader_connections=1)
        try:
            return [(await store.run(ask(read)))[0] for read in reads]
        finally:
            await store.close()

    return asyncio.run(run())


def answer(path: Path, read: Read[T]) -> T:
    """What the store at *path* answers *read* with."""
    [found] = answers(path, [read])
    result: T = found
    return result
