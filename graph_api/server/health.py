"""What operators ask the server: /healthz, /readyz and /metrics."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph_api.errors import StoreError
from graph_api.records import ContentStatus
from graph_api.server.access import Scope
from graph_api.server.observability.metrics import gauge
from graph_api.server.state import ApiState

logger = logging.getLogger(__name__)

UNCACHED = {"cache-control": "no-store"}


async def healthz(request: Request) -> Response:
    """200 as long as the process answers."""
    del request
    return JSONResponse({"status": "alive"}, headers=UNCACHED)


async def readyz(request: Request) -> Response:
    """200 with the revision when a graph is loaded, else 503."""
    state: ApiState = request.app.state.api
    try:
        revision = await state.current_revision()
    except StoreError as error:
        logger.warning("not ready: %s", error)
        return JSONResponse({"status": "no graph is loaded"}, status_code=503, headers=UNCACHED)
    return JSONResponse({"status": "ready", "revision": revision}, headers=UNCACHED)


async def metrics(request: Request) -> Response:
    """The metrics of all workers, and of the content that the caller may see, in the format of Prometheus."""
    state: ApiState = request.app.state.api
    caller = state.access.caller(request.headers.get("authorization", "").encode("latin-1"), Scope.METRICS)
    try:
        content = list(_content(await state.status(state.access.rights(caller))))
    except StoreError:
        content = [gauge("ready", "Whether a graph is loaded.", 0)]
    registry = CollectorRegistry()
    registry.register(_Collected([*state.observer.collect(), *content]))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=UNCACHED)


class _Collected(Collector):
    """Metrics that were collected before, as a registry wants them."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _content(status: ContentStatus) -> Iterator[Metric]:
    yield gauge("ready", "Whether a graph is loaded.", 1)
    yield gauge("info", "The version of graph-api.", {version("graph-api"): 1}, "version")
    yield gauge("revision_info", "The revision of the content.", {status.revision: 1}, "revision")
    ingested = status.generated_at.timestamp()
    yield gauge("ingested_timestamp_seconds", "When the folders were last read.", ingested)
    counts = {
        "article": status.articles,
        "stub": status.stubs,
        "provider": status.providers,
        "topic": status.topics,
        "related": status.related,
    }
    yield gauge("content", "Objects in the graph; stubs count as articles too.", counts, "kind")
    problems = {severity.value: count for severity, count in status.problems.items()}
    yield gauge("content_problems", "Problems found in documents.", problems, "severity")
