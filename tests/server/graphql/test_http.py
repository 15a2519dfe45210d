"""GraphQL over HTTP, as https://graphql.github.io/graphql-over-http/ says it: types, statuses, headers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given, strategies as st
from starlette.applications import Starlette

from graph_api.server.graphql.negotiation import is_json, response_type
from graph_api.settings import Settings
from tests.server.calling import MODERN, PLAIN, call, get, post, post_body, serving
from tests.store.build import article, graph

ASK = "{ revision }"
TITLE = "query Title($slug: String!) { article(by: { slug: $slug }) { title } }"
BOTH = f"{MODERN}, {PLAIN}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("http") / "graph.sqlite", article("a", title="Ä 🏊", day=1))


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


# -- content negotiation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, PLAIN),
        ("", PLAIN),
        ("*/*", PLAIN),
        ("application/*", PLAIN),
        (PLAIN, PLAIN),
        (f"{PLAIN}; charset=utf-8", PLAIN),
        (MODERN, MODERN),
        (f"{MODERN}; charset=utf-8", MODERN),
        ("APPLICATION/GraphQL-Response+JSON", MODERN),
        (BOTH, MODERN),
        (f"{PLAIN}, {MODERN}", MODERN),
        (f"{MODERN};q=0.5, {PLAIN};q=0.9", PLAIN),
        (f"{MODERN};q=0.9,{PLAIN};q=0.9", MODERN),
        (f"{MODERN}; q=0, {PLAIN}", PLAIN),
        (f"{PLAIN};q=0, */*", MODERN),
        (f"{MODERN};q=0, */*;q=0.1", PLAIN),
        (f"{MODERN}, */*;q=0.1", MODERN),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", PLAIN),
        (f"{MODERN}, {PLAIN}, text/event-stream, multipart/mixed", MODERN),
        (f"multipart/mixed;deferSpec=20220824, {PLAIN}", PLAIN),
        (f"{MODERN};q=much, {PLAIN};q=0.1", PLAIN),
    ],
)
async def test_the_type_answered_is_the_one_accepted_most(
    app: Starlette, accept: str | None, answered: str
) -> None:
    for response in (await post(app, ASK, accept=accept), await get(app, ASK, accept=accept)):
        assert response.status == 200
        assert response.media_type == f"{answered}; charset=utf-8"
        assert response.headers["vary"] == "accept"


@pytest.mark.parametrize("accept", ["text/html", "image/*", f"{PLAIN};q=0", "*/*;q=0", "application/json2"])
async def test_other_types_are_not_acceptable(app: Starlette, accept: str) -> None:
    response = await post(app, ASK, accept=accept)
    assert (response.status, response.code) == (406, "NOT_ACCEPTABLE")
    assert response.media_type == f"{PLAIN}; charset=utf-8"


async def test_accept_sent_in_several_headers_is_one_list(app: Starlette) -> None:
    headers = [("accept", PLAIN), ("accept", MODERN)]
    assert (await get(app, ASK, accept=None, headers=headers)).media_type == f"{MODERN}; charset=utf-8"


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_header_breaks_negotiation(value: str) -> None:
    assert response_type(value.encode("latin-1")) in {None, PLAIN, MODERN}
    assert is_json(value.encode("latin-1")) in {True, False}


# -- what is asked -------------------------------------------------------------------------------------


async def test_a_post_is_answered_with_the_data(app: Starlette) -> None:
    response = await post(app, TITLE, variables={"slug": "a"}, operationName="Title", extensions={"x": 1})
    assert response.data == {"article": {"title": "Ä 🏊"}}


async def test_a_get_is_answered_with_the_data(app: Starlette) -> None:
    response = await get(app, TITLE, variables='{"slug": "a"}', operationName="Title", extensions="{}")
    assert response.data == {"article": {"title": "Ä 🏊"}}


async def test_null_and_empty_parameters_are_absent_ones(app: Starlette) -> None:
    assert (await post(app, ASK, variables=None, operationName=None, extensions=None)).status == 200
    assert (await get(app, ASK, variables="", operationName="", extensions="")).status == 200


async def test_other_members_and_parameters_are_ignored(app: Starlette) -> None:
    assert (await post(app, ASK, id="7", doc_id=[1])).status == 200
    assert (await get(app, ASK, utm_source="x")).status == 200


async def test_cost_is_in_the_extensions_on_request(app: Starlette) -> None:
    query = "{ cost { requested limit } articles(first: 7) { nodes { id } } }"
    answer = await post(app, query, extensions={"cost": True})
    assert answer.json["extensions"] == {"cost": answer.json["data"]["cost"]}
    assert answer.json["data"]["cost"] == {"requested": 1 + 1 + 7, "limit": Settings().max_cost}
    assert "extensions" not in (await post(app, query)).json


TRACED = [("apollo-federation-include-trace", "ftv1")]


async def test_a_federated_trace_is_sent_to_gateways_and_never_cached(app: Starlette) -> None:
    plain, first, second = [
        await get(app, TITLE, variables='{"slug": "a"}', headers=headers) for headers in ([], TRACED, TRACED)
    ]
    assert plain.json == {"data": first.json["data"]} == {"data": second.json["data"]}
    assert list(first.json["extensions"]) == ["ftv1"]
    assert first.json["extensions"]["ftv1"] != second.json["extensions"]["ftv1"]
    assert ("etag" in plain.headers, "etag" in first.headers) == (True, False)
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("size", "traced"), [(5, True), (100, False)], ids=["light", "heavy: it would hold up the others"]
)
async def test_only_light_operations_are_traced(app: Starlette, *, size: int, traced: bool) -> None:
    query = f"{{ articles(first: 100) {{ nodes {{ related(first: {size}) {{ nodes {{ id }} }} }} }} }}"
    answer = await call(
        app,
        "POST",
        "/graphql",
        headers=[*TRACED, ("content-type", PLAIN)],
        body=orjson.dumps({"query": query, "extensions": {"cost": True}}),
    )
    assert list(answer.json["extensions"]) == (["cost", "ftv1"] if traced else ["cost"])


async def test_refused_operations_have_no_federated_trace(app: Starlette) -> None:
    assert (await get(app, "{ nothing }", headers=TRACED)).code == "GRAPHQL_VALIDATION_FAILED"


SEVERAL = "query A { revision } query B { __typename }"


async def test_one_of_several_operations_is_chosen_by_name(app: Starlette) -> None:
    assert (await post(app, SEVERAL, operationName="B")).data == {"__typename": "Query"}


@pytest.mark.parametrize(("query", "name"), [(SEVERAL, None), (SEVERAL, "C"), (ASK, "A")])
async def test_an_operation_that_is_not_named_rightly_does_not_run(
    app: Starlette, query: str, name: str | None
) -> None:
    response = await post(app, query, accept=MODERN, operationName=name)
    assert (response.status, response.code) == (400, "OPERATION_RESOLUTION_FAILURE")


async def test_a_document_without_operations_is_refused(app: Starlette) -> None:
    response = await post(app, "fragment F on Query { revision }", accept=MODERN)
    assert (response.status, response.code) == (400, "OPERATION_RESOLUTION_FAILURE")


@pytest.mark.parametrize("operation", ["mutation { a }", "subscription { a }"])
async def test_get_allows_queries_only(app: Starlette, operation: str) -> None:
    for accept in (MODERN, PLAIN):
        response = await get(app, operation, accept=accept)
        assert (response.status, response.code) == (405, "OPERATION_NOT_SUPPORTED")
        assert response.headers["allow"] == "GET, HEAD, POST"


async def test_operations_that_are_no_queries_are_refused(app: Starlette) -> None:
    response = await post(app, "mutation { a }", accept=MODERN)
    assert (response.status, response.code) == (400, "OPERATION_NOT_SUPPORTED")


# -- statuses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("", None, "BAD_REQUEST"),
        ("{ nosuchfield }", None, "GRAPHQL_VALIDATION_FAILED"),
        (TITLE, {}, "BAD_USER_INPUT"),
        (TITLE, {"slug": 7}, "BAD_USER_INPUT"),
        ("{ articles(first: 101) { totalCount } }", None, "BAD_PAGE"),
        ("{ a: revision " * 2 + "}}", None, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_refused_operation_is_400_in_the_newer_type(
    app: Starlette, query: str, variables: object, code: str
) -> None:
    response = await post(app, query, accept=MODERN, variables=variables)
    assert response.status == 400
    assert {error["extensions"]["code"] for error in response.json["errors"]} == {code}
    assert "data" not in response.json


@pytest.mark.parametrize("query", ["{", "{ nosuchfield }", "query ($a: Int!) { revision }"])
async def test_a_refused_operation_is_200_in_plain_json(app: Starlette, query: str) -> None:
    for response in (await post(app, query), await get(app, query)):
        assert response.status == 200
        assert response.error


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
async def test_other_methods_are_405_with_the_allowed_ones(app: Starlette, method: str) -> None:
    response = await get(app, ASK, method=method)
    assert (response.status, response.code) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "GET, HEAD, POST"


async def test_head_has_the_headers_of_get(app: Starlette) -> None:
    assert (await get(app, ASK, method="HEAD")).header_list == (await get(app, ASK)).header_list


# -- headers -------------------------------------------------------------------------------------------


async def test_every_answer_names_the_revision(app: Starlette) -> None:
    answers = [
        await get(app, None),
        await post(app, "{"),
        await post(app, ASK),
        await get(app, ASK, method="PUT"),
        await post(app, ASK, accept="text/html"),
        await post_body(app, b"", content_type="text/plain"),
        *[await call(app, "GET", path) for path in ("/healthz", "/readyz", "/schema.graphql", "/nothing")],
        await call(app, "POST", "/healthz"),
    ]
    assert {answer.headers["graph-revision"] for answer in answers} == {"one"}


async def test_a_get_has_a_strong_tag_of_its_body_and_type(app: Starlette) -> None:
    first, again = await get(app, ASK), await get(app, ASK)
    other, modern = await get(app, "{ __typename }"), await get(app, ASK, accept=MODERN)
    assert first.headers["etag"] == again.headers["etag"]
    assert len({each.headers["etag"] for each in (first, other, modern)}) == 3
    assert first.headers["etag"].startswith('"')
    assert first.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
async def test_a_known_tag_is_answered_with_304_and_no_body(app: Starlette, sent: str) -> None:
    first = await get(app, ASK)
    headers = [("if-none-match", sent.format(tag=first.headers["etag"]))]
    again = await get(app, ASK, headers=headers)
    assert (again.status, again.body) == (304, b"")
    assert "content-length" not in again.headers
    for name in ("etag", "cache-control", "vary", "graph-revision"):
        assert again.headers[name] == first.headers[name]


async def test_an_unknown_tag_is_answered_in_full(app: Starlette) -> None:
    assert (await get(app, ASK, headers=[("if-none-match", '"other"')])).status == 200


async def test_cache_control_is_a_setting(database: Path) -> None:
    async with serving(database, Settings(cache_control="public, max-age=60")) as app:
        assert (await get(app, ASK)).headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize(
    ("query", "accept"), [("{", PLAIN), ("{ nosuchfield }", MODERN), ("mutation { a }", PLAIN)]
)
async def test_refusals_are_not_kept(app: Starlette, query: str, accept: str) -> None:
    response = await get(app, query, accept=accept, headers=[("if-none-match", "*")])
    assert response.status != 304
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


async def test_answers_that_depend_on_the_clock_have_no_etag(app: Starlette) -> None:
    query = "query ($filter: ArticleFilter) { articles(filter: $filter) { totalCount } }"
    variables = '{"filter": {"publishedDateTime": {"within": "P1D"}}}'
    response = await get(app, query, variables=variables)
    assert response.data == {"articles": {"totalCount": 0}}
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


async def test_posts_have_no_tag(app: Starlette) -> None:
    assert "etag" not in (await post(app, ASK)).headers
