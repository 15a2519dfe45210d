"""Metrics and stories of 100,000 articles, beside networkx, and of shapes that could take too long.

Run it: `python -m tests.bench.bench_stories`. Cliques have the sizes that `graph-api generate` gives stories. Times are of
one call each, the best of three; networkx is measured once, and its graph is there already.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from typing import TypeAlias

import networkx as nx
import numpy as np

from graph_api.cli.generator.dice import Dice
from graph_api.cli.generator.stories import StorySizes, cliques
from graph_api.graph.adjacency import Indexes
from graph_api.graph.metrics import clustering, page_rank
from graph_api.graph.stories import blocks, stories

ARTICLES, SEED, ROUNDS = 100_000, 14, 3
Edges: TypeAlias = tuple[Indexes, Indexes]
NONE: Edges = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def story_edges(count: int) -> Edges:
    """Edges of *count* articles in cliques, some of which share an article; articles in random order."""
    dice = Dice("bench")
    numbers = np.random.default_rng(SEED).permutation(count)
    found = [np.zeros((2, 0), dtype=np.int64)]
    start = 0
    for size in StorySizes(dice, count):
        for clique in cliques(dice, size):
            nodes = numbers[start + clique.start : start + clique.stop]
            one, other = np.meshgrid(nodes, nodes)
            found.append(np.stack((one[one != other], other[one != other])))
        start += size
    return _sorted(np.concatenate(found, axis=1))


def garden_edges(count: int, links: int) -> Edges:
    """Links among *count* notes: most within groups of 50, some anywhere."""
    dice = np.random.default_rng(SEED)
    one = dice.integers(0, count, links)
    other = one // 50 * 50 + dice.integers(0, 50, links)
    far = dice.random(links) < 0.2
    other[far] = dice.integers(0, count, int(far.sum()))
    return _sorted(np.stack((one, other % count)))


def hub_edges(count: int, links: int) -> Edges:
    """Links whose targets are mostly a few hubs."""
    dice = np.random.default_rng(SEED)
    return _sorted(
        np.stack((dice.integers(0, count, links), (count * dice.random(links) ** 4).astype(np.int64)))
    )


def star_edges(count: int) -> Edges:
    """An article that all others are related to."""
    others = np.arange(1, count)
    hub = np.zeros(count - 1, dtype=np.int64)
    return _sorted(np.stack((np.concatenate((hub, others)), np.concatenate((others, hub)))))


def dense_edges(count: int) -> Edges:
    """Articles of which half of all pairs are related."""
    upper = np.triu(np.random.default_rng(SEED).random((count, count)) < 0.5, 1)
    return _sorted(np.stack(np.nonzero(upper | upper.T)))


def _sorted(edges: Indexes) -> Edges:
    ordered = edges[:, np.lexsort((edges[1], edges[0]))]
    is_new = np.concatenate(([True], (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)))
    kept = ordered[:, is_new & (ordered[0] != ordered[1])]
    return np.ascontiguousarray(kept[0]), np.ascontiguousarray(kept[1])


def measured(edges: Edges, count: int, rounds: int, *, linked: bool) -> Iterator[tuple[str, float]]:
    """(step, seconds)."""
    same, lists = np.zeros(count, dtype=np.int64), (NONE, edges) if linked else (edges, NONE)
    ranks = page_rank(*edges, count)
    groups = blocks(*lists, count)
    published = same.astype(np.int8)
    yield "page rank", _best(lambda: page_rank(*edges, count), rounds)
    yield "clustering", _best(lambda: clustering(*edges, count), rounds)
    yield "blocks", _best(lambda: blocks(*lists, count), rounds)
    yield "stories", _best(lambda: stories(groups, published, same, same, ranks, edges), rounds)


def _best(call: Callable[[], object], rounds: int) -> float:
    times = list[float]()
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def show(name: str, edges: Edges, count: int, *, linked: bool = False, rounds: int = ROUNDS) -> None:
    """Print one line of figures."""
    found = list(measured(edges, count, rounds, linked=linked))
    steps = ", ".join(f"{step} {seconds:.2f}" for step, seconds in found)
    total = sum(seconds for _, seconds in found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name}: {count:,} articles, {len(edges[0]):,} edges: {steps}; {total:.2f} s; peak so far {peak:,.0f} MB"
    )


def show_networkx(edges: Edges, count: int) -> None:
    """Print the figures of networkx over the same stories."""
    start = time.perf_counter()
    graph: nx.Graph[int] = nx.empty_graph(count)
    graph.add_edges_from(zip(edges[0].tolist(), edges[1].tolist(), strict=True))
    built = time.perf_counter() - start
    clustered = _best(lambda: nx.clustering(graph), 1)
    components = _best(lambda: sum(1 for _ in nx.biconnected_components(graph)), 1)
    print(f"networkx: graph {built:.2f}, clustering {clustered:.2f}, biconnected components {components:.2f}")


if __name__ == "__main__":
    of_stories = story_edges(ARTICLES)
    show("cliques", of_stories, ARTICLES)
    show("a garden's links", garden_edges(ARTICLES, 500_000), ARTICLES, linked=True)
    show("links to hubs", hub_edges(ARTICLES, 1_000_000), ARTICLES, linked=True, rounds=1)
    show("a hub of all", star_edges(ARTICLES), ARTICLES)
    show_networkx(of_stories, ARTICLES)
    show("a dense block", dense_edges(3_000), 3_000, rounds=1)
