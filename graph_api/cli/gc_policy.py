"""Garbage collection that holds nobody for long.

A full collection looks through all that lives, rows in memory too: 40 ms where these are 10 MB, and every request waits.
So whatever has outlived one that took a while is not looked through again. It is still freed when nobody
refers to it. What refers to itself, and lived just then, stays for ever: so nothing that is remembered may be of that
kind, and no request may leave it behind. Tests hold both; `make soak` once grew by 5 MB a minute where they did not.
"""

from __future__ import annotations

import gc
import time

_LONG_S = 0.002
_FULL_AFTER = 3  # collections of the middle generation: what is new since the last full one is little


def settle() -> None:
    """What there is now is kept out of all collections, and so will be what lives as long."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _FULL_AFTER)
    gc.callbacks.append(_Settling().told)


class _Settling:
    def __init__(self) -> None:
        self._begun_s = 0.0

    def told(self, phase: str, info: dict[str, int]) -> None:
        """A collection begins or is over; after a full one that took long its survivors are settled."""
        if info["generation"] < 2:  # noqa: PLR2004 - the oldest generation there is
            return
        now_s = time.perf_counter()
        if phase == "start":
            self._begun_s = now_s
        elif now_s - self._begun_s > _LONG_S:
            gc.freeze()
