"""API keys, and what each caller may see."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from starlette.applications import Starlette

from graph_api.errors import UsageError
from graph_api.server.access import KeyRing, Scope, Scopes, new_key, parse_keys, parse_scopes
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


async def test_without_a_key_a_request_gets_401_that_explains_how_to_send_one(app: Starlette) -> None:
    for answer in (await post_body(app, TITLES), await get(app, "{ revision }")):
        assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "Authorization: Bearer" in answer.error["message"]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer gapi_reader_", "Basic cmVhZGVyOng=", "Bearer gapi_reader_\xff"]
)
async def test_all_invalid_keys_are_refused_alike(app: Starlette, header: str) -> None:
    answer = await post_body(app, TITLES, headers=[("authorization", header)])
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")


async def test_a_key_without_read_gets_403_that_names_the_scope(app: Starlette) -> None:
    answer = await post_body(app, TITLES, headers=bearer("meter"))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert "'read'" in answer.error["message"]


async def test_each_key_sees_the_content_of_its_scopes_with_warm_caches_too(app: Starlette) -> None:
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


async def test_headers_and_errors_reveal_nothing_hidden_except_that_the_content_changed(
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


# -- keys ----------------------------------------------------------------------------------------------

READ = frozenset({Scope.READ})


def found(ring: KeyRing, token: str) -> tuple[str, Scopes] | None:
    """Name and scopes of the token's key."""
    key = ring.find(token)
    return (key.name, key.scopes) if key else None


def test_a_new_key_has_the_scopes_of_its_entry_which_does_not_hold_its_secret() -> None:
    key, kept = new_key("reader", [Scope.READ, Scope.UNPUBLISHED])
    assert found(KeyRing(kept.entry), key) == ("reader", frozenset({Scope.READ, Scope.UNPUBLISHED}))
    assert key.split("_", 2)[2] not in kept.entry
    assert kept.entry.startswith("reader:read+unpublished:")


@given(st.text(max_size=80))
def test_any_other_token_finds_no_key(token: str) -> None:
    _, kept = new_key("reader", READ)
    ring = KeyRing(kept.entry)
    assert found(ring, token) is None
    assert found(ring, f"gapi_reader_{token}") is None


def test_two_keys_of_one_name_are_never_the_same() -> None:
    one, kept = new_key("reader", READ)
    other, _ = new_key("reader", READ)
    assert one != other
    assert found(KeyRing(kept.entry), other) is None


@pytest.mark.parametrize("name", ["", "Reader", "a_b", "a b", "-a", "x" * 64])
def test_a_name_that_cannot_stand_in_a_key_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="small letters"):
        new_key(name, READ)


def test_entries_stand_on_lines_or_with_commas_between_and_may_have_comments() -> None:
    entries = [new_key(name, READ)[1].entry for name in ("a", "b", "c")]
    text = f"# who\n{entries[0]}  # first\n\n{entries[1]},{entries[2]}\n"
    assert list(parse_keys(text, "keys.txt")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("a", "keys.txt:2: an entry is NAME:SCOPE"),
        ("a:read", "keys.txt:2: an entry is NAME:SCOPE"),
        ("a:read:123", "keys.txt:2: an entry is NAME:SCOPE"),
        (f"A:read:{'0' * 64}", "keys.txt:2: an entry is NAME:SCOPE"),
        (f"a:write:{'0' * 64}", "keys.txt:2: 'write' is not a scope; scopes are read, unpublished"),
        (f"z:read:{'0' * 64}", "keys.txt:2: two keys are named 'z'"),
    ],
)
def test_a_malformed_entry_is_an_error_with_its_line(entry: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_keys(f"z:read:{'1' * 64}\n{entry}\n", "keys.txt")
    assert str(caught.value).startswith(told)


def test_scopes_are_joined_by_a_plus_and_may_be_none() -> None:
    assert parse_scopes("read + secured", "here") == {Scope.READ, Scope.SECURED}
    assert parse_scopes("", "here") == frozenset()


def test_a_missing_key_file_is_an_error_at_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"keys\.txt cannot be read"):
        KeyRing(file=tmp_path / "keys.txt")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    (one, kept), (other, added) = new_key("one", READ), new_key("other", READ)
    file = tmp_path / "keys.txt"
    file.write_text(kept.entry)
    ring = KeyRing(file=file, clock=count().__next__)  # a second passes between two requests
    assert found(ring, other) is None
    file.write_text(f"{added.entry}\n")
    assert found(ring, other) == ("other", READ)
    assert found(ring, one) is None


def test_a_file_that_is_broken_later_leaves_the_keys_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key, kept = new_key("one", READ)
    file = tmp_path / "keys.txt"
    file.write_text(kept.entry)
    ring = KeyRing(file=file, clock=count().__next__)  # a second passes between two requests
    file.write_text("nonsense here")
    os.utime(file, ns=(1, 1))
    with caplog.at_level(logging.ERROR):
        assert found(ring, key) == ("one", READ)
        assert found(ring, key) == ("one", READ)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "API keys are not reloaded, the previous ones stay valid"
    ]


def test_keys_of_the_settings_win_over_those_of_the_file(tmp_path: Path) -> None:
    (key, given), (_, filed) = new_key("one", READ), new_key("one", [Scope.METRICS])
    file = tmp_path / "keys.txt"
    file.write_text(filed.entry)
    assert found(KeyRing(given.entry, file), key) == ("one", READ)
