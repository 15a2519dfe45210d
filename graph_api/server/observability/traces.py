"""Operations as OpenTelemetry traces: the request, its phases and its reads. Needs `graph-api[otel]`.

Why spans are created when the request is complete: the statistics of an operation (`execution.stats`) are collected
anyway, so that tracing costs nothing while it is off, and no other module depends on it.
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
from graph_api.server.observability.request_record import RequestRecord

_SHUTDOWN_TIMEOUT_S = 1.0  # for a collector that does not answer
_FAILURE = 500
_W3C = TraceContextTextMapPropagator()


class _Part(NamedTuple):
    """A span within that of the request."""

    name: str
    begun_s: float
    ended_s: float
    attributes: dict[str, str | int]


class Traces:
    """Creates a trace of each operation with *provider*."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("graph_api", version("graph-api"))

    def ended(self, request: RequestRecord) -> str:
        """The id of *request*'s trace, which continues the client's trace if `traceparent` names one."""
        epoch_ns = time.time_ns() - time.perf_counter_ns()  # turns the record's times into times of day
        span = self._tracer.start_span(
            f"{request.method} /graphql",
            _W3C.extract(_trace_headers(request)),
            kind=SpanKind.SERVER,
            start_time=epoch_ns + _ns(request.begun_s),
        )
        if span.is_recording():
            span.set_attributes(_attributes(request))
            if request.status >= _FAILURE:
                span.set_status(Status(StatusCode.ERROR, request.code))
            self._parts(request, span, epoch_ns)
        span.end(epoch_ns + _ns(request.ended_s))
        return format_trace_id(span.get_span_context().trace_id)

    def _parts(self, request: RequestRecord, whole: Span, epoch_ns: int) -> None:
        phases: list[tuple[float, Span]] = []
        for phase in request.phases:
            span = self._span(_Part(*phase, {}), whole, epoch_ns)
            phases.append((phase.ended_s, span))
        for part in _reads(request.reads):
            within = (span for ended_s, span in phases if part.ended_s <= ended_s)
            self._span(part, next(within, whole), epoch_ns)

    def _span(self, part: _Part, parent: Span, epoch_ns: int) -> Span:
        span = self._tracer.start_span(
            part.name,
            set_span_in_context(parent),
            attributes=part.attributes,
            start_time=epoch_ns + _ns(part.begun_s),
        )
        span.end(epoch_ns + _ns(part.ended_s))
        return span


@contextmanager
def exported() -> Generator[Traces]:
    """Sends traces over OTLP, as the `OTEL_*` variables say; by default to http://localhost:4318."""
    service = {"service.name": "graph-api", "service.version": version("graph-api")}
    ours = Resource.create({**service, "process.pid": str(os.getpid())})
    resource = ours.merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        yield Traces(provider)
    finally:
        # on a thread, since it waits for collectors that do not answer
        shutdown = Thread(target=provider.shutdown, daemon=True)
        shutdown.start()
        shutdown.join(_SHUTDOWN_TIMEOUT_S)


def _trace_headers(request: RequestRecord) -> dict[str, str]:
    names = (b"traceparent", b"tracestate")
    headers: list[tuple[bytes, bytes]] = request.scope["headers"]
    return {name.decode(): value.decode("latin-1") for name, value in headers if name in names}


def _attributes(request: RequestRecord) -> dict[str, str | int]:
    always: dict[str, str | int] = {
        "http.request.method": request.method,
        "http.response.status_code": request.status,
        "url.path": request.path,
        "graphql.operation.type": "query",
        "graph_api.cost": request.cost,
        "graph_api.rows": request.rows,
    }
    optional = {
        "graphql.operation.name": request.operation,
        "graph_api.cache": request.cache,
        "graph_api.code": request.code,
        "graph_api.revision": request.revision,
    }
    return always | {name: value for name, value in optional.items() if value}


def _reads(reads: list[Answered]) -> Iterator[_Part]:
    """One part for each read; consecutive steps of a walk are one part."""
    for walks, group in groupby(reads, lambda read: read.walks):
        steps = list(group)
        if walks:
            rows = sum(step.rows for step in steps)
            attributes: dict[str, str | int] = {"graph_api.steps": len(steps), "graph_api.rows": rows}
            yield _Part("walk", steps[0].begun_s, steps[-1].ended_s, attributes)
        else:
            for one in steps:
                kind = type(one.read).__name__
                yield _Part(f"read {kind}", one.begun_s, one.ended_s, {"graph_api.rows": one.rows})


def _ns(moment_s: float) -> int:
    return int(moment_s * 1e9)
