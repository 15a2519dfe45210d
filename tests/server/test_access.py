"""Who may ask what: keys, scopes, and answers that are kept apart by them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from graph_api.server.access import Scope, new_key
from graph_api.settings import Settings
from tests.ingest.build import fill
from tests.schema.test_hidden import folder
from tests.server.calling import PLAIN, Answered, call, get, post_body, serving
from tests.store.build import article, graph

TITLES = b'{"query": "{ articles(orderBy: {field: TITLE, direction: ASC}) { totalCount nodes { title } } }"}'
SECURED = b'{"query": "{ article(by: {slug: \\"b\\"}) { secured { iv } } }"}'
KEYS = {
    name: new_key(name, scopes)
    for name, scopes in {
        "reader": [Scope.READ],
        "editor": [Scope.READ, Scope.UNPUBLISHED],
        "keeper": [Scope.READ, Scope.UNPUBLISHED, Scope.SECURED],
        "meter": [Scope.METRICS],
    }.items()
}
ENTRIES = ",".join(kept.entry for _, kept in KEYS.values())


def bearer(name: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {KEYS[name][0]}")]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(
        tmp_path_factory.mktemp("access") / "graph.sqlite",
        article("a", title="A", day=1, related=["b"]),
        article("b", title="B", day=2, published=False, secured=("c", "i")),
    )


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database, Settings(keys=ENTRIES, expose_secured=True)) as made:
        yield made


def titles(answer: Answered) -> list[str]:
    return [node["title"] for node in answer.data["articles"]["nodes"]]


async def test_without_a_key_nothing_is_answered_and_the_way_in_is_told(app: Starlette) -> None:
    for answer in (await post_body(app, TITLES), await get(app, "{ revision }")):
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "Authorization: Bearer" in answer.error["message"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer gapi_reader_", "Basic cmVhZGVyOng=", "Bearer gapi_reader_\xff"]
)
async def test_what_is_no_key_is_refused_alike(app: Starlette, header: str) -> None:
    answer = await post_body(app, TITLES, headers=[("authorization", header)])
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


async def test_a_key_without_read_is_told_which_scope_it_lacks(app: Starlette) -> None:
    answer = await post_body(app, TITLES, headers=bearer("meter"))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert "'read'" in answer.error["message"]


async def test_each_key_sees_what_its_scopes_open_whoever_asked_before(app: Starlette) -> None:
    for _ in range(3):  # the later answers come from the caches
        for name, seen in (("reader", ["A"]), ("editor", ["A", "B"]), ("reader", ["A"])):
            answer = await post_body(app, TITLES, headers=bearer(name))
            assert titles(answer) == seen
            assert answer.data["articles"]["totalCount"] == len(seen)


async def test_secured_payloads_need_the_scope_and_the_setting(app: Starlette, database: Path) -> None:
    async def iv(of: Starlette, name: str) -> object:
        return (await post_body(of, SECURED, headers=bearer(name))).data["article"]["secured"]

    assert await iv(app, "keeper") == {"iv": "i"}
    assert await iv(app, "editor") is None
    async with serving(database, Settings(keys=ENTRIES)) as closed:
        assert await iv(closed, "keeper") is None


async def test_a_key_does_not_open_what_the_settings_close(database: Path) -> None:
    async with serving(database, Settings(keys=ENTRIES, published_only=True)) as app:
        assert titles(await post_body(app, TITLES, headers=bearer("editor"))) == ["A"]


async def test_requests_without_a_key_have_the_scopes_of_everybody(database: Path) -> None:
    async with serving(database, Settings(keys=ENTRIES, anonymous_scopes="read")) as app:
        assert titles(await post_body(app, TITLES)) == ["A"]
        assert titles(await post_body(app, TITLES, headers=bearer("editor"))) == ["A", "B"]
        wrong = await post_body(app, TITLES, headers=[("authorization", "Bearer x")])
        assert wrong.status == 401  # a key that is no longer good is not taken for none


async def test_the_schema_needs_a_key_too_and_health_does_not(app: Starlette) -> None:
    assert (await call(app, "GET", "/schema.graphql")).status == 401
    assert (await call(app, "GET", "/schema.graphql", headers=bearer("reader"))).status == 200
    assert (await call(app, "GET", "/healthz")).status == 200
    assert (await call(app, "GET", "/readyz")).status == 200


async def test_answers_vary_by_key_where_there_are_keys(app: Starlette, database: Path) -> None:
    answer = await get(app, "{ revision }", headers=bearer("reader"))
    assert "authorization" in answer.headers["vary"]
    async with serving(database) as open_app:
        assert (await get(open_app, "{ revision }")).headers["vary"] == "accept"


async def test_an_entity_tag_of_more_rights_does_not_fit_fewer(app: Starlette) -> None:
    query = "{ articles { totalCount } }"
    tag = (await get(app, query, headers=bearer("editor"))).headers["etag"]
    again = [*bearer("reader"), ("if-none-match", tag)]
    assert (await get(app, query, headers=again, accept=PLAIN)).status == 200


async def test_nothing_beside_an_answer_tells_of_what_is_hidden_but_that_the_content_changed(
    tmp_path: Path,
) -> None:
    told = []
    for name, whole in (("whole", True), ("shown", False)):
        fill(tmp_path / name, {"/articles": folder(whole=whole)})
        async with serving(tmp_path / name, Settings(published_only=True)) as app:
            answer = await get(app, "{ articles(first: 2) { totalCount edges { cursor node { title } } } }")
            other = await post_body(
                app, b'{"query": "{ articles { totalCount } }", "extensions": {"cost": true}}'
            )
        told.append([{**each.headers, "graph-revision": each.body.decode()} for each in (answer, other)])
        assert "etag" in answer.headers
    assert told[0] == told[1]


async def test_without_keys_everybody_reads(database: Path) -> None:
    async with serving(database) as app:
        assert titles(await post_body(app, TITLES)) == ["A", "B"]
