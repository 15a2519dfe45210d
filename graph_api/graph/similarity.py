"""How alike the surroundings of two nodes are, by the neighbours they share.

Neighbours are undirected here, whatever the edges say, and a node is not its own neighbour. Sources:
Liben-Nowell and Kleinberg, "The link-prediction problem for social networks", 2007; Adamic and Adar,
"Friends and neighbors on the Web", Social Networks 25, 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Set as AbstractSet
from dataclasses import dataclass, replace
from math import fsum, log

from graph_api.graph.expansion import targets_by_key
from graph_api.graph.protocol import Scope, Walk
from graph_api.records import EdgeDirection


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The neighbours two nodes share, by key, and what follows from them."""

    common: tuple[int, ...]
    jaccard: float
    adamic_adar: float


def common_neighbours(first: AbstractSet[int], second: AbstractSet[int]) -> set[int]:
    """What stands in both sets of neighbours."""
    return set(first & second)


def jaccard(first: AbstractSet[int], second: AbstractSet[int]) -> float:
    """|A & B| / |A | B| of two sets of neighbours: 0..1, 1 = the same set; 0 when both are empty."""
    union = len(first | second)
    return len(first & second) / union if union else 0.0


def adamic_adar(degrees: Iterable[int]) -> float:
    """Sum of 1 / ln(degree) over the neighbours two nodes share: few other neighbours weigh more.

    A shared neighbour has degree 2 at least; only when a node is compared with itself can it have 1,
    and then it adds nothing, as ln(1) = 0 has no inverse.
    """
    return fsum(1 / log(degree) for degree in degrees if degree > 1)


def likeness(first: int, second: int, scope: Scope) -> Walk[Likeness]:
    """What *first* and *second* have in common along the edges of *scope*, in both directions.

    Two questions' worth of pages: the neighbours of the two, then those of the shared ones for their
    degrees. What *scope* avoids is nobody's neighbour; its filter is not asked.
    """
    undirected = replace(scope, direction=EdgeDirection.BOTH)
    sets = yield from _neighbours([first, second], undirected)
    shared = sorted(common_neighbours(sets[first], sets[second]))
    degrees = yield from _neighbours(shared, undirected)
    return Likeness(
        common=tuple(shared),
        jaccard=jaccard(sets[first], sets[second]),
        adamic_adar=adamic_adar(len(degrees[key]) for key in shared),
    )


def _neighbours(keys: list[int], scope: Scope) -> Walk[dict[int, set[int]]]:
    found = yield from targets_by_key(keys, scope)
    return {key: targets - scope.avoid - {key} for key, targets in found.items()}
