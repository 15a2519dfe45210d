"""Facets over 100,000 articles, each with a filter that keeps about a tenth: times in the server, beside SQL.

Run it: `python -m tests.bench.bench_facets`. An operation asks for the facets TOPIC, PROVIDER and YEAR, the statistics and
`totalCount`, with warm arrays and without cached answers. The statement beside it groups the same articles by topic, as a server
without arrays would, for one facet alone.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests.store.build import ArticleNode, article, graph

ARTICLES, ROUNDS = 100_000, 40
_WORDS = ("azure", "storage", "cloud", "kube", "gpu", "query", "graph", "page", "index", "deal")
FILTERS = {
    "none": "",
    "quality": "quality: {gte: 90}",
    "publishedDateTime": 'publishedDateTime: {gte: "1979-01-01T00:00:00Z"}',
    "category": 'category: {in: ["c1"]}',
    "provider": 'provider: {domain: {eq: "p3.example"}}',
    "topic": 'topics: {some: {slug: {eq: "t7"}}}',
    "hasImage": "hasImage: true",
    "title contains": 'title: {contains: "deal"}',
    "search": 'search: "deal"',
    "and, not": 'and: [{quality: {gte: 80}}, {not: {category: {eq: "c9"}}}, {category: {in: ["c1", "c2", "c3", "c4", "c5"]}}]',
}
_GROUPED = """SELECT t.topic, count(*) FROM article_topic t JOIN article a ON a.key = t.article
    WHERE a.quality >= 90 GROUP BY t.topic ORDER BY 2 DESC LIMIT 10"""


def nodes() -> Iterator[ArticleNode]:
    """The articles, by a fixed seed."""
    dice = random.Random(14)
    for number in range(ARTICLES):
        yield article(
            f"a{number}",
            title=" ".join([*dice.sample(_WORDS[:-1], 2), *["deal"] * (dice.random() < 0.1)]),
            topics=["all", f"t{dice.randrange(10)}"],
            provider=f"p{dice.randrange(10)}.example",
            quality=dice.randrange(100),
            category=f"c{dice.randrange(10)}",
            day=dice.randrange(3650),
            images=["https://example.org/i.png"] * (dice.random() < 0.1),
        )


async def measure(database: Path) -> None:
    """Prints the table."""
    store = await open_store(database)
    engine = Engine(build_schema(), store, Settings(response_cache_bytes=0))
    print(f"{'filter':20}{'articles':>10}{'p50 ms':>10}{'p99 ms':>10}")
    try:
        for name, filter in FILTERS.items():
            query = f"""{{ articles(first: 0, filter: {{{filter}}}) {{ totalCount stats {{ count avgQuality }}
                facets(by: [TOPIC, PROVIDER, YEAR]) {{ buckets {{ key count }} otherCount }} }} }}"""
            taken: list[float] = []
            answer = await engine.execute(query, {})
            assert answer.code is None, answer.body
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                await engine.execute(query, {})
                taken.append(1000 * (time.perf_counter() - begun))
            count = int(answer.body.split(b'"totalCount":')[1].split(b",")[0])
            taken.sort()
            print(f"{name:20}{count:>10,}{taken[ROUNDS // 2]:>10.2f}{taken[-1]:>10.2f}")
    finally:
        await store.close()


def grouped_in_sql(database: Path) -> float:
    """The median time of the statement, in milliseconds."""
    taken: list[float] = []
    with closing(sqlite3.connect(database)) as connection:
        for _ in range(ROUNDS // 2):
            begun = time.perf_counter()
            connection.execute(_GROUPED).fetchall()
            taken.append(1000 * (time.perf_counter() - begun))
    return sorted(taken)[len(taken) // 2]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = graph(Path(folder) / "facets.db", *nodes())
        asyncio.run(measure(database))
        print(f"\nSQL, grouped by topic alone, quality >= 90: {grouped_in_sql(database):.1f} ms")


if __name__ == "__main__":
    main()
