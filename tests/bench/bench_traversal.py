"""Walks through the whole engine, over two corpora of different size: the time until a client has the response.

Run it on databases made by `graph-api generate` and `graph-api ingest`:
`python tests/bench/bench_traversal.py SMALL.db LARGE.db`. Times are medians in milliseconds over fresh
starts with no row and no response kept; the edges are in memory. At an equal number of nodes found the
two columns should be equal: a walk costs what it finds, not what there is.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import uvloop

from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store

STARTS, SEED = 400, 20
EQUAL = range(20, 41)  # nodes found, in both corpora
SETTINGS = Settings(response_cache_bytes=0, row_cache_bytes=0)
WARM = "{ subgraph(limit: 2) { linkCount } }"
LISTED = "query ($after: String) { articles(first: 100, after: $after, orderBy: {field: RELATED_COUNT}) { nodes { id } pageInfo { endCursor } } }"
QUESTIONS = {
    "3 hops, limit 200, titles": """query ($a: ID!) { article(by: {id: $a}) {
      neighborhood(maxDepth: 3, limit: 200) { nodeCount nodes { ... on Article { title } } } } }""",
    "3 hops, limit 200, count": """query ($a: ID!) { article(by: {id: $a}) {
      neighborhood(maxDepth: 3, limit: 200) { nodeCount } } }""",
    "shortest paths": """query ($a: ID!, $b: ID!) { shortestPath(from: $a, to: $b) {
      distance paths { nodes { ... on Article { title } } } } }""",
}


async def _ids(engine: Engine) -> list[str]:
    """The three thousand articles with the most related ones."""
    found: list[str] = []
    after = None
    for _ in range(30):
        page = await _data(engine, LISTED, after=after)
        found += [node["id"] for node in page["articles"]["nodes"]]
        after = page["articles"]["pageInfo"]["endCursor"]
    return found


async def _data(engine: Engine, query: str, **variables: Any) -> Any:
    answer = await engine.execute(query, variables)
    assert answer.code is None, answer.body[:300]
    return orjson.loads(answer.body)["data"]


def _found(data: Any) -> int:
    """How many nodes a neighborhood has, or how long the shortest path is."""
    if "article" in data:
        return int(data["article"]["neighborhood"]["nodeCount"])
    return int(data["shortestPath"]["distance"] or 0)


async def _timed(engine: Engine, query: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[int, float]]:
    times: list[tuple[int, float]] = []
    for a, b in pairs:
        begun = time.perf_counter()
        data = await _data(engine, query, **({"a": a, "b": b} if "$b" in query else {"a": a}))
        times.append((_found(data), (time.perf_counter() - begun) * 1e3))
    return times


async def _measured(database: Path) -> dict[str, list[tuple[int, float]]]:
    store = await open_store(database, reader_connections=1)
    try:
        chosen = random.Random(SEED)
        ids = await _ids(Engine(build_schema(), store, SETTINGS))
        found: dict[str, list[tuple[int, float]]] = {}
        for name, query in QUESTIONS.items():
            engine = Engine(build_schema(), store, SETTINGS, loads_adjacency=True)
            others = asyncio.all_tasks()
            await _data(engine, WARM)
            await asyncio.gather(*(asyncio.all_tasks() - others))
            pairs = [(chosen.choice(ids), chosen.choice(ids)) for _ in range(STARTS)]
            await _timed(engine, query, pairs[:3])
            found[name] = await _timed(engine, query, pairs[3:])
        return found
    finally:
        await store.close()


def main() -> None:
    """Figures on standard output."""
    measured = {path: uvloop.run(_measured(Path(path))) for path in sys.argv[1:]}
    for name in QUESTIONS:
        for path, found in measured.items():
            equal = [time for size, time in found[name] if size in EQUAL]
            sys.stdout.write(
                f"{name:<28} {Path(path).name:<20} {_median(time for _, time in found[name])} ms,"
                f" found {median(size for size, _ in found[name]):4.0f};"
                f" where {EQUAL.start} to {EQUAL.stop - 1} were found: {_median(equal)} ms ({len(equal)})\n"
            )


def _median(times: Iterable[float]) -> str:
    every = list(times)
    return f"{median(every):6.2f}" if every else "-"


if __name__ == "__main__":
    main()
