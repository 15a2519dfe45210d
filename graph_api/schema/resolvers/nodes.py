"""Nodes of any kind, and what the graph holds: `Query.node`, `Query.nodes`, `Query.contentReport`, `Query.revision`;
the reads that the other resolvers share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from orjson import Fragment

from graph_api.execution.fields import ByKey
from graph_api.records import (
    Article,
    ContentStatus,
    EdgeOrigin,
    FileOutcome,
    NodeKey,
    Problem,
    Provider,
    Topic,
)
from graph_api.schema.arguments import ProblemList
from graph_api.schema.identifiers import NodeHandle, NodeKind, story_id
from graph_api.schema.paging import Connection
from graph_api.store.plans import Keys, Read, Reads, Rights, ask
from graph_api.store.reads import ArticleRows, GraphAnalysis, ProviderRows, Status, TopicRows

T = TypeVar("T")


def rows_of(
    read: Callable[[Keys, Rights], Read[Mapping[NodeKey, T]]], keys: Iterable[NodeKey | None], rights: Rights
) -> Reads[Mapping[NodeKey, T]]:
    """The records of the distinct *keys*; no read when there are none."""
    wanted = tuple(filter(None, dict.fromkeys(keys)))  # no key is 0
    if not wanted:
        return {}
    return (yield from ask(read(wanted, rights)))


ARTICLES = partial(rows_of, ArticleRows)
PROVIDERS = partial(rows_of, ProviderRows)
TOPICS = partial(rows_of, TopicRows)


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """The story at index *number* of the stories of one revision; *key* is that of the article that leads it."""

    key: NodeKey
    id: str
    number: int
    size: int
    density: float


def _stories(keys: Iterable[NodeKey | None], rights: Rights) -> Reads[Mapping[NodeKey, Story]]:
    """The stories that the articles with these *keys* lead."""
    analysis = yield from ask(GraphAnalysis(rights))
    led = analysis.led_by([key for key in dict.fromkeys(keys) if key is not None])
    leads = yield from ARTICLES(map(NodeKey, led), rights)
    return {
        key: Story(
            key=key,
            id=story_id(lead.id),
            number=led[key],
            size=int(analysis.story_sizes[led[key]]),
            density=float(analysis.stories.densities[led[key]]),
        )
        for key, lead in leads.items()
    }


STORIES = _stories
# Any: records of any kind
ROWS: Mapping[NodeKind, Callable[[Iterable[NodeKey], Rights], Reads[Mapping[NodeKey, Any]]]] = {
    NodeKind.ARTICLE: ARTICLES,
    NodeKind.PROVIDER: PROVIDERS,
    NodeKind.TOPIC: TOPICS,
    NodeKind.STORY: STORIES,
}


def keys_of(parents: Sequence[Article] | Sequence[Provider] | Sequence[Topic]) -> Keys:
    return tuple(dict.fromkeys([parent.key for parent in parents]))


def for_each(parents: Sequence[object], value: T) -> list[T]:
    return [value for _ in parents]


def node(parents: Sequence[object], rights: Rights, handle: NodeHandle) -> Reads[list[object | None]]:
    """The node with this id, or null when it does not exist."""
    [found] = yield from _nodes_of((handle,), rights)
    return for_each(parents, found)


def nodes(
    parents: Sequence[object], rights: Rights, handles: tuple[NodeHandle, ...]
) -> Reads[list[list[object | None]]]:
    """The nodes with these ids, in the order of the ids; null for each id that does not exist."""
    return for_each(parents, (yield from _nodes_of(handles, rights)))


def _nodes_of(handles: tuple[NodeHandle, ...], rights: Rights) -> Reads[list[object | None]]:
    found: dict[str, object] = {}  # by id: a key is shorter, so other ids have it too
    for kind in dict.fromkeys(handle.kind for handle in handles):
        answered = yield from ROWS[kind]([handle.key for handle in handles if handle.kind is kind], rights)
        found.update((record.id, record) for record in answered.values())
    return [found.get(handle.id) for handle in handles]


def extra(parents: Sequence[Provider] | Sequence[Topic], rights: Rights) -> Reads[list[object]]:
    """An object with the keys of its taxonomy file that have no field of their own; null when there are none."""
    del rights
    return [Fragment(parent.extra) if parent.extra else None for parent in parents]
    yield


def content_report(parents: Sequence[object], rights: Rights) -> Reads[list[ContentStatus]]:
    """Counts of what the graph contains, and the problems found in the documents."""
    return for_each(parents, (yield from ask(Status(rights))))


def revision(parents: Sequence[object], rights: Rights) -> Reads[list[str]]:
    """The revision of the content that this response is based on, a hash: equal content has an equal revision."""
    status = yield from ask(Status(rights))
    return for_each(parents, status.revision)


def problems(
    parents: Sequence[ContentStatus], rights: Rights, wanted: ProblemList
) -> Reads[list[Connection]]:
    """The problems found in the documents, sorted by path and line."""
    del rights
    return [Connection(wanted.scope, wanted.listing) for _ in parents]
    yield


def related_count(
    parents: Sequence[ContentStatus], rights: Rights, origin: EdgeOrigin | None
) -> Reads[list[int]]:
    """The number of edges between related articles."""
    del rights
    return [
        {None: one.related, EdgeOrigin.LINKED: one.linked, EdgeOrigin.LISTED: one.related - one.linked}[
            origin
        ]
        for one in parents
    ]
    yield


@dataclass(frozen=True, slots=True)
class FileCounts:
    """The numbers of files by what they became."""

    articles: int
    taxonomy: int
    rejected: int
    left_out: int


def file_counts(parents: Sequence[ContentStatus], rights: Rights) -> Reads[list[FileCounts]]:
    """The numbers of files in the source folders, by what they became."""
    del rights
    return [FileCounts(*(one.files[outcome] for outcome in FileOutcome)) for one in parents]
    yield


def problem_article(parents: Sequence[Problem], rights: Rights) -> Reads[ByKey]:
    """The article of the document; null when the document was rejected."""
    del rights
    return ByKey([parent.article for parent in parents], ARTICLES)
    yield
