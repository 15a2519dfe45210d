"""Sets up the log on stderr and OpenTelemetry traces for a server process."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from prometheus_client.metrics_core import Metric

from graph_api.errors import UsageError
from graph_api.server.observability.log import ATOMIC_PIECE_BYTES, FORMATS, Clock, Entry, Log
from graph_api.server.observability.metrics import counter
from graph_api.server.observability.observer import LogHandler, Observer, Tracing
from graph_api.settings import Settings

_STDERR = 2
_LEVELS = {
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}
_OFF = logging.CRITICAL + 1
_DROPPED = "Log lines dropped because stderr was not read in time."


@contextmanager
def started(settings: Settings, *, worker: int = 0, folder: Path | None = None) -> Generator[Observer]:
    """Log requests through the observer, everything else through Python's `logging`, until the end of the block.

    *worker* is this process's number among those that share *folder*.
    """
    level = _LEVELS.get(settings.log_level, _OFF)
    log = _StderrLog(settings, worker, level) if level < _OFF else None
    write = log.write if log else None
    handler = LogHandler(write, worker=worker) if write else logging.NullHandler()
    try:
        with _handled(handler, level), _traces(settings) as traces:
            observer = Observer(
                write,
                worker=worker,
                failures_only=level > logging.INFO,
                slow_ms=settings.slow_query_ms,
                traces=traces,
                folder=folder,
            )
            if log:
                observer.sources.append(log.metrics)
            yield observer
    finally:
        if log:
            log.close()


class _StderrLog:
    """The log of one process: entries at *level* or above, as lines on stderr."""

    def __init__(self, settings: Settings, worker: int, level: int) -> None:
        self._form = FORMATS[settings.log_format]
        self._clock = Clock()
        self._worker = worker
        self._level = level
        shared = {"piece_bytes": ATOMIC_PIECE_BYTES} if settings.workers > 1 else {}
        self._log = Log(_STDERR, self._dropped, **shared)
        self.close = self._log.close

    def write(self, entry: Entry) -> None:
        """Queue the entry, if its level is high enough."""
        if _LEVELS.get(entry["level"], logging.INFO) >= self._level:
            self._log.write(self._form(entry))

    def metrics(self) -> Iterable[Metric]:
        return [counter("log_lines_dropped", _DROPPED, self._log.dropped)]

    def _dropped(self, count: int) -> bytes:
        head = {"time": self._clock(), "level": "warning"}
        message = "log lines were dropped because stderr was not read in time"
        return self._form({**head, "message": message, "count": count, "worker": self._worker})


def _traces(settings: Settings) -> AbstractContextManager[Tracing | None]:
    """The tracing, if it is enabled. Imported only then: OpenTelemetry is an optional dependency."""
    if not settings.traces:
        return nullcontext()
    try:
        module = importlib.import_module("graph_api.server.observability.traces")
    except ModuleNotFoundError as error:
        raise UsageError(f"traces need {error.name}: pip install 'graph-api[otel]'") from error
    exported: AbstractContextManager[Tracing] = module.exported()
    return exported


@contextmanager
def _handled(handler: logging.Handler, level: int) -> Generator[None]:
    """Send log records at *level* or above to *handler* only; those of libraries at WARNING or above."""
    root, own = logging.getLogger(), logging.getLogger("graph_api")
    before = root.handlers[:], root.level, own.level
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
    own.setLevel(level)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # any client can cause its warnings
    try:
        yield
    finally:
        root.handlers = before[0]
        root.setLevel(before[1])
        own.setLevel(before[2])
