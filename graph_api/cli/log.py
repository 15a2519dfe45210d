"""The log of a server: all that this process has to say while it serves, on stderr."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from graph_api.server.observation.lines import FORMATS, Clock, Entry
from graph_api.server.observation.log import SHARED_PIECE_BYTES, Log
from graph_api.server.observation.metrics import counter
from graph_api.server.observation.observer import Handler, Observer
from graph_api.settings import Settings

_STDERR = 2
_DROPPED = "Lines of log that nobody took in time."


@contextmanager
def kept(settings: Settings, *, worker: int = 0, folder: Path | None = None) -> Generator[Observer]:
    """A log is kept as the settings want it: of requests by the observer, of all else by Python's `logging`.

    The observer is that of the *worker*th of several processes, which share *folder*.
    """
    if settings.log_level == "off":
        with _handled(logging.NullHandler(), logging.CRITICAL):
            yield Observer(worker=worker, folder=folder)
        return
    form, clock = FORMATS[settings.log_format], Clock()

    def dropped(count: int) -> bytes:
        told = {"time": clock(), "level": "warning", "message": "log lines were dropped: nobody took them"}
        return form({**told, "count": count, "worker": worker})

    shared = {"piece_bytes": SHARED_PIECE_BYTES} if settings.workers > 1 else {}
    log = Log(_STDERR, dropped, **shared)

    def tell(entry: Entry) -> None:
        log.write(form(entry))

    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    try:
        with _handled(Handler(tell, worker=worker), level):
            observer = Observer(
                tell,
                worker=worker,
                failures_only=level > logging.INFO,
                slow_ms=settings.slow_query_ms if level <= logging.WARNING else 0,
                folder=folder,
            )
            observer.sources.append(lambda: [counter("log_lines_dropped", _DROPPED, log.dropped)])
            yield observer
    finally:
        log.close()


@contextmanager
def _handled(handler: logging.Handler, level: int) -> Generator[None]:
    """Log records from *level* on go to *handler* and nowhere else; those of libraries from WARNING on."""
    root, own = logging.getLogger(), logging.getLogger("graph_api")
    before = root.handlers[:], root.level, own.level
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
    own.setLevel(level)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings are written by whoever connects
    try:
        yield
    finally:
        root.handlers = before[0]
        root.setLevel(before[1])
        own.setLevel(before[2])
