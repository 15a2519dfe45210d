"""Graphs in words, written straight into the tables: `graph(path, article("a", related=["b"], quality=3))`.

What a graph mentions without describing it (a related article, a provider, a topic) is added: articles as
stubs. Nothing here uses the writing half of the store, so the two halves are tested apart.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from graph_api.records import (
    ArticleId,
    NodeKey,
    ProviderId,
    TopicId,
    article_id,
    article_key,
    name_key,
    provider_id,
    topic_id,
)
from graph_api.store.sqlite.tables import APPLICATION_ID, SCHEMA_VERSION, SCRIPT

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleNode:
    """An article of a test graph. *related* names articles, *topics* slugs, *provider* a domain."""

    name: str
    title: str
    slug: str
    related: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    provider: str | None = None
    date: datetime | None = None
    quality: int | None = None
    heat: int | None = None
    published: bool | None = None
    hidden: bool = False
    stub: bool = False
    category: str | None = None
    type: str = "article"
    excerpt: str | None = None
    images: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    files: tuple[tuple[str, datetime | None], ...] = ()
    body: str | None = None
    secured: tuple[str, str] | None = None

    @property
    def url(self) -> str:
        return f"https://example.org/{self.name}"

    @property
    def id(self) -> ArticleId:
        return article_id(self.url)

    @property
    def key(self) -> NodeKey:
        key = article_key(self.id)
        assert key is not None
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNode:
    domain: str
    name: str
    hidden: bool = False

    @property
    def id(self) -> ProviderId:
        return provider_id(self.domain)

    @property
    def key(self) -> NodeKey:
        return name_key(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNode:
    slug: str
    name: str
    parent: str | None = None
    hidden: bool = False
    names: tuple[str, ...] = ()

    @property
    def id(self) -> TopicId:
        return topic_id(self.slug)

    @property
    def key(self) -> NodeKey:
        return name_key(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemNode:
    code: str
    path: str
    severity: str = "warning"
    line: int | None = None
    column: int | None = None
    article: str | None = None

    @property
    def key(self) -> NodeKey:
        return number(repr(self))


AnyNode: TypeAlias = ArticleNode | ProviderNode | TopicNode | ProblemNode


def article(
    name: str,
    *,
    title: str | None = None,
    excerpt: str | None = None,
    slug: str | None = None,
    related: Sequence[str] = (),
    topics: Sequence[str] = (),
    provider: str | None = None,
    day: int | None = None,
    quality: int | None = None,
    heat: int | None = None,
    published: bool | None = None,
    stub: bool = False,
    category: str | None = None,
    images: Sequence[str] = (),
    urls: Sequence[str] = (),
    files: Sequence[tuple[str, int]] = (),
    body: str | None = None,
    secured: tuple[str, str] | None = None,
) -> ArticleNode:
    """An article; *day* counts from 1970, what is `published=False` is hidden from those who see less."""
    return ArticleNode(
        name=name,
        title=name if title is None else title,
        excerpt=excerpt,
        slug=slug or name,
        related=tuple(related),
        topics=tuple(topics),
        provider=provider,
        date=moment(day),
        quality=quality,
        heat=heat,
        published=published,
        hidden=published is False,
        stub=stub,
        category=category,
        images=tuple(images),
        urls=tuple(urls),
        files=tuple((path, moment(day)) for path, day in files),
        body=body,
        secured=secured,
    )


def provider(domain: str, *, name: str | None = None, hidden: bool = False) -> ProviderNode:
    return ProviderNode(domain=domain, name=name or domain, hidden=hidden)


def topic(
    slug: str,
    *,
    name: str | None = None,
    parent: str | None = None,
    hidden: bool = False,
    names: Sequence[str] = (),
) -> TopicNode:
    return TopicNode(slug=slug, name=name or slug, parent=parent, hidden=hidden, names=tuple(names))


def problem(
    code: str,
    path: str,
    *,
    severity: str = "warning",
    line: int | None = None,
    column: int | None = None,
    article: str | None = None,
) -> ProblemNode:
    return ProblemNode(code=code, path=path, severity=severity, line=line, column=column, article=article)


def key(name: str) -> NodeKey:
    """The key of the article called *name*."""
    return article(name).key


def moment(day: int | None) -> datetime | None:
    return None if day is None else EPOCH + timedelta(days=day)


def number(text: str) -> NodeKey:
    """63 bits of the SHA-256 of *text*."""
    return NodeKey(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1)


def whole(nodes: Iterable[AnyNode]) -> list[AnyNode]:
    """*nodes* and those they mention."""
    given = list(nodes)
    articles = [node for node in given if isinstance(node, ArticleNode)]
    names = {node.name for node in articles}
    domains = {node.domain for node in given if isinstance(node, ProviderNode)}
    slugs = {node.slug for node in given if isinstance(node, TopicNode)}
    stubs = dict.fromkeys(name for node in articles for name in node.related if name not in names)
    publishers = dict.fromkeys(node.provider for node in articles if node.provider)
    subjects = dict.fromkeys(slug for node in articles for slug in node.topics)
    given += [article(name, stub=True) for name in stubs]
    given += [provider(domain) for domain in publishers if domain not in domains]
    given += [topic(slug) for slug in subjects if slug not in slugs]
    return given


def graph(path: Path, *nodes: AnyNode, revision: str = "one") -> Path:
    """A database at *path* that holds the whole graph of *nodes*."""
    path.write_bytes(_empty())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        write(connection, whole(nodes), revision)
    return path


@cache
def _empty() -> bytes:
    """The file of a database with our tables and nothing in them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.executescript(SCRIPT)
        return connection.serialize()


def write(connection: sqlite3.Connection, nodes: Iterable[AnyNode], revision: str) -> None:
    """The rows of *nodes*, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    meta = {"revision": revision, "generated_at": "2026-11-22T10:00:00+00:00"}
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
    for node in nodes:
        _WRITERS[type(node)](connection, node)
    connection.execute("COMMIT")


def insert(connection: sqlite3.Connection, table: str, **columns: object) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(columns.values()))


def _write_article(connection: sqlite3.Connection, node: ArticleNode) -> None:
    published_us = None if node.date is None else (node.date - EPOCH) // timedelta(microseconds=1)
    insert(
        connection,
        "article",
        key=node.key,
        id=node.id,
        url=node.url,
        slug=node.slug,
        title=node.title,
        excerpt=node.excerpt,
        category=node.category,
        type=node.type,
        published_us=published_us,
        web_url=node.url,
        quality=node.quality,
        heat=node.heat,
        published=node.published,
        is_stub=node.stub,
        provider=None if node.provider is None else provider(node.provider).key,
        hidden=node.hidden,
        related_count=len(node.related),
        topic_count=len(node.topics),
        has_image=bool(node.images),
        slug_folded=node.slug.casefold(),
        title_folded=node.title.casefold(),
        category_folded=None if node.category is None else node.category.casefold(),
        type_folded=node.type.casefold(),
        url_folded=node.url.casefold(),
    )
    for position, name in enumerate(node.related):
        insert(connection, "related", src=node.key, position=position, dst=key(name))
    for position, slug in enumerate(node.topics):
        insert(
            connection,
            "article_topic",
            article=node.key,
            position=position,
            topic=topic(slug).key,
            published_us=published_us,
            name=slug,
            hidden=node.hidden,
        )
    for position, url in enumerate(node.images):
        insert(connection, "article_image", article=node.key, position=position, url=url, width=position)
    for url in (node.url, *node.urls):
        insert(connection, "article_url", url=url, article=node.key)
    _write_details(connection, node)
    for path, date in node.files:
        _write_file(connection, node, path, date)


def _write_details(connection: sqlite3.Connection, node: ArticleNode) -> None:
    if node.body is not None or node.secured is not None:
        ciphertext, iv = node.secured or (None, None)
        insert(connection, "article_detail", key=node.key, body=node.body, ciphertext=ciphertext, iv=iv)


def _write_file(connection: sqlite3.Connection, node: ArticleNode, path: str, date: datetime | None) -> None:
    insert(
        connection,
        "document",
        key=number(path),
        folder="/content",
        path=path,
        sha256=hashlib.sha256(path.encode()).digest(),
        kind="article",
        subject=node.key,
        published_us=None if date is None else (date - EPOCH) // timedelta(microseconds=1),
        payload="{}",
    )


def _write_provider(connection: sqlite3.Connection, node: ProviderNode) -> None:
    insert(
        connection,
        "provider",
        key=node.key,
        id=node.id,
        domain=node.domain,
        name=node.name,
        other_names=json.dumps([node.name.upper()]),
        shown_names=json.dumps([node.name.upper()]),
        images=json.dumps([{"url": f"https://{node.domain}/logo.png", "width": 16, "is_cached": True}]),
        hidden=node.hidden,
        domain_folded=node.domain.casefold(),
        name_folded=node.name.casefold(),
    )


def _write_topic(connection: sqlite3.Connection, node: TopicNode) -> None:
    insert(
        connection,
        "topic",
        key=node.key,
        id=node.id,
        slug=node.slug,
        name=node.name,
        keywords=json.dumps([node.name]),
        hashtags="[]",
        images="[]",
        parent=None if node.parent is None else topic(node.parent).key,
        hidden=node.hidden,
        slug_folded=node.slug.casefold(),
        name_folded=node.name.casefold(),
    )
    for name in {node.name.casefold(), *(name.casefold() for name in node.names)}:
        insert(connection, "topic_name", name_folded=name, topic=node.key)


def _write_problem(connection: sqlite3.Connection, node: ProblemNode) -> None:
    insert(
        connection,
        "problem",
        key=node.key,
        owner=number(node.path),
        code=node.code,
        severity=node.severity,
        message=f"{node.code} in {node.path}",
        path=node.path,
        line=node.line,
        column_=node.column,
        article=None if node.article is None else key(node.article),
    )


_WRITERS: dict[type[AnyNode], Callable[[sqlite3.Connection, Any], None]] = {
    ArticleNode: _write_article,
    ProviderNode: _write_provider,
    TopicNode: _write_topic,
    ProblemNode: _write_problem,
}
