"""Drives plans: the one loop that sends answers into a plan's generator.

The caller passes the function that answers reads: a connection, the row cache and a connection, or dicts in tests.
When an answer has to wait, or the time is over, the plan pauses: the same generator continues later, on any thread,
with the read that it waits for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

from graph_api.errors import ReadPaused
from graph_api.store.plans import Pause, Read, Reads

T = TypeVar("T")

AnswerRead: TypeAlias = Callable[[Read[Any]], Any]  # Any: the answer's type depends on the read
Seen: TypeAlias = Callable[[Read[Any], Any, float, float], None]  # read, its answer, when it began and ended

FOREVER = float("inf")


class Running(Generic[T]):
    """A running plan. *read* is the read that it waits for, None before its first; *result* is set when it has returned."""

    __slots__ = ("plan", "read", "result")

    def __init__(self, plan: Reads[T]) -> None:
        self.plan = plan
        self.read: Read[Any] | None = None
        self.result: T


def drive(
    running: Running[T], answer: AnswerRead, *, until_s: float = FOREVER, seen: Seen | None = None
) -> bool:
    """Whether the plan has returned; False when it pauses, since *answer* raised ReadPaused or *until_s* has passed.

    *until_s* is a moment of `time.perf_counter`. A `Pause` is answered here: with `apart` it
    pauses a plan that has a time limit. *seen* is called with each read and its answer.
    """
    try:
        read = running.read
        if read is None:
            read = running.read = next(running.plan)
        while True:
            begun_s = time.perf_counter()
            if begun_s >= until_s:
                return False
            if isinstance(read, Pause):
                if read.apart and until_s != FOREVER:
                    return False
                rows: Any = ()
            else:
                rows = answer(read)
            if seen is not None:
                seen(read, rows, begun_s, time.perf_counter())
            read = running.read = running.plan.send(rows)
    except ReadPaused:
        return False
    except StopIteration as done:
        running.result = done.value
        return True


def run(plan: Reads[T], answer: AnswerRead, seen: Seen | None = None) -> T:
    """What *plan* returns, its reads answered by *answer*, on the calling thread."""
    running = Running(plan)
    try:
        if not drive(running, answer, seen=seen):
            raise RuntimeError(f"{running.read!r} was not answered")
        return running.result
    finally:
        plan.close()
