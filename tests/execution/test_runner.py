"""Objects that memory remembers look in every operation as they would if they were made for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from graph_api.execution.engine import Engine
from graph_api.execution.stats import Stats
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from graph_api.store.plans import Rights
from tests.execution import ordinary
from tests.store.build import article, graph

ARTICLES = "{{ articles(first: 3, orderBy: {{field: TITLE, direction: ASC}}) {{ nodes {{ {} }} }} }}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(
        tmp_path_factory.mktemp("remembered") / "graph.sqlite",
        article("a", excerpt="one two three", provider="x.org", topics=["t", "u"], related=["b", "c"]),
        article("b", excerpt="four five six", provider="x.org", topics=["hidden"], published=False),
        article("c", provider="y.org", topics=["u"], related=["a"]),
    )


@pytest.fixture
async def engine(database: Path) -> AsyncIterator[Engine]:
    store = await open_store(database, reader_connections=1)
    yield Engine(build_schema(), store, Settings(response_cache_bytes=0))
    await store.close()


@pytest.mark.parametrize(
    "selections",
    [
        ("excerpt(maxChars: 4)", "excerpt(maxChars: 9)", "excerpt"),
        ("title", "title: slug", "slug title", "title slug"),
        ("provider { name }", "provider { domain }", "provider { name: domain }"),
        ("topics { name }", "topics { __typename }", "... on Node { __typename }"),
        ("title", "related { nodes { title } }", "title related(first: 1) { nodes { title } }"),
    ],
)
async def test_what_looks_different_is_told_apart(
    engine: Engine, database: Path, selections: tuple[str, ...]
) -> None:
    for _ in range(2):
        for selection in selections:
            text = ARTICLES.format(selection)
            made = await engine.execute(text)
            assert made.body == (await ordinary.execute(engine, database, text)).body


async def test_callers_with_other_rights_share_nothing(engine: Engine, database: Path) -> None:
    text = "{ articles(first: 3) { nodes { topics { name } provider { name } } } }"
    for rights in (Rights(), Rights(published_only=True), Rights()):
        made = await engine.execute(text, rights=rights)
        assert made.body == (await ordinary.execute(engine, database, text, rights=rights)).body
        assert (b"hidden" in made.body) is not rights.published_only


async def test_a_known_object_is_not_read_again(engine: Engine) -> None:
    """Nor what stands in it, whichever field of whichever operation asks for it."""
    shown = "title provider { name } topics { name }"
    await engine.execute(ARTICLES.format(shown))
    stats = Stats()
    answer = await engine.execute(
        f'{{ article(by: {{slug: "a"}}) {{ related {{ nodes {{ {shown} }} }} }} }}', stats=stats
    )
    assert [type(one.read).__name__ for one in stats.reads] == ["ArticleKeysBy", "ArticleRows", "Lists"]
    nodes = orjson.loads(answer.body)["data"]["article"]["related"]["nodes"]
    assert [node["topics"] for node in nodes] == [[{"name": "hidden"}], [{"name": "u"}]]
