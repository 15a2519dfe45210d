"""The related list of an article: embedded copies of other articles.

The same copy stands in many files (36 on average in the development corpus), so a copy without oddities
is read once and remembered by its content.
"""

from __future__ import annotations

import marshal
from functools import lru_cache

from graph_api.documents.document import RelatedItem
from graph_api.documents.extra import extra_text
from graph_api.documents.fields import Fields, NeedsSource, Notes
from graph_api.documents.limits import MAX_RELATED_TEXT
from graph_api.documents.parts import images, provider
from graph_api.documents.scalars import is_mapping
from graph_api.documents.slugs import slug_of_title
from graph_api.documents.source import Path
from graph_api.documents.texts import shown
from graph_api.documents.urls import canonical_url

_REMEMBERED_ITEMS = 16_384
_REMEMBERED_BYTES = 16_384
_MARSHAL_VERSION = 2  # without references between objects: equal content, equal bytes


def related(fields: Fields, url: str | None) -> tuple[RelatedItem, ...]:
    """The related articles of the article at *url*: itself left out, each once, in the document's order, as many as
    fit."""
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
        notes.add("W204", path, f"is left out: it must be a mapping, not {shown(value)}", _HINT)
        return None
    packed = marshal.dumps(value, _MARSHAL_VERSION)
    remembered = _remembered(packed) if len(packed) <= _REMEMBERED_BYTES else None
    return remembered or _odd_item(path, value, notes)


@lru_cache(_REMEMBERED_ITEMS)
def _remembered(packed: bytes) -> RelatedItem | None:
    """The item packed in *packed*; None when anything about it is odd and needs a place."""
    notes = Notes(None)
    try:
        item = _read(Fields(marshal.loads(packed), (), notes))  # noqa: S302  (packed by us, a line above)
    except NeedsSource:
        return None
    return None if notes.noted else item


def _odd_item(path: Path, value: dict[str, object], notes: Notes) -> RelatedItem | None:
    """The item with its oddities noted; one that cannot be used is left out with a single warning."""
    part = notes.part()
    item = _read(Fields(value, path, part))
    if part.errors:
        notes.weaken("W204", part.errors, "the item is left out", _HINT)
        return None
    notes.noted.extend(part.noted)
    return item


_HINT = "an item needs at least title and webUrl"


def _read(fields: Fields) -> RelatedItem | None:
    unclaimed: dict[str, object] = {}
    title = fields.title("title", _HINT)
    web_url, original_url = fields.url("webUrl"), fields.url("originalUrl")
    if not (web_url or original_url) and not any(note.code == "E103" for note in fields.notes.noted):
        fields.add("E102", "webUrl", "is missing, and so is originalUrl", _HINT)
    values = {
        "excerpt": fields.text("excerpt"),
        "amp_web_url": fields.url("ampWebUrl"),
        "cdn_amp_web_url": fields.url("cdnAmpWebUrl"),
    }
    item_type, published = fields.text("type"), fields.moment("publishedDateTime")
    quality, publisher, pictures = (
        fields.number("quality"),
        provider(fields, unclaimed),
        images(fields, unclaimed),
    )
    address = web_url or original_url
    if not title or not address:
        return None
    return RelatedItem(
        url=canonical_url(address),
        slug=slug_of_title(title),
        title=title,
        type=item_type or "article",
        published_date_time=published,
        web_url=web_url,
        original_url=original_url,
        quality=quality,
        provider=publisher,
        images=pictures,
        extra=extra_text(fields, unclaimed),
        **values,
    )
