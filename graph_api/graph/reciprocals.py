"""Edges without a way back, in groups of nodes where most edges have one: there the missing ones are oversights.

Elsewhere a list names what an article builds on, or what its author recommends, and nothing is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Indexes, spread

Ends: TypeAlias = tuple[Indexes, Indexes]  # the nodes that edges start from, and those that they lead to

_AT_ONCE = 2_000_000  # neighbors that are compared together


class OneWay(NamedTuple):
    """Edges from *sources* to *targets* that lack their way back, by source, then target.

    A score says how alike the lists of both are, 0 to 1: the Jaccard index of the nodes that they list and themselves.
    *mutual* says for each group whether most of its edges have a way back.
    """

    sources: Indexes
    targets: Indexes
    scores: NDArray[np.float64]
    mutual: NDArray[np.bool_]


def one_way(listed: Ends, others: Ends, groups: Indexes) -> OneWay:
    """The *listed* edges without a way back, listed or among *others*, within groups where most listed edges have one.

    *groups* has the group of each node, -1 for none. No edge occurs twice, and none is both listed and among *others*.
    """
    within, back = _within(listed, groups), _have_way_back(listed, others, len(groups))
    mutual = _mutual(groups.take(listed[0]), within, back, int(groups.max(initial=-1)) + 1)
    chosen = within & ~back & np.append(mutual, False).take(groups.take(listed[0]))
    sources, targets = listed[0][chosen], listed[1][chosen]
    order = np.lexsort((targets, sources))
    sources, targets = sources.take(order), targets.take(order)
    return OneWay(sources, targets, _likeness(sources, targets, listed, len(groups)), mutual)


def _mutual(
    groups: Indexes, within: NDArray[np.bool_], back: NDArray[np.bool_], count: int
) -> NDArray[np.bool_]:
    edges, mutual = (np.bincount(groups[chosen], minlength=count) for chosen in (within, within & back))
    found: NDArray[np.bool_] = 2 * mutual > edges
    return found


def _within(edges: Ends, groups: Indexes) -> NDArray[np.bool_]:
    """Which edges lead from a node to another one of its group."""
    own = groups.take(edges[0])
    found: NDArray[np.bool_] = (own >= 0) & (own == groups.take(edges[1])) & (edges[0] != edges[1])
    return found


def _have_way_back(listed: Ends, others: Ends, count: int) -> NDArray[np.bool_]:
    ways = np.sort(np.concatenate([sources * count + targets for sources, targets in (listed, others)]))
    return _are_in(ways, listed[1] * count + listed[0])


def _are_in(ascending: Indexes, wanted: Indexes) -> NDArray[np.bool_]:
    if not len(ascending):
        return np.zeros(len(wanted), np.bool_)
    places = np.minimum(ascending.searchsorted(wanted), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending.take(places) == wanted
    return found


def _likeness(sources: Indexes, targets: Indexes, listed: Ends, count: int) -> NDArray[np.float64]:
    if not len(sources):
        return np.empty(0, np.float64)
    itself, is_other = np.arange(count, dtype=np.int64), listed[0] != listed[1]
    others = listed[0][is_other] * count + listed[1][is_other]
    closed = np.sort(np.concatenate([others, itself * count + itself]))
    starts = closed.searchsorted(np.arange(count + 1, dtype=np.int64) * count)
    sizes = np.diff(starts)
    common = np.zeros(len(sources), np.int64)
    for first, end in _portions(sizes.take(sources)):
        own = sources[first:end]
        owners = np.repeat(np.arange(first, end), sizes.take(own))
        listed_too = closed.take(spread(starts.take(own), sizes.take(own))) % count
        shared = _are_in(closed, targets.take(owners) * count + listed_too)
        common += np.bincount(owners[shared], minlength=len(sources))
    return common / np.maximum(sizes.take(sources) + sizes.take(targets) - common, 1)


def _portions(sizes: Indexes) -> Iterator[tuple[int, int]]:
    """Ranges of lists that have about `_AT_ONCE` entries together."""
    ends, first = np.cumsum(sizes), 0
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        end = max(int(ends.searchsorted(before + _AT_ONCE, side="right")), first + 1)
        yield first, end
        first = end
