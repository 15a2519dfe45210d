"""A generated article, and its file: front matter as the public sites of this family write it.

The one decision worth knowing: the YAML is written as text, not by a library. It gives exactly the
quoting and key order of the real files, and measured 4.6 times faster than PyYAML's C dumper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from graph_api.cli.generator.publishers import SITE, Publisher

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedImage:
    """A picture; width and height in pixels. Related items leave its title out."""

    url: str
    width: int
    height: int
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GeneratedSummary:
    """The fields that an article's file and every copy in a list of related articles share. Compared by identity."""

    number: int
    title: str
    excerpt: str
    published_date_time: datetime
    web_url: str
    amp_web_url: str | None
    cdn_amp_web_url: str | None
    provider: Publisher
    quality: int
    images: tuple[GeneratedImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GeneratedArticle:
    """An article with its place in the graph. *path* is relative to the corpus, with `/`."""

    path: str
    summary: GeneratedSummary
    original_url: str | None
    heat: int
    published: bool
    topics: tuple[str, ...]
    secured: str
    related: tuple[GeneratedSummary, ...]


def quoted(text: str) -> str:
    """*text* as a double-quoted YAML scalar on one line."""
    return f'"{text.translate(_ESCAPED)}"'


def front_matter(article: GeneratedArticle, embedded: Callable[[GeneratedSummary], str]) -> str:
    """The whole file. *embedded* gives a related item's text: `related_item`, or a cache of it."""
    summary = article.summary
    lines = [
        "---",
        "category: news",
        *_opening(summary, article.original_url),
        f"quality: {summary.quality}",
        f"heat: {article.heat}",
        f"published: {'true' if article.published else 'false'}",
        "",
        *_provider(summary.provider),
        "",
        "topics:",
        *(f"  - {topic}" for topic in article.topics),
        "",
    ]
    if summary.images:
        lines += ["images:", *_images(summary.images, "  ", titles=True), ""]
    if article.related:
        lines += ["related:", *map(embedded, article.related), ""]
    return "\n".join([*lines, f"secured: {quoted(article.secured)}", "---", "", ""])


def related_item(summary: GeneratedSummary) -> str:
    """An entry of a list of related articles."""
    first, *others = _opening(summary, None)
    lines = [
        f"  - {first}",
        *("    " + line for line in others),
        "    provider:",
        f"      name: {summary.provider.name}",
        f"      domain: {summary.provider.domain}",
        f"    quality: {summary.quality}",
    ]
    if summary.images:
        lines += ["    images:", *_images(summary.images, "      ", titles=False)]
    return "\n".join(lines)


def _opening(summary: GeneratedSummary, original_url: str | None) -> Iterator[str]:
    yield f"title: {quoted(summary.title)}"
    yield f"excerpt: {quoted(summary.excerpt)}"
    yield f"publishedDateTime: {summary.published_date_time:%Y-%m-%dT%H:%M:%SZ}"
    if original_url:
        yield f"originalUrl: {quoted(original_url)}"
    yield f"webUrl: {quoted(summary.web_url)}"
    if summary.amp_web_url and summary.cdn_amp_web_url:
        yield f"ampWebUrl: {quoted(summary.amp_web_url)}"
        yield f"cdnAmpWebUrl: {quoted(summary.cdn_amp_web_url)}"
    yield "type: article"


def _provider(provider: Publisher) -> Iterator[str]:
    yield "provider:"
    yield f"  name: {provider.name}"
    yield f"  domain: {provider.domain}"
    if provider.has_logo:
        yield "  images:"
        yield f"    - url: {quoted(provider.logo(SITE, 50))}"
        yield "      width: 50"
        yield "      height: 50"


def _images(images: tuple[GeneratedImage, ...], indent: str, *, titles: bool) -> Iterator[str]:
    for image in images:
        yield f"{indent}- url: {quoted(image.url)}"
        yield f"{indent}  width: {image.width}"
        yield f"{indent}  height: {image.height}"
        yield f"{indent}  isCached: true"
        if titles and image.title:
            yield f"{indent}  title: {quoted(image.title)}"
