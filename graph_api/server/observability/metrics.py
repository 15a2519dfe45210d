"""What this process has answered, counted, in the words of Prometheus.

Why plain numbers, which prometheus_client only words when somebody asks: a request would cost its counters
two microseconds more. No label takes its values from clients: a path is one of ours or "other", and names of
operations are in the log.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from graph_api.execution.engine import Engine
from graph_api.server.observability.request_record import Seen

PATHS = frozenset({"/graphql", "/samples.json", "/schema.graphql", "/healthz", "/readyz", "/metrics"})
BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_CACHES = ("hit", "rows", "miss", "none")


class _Histogram:
    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def observe(self, value_s: float) -> None:
        self.counts[bisect_left(BOUNDS_S, value_s)] += 1
        self.sum_s += value_s

    def buckets(self) -> Iterator[tuple[str, float]]:
        """How many were at most so long, for each bound."""
        total = 0
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), self.counts, strict=True):
            total += count
            yield bound, total


class Metrics:
    """Counts of one process. A request's place in the counts does not change when it is over."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._requests: Counter[tuple[str, int]] = Counter()
        self._operations: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._seconds = {cache: _Histogram() for cache in _CACHES}
        self._bytes = self._cost = self._rows = self._slow = 0

    def ended(self, request: Seen, *, slow: bool) -> None:
        """*request* is over, and counts."""
        path = request.path
        self._requests[path if path in PATHS else "other", request.status] += 1
        self._bytes += request.bytes
        if request.asks:
            self._operations[request.code or "OK"] += 1
            self._seconds[request.cache or "none"].observe(request.took_s)
            self._cost += request.cost
            self._rows += request.rows
            self._slow += slow

    def refused(self, code: str) -> None:
        """A connection was ended before a request of it was understood."""
        self._refused[code] += 1

    def collect(self) -> Iterator[Metric]:
        """The counts as they are."""
        yield _counter("requests", "HTTP requests answered.", ("path", "status"), self._requests)
        yield counter("response_bytes", "Bytes of bodies sent.", self._bytes)
        yield _counter(
            "operations", "Operations by the code of their first error, or OK.", ("code",), self._operations
        )
        yield self._latency()
        yield counter("cost", "Cost of operations, in units of --max-cost.", self._cost)
        yield counter("rows", "Rows that answers were made from.", self._rows)
        yield counter("slow_operations", "Operations that took longer than --slow-query-ms.", self._slow)
        yield _counter("connections_refused", "Connections ended before a request.", ("code",), self._refused)
        yield gauge("requests_in_flight", "HTTP requests being answered.", self.in_flight)

    def _latency(self) -> Metric:
        told = "Time operations took, by where their answers came from: see `cache` in the log."
        family = HistogramMetricFamily("graph_api_operation_seconds", told, labels=("cache",))
        for cache, histogram in self._seconds.items():
            family.add_metric((cache,), list(histogram.buckets()), histogram.sum_s)
        return family


def engine_gauges(engine: Engine) -> Iterator[Metric]:
    """What *engine* does now, and holds."""
    lanes = {"light": engine.lanes.light, "heavy": engine.lanes.heavy}
    running = {name: lane.running for name, lane in lanes.items()}
    waiting = {name: lane.waiting for name, lane in lanes.items()}
    yield gauge("lane_running", "Operations that have their turn.", running, "lane")
    yield gauge("lane_waiting", "Operations that wait for their turn.", waiting, "lane")
    yield gauge("cache_bytes", "Memory held to answer from.", engine.held_bytes, "cache")


def counter(name: str, told: str, value: float) -> Metric:
    """A number that only grows."""
    return CounterMetricFamily(f"graph_api_{name}", told, value)


def gauge(name: str, told: str, values: float | Mapping[str, float], label: str = "") -> Metric:
    """A number that comes and goes, or several, by the value of their label."""
    if not isinstance(values, Mapping):
        return GaugeMetricFamily(f"graph_api_{name}", told, values)
    family = GaugeMetricFamily(f"graph_api_{name}", told, labels=(label,))
    for at, value in values.items():
        family.add_metric((at,), value)
    return family


def _counter(
    name: str, told: str, labels: tuple[str, ...], values: Mapping[tuple[str, int], int] | Mapping[str, int]
) -> Metric:
    family = CounterMetricFamily(f"graph_api_{name}", told, labels=labels)
    for at, value in values.items():
        family.add_metric([at] if isinstance(at, str) else [str(each) for each in at], value)
    return family
