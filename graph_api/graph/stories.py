"""Stories: sets of mutually related articles, each with the article that leads it.

`blocks` finds the sets from edges alone, `stories` chooses their leads from what the articles say, so that neither
is repeated when only the other's input has changed. A story is a biconnected component: cliques that share one
article are two stories, since editors group articles in cliques, and an article can belong to two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import Entries, Indexes, spread
from graph_api.graph.biconnected import biconnected_components
from graph_api.graph.communities import communities
from graph_api.graph.undirected import (
    Mask,
    Undirected,
    chunks,
    components,
    either,
    in_cliques,
    mutual,
    starts_of,
)

Edges: TypeAlias = tuple[Indexes, Indexes]
Floats: TypeAlias = NDArray[np.float64]
Memberships: TypeAlias = tuple[Indexes, Indexes]
"""(number of the block, article), in any order."""

_LARGE = 50  # articles; a block with more is split when it is sparse
_SPARSE = 0.3  # share of the pairs of articles that are connected
_PAIR = 2  # articles
_SMALL = 8  # articles; a component of links with more, and no clique, is split into communities
_AT_ONCE = 2_000_000  # memberships compared at a time, about 100 MB
_NULL = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blocks:
    """Groups of two articles or more; an article may be in several.

    Block b has the articles `members[starts[b] : starts[b + 1]]`, ascending. Order: size descending, then members.
    """

    starts: Indexes
    members: Entries


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stories:
    """Blocks with what is known of each: its lead, an article that leads no other, and its density.

    *densities*: the share of pairs of its articles that are connected (0..1). *main*: for each article the story it
    has most edges into, -1 for articles that stand alone. Order: size descending, then lead.
    """

    starts: Indexes
    members: Entries
    leads: Entries
    densities: Floats
    main: Entries

    def of(self, articles: Sequence[int]) -> list[list[int]]:
        """The stories of each of *articles*, the one in `main` first: one look through all members."""
        places = np.flatnonzero(np.isin(self.members, np.array(articles, np.int64)))
        owners = np.searchsorted(self.starts, places, side="right") - 1
        found: dict[int, list[int]] = {article: [] for article in articles}
        for article, story in zip(self.members.take(places).tolist(), owners.tolist(), strict=True):
            first = story == self.main[article]
            found[article].insert(0 if first else len(found[article]), story)
        return [found[article] for article in articles]


# -- blocks ------------------------------------------------------------------------------------------------


def blocks(listed: Edges, linked: Edges, count: int) -> Blocks:
    """The groups of articles that list each other; where no article lists one, communities of the links.

    Components of articles that list each other are blocks when they are cliques, else their biconnected components
    are. Of these, pairs between two larger blocks are bridges and no blocks; other pairs that share an article are
    one block, so that a hub and the articles related only to it are together. Blocks of over 50 articles with less
    than 30% of the possible pairs are split into communities.
    """
    has_lists = len(listed[0]) > 0
    graph = mutual(*listed, count) if has_lists else either(*linked, count)
    labels = components(graph)
    is_clique = in_cliques(graph, labels)
    rest = graph.where(~is_clique[graph.first])
    cliques = _groups(labels, np.flatnonzero(is_clique))
    if has_lists:
        groups = _ordered([_joined_pairs(*biconnected_components(rest), count)])
    else:
        groups = _split(_ordered([_groups(labels, np.flatnonzero(~is_clique))]), rest, _SMALL, 1.0)
    groups = _split_again(groups, rest)
    return _ordered([cliques, (_owners(groups), groups.members)])


def _groups(labels: Indexes, nodes: Indexes) -> Memberships:
    return labels[nodes], nodes


def _joined_pairs(owners: Indexes, nodes: Indexes, count: int) -> Memberships:
    """The biconnected components of three articles or more, and the groups that pairs make."""
    sizes = np.bincount(owners)
    is_pair = sizes[owners] == _PAIR
    in_larger = np.zeros(count, dtype=np.bool_)
    in_larger[nodes[~is_pair]] = True
    ends = nodes[is_pair].reshape(-1, 2)  # the two memberships of a pair stand side by side
    ends = ends[~in_larger[ends].all(axis=1)]
    labels = components(either(ends[:, 0], ends[:, 1], count))
    of_pairs, paired = _groups(labels, np.unique(ends))
    joined = np.concatenate((owners[~is_pair], of_pairs + len(sizes)))
    return joined, np.concatenate((nodes[~is_pair], paired))


def _split(groups: Blocks, graph: Undirected, large: int, sparse: float) -> Blocks:
    """The *groups*, with communities in place of those of over *large* articles and less than *sparse* density."""
    sizes = np.diff(groups.starts)
    inside, pairs = _pairs_inside(groups, graph)
    is_split = (sizes > large) & (_densities(sizes, inside) < sparse)
    owners = _owners(groups)
    kept, divided = np.flatnonzero(~is_split[owners]), np.flatnonzero(is_split[owners])
    codes = owners[divided] * graph.count + groups.members[divided]
    cut = is_split[inside]
    first, second = (
        np.searchsorted(codes, inside[cut] * graph.count + ends[pairs[cut]])
        for ends in (graph.first, graph.second)
    )
    labels = communities(either(first, second, len(divided)))
    return _ordered([(owners[kept], groups.members[kept]), (labels, groups.members[divided])])


def _split_again(groups: Blocks, graph: Undirected) -> Blocks:
    """The *groups*, split until no large and sparse one can be: communities of a large graph are large themselves."""
    while True:
        smaller = _split(groups, graph, _LARGE, _SPARSE)
        if len(smaller.starts) == len(groups.starts):
            return smaller
        groups = smaller


def _ordered(found: Sequence[tuple[Indexes, Indexes | Entries]]) -> Blocks:
    """All blocks of two articles or more, in their order. Numbers count within one of *found*."""
    shifts = np.cumsum([0, *(int(numbers.max(initial=-1)) + 1 for numbers, _ in found)])
    owners = np.concatenate([numbers + shift for (numbers, _), shift in zip(found, shifts, strict=False)])
    members = np.concatenate([nodes.astype(np.int64) for _, nodes in found])
    order = np.lexsort((members, owners))
    members = members[order]
    firsts = np.flatnonzero(np.diff(owners[order], prepend=-1))
    sizes = np.diff(firsts, append=len(members))
    kept = sizes > 1
    firsts, sizes = firsts[kept], sizes[kept]
    by_size = np.lexsort((members[firsts + 1], members[firsts], -sizes))  # blocks share one article at most
    return Blocks(
        starts=_starts(sizes[by_size]),
        members=members[spread(firsts[by_size], sizes[by_size])].astype(np.int32),
    )


def _owners(blocks: Blocks) -> Indexes:
    """The block of each membership."""
    return np.repeat(np.arange(len(blocks.starts) - 1), np.diff(blocks.starts))


def _starts(sizes: Indexes) -> Indexes:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)))


# -- pairs within blocks -----------------------------------------------------------------------------------


def _pairs_inside(blocks: Blocks, graph: Undirected) -> tuple[Indexes, Indexes]:
    """(block, number of a pair) for each pair of *graph* whose articles are both in the block; by block, then pair.

    For each pair the blocks of the article that is in fewer are looked up, so that a hub in many costs little.
    """
    owners = _owners(blocks)
    codes = owners * graph.count + blocks.members
    order = np.argsort(blocks.members, kind="stable")
    of_article, numbers = owners[order], np.bincount(blocks.members, minlength=graph.count)
    starts = starts_of(numbers)
    is_second = numbers[graph.second] < numbers[graph.first]
    one = np.where(is_second, graph.second, graph.first)
    other = graph.first + graph.second - one
    every = np.arange(len(one))
    found = [np.zeros((2, 0), dtype=np.int64)]
    for part in chunks(numbers[one], _AT_ONCE):
        own = of_article[spread(starts[one[part]], numbers[one[part]])]
        pairs = np.repeat(every[part], numbers[one[part]])
        is_inside = _holds(codes, own * graph.count + other[pairs])
        found.append(np.stack((own[is_inside], pairs[is_inside])))
    inside, pairs = np.concatenate(found, axis=1)
    by_block = np.argsort(inside, kind="stable")
    return inside[by_block], pairs[by_block]


def _holds(ordered: Indexes, wanted: Indexes) -> Mask:
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    found: Mask = ordered[places] == wanted
    return found


def _densities(sizes: Indexes, inside: Indexes) -> Floats:
    """The density of each block; *inside* has its number once for each pair in it."""
    return np.bincount(inside, minlength=len(sizes)) / (sizes * (sizes - 1) // 2)


# -- stories -----------------------------------------------------------------------------------------------


def stories(
    blocks: Blocks,
    published: NDArray[np.int8],
    quality: Indexes,
    published_us: Indexes,
    page_rank: Floats,
    edges: Edges,
) -> Stories:
    """The *blocks* as stories.

    Per article: *published* is 1, 0 or -1 (null); *quality* and *published_us* are the smallest int64 when null.
    The lead is the best article that leads no larger story: published ones first, then by quality, the earliest
    date, page rank (to six digits) and number. A block whose articles all lead larger stories makes none.
    """
    count = len(published)
    centrality = np.round(page_rank * count, 6)  # equal for articles whose places differ in rounding only
    dates = np.where(published_us == _NULL, np.iinfo(np.int64).max, published_us)
    best = np.lexsort((-centrality, dates, ~quality, published != 1))
    places = np.empty(count, dtype=np.int64)
    places[best] = np.arange(count)
    chosen = leads(blocks, places)
    sizes = np.diff(blocks.starts)
    order = np.lexsort((chosen, -sizes))
    order = order[chosen[order] >= 0]
    kept = Blocks(
        starts=_starts(sizes[order]),
        members=blocks.members[spread(blocks.starts[order], sizes[order])],
    )
    densities, main = _ties(kept, either(*edges, count))
    return Stories(
        starts=kept.starts,
        members=kept.members,
        leads=chosen[order].astype(np.int32),
        densities=densities,
        main=main,
    )


def leads(blocks: Blocks, places: Indexes) -> Indexes:
    """The lead of each block: its first article by *places* that leads no earlier block, -1 when there is none."""
    owners = _owners(blocks)
    members: list[int] = blocks.members[np.lexsort((places[blocks.members], owners))].tolist()
    taken, found = set[int](), list[int]()
    for start, end in pairwise(blocks.starts.tolist()):
        lead = next((members[place] for place in range(start, end) if members[place] not in taken), -1)
        taken.add(lead)
        found.append(lead)
    return np.array(found, dtype=np.int64)


def _ties(blocks: Blocks, graph: Undirected) -> tuple[Floats, Entries]:
    """Densities by block, and for each article the block with most of its neighbors, the first of equals."""
    sizes = np.diff(blocks.starts)
    inside, pairs = _pairs_inside(blocks, graph)
    owners = _owners(blocks)
    codes = owners * graph.count + blocks.members
    neighbors = np.zeros(len(codes), dtype=np.int64)
    for ends in (graph.first, graph.second):
        places = np.searchsorted(codes, inside * graph.count + ends[pairs])
        neighbors += np.bincount(places, minlength=len(codes))
    main = np.full(graph.count, -1, dtype=np.int32)
    order = np.lexsort((-owners, neighbors))  # the last one that is written stays
    main[blocks.members[order]] = owners[order]
    return _densities(sizes, inside), main
