"""A page in Chromium as a person sees it: `with opened(browser, url) as page:`; every other host is out of reach.

Chromium is the system's (Debian: `apt-get install chromium`). Without it tests are skipped with the reason; in
CI they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from graph_api.server.pages import BUILT

EDITOR = ".graphiql-query-editor .view-line"
_ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
]
_PATIENCE_MS = 60_000
_TOLD = (
    "addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective))"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for pages that were built."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        _cannot("chromium is not installed")
    if not (BUILT / "manifest.json").is_file():
        _cannot("the pages are not built: pip install -e . does it where Node or the npm registry can be had")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, url: str, *, refused: int | None = None) -> Iterator[Page]:
    """The page at *url* for a visitor who was never here, once its editor can be used.

    At the end nothing has been asked of another host, no policy was violated, and the console holds no warning or
    error, but for answers with the status *refused* where that is what the test is about.
    """
    with visitor(browser) as context:
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        context.on("request", lambda request: asked.append(request.url))
        page.add_init_script(_TOLD)
        page.goto(url)
        page.wait_for_selector(EDITOR)
        yield page
        host = "/".join(url.split("/", 3)[:3])
        assert [one for one in asked if not one.startswith((f"{host}/", "data:", "blob:"))] == []
        assert [line for line in said if refused is None or f"status of {refused}" not in line] == []


@contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without memory."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(_PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()


def loaded_bytes(page: Page) -> int:
    """What the page has loaded so far, as it was sent."""
    sent: int = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".reduce((sum, entry) => sum + entry.transferSize, 0)"
    )
    return sent


def shot(page: Page, name: str) -> None:
    """A picture of the page is in the folder that GRAPH_API_TEST_SHOTS names, if it does: to be looked at."""
    if folder := os.environ.get("GRAPH_API_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def _cannot(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}; CI needs it")
    pytest.skip(reason)
