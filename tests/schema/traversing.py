"""Traversal in words: one operation that asks all of it, every way it can be answered, and small graphs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, TypeAlias

import networkx as nx
import orjson
import strawberry
from hypothesis import strategies as st

from graph_api.execution.engine import Answer, Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights
from graph_api.store.protocol import Store
from tests.execution import ordinary
from tests.store.build import ArticleNode, ProviderNode, TopicNode, article, graph, provider, topic

Node: TypeAlias = ArticleNode | ProviderNode | TopicNode
Edge: TypeAlias = tuple[str, str, str]  # from, to, kind; by id
Way: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[Answer]]

KINDS = ("RELATED", "PROVIDER", "TOPIC")
_NAMES = "abcdefg"

SUBGRAPH = """
fragment S on Subgraph {
  nodes { id } nodeCount linkCount truncated
  hops { depth articles { id } }
  links { from { id } to { id } kind position reciprocal }
}"""
PATHS = """
fragment P on PathResult {
  found distance truncated
  paths { length explanation nodes { id } links { from { id } to { id } kind position reciprocal } }
}"""
EVERYTHING = f"""
query ($a: ID!, $b: ID!, $ids: [ID!], $via: [EdgeKind!], $direction: EdgeDirection, $filter: ArticleFilter,
       $depth: Int, $steps: Int, $limit: Int, $avoid: [ID!]) {{
  article(by: {{ id: $a }}) {{
    neighborhood(maxDepth: $depth, via: $via, direction: $direction, filter: $filter, limit: $limit) {{ ...S }}
  }}
  shortestPath(from: $a, to: $b, options: {{ via: $via, direction: $direction, maxDepth: $steps,
    limit: $limit, avoid: $avoid, filter: $filter }}) {{ ...P }}
  allPaths(from: $a, to: $b, options: {{ via: $via, direction: $direction, maxDepth: $steps,
    limit: $limit, avoid: $avoid, filter: $filter }}) {{ ...P }}
  commonNeighbors(a: $a, b: $b) {{ articles {{ id }} topics {{ id }} sameProvider jaccard adamicAdar }}
  subgraph(ids: $ids, filter: $filter, via: $via, limit: $limit) {{ ...S }}
}}
{SUBGRAPH} {PATHS}"""


@cache
def _schema() -> strawberry.Schema:
    return build_schema()


def every_way(path: Path, query: str, *, published_only: bool = False, **variables: Any) -> Any:
    """The data, the same to the byte from the store, from the edges in memory, from rows kept in memory,
    and on the ordinary executor."""
    [data] = all_ways(path, query, [variables], published_only=published_only)
    return data


def all_ways(
    path: Path, query: str, asked: Sequence[dict[str, Any]], *, published_only: bool = False
) -> list[Any]:
    """As `every_way`, for several sets of variables."""
    return asyncio.run(_all_ways(path, query, asked, published_only))


async def _all_ways(
    path: Path, query: str, asked: Sequence[dict[str, Any]], published_only: bool
) -> list[Any]:
    store = await open_store(path, reader_connections=1)
    try:
        ways = await _ways(store, path, published_only)
        return [_data([await way(query, variables) for way in ways]) for variables in asked]
    finally:
        await store.close()


async def _ways(store: Store, path: Path, published_only: bool) -> list[Way]:
    forgetful = Settings(published_only=published_only, response_cache_bytes=0, row_cache_bytes=0)
    remembers = Settings(published_only=published_only, response_cache_bytes=0)
    stored = Engine(_schema(), store, forgetful)
    from_edges = await with_edges(Engine(_schema(), store, forgetful, loads_adjacency=True))
    remembering = await with_edges(Engine(_schema(), store, remembers, loads_adjacency=True))
    again = remembering.execute  # from rows that are known by then
    return [
        *(stored.execute, partial(ordinary.execute, stored, path)),
        *(from_edges.execute, remembering.execute, again),
    ]


async def with_edges(engine: Engine, rights: Rights | None = None) -> Engine:
    """*engine*, whose edges are in memory for those with *rights*: a first walk has asked for them."""
    others = asyncio.all_tasks()
    await engine.execute("{ subgraph { linkCount } }", rights=rights)
    await asyncio.gather(*(asyncio.all_tasks() - others))
    return engine


def _data(answers: Sequence[Answer]) -> Any:
    first = answers[0].body
    assert [answer.body for answer in answers] == [first] * len(answers)
    body = orjson.loads(first)
    assert "errors" not in body, body
    return body["data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one operation asks of a graph; *least* is the quality an article must have, None for any."""

    a: str
    b: str
    ids: tuple[str, ...] | None
    via: frozenset[str]
    direction: str
    depth: int
    steps: int
    limit: int
    avoid: frozenset[str]
    least: int | None

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of `EVERYTHING`."""
        return {
            "a": self.a,
            "b": self.b,
            "direction": self.direction,
            "via": sorted(self.via),
            "depth": self.depth,
            "steps": self.steps,
            "limit": self.limit,
            "avoid": sorted(self.avoid),
            "ids": None if self.ids is None else list(self.ids),
            "filter": None if self.least is None else {"quality": {"gte": self.least}},
        }


@dataclass(frozen=True)
class World:
    """A small graph, also as a networkx graph; nodes are ids."""

    nodes: tuple[Node, ...]

    def written(self, folder: Path) -> Path:
        """Its database."""
        return graph(folder / "g.db", *self.nodes)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @property
    def articles(self) -> list[ArticleNode]:
        return [node for node in self.nodes if isinstance(node, ArticleNode)]

    def without_hidden(self) -> World:
        """What is left for those who see only what is published."""
        gone = {node.name for node in self.articles if node.hidden}
        kept = (
            article(
                node.name,
                related=[name for name in node.related if name not in gone],
                topics=node.topics,
                provider=node.provider,
                quality=node.quality,
            )
            for node in self.articles
            if not node.hidden
        )
        return World((*kept, *(node for node in self.nodes if not isinstance(node, ArticleNode))))

    @cached_property
    def edges(self) -> dict[Edge, int | None]:
        """All edges, each kind's in the order of its lists, with their positions."""
        found: dict[Edge, int | None] = {}
        for node in self.articles:
            found |= {(node.id, article(name).id, "RELATED"): at for at, name in enumerate(node.related)}
            found |= {(node.id, topic(slug).id, "TOPIC"): None for slug in node.topics}
            if node.provider:
                found[node.id, provider(node.provider).id, "PROVIDER"] = None
        return found

    def steps(self, id: str, asked: Asked) -> Iterator[str]:
        """Where the steps from a node lead, in the order that the API defines."""
        for kind in KINDS:
            if kind in asked.via:
                if asked.direction != "IN":
                    yield from (to for from_, to, its in self.edges if (from_, its) == (id, kind))
                if asked.direction != "OUT":
                    sources = (from_ for from_, to, its in self.edges if (to, its) == (id, kind))
                    yield from sorted(sources, key=self.key)

    def key(self, id: str) -> int:
        return self.by_id[id].key

    def networkx(self, asked: Asked, ends: Iterable[str], avoid: Iterable[str] = ()) -> Any:
        """What walks may step along and visit."""
        stepped: nx.DiGraph[str] = nx.DiGraph()
        stepped.add_nodes_from(self.by_id)
        stepped.add_edges_from((id, to) for id in self.by_id for to in self.steps(id, asked))
        visited = {id for id, node in self.by_id.items() if fits(node, asked)} - set(avoid)
        return stepped.subgraph(visited | set(ends))

    def links(self, ids: Sequence[str], asked: Asked) -> list[dict[str, Any]]:
        """The links among *ids*: a mutual pair once, from the node that stands first."""
        place = {id: at for at, id in enumerate(ids)}
        return [
            {
                "from": {"id": from_},
                "to": {"id": to},
                "kind": kind,
                "position": position,
                "reciprocal": from_ != to and (to, from_, kind) in self.edges,
            }
            for (from_, to, kind), position in sorted(
                self.edges.items(), key=lambda e: place.get(e[0][0], -1)
            )
            if kind in asked.via and from_ in place and to in place
            if (to, from_, kind) not in self.edges or place[from_] <= place[to]
        ]


def fits(node: Node, asked: Asked) -> bool:
    """Whether the filter of *asked* lets a walk visit *node*."""
    if asked.least is None or not isinstance(node, ArticleNode):
        return True
    return node.quality is not None and node.quality >= asked.least


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Directed, with cycles, self-loops, mutual pairs, parallel kinds and parts that do not touch."""
    names = st.sampled_from(_NAMES)
    articles = [
        article(
            name,
            related=draw(st.lists(names, unique=True, max_size=4)),
            topics=draw(st.lists(st.sampled_from(["x", "y"]), unique=True, max_size=2)),
            provider=draw(st.sampled_from([None, "p.org", "q.org"])),
            quality=draw(st.none() | st.integers(0, 2)),
            published=draw(st.sampled_from([None, True, True, False])),
        )
        for name in _NAMES
    ]
    return World((*articles, provider("p.org"), provider("q.org"), topic("x"), topic("y")))


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """Any of the articles, and any way to walk from one to the other."""
    ids = st.sampled_from([article(name).id for name in _NAMES])
    nodes = ids | st.sampled_from([provider("p.org").id, topic("x").id])
    return Asked(
        a=draw(ids),
        b=draw(ids),
        ids=draw(st.none() | st.lists(nodes | st.just(article("nobody").id), max_size=6).map(tuple)),
        via=draw(st.just(frozenset({"RELATED"})) | st.frozensets(st.sampled_from(KINDS), min_size=1)),
        direction=draw(st.sampled_from(["OUT", "IN", "BOTH"])),
        depth=draw(st.integers(0, 4)),
        steps=draw(st.integers(1, 6)),
        limit=draw(st.just(100) | st.integers(1, 6)),
        avoid=draw(st.just(frozenset[str]()) | st.frozensets(nodes, max_size=2)),
        least=draw(st.none() | st.integers(0, 2)),
    )
