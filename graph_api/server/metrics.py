"""`/metrics`: what there is to count, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from graph_api.errors import StoreError
from graph_api.records import ContentStatus
from graph_api.server.api_keys import Scope
from graph_api.server.observability.metrics import gauge
from graph_api.server.state import Service

_UNCACHED = {"cache-control": "no-store"}


async def metrics(request: Request) -> Response:
    """The metrics of all workers, and of the content as far as the caller may see it."""
    service: Service = request.app.state.service
    caller = service.access.caller(request.headers.get("authorization", "").encode("latin-1"), Scope.METRICS)
    try:
        content = list(_content(await service.status(service.access.rights(caller))))
    except StoreError:
        content = [gauge("ready", "Whether a graph is loaded.", 0)]
    registry = CollectorRegistry()
    registry.register(_Given([*service.observer.collect(), *content]))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=_UNCACHED)


class _Given(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _content(status: ContentStatus) -> Iterator[Metric]:
    yield gauge("ready", "Whether a graph is loaded.", 1)
    yield gauge("info", "The program.", {version("graph-api"): 1}, "version")
    yield gauge("revision_info", "The revision of the content.", {status.revision: 1}, "revision")
    ingested = status.generated_at.timestamp()
    yield gauge("ingested_timestamp_seconds", "When folders were last read.", ingested)
    counts = {
        "article": status.articles,
        "stub": status.stubs,
        "provider": status.providers,
        "topic": status.topics,
        "related": status.related,
    }
    yield gauge("content", "What the graph holds; stubs are articles too.", counts, "kind")
    problems = {severity.value: count for severity, count in status.problems.items()}
    yield gauge("content_problems", "Problems found in documents.", problems, "severity")
