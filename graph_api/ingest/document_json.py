"""Files as records of the store: documents are kept as JSON, exactly, so that unchanged files need no parsing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, assert_never

import orjson

from graph_api.documents.document import (
    ArticleDocument,
    Document,
    EmbeddedProvider,
    ParsedFile,
    ProviderDocument,
    Reference,
    ReferenceForm,
    RelatedItem,
    TopicDocument,
)
from graph_api.documents.folder import is_hidden
from graph_api.documents.limits import MAX_TEXT
from graph_api.documents.site import Identity, Site
from graph_api.documents.slugs import slug_of_title
from graph_api.documents.urls import canonical_url
from graph_api.errors import InvalidUrl
from graph_api.ingest.links import host
from graph_api.records import (
    EdgeOrigin,
    Image,
    NodeKey,
    Secured,
    article_id,
    article_key,
    name_key,
    provider_id,
    topic_id,
)
from graph_api.store.writing import EmbeddedCopy, FileRecord, StoredReference

_CACHED_KEYS = 16_384  # addresses: members of a story list the same ones over and over


def file_record(folder: str, parsed: ParsedFile, sha256: bytes, site: Site) -> FileRecord:
    """The record of one file, accepted, rejected or left out; *sha256* is the hash of its text."""
    document = parsed.document
    without = "rejected" if parsed.left_out is None else "left_out"
    kind, subject, identity = (without, None, None) if document is None else _subject(document)
    article = document if isinstance(document, ArticleDocument) else None
    return FileRecord(
        folder=folder,
        path=parsed.path,
        sha256=sha256,
        kind=kind,
        subject=subject,
        identity=identity,
        published_date_time=None if article is None else article.published_date_time,
        is_hidden=is_hidden(parsed),
        payload=None if document is None else of_document(document),
        related=[] if article is None else [*_copies(article), *_external(article, site)],
        known_as=_known_as(article, site) if article is not None and site.has_references else None,
        references=[] if article is None else _references(article),
        problems=parsed.problems,
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


def _copies(article: ArticleDocument) -> Iterable[EmbeddedCopy]:
    return (
        EmbeddedCopy(key_of_url(item.url), item.url, of_item(item), position)
        for position, item in enumerate(article.related)
    )


# -- references to other documents ---------------------------------------------------------------------------


def _known_as(article: ArticleDocument, site: Site) -> str:
    """Addresses and names; an article that is identified by its URL is found by its other URLs too."""
    others = (
        () if site.identity is Identity.BY_PATH else filter(None, (article.web_url, article.original_url))
    )
    return orjson.dumps([(*article.addresses, *others), (article.title, *article.names)]).decode()


def known_as(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses and names of a document, its title first."""
    addresses, names = orjson.loads(text)
    return tuple(addresses), tuple(names)


def _references(article: ArticleDocument) -> list[StoredReference]:
    """The references, after the related items, which a document has first."""
    return [
        StoredReference(position, found.form.value, found.target, found.line, found.text)
        for position, found in enumerate(article.references, len(article.related))
    ]


def _external(article: ArticleDocument, site: Site) -> Iterator[EmbeddedCopy]:
    """Copies of the pages of other sites that the article lists, or links to where the site wants these."""
    taken: set[str] = {article.url}
    for position, found in enumerate(article.references, len(article.related)):
        is_listed = found.form is ReferenceForm.LISTED
        if is_listed or (site.external_links and found.form is ReferenceForm.LINK):
            url = _url_of_another_site(found.target, site.base_url)
            if url is not None and url not in taken:
                taken.add(url)
                origin = EdgeOrigin.LISTED if is_listed else EdgeOrigin.LINKED
                item = _item_of(url, found)
                yield EmbeddedCopy(key_of_url(url), url, of_item(item), position, origin)


def _url_of_another_site(target: str, base_url: str) -> str | None:
    with suppress(InvalidUrl):
        url = canonical_url(target)
        return url if host(url) != host(base_url) else None
    return None


def _item_of(url: str, found: Reference) -> RelatedItem:
    title = (found.text or url)[:MAX_TEXT]
    domain = url.split("/")[2].partition(":")[0]
    return RelatedItem(
        url=url,
        slug=slug_of_title(title),
        title=title,
        type="article",
        web_url=url,
        provider=EmbeddedProvider(domain=domain, name=domain),
        images=(),
    )


@lru_cache(_CACHED_KEYS)
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
        "provider": None
        if named is None
        else EmbeddedProvider(**named | {"images": images(named["images"])}),
        "images": images(fields["images"]),
    }


def of_site(site: Site) -> str:
    """How a folder is read, without where it lies: equal folders have equal texts."""
    return orjson.dumps(replace(site, above=()), option=orjson.OPT_SORT_KEYS).decode()


def identity_of_site(text: str | None) -> Identity | None:
    """What identifies the articles of a folder that was read as *text* says; None when it says nothing we know."""
    with suppress(orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None if text is None else Identity(orjson.loads(text)["identity"])
    return None


def site(text: str | None) -> Site:
    """The site in *text*, without where the folder lies; that of a folder that is read by URL when there is none."""
    if text is None:
        return Site()
    fields = orjson.loads(text)
    keys = {field: tuple(names) for field, names in fields["key_map"].items()}
    return Site(**fields | {"identity": Identity(fields["identity"]), "key_map": keys, "above": ()})


def _tuples(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: tuple(fields[name]) for name in names}
