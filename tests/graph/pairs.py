"""Random undirected and directed graphs as arrays, and the same for networkx."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from graph_api.graph.adjacency import Indexes
from graph_api.graph.undirected import Undirected, either

Edge: TypeAlias = tuple[int, int]
Edges: TypeAlias = tuple[Indexes, Indexes]

NONE: Edges = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def arrays(edges: Iterable[Edge]) -> Edges:
    """Sources and targets."""
    both = np.array(list(edges), dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def undirected(graph: nx.Graph[int]) -> Undirected:
    """A graph with the nodes 0..n-1."""
    return either(*arrays(graph.edges()), len(graph))


def both_ways(pairs: Iterable[Edge]) -> list[Edge]:
    """The edges of articles that list each other."""
    return [edge for one, other in pairs for edge in ((one, other), (other, one))]


def clique(*nodes: int) -> list[Edge]:
    """The edges of articles that all list each other."""
    return [(one, other) for one in nodes for other in nodes if one != other]


def directed(graph: nx.Graph[int]) -> nx.DiGraph[int]:
    """*graph* with an edge each way for each pair."""
    return nx.DiGraph(graph)


@st.composite
def edge_lists(draw: st.DrawFn, most: int = 14) -> tuple[int, list[Edge]]:
    """(count, distinct edges without loops), sparse to dense, in any order."""
    count = draw(st.integers(1, most))
    every = [(one, other) for one in range(count) for other in range(count) if one != other]
    edges = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    return count, edges


@st.composite
def graphs(draw: st.DrawFn, most: int = 40) -> nx.Graph[int]:
    """Cliques, joined in articles or by edges, and edges at random."""
    count = draw(st.integers(1, most))
    graph: nx.Graph[int] = nx.empty_graph(count)
    nodes = st.integers(0, count - 1)
    for members in draw(st.lists(st.sets(nodes, max_size=9), max_size=6)):
        graph.add_edges_from(clique(*members))
    graph.add_edges_from(
        (one, other) for one, other in draw(st.lists(st.tuples(nodes, nodes))) if one != other
    )
    return graph
