"""Prometheus metrics: counts of this process, and those of all workers together.

Why plain numbers that prometheus_client only formats on request: its counters would cost each request two microseconds
more. No label takes values from clients: a path is one of the app's or "other"; names of operations are in the log.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector

from graph_api.execution.engine import Engine
from graph_api.server.observability.request_record import RequestRecord

BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_CACHES = ("hit", "rows", "miss", "none")

Collect = Callable[[], Iterable[Metric]]


class _Histogram:
    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def observe(self, value_s: float) -> None:
        self.counts[bisect_left(BOUNDS_S, value_s)] += 1
        self.sum_s += value_s

    def buckets(self) -> Iterator[tuple[str, float]]:
        """For each bound, how many values are at most so large."""
        total = 0
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), self.counts, strict=True):
            total += count
            yield bound, total


class Metrics:
    """Counts requests of one process. *paths* are the values of the label `path`; the app sets them."""

    def __init__(self) -> None:
        self.paths: frozenset[str] = frozenset()
        self.in_flight = 0
        self._requests: Counter[tuple[str, int]] = Counter()
        self._operations: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._seconds = {cache: _Histogram() for cache in _CACHES}
        self._bytes = self._cost = self._rows = self._slow = 0

    def ended(self, request: RequestRecord, *, slow: bool) -> None:
        """Counts *request*, which is complete."""
        path = request.path
        self._requests[path if path in self.paths else "other", request.status] += 1
        self._bytes += request.bytes
        if request.is_operation:
            self._operations[request.code or "OK"] += 1
            self._seconds[request.cache or "none"].observe(request.duration_s)
            self._cost += request.cost
            self._rows += request.rows
            self._slow += slow

    def refused(self, code: str) -> None:
        """Counts a connection that was closed before a request of it was complete."""
        self._refused[code] += 1

    def collect(self) -> Iterator[Metric]:
        """All counts."""
        yield _counter("requests", "HTTP requests answered.", ("path", "status"), self._requests)
        yield counter("response_bytes", "Bytes of bodies sent.", self._bytes)
        yield _counter(
            "operations", "Operations by the code of their first error, or OK.", ("code",), self._operations
        )
        yield self._latency()
        yield counter("cost", "Cost of operations, in units of --max-cost.", self._cost)
        yield counter("rows", "Rows that answers were made from.", self._rows)
        yield counter("slow_operations", "Operations that took --slow-query-ms or longer.", self._slow)
        yield _counter(
            "connections_refused", "Connections closed before a request.", ("code",), self._refused
        )
        yield gauge("requests_in_flight", "HTTP requests being answered.", self.in_flight)

    def _latency(self) -> Metric:
        help = "Duration of operations, by where their answers came from: see `cache` in the log."
        family = HistogramMetricFamily("graph_api_operation_seconds", help, labels=("cache",))
        for cache, histogram in self._seconds.items():
            family.add_metric((cache,), list(histogram.buckets()), histogram.sum_s)
        return family


def engine_gauges(engine: Engine) -> Iterator[Metric]:
    """The queues and caches of *engine*."""
    queues = {"light": engine.queues.light, "heavy": engine.queues.heavy}
    running = {name: queue.running for name, queue in queues.items()}
    waiting = {name: queue.waiting for name, queue in queues.items()}
    yield gauge("operations_running", "Operations that run, light and heavy ones.", running, "queue")
    yield gauge("operations_waiting", "Operations in the queue.", waiting, "queue")
    yield gauge("cache_bytes", "Memory of the caches.", engine.held_bytes, "cache")


def counter(name: str, help: str, value: float) -> Metric:
    """A number that only grows."""
    return CounterMetricFamily(f"graph_api_{name}", help, value)


def gauge(name: str, help: str, values: float | Mapping[str, float], label: str = "") -> Metric:
    """A number that rises and falls, or several by the value of *label*."""
    if not isinstance(values, Mapping):
        return GaugeMetricFamily(f"graph_api_{name}", help, values)
    family = GaugeMetricFamily(f"graph_api_{name}", help, labels=(label,))
    for at, value in values.items():
        family.add_metric((at,), value)
    return family


def _counter(
    name: str, help: str, labels: tuple[str, ...], values: Mapping[tuple[str, int], int] | Mapping[str, int]
) -> Metric:
    family = CounterMetricFamily(f"graph_api_{name}", help, labels=labels)
    for at, value in values.items():
        family.add_metric([at] if isinstance(at, str) else [str(each) for each in at], value)
    return family


# -- all workers ---------------------------------------------------------------------------------------

_SHARE_INTERVAL_S = 1.0


class WorkerMetrics:
    """Metrics of all workers, each with the label `worker`, answered by whichever worker is asked.

    Once a second each worker writes its metrics to a file in a private *folder*, which the others read. Counts of a
    worker that was replaced start again at zero, as Prometheus expects after a restart. Why not prometheus_client's
    multiprocess mode: it must be chosen by an environment variable before any import, slows down each request, and
    has no gauges that are computed on request.
    """

    def __init__(self, worker: int, folder: Path | None) -> None:
        self.worker = worker
        self._folder = folder
        self._process = ProcessCollector(registry=None)

    @asynccontextmanager
    async def sharing(self, collect: Collect) -> AsyncGenerator[None]:
        """Shares what *collect* returns with the other workers until the block ends."""
        if self._folder is None:
            yield
            return
        task = asyncio.create_task(self._keep_sharing(self._folder, collect))
        try:
            yield
        finally:
            task.cancel()

    def all(self, collect: Collect) -> Iterator[Metric]:
        """The metrics of this worker and of all others."""
        families: dict[str, Metric] = {}
        for rows in (self._own(collect), *self._others()):
            for name, help, kind, samples in rows:
                family = families.setdefault(name, Metric(name, help, kind))
                for sample, labels, value in samples:
                    family.add_sample(sample, labels, value)
        yield from families.values()

    def _own(self, collect: Collect) -> list[Any]:  # Any: rows of JSON
        return [_row(family, self.worker) for family in (*collect(), *self._process.collect())]

    def _others(self) -> Iterator[list[Any]]:
        if self._folder is None:
            return
        for file in sorted(self._folder.glob("*.json")):
            if file.stem != str(self.worker):
                with suppress(OSError, orjson.JSONDecodeError):  # it is being replaced
                    yield orjson.loads(file.read_bytes())

    async def _keep_sharing(self, folder: Path, collect: Collect) -> None:
        while True:
            new = folder / f"{self.worker}.new"
            with suppress(OSError):  # with a full disk the file gets old
                new.write_bytes(orjson.dumps(self._own(collect)))
                new.replace(folder / f"{self.worker}.json")
            await asyncio.sleep(_SHARE_INTERVAL_S)


def _row(family: Metric, worker: int) -> tuple[Any, ...]:
    samples = [
        (one.name, {**one.labels, "worker": str(worker)}, one.value)
        for one in family.samples
        if not one.name.endswith("_created")
    ]
    return family.name, family.documentation, family.type, samples
