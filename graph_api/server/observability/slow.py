"""What is told of an operation that took long: its text, its plan as `graph-api explain` shows it, and where
the time went. Never the values of its variables.

Why no SQL: having SQLite tell its statements would slow all operations down; `graph-api explain` tells them.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph_api.execution.explain import planned
from graph_api.server.observability.log_lines import Entry
from graph_api.server.observability.request_record import Seen

_MOST_LINES = 100
_MOST_CHARACTERS = 200  # of a line


def described(request: Seen) -> Entry:
    """`text`, `plan`, `phases` and `reads`, each a list of lines."""
    plan = planned(request.plan) if request.plan else iter(())
    return {
        "text": list(_bounded(iter(request.text.splitlines()))),
        "plan": list(_bounded(plan)),
        "phases": [f"{one.name} {_ms(one.begun_s, one.ended_s)}" for one in request.phases],
        "reads": list(_bounded(_reads(request))),
    }


def _reads(request: Seen) -> Iterator[str]:
    for one in request.reads:
        took = _ms(one.begun_s, one.ended_s)
        yield f"{type(one.read).__name__} for {one.read.key_count:,}: {one.rows:,} rows {took}"


def _ms(begun_s: float, ended_s: float) -> str:
    return f"{(ended_s - begun_s) * 1e3:.2f} ms"


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    """Not more of *lines* than a log should hold."""
    for number, line in enumerate(lines):
        if number == _MOST_LINES:
            yield "..."
            return
        yield line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]} ..."
