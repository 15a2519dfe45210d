"""Biconnected components: the largest sets of nodes that stay connected when any one of them is removed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np

from graph_api.graph.adjacency import Indexes
from graph_api.graph.undirected import Undirected, breadth_first_forest

_DENSE = 4  # pairs a node: from here on thinning takes less time than it saves


def biconnected_components(graph: Undirected) -> tuple[Indexes, Indexes]:
    """(number of the component, node) of each membership; components are numbered from 0.

    A component has two nodes at least. A node whose removal disconnects others is in several.
    """
    if not len(graph.first):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    import networkx as nx  # noqa: PLC0415  0.1 s and 15 MB, which only graphs with other blocks than cliques need

    thin = _thinned(graph)
    smaller: nx.Graph[int] = nx.Graph()
    smaller.add_edges_from(zip(thin.first.tolist(), thin.second.tolist(), strict=True))
    owners, nodes = list[int](), list[int]()
    components = cast("Iterable[set[int]]", nx.biconnected_components(smaller))  # its types say lists of sets
    for number, found in enumerate(components):
        owners += [number] * len(found)
        nodes += found
    return np.array(owners, dtype=np.int64), np.array(nodes, dtype=np.int64)


def _thinned(graph: Undirected) -> Undirected:
    """A subgraph with the same biconnected components and at most two pairs a node; *graph* itself when sparse.

    A breadth-first forest together with a spanning forest of the other pairs is enough: Eppstein, Galil, Italiano
    and Nissenzweig, "Sparsification", J. ACM 44, 1997. So a dense block of 5,000 nodes takes no gigabytes.
    """
    if len(graph.first) <= _DENSE * np.count_nonzero(graph.degrees()):
        return graph
    kept = breadth_first_forest(graph)
    others = np.flatnonzero(~kept)
    kept[others[breadth_first_forest(graph.where(~kept))]] = True
    return graph.where(kept)
