"""Graphs of any size for `graph-api export`: their nodes, then their links, some hundred at a time.

What is kept over the whole run are keys alone: those of a neighbourhood, or for the whole graph those of
providers and topics. A mutual pair is one link, from the article that comes first, as in a subgraph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from graph_api.graph import walk
from graph_api.graph.expansion import chunks, targets_of
from graph_api.graph.export import ExportLink, ExportNode
from graph_api.graph.protocol import Bounds, Budget, Edges
from graph_api.records import Article, EdgeDirection, EdgeKind, NodeKey
from graph_api.schema.exporting import export_link, export_node
from graph_api.schema.resolvers.traversal import Node, StoreNeighbours, fits, records
from graph_api.store.filters import Filter
from graph_api.store.location import Run
from graph_api.store.reads import (
    AllArticles,
    EdgesAmong,
    FittingKeys,
    Keys,
    Lists,
    Reads,
    Reciprocal,
    Rights,
    Window,
    ask,
)

_PAGE = 500
_WALKED = 1_000_000  # nodes of a neighbourhood


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The graph to export: all that fits, or with *around* what is reachable from there in *depth* hops."""

    filter: Filter | None
    kinds: frozenset[EdgeKind]
    around: NodeKey | None
    depth: int
    rights: Rights


@dataclass
class Whole:
    """The graph as it is told page by page; *truncated* once a budget ended the walk of a neighbourhood."""

    run: Run
    wanted: Wanted
    truncated: bool = False
    _beside: dict[NodeKey, None] = field(default_factory=dict[NodeKey, None])  # providers and topics met

    def nodes(self) -> Iterator[ExportNode]:
        """The nodes: newest first, or nearest first; then the providers and topics of the whole graph."""
        for page in self._pages():
            found = self.run(records(page, self.wanted.rights))
            if self.wanted.around is None:
                self._meet(page)
            yield from (export_node(found[key]) for key in page)
        for beside in chunks(tuple(self._beside), _PAGE):
            others = self.run(records(map(NodeKey, beside), self.wanted.rights))
            yield from (export_node(others[NodeKey(key)]) for key in beside)

    def links(self) -> Iterator[ExportLink]:
        """The links among the nodes, by the node they come from, in the order of the nodes."""
        for page in self._pages():
            yield from self.run(self._links_from(page))

    def _pages(self) -> Iterator[Keys]:
        if self.wanted.around is None:
            yield from self._listed()
        else:
            yield from (tuple(map(NodeKey, page)) for page in chunks(tuple(self._near), _PAGE))

    def _listed(self) -> Iterator[Keys]:
        window: Window | None = Window(_PAGE)
        while window:
            read = Lists((AllArticles(),), self.wanted.rights, window, self.wanted.filter)
            [page] = self.run(ask(read)).values()
            yield page.keys
            window = Window(_PAGE, after=page.place(-1)) if page.has_next else None

    @cached_property
    def _near(self) -> dict[int, int]:
        """The neighbourhood: its keys with their places."""
        assert self.wanted.around is not None
        wanted, graph = self.wanted, StoreNeighbours(self.wanted.rights)
        walking = walk.neighborhood(
            graph,
            self.wanted.around,
            max_depth=wanted.depth,
            limit=_WALKED,
            bounds=Bounds(kinds=wanted.kinds, fits=fits(wanted.filter, graph, wanted.rights)),
            budget=Budget(),
            with_links=False,
        )
        found = self.run(walking)
        self.truncated = found.truncated
        return {key: place for place, key in enumerate(found.nodes)}

    def _meet(self, page: Keys) -> None:
        """The providers and topics of these articles are nodes, where edges to them are wanted."""
        kinds = self.wanted.kinds - {EdgeKind.RELATED}
        if kinds:
            targets = self.run(self._targets(page, kinds))
            self._beside |= {NodeKey(to): None for key in page for to in sorted(targets[key])}

    def _targets(self, page: Keys, kinds: frozenset[EdgeKind]) -> Reads[dict[int, set[int]]]:
        graph = StoreNeighbours(self.wanted.rights)
        return targets_of(graph, page, Bounds(kinds=kinds, direction=EdgeDirection.OUT))

    def _links_from(self, page: Keys) -> Reads[list[ExportLink]]:
        targets = yield from self._targets(page, self.wanted.kinds)
        kept = tuple((yield from self._kept(frozenset(map(NodeKey, chain.from_iterable(targets.values()))))))
        columns = yield from ask(EdgesAmong(page, kept, self.wanted.kinds, self.wanted.rights))
        edges = [
            (page[source], kept[target], kind, position)
            for source, target, kind, position in Edges(*columns).rows()
        ]
        pairs = tuple((a, b) for a, b, kind, _ in edges if kind is EdgeKind.RELATED and a != b)
        mutual = yield from ask(Reciprocal(pairs, self.wanted.rights))
        nodes = yield from records((*page, *kept), self.wanted.rights)
        return [
            export_link(self._link(edge, mutual), nodes)
            for edge in edges
            if edge[:2] not in mutual or self._comes_first(edge[0], edge[1], nodes)
        ]

    def _kept(self, targets: frozenset[NodeKey]) -> Reads[frozenset[NodeKey]]:
        """Those of *targets* that are nodes of the graph."""
        if self.wanted.around is not None:
            return frozenset(key for key in targets if key in self._near)
        if self.wanted.filter is None or not targets:
            return targets
        return (yield from ask(FittingKeys(tuple(targets), self.wanted.filter, self.wanted.rights)))

    def _link(
        self, edge: tuple[NodeKey, NodeKey, EdgeKind, int | None], mutual: Collection[tuple[NodeKey, NodeKey]]
    ) -> walk.Link:
        source, target, kind, position = edge
        return walk.Link(
            source=source, target=target, kind=kind, position=position, reciprocal=edge[:2] in mutual
        )

    def _comes_first(self, one: NodeKey, other: NodeKey, nodes: Mapping[NodeKey, Node]) -> bool:
        if self.wanted.around is not None:
            return self._near[one] < self._near[other]
        return _newest(nodes[one]) < _newest(nodes[other])


def _newest(node: Node) -> tuple[bool, float, int]:
    """What sorts articles newest first, those without a date last."""
    date = node.published_date_time if isinstance(node, Article) else None
    return date is None, -date.timestamp() if date else 0, node.key
