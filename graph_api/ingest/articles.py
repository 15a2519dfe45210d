"""One article, made of its files, or of the copies of it in other articles.

The newest file wins, then the one with the smallest path; a file with `removed: true` takes the article out of the
graph. Without a file, the copy in the newest document that lists the article makes a stub.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import chain
from typing import Any
from urllib.parse import quote

from graph_api.documents.by_path.addresses import PATH_SIGNS, page
from graph_api.documents.document import ArticleDocument, EmbeddedProvider, RelatedItem
from graph_api.documents.urls import canonical_url
from graph_api.errors import InvalidUrl
from graph_api.ingest import document_json, problems
from graph_api.ingest.taxonomy import TopicNames
from graph_api.records import (
    Article,
    ArticleFields,
    Detail,
    NodeKey,
    Problem,
    article_id,
    name_key,
    provider_id,
    topic_id,
)
from graph_api.store.folding import address
from graph_api.store.writing import (
    ArticleRecord,
    Copy,
    DeadReference,
    NodeProblems,
    NodeRecord,
    ProviderMention,
    Statement,
    TopicMention,
)

_SCALARS = tuple(field.name for field in fields(ArticleFields))


def from_files(
    key: NodeKey,
    statements: Sequence[Statement],
    copied: Collection[str],
    dead: Iterable[DeadReference],
    topic_names: TopicNames,
    base_urls: Mapping[str, str],
) -> list[NodeRecord]:
    """The records of an article that has files; only problems when it is removed.

    *statements* come with the winner first; *copied* are the URLs under which others list this key; *dead* are its
    listed references that lead nowhere; *base_urls* are those of the folders that are read by path.
    """
    url = min(statement.identity for statement in statements)
    own = [statement for statement in statements if statement.identity == url]
    documents = [document_json.article(statement.payload) for statement in own]
    found = [
        *_collisions(own[0].path, url, {statement.identity for statement in statements} | set(copied)),
        *(problems.duplicate(statement.path, own[0].path, "article") for statement in own[1:]),
    ]
    found += (problems.dead_reference(*reference) for reference in dead)
    if any(document.removed for document in documents):
        return _problems(key, found)
    winner = documents[0]
    pages = list(_pages(own, documents, base_urls))
    if any(statement.folder in topic_names.folders for statement in own):
        found += _unknown_topics(own[0].path, winner.topics, topic_names)
    article = ArticleRecord(
        article=_article(key, winner),
        details=_details(winner),
        secured=winner.secured,
        images=winner.images,
        urls=_urls(url, documents, (_page_url(base, text) for base, text in pages)),
        topics=_topics(winner, topic_names),
        provider=_provider(winner.provider),
        addresses=sorted({address(text) for _, text in pages if not _is_url(text)}),
    )
    return [article, *_problems(key, found, key)]


def _pages(
    statements: Sequence[Statement], documents: Sequence[ArticleDocument], base_urls: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The addresses of an article's pages, each with the base URL of its folder; none in folders read by URL."""
    for statement, document in zip(statements, documents, strict=True):
        if statement.folder in base_urls:
            for text in (page(statement.path), *document.addresses):
                yield base_urls[statement.folder], text


def from_copies(key: NodeKey, copies: Sequence[Copy]) -> list[NodeRecord]:
    """The records of a stub; *copies* come with the winner first."""
    url = min(copy.url for copy in copies)
    own = [copy for copy in copies if copy.url == url]
    winner = document_json.item(own[0].payload)
    stub = ArticleRecord(
        article=_article(key, winner),
        details={} if winner.extra is None else {Detail.EXTRA: winner.extra},
        secured=None,
        images=winner.images,
        urls=_urls(url, [winner]),
        topics=(),
        provider=_provider(winner.provider),
    )
    return [stub, *_problems(key, _collisions(own[0].path, url, {copy.url for copy in copies}), key)]


def _article(key: NodeKey, source: ArticleDocument | RelatedItem) -> Article:
    """Scalar fields are copied by name; those that a copy does not have are null."""
    named = source.provider
    scalars: dict[str, Any] = {name: getattr(source, name, None) for name in _SCALARS}
    return Article(
        key=key,
        id=article_id(source.url),
        is_stub=isinstance(source, RelatedItem),
        provider_key=None if named is None else name_key(provider_id(named.domain)),
        **scalars,
    )


def _details(document: ArticleDocument) -> dict[Detail, str]:
    texts = {
        Detail.BODY: document.body,
        Detail.FEATURED_CONTENT: document.featured_content,
        Detail.EXTRA: document.extra,
    }
    return {detail: text for detail, text in texts.items() if text is not None}


def _page_url(base_url: str, address: str) -> str:
    """The URL of the page at *address*, which may be a whole URL."""
    return address if _is_url(address) else base_url + quote(address, safe=PATH_SIGNS)


def _is_url(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _urls(url: str, sources: Iterable[ArticleDocument | RelatedItem], pages: Iterable[str] = ()) -> list[str]:
    named = (
        text
        for source in sources
        for text in (source.web_url, source.original_url, source.amp_web_url, source.cdn_amp_web_url)
        if text is not None
    )
    found = (_canonical(text) for text in chain(named, pages))
    return sorted({url, *(text for text in found if text is not None)})


def _canonical(text: str) -> str | None:
    try:
        return canonical_url(text)
    except InvalidUrl:
        return None


def _topics(document: ArticleDocument, topic_names: TopicNames) -> list[TopicMention]:
    """The article's topics, each once, under the first of its spellings."""
    names: dict[str, str] = {}
    for name in document.topics:
        names.setdefault(topic_names.slug(name), name)
    return [TopicMention(name_key(topic_id(slug)), name) for slug, name in names.items()]


def _provider(named: EmbeddedProvider | None) -> ProviderMention | None:
    if named is None:
        return None
    return ProviderMention(name_key(provider_id(named.domain)), named.domain, named.name, named.images)


# -- problems ----------------------------------------------------------------------------------------------


def _problems(owner: NodeKey, found: Sequence[Problem], article: NodeKey | None = None) -> list[NodeRecord]:
    return [NodeProblems(owner=owner, problems=found, article=article)] if found else []


def _collisions(path: str, url: str, urls: Iterable[str]) -> list[Problem]:
    return [problems.key_collision(path, other, url) for other in sorted(urls) if other != url]


def _unknown_topics(path: str, names: Iterable[str], topic_names: TopicNames) -> list[Problem]:
    unknown = [name for name in dict.fromkeys(names) if topic_names.slug(name) not in topic_names.slugs]
    return [problems.unknown_topic(path, name) for name in unknown]
