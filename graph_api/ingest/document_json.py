"""Documents as JSON and back, exactly: what the database keeps so that unchanged files need no parsing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from graph_api.documents.document import (
    ArticleDocument,
    Document,
    ProviderDocument,
    ProviderMention,
    RelatedItem,
    TopicDocument,
)
from graph_api.records import Image, Secured


def of_document(document: Document) -> str:
    """The document without its related items, which are kept apart."""
    bare = replace(document, related=()) if isinstance(document, ArticleDocument) else document
    return orjson.dumps(bare).decode()


def of_item(item: RelatedItem) -> str:
    """A related item. Equal items have equal payloads."""
    return orjson.dumps(item).decode()


def of_images(images: Iterable[Image]) -> str:
    """Images as columns of the graph's tables hold them: fields that are null are absent."""
    return orjson.dumps([_present(image) for image in images]).decode()


def of_texts(texts: Iterable[str]) -> str:
    """Texts as columns of the graph's tables hold them."""
    return orjson.dumps(list(texts)).decode()


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


def _present(image: Image) -> dict[str, str | int | bool]:
    fields = {
        "url": image.url,
        "width": image.width,
        "height": image.height,
        "title": image.title,
        "is_cached": image.is_cached,
    }
    return {name: value for name, value in fields.items() if value is not None}
