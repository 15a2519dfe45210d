"""No Accept header of a real client turns a plain query into a stream: each is answered in JSON of a type it takes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from graph_api.server.app import create_app
from tests.interop.accepts import ACCEPTS, sent
from tests.interop.clients.using import with_packages
from tests.interop.packages import cannot, node
from tests.interop.watched import Served, Watched
from tests.server.calling import get, post, serving
from tests.server.running import running
from tests.store.build import article, graph

ASK = "{ revision }"
PAGE = """<!doctype html><body></body><script type="module">
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ query: "{ revision }" });
    const posted = await fetch("/graphql", { method: "POST", headers, body });
    const got = await fetch("/graphql?query={revision}");
    document.body.textContent = [posted, got].map(({ status }) => status);
</script>"""


@pytest.mark.parametrize("client", ACCEPTS)
async def test_what_clients_accept_is_answered_in_plain_json(tmp_path: Path, client: str) -> None:
    accept, answered = ACCEPTS[client]
    async with serving(graph(tmp_path / "graph.sqlite", article("a"))) as app:
        for response in (await post(app, ASK, accept=accept), await get(app, ASK, accept=accept)):
            assert response.media_type == f"{answered}; charset=utf-8"
            assert response.data == {"revision": "one"}


def test_graphiql_gets_json(served: Served, tmp_path: Path) -> None:
    place = with_packages("graphiql", tmp_path / "graphiql", served)
    assert "revision" in json.loads(node(place, "fetcher.mjs"))["data"]
    assert sent(served.exchanges) == {ACCEPTS["GraphiQL"], ACCEPTS["GraphiQL, for the schema"]}


def test_curl_gets_json(served: Served) -> None:
    words = ["--silent", "--header", "content-type: application/json", "--data", json.dumps({"query": ASK})]
    assert "revision" in json.loads(_said("curl", *words, f"{served.url}/graphql"))["data"]
    assert sent(served.exchanges) == {ACCEPTS["curl"]}


def test_fetch_in_a_browser_gets_json(tmp_path: Path) -> None:
    api = create_app(graph(tmp_path / "graph.sqlite", article("a")))

    async def with_page(scope: Scope, receive: Receive, send: Send) -> None:
        wanted = HTMLResponse(PAGE) if scope.get("path") == "/page" else api
        await wanted(scope, receive, send)

    app = Watched(with_page)
    with running(app) as url:
        words = ["--headless=new", "--no-sandbox", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
        shown = _said("chromium", *words, "--virtual-time-budget=30000", f"{url}/page")
    assert "<body>200,200</body>" in shown
    assert sent(app.exchanges) == {ACCEPTS["fetch in a browser"]}


def _said(program: str, *words: str) -> str:
    """What the program prints; without it the test is skipped, in CI it fails."""
    if not shutil.which(program):
        cannot(f"{program} is not installed")
    done = subprocess.run([program, *words], capture_output=True, encoding="utf-8", timeout=120, check=True)
    return done.stdout
