"""Operations as OpenTelemetry traces: the request, its phases, and what it read. Needs `graph-api[otel]`.

Why spans are made when all is over: what an operation does is noted in any case (`execution.watch`), so that
tracing costs nothing where it is off, and no other module has to know of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import groupby
from threading import Thread
from typing import NamedTuple

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, format_trace_id, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from graph_api.execution.stats import Answered
from graph_api.server.observability.request_record import Seen

_END_S = 1.0  # so long is a collector waited for when the server ends
_FAILURE = 500
_W3C = TraceContextTextMapPropagator()


class _Part(NamedTuple):
    """What becomes a span within that of the request."""

    name: str
    begun_s: float
    ended_s: float
    attributes: dict[str, str | int]


class Traces:
    """Makes a trace of each operation, for the processors of *provider*."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("graph_api", version("graph-api"))

    def ended(self, request: Seen) -> str:
        """The id of *request*'s trace, which goes on with that of who sent it, if `traceparent` names one."""
        began_ns = time.time_ns() - time.perf_counter_ns()  # of the clock that the request's times are of
        span = self._tracer.start_span(
            f"{request.method} /graphql",
            _W3C.extract(_sent(request)),
            kind=SpanKind.SERVER,
            start_time=began_ns + _ns(request.begun_s),
        )
        if span.is_recording():
            span.set_attributes(_attributes(request))
            if request.status >= _FAILURE:
                span.set_status(Status(StatusCode.ERROR, request.code))
            self._parts(request, span, began_ns)
        span.end(began_ns + _ns(request.ended_s))
        return format_trace_id(span.get_span_context().trace_id)

    def _parts(self, request: Seen, whole: Span, began_ns: int) -> None:
        phases: list[tuple[float, Span]] = []
        for phase in request.phases:
            span = self._span(_Part(*phase, {}), whole, began_ns)
            phases.append((phase.ended_s, span))
        for part in _reads(request.reads):
            within = (span for ended_s, span in phases if part.ended_s <= ended_s)
            self._span(part, next(within, whole), began_ns)

    def _span(self, part: _Part, parent: Span, began_ns: int) -> Span:
        span = self._tracer.start_span(
            part.name,
            set_span_in_context(parent),
            attributes=part.attributes,
            start_time=began_ns + _ns(part.begun_s),
        )
        span.end(began_ns + _ns(part.ended_s))
        return span


@contextmanager
def exported() -> Generator[Traces]:
    """Traces that are sent over OTLP, as the `OTEL_*` variables say; by default to http://localhost:4318."""
    named = {"service.name": "graph-api", "service.version": version("graph-api")}
    ours = Resource.create({**named, "process.pid": str(os.getpid())})
    resource = ours.merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        yield Traces(provider)
    finally:
        # on a thread, since it waits for a collector that does not answer
        ending = Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(_END_S)


def _sent(request: Seen) -> dict[str, str]:
    """The headers that name a trace."""
    named = (b"traceparent", b"tracestate")
    headers: list[tuple[bytes, bytes]] = request.scope["headers"]
    return {name.decode(): value.decode("latin-1") for name, value in headers if name in named}


def _attributes(request: Seen) -> dict[str, str | int]:
    told: dict[str, str | int] = {
        "http.request.method": request.method,
        "http.response.status_code": request.status,
        "url.path": request.path,
        "graphql.operation.type": "query",
        "graph_api.cost": request.cost,
        "graph_api.rows": request.rows,
    }
    named = {
        "graphql.operation.name": request.operation,
        "graph_api.cache": request.cache,
        "graph_api.code": request.code,
        "graph_api.revision": request.revision,
    }
    return told | {name: value for name, value in named.items() if value}


def _reads(reads: list[Answered]) -> Iterator[_Part]:
    """Each read, and one walk for the steps that follow each other."""
    for walks, group in groupby(reads, lambda read: read.walks):
        steps = list(group)
        if walks:
            rows = sum(step.rows for step in steps)
            about: dict[str, str | int] = {"graph_api.steps": len(steps), "graph_api.rows": rows}
            yield _Part("walk", steps[0].begun_s, steps[-1].ended_s, about)
        else:
            for one in steps:
                kind = type(one.read).__name__
                yield _Part(f"read {kind}", one.begun_s, one.ended_s, {"graph_api.rows": one.rows})


def _ns(moment_s: float) -> int:
    return int(moment_s * 1e9)
