"""Tells of requests when they are over, and of what else the server has to say."""

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

from graph_api.execution.log_format import one_line
from graph_api.server.observability import request_record
from graph_api.server.observability.log_lines import Clock, Entry
from graph_api.server.observability.metrics import Metrics, gauge
from graph_api.server.observability.request_record import Seen
from graph_api.server.observability.slow import described
from graph_api.server.observability.worker_metrics import Collect, Team

_LONGEST = 200  # characters of a name or path that a line shows
# What of a request's entry stands in that of a slow operation.
_KEPT = ("operation", "ms", "cost", "rows", "cache", "code", "client", "worker", "trace")
_FAILURE = 500  # the least status of a request that the server failed to answer

Tell = Callable[[Entry], None]


class Tracing(Protocol):
    """Makes traces of operations: see `graph_api.server.observability.traces`."""

    def ended(self, request: Seen) -> str:
        """The id of the trace of *request*, which is over."""
        ...


class Observer:
    """Sees every request of one process, the *worker*th of those that share *folder*.

    Where requests are not to be told of, *tell* is None; with *failures_only* those are told of that the server
    failed to answer. Operations that took *slow_ms* or more are told of with their plan too; 0 for none.
    """

    def __init__(
        self,
        tell: Tell | None = None,
        *,
        worker: int = 0,
        failures_only: bool = False,
        slow_ms: float = 0,
        traces: Tracing | None = None,
        folder: Path | None = None,
    ) -> None:
        self.worker = worker
        self.connections: Sized = ()  # those open, as the server has them
        self.sources: list[Collect] = [self._collect]  # what there is to count, of this process
        self.team = Team(worker, folder)
        self.metrics = Metrics()
        self._tell = tell
        self._least_status = _FAILURE if failures_only else 0
        self._traces = traces
        self._slow_s = slow_ms / 1e3 or float("inf")
        self._clock = Clock()
        self._untold: list[Seen] = []  # requests that are over

    def began(self) -> None:
        """A request is being answered."""
        self.metrics.in_flight += 1

    def ended(self, request: Seen) -> None:
        """*request* is over, and is told of."""
        request.ended_s = time.perf_counter()
        self.metrics.in_flight -= 1
        self._over(request)

    def ended_at_once(self, request: Seen) -> None:
        """*request*, which nobody has seen begin, is over, and is told of when the event loop has sent what it was
        answered."""
        request.ended_s = time.perf_counter()
        self._untold.append(request)
        if len(self._untold) == 1:
            asyncio.get_running_loop().call_soon(self._tell_all)

    def _tell_all(self) -> None:
        untold, self._untold = self._untold, []
        for request in untold:
            self._over(request)

    def _over(self, request: Seen) -> None:
        slow = request.worked_s >= self._slow_s
        self.metrics.ended(request, slow=slow)
        if self._traces is not None and request.asks:
            request.trace = self._traces.ended(request)
        if self._tell is not None:
            if request.status >= self._least_status:
                self._tell(self._entry(request))
            if slow:
                self._tell(self._slow(request))

    def refused(self, code: str, address: str) -> None:
        """A connection was ended with this *code* before a request of it was understood."""
        self.metrics.refused(code)
        if self._tell is not None and not self._least_status:
            told = {"time": self._clock(), "level": "info", "message": "a connection was refused"}
            self._tell({**told, "code": code, "client": address, "worker": self.worker})

    def collect(self) -> Iterator[Metric]:
        """The metrics of all workers."""
        return self.team.all(self._all)

    def told(self) -> AbstractAsyncContextManager[None]:
        """Meanwhile other workers can tell the metrics of this one."""
        return self.team.told(self._all)

    def _all(self) -> Iterator[Metric]:
        return chain.from_iterable(source() for source in self.sources)

    def _collect(self) -> Iterator[Metric]:
        yield from self.metrics.collect()
        yield gauge("connections", "Connections open.", len(self.connections))

    def _slow(self, request: Seen) -> Entry:
        told = self._entry(request)
        kept = {name: told[name] for name in _KEPT if name in told}
        head = {"time": told["time"], "level": "warning", "message": "an operation took long"}
        return {**head, **kept, "ms": round(request.worked_s * 1e3, 3), **described(request)}

    def _entry(self, request: Seen) -> Entry:
        entry: dict[str, Any] = {  # Any: as Entry has it
            "time": self._clock(),
            "level": "info" if request.status < _FAILURE else "error",
            "method": request.method,
            "path": request.path[:_LONGEST],
            "status": request.status,
            "ms": round(request.took_s * 1e3, 3),
            "bytes": request.bytes,
            "client": request.client,
            "operation": request.operation[:_LONGEST] or None,
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


class Observation:
    """ASGI middleware that shows every request to the observer; nothing stands before it."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = request_record.begun(scope, send)
        self._observer.began()
        try:
            await self._app(scope, receive, request.send)
        finally:
            self._observer.ended(request)
            request_record.over(scope)


class Handler(logging.Handler):
    """Python's own log records, told as all else is."""

    def __init__(self, tell: Tell, *, worker: int = 0) -> None:
        super().__init__()
        self._tell = tell
        self._worker = worker
        self._clock = Clock()

    def emit(self, record: logging.LogRecord) -> None:
        """The record has been told; one that cannot be formatted tells that."""
        entry: dict[str, Any] = {  # Any: as Entry has it
            "time": self._clock(),
            "level": record.levelname.lower(),
            "message": _message(record),
            "logger": record.name,
            "worker": self._worker,
        }
        if record.exc_info and record.exc_info[1]:
            entry["error"] = one_line(record.exc_info[1])
        self._tell(entry)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - a wrong log call must not end what it tells of
        return f"{record.msg} ({one_line(error)})"
