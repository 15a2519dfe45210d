"""The worst documents that are accepted break no query: each query is answered, or refused for its size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from graph_api.documents.limits import MAX_EXTRA, MAX_IMAGE_TEXT, MAX_ITEMS, MAX_TEXT
from graph_api.execution.engine import Engine
from graph_api.ingest import ingest
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests.documents.hostile import hostile_files
from tests.ingest.build import write_folder

_COUNT = 12
_SIGNS = '"\\u202e \\ud83d\\ude00 \\u2028 \\ud800 \\u0007 ]]> <x> & \\u001b[31m \\ufffe"'
_MEMBERS = "{ id slug title excerpt category type url webUrl extra topics { name } provider { name otherNames extra } }"

QUERIES: Mapping[str, str] = {
    "all texts": f"{{ articles(first: 100) {{ totalCount nodes {_MEMBERS} }} }}",
    "long texts": "{ articles(first: 100) { nodes { body featuredContent images { url title isCached } } } }",
    "texts of texts": f"{{ articles(first: 100) {{ nodes {{ related(first: 20) {{ nodes {_MEMBERS} }} }} }} }}",
    "providers": "{ providers(first: 100) { nodes { name otherNames description extra images { url title } } } }",
    "topics": """{ topics(first: 100) { totalCount nodes { name keywords hashtags extra parent { name }
        articles(first: 20) { totalCount nodes { title } } } } }""",
    "one article": '{ article(by: {url: "https://example.com/0"}) { title related(first: 100) { totalCount } } }',
    "a filter": '{ articles(filter: {title: {contains: "TT"}, topics: {some: {name: {startsWith: "t"}}}}) { totalCount } }',
    "an order": "{ articles(first: 100, orderBy: {field: TITLE}) { nodes { id } pageInfo { endCursor } } }",
    "a walk": """{ articles(first: 1) { nodes { neighborhood(maxDepth: 3, limit: 1000, via: [RELATED, TOPIC, PROVIDER]) {
        nodeCount truncated export(format: GEXF) } } } }""",
    "the report": "{ contentReport { problems(first: 100) { totalCount nodes { code message path line } } } }",
}


def _nasty(number: int) -> str:
    """An article that holds as much as one may, of everything."""
    lines: Iterator[str] = iter(
        (
            f"title: {'T' * (MAX_TEXT - 9)}{number}",
            f"webUrl: https://example.com/{number}",
            f"excerpt: {_SIGNS}",
            *(f"{key}: {key * (MAX_TEXT // 8)}" for key in ("category", "type")),
            f"provider: {{domain: a{number % 3}.com, name: {'p' * (MAX_TEXT - 9)}{number}}}",
            f"topics: [{', '.join(f't{number}-{at}' + 'y' * 80 for at in range(MAX_ITEMS))}]",
            f"images: [{', '.join(['{url: http://a/b, title: ' + 'x' * (MAX_IMAGE_TEXT // MAX_ITEMS - 10) + '}'] * MAX_ITEMS)}]",
            f"more: {'m' * (MAX_EXTRA - 99)}",
            "related:",
            *(f"- {{title: t, webUrl: https://example.com/{number + at}}}" for at in range(1, 500)),
        )
    )
    return "---\n" + "\n".join(lines) + f"\nfeaturedContent: {'f' * 100_000}\n---\n{'b' * 1_000_000}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("nasty")
    folder = write_folder(made / "site", {f"{number}.md": _nasty(number) for number in range(_COUNT)})
    for number, file in enumerate(hostile_files().values()):
        parent, _, name = file.path.rpartition("/")
        target = folder / parent / f"{number}-{name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        address = f"https://example.com/hostile/{number}".encode()
        target.write_bytes(file.data(20_000).replace(b"https://example.com/one", address, 1))
    report = ingest([folder], made / "graph.sqlite")
    assert report.articles - report.stubs > _COUNT
    return made / "graph.sqlite"


@pytest.fixture
async def engine(database: Path) -> AsyncIterator[Engine]:
    settings = Settings()
    store = await open_store(database, reader_connections=1, max_text=settings.max_answer)
    yield Engine(build_schema(), store, settings)
    await store.close()


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_over_nasty_documents_is_answered(engine: Engine, name: str) -> None:
    answer = await engine.execute(QUERIES[name])
    assert "errors" not in orjson.loads(answer.body), answer.body[:500]
    assert len(answer.body) < Settings().max_answer
