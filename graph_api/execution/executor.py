"""Makes the bytes of one answer from a compiled plan: on the event loop within 5 ms, then in a thread."""

from __future__ import annotations

from typing import Any, NamedTuple

from graph_api.execution import runner
from graph_api.execution.apollo_trace import Trace
from graph_api.execution.encoding import SizeBudget, encoded
from graph_api.execution.fair_queue import FairQueue
from graph_api.execution.loader import Load, Loader
from graph_api.execution.operation_cache import Prepared
from graph_api.execution.row_cache import RowCache
from graph_api.execution.runner import Run
from graph_api.execution.stats import Stats
from graph_api.store.plans import Reads, Rights

_LOOP_COST = (
    10_000  # objects; a plan for more runs in a thread, since one step alone may take many milliseconds
)


class Job(NamedTuple):  # made for every operation: a frozen dataclass takes four times as long
    """An operation to answer, with the caller's rights, and which extensions to add."""

    prepared: Prepared
    rights: Rights
    stats: Stats
    include_cost: bool = False
    trace: Trace | None = None

    @property
    def cost(self) -> int:
        """The objects that its answer is expected to hold."""
        return self.prepared.root.cost.requested

    @property
    def is_cacheable(self) -> bool:
        """Whether equal operations have equal answers while the content does not change."""
        return self.prepared.timeless and self.trace is None

    def body(self, data: Any) -> bytes:  # Any: the answer's data
        """The bytes of the answer that holds *data*."""
        mistakes = self.prepared.mistakes
        answer = {"errors": mistakes, "data": data} if mistakes else {"data": data}
        extensions: dict[str, object] = {}
        if self.include_cost:
            extensions["cost"] = {"requested": self.cost, "limit": self.prepared.root.cost.limit}
        if self.trace is not None:
            extensions["ftv1"] = self.trace.ended(mistakes)
        if extensions:
            answer["extensions"] = extensions
        return encoded(answer)


class Execution:
    """A running operation. It holds a turn of *queue*, and maybe a connection, until `close`."""

    def __init__(self, job: Job, loader: Loader, queue: FairQueue, max_answer: int) -> None:
        self._job = job
        self._queue = queue
        self._load = Load(loader, lambda cache: _body(job, cache, max_answer), job.stats)
        self._is_done = False

    @property
    def body(self) -> bytes:
        """The bytes of the answer. After it has finished."""
        return self._load.result

    @property
    def revision(self) -> str:
        """The revision of all rows in it."""
        return self._load.revision

    def record_in(self, stats: Stats) -> None:
        """Move the record to *stats*."""
        stats.continue_from(self._load.stats)
        self._load.stats = stats

    def on_loop(self) -> bool:
        """Drive the plan on the event loop for at most 5 ms; True when it has finished."""
        if self._job.cost <= _LOOP_COST:
            self._is_done = self._load.on_loop()
        return self._is_done

    async def finish(self) -> None:
        """Finish the plan, in a thread if need be."""
        if not self._is_done:
            await self._load.in_thread()

    def close(self) -> None:
        """Release the connection and the turn."""
        self._load.close()
        self._queue.leave()


def _body(job: Job, cache: RowCache, max_answer: int) -> Reads[bytes]:
    prepared, budget = job.prepared, SizeBudget(max_answer)
    run = Run(prepared.arguments, job.rights, budget, cache, job.trace)
    data = yield from runner.answer(prepared.plan, prepared.root, run)
    return budget.check(job.body(data))
