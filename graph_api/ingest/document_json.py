"""Files as records of the store: documents are kept as JSON, exactly, so that unchanged files need no parsing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, assert_never

import orjson

from graph_api.documents.document import (
    ArticleDocument,
    Document,
    ProviderDocument,
    ProviderMention,
    Reading,
    RelatedItem,
    TopicDocument,
)
from graph_api.records import (
    Image,
    NodeKey,
    Secured,
    article_id,
    article_key,
    name_key,
    provider_id,
    topic_id,
)
from graph_api.store.writing import EmbeddedCopy, FileRecord

_REMEMBERED = 16_384  # addresses: members of a story list the same ones over and over


def file_record(folder: str, reading: Reading, sha256: bytes) -> FileRecord:
    """The record of one file, accepted or rejected; *sha256* is the hash of its text.

    An article that says `published: false` is hidden, and a rejected file, which could be one.
    """
    document = reading.document
    kind, subject, identity = ("rejected", None, None) if document is None else _subject(document)
    article = document if isinstance(document, ArticleDocument) else None
    return FileRecord(
        folder=folder,
        path=reading.path,
        sha256=sha256,
        kind=kind,
        subject=subject,
        identity=identity,
        published_date_time=None if article is None else article.published_date_time,
        is_hidden=document is None or (article is not None and article.published is False),
        payload=None if document is None else of_document(document),
        related=[] if article is None else [_copy(item) for item in article.related],
        problems=reading.problems,
    )


def _subject(document: Document) -> tuple[str, NodeKey, str]:
    match document:
        case ArticleDocument():
            return "article", key_of_url(document.url), document.url
        case TopicDocument():
            return "topic", name_key(topic_id(document.slug)), document.slug
        case ProviderDocument():
            return "provider", name_key(provider_id(document.domain)), document.domain
        case _:
            assert_never(document)


def _copy(item: RelatedItem) -> EmbeddedCopy:
    return EmbeddedCopy(key_of_url(item.url), item.url, of_item(item))


@lru_cache(_REMEMBERED)
def key_of_url(url: str) -> NodeKey:
    """The key of the article at a canonical URL."""
    key = article_key(article_id(url))
    assert key is not None, "article_id makes ids that have keys"
    return key


# -- JSON ----------------------------------------------------------------------------------------------------


def of_document(document: Document) -> str:
    """The document without its related items and references, which are kept apart."""
    bare = replace(document, related=(), references=()) if isinstance(document, ArticleDocument) else document
    return orjson.dumps(bare).decode()


def of_item(item: RelatedItem) -> str:
    """A related item. Equal items have equal payloads."""
    return orjson.dumps(item).decode()


def of_images(images: Iterable[Image]) -> str:
    """Images. Equal images have equal texts."""
    return orjson.dumps(list(images)).decode()


def article(payload: str) -> ArticleDocument:
    """The article document of a payload, without related items."""
    fields = orjson.loads(payload)
    secured = fields["secured"]
    return ArticleDocument(
        **fields
        | _common(fields)
        | {
            "secured": None if secured is None else Secured(**secured),
            "topics": tuple(fields["topics"]),
            "related": (),
            "references": (),
            "addresses": tuple(fields["addresses"]),
            "names": tuple(fields["names"]),
        }
    )


def item(payload: str) -> RelatedItem:
    """The related item of a payload."""
    fields = orjson.loads(payload)
    return RelatedItem(**fields | _common(fields))


def topic(payload: str) -> TopicDocument:
    """The topic document of a payload."""
    fields = orjson.loads(payload)
    return TopicDocument(
        **fields | _tuples(fields, "keywords", "hashtags") | {"images": images(fields["images"])}
    )


def provider(payload: str) -> ProviderDocument:
    """The provider document of a payload."""
    fields = orjson.loads(payload)
    return ProviderDocument(**fields | _tuples(fields, "other_names") | {"images": images(fields["images"])})


def images(found: Iterable[Mapping[str, Any]]) -> tuple[Image, ...]:
    """The images of a list in JSON."""
    return tuple(Image(**fields) for fields in found)


def _common(fields: Mapping[str, Any]) -> dict[str, Any]:
    moment, named = fields["published_date_time"], fields["provider"]
    return {
        "published_date_time": None if moment is None else datetime.fromisoformat(moment),
        "provider": None if named is None else ProviderMention(**named | {"images": images(named["images"])}),
        "images": images(fields["images"]),
    }


def _tuples(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: tuple(fields[name]) for name in names}
