"""Graphs in words, written as an ingest writes them: `graph(path, article("a", related=["b"], quality=3))`.

What a graph mentions without describing it (a related article, a provider, a topic) is added: articles as stubs.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from graph_api.records import (
    Article,
    ArticleId,
    Detail,
    EdgeOrigin,
    Image,
    NodeKey,
    Problem,
    Provider,
    ProviderId,
    Secured,
    Severity,
    Topic,
    TopicId,
    article_id,
    article_key,
    name_key,
    provider_id,
    topic_id,
)
from graph_api.store.sqlite.tables import APPLICATION_ID, SCHEMA_VERSION, SCRIPT
from graph_api.store.sqlite.writer import Writer
from graph_api.store.writing import (
    ArticleRecord,
    Edge,
    FileRecord,
    GraphWriter,
    NodeRecord,
    StoreWriter,
    TopicMention,
    TopicRecord,
    keyed_problems,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INGESTED = datetime(2026, 11, 22, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleNode:
    """An article of a test graph. *related* names articles, *topics* slugs, *provider* a domain.

    The last of *related* are linked, as many as *linked* names; those before are listed.
    """

    name: str
    title: str
    slug: str
    related: tuple[str, ...] = ()
    linked: frozenset[str] = frozenset()
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

    def origin(self, name: str) -> EdgeOrigin:
        """Of the edge to the related article with this name."""
        return EdgeOrigin.LINKED if name in self.linked else EdgeOrigin.LISTED

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
    def folder(self) -> str:
        """Of the file that has this problem and no other."""
        return f"/problems/{number(repr(self))}"

    @property
    def key(self) -> NodeKey:
        [key] = keyed_problems(self.path, [_problem(self)])
        return key


AnyNode: TypeAlias = ArticleNode | ProviderNode | TopicNode | ProblemNode


def article(
    name: str,
    *,
    title: str | None = None,
    excerpt: str | None = None,
    slug: str | None = None,
    related: Sequence[str] = (),
    linked: Sequence[str] = (),
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
    """An article; *day* counts from 1970, what is `published=False` is hidden from those who see less.

    *related* are listed; *linked* follow them, without those that are listed too.
    """
    only_linked = tuple(name for name in linked if name not in related)
    return ArticleNode(
        name=name,
        title=name if title is None else title,
        excerpt=excerpt,
        slug=slug or name,
        related=(*related, *only_linked),
        linked=frozenset(only_linked),
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
    """Add *nodes* to the database, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    writer = Writer(connection)
    fill(writer, nodes, revision)
    writer.set_meta("generated_at", INGESTED.isoformat())
    connection.execute("COMMIT")


def fill(writer: StoreWriter, nodes: Iterable[AnyNode], revision: str) -> None:
    """Write *nodes* as an ingest does."""
    given = list(nodes)
    hidden = {node.name for node in given if isinstance(node, ArticleNode) and node.hidden}
    writer.add_files([file for node in given for file in _files(node, hidden)])
    graphs = writer.graphs()
    _add(graphs[0], given)
    for published in graphs[1:]:
        shown = (node for node in given if isinstance(node, ProblemNode) or not node.hidden)
        out = {node.key for node in given if not isinstance(node, ProblemNode) and node.hidden}
        _add(published, [_without(node, out) for node in shown])
    writer.number_equal_problems()
    writer.set_revision(revision)


def _without(node: AnyNode, out: set[NodeKey]) -> AnyNode:
    """*node* as it is in a graph without the nodes *out*."""
    if not isinstance(node, ArticleNode):
        return node
    return replace(
        node,
        related=tuple(name for name in node.related if key(name) not in out),
        topics=tuple(slug for slug in node.topics if topic(slug).key not in out),
        provider=None if node.provider and provider(node.provider).key in out else node.provider,
    )


def _add(graph: GraphWriter, nodes: Sequence[AnyNode]) -> None:
    graph.add(_RECORDS[type(node)](node) for node in nodes if not isinstance(node, ProblemNode))
    graph.set_related(
        {
            node.key: [Edge(key(name), node.origin(name)) for name in node.related]
            for node in nodes
            if isinstance(node, ArticleNode)
        }
    )


def _files(node: AnyNode, hidden: set[str]) -> Iterator[FileRecord]:
    """The files of an article; a problem has a file of its own. A hidden node without file gets a hidden file."""
    if isinstance(node, ProblemNode):
        file = _file(node.path, problems=[_problem(node)], folder=node.folder)
        yield replace(file, is_hidden=node.article in hidden)
    elif isinstance(node, ArticleNode):
        for path, date in node.files:
            yield _file(path, subject=node, date=date)
    if (
        not isinstance(node, ProblemNode)
        and node.hidden
        and not (isinstance(node, ArticleNode) and node.files)
    ):
        yield replace(_file(f"{node.key}.md"), kind="article", is_hidden=True)


def _file(
    path: str,
    *,
    subject: ArticleNode | None = None,
    date: datetime | None = None,
    problems: Sequence[Problem] = (),
    folder: str = "/content",
) -> FileRecord:
    return FileRecord(
        folder=folder,
        path=path,
        sha256=hashlib.sha256(path.encode()).digest(),
        kind="topic" if subject is None else "article",
        subject=None if subject is None else subject.key,
        identity=None if subject is None else subject.url,
        published_date_time=date,
        is_hidden=subject is not None and subject.hidden,
        payload="{}",
        problems=problems,
    )


def _article(node: ArticleNode) -> ArticleRecord:
    named = None if node.provider is None else provider(node.provider)
    return ArticleRecord(
        article=Article(
            key=node.key,
            id=node.id,
            slug=node.slug,
            title=node.title,
            excerpt=node.excerpt,
            category=node.category,
            type=node.type,
            published_date_time=node.date,
            url=node.url,
            web_url=node.url,
            original_url=None,
            amp_web_url=None,
            cdn_amp_web_url=None,
            quality=node.quality,
            heat=node.heat,
            published=node.published,
            is_stub=node.stub,
            provider_key=None if named is None else named.key,
        ),
        details={} if node.body is None else {Detail.BODY: node.body},
        secured=None if node.secured is None else Secured(ciphertext=node.secured[0], iv=node.secured[1]),
        images=[Image(url=url, width=at) for at, url in enumerate(node.images)],
        urls=[node.url, *node.urls],
        topics=[TopicMention(topic(slug).key, slug) for slug in node.topics],
        provider=None,
    )


def _provider(node: ProviderNode) -> Provider:
    return Provider(
        key=node.key,
        id=node.id,
        domain=node.domain,
        name=node.name,
        other_names=(node.name.upper(),),
        description=None,
        images=(Image(url=f"https://{node.domain}/logo.png", width=16, is_cached=True),),
        extra=None,
    )


def _topic(node: TopicNode) -> TopicRecord:
    return TopicRecord(
        topic=Topic(
            key=node.key,
            id=node.id,
            slug=node.slug,
            name=node.name,
            shortname=None,
            keywords=(node.name,),
            hashtags=(),
            images=(),
            parent_key=None if node.parent is None else topic(node.parent).key,
            extra=None,
        ),
        names=[node.name, *node.names],
    )


def _problem(node: ProblemNode) -> Problem:
    return Problem(
        code=node.code,
        severity=Severity(node.severity),
        message=f"{node.code} in {node.folder}/{node.path}",
        hint=None,
        path=node.path,
        line=node.line,
        column=node.column,
        article=None if node.article is None else key(node.article),
    )


_RECORDS: dict[type[AnyNode], Callable[[Any], NodeRecord]] = {
    ArticleNode: _article,
    ProviderNode: _provider,
    TopicNode: _topic,
}
