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
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Csr, build, load, save
from graph_api.graph.arrays import ArrayNeighbors
from graph_api.graph.paths import shortest_paths, simple_paths
from graph_api.graph.protocol import Bounds, Budget, Walk
from graph_api.graph.walk import links_among, neighborhood
from graph_api.records import EdgeDirection, EdgeKind
from graph_api.store.plans import Pause
from tests.graph.small_graphs import finish

Cases: TypeAlias = list[tuple[int, ...]]
Edges: TypeAlias = NDArray[np.int64]

NODES, SEED, TRIALS = 100_000, 20, 200
OUT = Bounds(direction=EdgeDirection.OUT)
BOTH = Bounds(direction=EdgeDirection.BOTH)


def clustered_edges() -> Edges:
    """About a million (from, to) rows over 63-bit keys: 9 in 10 within clusters of 2 to 40."""
    rng = np.random.default_rng(SEED)
    keys = np.unique(rng.integers(0, 2**63 - 1, NODES, dtype=np.int64))
    rng.shuffle(keys)
    sizes = np.clip(rng.zipf(1.5, NODES) + 1, 2, 40)
    ends = np.cumsum(sizes)
    cluster = np.searchsorted(ends, np.arange(len(keys)), side="right")
    first = np.where(cluster > 0, ends[np.maximum(cluster - 1, 0)], 0)
    size = np.minimum(ends[cluster], len(keys)) - first
    source = np.repeat(np.arange(len(keys)), 13)
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


def milliseconds(run: Callable[..., Any], cases: Cases) -> float:
    """The median over *cases* of processor time, the best of five runs of each."""
    times: list[float] = []
    for case in cases:
        best = float("inf")
        for _ in range(5):
            started = time.process_time()
            run(*case)
            best = min(best, time.process_time() - started)
        times.append(best * 1000)
    return median(times)


def database(folder: str, edges: Edges) -> sqlite3.Connection:
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


def longest_stretch(walk: Walk[Any]) -> float:
    """The longest processor time, in ms, that *walk* took between two turns of the driver."""
    longest = 0.0
    while True:
        started = time.process_time()
        ended = next(walk, None) is None
        longest = max(longest, 1000 * (time.process_time() - started))
        if ended:
            return longest


def compare(what: str, ours: Callable[..., Any], whom: str, theirs: Callable[..., Any], cases: Cases) -> None:
    """One line: medians of both, and how many times as long the other takes."""
    mine, other = milliseconds(ours, cases), milliseconds(theirs, cases)
    print(f"{what:<36} {mine:9.3f} ms   {whom:<34} {other:9.3f} ms   {other / mine:7.2f}x")


class Bench:
    """The graph in memory, and what is asked of it."""

    def __init__(self, csr: Csr) -> None:
        self.csr = csr
        chosen = random.Random(SEED)
        keys = csr.keys.tolist()
        self.starts: Cases = [(chosen.choice(keys),) for _ in range(TRIALS)]
        self.pairs: Cases = [(chosen.choice(keys), chosen.choice(keys)) for _ in range(TRIALS)]

    def graph(self) -> ArrayNeighbors:
        return ArrayNeighbors(self.csr, lambda rows: Pause(rows=rows))

    def near(self, start: int, depth: int = 3, limit: int = 200, *, with_links: bool = False) -> Any:
        graph = self.graph()
        [node] = graph.numbers([start])
        walk = neighborhood(graph, node, max_depth=depth, limit=limit, bounds=OUT, budget=Budget())
        found = finish(walk)
        if with_links:
            finish(links_among(graph, found.nodes, OUT.kinds, Budget()))
        return list(map(graph.keys, found.hops))

    def between(self, start: int, end: int, bounds: Bounds = OUT, limit: int = 5) -> Any:
        graph = self.graph()
        nodes = graph.numbers([start, end])
        walk = shortest_paths(graph, *nodes, max_depth=20, limit=limit, bounds=bounds, budget=Budget())
        return list(map(graph.keys, finish(walk).paths))

    def stretches(self) -> None:
        """How long the driver has to wait for its turn; garbage collection, a server's own matter, aside."""
        gc.disable()
        budget = {"nodes": 50_000, "edges": 500_000}
        graph = self.graph()
        walks: dict[str, Callable[[int, int], Walk[Any]]] = {
            "neighborhood, 1,000": lambda start, _: neighborhood(
                graph, start, max_depth=6, limit=1000, bounds=BOTH, budget=Budget(**budget)
            ),
            "neighborhood, 5,000": lambda start, _: neighborhood(
                graph, start, max_depth=9, limit=5000, bounds=BOTH, budget=Budget(**budget)
            ),
            "shortest paths": lambda start, end: shortest_paths(
                graph, start, end, max_depth=20, limit=5, bounds=OUT, budget=Budget(**budget)
            ),
            "all paths": lambda start, end: simple_paths(
                graph, start, end, max_depth=6, limit=50, bounds=BOTH, budget=Budget(**budget)
            ),
        }
        for name, walk in walks.items():
            longest = max(longest_stretch(walk(*graph.numbers(pair))) for pair in self.pairs[:12])
            print(f"longest stretch, {name:<22} {longest:6.2f} ms")
        gc.enable()

    def against_networkx(self, edges: Edges) -> None:
        """Memory, neighborhoods and shortest paths."""
        graph, kept = traced(lambda: nx.DiGraph(edges.tolist()))
        size = self.csr.nbytes
        print(
            f"bytes an edge: csr {size / len(edges):.1f}, networkx {kept / len(edges):.1f}: 1/{kept / size:.0f}"
        )
        both_ways = graph.to_undirected()

        def between(start: int, end: int, graph: Any = graph) -> Any:
            try:
                return nx.bidirectional_shortest_path(graph, start, end)
            except nx.NetworkXNoPath:
                return None

        def all_between(start: int, end: int) -> Any:
            try:
                return list(islice(nx.all_shortest_paths(graph, start, end), 5))
            except nx.NetworkXNoPath:
                return None

        for start, end in self.pairs:
            one, ours = between(start, end), self.between(start, end)
            assert (len(ours[0]) if ours else 0) == (len(one) if one else 0)

        def within(start: int) -> Any:
            return dict(nx.single_source_shortest_path_length(graph, start, 3))

        starts, pairs = self.starts, self.pairs
        compare("3 hops, limit 200", self.near, "networkx, 3 hops, no limit", within, starts)
        compare(
            "3 hops, limit 200, with links",
            lambda start: self.near(start, with_links=True),
            "networkx, with the subgraph",
            lambda start: list(graph.subgraph(list(within(start))[:200]).edges),
            starts,
        )
        compare("5 shortest paths, OUT", self.between, "networkx, one", between, pairs)
        compare(
            "1 shortest path, OUT",
            lambda start, end: self.between(start, end, limit=1),
            "networkx, one",
            between,
            pairs,
        )
        compare("5 shortest paths, OUT", self.between, "networkx, five", all_between, pairs[:5])
        compare(
            "5 shortest paths, BOTH",
            lambda start, end: self.between(start, end, BOTH),
            "networkx, one, undirected copy",
            lambda start, end: between(start, end, both_ways),
            pairs,
        )

    def against_sql(self, folder: str, edges: Edges) -> None:
        """Four hops."""
        connection = database(folder, edges)
        for limit in (200, NODES):
            compare(
                f"4 hops, limit {limit}",
                lambda start, limit=limit: self.near(start, 4, limit),
                "recursive CTE",
                lambda start, limit=limit: connection.execute(CTE, (start, 4, limit)).fetchall(),
                self.starts[:20],
            )
        connection.close()


def main() -> None:
    """Figures on standard output."""
    edges = clustered_edges()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "adjacency"
        save(build("bench", {EdgeKind.LISTED: edges}), path)
        started = time.perf_counter()
        csr = load(path, "bench")
        print(f"file mapped in {(time.perf_counter() - started) * 1000:.2f} ms")
        print(f"{len(csr.keys)} nodes, {len(edges)} edges")
        bench = Bench(csr)
        bench.stretches()
        bench.against_sql(folder, edges)
        bench.against_networkx(edges)


if __name__ == "__main__":
    main()
