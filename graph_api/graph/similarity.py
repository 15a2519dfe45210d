"""How similar the surroundings of two nodes are, by the neighbors they share.

Neighbors are undirected here: edges count in both directions. A node is not its own neighbor. Sources:
Liben-Nowell and Kleinberg, "The link-prediction problem for social networks", 2007; Adamic and Adar,
"Friends and neighbors on the Web", Social Networks 25, 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from math import fsum, log

from graph_api.graph.expansion import targets_of
from graph_api.graph.protocol import Bounds, Neighbors, Walk
from graph_api.records import EdgeDirection


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """The neighbors two nodes share, and two measures of similarity."""

    common: tuple[int, ...]
    jaccard: float
    adamic_adar: float


def jaccard(first: AbstractSet[int], second: AbstractSet[int]) -> float:
    """|A & B| / |A | B| of two sets of neighbors: 0..1, 1 = the same set; 0 when both are empty."""
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def adamic_adar(degrees: Iterable[int]) -> float:
    """Sum of 1 / ln(degree) over the shared neighbors: those with few other neighbors weigh more.

    A shared neighbor has degree 2 at least. Only when a node is compared with itself can it have 1; then
    it adds nothing, as ln(1) = 0 has no inverse.
    """
    return fsum(1 / log(degree) for degree in degrees if degree > 1)


def similarity(graph: Neighbors, first: int, second: int, bounds: Bounds) -> Walk[Similarity]:
    """What *first* and *second* have in common along the edges of *bounds*, in both directions.

    Cost: one call for the neighbors of the two, one for the degrees of the shared ones. Nodes to
    avoid are no neighbors; the filter of *bounds* does not apply.
    """
    undirected = replace(bounds, direction=EdgeDirection.BOTH)
    sets = yield from _neighbors(graph, [first, second], undirected)
    common = sorted(sets[first] & sets[second])
    degrees = yield from _neighbors(graph, common, undirected)
    return Similarity(
        common=tuple(common),
        jaccard=jaccard(sets[first], sets[second]),
        adamic_adar=adamic_adar(len(degrees[node]) for node in common),
    )


def _neighbors(graph: Neighbors, nodes: Sequence[int], bounds: Bounds) -> Walk[dict[int, set[int]]]:
    found = yield from targets_of(graph, nodes, bounds)
    return {node: targets - bounds.avoid - {node} for node, targets in found.items()}
