"""How fast a plan runs from memory: whether its next run may keep the event loop, or is done beside it.

Why not by cost alone: cost counts an object wherever it stands, and a plan makes it once, so that the time for
one differs a hundredfold. Going to another thread takes longer than most operations do.
"""

from __future__ import annotations

_UNKNOWN_S = 1e-5  # for an object of a plan that never ran
_SHORT_S = 0.002  # so long may an operation be expected to keep the event loop


class Pace:
    """The time that one plan takes for each object it is expected to answer, as its last runs tell."""

    __slots__ = ("_object_s", "answer_bytes", "in_memory")

    def __init__(self) -> None:
        self._object_s = _UNKNOWN_S
        self.in_memory = False  # whether the last run read nothing that memory did not know
        self.answer_bytes = 0  # of the last answer

    def holds(self, cost: int) -> bool:
        """Whether a run at this *cost* is expected to keep others waiting."""
        return self._object_s * cost > _SHORT_S

    def ran(self, cost: int, took_s: float) -> None:
        """A run was seen: a slow one counts at once, a fast one by half."""
        seen_s = took_s / max(cost, 1)
        self._object_s = max(seen_s, (self._object_s + seen_s) / 2)
