"""Logs, counts and traces each request when it is complete; connects Python's `logging` to the same log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import AbstractAsyncContextManager
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from prometheus_client.metrics_core import Metric
from starlette.types import ASGIApp, Receive, Scope, Send

from graph_api.errors import one_line
from graph_api.execution.plan import described as described_plan
from graph_api.server.observability import request_record
from graph_api.server.observability.log import Clock, Entry
from graph_api.server.observability.metrics import Collect, Metrics, WorkerMetrics, gauge
from graph_api.server.observability.request_record import RequestRecord

_MAX_NAME_CHARACTERS = 200  # of an operation's name or a path
_FAILURE = 500  # statuses from here on are logged as errors
# Fields of a request's entry that its entry as a slow operation has too.
_SLOW_FIELDS = ("operation", "ms", "cost", "rows", "cache", "code", "client", "worker", "trace")

Write = Callable[[Entry], None]


class Tracing(Protocol):
    """Makes traces of operations: see `graph_api.server.observability.traces`."""

    def ended(self, request: RequestRecord) -> str:
        """The id of the trace of *request*, which is complete."""
        ...


class Observer:
    """Observes the requests of one process, the *worker*th of those that share *folder*.

    *write* takes log entries; without it nothing is logged. With *failures_only* it gets those requests only that the
    server failed to answer. Operations that took *slow_ms* or longer get a second entry with their plan; 0 disables that.
    """

    def __init__(
        self,
        write: Write | None = None,
        *,
        worker: int = 0,
        failures_only: bool = False,
        slow_ms: float = 0,
        traces: Tracing | None = None,
        folder: Path | None = None,
    ) -> None:
        self.worker = worker
        self.connections: Sized = ()  # the open ones; set by the server
        self.sources: list[Collect] = [self._collect]
        self.metrics = Metrics()
        self._workers = WorkerMetrics(worker, folder)
        self._write = write
        self._min_status = _FAILURE if failures_only else 0
        self._traces = traces
        self._slow_s = slow_ms / 1e3 or float("inf")
        self._clock = Clock()
        self._complete: list[RequestRecord] = []

    def began(self) -> None:
        """A request is being answered."""
        self.metrics.in_flight += 1

    def ended(self, request: RequestRecord) -> None:
        """Counts, traces and logs *request*, which is complete."""
        request.close()
        request.ended_s = time.perf_counter()
        self.metrics.in_flight -= 1
        slow = request.worked_s >= self._slow_s
        self.metrics.ended(request, slow=slow)
        if self._traces is not None and request.is_operation:
            request.trace = self._traces.ended(request)
        if self._write is not None:
            if request.status >= self._min_status:
                self._write(self._entry(request))
            if slow:
                self._write(self._slow_entry(request))

    def ended_soon(self, request: RequestRecord) -> None:
        """Calls `ended` when the event loop has sent the responses that it holds, one callback for all of them."""
        self._complete.append(request)
        if len(self._complete) == 1:
            asyncio.get_running_loop().call_soon(self._end_complete)

    def _end_complete(self) -> None:
        complete, self._complete = self._complete, []
        for request in complete:
            self.ended(request)

    def refused(self, code: str, address: str) -> None:
        """Counts and logs a connection that was closed with *code* before a request of it was complete."""
        self.metrics.refused(code)
        if self._write is not None and not self._min_status:
            head = {"time": self._clock(), "level": "info", "message": "a connection was refused"}
            self._write({**head, "code": code, "client": address, "worker": self.worker})

    def collect(self) -> Iterator[Metric]:
        """The metrics of all workers."""
        return self._workers.all(self._collect_all)

    def sharing_metrics(self) -> AbstractAsyncContextManager[None]:
        """Shares the metrics of this worker with the others until the block ends."""
        return self._workers.sharing(self._collect_all)

    def _collect_all(self) -> Iterator[Metric]:
        return chain.from_iterable(source() for source in self.sources)

    def _collect(self) -> Iterator[Metric]:
        yield from self.metrics.collect()
        yield gauge("connections", "Connections open.", len(self.connections))

    def _entry(self, request: RequestRecord) -> Entry:
        entry: dict[str, Any] = {  # Any: as Entry has it
            "time": self._clock(),
            "level": "info" if request.status < _FAILURE else "error",
            "method": request.method,
            "path": request.path[:_MAX_NAME_CHARACTERS],
            "status": request.status,
            "ms": round(request.duration_s * 1e3, 3),
            "bytes": request.bytes,
            "client": request.client,
            "operation": request.operation[:_MAX_NAME_CHARACTERS] or None,
            "cost": request.cost,
            "rows": request.rows,
            "cache": request.cache or None,
            "code": request.code,
            "revision": request.revision,
            "worker": self.worker,
        }
        if request.trace:
            entry["trace"] = request.trace
        return entry

    def _slow_entry(self, request: RequestRecord) -> Entry:
        entry = self._entry(request)
        fields = {name: entry[name] for name in _SLOW_FIELDS if name in entry}
        head = {"time": entry["time"], "level": "warning", "message": "a slow operation"}
        return {**head, **fields, "ms": round(request.worked_s * 1e3, 3), **explanation(request)}


class ObserverMiddleware:
    """ASGI middleware that reports every request to the observer; the outermost one."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        record = request_record.begin(scope, send)
        self._observer.began()
        try:
            await self._app(scope, receive, record.send)
        finally:
            self._observer.ended(record)
            request_record.end(scope)


class LogHandler(logging.Handler):
    """Writes Python's log records to the same log."""

    def __init__(self, write: Write, *, worker: int = 0) -> None:
        super().__init__()
        self._write = write
        self._worker = worker
        self._clock = Clock()

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the record; one that cannot be formatted is written with the reason."""
        entry: dict[str, Any] = {  # Any: as Entry has it
            "time": self._clock(),
            "level": record.levelname.lower(),
            "message": _message(record),
            "logger": record.name,
            "worker": self._worker,
        }
        if record.exc_info and record.exc_info[1]:
            entry["error"] = one_line(record.exc_info[1])
        self._write(entry)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - a wrong log call must not raise
        return f"{record.msg} ({one_line(error)})"


# -- slow operations -----------------------------------------------------------------------------------

_MAX_LINES = 100
_MAX_LINE_CHARACTERS = 200


def explanation(request: RequestRecord) -> Entry:
    """`text`, `plan`, `phases` and `reads` of an operation, each a list of lines; never the values of variables.

    Without SQL: having SQLite report its statements would slow all operations down; `graph-api explain` shows them.
    """
    plan = described_plan(request.plan) if request.plan else iter(())
    return {
        "text": list(_bounded(iter(request.text.splitlines()))),
        "plan": list(_bounded(plan)),
        "phases": [f"{one.name} {_ms(one.begun_s, one.ended_s)}" for one in request.phases],
        "reads": list(_bounded(_reads(request))),
    }


def _reads(request: RequestRecord) -> Iterator[str]:
    for one in request.reads:
        duration = _ms(one.begun_s, one.ended_s)
        yield f"{type(one.read).__name__} for {one.read.key_count:,}: {one.rows:,} rows {duration}"


def _ms(begun_s: float, ended_s: float) -> str:
    return f"{(ended_s - begun_s) * 1e3:.2f} ms"


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == _MAX_LINES:
            yield "..."
            return
        yield line if len(line) <= _MAX_LINE_CHARACTERS else f"{line[:_MAX_LINE_CHARACTERS]} ..."
