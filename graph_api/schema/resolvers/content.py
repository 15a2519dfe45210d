"""The batch functions: how each field is fetched for all its parents at once.

Their docstrings are the fields' descriptions in the schema, so they are written for a client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from orjson import Fragment

from graph_api.execution.fields import ByKey, Distinct, Rows, Sizes
from graph_api.records import (
    Article,
    ContentStatus,
    Detail,
    Image,
    NodeKey,
    Problem,
    Provider,
    Secured,
    SourceFile,
    Topic,
)
from graph_api.schema import texts
from graph_api.schema.arguments import ProblemList, RelatedList, TopicList
from graph_api.schema.identifiers import Handle, NodeHandle
from graph_api.schema.inputs import BodyFormat
from graph_api.schema.paging import Connection, Edge, Listing, PageInfo, counts, encode_cursor, pages
from graph_api.store.reads import (
    AllArticles,
    AllProviders,
    AllTopics,
    ArticleKeysBy,
    ArticleRows,
    ArticlesOfProvider,
    ArticlesOfTopic,
    ChildKeys,
    DetailRows,
    DetailSizes,
    ImageRows,
    Keys,
    ProblemRows,
    ProviderRows,
    Read,
    Reads,
    Reciprocal,
    RelatedArticles,
    Rights,
    SecuredRows,
    SourceRows,
    Status,
    TopicKeys,
    TopicKeysByName,
    TopicRows,
    Turn,
    ask,
)

T = TypeVar("T")


def rows_of(
    read: Callable[[Keys, Rights], Read[Mapping[NodeKey, T]]], keys: Iterable[NodeKey | None], rights: Rights
) -> Reads[Mapping[NodeKey, T]]:
    """The rows of the distinct *keys*, none read when there are none."""
    wanted = tuple(filter(None, dict.fromkeys(keys)))  # no key is 0
    if not wanted:
        return {}
    return (yield from ask(read(wanted, rights)))


ARTICLES = partial(rows_of, ArticleRows)
PROVIDERS = partial(rows_of, ProviderRows)
TOPICS = partial(rows_of, TopicRows)
PROBLEMS = partial(rows_of, ProblemRows)


def _keys(parents: Sequence[Article] | Sequence[Provider] | Sequence[Topic]) -> Keys:
    return tuple(dict.fromkeys([parent.key for parent in parents]))


# -- articles --------------------------------------------------------------------------------------------


def excerpt(parents: Sequence[Article], rights: Rights, max_chars: int | None) -> Reads[list[str | None]]:
    """A short text about the article."""
    del rights
    return [texts.shortened(parent.excerpt, max_chars) for parent in parents]
    yield  # a batch function without reads


def _details(parents: Sequence[Article], rights: Rights, detail: Detail) -> Reads[list[str | None]]:
    found = yield from ask(DetailRows(detail, _keys(parents), rights))
    return [found.get(parent.key) for parent in parents]


def detail_sizes(detail: Detail) -> Sizes:
    """How many bytes a detail has."""

    def sizes(parents: Sequence[Article], rights: Rights) -> Reads[Sequence[int]]:
        found = yield from ask(DetailSizes(detail, _keys(parents), rights))
        return [found.get(parent.key, 0) for parent in parents]

    return sizes


def body(parents: Sequence[Article], rights: Rights, format: BodyFormat) -> Reads[list[str | None]]:
    """The text below the front matter, null when there is none."""
    bodies = yield from _details(parents, rights, Detail.BODY)
    if format is BodyFormat.MARKDOWN:
        return bodies
    rendered: list[str | None] = []
    for markdown in bodies:
        yield from ask(Turn())
        rendered.append(texts.body(markdown, format) if markdown else None)
    return rendered


def featured_content(parents: Sequence[Article], rights: Rights) -> Reads[list[str | None]]:
    """Embedded content such as a player, as HTML exactly as the document has it: not sanitised."""
    return (yield from _details(parents, rights, Detail.FEATURED_CONTENT))


def secured(parents: Sequence[Article], rights: Rights) -> Reads[list[Secured | None]]:
    """An opaque encrypted payload; null unless the server was started to expose it."""
    found = yield from ask(SecuredRows(_keys(parents), rights))
    return [found.get(parent.key) for parent in parents]


def ciphertext(parents: Sequence[Secured], rights: Rights) -> Reads[list[str]]:
    """The encrypted bytes, in base64."""
    del rights
    return [parent.ciphertext for parent in parents]
    yield


def iv(parents: Sequence[Secured], rights: Rights) -> Reads[list[str]]:
    """The initialisation vector, in base64."""
    del rights
    return [parent.iv for parent in parents]
    yield


def extra(parents: Sequence[Article], rights: Rights) -> Reads[list[object]]:
    """What the front matter says beyond the other fields, as an object; null when it says nothing more."""
    found = yield from _details(parents, rights, Detail.EXTRA)
    return [Fragment(json) if json else None for json in found]


def article_images(parents: Sequence[Article], rights: Rights) -> Reads[list[tuple[Image, ...]]]:
    """The article's images, in the document's order."""
    found = yield from ask(ImageRows(_keys(parents), rights))
    return [found.get(parent.key, ()) for parent in parents]


def sources(parents: Sequence[Article], rights: Rights) -> Reads[list[tuple[SourceFile, ...]]]:
    """The files that describe the article, the one that wins first; empty for a stub."""
    found = yield from ask(SourceRows(_keys(parents), rights))
    return [found.get(parent.key, ()) for parent in parents]


def article_provider(parents: Sequence[Article], rights: Rights) -> Reads[ByKey]:
    """The publisher, null when the document names none."""
    del rights
    return ByKey([parent.provider_key for parent in parents], PROVIDERS)
    yield


def article_topics(parents: Sequence[Article], rights: Rights) -> Reads[ByKey]:
    """The article's topics, in the document's order."""
    keys = yield from ask(TopicKeys(_keys(parents), rights))
    return ByKey([keys.get(parent.key, ()) for parent in parents], TOPICS, many=True)


def related(parents: Sequence[Article], rights: Rights, wanted: RelatedList) -> Reads[list[Connection]]:
    """The articles that share a related edge with this one."""
    del rights
    return Distinct(
        [Connection(RelatedArticles(parent.key, wanted.direction), wanted.listing) for parent in parents]
    )
    yield


# -- providers and topics ----------------------------------------------------------------------------------


def provider_articles(
    parents: Sequence[Provider], rights: Rights, wanted: Listing
) -> Reads[list[Connection]]:
    """The provider's articles."""
    del rights
    return Distinct([Connection(ArticlesOfProvider(parent.key), wanted) for parent in parents])
    yield


def topic_articles(parents: Sequence[Topic], rights: Rights, wanted: TopicList) -> Reads[list[Connection]]:
    """The articles with this topic."""
    del rights
    return Distinct(
        [Connection(ArticlesOfTopic(parent.key, wanted.descendants), wanted.listing) for parent in parents]
    )
    yield


def topic_parent(parents: Sequence[Topic], rights: Rights) -> Reads[ByKey]:
    """The topic above this one in the taxonomy, null at its top."""
    del rights
    return ByKey([parent.parent_key for parent in parents], TOPICS)
    yield


def topic_children(parents: Sequence[Topic], rights: Rights) -> Reads[list[list[Topic]]]:
    """The topics right below this one in the taxonomy, by name."""
    keys = yield from ask(ChildKeys(_keys(parents), rights))
    found = yield from rows_of(TopicRows, chain.from_iterable(keys.values()), rights)
    return [[found[key] for key in keys.get(parent.key, ()) if key in found] for parent in parents]


def json_extra(parents: Sequence[Provider] | Sequence[Topic], rights: Rights) -> Reads[list[object]]:
    """What the file about it says beyond the other fields, as an object; null when it says nothing more."""
    del rights
    return [Fragment(parent.extra) if parent.extra else None for parent in parents]
    yield


# -- connections -------------------------------------------------------------------------------------------


def edges(parents: Sequence[Connection], rights: Rights) -> Reads[list[list[Edge]]]:
    """The items of this page, each with its cursor."""
    found = yield from pages(parents, rights)
    return [
        [Edge(item, parent.listing.seal, _origin(parent)) for item in page.items]
        for parent, page in zip(parents, found, strict=True)
    ]


def _origin(connection: Connection) -> NodeKey | None:
    return connection.scope.key if isinstance(connection.scope, RelatedArticles) else None


def page_info(parents: Sequence[Connection], rights: Rights) -> Reads[list[PageInfo]]:
    """Where this page stands in the whole list."""
    found = yield from pages(parents, rights)
    return [
        PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=encode_cursor(page.items[0].sort, parent.listing.seal) if page.items else None,
            end_cursor=encode_cursor(page.items[-1].sort, parent.listing.seal) if page.items else None,
        )
        for parent, page in zip(parents, found, strict=True)
    ]


def total_count(parents: Sequence[Connection], rights: Rights) -> Reads[list[int]]:
    """How many items the whole list has, all pages together. Counted only when asked for."""
    return (yield from counts(parents, rights))


def _nodes(parents: Sequence[Connection], rights: Rights, rows: Rows) -> Reads[ByKey]:
    return ByKey([page.keys for page in (yield from pages(parents, rights))], rows, many=True)


def _edge_nodes(parents: Sequence[Edge], rights: Rights, rows: Rows) -> Reads[ByKey]:
    del rights
    return ByKey([parent.item.key for parent in parents], rows)
    yield


def listed_articles(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The articles of this page, without their cursors."""
    return _nodes(parents, rights, ARTICLES)


def listed_providers(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The providers of this page, without their cursors."""
    return _nodes(parents, rights, PROVIDERS)


def listed_topics(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The topics of this page, without their cursors."""
    return _nodes(parents, rights, TOPICS)


def edge_article(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The article."""
    return _edge_nodes(parents, rights, ARTICLES)


def edge_provider(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The provider."""
    return _edge_nodes(parents, rights, PROVIDERS)


def edge_topic(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The topic."""
    return _edge_nodes(parents, rights, TOPICS)


def reciprocal(parents: Sequence[Edge], rights: Rights) -> Reads[list[bool]]:
    """Whether each of the two articles lists the other."""
    pairs = [(parent.origin or parent.item.key, parent.item.key) for parent in parents]
    found = yield from ask(Reciprocal(tuple(dict.fromkeys(pairs)), rights))
    return [pair in found for pair in pairs]


# -- the report --------------------------------------------------------------------------------------------


def problems(
    parents: Sequence[ContentStatus], rights: Rights, wanted: ProblemList
) -> Reads[list[Connection]]:
    """What was wrong with the documents, by path and line."""
    del rights
    return Distinct([Connection(wanted.scope, wanted.listing) for _ in parents])
    yield


def listed_problems(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The problems of this page, without their cursors."""
    return _nodes(parents, rights, PROBLEMS)


def edge_problem(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The problem."""
    return _edge_nodes(parents, rights, PROBLEMS)


def problem_article(parents: Sequence[Problem], rights: Rights) -> Reads[ByKey]:
    """The article that the document became, null when it was rejected."""
    del rights
    return ByKey([parent.article for parent in parents], ARTICLES)
    yield


# -- the root ----------------------------------------------------------------------------------------------


def _for_each(parents: Sequence[object], value: T) -> list[T]:
    return [value for _ in parents]


def _nodes_of(handles: tuple[NodeHandle, ...], rights: Rights) -> Reads[list[object | None]]:
    found: dict[str, object] = {}  # by id: a key is shorter, so other ids have it too
    for rows in dict.fromkeys(handle.rows for handle in handles):
        keys = tuple(dict.fromkeys(handle.key for handle in handles if handle.rows is rows))
        answered: Mapping[NodeKey, Any] = yield from ask(rows(keys, rights))  # Any: records of any kind
        found.update((record.id, record) for record in answered.values())
    return [found.get(handle.id) for handle in handles]


def node(parents: Sequence[object], rights: Rights, handle: NodeHandle) -> Reads[list[object | None]]:
    """The node with this id, null when there is none."""
    [found] = yield from _nodes_of((handle,), rights)
    return _for_each(parents, found)


def nodes(
    parents: Sequence[object], rights: Rights, handles: tuple[NodeHandle, ...]
) -> Reads[list[list[object | None]]]:
    """The nodes with these ids, in their order; null for each id that there is none with."""
    return _for_each(parents, (yield from _nodes_of(handles, rights)))


def article(
    parents: Sequence[object], rights: Rights, handle: NodeHandle | Handle
) -> Reads[list[object | None]]:
    """One article, null when there is none."""
    if isinstance(handle, NodeHandle):
        return (yield from node(parents, rights, handle))
    keys = yield from ask(ArticleKeysBy(handle.by, (handle.value,), rights))
    found = yield from rows_of(ArticleRows, keys.values(), rights)
    return _for_each(parents, next(iter(found.values()), None))


def topic(parents: Sequence[object], rights: Rights, handle: NodeHandle | str) -> Reads[list[object | None]]:
    """One topic, null when there is none."""
    if isinstance(handle, NodeHandle):
        return (yield from node(parents, rights, handle))
    keys = yield from ask(TopicKeysByName((handle,), rights))
    found = yield from rows_of(TopicRows, keys.values(), rights)
    return _for_each(parents, next(iter(found.values()), None))


def provider(parents: Sequence[object], rights: Rights, handle: NodeHandle) -> Reads[list[object | None]]:
    """One provider, null when there is none."""
    return (yield from node(parents, rights, handle))


def articles(parents: Sequence[object], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """The articles of the graph, stubs among them."""
    del rights
    return Distinct([Connection(AllArticles(), wanted) for _ in parents])
    yield


def providers(parents: Sequence[object], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """The providers of the graph, by name."""
    del rights
    return Distinct([Connection(AllProviders(), wanted) for _ in parents])
    yield


def topics(parents: Sequence[object], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """The topics of the graph, by name."""
    del rights
    return Distinct([Connection(AllTopics(), wanted) for _ in parents])
    yield


def content_report(parents: Sequence[object], rights: Rights) -> Reads[list[ContentStatus]]:
    """What the graph holds and what was wrong with the documents."""
    return _for_each(parents, (yield from ask(Status(rights))))


def revision(parents: Sequence[object], rights: Rights) -> Reads[list[str]]:
    """The revision of the content that this answer was made from; equal content has an equal revision."""
    status = yield from ask(Status(rights))
    return _for_each(parents, status.revision)
