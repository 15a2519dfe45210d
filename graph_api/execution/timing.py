"""How fast a plan runs from memory: whether its next run may keep the event loop, or is done beside it.

Why not by cost alone: cost counts an object wherever it stands, and a plan makes it once, so that the time for
one differs a hundredfold. Going to another thread takes longer than most operations do.
"""

from __future__ import annotations

import asyncio

_UNKNOWN_S = 1e-5  # for an object of a plan that never ran
_SHORT_S = 0.002  # so long may an operation be expected to keep the event loop
_NOTHING_S = 0.0002  # what takes less is answered at once in any case
_BURST_S = 0.005  # so long may the event loop answer at once before it looks for others


class Pace:
    """The time that one plan takes for each object it is expected to answer, as its last runs tell."""

    __slots__ = ("_object_s", "answer_bytes", "in_memory")

    def __init__(self) -> None:
        self._object_s = _UNKNOWN_S
        self.in_memory = False  # whether the last run read nothing that memory did not know
        self.answer_bytes = 0  # of the last answer

    def holds(self, cost: int) -> bool:
        """Whether a run at this *cost* is expected to keep others waiting."""
        return self.expected_s(cost) > _SHORT_S

    def expected_s(self, cost: int) -> float:
        """How long a run at this *cost* is expected to take."""
        return self._object_s * cost

    def ran(self, cost: int, took_s: float) -> None:
        """A run was seen: a slow one counts at once, a fast one by half."""
        seen_s = took_s / max(cost, 1)
        self._object_s = max(seen_s, (self._object_s + seen_s) / 2)

    def left(self, cost: int, after_s: float) -> None:
        """A run was left unfinished: it would have taken longer than that."""
        self._object_s = max(self._object_s, after_s / max(cost, 1))


class Burst:
    """What is answered at once between two looks of the event loop at its connections.

    Without a bound a thousand connections that ask for what takes a millisecond would have everybody wait for a
    second. What the burst has no time for waits for its turn, and there each client has an equal share.
    """

    def __init__(self) -> None:
        self._taken_s = 0.0

    def allows(self, expected_s: float) -> bool:
        """Whether there is time for what is expected to take so long; then it is taken."""
        if expected_s < _NOTHING_S:
            return True
        if self._taken_s > _BURST_S:
            return False
        if self._taken_s == 0:
            asyncio.get_running_loop().call_soon(self._over)
        self._taken_s += expected_s
        return True

    def _over(self) -> None:
        self._taken_s = 0.0
