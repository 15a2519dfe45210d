"""One article, made from all that mentions it: its files, or the copies of it in other articles.

Of several files the newest wins, then the smallest path; one of them that says `removed: true` takes the
article out. Without a file the copy in the newest document that lists the article makes a stub.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from graph_api.documents.document import ArticleDocument, ProviderMention, RelatedItem
from graph_api.documents.urls import canonical_url
from graph_api.errors import InvalidUrl
from graph_api.ingest import document_json, problems
from graph_api.ingest.file_rows import problem_rows
from graph_api.ingest.taxonomy import Meaning
from graph_api.records import Image, NodeKey, Problem, article_id, name_key, provider_id, topic_id
from graph_api.store.sqlite.row_mapping import microseconds
from graph_api.store.sqlite.writer_rows import (
    ArticleDetailRow,
    ArticleImageRow,
    ArticleRow,
    ArticleTopicRow,
    ArticleUrlRow,
    Copy,
    NamingRow,
    Row,
    Saying,
)


def from_files(
    key: NodeKey, sayings: Sequence[Saying], copied: Collection[str], meaning: Meaning
) -> list[Row]:
    """The rows of an article that has files; only problems when it is removed.

    *sayings* come with the winner first; *copied* are the URLs under which others list this key.
    """
    url = min(saying.identity for saying in sayings)
    own = [saying for saying in sayings if saying.identity == url]
    documents = [document_json.article(saying.payload) for saying in own]
    found = [
        *_collisions(own[0].path, url, {saying.identity for saying in sayings} | set(copied)),
        *(problems.duplicate(saying.path, own[0].path, "article") for saying in own[1:]),
    ]
    if any(document.removed for document in documents):
        return [*problem_rows(key, tuple(found), None)]
    winner = documents[0]
    if any(saying.folder in meaning.folders for saying in own):
        found += _unknown_topics(own[0].path, winner.topics, meaning)
    return [
        _article_of(key, winner, topics := _topics(key, winner, meaning)),
        *_details(key, winner),
        *_images(key, winner.images),
        *_urls(key, url, documents),
        *topics,
        *_naming(key, winner.provider, hidden=winner.published is False),
        *problem_rows(key, tuple(found), key),
    ]


def from_copies(key: NodeKey, copies: Sequence[Copy]) -> list[Row]:
    """The rows of a stub; *copies* come with the winner first. What a hidden article says of it counts only
    when no other lists it."""
    url = min(copy.url for copy in copies)
    named = [copy for copy in copies if copy.url == url]
    own = [copy for copy in named if not copy.hidden] or named
    hidden = own[0].hidden
    winner = document_json.item(own[0].payload)
    found = tuple(_collisions(own[0].path, url, {copy.url for copy in copies}))
    return [
        _article_of_copy(key, winner, hidden=hidden),
        *([ArticleDetailRow(key, None, None, None, None, winner.extra)] if winner.extra else []),
        *_images(key, winner.images),
        *_urls(key, url, [winner]),
        *_naming(key, winner.provider, hidden=hidden),
        *problem_rows(key, found, key),
    ]


# -- rows ------------------------------------------------------------------------------------------------


def _article_of(key: NodeKey, document: ArticleDocument, topics: Collection[ArticleTopicRow]) -> ArticleRow:
    category = document.category
    return _article_of_copy(key, document, hidden=document.published is False)._replace(
        category=category,
        category_folded=None if category is None else category.casefold(),
        heat=document.heat,
        published=document.published,
        is_stub=False,
        topic_count=len(topics),
    )


def _article_of_copy(key: NodeKey, source: ArticleDocument | RelatedItem, *, hidden: bool) -> ArticleRow:
    """The row of what a copy tells of an article; `related_count` is 0 until its list is known."""
    provider = source.provider
    return ArticleRow(
        key=key,
        id=article_id(source.url),
        url=source.url,
        slug=source.slug,
        title=source.title,
        excerpt=source.excerpt,
        category=None,
        type=source.type,
        published_us=_published_us(source),
        web_url=source.web_url,
        original_url=source.original_url,
        amp_web_url=source.amp_web_url,
        cdn_amp_web_url=source.cdn_amp_web_url,
        quality=source.quality,
        heat=None,
        published=None,
        is_stub=True,
        provider=None if provider is None else name_key(provider_id(provider.domain)),
        hidden=hidden,
        related_count=0,
        topic_count=0,
        has_image=bool(source.images),
        slug_folded=source.slug.casefold(),
        title_folded=source.title.casefold(),
        category_folded=None,
        type_folded=source.type.casefold(),
        url_folded=source.url.casefold(),
    )


def _published_us(source: ArticleDocument | RelatedItem) -> int | None:
    moment = source.published_date_time
    return None if moment is None else microseconds(moment)


def _details(key: NodeKey, document: ArticleDocument) -> list[Row]:
    secured = document.secured
    ciphertext, iv = (None, None) if secured is None else (secured.ciphertext, secured.iv)
    row = ArticleDetailRow(key, document.body, document.featured_content, ciphertext, iv, document.extra)
    return [row] if any(value is not None for value in row[1:]) else []


def _images(key: NodeKey, images: Iterable[Image]) -> list[Row]:
    return [
        ArticleImageRow(key, at, image.url, image.width, image.height, image.title, image.is_cached)
        for at, image in enumerate(images)
    ]


def _urls(key: NodeKey, url: str, sources: Iterable[ArticleDocument | RelatedItem]) -> list[Row]:
    named = (
        text
        for source in sources
        for text in (source.web_url, source.original_url, source.amp_web_url, source.cdn_amp_web_url)
        if text is not None
    )
    known = {url} | {canonical for text in named if (canonical := _canonical(text)) is not None}
    return [ArticleUrlRow(one, key) for one in sorted(known)]


def _canonical(text: str) -> str | None:
    try:
        return canonical_url(text)
    except InvalidUrl:
        return None


def _topics(key: NodeKey, document: ArticleDocument, meaning: Meaning) -> list[ArticleTopicRow]:
    """The article's topics, each once, under the first of its spellings."""
    names: dict[str, str] = {}
    for name in document.topics:
        names.setdefault(meaning.slug(name), name)
    published, hidden = _published_us(document), document.published is False
    return [
        ArticleTopicRow(key, at, name_key(topic_id(slug)), published, name, hidden)
        for at, (slug, name) in enumerate(names.items())
    ]


def _naming(key: NodeKey, provider: ProviderMention | None, *, hidden: bool) -> list[Row]:
    if provider is None:
        return []
    named = name_key(provider_id(provider.domain))
    images = document_json.of_images(provider.images)
    return [NamingRow(key, named, provider.domain, provider.name, images, hidden)]


# -- problems ----------------------------------------------------------------------------------------------


def _collisions(path: str, url: str, urls: Iterable[str]) -> list[Problem]:
    return [problems.key_collision(path, other, url) for other in sorted(urls) if other != url]


def _unknown_topics(path: str, names: Iterable[str], meaning: Meaning) -> list[Problem]:
    unknown = [name for name in dict.fromkeys(names) if meaning.slug(name) not in meaning.slugs]
    return [problems.unknown_topic(path, name) for name in unknown]
