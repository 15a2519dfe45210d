"""Words for documents, folders of them in memory, and databases as plain rows."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graph_api.documents.document import (
    ArticleDocument,
    Document,
    EmbeddedProvider,
    ParsedFile,
    ProviderDocument,
    RelatedItem,
    TopicDocument,
)
from graph_api.documents.site import Identity, Site
from graph_api.documents.slugs import slug_of_title, topic_slug
from graph_api.ingest import IngestReport
from graph_api.ingest.pipeline import replace_all
from graph_api.ingest.sources import SourceFolder
from graph_api.records import Image, Problem, Severity
from graph_api.store import at

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    """The day so many days after the first."""
    return _FIRST_DAY + timedelta(days=number)


def url(name: str) -> str:
    """The canonical URL of the article called *name*."""
    return f"https://{name}.example/"


def item(name: str, *, title: str | None = None, provider: str | None = None) -> RelatedItem:
    """A related article as another embeds it."""
    title = title or f"Title of {name}"
    return RelatedItem(
        url=url(name),
        slug=slug_of_title(title),
        title=title,
        excerpt=None,
        type="article",
        published_date_time=day(1),
        web_url=url(name),
        original_url=None,
        amp_web_url=None,
        cdn_amp_web_url=None,
        quality=1,
        provider=None if provider is None else EmbeddedProvider(domain=provider, name=provider.title()),
        images=(),
    )


def article(
    name: str,
    *,
    related: Sequence[str | RelatedItem] = (),
    published: bool | None = None,
    removed: bool = False,
    on: int | None = 1,
    topics: Sequence[str] = (),
    provider: EmbeddedProvider | None = None,
    images: Sequence[Image] = (),
    **fields: Any,
) -> ArticleDocument:
    """An article file that lists others by name or as items."""
    made = ArticleDocument(
        url=url(name),
        slug=name,
        title=f"Title of {name}",
        excerpt=None,
        category="news",
        type="article",
        published_date_time=None if on is None else day(on),
        web_url=url(name),
        original_url=None,
        amp_web_url=None,
        cdn_amp_web_url=None,
        quality=None,
        heat=None,
        published=published,
        removed=removed,
        featured_content=None,
        secured=None,
        provider=provider,
        topics=tuple(topics),
        images=tuple(images),
        related=tuple(item(one) if isinstance(one, str) else one for one in related),
        body=None,
        extra=None,
    )
    return replace(made, **fields)


def topic(
    name: str, *, slug: str | None = None, shortname: str | None = None, parent: str | None = None
) -> TopicDocument:
    """A taxonomy file."""
    return TopicDocument(
        slug=slug or topic_slug(name),
        name=name,
        shortname=shortname,
        parent=parent,
        keywords=(),
        hashtags=(),
        images=(),
        extra=None,
    )


def provider(
    domain: str, name: str, *, other_names: Sequence[str] = (), images: Sequence[Image] = ()
) -> ProviderDocument:
    """A file of a provider."""
    return ProviderDocument(
        domain=domain,
        name=name,
        other_names=tuple(other_names),
        description=None,
        images=tuple(images),
        extra=None,
    )


@dataclass(frozen=True, slots=True)
class File:
    """A file in memory; without a document it is rejected."""

    path: str
    document: Document | None

    @property
    def url(self) -> str | None:
        return None

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(repr(self.document).encode()).digest()

    def parsed(self) -> ParsedFile:
        return ParsedFile(
            path=self.path,
            sha256=self.sha256.hex(),
            document=self.document,
            problems=() if self.document is not None else (_REJECTED,),
        )


_REJECTED = Problem(
    code="E100", severity=Severity.ERROR, message="is broken", hint=None, path="", line=None, column=None
)

Files = Mapping[str, Document | None]


@dataclass(frozen=True, slots=True)
class MemoryFolder:
    """A `SourceFolder` in memory, read by URL."""

    folder: str
    documents: Files

    def count(self, site: Site) -> int:
        assert site == Site()
        return len(self.documents)

    def site(self, stored: Identity | None) -> Site:
        assert stored in {None, Identity.BY_URL}
        return Site()

    def files(self, site: Site) -> list[File]:
        assert site == Site()
        return [File(path, document) for path, document in self.documents.items()]


def source(folder: str, files: Files) -> SourceFolder:
    """A folder of these files."""
    return MemoryFolder(folder, files)


def fill(database: Path, folders: Mapping[str, Files], *, only: bool = True) -> IngestReport:
    """The folders (name -> path -> document), ingested."""
    sources = [source(folder, files) for folder, files in folders.items()]
    return replace_all(sources, at(database), only=only, progress=None)


def graph(database: Path, *files: Files) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a database, freshly filled from folders called a, b, ..."""
    fill(database, {chr(ord("a") + at): folder for at, folder in enumerate(files)})
    return rows(database)


def rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted; all but when, and as which generation, the content was first stored."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        found = {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in tables
        }
    found["meta"] = [row for row in found["meta"] if row[0] not in {"generated_at", "generation"}]
    return found


def select(database: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def write_folder(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, holding exactly these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.rglob("*.*"):
        old.unlink()
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def markdown(name: str, *, related: Iterable[str] = (), extra: str = "") -> str:
    """An article file as a site has it."""
    lines = [f"  - title: Title of {one}\n    webUrl: {url(one)}\n    type: article\n" for one in related]
    listed = "related:\n" + "".join(lines) if lines else ""
    return (
        f"---\ncategory: news\ntitle: Title of {name}\npublishedDateTime: 2026-01-01T00:00:00Z\n"
        f"webUrl: {url(name)}\ntype: article\ntopics:\n  - News\n{extra}{listed}---\n"
    )


def names(database: Path, query: str) -> list[str]:
    """The first column of a query, as texts."""
    return [str(row[0]) for row in select(database, query)]


def related(database: Path) -> list[tuple[Any, ...]]:
    """(slug, position, slug of the related article) of all related articles."""
    return select(
        database,
        "SELECT s.slug, r.position, d.slug FROM related r JOIN article s ON s.key = r.src"
        " JOIN article d ON d.key = r.dst ORDER BY s.slug, r.position",
    )


def hold(database: Path, *documents: Any, **files: Any) -> None:
    """Make the database hold exactly these documents, in files 0.md, 1.md, ... and those named."""
    fill(database, {"/a": {f"{at}.md": one for at, one in enumerate(documents)} | files})


def codes(database: Path) -> list[tuple[Any, ...]]:
    """(code, path) of all problems."""
    return select(database, "SELECT code, path FROM problem ORDER BY code, path, key")
