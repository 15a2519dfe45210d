"""Synthetic corpora of any size: the same seed gives the same bytes on every machine.

Articles form stories, in which they relate to each other. Sizes, dates, publishers, topics, scores and texts are
distributed as in the public corpora (about 27 kB and 32 relations per article). Their irregularities are left
out: N files are N articles, every relation has its reverse, nothing is repeated or related to itself.

The one decision worth knowing: articles are generated and written story by story, so memory holds one story and
the publishers, however large the corpus is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from graph_api.cli.generator.article import (
    GeneratedArticle,
    GeneratedImage,
    GeneratedSummary,
    front_matter,
    related_item,
)
from graph_api.cli.generator.corpus import articles
from graph_api.cli.generator.publishers import Publisher
from graph_api.cli.generator.stories import LARGEST
from graph_api.cli.generator.taxonomy import ROOT, TOPICS, organization_file, topic_file
from graph_api.errors import UsageError

__all__ = ["GeneratedArticle", "GeneratedCounts", "GeneratedImage", "GeneratedSummary", "articles", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedCounts:
    """What was written: articles, entries in lists of related, distinct providers, topics, bytes."""

    articles: int
    related: int
    providers: int
    topics: int
    bytes: int


def write(
    count: int,
    folder: Path,
    *,
    seed: int = 0,
    max_related: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> GeneratedCounts:
    """*folder* holds a corpus of *count* articles: `_news`, `_data/topics`, `_data/organizations`.

    The folder is created if it does not exist; it must be empty. *progress* is called with
    `(articles written, count)` after each article.
    """
    made = articles(count, seed, max_related)
    _prepare(folder)
    embedded = lru_cache(maxsize=2 * LARGEST)(
        related_item
    )  # each text is made once while its story is written
    publishers: dict[int, Publisher] = {}
    related = size = 0
    for done, article in enumerate(made, start=1):
        size += _written(folder / article.path, front_matter(article, embedded))
        publishers[article.summary.provider.rank] = article.summary.provider
        related += len(article.related)
        if progress:
            progress(done, count)
    size += sum(_written(folder / path, text) for path, text in _data(publishers.values()))
    return GeneratedCounts(
        articles=count, related=related, providers=len(publishers), topics=1 + len(TOPICS), bytes=size
    )


def _prepare(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; articles are generated into a new or empty folder")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; articles are generated into a new or empty folder")
    for name in ("_news", "_data/topics", "_data/organizations"):
        (folder / name).mkdir(parents=True)


def _data(publishers: Iterable[Publisher]) -> Iterator[tuple[str, str]]:
    for place, topic in enumerate((ROOT, *TOPICS)):
        yield topic_file(place, topic)
    for publisher in publishers:
        if publisher.has_logo:
            yield organization_file(publisher)


def _written(path: Path, text: str) -> int:
    """The bytes in the file at *path*, which now holds *text*."""
    return path.write_bytes(text.encode())
