"""The fields of `Article`, and the fields of `Query` that answer articles."""

from __future__ import annotations

from collections.abc import Sequence

from orjson import Fragment

from graph_api.execution.fields import ByKey, Sizes
from graph_api.records import Article, Detail, Image, Secured, SourceFile
from graph_api.schema import texts
from graph_api.schema.arguments import RelatedList
from graph_api.schema.identifiers import Handle, NodeHandle
from graph_api.schema.inputs import BodyFormat
from graph_api.schema.paging import Connection, Listing
from graph_api.schema.resolvers.nodes import PROVIDERS, TOPICS, for_each, keys_of, node, rows_of
from graph_api.store.lists import AllArticles, RelatedArticles
from graph_api.store.plans import Pause, Reads, Rights, ask
from graph_api.store.reads import (
    ArticleKeysBy,
    ArticleRows,
    DetailRows,
    DetailSizes,
    ImageRows,
    SecuredRows,
    SourceRows,
    TopicKeys,
)


def article(
    parents: Sequence[object], rights: Rights, handle: NodeHandle | Handle
) -> Reads[list[object | None]]:
    """The article, or null when it does not exist."""
    if isinstance(handle, NodeHandle):
        return (yield from node(parents, rights, handle))
    keys = yield from ask(ArticleKeysBy(handle.by, (handle.value,), rights))
    found = yield from rows_of(ArticleRows, keys.values(), rights)
    return for_each(parents, next(iter(found.values()), None))


def articles(parents: Sequence[object], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """All articles, stubs included."""
    del rights
    return [Connection(AllArticles(), wanted) for _ in parents]
    yield


def excerpt(parents: Sequence[Article], rights: Rights, max_chars: int | None) -> Reads[list[str | None]]:
    """A short summary of the article; null when the document has none."""
    del rights
    return [texts.shortened(parent.excerpt, max_chars) for parent in parents]
    yield  # a batch function without reads


def _details(parents: Sequence[Article], rights: Rights, detail: Detail) -> Reads[list[str | None]]:
    found = yield from ask(DetailRows(keys_of(parents), rights, detail))
    return [found.get(parent.key) for parent in parents]


def detail_sizes(detail: Detail) -> Sizes:
    """The sizes of a detail in bytes."""

    def sizes(parents: Sequence[Article], rights: Rights) -> Reads[Sequence[int]]:
        found = yield from ask(DetailSizes(keys_of(parents), rights, detail))
        return [found.get(parent.key, 0) for parent in parents]

    return sizes


def body(parents: Sequence[Article], rights: Rights, format: BodyFormat) -> Reads[list[str | None]]:
    """The text of the document below its front matter; null when there is none."""
    bodies = yield from _details(parents, rights, Detail.BODY)
    if format is BodyFormat.MARKDOWN:
        return bodies
    rendered: list[str | None] = []
    for parent, markdown in zip(parents, bodies, strict=True):
        yield from ask(Pause())
        rendered.append(texts.body(markdown, format, parent.url) if markdown else None)
    return rendered


def featured_content(parents: Sequence[Article], rights: Rights) -> Reads[list[str | None]]:
    """Embedded content such as a video player, as HTML exactly as in the document. It is not sanitized."""
    return (yield from _details(parents, rights, Detail.FEATURED_CONTENT))


def secured(parents: Sequence[Article], rights: Rights) -> Reads[list[Secured | None]]:
    """An encrypted payload; null unless the server is configured to expose it."""
    found = yield from ask(SecuredRows(keys_of(parents), rights))
    return [found.get(parent.key) for parent in parents]


def ciphertext(parents: Sequence[Secured], rights: Rights) -> Reads[list[str]]:
    """The ciphertext, in base64."""
    del rights
    return [parent.ciphertext for parent in parents]
    yield


def iv(parents: Sequence[Secured], rights: Rights) -> Reads[list[str]]:
    """The initialization vector, in base64."""
    del rights
    return [parent.iv for parent in parents]
    yield


def extra(parents: Sequence[Article], rights: Rights) -> Reads[list[object]]:
    """An object with the front-matter keys that have no field of their own; null when there are none."""
    found = yield from _details(parents, rights, Detail.EXTRA)
    return [Fragment(json) if json else None for json in found]


def images(parents: Sequence[Article], rights: Rights) -> Reads[list[tuple[Image, ...]]]:
    """The images, in the order of the document."""
    found = yield from ask(ImageRows(keys_of(parents), rights))
    return [found.get(parent.key, ()) for parent in parents]


def sources(parents: Sequence[Article], rights: Rights) -> Reads[list[tuple[SourceFile, ...]]]:
    """The files that the article was read from; empty for a stub.

    If several files describe one article, the first one in this list determined its fields.
    """
    found = yield from ask(SourceRows(keys_of(parents), rights))
    return [found.get(parent.key, ()) for parent in parents]


def provider(parents: Sequence[Article], rights: Rights) -> Reads[ByKey]:
    """The publisher; null when the document names none."""
    del rights
    return ByKey([parent.provider_key for parent in parents], PROVIDERS)
    yield


def topics(parents: Sequence[Article], rights: Rights) -> Reads[ByKey]:
    """The topics, in the order of the document."""
    keys = yield from ask(TopicKeys(keys_of(parents), rights))
    return ByKey([keys.get(parent.key, ()) for parent in parents], TOPICS, many=True)


def related(parents: Sequence[Article], rights: Rights, wanted: RelatedList) -> Reads[list[Connection]]:
    """The articles that this one lists as related or links to, or with `direction` those that name this one."""
    del rights
    return [
        Connection(RelatedArticles(parent.key, wanted.direction, wanted.origin), wanted.listing)
        for parent in parents
    ]
    yield
