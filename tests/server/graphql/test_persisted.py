"""Persisted operations: Apollo's protocol, and trusted documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette

from graph_api.errors import SourceError, UsageError
from graph_api.server.app import create_app
from graph_api.settings import Settings
from tests.server.calling import MODERN, PLAIN, Answered, call, get, post, post_body, serving
from tests.store.build import article, graph

ASK = "{ revision }"
TITLE = "query Title($slug: String!) { article(by: { slug: $slug }) { title } }"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("persisted") / "graph.sqlite", article("a", title="A"))


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def named(text: str) -> dict[str, object]:
    """The extensions by which *text* is asked for."""
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}


async def by_name(app: Starlette, accept: str = PLAIN, **members: Any) -> Answered:
    """The answer to a POST without a text."""
    return await post_body(app, orjson.dumps(members), accept=accept)


# -- automatic persisted queries -----------------------------------------------------------------------


async def test_an_unknown_hash_is_not_found_as_apollos_clients_expect_it(app: Starlette) -> None:
    older, newer = [await by_name(app, accept, extensions=named(ASK)) for accept in (PLAIN, MODERN)]
    assert (older.status, newer.status) == (200, 404)
    for answer in (older, newer):
        assert answer.error == {
            "message": "PersistedQueryNotFound",
            "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
        }
        assert answer.headers["cache-control"] == "no-store"


async def test_a_text_sent_with_its_hash_is_found_by_the_hash(app: Starlette) -> None:
    taught = await post(app, TITLE, extensions=named(TITLE), variables={"slug": "a"})
    asked = await by_name(app, extensions=named(TITLE), variables={"slug": "a"})
    gotten = await get(app, extensions=json.dumps(named(TITLE)), variables='{"slug": "a"}')
    assert taught.data == asked.data == gotten.data == {"article": {"title": "A"}}


async def test_a_get_teaches_too(app: Starlette) -> None:
    extensions = json.dumps(named(ASK))
    assert (await get(app, extensions=extensions)).code == "PERSISTED_QUERY_NOT_FOUND"
    assert (await get(app, ASK, extensions=extensions)).data == {"revision": "one"}
    assert (await get(app, extensions=extensions)).data == {"revision": "one"}
    assert "etag" in (await get(app, extensions=extensions)).headers


async def test_a_hash_of_another_text_is_refused_and_not_learned(app: Starlette) -> None:
    answer = await post(app, ASK, extensions=named(TITLE))
    assert (answer.status, answer.code) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
    assert answer.error["message"] == "provided sha does not match query"
    assert (await by_name(app, extensions=named(TITLE))).code == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("text", ["{", "{ nothing }", "{ articles(first: 101) { totalCount } }"])
async def test_refused_texts_are_not_stored(app: Starlette, text: str) -> None:
    assert "errors" in (await post(app, text, extensions=named(text))).json
    assert (await by_name(app, extensions=named(text))).code == "PERSISTED_QUERY_NOT_FOUND"


async def test_stored_texts_are_bounded_in_bytes(database: Path) -> None:
    texts = [f"{{ revision }} # {number:04}" for number in range(20)]
    async with serving(database, Settings(persisted_query_bytes=4000)) as app:
        for text in texts:
            assert (await post(app, text, extensions=named(text))).status == 200
        known = ["data" in (await by_name(app, extensions=named(text))).json for text in texts]
    assert known == [False] * 8 + [True] * 12, "those asked for longest ago are forgotten first"


async def test_with_capacity_0_persisted_queries_are_not_supported(database: Path) -> None:
    async with serving(database, Settings(persisted_query_bytes=0)) as app:
        assert (await post(app, ASK, extensions=named(ASK))).status == 200
        answer = await by_name(app, extensions=named(ASK))
    assert answer.error == {
        "message": "PersistedQueryNotSupported",
        "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
    }


@pytest.mark.parametrize(
    "given", [7, "x", [], {}, {"version": 2, "sha256Hash": "a"}, {"version": 1, "sha256Hash": 7}]
)
async def test_a_malformed_hash_is_400(app: Starlette, given: object) -> None:
    answer = await by_name(app, extensions={"persistedQuery": given})
    assert (answer.status, answer.code) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "members", [{"documentId": 7}, {"documentId": ""}, {"documentId": "a", "query": ASK}]
)
async def test_a_malformed_document_id_is_400(app: Starlette, members: dict[str, Any]) -> None:
    answer = await by_name(app, **members)
    assert (answer.status, answer.code) == (400, "BAD_REQUEST")


# -- trusted documents ---------------------------------------------------------------------------------


def folder(root: Path) -> Path:
    (root / "lists").mkdir()
    (root / "title.graphql").write_text(TITLE)
    (root / "lists" / "revision.gql").write_text(ASK)
    (root / "notes.txt").write_text("not a document")
    return root


def manifest(root: Path, content: object) -> Path:
    (root / "manifest.json").write_bytes(orjson.dumps(content))
    return root / "manifest.json"


def apollo(*operations: dict[str, object], version: int = 1) -> dict[str, object]:
    return {
        "format": "apollo-persisted-query-manifest",
        "version": version,
        "operations": list(operations),
    }


async def _asked(database: Path, source: Path, **members: Any) -> Answered:
    async with serving(database, Settings(trusted_documents=str(source))) as app:
        return await by_name(app, **members)


@pytest.mark.parametrize(
    "members",
    [
        {"documentId": "lists/revision"},
        {"documentId": f"sha256:{sha256(ASK)}"},
        {"documentId": sha256(ASK)},
        {"extensions": named(ASK)},
        {"query": ASK},
    ],
)
async def test_a_document_in_a_folder_is_asked_for_by_path_hash_or_text(
    database: Path, tmp_path: Path, members: dict[str, Any]
) -> None:
    assert (await _asked(database, folder(tmp_path), **members)).data == {"revision": "one"}


@pytest.mark.parametrize(
    "content",
    [
        apollo({"id": "x1", "body": ASK, "name": "Revision", "type": "query"}),
        {"x1": ASK},
    ],
    ids=["apollo", "relay"],
)
async def test_a_document_in_a_manifest_is_asked_for_by_its_id(
    database: Path, tmp_path: Path, content: object
) -> None:
    source = manifest(tmp_path, content)
    assert (await _asked(database, source, documentId="x1")).data == {"revision": "one"}
    assert (await _asked(database, source, documentId="x2")).code == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_trusted_document_is_asked_for_by_get(database: Path, tmp_path: Path) -> None:
    async with serving(database, Settings(trusted_documents=str(folder(tmp_path)))) as app:
        answer = await get(app, documentId="title", variables='{"slug": "a"}')
    assert answer.data == {"article": {"title": "A"}}


async def test_with_trusted_only_the_schema_can_be_read_unless_introspection_is_disabled(
    database: Path, tmp_path: Path
) -> None:
    settings = Settings(trusted_documents=str(folder(tmp_path)), trusted_only=True)
    closed = replace(settings, no_introspection=True)
    for given, status in ((settings, 200), (closed, 404)):
        async with serving(database, given) as app:
            assert (await call(app, "GET", "/schema.graphql")).status == status


async def test_with_trusted_only_everything_else_is_refused(database: Path, tmp_path: Path) -> None:
    settings = Settings(trusted_documents=str(folder(tmp_path)), trusted_only=True)
    other = "{ revision __typename }"
    async with serving(database, settings) as app:
        assert (await post(app, ASK)).data == {"revision": "one"}
        assert (await by_name(app, documentId="title", variables={"slug": "a"})).status == 200
        refused = [
            await post(app, other),
            await post(app, other, extensions=named(other)),
            await get(app, other),
            await post(app, "{ __schema { queryType { name } } }"),
            await post(app, "{"),
        ]
        assert {(each.status, each.code) for each in refused} == {(403, "DOCUMENT_NOT_TRUSTED")}
        assert (await by_name(app, extensions=named(other))).code == "PERSISTED_QUERY_NOT_FOUND"


def test_all_documents_that_cannot_be_served_are_named_at_start(database: Path, tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "broken.graphql").write_text("{ revision")
    (tmp_path / "unknown.graphql").write_text("query A { revision }\nquery B { nothing }")
    (tmp_path / "writes.graphql").write_text("mutation { revision }")
    (tmp_path / "large.graphql").write_text("{ revision }" + "#" * 20_000)
    with pytest.raises(SourceError) as failed:
        create_app(database, Settings(trusted_documents=str(tmp_path)))
    lines = str(failed.value).splitlines()[1:]
    assert len(lines) == 4
    for line, start in zip(
        lines,
        ["broken.graphql:1:11 ", "large.graphql: ", "unknown.graphql:2:11 ", "writes.graphql: "],
        strict=True,
    ):
        assert line.startswith(str(tmp_path / start)), line
    assert "nothing" in lines[2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "must be JSON"),
        (b"[]", "one JSON object"),
        (b"{}", "no documents"),
        (b'{"a": 7}', "'a'"),
        (b"\xff", "not UTF-8"),
        (orjson.dumps(apollo({"id": "a"})), "'a'"),
        (orjson.dumps(apollo({"id": "a", "body": ASK}, version=2)), "version 1"),
        (orjson.dumps(apollo({"id": "a", "body": ASK}, {"id": "a", "body": ASK})), "twice"),
        (orjson.dumps({"a": "{ nothing }"}), "manifest.json: a:1:3 "),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(
    database: Path, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(content)
    with pytest.raises(SourceError) as failed:
        create_app(database, Settings(trusted_documents=str(file)))
    assert said in str(failed.value)
    assert str(file) in str(failed.value)


def test_a_missing_manifest_is_named(database: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.json: No such file"):
        create_app(database, Settings(trusted_documents=str(tmp_path / "none.json")))


def test_trusted_only_without_documents_cannot_work() -> None:
    with pytest.raises(UsageError, match="trusted_documents"):
        Settings(trusted_only=True)
