"""Reads an article's front matter, with the copies of related articles that it embeds.

The same copy is in many files (36 on average in the development corpus), so a copy without problems is cached
by its content.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from graph_api.documents.document import ArticleDocument, RelatedItem, ScalarField, scalar_fields
from graph_api.documents.fields import Fields
from graph_api.documents.front_matter import KeyPath
from graph_api.documents.limits import MAX_RELATED_TEXT
from graph_api.documents.parts import extra_text, images, provider, secured
from graph_api.documents.problems import Problems
from graph_api.documents.slugs import slug_of_path, slug_of_title, topic_slug
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import is_mapping, shown
from graph_api.errors import ExactParseRequired

ADDRESSES = ("webUrl", "originalUrl", "website")
"""The keys that may hold a document's URL."""

_CACHED_ITEMS = 16_384
_CACHED_BYTES = 16_384
_MARSHAL_VERSION = 2  # without references between objects: equal content, equal bytes
_ITEM_HINT = "a related item needs at least title and webUrl"

# These are required, or another key can replace them.
_READ_APART = {"title", "web_url", "original_url"}
_ARTICLE = tuple(one for one in scalar_fields(ArticleDocument) if one.name not in _READ_APART)
_ITEM = tuple(one for one in scalar_fields(RelatedItem) if one.name not in _READ_APART)


def article(fields: Fields, path: str, body: str) -> ArticleDocument | None:
    """The article in the file at *path*; None when it has no title or no valid URL."""
    unknown: dict[str, object] = {}
    title = _title(fields)
    web_url, original_url, url = _addresses(fields)
    values = _scalars(fields, _ARTICLE)
    featured_content, removed, payload = (
        fields.long_text("featuredContent"),
        fields.flag("removed"),
        secured(fields),
    )
    publisher, topics = provider(fields, unknown), _topics(fields)
    pictures, relations = images(fields, unknown), _related(fields, url)
    extra = extra_text(fields, unknown)
    if title is None or url is None:
        return None
    return ArticleDocument(
        **values,
        url=url,
        slug=slug_of_path(path),
        title=title,
        web_url=web_url,
        original_url=original_url,
        removed=bool(removed),
        featured_content=featured_content,
        secured=payload,
        provider=publisher,
        topics=topics,
        images=pictures,
        related=relations,
        body=body or None,
        extra=extra,
    )


def _scalars(fields: Fields, declared: Iterable[ScalarField]) -> dict[str, Any]:
    """The values of the *declared* fields by name; each has its declared type."""
    values = fields.scalars(declared)
    values["type"] = values["type"] or "article"
    return values


def _title(fields: Fields) -> str | None:
    """The title; `name` in events."""
    key = "title"
    if not fields.unread.get("title") and fields.unread.get("name"):
        key = "name"
        fields.take("title")
    return fields.title(key, "write title: and a text")


def _addresses(fields: Fields) -> tuple[str | None, str | None, str | None]:
    """webUrl (`website` in events) and originalUrl as written, and the canonical URL."""
    before = len(fields.problems.found)
    web_url, original_url = fields.url("webUrl"), fields.url("originalUrl")
    if not (web_url or original_url) and "website" in fields.unread:
        web_url = fields.url("website")
    address = web_url or original_url
    if not address and len(fields.problems.found) == before:
        fields.add(
            "E102",
            "webUrl",
            "is missing, and so is originalUrl",
            "add one of them: an article is identified by its URL; or read the folder with --by-path,"
            " which identifies articles by their files",
        )
    return web_url, original_url, canonical_url(address) if address else None


def _topics(fields: Fields) -> tuple[str, ...]:
    """The names of the topics; of several spellings of one topic the first."""
    found: dict[str, str] = {}
    for path, name in fields.placed_texts("topics"):
        if found.setdefault(topic_slug(name), name) is not name:
            outcome = f"repeats topic {shown(name)}; it is dropped"
            fields.problems.add("W208", path, outcome, "remove one of the two")
    return tuple(found.values())


# -- related articles ----------------------------------------------------------------------------------------


def _related(fields: Fields, url: str | None) -> tuple[RelatedItem, ...]:
    """The related articles of the article at *url*, in the document's order.

    The article itself, duplicates, and items beyond the limit are dropped with a warning.
    """
    found: dict[str, tuple[KeyPath, RelatedItem]] = {}
    problems, room = fields.problems, MAX_RELATED_TEXT
    for path, value in fields.entries("related"):
        item = _item(path, value, problems)
        if item is None:
            continue
        if item.url == url:
            problems.add(
                "W206",
                (*path, "webUrl"),
                "is the URL of the article itself; the item is dropped",
                "remove the item",
            )
        elif item.url in found:
            first = found[item.url][0][-1]
            problems.add(
                "W207",
                (*path, "webUrl"),
                f"is the URL of related[{first}] too; the item is dropped",
                "remove the item",
            )
        elif (room := room - len(item.url)) < 0:
            outcome = (
                "and all following items are dropped: the URLs of related articles have together more than"
            )
            problems.add("W204", path, f"{outcome} {MAX_RELATED_TEXT:,} characters", "remove some")
            break
        else:
            found[item.url] = (path, item)
    return tuple(item for _, item in found.values())


def _item(path: KeyPath, value: object, problems: Problems) -> RelatedItem | None:
    if not is_mapping(value):
        problems.add("W204", path, f"is dropped: it must be a mapping, not {shown(value)}", _ITEM_HINT)
        return None
    packed = marshal.dumps(value, _MARSHAL_VERSION)
    cached = _cached(packed) if len(packed) <= _CACHED_BYTES else None
    return cached or _item_with_problems(path, value, problems)


@lru_cache(_CACHED_ITEMS)
def _cached(packed: bytes) -> RelatedItem | None:
    """The item in *packed* (marshal); None when it has a problem, whose message needs the item's position."""
    problems = Problems(None)
    try:
        item = _read_item(Fields(marshal.loads(packed), (), problems))  # noqa: S302  (packed by `_item`)
    except ExactParseRequired:
        return None
    return None if problems.found else item


def _item_with_problems(path: KeyPath, value: dict[str, object], problems: Problems) -> RelatedItem | None:
    """The item, its warnings added to *problems*; an item with errors is dropped with one warning."""
    part = problems.separate()
    item = _read_item(Fields(value, path, part))
    if part.errors:
        problems.add_as_warning("W204", part.errors, "the item is dropped", _ITEM_HINT)
        return None
    problems.found.extend(part.found)
    return item


def _read_item(fields: Fields) -> RelatedItem | None:
    unknown: dict[str, object] = {}
    title = fields.title("title", _ITEM_HINT)
    web_url, original_url = fields.url("webUrl"), fields.url("originalUrl")
    if not (web_url or original_url) and not any(problem.code == "E103" for problem in fields.problems.found):
        fields.add("E102", "webUrl", "is missing, and so is originalUrl", _ITEM_HINT)
    values = _scalars(fields, _ITEM)
    publisher, pictures = provider(fields, unknown), images(fields, unknown)
    address = web_url or original_url
    if not title or not address:
        return None
    return RelatedItem(
        **values,
        url=canonical_url(address),
        slug=slug_of_title(title),
        title=title,
        web_url=web_url,
        original_url=original_url,
        provider=publisher,
        images=pictures,
        extra=extra_text(fields, unknown),
    )
