"""The metrics of all workers, told by whichever is asked: each carries the number of its worker.

Every worker leaves its own in a file of a private folder, once a second, and reads those of the others.
Why not prometheus_client's files mapped by all: they are chosen by a variable of the whole process before
anything is imported, cost each request more, and can hold no gauges that are looked up. Counts are told a
second late; those of a worker that was replaced begin again at zero, as Prometheus expects of restarts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector

_EVERY_S = 1.0

Collect = Callable[[], Iterable[Metric]]


class Team:
    """The *worker*th of several processes that share *folder*; alone without one."""

    def __init__(self, worker: int, folder: Path | None) -> None:
        self.worker = worker
        self._folder = folder
        self._process = ProcessCollector(registry=None)

    @asynccontextmanager
    async def told(self, collect: Collect) -> AsyncGenerator[None]:
        """Meanwhile the others can tell what *collect* gives here."""
        if self._folder is None:
            yield
            return
        telling = asyncio.create_task(self._keep_telling(self._folder, collect))
        try:
            yield
        finally:
            telling.cancel()

    def all(self, collect: Collect) -> Iterator[Metric]:
        """The metrics of every worker, one family after the other."""
        families: dict[str, Metric] = {}
        for one in (self._own(collect), *self._others()):
            for name, told, kind, samples in one:
                family = families.setdefault(name, Metric(name, told, kind))
                for sample, labels, value in samples:
                    family.add_sample(sample, labels, value)
        yield from families.values()

    def _own(self, collect: Collect) -> list[Any]:  # Any: rows of JSON, all of a kind
        return [_row(family, self.worker) for family in (*collect(), *self._process.collect())]

    def _others(self) -> Iterator[list[Any]]:
        if self._folder is None:
            return
        for file in sorted(self._folder.glob("*.json")):
            if file.stem != str(self.worker):
                with suppress(OSError, orjson.JSONDecodeError):  # it is being replaced
                    yield orjson.loads(file.read_bytes())

    async def _keep_telling(self, folder: Path, collect: Collect) -> None:
        while True:
            written = folder / f"{self.worker}.new"
            with suppress(OSError):  # a full disk: what is there gets old
                written.write_bytes(orjson.dumps(self._own(collect)))
                written.replace(folder / f"{self.worker}.json")
            await asyncio.sleep(_EVERY_S)


def _row(family: Metric, worker: int) -> tuple[Any, ...]:
    samples = [
        (one.name, {**one.labels, "worker": str(worker)}, one.value)
        for one in family.samples
        if not one.name.endswith("_created")
    ]
    return family.name, family.documentation, family.type, samples
