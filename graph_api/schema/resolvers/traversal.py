"""Neighborhoods and subgraphs: walks over the store's edges, and the batch functions of their fields, whose
docstrings are the fields' descriptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from graph_api.execution.fields import ByKey, Concatenated
from graph_api.graph import walk
from graph_api.graph.arrays import ArrayNeighbors
from graph_api.graph.expansion import targets_of
from graph_api.graph.protocol import Bounds, Budget, Column, Edges, Fits, Neighbors, Steps
from graph_api.graph.walk import Link, Links
from graph_api.records import (
    RELATED_KINDS,
    Article,
    EdgeDirection,
    EdgeKind,
    EdgeOrigin,
    NodeKey,
    Provider,
    Topic,
)
from graph_api.schema import matching
from graph_api.schema.arguments import NeighborhoodWanted, SubgraphWanted
from graph_api.schema.identifiers import NodeHandle
from graph_api.schema.inputs import Via
from graph_api.schema.resolvers.nodes import rows_of
from graph_api.store.filters import Filter
from graph_api.store.lists import AllArticles, Window
from graph_api.store.plans import Keys, Pause, Reads, Rights, ask
from graph_api.store.reads import (
    Adjacency,
    ArticleRows,
    EdgesAmong,
    FittingKeys,
    Lists,
    NeighborKeys,
    ProviderRows,
    TopicRows,
)

Node = Article | Provider | Topic

MAX_LINKS = 50_000  # in one subgraph
WALK_NODES = 200_000  # nodes that one walk may meet
WALK_EDGES = 5_000_000  # edges that one walk may read


@dataclass(frozen=True, slots=True)
class StoreNeighbors:
    """`Neighbors` that asks the store one read for each call; nodes are keys."""

    rights: Rights

    def numbers(self, keys: Iterable[int]) -> tuple[int, ...]:
        return tuple(keys)

    def keys(self, numbers: Iterable[int]) -> tuple[int, ...]:
        return tuple(numbers)

    def steps(
        self,
        frontier: tuple[int, ...],
        kinds: frozenset[EdgeKind],
        direction: EdgeDirection,
        limit: int,
        skip: int,
    ) -> Reads[Steps]:
        return ask(NeighborKeys(cast(Keys, frontier), kinds, direction, limit, skip, self.rights))

    def edges(
        self, sources: tuple[int, ...], targets: tuple[int, ...], kinds: frozenset[EdgeKind]
    ) -> Reads[Edges]:
        return ask(EdgesAmong(cast(Keys, sources), cast(Keys, targets), kinds, self.rights))

    def pause(self) -> Reads[None]:
        yield from ask(Pause())


def graph_for(rights: Rights) -> Reads[Neighbors]:
    """The edges that *rights* allow: arrays where they are in memory, else the store's."""
    arrays = yield from ask(Adjacency(rights))
    return StoreNeighbors(rights) if arrays is None else ArrayNeighbors(arrays, _pause)


def _pause(rows: int) -> Pause:
    return Pause(rows=rows)


def fits(filter: Filter | None, graph: Neighbors, rights: Rights) -> Fits | None:
    """A function that asks the store which nodes of *graph* fit the filter; None without a filter."""

    def asked(numbers: tuple[int, ...]) -> Reads[frozenset[int]]:
        assert filter is not None
        keys = cast(Keys, graph.keys(numbers))
        fitting = yield from ask(FittingKeys(keys, filter, rights))
        return frozenset(number for number, key in zip(numbers, keys, strict=True) if key in fitting)

    return None if filter is None else asked


# -- subgraphs -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """The nodes at one distance from the start."""

    depth: int
    keys: Keys


@dataclass(slots=True, eq=False)
class Subgraph:
    """The nodes that were found, by distance; the links among them are read when a field first asks."""

    hops: tuple[Hop, ...]
    cut: bool
    kinds: frozenset[EdgeKind]
    links: Links | None = field(default=None)
    links_cut: bool = field(default=False)

    @property
    def keys(self) -> Keys:
        return tuple(key for hop in self.hops for key in hop.keys)

    @property
    def node_count(self) -> int:
        return sum(len(hop.keys) for hop in self.hops)


def neighborhood(
    parents: Sequence[Article], rights: Rights, wanted: NeighborhoodWanted
) -> Reads[list[Subgraph]]:
    """The part of the graph around this article: the nodes within `maxDepth` steps, and the links between them.

    Nodes are sorted by distance, those of one distance by the order in which a breadth-first search finds
    them. `limit` therefore keeps the nearest nodes, and those listed first.
    """
    graph = yield from graph_for(rights)
    filter = yield from matching.answered(wanted.filter, rights)
    bounds = Bounds(kinds=wanted.kinds, direction=wanted.direction, fits=fits(filter, graph, rights))
    found: list[Subgraph] = []
    for start in graph.numbers(parent.key for parent in parents):
        result = yield from walk.neighborhood(
            graph,
            start,
            max_depth=wanted.max_depth,
            limit=wanted.limit,
            bounds=bounds,
            budget=budget(),
        )
        hops = tuple(Hop(depth, cast(Keys, graph.keys(hop))) for depth, hop in enumerate(result.hops))
        found.append(Subgraph(hops, result.truncated, wanted.kinds))
    return found


def subgraph(parents: Sequence[object], rights: Rights, wanted: SubgraphWanted) -> Reads[list[Subgraph]]:
    """Selected articles and the links between them: the articles with these ids, or the newest ones.

    With `via` TOPIC or PROVIDER the topics or providers of the articles are nodes too.
    """
    articles, cut = yield from _chosen(wanted, rights)
    keys = dict.fromkeys(articles)
    beside = wanted.kinds - RELATED_KINDS
    if beside and articles:
        graph = yield from graph_for(rights)
        numbers = graph.numbers(articles)
        found = yield from targets_of(graph, numbers, Bounds(kinds=beside, direction=EdgeDirection.OUT))
        ends = (end for number in numbers for end in sorted(found[number]))
        keys |= dict.fromkeys(cast(Keys, graph.keys(ends)))
    hop = Hop(0, tuple(keys)[: wanted.limit])
    return [Subgraph((hop,), cut or len(keys) > wanted.limit, wanted.kinds) for _ in parents]


def _chosen(wanted: SubgraphWanted, rights: Rights) -> Reads[tuple[Keys, bool]]:
    filter = yield from matching.answered(wanted.filter, rights)
    if wanted.handles is None:
        window = Window(wanted.limit)
        [page] = (yield from ask(Lists((AllArticles(),), rights, window, filter))).values()
        return page.keys, page.has_next
    nodes = yield from known(wanted.handles, rights)
    keys = tuple(dict.fromkeys(handle.key for handle in wanted.handles if handle.id in nodes))
    if filter is not None and keys:
        fitting = yield from ask(FittingKeys(keys, filter, rights))
        keys = tuple(key for key in keys if key in fitting)
    return keys[: wanted.limit], len(keys) > wanted.limit


def budget() -> Budget:
    return Budget(nodes=WALK_NODES, edges=WALK_EDGES, links=MAX_LINKS)


def linked(subgraphs: Sequence[Subgraph], rights: Rights) -> Reads[list[Links]]:
    """The links of *subgraphs*, each read once."""
    unread = [one for one in subgraphs if one.links is None]
    if unread:
        graph = yield from graph_for(rights)
        for one in unread:
            numbers = graph.numbers(one.keys)
            links, one.links_cut = yield from walk.links_among(graph, numbers, one.kinds, budget())
            one.links = replace(links, nodes=one.keys)
    return [one.links for one in subgraphs if one.links is not None]


def links(parents: Sequence[Subgraph], rights: Rights) -> Reads[Concatenated]:
    """The links between the nodes, sorted by the node where they start, in the order of `nodes`.

    Two articles that list each other are one link with `reciprocal` true. At most 50,000 links are
    returned; when there are more, `truncated` is true.
    """
    found = yield from linked(parents, rights)
    return Concatenated(Links.joined(found), list(map(len, found)))


def link_count(parents: Sequence[Subgraph], rights: Rights) -> Reads[list[int]]:
    """The number of links."""
    return list(map(len, (yield from linked(parents, rights))))


def truncated(parents: Sequence[Subgraph], rights: Rights) -> Reads[list[bool]]:
    """Whether nodes or links are missing because a limit was reached."""
    yield from linked([parent for parent in parents if not parent.cut], rights)
    return [parent.cut or parent.links_cut for parent in parents]


def nodes(parents: Sequence[Subgraph], rights: Rights) -> Reads[ByKey]:
    """The nodes, nearest first; the first one is the start of a neighborhood."""
    del rights
    return ByKey([parent.keys for parent in parents], records, many=True)
    yield


def hop_articles(parents: Sequence[Hop], rights: Rights) -> Reads[list[list[Article]]]:
    """The articles at this distance. Providers and topics are in `nodes` only."""
    found = yield from rows_of(ArticleRows, (key for parent in parents for key in parent.keys), rights)
    return [[found[key] for key in parent.keys if key in found] for parent in parents]


def link_source(parents: Sequence[Link], rights: Rights) -> Reads[ByKey]:
    """The node where the edge starts: an article."""
    del rights
    if isinstance(parents, Links):
        return _ends_of(parents, parents.edges.sources)
    return ByKey([parent.source for parent in parents], records)
    yield


def link_target(parents: Sequence[Link], rights: Rights) -> Reads[ByKey]:
    """The node where the edge ends: a related article, a provider or a topic."""
    del rights
    if isinstance(parents, Links):
        return _ends_of(parents, parents.edges.targets)
    return ByKey([parent.target for parent in parents], records)
    yield


def link_kind(parents: Sequence[Link], rights: Rights) -> Reads[list[Via]]:
    """The kind of the edge."""
    del rights
    return [_VIA[kind] for kind in _kinds_of(parents)]
    yield


def link_origin(parents: Sequence[Link], rights: Rights) -> Reads[list[EdgeOrigin | None]]:
    """Where the edge between two related articles comes from; null for other kinds of edges."""
    del rights
    return [kind.origin for kind in _kinds_of(parents)]
    yield


_VIA = {kind: via for via in Via for kind in via.value}
_KINDS = tuple(EdgeKind)


def _kinds_of(links: Sequence[Link]) -> Iterable[EdgeKind]:
    if isinstance(links, Links):
        return map(_KINDS.__getitem__, links.edges.kinds.tolist())
    return (link.kind for link in links)


def _ends_of(links: Links, ends: Column) -> ByKey:
    """The nodes at one end of each link, by their indexes in `links.nodes`."""

    def rows(indexes: Iterable[int], rights: Rights) -> Reads[Mapping[int, Node]]:
        keys = {index: NodeKey(links.nodes[index]) for index in indexes}
        found = yield from records(keys.values(), rights)
        return {index: found[key] for index, key in keys.items()}

    return ByKey(ends.tolist(), rows, lasting=False)


def known(handles: Iterable[NodeHandle], rights: Rights) -> Reads[Mapping[str, Node]]:
    """The nodes with these ids, by id. Ids are compared, since two ids may have one key."""
    found = yield from records((handle.key for handle in handles), rights)
    return {node.id: node for node in found.values()}


def records(keys: Iterable[NodeKey], rights: Rights) -> Reads[Mapping[NodeKey, Node]]:
    """The articles, providers and topics with these keys: at most one read for each kind."""
    wanted = tuple(dict.fromkeys(keys))
    found: dict[NodeKey, Node] = dict((yield from rows_of(ArticleRows, wanted, rights)))
    rest = tuple(key for key in wanted if key not in found)
    if rest:
        found |= yield from rows_of(ProviderRows, rest, rights)
        found |= yield from rows_of(TopicRows, (key for key in rest if key not in found), rights)
    return found
