"""`python -m tests.bench.bench_turns`: how long large responses occupy the event loop.

Subgraphs of 5,000 of 6,000 generated articles, told and exported in every way, each some times over. A wait is the
processor time of the whole process between two turns of an event loop that always wants one: what computes meanwhile
does so on another thread, or holds the interpreter. On a machine with other things to do a thread may have to wait for
a processor too, which nobody can help and which is why the least of the longest waits stands beside the median.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from graph_api.execution import gc_policy
from graph_api.execution.engine import Engine
from graph_api.graph.export import GraphFormat
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests.bench.bench_scale import made
from tests.bench.servers import machine

_ARTICLES, _RUNS = 6000, 7
_SWITCH_S = 0.001  # as a server has it
_SETTINGS = Settings(response_cache_bytes=0, max_cost=10**7, max_answer=10**9)

_TOLD = {
    "links": "links { from { id ... on Article { title } } to { id } kind position reciprocal }",
    "links by their ends": "links { from { id } to { id } }",
    "nodes": "nodes { id ... on Article { title url excerpt provider { name } topics { name } } }",
    "hops": "hops { depth articles { id title } }",
    **{format.name: f"export(format: {format.name})" for format in GraphFormat},
}
QUESTIONS: Final[dict[str, str]] = {
    name: f"{{ subgraph(limit: 5000, via: [RELATED, TOPIC, PROVIDER]) {{ {told} }} }}"
    for name, told in _TOLD.items()
}


def main() -> None:
    """The table is printed."""
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(asyncio.run(_measured(made(Path(folder), _ARTICLES))))


async def _measured(database: Path) -> str:
    sys.setswitchinterval(_SWITCH_S)
    store = await open_store(database)
    engine = Engine(build_schema(), store, _SETTINGS, loads_adjacency=True)
    lines = [f"{machine()}.", "", "| longest wait, ms | least | median | MB |", "|---|---:|---:|---:|"]
    for name, text in QUESTIONS.items():
        size = len((await engine.execute(text)).body)
        gc_policy.settle()
        waits = [await _longest_wait_ms(engine, text) for _ in range(_RUNS)]
        lines.append(_line(name, waits, size))
    await store.close()
    return "\n".join(lines) + "\n"


def _line(name: str, waits: Sequence[float], size: int) -> str:
    return f"| {name} | {min(waits):.1f} | {statistics.median(waits):.1f} | {size / 1e6:.1f} |"


async def _longest_wait_ms(engine: Engine, text: str) -> float:
    """The longest that the event loop waited for its turn while the answer was made."""
    longest = 0.0
    answering = asyncio.create_task(engine.execute(text))
    before = time.process_time()
    while not answering.done():
        await asyncio.sleep(0)
        now = time.process_time()
        longest, before = max(longest, now - before), now
    assert (await answering).code is None
    return longest * 1000


if __name__ == "__main__":
    main()
