"""Garbage collection without long pauses. The only module that configures the collector.

A full collection examines every object, cached rows too: 40 ms for 10 MB of rows, during which all requests wait.
Objects that survive a full collection of more than 2 ms are therefore frozen: later collections skip them, and
reference counting still frees them. A frozen object in a reference cycle is never freed, so caches must not hold
cycles, and requests must not leave any behind. Tests check both; a leak of 5 MB a minute once came from a cycle.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Generator
from contextlib import contextmanager

_LONG_S = 0.002
_FULL_AFTER = 3  # collections of the middle generation


def settle() -> None:
    """Freeze the objects that exist, and from now on those that survive a long collection."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _FULL_AFTER)
    gc.callbacks.append(_Freezer())


@contextmanager
def paused() -> Generator[None]:
    """No collection starts. For work with many temporary reference cycles: a collection would freeze them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Freezer:
    """Freezes the survivors of full collections that took long."""

    def __init__(self) -> None:
        self._started_s = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] < 2:  # noqa: PLR2004 - the oldest generation
            return
        now_s = time.perf_counter()
        if phase == "start":
            self._started_s = now_s
        elif now_s - self._started_s > _LONG_S:
            gc.freeze()
