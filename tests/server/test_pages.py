"""GraphiQL's page, when a request gets it, and the files that it loads."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from graph_api.server.pages import Assets, page
from graph_api.server.runtime.compression import Compression
from graph_api.settings import Settings
from tests.server.calling import PLAIN, Answered, call, get, post, serving
from tests.store.build import article, graph

HTML = "text/html; charset=utf-8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph(tmp_path_factory.mktemp("pages") / "graph.sqlite", article("a"))


@pytest.fixture
async def app(database: Path) -> AsyncIterator[Starlette]:
    async with serving(database) as made:
        yield made


@pytest.fixture
def built(tmp_path: Path) -> Starlette:
    """An app whose only page was built, of three files."""
    files = {
        "script": "graphiql-AAAAAAAA.js",
        "style": "graphiql-BBBBBBBB.css",
        "parts": ["part-CCCCCCCC.js"],
    }
    manifest = {"icon": "icon-DDDDDDDD.svg", "pages": {"graphiql": files}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return Starlette(routes=[Route("/graphql", page("graphiql", "GraphiQL", tmp_path).respond)])


# -- who gets the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", [CHROME, FIREFOX, "text/html", "text/html, application/json;q=0.9"])
async def test_a_browser_that_opens_the_address_gets_the_page(app: Starlette, accept: str) -> None:
    assert (await get(app, accept=accept)).media_type == HTML


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "*/*",
        PLAIN,
        "application/graphql-response+json, application/json;q=0.9",
        "application/json, text/html",
        "text/html;q=0.5, application/json",
        "text/html, */*",
        "text/html;q=0",
    ],
)
async def test_programs_get_json(app: Starlette, accept: str | None) -> None:
    answer = await get(app, accept=accept)
    assert answer.media_type.startswith("application/")
    assert answer.json["errors"]


@pytest.mark.parametrize(
    "carried", ["query=%7Brevision%7D", "documentId=a", "extensions=%7B%7D", "a=1&query="]
)
async def test_an_address_that_carries_an_operation_answers_it_in_a_browser_too(
    app: Starlette, carried: str
) -> None:
    answer = await call(app, "GET", "/graphql", headers=[("accept", CHROME)], query_string=carried)
    assert answer.media_type.startswith(PLAIN)


async def test_other_parameters_do_not_keep_the_page_away(app: Starlette) -> None:
    assert (await get(app, accept=CHROME, utm_source="letter")).media_type == HTML


async def test_operations_by_post_are_no_page(app: Starlette) -> None:
    assert (await post(app, "{ revision }", accept="text/html, application/json;q=0.9")).data


async def test_the_page_is_there_without_a_key_and_where_only_trusted_documents_are_answered(
    database: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.graphql").write_text("{ revision }")
    for settings in (
        Settings(keys="desk:read:" + "0" * 64),
        Settings(trusted_documents=str(tmp_path), trusted_only=True),
    ):
        async with serving(database, settings) as app:
            assert (await get(app, accept=CHROME)).media_type == HTML


# -- how it is sent --------------------------------------------------------------------------------------


async def test_the_page_runs_nothing_but_its_files_asks_no_other_host_and_is_in_no_frame(
    app: Starlette,
) -> None:
    answer = await get(app, accept=CHROME)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy.pop("style-src") == "'self' 'unsafe-inline'"
    assert policy.pop("img-src") == "'self' data:"
    assert set(policy.values()) == {"'self'", "'none'"}
    assert policy["script-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_the_page_names_the_revision_and_varies_by_accept(app: Starlette) -> None:
    answer = await get(app, accept=CHROME)
    assert answer.headers["graph-revision"] == "one"
    assert answer.headers["vary"] == "accept"


async def test_a_page_in_an_app_below_a_path_is_there(database: Path) -> None:
    async with serving(database) as app:
        outer = Starlette(routes=[Mount("/articles", app)])
        answer = await call(outer, "GET", "/articles/graphql", headers=[("accept", CHROME)])
        below = await call(app, "GET", "/graphql", headers=[("accept", CHROME)], root_path="/articles")
    assert answer.media_type == below.media_type == HTML


async def test_every_address_in_the_page_is_relative(built: Starlette) -> None:
    html = (await call(built, "GET", "/graphql")).body.decode()
    addresses = re.findall(r'(?:href|src)="([^"]*)"', html)
    assert len(addresses) >= 5
    assert [one for one in addresses if one.startswith("/") or "//" in one] == []


async def test_no_script_stands_in_the_page(built: Starlette) -> None:
    html = (await call(built, "GET", "/graphql")).body.decode()
    assert re.findall(r"<script[^>]*>([^<]*)", html) == [""]
    assert not re.search(r"\son\w+=|<style|\sstyle=", html)


async def test_a_known_page_is_304(built: Starlette) -> None:
    first = await call(built, "GET", "/graphql")
    assert first.headers["cache-control"] == "no-cache"
    again = await call(built, "GET", "/graphql", headers=[("if-none-match", first.headers["etag"])])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


async def test_a_page_that_is_not_built_explains_the_build_and_is_not_cached(tmp_path: Path) -> None:
    app = Starlette(routes=[Route("/graphql", page("graphiql", "GraphiQL", tmp_path / "none").respond)])
    answer = await call(app, "GET", "/graphql")
    assert (answer.status, answer.media_type) == (503, HTML)
    assert answer.headers["cache-control"] == "no-store"
    assert b"GraphiQL is not part of this installation" in answer.body
    assert b"pip install" in answer.body


# -- files ---------------------------------------------------------------------------------------------

CONTENT = b"export const articles = 1;\n" * 100
NAME = "page-0A1B2C3D.js"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dist")
    (made / NAME).write_bytes(CONTENT)
    (made / f"{NAME}.br").write_bytes(brotli.compress(CONTENT))
    (made / f"{NAME}.gz").write_bytes(gzip.compress(CONTENT))
    (made / "icon-0A1B2C3D.svg").write_bytes(b"<svg/>")
    (made / "manifest.json").write_bytes(b"{}")
    return made


async def asset(folder: Path, name: str, **headers: str) -> Answered:
    app = Starlette(
        routes=[Route("/assets/{name}", Assets(folder).respond)], middleware=[Middleware(Compression)]
    )
    sent = [(key.replace("_", "-"), value) for key, value in headers.items()]
    return await call(app, "GET", f"/assets/{name}", headers=sent)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("", None),
        ("br;q=0, *;q=0", None),
    ],
)
async def test_a_file_comes_in_the_best_coding_that_is_accepted(
    folder: Path, accepted: str, coding: str | None
) -> None:
    answer = await asset(folder, NAME, accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == coding
    decoded = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](answer.body)
    assert (answer.status, decoded) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(answer.body))


async def test_a_file_is_cacheable_forever_and_has_an_etag_for_each_coding(folder: Path) -> None:
    answer = await asset(folder, NAME, accept_encoding="br")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["etag"] == '"0A1B2C3D-br"'
    assert answer.media_type == "text/javascript; charset=utf-8"


async def test_a_known_file_is_304(folder: Path) -> None:
    known = (await asset(folder, NAME, accept_encoding="br")).headers["etag"]
    answer = await asset(folder, NAME, accept_encoding="br", if_none_match=known)
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == known
    assert answer.headers["cache-control"].endswith("immutable")


@pytest.mark.parametrize(
    "name", ["manifest.json", f"{NAME}.br", f"{NAME}.gz", "page-FFFFFFFF.js", "..%2Fpages.py", "%00"]
)
async def test_files_without_a_hash_in_their_name_are_404(folder: Path, name: str) -> None:
    assert (await asset(folder, name)).status == 404


async def test_without_a_build_there_are_no_files(tmp_path: Path) -> None:
    assert (await asset(tmp_path / "dist", NAME)).status == 404
