"""A server written by hand for exactly these questions: objects in memory, no GraphQL, no database.

Run as `python -m tests.bench.peers.in_memory DUMP PORT`. Nothing is kept between requests but the objects.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.bench.questions import QUESTIONS


@dataclass(slots=True)
class Provider:
    id: str
    name: str
    domain: str


@dataclass(slots=True)
class Topic:
    id: str
    name: str


@dataclass(slots=True, eq=False)
class Article:
    id: str
    title: str
    excerpt: str | None
    url: str
    published: str | None
    quality: int | None
    provider: Provider
    topics: list[Topic]
    related: list[Article] = field(default_factory=list)
    listed_by: list[Article] = field(default_factory=list)


class Graph:
    """All articles, and one method for each question."""

    def __init__(self, dump: dict[str, Any]) -> None:
        providers = {one["id"]: Provider(**one) for one in dump["providers"]}
        topics = {one["id"]: Topic(**one) for one in dump["topics"]}
        self.articles: dict[str, Article] = {}
        for one in dump["articles"]:
            self.articles[one["id"]] = Article(
                id=one["id"],
                title=one["title"],
                excerpt=one["excerpt"],
                url=one["url"],
                published=one["publishedDateTime"],
                quality=one["quality"],
                provider=providers[one["provider"]],
                topics=[topics[id] for id in one["topics"]],
            )
        self._relate(dump["articles"])
        by_id = sorted(self.articles.values(), key=lambda one: one.id)
        self.newest = sorted(by_id, key=lambda one: one.published or "", reverse=True)
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            QUESTIONS["Q1"]: self.one,
            QUESTIONS["Q2"]: self.latest,
            QUESTIONS["Q3"]: self.spread,
            QUESTIONS["Q4"]: self.neighborhood,
        }

    def _relate(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in sorted(rows, key=lambda row: row["id"]):
            one = self.articles[row["id"]]
            one.related = [self.articles[id] for id in row["related"]]
            for other in one.related:
                other.listed_by.append(one)

    def one(self, variables: dict[str, Any]) -> Any:
        article = self.articles.get(variables["id"])
        if article is None:
            return {"article": None}
        return {
            "article": {
                "id": article.id,
                "title": article.title,
                "excerpt": article.excerpt,
                "url": article.url,
                "publishedDateTime": article.published,
                "quality": article.quality,
                "provider": _provider(article.provider),
                "topics": [{"id": topic.id, "name": topic.name} for topic in article.topics],
            }
        }

    def latest(self, _variables: dict[str, Any]) -> Any:
        nodes = [
            {
                "id": article.id,
                "title": article.title,
                "publishedDateTime": article.published,
                "provider": _provider(article.provider),
                "topics": [{"id": topic.id, "name": topic.name} for topic in article.topics],
            }
            for article in self.newest[:50]
        ]
        return {"articles": {"nodes": nodes}}

    def spread(self, variables: dict[str, Any]) -> Any:
        found = [self.articles.get(id) for id in variables["ids"]]
        nodes = [
            article
            and {
                "id": article.id,
                "title": article.title,
                "related": {"nodes": [_near(other) for other in article.related[:10]]},
            }
            for article in found
        ]
        return {"nodes": nodes}

    def neighborhood(self, variables: dict[str, Any]) -> Any:
        found, truncated = self._within(self.articles[variables["id"]], 2, 200)
        nodes = [{"id": one.id, "title": one.title} for one in found]
        links = [{"from": {"id": one.id}, "to": {"id": other.id}} for one, other in _links(found)]
        counted = {"nodeCount": len(found), "truncated": truncated}
        return {"article": {"neighborhood": {**counted, "nodes": nodes, "links": links}}}

    def _within(self, start: Article, hops: int, limit: int) -> tuple[list[Article], bool]:
        order, frontier = {start: None}, [start]
        for _ in range(hops):
            near = dict.fromkeys(other for one in frontier for other in (*one.related, *one.listed_by))
            frontier = [one for one in near if one not in order]
            order.update(dict.fromkeys(frontier))
            if len(order) > limit:
                break
        return list(order)[:limit], len(order) > limit


def _links(articles: Sequence[Article]) -> Iterable[tuple[Article, Article]]:
    """The edges among *articles*, in their order; those that list each other are one."""
    among = set(articles)
    found: dict[tuple[Article, Article], None] = {}
    for one in articles:
        for other in one.related:
            if other in among and (other, one) not in found:
                found[one, other] = None
    return found


def _provider(provider: Provider) -> dict[str, str]:
    return {"id": provider.id, "name": provider.name, "domain": provider.domain}


def _near(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "provider": {"name": article.provider.name, "domain": article.provider.domain},
        "topics": [{"name": topic.name} for topic in article.topics],
        "related": {
            "nodes": [
                {"id": other.id, "title": other.title, "provider": {"name": other.provider.name}}
                for other in article.related[:10]
            ]
        },
    }


class App:
    """The ASGI application: the question's text picks the method."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        parts = []
        more = True
        while more:
            message = await receive()
            parts.append(message["body"])
            more = message.get("more_body", False)
        asked = orjson.loads(b"".join(parts))
        body = orjson.dumps({"data": self._graph.answers[asked["query"]](asked["variables"])})
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    dump, port = sys.argv[1:]
    app = App(Graph(orjson.loads(Path(dump).read_bytes())))
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False, lifespan="off")
