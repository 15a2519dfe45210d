"""Paths between two nodes, and what two articles share: batch functions, whose docstrings are the fields' descriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from graph_api.graph import paths
from graph_api.graph.explanation import explanation as in_words
from graph_api.graph.protocol import Bounds, Budget, Neighbors
from graph_api.graph.similarity import similarity
from graph_api.graph.walk import Link
from graph_api.records import Article, Topic
from graph_api.schema import matching
from graph_api.schema.arguments import PairWanted, PathsWanted
from graph_api.schema.resolvers.nodes import rows_of
from graph_api.schema.resolvers.traversal import Node, budget, fits, graph_for, known, records
from graph_api.store.plans import Keys, Reads, Rights, ask
from graph_api.store.reads import ArticleRows, TopicKeys, TopicRows

MOST_EXTENSIONS = 200_000  # of paths that a search for simple paths may try


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One path: its nodes by key, and a link for each step."""

    keys: Keys
    links: tuple[Link, ...]

    @property
    def length(self) -> int:
        return len(self.links)


@dataclass(frozen=True, slots=True, eq=False)
class PathResult:
    """The paths that were found, shortest first."""

    paths: tuple[Path, ...]
    truncated: bool

    @property
    def found(self) -> bool:
        return bool(self.paths)

    @property
    def distance(self) -> int | None:
        return self.paths[0].length if self.paths else None


@dataclass(frozen=True, slots=True, eq=False)
class CommonNeighbors:
    """What two articles share."""

    article_keys: Keys
    topic_keys: Keys
    same_provider: bool
    jaccard: float
    adamic_adar: float


def shortest_path(parents: Sequence[object], rights: Rights, wanted: PathsWanted) -> Reads[list[PathResult]]:
    """All shortest paths between two nodes, up to `limit`.

    `found` is false when there is no path, or when one of the nodes does not exist.
    """
    found = yield from _paths_between(wanted, rights, simple=False)
    return [found for _ in parents]


def all_paths(parents: Sequence[object], rights: Rights, wanted: PathsWanted) -> Reads[list[PathResult]]:
    """The simple paths between two nodes, which visit no node twice: shortest first, up to `limit`."""
    found = yield from _paths_between(wanted, rights, simple=True)
    return [found for _ in parents]


def _paths_between(wanted: PathsWanted, rights: Rights, *, simple: bool) -> Reads[PathResult]:
    found = yield from known((wanted.start, wanted.end, *wanted.avoid), rights)
    if not found.keys() >= {wanted.start.id, wanted.end.id}:
        return PathResult((), truncated=False)
    graph = yield from graph_for(rights)
    start, end, *avoid = graph.numbers(
        (wanted.start.key, wanted.end.key, *(handle.key for handle in wanted.avoid if handle.id in found))
    )
    filter = yield from matching.answered(wanted.filter, rights)
    bounds = Bounds(
        kinds=wanted.kinds,
        direction=wanted.direction,
        avoid=frozenset(avoid),
        fits=fits(filter, graph, rights),
    )
    search = paths.simple_paths if simple else paths.shortest_paths
    result = yield from search(
        graph,
        start,
        end,
        max_depth=wanted.max_depth,
        limit=wanted.limit,
        bounds=bounds,
        budget=Budget(edges=MOST_EXTENSIONS) if simple else budget(),
    )
    links = yield from paths.path_links(graph, result.paths, bounds)
    by_key = tuple(_by_key(path, steps, graph) for path, steps in zip(result.paths, links, strict=True))
    return PathResult(by_key, result.truncated)


def _by_key(path: paths.Path, links: tuple[Link, ...], graph: Neighbors) -> Path:
    keys = dict(zip(path, graph.keys(path), strict=True))
    steps = [link._replace(source=keys[link.source], target=keys[link.target]) for link in links]
    return Path(cast(Keys, tuple(keys.values())), tuple(steps))


def path_nodes(parents: Sequence[Path], rights: Rights) -> Reads[list[list[Node]]]:
    """The nodes along the path, including both ends."""
    found = yield from records((key for parent in parents for key in parent.keys), rights)
    return [[found[key] for key in parent.keys] for parent in parents]


def explanation(parents: Sequence[Path], rights: Rights) -> Reads[list[str]]:
    """The path as a sentence, for example: “A” lists “B” as related; “C” lists both “B” and “D” as related."""
    found = yield from records((key for parent in parents for key in parent.keys), rights)
    titles: dict[int, str] = {key: _title(node) for key, node in found.items()}
    return [in_words(parent.keys, parent.links, titles) for parent in parents]


def _title(node: Node) -> str:
    return node.title if isinstance(node, Article) else node.name


def common_neighbors(
    parents: Sequence[object], rights: Rights, wanted: PairWanted
) -> Reads[list[CommonNeighbors | None]]:
    """What two articles have in common; null when one of them does not exist."""
    pair = (wanted.a.key, wanted.b.key)
    found = yield from known((wanted.a, wanted.b), rights)
    providers = [node.provider_key for node in found.values() if isinstance(node, Article)]
    if not found.keys() >= {wanted.a.id, wanted.b.id}:
        return [None for _ in parents]
    graph = yield from graph_for(rights)
    a, b = graph.numbers(pair)
    alike = yield from similarity(graph, a, b, Bounds())
    topics = yield from ask(TopicKeys(tuple(dict.fromkeys(pair)), rights))
    theirs = frozenset(topics.get(pair[1], ()))
    shared = CommonNeighbors(
        article_keys=cast(Keys, graph.keys(alike.common)),
        topic_keys=tuple(key for key in topics.get(pair[0], ()) if key in theirs),
        same_provider=None not in providers and len(set(providers)) == 1,
        jaccard=alike.jaccard,
        adamic_adar=alike.adamic_adar,
    )
    return [shared for _ in parents]


def common_articles(parents: Sequence[CommonNeighbors], rights: Rights) -> Reads[list[list[Article]]]:
    """The articles that are connected with both by a related edge, in any direction."""
    found = yield from rows_of(
        ArticleRows, (key for parent in parents for key in parent.article_keys), rights
    )
    return [[found[key] for key in parent.article_keys] for parent in parents]


def common_topics(parents: Sequence[CommonNeighbors], rights: Rights) -> Reads[list[list[Topic]]]:
    """The topics of both articles, in the order of the first article."""
    found = yield from rows_of(TopicRows, (key for parent in parents for key in parent.topic_keys), rights)
    return [[found[key] for key in parent.topic_keys] for parent in parents]
