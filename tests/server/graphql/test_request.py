"""GraphQL requests are parsed; malformed ones are refused as the client's mistake."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import anyio
import pytest
from hypothesis import given, strategies as st
from starlette.applications import Starlette

from graph_api.errors import HttpError
from graph_api.server.graphql.request import GraphQLRequest, from_query_string
from graph_api.settings import Settings
from tests.server.calling import GONE, MODERN, NEVER, PLAIN, call, get, post_body, serving
from tests.store.build import article, graph

PARTS = st.sampled_from(
    ["query", "=", "&", "&&", "+", "%", "%20", "%C3%A9", "%ff", "{a}", ";", "x", "operationName", "%71uery"]
)


def expected(text: str) -> GraphQLRequest | None:
    """What these parameters ask for by the standard library; None where nothing well-formed is asked."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    given, names = dict(pairs), [name for name, _ in pairs]
    if names.count("query") != 1 or names.count("operationName") > 1 or not given["query"]:
        return None
    return GraphQLRequest(given["query"], {}, given.get("operationName") or None, {})


@given(st.lists(PARTS, max_size=12).map("".join))
def test_any_query_string_is_read_as_the_standard_library_reads_it(text: str) -> None:
    try:
        found = from_query_string(text.encode())
    except HttpError:
        found = None
    assert found == expected(text)


@given(query=st.text(min_size=1), name=st.text(min_size=1))
def test_url_encoded_parameters_are_decoded(query: str, name: str) -> None:
    asked = GraphQLRequest(query, {}, name, {})
    assert from_query_string(urlencode({"query": query, "operationName": name}).encode()) == asked
    assert from_query_string(f"query={quote(query)}&operationName={quote(name)}".encode()) == asked


def test_a_long_text_is_read_as_a_short_one_is() -> None:
    text = "{ revision } #" + "é +%" * 5000
    assert from_query_string(f"query={quote(text)}".encode()).query == text


# -- requests that are malformed -----------------------------------------------------------------------

TITLE = "query Title($slug: String!) { article(by: { slug: $slug }) { title } }"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("http") / "graph.sqlite", article("a"))


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


def _request(value: object) -> bytes:
    return json.dumps({"query": TITLE, "variables": {"slug": value}}).encode()


# -- what is not well formed ---------------------------------------------------------------------------

MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "not JSON": b'{"query": "{',
    "GraphQL": b"{ revision }",
    "a trailing comma": b'{"query": "{ revision }",}',
    "null": b"null",
    "a number": b"7",
    "text": b'"{ revision }"',
    "a batch": b'[{"query": "{ revision }"}]',
    "an empty batch": b"[]",
    "bad UTF-8": b'{"query": "{ revision }\xff"}',
    "UTF-16": '{"query": "{ revision }"}'.encode("utf-16"),
    "a lone surrogate": b'{"query": "{ revision }", "variables": {"a": "\\ud800"}}',
    "a lone surrogate as UTF-8": b'{"query": "{ revision } #\xed\xa0\x80"}',
    "NaN": b'{"query": "{ revision }", "variables": {"a": NaN}}',
    "a number without end": b'{"query": "{ revision }", "variables": {"a": 1e999}}',
    "deep lists": b"[" * 20_000 + b"]" * 20_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep variables": b'{"query": "{ revision }", "variables": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
    "no query": b"{}",
    "query null": b'{"query": null}',
    "query a number": b'{"query": 7}',
    "query false": b'{"query": false}',
    "query a list": b'{"query": ["{ revision }"]}',
    "query an object": b'{"query": {"a": 1}}',
    "query empty": b'{"query": ""}',
    "operationName a number": b'{"query": "{ revision }", "operationName": 0}',
    "operationName a list": b'{"query": "{ revision }", "operationName": ["a"]}',
    "variables text": b'{"query": "{ revision }", "variables": "{}"}',
    "variables a list": b'{"query": "{ revision }", "variables": []}',
    "variables false": b'{"query": "{ revision }", "variables": false}',
    "extensions a number": b'{"query": "{ revision }", "extensions": 0}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
@pytest.mark.parametrize("accept", [PLAIN, MODERN])
async def test_malformed_requests_are_400(app: Starlette, body: bytes, accept: str) -> None:
    response = await post_body(app, body, accept=accept)
    assert (response.status, response.code) == (400, "BAD_REQUEST")
    assert response.media_type == f"{accept}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query=",
        "query=%FF",
        "query=%ED%A0%80",
        b"query=\xff",
        "query=%7Brevision%7D&query=%7B__typename%7D",
        "query=%7Brevision%7D&variables={}&variables={}",
        "query=%7Brevision%7D&variables=7",
        "query=%7Brevision%7D&variables=%7B",
        "query=%7Brevision%7D&extensions=[]",
        "variables={}",
    ],
)
async def test_malformed_query_strings_are_400(app: Starlette, query_string: str | bytes) -> None:
    response = await call(app, "GET", "/graphql", query_string=query_string)
    assert (response.status, response.code) == (400, "BAD_REQUEST")


HARD: dict[str, bytes] = {
    "a long number as a variable": b'{"query": "query ($a: Int) { articles(first: $a) { totalCount } }",'
    b' "variables": {"a": ' + b"9" * 5000 + b"}}",
    "a long number in the text": b'{"query": "{ articles(first: ' + b"9" * 5000 + b') { totalCount } }"}',
    "a long float in the text": b'{"query": "{ articles(first: 1.' + b"9" * 5000 + b') { totalCount } }"}',
    "a long exponent in the text": b'{"query": "{ articles(first: 1e999999) { totalCount } }"}',
    "a long number for an ID": b'{"query": "{ node(id: ' + b"9" * 5000 + b') { id } }"}',
    "a deep selection": b'{"query": "' + b"{a" * 700 + b"}" * 700 + b'"}',
    "a deep list": b'{"query": "{ nodes(ids: ' + b"[" * 700 + b"]" * 700 + b') { id } }"}',
    "a deep object": b'{"query": "{ articles(filter: '
    + b"{not:" * 400
    + b"{}"
    + b"}" * 400
    + b') { totalCount } }"}',
    "a deep type": b'{"query": "query ($a: ' + b"[" * 700 + b"Int" + b"]" * 700 + b') { revision }"}',
    "nested variables": b'{"query": "query ($a: [ID!]!) { nodes(ids: $a) { id } }", "variables": {"a": '
    + b"[" * 300
    + b"]" * 300
    + b"}}",
    "a lone surrogate in the text": b'{"query": "{ node(id: \\"\\\\uD800\\") { id } }"}',
    "NUL": b'{"query": "\\u0000{ revision }"}',
    "a number too large for the database": b'{"query": "{ articles(filter: {quality: {gte: 1e300}}) { totalCount } }"}',
}


@pytest.mark.parametrize("body", HARD.values(), ids=HARD.keys())
async def test_hostile_json_is_refused_as_the_clients_mistake(app: Starlette, body: bytes) -> None:
    response = await post_body(app, body, accept=MODERN)
    assert response.status == 400, response.body
    codes = {error["extensions"]["code"] for error in response.json["errors"]}
    assert "INTERNAL_SERVER_ERROR" not in codes
    for leaked in (b"Traceback", b"recursion", b"Recursion", b".py", b"sqlite", b"set_int_max", b"str()"):
        assert leaked not in response.body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=8,
)


@given(st.lists(st.binary(max_size=200) | st.builds(_request, JSON), min_size=1, max_size=10))
def test_no_request_is_a_servers_failure(database: Path, bodies: list[bytes]) -> None:
    async def ask() -> set[int]:
        async with serving(database) as app:
            return {(await post_body(app, body, accept=MODERN)).status for body in bodies}

    assert anyio.run(ask) <= {200, 400}


# -- bodies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        'application/json; charset="utf-8"',
        "Application/JSON ; Charset = utf8",
    ],
)
async def test_bodies_are_json_in_utf_8(app: Starlette, content_type: str) -> None:
    assert (await post_body(app, b'{"query": "{ revision }"}', content_type=content_type)).status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json2",
    ],
)
async def test_bodies_of_other_types_are_415(app: Starlette, content_type: str | None) -> None:
    response = await post_body(app, b'{"query": "{ revision }"}', content_type=content_type)
    assert (response.status, response.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_compressed_bodies_are_415(app: Starlette) -> None:
    body = gzip.compress(b'{"query": "{ revision }"}')
    response = await post_body(app, body, headers=[("content-encoding", "gzip")])
    assert (response.status, response.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_may_come_in_pieces(app: Starlette) -> None:
    body = b'{"query": "{ revision }"}'
    pieces = [body[place : place + 1] for place in range(len(body))]
    assert (await post_body(app, [*pieces, b""])).status == 200


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{" * 101, ()),
        ([b"{" * 60, b"{" * 60, b"never read"], ()),
        (b"", [("content-length", "101")]),
        (b"", [("content-length", "9" * 5000)]),
    ],
    ids=["at once", "in pieces", "announced", "announced hugely"],
)
async def test_a_body_that_is_too_large_is_413(
    database: Path, body: bytes | Sequence[bytes], headers: Sequence[tuple[str, str]]
) -> None:
    async with serving(database, Settings(max_body=100)) as app:
        response = await post_body(app, body, headers=headers)
    assert (response.status, response.code) == (413, "REQUEST_TOO_LARGE")
    assert response.headers["connection"] == "close"


async def test_a_body_just_large_enough_is_answered(database: Path) -> None:
    body = b'{"query": "{ revision }"}'
    async with serving(database, Settings(max_body=100)) as app:
        assert (await post_body(app, body.ljust(100))).status == 200


async def test_a_body_that_does_not_arrive_is_408(database: Path) -> None:
    async with serving(database, Settings(deadline_seconds=1)) as app:
        response = await post_body(app, [b"{", NEVER])
    assert (response.status, response.code) == (408, "REQUEST_TIMEOUT")
    assert response.headers["connection"] == "close"


async def test_a_client_that_goes_while_it_sends_is_not_answered(app: Starlette) -> None:
    with pytest.raises(AssertionError, match="an app answers"):
        await post_body(app, [b"{", GONE])


# -- lone surrogates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (rb'{"query": "{ a }", "variables": {"s": "x\ud800y"}}', r"variables.s holds \ud800,"),
        (
            rb'{"query": "{ a }", "variables": {"f": {"in": ["a", "\uDE00"]}}}',
            r"variables.f.in.1 holds \ude00,",
        ),
        (rb'{"query": "{ a }", "variables": {"\ud83d": 1}}', r"variables holds \ud83d,"),
        (rb'{"query": "{ a(b: \"\udc00\") }"}', r"query holds \udc00,"),
        (rb'{"query": "{ a }", "operationName": "\ud800\ud800"}', r"operationName holds \ud800,"),
        (rb'["\ud800"]', r"0 holds \ud800,"),
        (rb'"\ud800"', r"the body holds \ud800,"),
    ],
)
async def test_a_lone_surrogate_is_named_with_its_place(app: Starlette, body: bytes, told: str) -> None:
    answer = await post_body(app, body)
    assert (answer.status, answer.code) == (400, "BAD_REQUEST")
    assert answer.error["message"].startswith(told)


async def test_a_lone_surrogate_in_a_parameter_is_named_too(app: Starlette) -> None:
    answer = await get(app, "{ a }", variables=r'{"s": "\ud800"}')
    assert answer.error["message"].startswith(r"variables.s holds \ud800,")


@pytest.mark.parametrize(
    "body",
    [
        rb'{"query": "\ud83d\ude00"',  # no JSON at all
        b"[" * 5_000 + rb'"\ud800"' + b"]" * 5_000,  # too deep to look for it
        b'{"query": "\xed\xa0\x80"}',  # a surrogate in UTF-8, which has none
    ],
)
async def test_other_malformed_json_keeps_its_message(app: Starlette, body: bytes) -> None:
    assert (await post_body(app, body)).error["message"] == "the body must be JSON in UTF-8"
