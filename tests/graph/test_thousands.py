"""Walks agree with networkx on thousands of seeded graphs: what hypothesis is too slow to cover as widely."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import networkx as nx
import pytest

from graph_api.graph.paths import Paths, shortest_paths
from graph_api.graph.protocol import Scope, Walk
from graph_api.graph.simple_paths import all_paths
from graph_api.graph.walk import neighborhood
from graph_api.records import EdgeDirection
from tests.graph.small_graphs import PROVIDER, RELATED, TOPIC, SmallGraph, plenty


def a_graph(random: Random) -> SmallGraph:
    nodes = random.sample(range(1000), random.randint(2, 14))
    edges = {
        kind: list({(random.choice(nodes), random.choice(nodes)) for _ in range(random.randint(0, most))})
        for kind, most in ((RELATED, 40), (PROVIDER, 4), (TOPIC, 8))
    }
    fits = frozenset(random.sample(nodes, len(nodes) * 3 // 4)) if random.random() < 0.5 else None
    return SmallGraph(edges, fits)


def a_scope(random: Random, nodes: list[int]) -> Scope:
    return Scope(
        kinds=frozenset(random.sample([RELATED, PROVIDER, TOPIC], random.randint(1, 3))),
        direction=random.choice(list(EdgeDirection)),
        filtered=random.random() < 0.5,
        avoid=frozenset(random.sample(nodes, random.randint(0, min(2, len(nodes))))),
    )


@pytest.mark.parametrize("seed", range(30))
def test_a_hundred_graphs_agree_with_networkx(seed: int) -> None:
    random = Random(seed)
    for _ in range(100):
        graph = a_graph(random)
        nodes = sorted(graph.nodes) or [1]
        scope, start, end = a_scope(random, nodes), random.choice(nodes), random.choice(nodes)
        check(graph, scope, start, end, random.randint(0, 6))


def check(graph: SmallGraph, scope: Scope, start: int, end: int, depth: int) -> None:
    allowed = graph.networkx(scope, [start])
    hood = graph.run(neighborhood(start, max_depth=depth, limit=99, scope=scope, budget=plenty()))
    distances = nx.single_source_shortest_path_length(allowed, start, cutoff=depth)
    assert {key: hop for hop, members in enumerate(hood.hops) for key in members} == distances

    allowed = graph.networkx(scope, [start, end])
    expected = nx.all_shortest_paths(allowed, start, end) if nx.has_path(allowed, start, end) else []
    assert paths(shortest_paths, graph, scope, start, end, 99) == sorted(map(tuple, expected))

    depth = min(depth, 4)
    simple = (
        {tuple(path) for path in nx.all_simple_paths(allowed, start, end, cutoff=depth)} if depth else set()
    )
    simple |= {(start,)} if start == end else set()
    found = paths(all_paths, graph, scope, start, end, depth)
    assert found == sorted(simple, key=lambda path: (len(path), path))


def paths(
    search: Callable[..., Walk[Paths]], graph: SmallGraph, scope: Scope, start: int, end: int, depth: int
) -> list[tuple[int, ...]]:
    """What the search finds in memory, by keys."""

    def walk(start: int, end: int, scope: Scope) -> Walk[Paths]:
        return search(start, end, max_depth=depth, limit=9999, scope=scope, budget=plenty())

    memory = graph.in_memory()
    return list(map(memory.ground.keys, memory.run(walk, scope, start, end).paths))
