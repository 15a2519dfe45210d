"""Pages of other origins cannot use the API unless the settings allow them, nor make the server work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from starlette.applications import Starlette

from graph_api.errors import UsageError
from graph_api.settings import Settings
from tests.server.calling import Answered, call, get, post_body, serving
from tests.store.build import article, graph

ASK = "{ revision }"
HERE, NEWS, EVIL = "http://api.example", "https://news.example", "https://evil.example"
BROWSER = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0")
HOST = ("host", "api.example")
PATHS = ["/graphql", "/schema.graphql", "/healthz", "/nothing"]

Headers = Sequence[tuple[str, str]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("sites") / "graph.sqlite", article("a"))


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


async def _allowing(
    database: Path, origins: str, *headers: tuple[str, str], method: str = "GET", path: str = "/graphql"
) -> Answered:
    async with serving(database, Settings(cors_origins=origins)) as app:
        return await call(app, method, path, headers=headers, query_string="query=%7Brevision%7D")


class Unasked:
    """An engine of which nothing but its revision is asked."""

    async def revision(self) -> str:
        return "one"


# -- simple requests -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("accept", "*/*")],
        [("sec-fetch-site", "cross-site"), ("origin", EVIL)],
        [("origin", EVIL)],
        [("origin", "null")],
        [("referer", f"{EVIL}/page?{HERE}")],
        [("referer", "http://[half/an/address")],
        [("origin", "http://api.example.evil.example")],
        [BROWSER],
        [BROWSER, ("content-type", "text/plain; charset=utf-8")],
        [BROWSER, ("graphql-require-preflight", "")],
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_simple_request_of_another_site_executes_nothing(
    app: Starlette, headers: Headers, method: str
) -> None:
    app.state.api._engine = Unasked()
    answer = await get(app, ASK, method=method, accept=None, headers=[HOST, *headers])
    assert (answer.status, answer.code) == (403, "CROSS_SITE_REQUEST")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("user-agent", "curl/8.0")],
        [("user-agent", "node"), ("sec-fetch-mode", "cors")],
        [BROWSER, ("sec-fetch-site", "none")],
        [BROWSER, ("sec-fetch-site", "same-origin")],
        [BROWSER, ("origin", HERE)],
        [BROWSER, ("referer", f"{HERE}/graphql")],
        [BROWSER, ("x-apollo-operation-name", "Ask")],
        [BROWSER, ("sec-fetch-site", "cross-site"), ("apollo-require-preflight", "true")],
        [BROWSER, ("sec-fetch-site", "cross-site"), ("graphql-require-preflight", "1")],
        [BROWSER, ("sec-fetch-site", "cross-site"), ("content-type", "application/json")],
    ],
)
async def test_programs_the_address_bar_and_own_pages_are_answered(app: Starlette, headers: Headers) -> None:
    assert (await get(app, ASK, headers=[HOST, *headers])).data == {"revision": "one"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None],
)
async def test_a_simple_post_executes_nothing(app: Starlette, content_type: str | None) -> None:
    answer = await post_body(app, b'{"query": "{ revision }"}', content_type=content_type)
    assert answer.status == 415


# -- what other sites may read -------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
async def test_no_other_origin_may_use_the_api_by_default(app: Starlette, path: str) -> None:
    preflight = [("origin", NEWS), ("access-control-request-method", "POST")]
    for method in ("OPTIONS", "GET", "POST"):
        answer = await call(app, method, path, headers=preflight)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.status != 200 or method == "GET"


@pytest.mark.parametrize("path", PATHS)
async def test_pages_of_an_allowed_origin_may_use_the_api(database: Path, path: str) -> None:
    preflight = [
        ("origin", NEWS),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,authorization"),
    ]
    asked = await _allowing(database, f"{NEWS}, {HERE}", *preflight, method="OPTIONS", path=path)
    assert asked.status == 200
    assert asked.headers["access-control-allow-origin"] == NEWS
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    answer = await _allowing(database, NEWS, ("origin", NEWS), path=path)
    assert answer.headers["access-control-allow-origin"] == NEWS
    assert "graph-revision" in answer.headers["access-control-expose-headers"]
    assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("origin", "method", "told"),
    [
        (EVIL, "POST", f"pages of {EVIL} may not use this API"),
        (NEWS, "DELETE", "may use GET and POST, not DELETE"),
    ],
)
async def test_a_refused_preflight_says_why_in_json(
    database: Path, origin: str, method: str, told: str
) -> None:
    preflight = [("origin", origin), ("access-control-request-method", method)]
    refused = await _allowing(database, NEWS, *preflight, method="OPTIONS")
    assert (refused.status, refused.code) == (403, "CROSS_SITE_REQUEST")
    assert refused.media_type == "application/json"
    assert told in refused.error["message"]
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert ("access-control-allow-origin" in refused.headers) == (origin == NEWS)
    assert "origin" in refused.headers["vary"].lower()


async def test_a_preflight_to_a_server_that_allows_no_origin_names_the_setting(app: Starlette) -> None:
    preflight = [("origin", NEWS), ("access-control-request-method", "POST")]
    refused = await call(app, "OPTIONS", "/graphql", headers=preflight)
    assert (refused.status, refused.code) == (405, "METHOD_NOT_ALLOWED")
    assert "--cors-origins" in refused.error["message"]


async def test_an_allowed_sites_get_is_executed_and_anothers_is_not(database: Path) -> None:
    cross = ("sec-fetch-site", "cross-site")
    allowed = await _allowing(database, NEWS, BROWSER, cross, ("origin", NEWS))
    assert allowed.data == {"revision": "one"}
    for origins, headers in ((NEWS, [("origin", EVIL)]), (NEWS, []), ("*", [])):
        refused = await _allowing(database, origins, BROWSER, cross, *headers)
        assert (refused.status, refused.code) == (403, "CROSS_SITE_REQUEST")


async def test_a_star_allows_every_site(database: Path) -> None:
    answer = await _allowing(database, "*", BROWSER, ("sec-fetch-site", "cross-site"), ("origin", EVIL))
    assert answer.data == {"revision": "one"}
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_caches_keep_the_answers_to_different_sites_apart(database: Path) -> None:
    assert "origin" in (await _allowing(database, NEWS)).headers["vary"]


@pytest.mark.parametrize(
    "origins", ["news.example", "https://", "https://news.example/", "ftp://news.example"]
)
def test_an_invalid_origin_is_a_usage_error(origins: str) -> None:
    with pytest.raises(UsageError, match="cors_origins"):
        Settings(cors_origins=origins)


# -- headers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_every_answer_is_safe_to_have_in_a_browser(app: Starlette, path: str, method: str) -> None:
    headers = (await call(app, method, path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
