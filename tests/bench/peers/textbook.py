"""Strawberry as its documentation teaches: types, resolvers, a DataLoader for each relation, aiosqlite.

Run as `python -m tests.bench.peers.textbook DATABASE PORT`. One thing differs from the textbook, in its
favor: moments are answered as the text that the table holds.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NewType

import aiosqlite
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig

DateTime = NewType("DateTime", str)
URL = NewType("URL", str)
SCALARS: dict[object, Any] = {  # Any: Strawberry's own declaration
    DateTime: strawberry.scalar(name="DateTime", serialize=str, parse_value=str),
    URL: strawberry.scalar(name="URL", serialize=str, parse_value=str),
}
_ARTICLE = "a.id, a.title, a.excerpt, a.url, a.published, a.quality, a.provider"


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Provider(Node):
    name: str
    domain: str


@strawberry.type
class Topic(Node):
    name: str


@strawberry.type
class Article(Node):
    title: str
    excerpt: str | None
    url: URL
    published_date_time: DateTime | None
    quality: int | None
    provider_id: strawberry.Private[str]

    @strawberry.field
    async def provider(self, info: strawberry.Info[Loaders]) -> Provider | None:
        return await info.context.providers.load(self.provider_id)

    @strawberry.field
    async def topics(self, info: strawberry.Info[Loaders]) -> list[Topic]:
        return await info.context.topics.load(self.id)

    @strawberry.field
    async def related(self, info: strawberry.Info[Loaders], first: int = 20) -> ArticleConnection:
        return ArticleConnection(nodes=await info.context.related.load((self.id, first)))

    @strawberry.field
    async def neighborhood(
        self, info: strawberry.Info[Loaders], max_depth: int = 2, limit: int = 100
    ) -> Subgraph:
        return await within(self, info.context, max_depth, limit)


@strawberry.type
class ArticleConnection:
    nodes: list[Article]


@strawberry.type
class Link:
    from_: Node = strawberry.field(name="from")
    to: Node


@strawberry.type
class Subgraph:
    nodes: list[Node]
    links: list[Link]
    node_count: int
    truncated: bool


@strawberry.input(one_of=True)
class ArticleBy:
    id: strawberry.Maybe[strawberry.ID]
    url: strawberry.Maybe[URL]


@strawberry.type
class Query:
    @strawberry.field
    async def article(self, info: strawberry.Info[Loaders], by: ArticleBy) -> Article | None:
        if by.id:
            return await info.context.articles.load(by.id.value)
        assert by.url
        return await info.context.by_url(by.url.value)

    @strawberry.field
    async def articles(self, info: strawberry.Info[Loaders], first: int = 20) -> ArticleConnection:
        return ArticleConnection(nodes=await info.context.newest(first))

    @strawberry.field
    async def nodes(self, info: strawberry.Info[Loaders], ids: list[strawberry.ID]) -> list[Node | None]:
        return [*await info.context.articles.load_many(ids)]


class Loaders:
    """What one request has loaded so far."""

    def __init__(self, db: aiosqlite.Connection) -> None:
        self.db = db
        self.articles = DataLoader(load_fn=self._articles)
        self.providers = DataLoader(load_fn=self._providers)
        self.topics = DataLoader(load_fn=self._topics)
        self.related = DataLoader(load_fn=self._related)
        self.neighbors = DataLoader(load_fn=self._neighbors)

    async def newest(self, first: int) -> list[Article]:
        rows = await self._rows(
            f"SELECT {_ARTICLE} FROM article a ORDER BY a.published DESC, a.id LIMIT ?", [first]
        )
        return [_article(row) for row in rows]

    async def by_url(self, url: str) -> Article | None:
        rows = await self._rows(f"SELECT {_ARTICLE} FROM article a WHERE a.url = ?", [url])
        return _article(rows[0]) if rows else None

    async def _rows(self, sql: str, values: Sequence[object]) -> list[Any]:
        async with self.db.execute(sql, values) as cursor:
            return list(await cursor.fetchall())

    async def _articles(self, ids: list[str]) -> list[Article | None]:
        rows = await self._rows(f"SELECT {_ARTICLE} FROM article a WHERE a.id IN ({_marks(ids)})", ids)
        found = {row[0]: _article(row) for row in rows}
        return [found.get(id) for id in ids]

    async def _providers(self, ids: list[str]) -> list[Provider | None]:
        rows = await self._rows(f"SELECT id, name, domain FROM provider WHERE id IN ({_marks(ids)})", ids)
        found = {row[0]: Provider(id=row[0], name=row[1], domain=row[2]) for row in rows}
        return [found.get(id) for id in ids]

    async def _topics(self, ids: list[strawberry.ID]) -> list[list[Topic]]:
        rows = await self._rows(
            "SELECT r.article, t.id, t.name FROM article_topic r JOIN topic t ON t.id = r.topic"
            f" WHERE r.article IN ({_marks(ids)}) ORDER BY r.article, r.position",
            ids,
        )
        found = defaultdict(list)
        for article, id, name in rows:
            found[article].append(Topic(id=id, name=name))
        return [found[id] for id in ids]

    async def _related(self, keys: list[tuple[strawberry.ID, int]]) -> list[list[Article]]:
        found: dict[tuple[str, int], list[Article]] = defaultdict(list)
        for first in {first for _, first in keys}:
            ids = [id for id, wanted in keys if wanted == first]
            rows = await self._rows(
                f"SELECT {_ARTICLE}, r.src FROM related r JOIN article a ON a.id = r.dst"
                f" WHERE r.src IN ({_marks(ids)}) AND r.position < ? ORDER BY r.src, r.position",
                [*ids, first],
            )
            for row in rows:
                found[row[7], first].append(_article(row))
        return [found[key] for key in keys]

    async def _neighbors(self, ids: list[str]) -> list[list[str]]:
        """The articles that each lists, by position, then those that list it, by id."""
        marks = _marks(ids)
        rows = await self._rows(
            f"SELECT src, dst AS far, 0 AS way, position FROM related WHERE src IN ({marks})"
            f" UNION ALL SELECT dst, src, 1, 0 FROM related WHERE dst IN ({marks})"
            " ORDER BY way, position, far",
            [*ids, *ids],
        )
        found = defaultdict(list)
        for here, there, *_ in rows:
            found[here].append(there)
        return [found[id] for id in ids]

    async def links(self, ids: list[str]) -> list[tuple[str, str]]:
        """The edges among *ids*, by the place of their source and their position; a mutual pair is one."""
        marks = _marks(ids)
        sql = f"SELECT src, dst FROM related WHERE src IN ({marks}) AND dst IN ({marks}) ORDER BY position"
        below = defaultdict(list)
        for source, target in await self._rows(sql, [*ids, *ids]):
            below[source].append(target)
        found: dict[tuple[str, str], None] = {}
        for edge in ((source, target) for source in ids for target in below[source]):
            if edge[::-1] not in found:
                found[edge] = None
        return list(found)


def _article(row: Sequence[Any]) -> Article:
    return Article(
        id=row[0],
        title=row[1],
        excerpt=row[2],
        url=row[3],
        published_date_time=row[4],
        quality=row[5],
        provider_id=row[6],
    )


def _marks(values: Iterable[object]) -> str:
    return ",".join("?" for _ in values)


async def within(start: Article, loaders: Loaders, max_depth: int, limit: int) -> Subgraph:
    """What is reachable from *start*, breadth first, as it is discovered, and the edges among it."""
    order = frontier = [str(start.id)]
    seen = {str(start.id)}
    for _ in range(max_depth):
        lists = await loaders.neighbors.load_many(frontier)
        frontier = list(dict.fromkeys(id for one in lists for id in one if id not in seen))
        seen.update(frontier)
        order = order + frontier
        if len(order) > limit:
            break
    kept = order[:limit]
    nodes = {str(one.id): one for one in await loaders.articles.load_many(kept) if one}
    return Subgraph(
        nodes=list(nodes.values()),
        links=[Link(from_=nodes[a], to=nodes[b]) for a, b in await loaders.links(kept)],
        node_count=len(nodes),
        truncated=len(order) > limit,
    )


class Server(GraphQL[Loaders, None]):
    """Strawberry's ASGI view with the request's loaders as context."""

    database: aiosqlite.Connection

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Loaders:
        del request, response
        return Loaders(self.database)


def schema(extensions: Sequence[Any] = ()) -> strawberry.Schema:
    """The contract's subset, as far as the questions need it."""
    config = StrawberryConfig(scalar_map=SCALARS)
    return strawberry.Schema(Query, types=[Article, Provider, Topic], config=config, extensions=extensions)


def serve(view: Server) -> None:
    """Serves *view* on the port of the command line until it is told to end."""
    database, port = sys.argv[1:]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with aiosqlite.connect(f"file:{database}?mode=ro", uri=True) as view.database:
            yield

    app = Starlette(lifespan=lifespan, routes=[Route("/graphql", view)])
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    serve(Server(schema(), graphql_ide=None))
