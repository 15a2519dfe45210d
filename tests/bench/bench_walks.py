"""Walks on 100,000 articles and a million edges, in memory, against networkx and a recursive CTE.

Run it: `python tests/bench/bench_walks.py`. The graph is made from a fixed seed: clusters of mutual links
as the real corpora have them, and links between clusters so that paths exist. Times are medians in
milliseconds; memory is what the structures take in this process.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import gc
import random
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Generator
from pathlib import Path
from statistics import median
from typing import Any

import networkx as nx
import numpy as np

from graph_api.graph.answers import Answers, drive_in_memory
from graph_api.graph.csr import Csr, build, load, save
from graph_api.graph.paths import shortest_paths
from graph_api.graph.questions import Budget, EdgeKind, Question, Scope
from graph_api.graph.simple_paths import all_paths
from graph_api.graph.walk import neighborhood
from graph_api.records import EdgeDirection

NODES, SEED, TRIALS = 100_000, 20, 60
OUT = Scope(direction=EdgeDirection.OUT)
BOTH = Scope(direction=EdgeDirection.BOTH)


def clustered_edges() -> np.ndarray[Any, np.dtype[np.int64]]:
    """About a million (from, to) rows over 63-bit keys: 9 in 10 within clusters of 2 to 40."""
    rng = np.random.default_rng(SEED)
    keys = np.unique(rng.integers(0, 2**63 - 1, NODES, dtype=np.int64))
    rng.shuffle(keys)
    sizes = np.clip(rng.zipf(1.5, NODES) + 1, 2, 40)
    ends = np.cumsum(sizes)
    cluster = np.searchsorted(ends, np.arange(len(keys)), side="right")
    first = np.where(cluster > 0, ends[np.maximum(cluster - 1, 0)], 0)
    size = np.minimum(ends[cluster], len(keys)) - first
    source = np.repeat(np.arange(len(keys)), 11)
    near = first[source] + (rng.random(len(source)) * size[source]).astype(np.int64)
    anywhere = rng.integers(0, len(keys), len(source))
    target = np.where(rng.random(len(source)) < 0.2, anywhere, near)
    near_count = np.minimum(size, 16)[source]  # small clusters have short lists, large ones long ones
    kept = (source != target) & ((rng.random(len(source)) * 8 < near_count) | (target == anywhere))
    return np.unique(np.stack([keys[source[kept]], keys[target[kept]]], axis=1), axis=0)


def traced(make: Callable[[], Any]) -> tuple[Any, int]:
    """What *make* makes, and the bytes it keeps."""
    gc.collect()
    tracemalloc.start()
    made = make()
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return made, kept


def milliseconds(run: Callable[..., Any], cases: list[tuple[Any, ...]]) -> float:
    """The median over *cases*, the best of two runs of each."""
    times: list[float] = []
    for case in cases:
        best = float("inf")
        for _ in range(2):
            started = time.perf_counter()
            run(*case)
            best = min(best, time.perf_counter() - started)
        times.append(best * 1000)
    return median(times)


def database(folder: str, edges: Any) -> sqlite3.Connection:
    """The same edges as a table with the store's two orders."""
    connection = sqlite3.connect(Path(folder) / "edges.sqlite")
    connection.execute(
        "create table related (src integer, dst integer, primary key (src, dst)) without rowid"
    )
    connection.executemany("insert into related values (?, ?)", edges.tolist())
    connection.execute("create unique index related_dst on related (dst, src)")
    connection.commit()
    return connection


CTE = """
with recursive reached(key, depth) as (
    select ?, 0
    union
    select related.dst, depth + 1 from reached join related on related.src = reached.key where depth < ?
)
select key, min(depth) from reached group by key order by 2, 1 limit ?
"""


def longest_stretch(walk: Generator[Any, Any, Any], csr: Csr) -> tuple[float, float]:
    """The longest times, in ms, that a walk and an answer took between two turns of the driver."""
    answer: Callable[[Question[Any]], Any] = Answers(csr).answer
    reply: Any = None
    walking = answering = 0.0
    while True:
        started = time.perf_counter()
        try:
            question = walk.send(reply)
        except StopIteration:
            return walking, answering
        asked = time.perf_counter()
        reply = answer(question)
        walking = max(walking, asked - started) if reply is not None else walking
        walking, answering = max(walking, asked - started), max(answering, time.perf_counter() - asked)


def say(what: str, ours: float, theirs: float, whom: str) -> None:
    print(f"{what:<44} {ours:9.3f} ms   {whom:<34} {theirs:10.3f} ms   {theirs / ours:8.2f}x")


def main() -> None:
    """Figures on standard output."""
    edges = clustered_edges()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "adjacency"
        save(build("bench", {EdgeKind.RELATED: edges}), path)
        csr = load(path, "bench")
        graph, networkx_bytes = traced(lambda: nx.DiGraph(edges.tolist()))
        both_ways = graph.to_undirected()
        print(f"{len(csr.keys)} nodes, {len(edges)} edges")
        csr_bytes = path.stat().st_size
        print(
            f"memory: csr {csr_bytes / len(edges):.1f} B/edge, networkx (directed alone)"
            f" {networkx_bytes / len(edges):.1f} B/edge: 1/{networkx_bytes / csr_bytes:.0f}"
        )
        started = time.perf_counter()
        load(path, "bench")
        print(f"mapping the file: {(time.perf_counter() - started) * 1000:.2f} ms")

        chosen = random.Random(SEED)
        keys = csr.keys.tolist()
        starts = [(chosen.choice(keys),) for _ in range(TRIALS)]
        pairs = [(chosen.choice(keys), chosen.choice(keys)) for _ in range(TRIALS)]

        def near(start: int, depth: int = 3, limit: int = 200, scope: Scope = OUT) -> Any:
            walk = neighborhood(start, max_depth=depth, limit=limit, scope=scope, budget=Budget())
            return drive_in_memory(walk, csr)

        def between(start: int, end: int, scope: Scope = OUT, limit: int = 5) -> Any:
            walk = shortest_paths(start, end, max_depth=20, limit=limit, scope=scope, budget=Budget())
            return drive_in_memory(walk, csr)

        def networkx_between(start: int, end: int, graph: Any = graph) -> Any:
            try:
                return nx.bidirectional_shortest_path(graph, start, end)
            except nx.NetworkXNoPath:
                return None

        for start, end in pairs:
            assert between(start, end).distance == (
                len(found) - 1 if (found := networkx_between(start, end)) else None
            )
        ours = milliseconds(near, starts)
        say(
            "3 hops, limit 200, with links",
            ours,
            milliseconds(lambda key: dict(nx.single_source_shortest_path_length(graph, key, 3)), starts),
            "networkx, 3 hops",
        )
        ours = milliseconds(lambda key: near(key, 3, NODES), starts)
        say(
            "3 hops, no limit, with links",
            ours,
            milliseconds(lambda key: dict(nx.single_source_shortest_path_length(graph, key, 3)), starts),
            "networkx, 3 hops",
        )
        say(
            "shortest paths OUT, up to 5",
            milliseconds(between, pairs),
            milliseconds(networkx_between, pairs),
            "networkx, one path",
        )
        say(
            "shortest paths BOTH, up to 5",
            milliseconds(lambda a, b: between(a, b, BOTH), pairs),
            milliseconds(lambda a, b: networkx_between(a, b, both_ways), pairs),
            "networkx, one path, undirected",
        )

        connection = database(folder, edges)

        def cte(key: int, depth: int, limit: int) -> Any:
            return connection.execute(CTE, (key, depth, limit)).fetchall()

        few = starts[:12]
        for limit in (200, NODES):
            say(
                f"4 hops, limit {limit}",
                milliseconds(lambda key, limit=limit: near(key, 4, limit), few),
                milliseconds(lambda key, limit=limit: cte(key, 4, limit), few),
                "recursive CTE",
            )
        connection.close()

        budget = {"nodes": 50_000, "edges": 500_000}
        longest = {
            "neighborhood": (
                longest_stretch(
                    neighborhood(start, max_depth=6, limit=1000, scope=BOTH, budget=Budget(**budget)), csr
                )
                for (start,) in few
            ),
            "whole neighborhood": (
                longest_stretch(
                    neighborhood(start, max_depth=9, limit=NODES, scope=BOTH, budget=Budget(**budget)), csr
                )
                for (start,) in few
            ),
            "shortest paths": (
                longest_stretch(
                    shortest_paths(a, b, max_depth=20, limit=5, scope=OUT, budget=Budget(**budget)), csr
                )
                for a, b in pairs
            ),
            "all paths": (
                longest_stretch(
                    all_paths(a, b, max_depth=6, limit=50, scope=BOTH, budget=Budget(**budget)), csr
                )
                for a, b in pairs[:12]
            ),
        }
        for name, stretches in longest.items():
            walking, answering = (max(times) * 1000 for times in zip(*stretches, strict=True))
            print(f"longest stretch, {name:<20} walk {walking:6.2f} ms, answer {answering:6.2f} ms")


if __name__ == "__main__":
    main()
