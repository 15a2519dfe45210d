"""`walk` and `paths` agree with networkx on thousands of seeded graphs, more than hypothesis has time for."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import networkx as nx
import pytest

from graph_api.graph.paths import Paths, shortest_paths, simple_paths
from graph_api.graph.protocol import Bounds, Neighbors, Walk
from graph_api.graph.walk import neighborhood
from graph_api.records import EdgeDirection
from tests.graph.small_graphs import PROVIDER, RELATED, TOPIC, SmallGraph, finish, plenty


def a_graph(random: Random) -> SmallGraph:
    nodes = random.sample(range(1000), random.randint(2, 14))
    edges = {
        kind: list({(random.choice(nodes), random.choice(nodes)) for _ in range(random.randint(0, most))})
        for kind, most in ((RELATED, 40), (PROVIDER, 4), (TOPIC, 8))
    }
    fits = frozenset(random.sample(nodes, len(nodes) * 3 // 4)) if random.random() < 0.5 else None
    return SmallGraph(edges, fits)


def some_bounds(random: Random, graph: SmallGraph, nodes: list[int]) -> Bounds:
    return Bounds(
        kinds=frozenset(random.sample([RELATED, PROVIDER, TOPIC], random.randint(1, 3))),
        direction=random.choice(list(EdgeDirection)),
        fits=graph.fits if random.random() < 0.5 else None,
        avoid=frozenset(random.sample(nodes, random.randint(0, min(2, len(nodes))))),
    )


@pytest.mark.parametrize("seed", range(30))
def test_a_hundred_graphs_agree_with_networkx(seed: int) -> None:
    random = Random(seed)
    for _ in range(100):
        graph = a_graph(random)
        nodes = sorted(graph.nodes) or [1]
        bounds, start, end = some_bounds(random, graph, nodes), random.choice(nodes), random.choice(nodes)
        check(graph, bounds, start, end, random.randint(0, 6))


def check(graph: SmallGraph, bounds: Bounds, start: int, end: int, depth: int) -> None:
    allowed = graph.networkx(bounds, [start])
    hood = finish(neighborhood(graph, start, max_depth=depth, limit=99, bounds=bounds, budget=plenty()))
    distances = nx.single_source_shortest_path_length(allowed, start, cutoff=depth)
    assert {key: hop for hop, members in enumerate(hood.hops) for key in members} == distances

    allowed = graph.networkx(bounds, [start, end])
    expected = nx.all_shortest_paths(allowed, start, end) if nx.has_path(allowed, start, end) else []
    assert paths(shortest_paths, graph, bounds, start, end, 99) == sorted(map(tuple, expected))

    depth = min(depth, 4)
    simple = (
        {tuple(path) for path in nx.all_simple_paths(allowed, start, end, cutoff=depth)} if depth else set()
    )
    simple |= {(start,)} if start == end else set()
    found = paths(simple_paths, graph, bounds, start, end, depth)
    assert found == sorted(simple, key=lambda path: (len(path), path))


def paths(
    search: Callable[..., Walk[Paths]], graph: SmallGraph, bounds: Bounds, start: int, end: int, depth: int
) -> list[tuple[int, ...]]:
    """What the search finds in memory, by keys."""

    def walk(graph: Neighbors, start: int, end: int, bounds: Bounds) -> Walk[Paths]:
        return search(graph, start, end, max_depth=depth, limit=9999, bounds=bounds, budget=plenty())

    memory = graph.in_memory()
    return list(map(memory.arrays.keys, memory.run(walk, bounds, start, end).paths))
