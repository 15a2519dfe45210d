"""An article's front matter -> its document, with the copies of other articles that it lists as related.

The same copy stands in many files (36 on average in the development corpus), so a copy without problems is read
once and cached by its content.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from graph_api.documents.document import ArticleDocument, RelatedItem, ScalarField, scalar_fields
from graph_api.documents.extra import extra_text
from graph_api.documents.fields import Fields, Notes
from graph_api.documents.limits import MAX_RELATED_TEXT
from graph_api.documents.parts import images, provider, secured
from graph_api.documents.scalars import is_mapping
from graph_api.documents.slugs import slug_of_path, slug_of_title, topic_slug
from graph_api.documents.source import Path
from graph_api.documents.texts import shown
from graph_api.documents.urls import canonical_url
from graph_api.errors import ExactParseRequired

ADDRESSES = ("webUrl", "originalUrl", "website")
"""The keys by which a document may give its address."""

_CACHED_ITEMS = 16_384
_CACHED_BYTES = 16_384
_MARSHAL_VERSION = 2  # without references between objects: equal content, equal bytes
_ITEM_HINT = "an item needs at least title and webUrl"

# Other keys may stand in for these, or they are required.
_READ_APART = {"title", "web_url", "original_url"}
_ARTICLE = tuple(one for one in scalar_fields(ArticleDocument) if one.name not in _READ_APART)
_ITEM = tuple(one for one in scalar_fields(RelatedItem) if one.name not in _READ_APART)


def article(fields: Fields, path: str, body: str) -> ArticleDocument | None:
    """The article in the file at *path*; None when it has no title or no usable URL."""
    unclaimed: dict[str, object] = {}
    title = _title(fields)
    web_url, original_url, url = _addresses(fields)
    values = _scalars(fields, _ARTICLE)
    featured_content, removed, payload = (
        fields.long_text("featuredContent"),
        fields.flag("removed"),
        secured(fields),
    )
    publisher, topics = provider(fields, unclaimed), _topics(fields)
    pictures, relations = images(fields, unclaimed), _related(fields, url)
    extra = extra_text(fields, unclaimed)
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
    """The title; events call it name."""
    key = "title"
    if not fields.rest.get("title") and fields.rest.get("name"):
        key = "name"
        fields.take("title")
    return fields.title(key, "write title: and a text")


def _addresses(fields: Fields) -> tuple[str | None, str | None, str | None]:
    """webUrl and originalUrl as written, and the canonical URL; events call the first one website."""
    before = len(fields.notes.noted)
    web_url, original_url = fields.url("webUrl"), fields.url("originalUrl")
    if not (web_url or original_url) and "website" in fields.rest:
        web_url = fields.url("website")
    address = web_url or original_url
    if not address and len(fields.notes.noted) == before:
        fields.add(
            "E102", "webUrl", "is missing, and so is originalUrl", "an article is known by its address"
        )
    return web_url, original_url, canonical_url(address) if address else None


def _topics(fields: Fields) -> tuple[str, ...]:
    """The names of the topics, each once whatever its spelling."""
    found: dict[str, str] = {}
    for path, name in fields.placed_texts("topics"):
        if found.setdefault(topic_slug(name), name) is not name:
            outcome = f"names {shown(name)} again, which counts once"
            fields.notes.add("W208", path, outcome, "remove one of the two")
    return tuple(found.values())


# -- related articles ----------------------------------------------------------------------------------------


def _related(fields: Fields, url: str | None) -> tuple[RelatedItem, ...]:
    """The related articles of the article at *url*, in the document's order.

    The article itself, repetitions, and what exceeds the limit are left out with a warning.
    """
    found: dict[str, tuple[Path, RelatedItem]] = {}
    notes, room = fields.notes, MAX_RELATED_TEXT
    for path, value in fields.entries("related"):
        item = _item(path, value, notes)
        if item is None:
            continue
        if item.url == url:
            notes.add("W206", (*path, "webUrl"), "is the article itself and is left out", "remove the item")
        elif item.url in found:
            first = found[item.url][0][-1]
            notes.add(
                "W207", (*path, "webUrl"), f"repeats related[{first}] and is left out", "remove the item"
            )
        elif (room := room - len(item.url)) < 0:
            outcome = "is left out, and so is what follows: addresses of related articles hold more than"
            notes.add(
                "W204", path, f"{outcome} {MAX_RELATED_TEXT:,} characters", "remove those that matter least"
            )
            break
        else:
            found[item.url] = (path, item)
    return tuple(item for _, item in found.values())


def _item(path: Path, value: object, notes: Notes) -> RelatedItem | None:
    if not is_mapping(value):
        notes.add("W204", path, f"is left out: it must be a mapping, not {shown(value)}", _ITEM_HINT)
        return None
    packed = marshal.dumps(value, _MARSHAL_VERSION)
    cached = _cached(packed) if len(packed) <= _CACHED_BYTES else None
    return cached or _item_with_problems(path, value, notes)


@lru_cache(_CACHED_ITEMS)
def _cached(packed: bytes) -> RelatedItem | None:
    """The item packed in *packed*; None when it has a problem, whose message needs the item's place."""
    notes = Notes(None)
    try:
        item = _read_item(Fields(marshal.loads(packed), (), notes))  # noqa: S302  (packed by us, a line above)
    except ExactParseRequired:
        return None
    return None if notes.noted else item


def _item_with_problems(path: Path, value: dict[str, object], notes: Notes) -> RelatedItem | None:
    """The item, its problems added to *notes*; one with an error is left out with a single warning."""
    part = notes.part()
    item = _read_item(Fields(value, path, part))
    if part.errors:
        notes.weaken("W204", part.errors, "the item is left out", _ITEM_HINT)
        return None
    notes.noted.extend(part.noted)
    return item


def _read_item(fields: Fields) -> RelatedItem | None:
    unclaimed: dict[str, object] = {}
    title = fields.title("title", _ITEM_HINT)
    web_url, original_url = fields.url("webUrl"), fields.url("originalUrl")
    if not (web_url or original_url) and not any(note.code == "E103" for note in fields.notes.noted):
        fields.add("E102", "webUrl", "is missing, and so is originalUrl", _ITEM_HINT)
    values = _scalars(fields, _ITEM)
    publisher, pictures = provider(fields, unclaimed), images(fields, unclaimed)
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
        extra=extra_text(fields, unclaimed),
    )
