"""Reads one file of a by-path folder into an article. One union of keys serves all generators."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from urllib.parse import urljoin

from graph_api.documents.by_path import addresses, dates
from graph_api.documents.by_path.fences import Front, split
from graph_api.documents.by_path.keys import Keys, split_text
from graph_api.documents.document import (
    ArticleDocument,
    LeftOut,
    ProviderMention,
    Reading,
    Reference,
    ReferenceForm,
)
from graph_api.documents.fields import Fields, Problems
from graph_api.documents.hosts import canonical_domain
from graph_api.documents.limits import MAX_IMAGE_TEXT, MAX_ITEMS, MAX_TEXT
from graph_api.documents.outline import Outline, outline
from graph_api.documents.parts import extra_text
from graph_api.documents.reading import decoded, finished, located
from graph_api.documents.site import Site
from graph_api.documents.slugs import slug_of_path, topic_slug
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import is_list, is_mapping, shown
from graph_api.documents.yaml_exact import LocatedProblem
from graph_api.errors import InvalidFrontMatter, InvalidUrl
from graph_api.records import Image

_TITLES = ("title", "name")
_EXCERPTS = ("excerpt", "description", "summary")
_DATES = (
    "publishedDateTime",
    "date",
    "pubDate",
    "publishDate",
    "published_at",
    "created",
    "ms.date",
    "published",
)
_TOPICS = ("topics", "tags", "tag", "categories", "category")
_ORIGINALS = ("originalUrl", "external-url", "external_url", "source_url", "original_url", "link", "url")
_IMAGES = ("images", "image", "heroImage", "cover", "thumbnail", "featured_image", "banner")
_RELATED = ("related",)
_ADDRESSES = ("permalink", "url", "path")
_FALSE, _TRUE = {False, "false", "no", "False"}, {True, "true", "yes", "True"}


def read(path: str, data: bytes, url: str, site: Site, sha256: str | None = None) -> Reading:
    """What the file at *path* says, whose canonical URL is *url*; *sha256* is the hash of *data*, if already known."""
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    if addresses.is_part(path):
        return Reading(path=path, sha256=sha256, document=None, problems=(), left_out=LeftOut.PART)
    if not data.strip():
        return Reading(path=path, sha256=sha256, document=None, problems=(), left_out=LeftOut.EMPTY)
    try:
        front = split(decoded(data))
        document, found, read_from = _read(front, path, url, site)
    except InvalidFrontMatter as error:
        document, read_from = None, ()
        found = [LocatedProblem(code=error.code, line=error.line, column=error.column, message=str(error))]
    return finished(path, sha256, document, found, read_from)


def _read(
    front: Front, path: str, url: str, site: Site
) -> tuple[ArticleDocument | None, list[LocatedProblem], tuple[tuple[str, str], ...]]:
    if front.mapping is None:
        return None, list(front.problems), ()
    problems = Problems(front.source)
    keys = Keys(front.mapping, site.key_map, problems)
    document = _article(front, keys, path, url, site)
    return document, located([*front.problems, *problems.found], front.source), tuple(keys.read_from)


def _article(front: Front, keys: Keys, path: str, url: str, site: Site) -> ArticleDocument:
    body = outline(front.body, front.body_line)
    title, published_date_time = _title(keys, body, path), _date(keys, path)
    excerpt, topics = _excerpt(keys, body), _topics(keys, is_headers=front.is_headers)
    published, original_url = _published(keys), _original_url(keys)
    category = next((value for _, value in keys.of("", ("category",)) if isinstance(value, str)), None)
    listed, images = tuple(_listed(front, keys)), tuple(_images(keys, url))[:MAX_ITEMS]
    declared, names = _addresses(keys, path)
    return ArticleDocument(
        url=url,
        slug=slug_of_path(addresses.page(path) or path),
        title=title,
        excerpt=excerpt,
        type=keys.text("type", ("type",)) or "article",
        category=category,
        published_date_time=published_date_time,
        published=published,
        web_url=None if _is_invalid(url) else url,
        original_url=original_url,
        provider=_provider(original_url or url),
        topics=topics,
        images=images,
        body=front.body.strip("\n") or None,
        addresses=declared,
        names=names,
        references=(*listed, *(body.references if site.body_links else ())),
        extra=extra_text(Fields(keys.unread, (), keys.problems), {}),
        removed=False,
        featured_content=None,
        secured=None,
        related=(),
    )


# -- texts -------------------------------------------------------------------------------------------------


def _title(keys: Keys, body: Outline, path: str) -> str:
    title = keys.text("title", _TITLES)
    if title is not None:
        return title
    if body.heading:
        keys.read_from.append(("title", "heading"))
        return body.heading
    keys.read_from.append(("title", "file name"))
    name = addresses.page(path).rpartition("/")[2] or addresses.stem(path).rpartition("/")[2]
    return slug_of_path(name)


def _excerpt(keys: Keys, body: Outline) -> str | None:
    excerpt = keys.text("excerpt", _EXCERPTS)
    if excerpt is None and body.paragraph:
        keys.read_from.append(("excerpt", "first paragraph"))
        return body.paragraph
    return excerpt


def _date(keys: Keys, path: str) -> datetime | None:
    """The first date that can be read; a warning for one that cannot, unless `published` is a flag."""
    for key, value in keys.of("publishedDateTime", _DATES):
        text = keys.as_text(key, value)
        found = dates.read(text) if text else None
        if found is not None:
            keys.use("publishedDateTime", key)
            return found
        if key != "published":
            message = f"is not a date: {shown(value)}; the article has no date from it"
            keys.problems.add("W218", (key,), message, "write it such as 2023-03-15 or 2023-03-15T21:22:00Z")
    found = dates.of_file_name(path.rpartition("/")[2])
    if found is not None:
        keys.read_from.append(("publishedDateTime", "file name"))
    return found


def _published(keys: Keys) -> bool | None:
    """False when the document says so anywhere, True when it says so, else None."""
    said: set[bool] = set()
    for key, negated in (("published", False), ("publish", False), ("draft", True)):
        for spelled, value in keys.of("published", (key,)):
            if isinstance(value, bool | str) and value in _TRUE | _FALSE:
                keys.use("published", spelled)
                said.add((value in _TRUE) is not negated)
    return None if not said else False not in said


def _topics(keys: Keys, *, is_headers: bool) -> tuple[str, ...]:
    """The topics under all keys, in the order of the document; of several spellings of one topic the first."""
    values = dict(keys.of("topics", _TOPICS))
    found: dict[str, str] = {}
    length = 0
    for key in sorted(values, key=list(keys.unread).index):
        value = values[key]
        names = keys.texts(key, value)
        if not is_list(value) and not (is_headers and "," not in "".join(names)):
            names = [part for name in names for part in split_text(key, name)]
        for name in filter(None, (name.lstrip("#").strip() for name in names)):
            length += len(name)
            if len(found) < MAX_ITEMS and length <= MAX_TEXT:
                found.setdefault(topic_slug(name), name)
        keys.use("topics", key)
    return tuple(found.values())


# -- addresses ---------------------------------------------------------------------------------------------


def _original_url(keys: Keys) -> str | None:
    for key, value in keys.of("originalUrl", _ORIGINALS):
        text = value.strip() if isinstance(value, str) else ""
        if text.startswith(("http://", "https://")):
            with suppress(InvalidUrl):
                canonical_url(text)
                keys.use("originalUrl", key)
                return text
    return None


def _provider(url: str) -> ProviderMention | None:
    """The provider that the host of *url* is; None for hosts that end in `.invalid`."""
    if _is_invalid(url):
        return None
    with suppress(InvalidUrl):
        domain = canonical_domain(canonical_url(url).split("/")[2].rpartition("@")[2].partition(":")[0])
        return ProviderMention(domain=domain, name=domain)
    return None


def _is_invalid(url: str) -> bool:
    return url.split("/")[2].partition(":")[0].endswith(".invalid")


def _addresses(keys: Keys, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses that the document declares, and its other names."""
    permalinks, slugs, aliases = (_texts(keys, field, names) for field, names in _ADDRESS_KEYS)
    names = tuple(dict.fromkeys(name for name in aliases if not name.startswith("/")))
    pages = [text for text in permalinks if addresses.is_address(text)]
    web = [
        text for text in _texts(keys, "addresses", ("webUrl",)) if text.startswith(("http://", "https://"))
    ]
    others = [text for text in aliases if addresses.is_address(text)]
    found = addresses.declared(path, pages, [text for text in slugs if addresses.is_address(text)], others)
    return tuple(dict.fromkeys([*filter(None, found), *web]))[:MAX_ITEMS], names[:MAX_ITEMS]


_ADDRESS_KEYS = (
    ("addresses", (*_ADDRESSES, "redirect_from")),
    ("addresses", ("slug",)),
    ("names", ("aliases", "alias")),
)


def _texts(keys: Keys, field: str, names: tuple[str, ...]) -> list[str]:
    """All texts under *names*. The keys stay in `extra` too, where clients look for them."""
    return [text for key, value in keys.of(field, names) for text in keys.texts(key, value)]


# -- lists -------------------------------------------------------------------------------------------------


def _listed(front: Front, keys: Keys) -> Iterator[Reference]:
    """The documents that lists of the front matter name. The lists stay in `extra`, since targets may lead nowhere."""
    for key, value in keys.of("related", _RELATED):
        keys.read_from.append(("related", key))
        for at, item in enumerate(value if is_list(value) else [value]):
            target, text = _target(item)
            if target:
                line, _ = front.source.place((key, at) if is_list(value) else (key,))
                yield Reference(ReferenceForm.LISTED, target, line, text)


def _target(item: object) -> tuple[str, str]:
    """What an item of a list names: a text, or the address, else the title of a mapping; and its title."""
    if isinstance(item, str):
        inner = item.strip().removeprefix("!")
        if inner.startswith("[[") and inner.endswith("]]"):
            target, _, text = inner[2:-2].partition("|")
            return target.partition("#")[0].strip(), text.strip()
        return inner, ""
    if not is_mapping(item):
        return "", ""
    title = item.get("title") or item.get("name")
    texts = (item.get(key) for key in ("webUrl", "originalUrl", "url", "link", "path", "slug"))
    target = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    named = title.strip() if isinstance(title, str) else ""
    return target.strip() or named, named


def _images(keys: Keys, url: str) -> Iterator[Image]:
    """The pictures, relative ones below the article's URL. What is no picture's address stays in `extra`."""
    room = MAX_IMAGE_TEXT
    for _, value in keys.of("images", _IMAGES):
        for item in value if is_list(value) else [value]:
            image = _image(item, url)
            if image is not None and (room := room - len(image.url) - len(image.title or "")) >= 0:
                yield image


def _image(item: object, url: str) -> Image | None:
    title = None
    if is_mapping(item):
        said = item.get("title") or item.get("alt") or item.get("caption")
        title = said.strip()[:MAX_TEXT] if isinstance(said, str) else None
        item = item.get("url") or item.get("src") or item.get("image") or item.get("relative")
    if not isinstance(item, str) or not item.strip():
        return None
    address = urljoin(f"{url}/", item.strip())
    if _is_invalid(address) if address.startswith("http") else True:
        return None
    with suppress(InvalidUrl):
        canonical_url(address)
        return Image(url=address, title=title)
    return None
