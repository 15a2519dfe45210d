"""Makes the README's picture: GraphiQL with a nested query over `seeds/` and its response. `make picture`"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect

from graph_api.ingest import ingest
from graph_api.server.app import create_app
from tests.readme import TOP, code_blocks
from tests.server.browsing import chromium, opened
from tests.server.running import running

PICTURE = TOP / "graph_api" / "server" / "web" / "graphiql.png"
_EDITOR = ".graphiql-query-editor .view-lines:visible"
_RESPONSE = ".graphiql-response .view-lines"


def main() -> None:
    with TemporaryDirectory() as folder:
        database = Path(folder) / "graph.sqlite"
        ingest([TOP / "seeds"], database)
        with running(create_app(str(database))) as url, chromium() as browser:
            _shoot(browser, f"{url}/graphql")
    sys.stdout.write(f"{PICTURE.relative_to(TOP)}: {PICTURE.stat().st_size:,} bytes\n")


def _shoot(browser: Browser, url: str) -> None:
    [query, *_] = code_blocks("", "graphql")
    with opened(browser, url) as page:
        page.set_viewport_size({"width": 1280, "height": 720})
        page.locator(_EDITOR).click()
        page.keyboard.press("Control+A")
        page.evaluate("(text) => navigator.clipboard.writeText(text)", query.rstrip())
        page.keyboard.press("Control+V")
        page.keyboard.press("Control+Enter")
        expect(page.locator(_RESPONSE)).to_contain_text("VentureBeat")
        page.mouse.move(0, 0)
        page.screenshot(path=PICTURE, animations="disabled", caret="hide")


if __name__ == "__main__":
    main()
