"""An article's front matter -> its document. Any collection of the family can be one."""

from __future__ import annotations

from graph_api.documents.document import ArticleDocument
from graph_api.documents.extra import extra_text
from graph_api.documents.fields import Fields
from graph_api.documents.parts import images, provider, secured
from graph_api.documents.related import related
from graph_api.documents.slugs import slug_of_path, topic_slug
from graph_api.documents.texts import shown
from graph_api.documents.urls import canonical_url

ADDRESSES = ("webUrl", "originalUrl", "website")
"""The keys by which a document may give its address."""


def article(fields: Fields, path: str, body: str) -> ArticleDocument | None:
    """The article in the file at *path*; None when it has no title or no usable URL."""
    unclaimed: dict[str, object] = {}
    title = _title(fields)
    web_url, original_url, url = _addresses(fields)
    document = {
        "category": fields.text("category"),
        "excerpt": fields.text("excerpt"),
        "amp_web_url": fields.url("ampWebUrl"),
        "cdn_amp_web_url": fields.url("cdnAmpWebUrl"),
        "featured_content": fields.long_text("featuredContent"),
    }
    kind, moment = fields.text("type"), fields.moment("publishedDateTime")
    quality, heat = fields.number("quality"), fields.number("heat")
    published, removed = fields.flag("published"), fields.flag("removed")
    payload, publisher = secured(fields), provider(fields, unclaimed)
    subjects, pictures, relations = _topics(fields), images(fields, unclaimed), related(fields, url)
    extra = extra_text(fields, unclaimed)
    if title is None or url is None:
        return None
    return ArticleDocument(
        url=url,
        slug=slug_of_path(path),
        title=title,
        type=kind or "article",
        published_date_time=moment,
        web_url=web_url,
        original_url=original_url,
        quality=quality,
        heat=heat,
        published=published,
        removed=bool(removed),
        secured=payload,
        provider=publisher,
        topics=subjects,
        images=pictures,
        related=relations,
        body=body or None,
        extra=extra,
        **document,
    )


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
