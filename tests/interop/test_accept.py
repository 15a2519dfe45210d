"""No Accept header of a real client turns a plain query into a stream: each is answered in JSON of a type it takes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.interop.accepts import ACCEPTS, sent
from tests.interop.clients.using import with_packages
from tests.interop.packages import cannot, node
from tests.interop.watched import Served
from tests.server.browsing import chromium, opened
from tests.server.calling import get, post, serving
from tests.store.build import article, graph

ASK = "{ revision }"
FETCHES = """async () => {
    const headers = { "content-type": "application/json" };
    const posted = await fetch("/graphql", { method: "POST", headers, body: '{"query": "{ revision }"}' });
    const got = await fetch("/graphql?query={revision}");
    return [posted.status, got.status];
}"""


@pytest.mark.parametrize("client", ACCEPTS)
async def test_each_clients_accept_header_is_answered_in_plain_json(tmp_path: Path, client: str) -> None:
    accept, answered = ACCEPTS[client]
    async with serving(graph(tmp_path / "graph.sqlite", article("a"))) as app:
        for response in (await post(app, ASK, accept=accept), await get(app, ASK, accept=accept)):
            assert response.media_type == f"{answered}; charset=utf-8"
            assert response.data == {"revision": "one"}


def test_the_toolkit_of_graphiql_gets_json(served: Served, tmp_path: Path) -> None:
    place = with_packages("graphiql", tmp_path / "graphiql", served)
    assert "revision" in json.loads(node(place, "fetcher.mjs"))["data"]
    assert sent(served.exchanges) == {ACCEPTS["GraphiQL"], ACCEPTS["GraphiQL, for the schema"]}


def test_curl_gets_json(served: Served) -> None:
    words = ["--silent", "--header", "content-type: application/json", "--data", json.dumps({"query": ASK})]
    assert "revision" in json.loads(_said("curl", *words, f"{served.url}/graphql"))["data"]
    assert sent(served.exchanges) == {ACCEPTS["curl"]}


def test_curl_that_offers_http2_gets_json(served: Served) -> None:
    words = [
        "--silent",
        "--http2",
        "--header",
        "content-type: application/json",
        "--data",
        json.dumps({"query": ASK}),
    ]
    assert "revision" in json.loads(_said("curl", *words, f"{served.url}/graphql"))["data"]
    assert sent(served.exchanges) == {ACCEPTS["curl"]}


def test_a_browsers_fetch_and_our_graphiql_get_json(served: Served) -> None:
    with chromium() as browser, opened(browser, f"{served.url}/graphql") as page:
        assert page.evaluate(FETCHES) == [200, 200]
        page.click("[aria-label^='Execute query']")
        expect(page.locator(".graphiql-response .view-lines")).to_contain_text("data")
    asked = [one for one in served.exchanges if one.media_type != "text/html"]  # GraphiQL's own page
    assert sent(asked) == {ACCEPTS["fetch in a browser"], ACCEPTS["GraphiQL"]}


def _said(program: str, *words: str) -> str:
    """What the program prints; without it the test is skipped, in CI it fails."""
    if not shutil.which(program):
        cannot(f"{program} is not installed")
    done = subprocess.run([program, *words], capture_output=True, encoding="utf-8", timeout=120, check=True)
    return done.stdout
