"""Reads one file of a by-path folder into an article. One union of keys serves all generators."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from graph_api.documents.by_path import addresses, dates
from graph_api.documents.by_path.fences import Front, split
from graph_api.documents.by_path.keys import Keys, split_text
from graph_api.documents.by_path.pictures import pictures
from graph_api.documents.by_path.places import item_lines
from graph_api.documents.document import (
    ArticleDocument,
    EmbeddedProvider,
    LeftOut,
    ParsedFile,
    Reference,
    ReferenceForm,
)
from graph_api.documents.fields import Fields
from graph_api.documents.front_matter import decoded
from graph_api.documents.hosts import canonical_domain
from graph_api.documents.limits import MAX_ITEMS, MAX_REFERENCES, MAX_TEXT, MAX_URL
from graph_api.documents.outline import Outline, outline
from graph_api.documents.parts import extra_text
from graph_api.documents.problems import Problems, finished, located
from graph_api.documents.site import Site
from graph_api.documents.slugs import slug_of_path, topic_slug
from graph_api.documents.urls import canonical_url
from graph_api.documents.values import is_list, is_mapping, shown
from graph_api.documents.yaml_exact import LocatedProblem
from graph_api.errors import InvalidFrontMatter, InvalidUrl

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
    "published_date",
    "date_published",
    "created_at",
)
_DATES_OF_GIT = frozenset({"last modified", "created", "git last modified", "git created"})  # Eleventy's
_TOPICS = ("topics", "tags", "tag", "categories", "category")
_OWN_ADDRESSES = ("url", "link")  # on some sites of the page itself, on others of the page that it is about
_ORIGINALS = ("originalUrl", "external-url", "source_url", "link", "url")
_FULL_ADDRESSES = ("webUrl", "originalUrl")
_FLAGS = {"false": False, "no": False, "true": True, "yes": True}


def read(path: str, data: bytes, url: str, site: Site, sha256: str | None = None) -> ParsedFile:
    """The document in the file at *path*, whose canonical URL is *url*; *sha256* is the hash of *data*, if already known."""
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    if addresses.is_part(path):
        return ParsedFile(path=path, sha256=sha256, document=None, problems=(), left_out=LeftOut.PART)
    try:
        front = split(decoded(data))
        document, found, read_from = _read(front, path, url, site)
        is_empty = front.mapping == {} and not front.body.strip()
    except InvalidFrontMatter as error:
        document, read_from, is_empty = None, (), error.code == "E120"
        found = [LocatedProblem(code=error.code, line=error.line, column=error.column, message=str(error))]
    if is_empty:
        return ParsedFile(path=path, sha256=sha256, document=None, problems=(), left_out=LeftOut.EMPTY)
    return finished(path, sha256, document, found, read_from)


def _read(
    front: Front, path: str, url: str, site: Site
) -> tuple[ArticleDocument | None, list[LocatedProblem], tuple[tuple[str, str], ...]]:
    if front.mapping is None:
        return None, located(front.problems, front.source), ()
    problems = Problems(front.source)
    keys = Keys(front.mapping, site.key_map, problems)
    document = _article(front, keys, path, url, site)
    return document, located([*front.problems, *problems.found], front.source), tuple(keys.read_from)


def _article(front: Front, keys: Keys, path: str, url: str, site: Site) -> ArticleDocument:
    body = outline(front.body, front.body_line)
    category = next((value for _, value in keys.at(("category",)) if isinstance(value, str)), None)
    categories = [
        name for key, value in keys.at(("categories", "category")) for name in _names(keys, key, value, front)
    ]
    title, published_date_time = _title(keys, body, path), _date(keys, path)
    excerpt, topics = _excerpt(keys, body), _topics(keys, front)
    published, original_url = _published(keys), _original_url(keys, site)
    listed, images = tuple(_listed(front, keys)), tuple(pictures(keys, path, site.base_url))
    declared, names = _addresses(keys, path, site, original_url, categories)
    return ArticleDocument(
        url=url,
        slug=slug_of_path(addresses.page(path) or path),
        title=title,
        excerpt=excerpt,
        type=keys.text("type", ("type",)) or "article",
        category=category and category.strip(),
        published_date_time=published_date_time,
        published=published,
        web_url=None if addresses.is_invalid(url) else url,
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
    return slug_of_path(addresses.page(path)) or addresses.stem(path).rpartition("/")[2]


def _excerpt(keys: Keys, body: Outline) -> str | None:
    excerpt = keys.text("excerpt", _EXCERPTS)
    if excerpt is None and body.paragraph:
        keys.read_from.append(("excerpt", "first paragraph"))
        return body.paragraph
    return excerpt


def _date(keys: Keys, path: str) -> datetime | None:
    """The first date that can be read; a warning for one that cannot, unless `published` is a flag."""
    for key, value in keys.of("publishedDateTime", _DATES):
        text = ", ".join(_flat(value)) if is_list(value) else keys.as_text(key, value)
        found = dates.read(text.strip("[]")) if text else None
        if found is not None:
            keys.use("publishedDateTime", key)
            return found
        if key.lower() != "published" and (text or "").lower() not in _DATES_OF_GIT:
            message = f"is not a date: {shown(value)}; the article has no date from it"
            keys.problems.add("W218", (key,), message, "write it such as 2023-03-15 or 2023-03-15T21:22:00Z")
    found = dates.of_file_name(addresses.page(path).rpartition("/")[2])
    if found is not None:
        keys.read_from.append(("publishedDateTime", "file name"))
    return found


def _published(keys: Keys) -> bool | None:
    """False when any key says so, else True when any key says so, else None."""
    flags: set[bool] = set()
    for names, negated in (((), False), (("published", "publish"), False), (("draft",), True)):
        for key, value in keys.at(names) if names else keys.of("published", ()):
            flag = _flag(value)
            if flag is not None:
                keys.use("published", key)
                flags.add(flag is not negated)
    return None if not flags else False not in flags


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else _FLAGS.get(value.lower()) if isinstance(value, str) else None


# -- topics ------------------------------------------------------------------------------------------------


def _topics(keys: Keys, front: Front) -> tuple[str, ...]:
    """The topics under all keys, in the order of the document; of several spellings of one topic the first."""
    found: dict[str, str] = {}
    length = 0
    for key, value in keys.in_order(keys.of("topics", _TOPICS)):
        for name in _names(keys, key, value, front):
            length += len(name)
            if len(found) == MAX_ITEMS or length > MAX_TEXT:
                outcome = f"has more topics than a document may have: {MAX_ITEMS}, of {MAX_TEXT:,} characters"
                keys.problems.add("W212", (key,), f"{outcome}; the rest is dropped", "remove some")
                break
            found.setdefault(topic_slug(name), name)
        keys.use("topics", key)
    for name in _taxonomies(keys):
        if len(found) < MAX_ITEMS and len(name) <= MAX_TEXT:
            found.setdefault(topic_slug(name), name)
    return tuple(found.values())


def _names(keys: Keys, key: str, value: object, front: Front) -> list[str]:
    """The topics that *value* names: the items of a list, or the parts of a text."""
    texts = keys.texts(key, value)
    if not is_list(value):
        texts = [part for text in texts for part in split_text(key, text, is_header=front.is_headers)]
    return [name for text in texts if (name := text.lstrip("#").strip())]


def _taxonomies(keys: Keys) -> Iterator[str]:
    """The topics in the table `taxonomies`, where Zola has them."""
    for key, table in keys.at(("taxonomies",)):
        if is_mapping(table):
            kept = {name: value for name, value in table.items() if str(name).lower() not in _TOPICS}
            for name, value in table.items():
                if name not in kept and is_list(value):
                    keys.read_from.append(("topics", f"{key}.{name}"))
                    yield from filter(None, (text.lstrip("#").strip() for text in keys.texts(key, value)))
            keys.unread.pop(key, None)
            keys.unread.update({key: kept} if kept else {})


# -- addresses ---------------------------------------------------------------------------------------------


def _original_url(keys: Keys, site: Site) -> str | None:
    """The first http(s) URL. Under `url` and `link` those of the site's own host are skipped: they are the page's address."""
    for key, value in keys.of("originalUrl", _ORIGINALS):
        text = value.strip() if isinstance(value, str) else ""
        if text.lower().startswith(("http://", "https://")):
            if key.lower() in _OWN_ADDRESSES and addresses.below(site.base_url, text) is not None:
                continue
            with suppress(InvalidUrl):
                canonical_url(text)
                keys.use("originalUrl", key)
                return text
    return None


def _provider(url: str) -> EmbeddedProvider | None:
    """The provider with the host of *url*; None for hosts that end in `.invalid`."""
    if addresses.is_invalid(url):
        return None
    with suppress(InvalidUrl):
        domain = canonical_domain(_host(canonical_url(url)))
        return EmbeddedProvider(domain=domain, name=domain)
    return None


def _host(url: str) -> str:
    """The host of a canonical URL; IPv6 in its brackets."""
    place = url.split("/")[2]
    return place if place.endswith("]") else place.rsplit(":", 1)[0]


def _addresses(
    keys: Keys, path: str, site: Site, original_url: str | None, categories: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses that the document declares, and its other names. The keys stay in `extra`, where clients look for them."""
    pages = [text for text in _pages(keys, site, original_url) if addresses.is_address(text)]
    slugs = [text for text in _texts(keys, "addresses", ("slug",)) if addresses.is_address(text)]
    aliases = [part for text in _texts(keys, "names", ("aliases", "alias")) for part in _parts(text)]
    others = [text for text in aliases if addresses.is_address(text)]
    full = [text for text in _texts(keys, "addresses", _FULL_ADDRESSES) if _is_http(text)]
    declared = addresses.declared(path, pages, slugs, others, categories)
    names = dict.fromkeys(name for name in aliases if not name.startswith("/"))
    return tuple(dict.fromkeys([*declared, *full]))[:MAX_ITEMS], tuple(names)[:MAX_ITEMS]


def _pages(keys: Keys, site: Site, original_url: str | None) -> Iterator[str]:
    """The paths of the page on its own site. `path` is ignored when it is the path of *original_url*, which is on another site."""
    for text in _texts(keys, "addresses", ("permalink", "url", "redirect_from")):
        yield addresses.below(site.base_url, text) or "" if _is_http(text) else text
    for text in _texts(keys, "addresses", ("link",)):
        yield addresses.below(site.base_url, text) or "" if _is_http(text) else ""
    elsewhere = addresses.address(urlsplit(original_url).path) if original_url else None
    if not any(
        addresses.address(text) == elsewhere
        for key, value in keys.at(("path",))
        for text in keys.texts(key, value)
    ):
        yield from _texts(keys, "addresses", ("path",))


def _parts(alias: str) -> list[str]:
    """The names in *alias*, separated by commas as in old notes of Obsidian; an alias with `/` is one address."""
    return [alias] if "/" in alias else [part.strip() for part in alias.split(",") if part.strip()]


def _is_http(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def _texts(keys: Keys, field: str, names: tuple[str, ...]) -> list[str]:
    found = [(key, keys.texts(key, value)) for key, value in keys.at(names)]
    keys.read_from += [(field, key) for key, texts in found if texts]
    return [text for _, texts in found for text in texts if len(text) <= MAX_URL]


# -- lists -------------------------------------------------------------------------------------------------


def _listed(front: Front, keys: Keys) -> Iterator[Reference]:
    """The documents that lists of the front matter name. The lists stay in `extra`, because a target may not exist."""
    for key, value in keys.of("related", ("related",)):
        keys.read_from.append(("related", key))
        items = (value if is_list(value) else [value])[:MAX_REFERENCES]
        named = [_target(item) for item in items]
        lines = item_lines(front.text, front.line, key, (written for written, _, _ in named))
        for (_, target, text), line in zip(named, lines, strict=True):
            if target:
                yield Reference(ReferenceForm.LISTED, target, line, text)


def _target(item: object) -> tuple[str, str, str]:
    """An item of a list: as written; its target (the text, or of a mapping the address, else the title); its title."""
    if is_list(item):  # a wikilink without quotes is a list in a list
        written = ", ".join(_flat(item))
        return written, *_wikilink(written)
    if isinstance(item, str):
        inner = item.strip().removeprefix("!")
        if inner.startswith("[[") and inner.endswith("]]"):
            return item, *_wikilink(inner[2:-2])
        return item, _without_fragment(inner), ""
    if not is_mapping(item):
        return "", "", ""
    title = item.get("title") or item.get("name")
    texts = (item.get(key) for key in ("webUrl", "originalUrl", "url", "link", "path", "slug"))
    target = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    named = title.strip() if isinstance(title, str) else ""
    return named or target, _without_fragment(target.strip()) or named, named


def _without_fragment(text: str) -> str:
    """A path without its fragment; a title such as `C#` as it is."""
    before, _, _ = text.partition("#")
    is_path = "/" in before or before.lower().endswith((".md", ".mdx", ".markdown"))
    return before if is_path and " " not in text else text


def _wikilink(inner: str) -> tuple[str, str]:
    """Target and text of the wikilink `[[inner]]`."""
    target, _, text = inner.partition("|")
    return target.partition("#")[0].strip(), text.strip()


def _flat(value: object) -> Iterator[str]:
    """The texts in a list of lists."""
    if is_list(value):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, str):
        yield value.strip()
