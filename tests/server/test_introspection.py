"""Introspection: complete for tools, or disabled completely."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest
from graphql import get_introspection_query
from starlette.applications import Starlette

from graph_api.settings import Settings
from tests.server.calling import Answered, call, get, post, serving
from tests.store.build import article, graph

OPTIONS = (
    "descriptions",
    "specified_by_url",
    "directive_is_repeatable",
    "schema_description",
    "input_value_deprecation",
)
CLOSED = Settings(no_introspection=True)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("introspection") / "graph.sqlite", article("a", title="A"))


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


@pytest.fixture
async def closed(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database, CLOSED) as made:
        yield made


async def test_every_variant_of_the_standard_introspection_query_is_answered(app: Starlette) -> None:
    for chosen in product([False, True], repeat=len(OPTIONS)):
        query = get_introspection_query(**dict(zip(OPTIONS, chosen, strict=True)))
        assert len((await post(app, query)).data["__schema"]["types"]) > 50


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        '{ revision a: __type(name: "Article") { name } }',
        "{ _service { sdl } }",
        "query ($no: Boolean = false) { revision ...S @include(if: $no) } fragment S on Query { __schema { description } }",
        "{ nothing __schema { nothing } }",
        get_introspection_query(),
    ],
)
async def test_without_introspection_operations_on_the_schema_are_refused(
    closed: Starlette, query: str
) -> None:
    assert (await post(closed, query)).code == "INTROSPECTION_DISABLED"


async def test_without_introspection_typename_and_everything_else_is_answered(
    closed: Starlette,
) -> None:
    answer = await post(closed, '{ __typename article(by: {slug: "a"}) { __typename title } }')
    assert answer.data == {"__typename": "Query", "article": {"__typename": "Article", "title": "A"}}


async def test_without_introspection_the_schemas_text_is_404(closed: Starlette) -> None:
    answer = await call(closed, "GET", "/schema.graphql")
    assert (answer.status, answer.code) == (404, "INTROSPECTION_DISABLED")


async def _suggested(app: Starlette) -> list[Answered]:
    by_variable = "query ($by: ArticleBy!) { article(by: $by) { id } }"
    return [
        await get(app, "{ artcle { id } }"),
        await get(app, "{ topics(frst: 1) { totalCount } }"),
        await get(app, "query ($f: ArticleFiltr) { articles(filter: $f) { totalCount } }"),
        await post(app, "{ articles(filter: {titl: {eq: 1}}) { totalCount } }"),
        await post(app, by_variable, variables={"by": {"slugg": "a"}}),
    ]


async def test_errors_suggest_names_unless_introspection_is_disabled(
    app: Starlette, closed: Starlette
) -> None:
    assert all(b"Did you mean" in answer.body for answer in await _suggested(app))
    assert not any(b"Did you mean" in answer.body for answer in await _suggested(closed))
