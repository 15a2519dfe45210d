"""The whole graph, or all that is reachable from a node, for exports: nodes, then edges, some hundred at a time.

Over the whole run only keys stay in memory: those of a neighborhood, or of the providers and topics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from graph_api.graph import walk
from graph_api.graph.expansion import chunks, targets_of
from graph_api.graph.export import ExportLink, ExportNode
from graph_api.graph.protocol import Bounds, Budget
from graph_api.records import RELATED_KINDS, EdgeDirection, EdgeKind, NodeKey
from graph_api.schema import matching
from graph_api.schema.resolvers.exports import export_link, export_node
from graph_api.schema.resolvers.traversal import StoreNeighbors, fits, records
from graph_api.store.filters import Filter
from graph_api.store.lists import AllArticles, Window
from graph_api.store.plans import Keys, Reads, Rights, ask
from graph_api.store.protocol import RunPlan
from graph_api.store.reads import EdgesAmong, FittingKeys, Lists, Reciprocal

_PAGE = 500
_MOST_NODES = 1_000_000  # of a neighborhood


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportScope:
    """What to export: all articles that fit, or with *around* all that is reachable from there in *depth* hops."""

    rights: Rights
    kinds: frozenset[EdgeKind] = RELATED_KINDS
    filter: Filter | None = None
    around: NodeKey | None = None
    depth: int = 0


@dataclass
class FullExport:
    """The nodes and edges of *wanted*, read page by page.

    *truncated* is set once a neighborhood proves to have more than a million nodes.
    """

    run: RunPlan
    wanted: ExportScope
    truncated: bool = False
    _beside: dict[NodeKey, None] = field(default_factory=dict[NodeKey, None])  # providers and topics so far

    def nodes(self) -> Iterator[ExportNode]:
        """The nodes: newest first, or nearest first; then the providers and topics of the whole graph."""
        for page in self._pages():
            found = self.run(records(page, self.wanted.rights))
            if self.wanted.around is None and (kinds := self.wanted.kinds - RELATED_KINDS):
                targets = self.run(self._targets(page, kinds))
                self._beside |= {NodeKey(to): None for key in page for to in sorted(targets[key])}
            yield from (export_node(found[key]) for key in page)
        for beside in chunks(tuple(self._beside), _PAGE):
            others = self.run(records(map(NodeKey, beside), self.wanted.rights))
            yield from (export_node(others[NodeKey(key)]) for key in beside)

    def links(self) -> Iterator[ExportLink]:
        """The edges between the nodes, by the node they come from, in the order of the nodes."""
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
            read = Lists((AllArticles(),), self.wanted.rights, window, self._filter)
            [page] = self.run(ask(read)).values()
            yield page.keys
            window = Window(_PAGE, after=page.place(-1)) if page.has_next else None

    @cached_property
    def _filter(self) -> Filter | None:
        return self.run(matching.answered(self.wanted.filter, self.wanted.rights))

    @cached_property
    def _near(self) -> dict[int, None]:
        """The keys of the neighborhood, nearest first."""
        wanted, graph = self.wanted, StoreNeighbors(self.wanted.rights)
        assert wanted.around is not None
        walking = walk.neighborhood(
            graph,
            wanted.around,
            max_depth=wanted.depth,
            limit=_MOST_NODES,
            bounds=Bounds(kinds=wanted.kinds, fits=fits(self._filter, graph, wanted.rights)),
            budget=Budget(),
        )
        found = self.run(walking)
        self.truncated = found.truncated
        return dict.fromkeys(found.nodes)

    def _targets(self, page: Keys, kinds: frozenset[EdgeKind]) -> Reads[dict[int, set[int]]]:
        graph = StoreNeighbors(self.wanted.rights)
        return targets_of(graph, page, Bounds(kinds=kinds, direction=EdgeDirection.OUT))

    def _links_from(self, page: Keys) -> Reads[list[ExportLink]]:
        rights, kinds = self.wanted.rights, self.wanted.kinds
        targets = yield from self._targets(page, kinds)
        kept = tuple((yield from self._kept(frozenset(map(NodeKey, chain.from_iterable(targets.values()))))))
        found = yield from ask(EdgesAmong(page, kept, kinds, rights))
        edges = [
            walk.Link(page[source], kept[target], kind, position)
            for source, target, kind, position in found.rows()
        ]
        pairs = tuple(
            (NodeKey(one.source), NodeKey(one.target))
            for one in edges
            if one.kind in RELATED_KINDS and one.source != one.target
        )
        mutual = yield from ask(Reciprocal(pairs, rights))
        nodes = yield from records((*page, *kept), rights)
        return [
            export_link(edge._replace(reciprocal=(edge.source, edge.target) in mutual), nodes)
            for edge in edges
        ]

    def _kept(self, targets: frozenset[NodeKey]) -> Reads[frozenset[NodeKey]]:
        """Those of *targets* that are nodes of the graph."""
        if self.wanted.around is not None:
            return frozenset(key for key in targets if key in self._near)
        if self._filter is None or not targets:
            return targets
        return (yield from ask(FittingKeys(tuple(targets), self._filter, self.wanted.rights)))
