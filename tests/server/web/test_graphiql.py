"""GraphiQL in Chromium, with every other host out of reach."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from graph_api.server.access import Scope, new_key
from graph_api.server.app import create_app
from graph_api.server.samples import OPERATIONS
from graph_api.settings import Settings
from tests.server.browsing import EDITOR, chromium, loaded_bytes, opened, shot, visitor
from tests.server.running import running

SEEDS = Path(__file__).parents[3] / "seeds"
MOST_BYTES = 3_000_000  # compressed, all that a first visit loads
NO_BREAK = "\u00a0"  # the editor writes these for spaces
KEY, KEPT = new_key("visitor", [Scope.READ])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def database(ingested: Callable[[Path], Path]) -> Path:
    return ingested(SEEDS)


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[str]:
    with running(create_app(database)) as url:
        yield url


@pytest.fixture(scope="module")
def url(server: str) -> str:
    return f"{server}/graphql"


def write(page: Page, editor: str, text: str) -> None:
    """The whole text of an editor is *text*."""
    lines = page.locator(f"{editor} .view-lines:visible")
    lines.click()
    page.keyboard.press("Control+A")
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")  # what is typed would be completed
    expect(lines).to_contain_text(text[:12].replace(" ", NO_BREAK))


def run(page: Page) -> None:
    page.click("[aria-label^='Execute query']")


def answer(page: Page, holds: str) -> None:
    """The answer shown holds this text."""
    expect(page.locator(".graphiql-response .view-lines")).to_contain_text(holds.replace(" ", NO_BREAK))


def test_a_query_is_run_and_answered(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        expect(page).to_have_title("GraphiQL")
        run(page)
        answer(page, '"totalCount": 60')
        write(page, ".graphiql-query-editor", "{ topics(first: 1) { totalCount } }")
        page.keyboard.press("Control+Enter")
        answer(page, '"totalCount": 30')
        shot(page, "query")


def test_the_documentation_describes_each_type(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.click("[aria-label='Show Documentation Explorer']")
        page.get_by_role("link", name="Article", exact=True).first.click()
        expect(page.locator(".graphiql-plugin")).to_contain_text("neighborhood")
        shot(page, "documentation")


def test_fields_are_picked_in_the_explorer(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.click("[aria-label='Show Explorer']")
        page.locator(".graphiql-plugin [data-field-name='slug']").first.click()
        expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("slug")
        run(page)
        answer(page, '"slug":')
        shot(page, "explorer")


def test_a_sample_runs_with_ids_of_the_content_at_one_click(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="Neighborhood").click()
        answer(page, '"nodeCount":')
        expect(page.locator(".graphiql-editor-tool .view-lines").first).to_contain_text("article:")
        expect(page.get_by_role("tab")).to_have_count(2)
        shot(page, "sample")


def test_every_sample_that_is_offered_runs_without_an_error(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        samples = page.locator(".samples button")
        expect(samples).to_have_count(len(list(OPERATIONS.glob("*.graphql"))))
        for number in range(samples.count()):
            with page.expect_response("**/graphql") as asked:
                samples.nth(number).click()
            told = json.loads(asked.value.body())
            assert "errors" not in told, told


def test_an_error_is_shown_with_its_code(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        write(page, ".graphiql-query-editor", "{ artcles { totalCount } }")
        run(page)
        answer(page, "Did you mean 'articles'")
        answer(page, '"code":')
        shot(page, "error")


def test_history_and_tabs_are_kept_for_the_next_visit(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="Topic tree").click()
        answer(page, '"topic":')
        page.wait_for_function(
            "() => JSON.parse(localStorage.getItem('graphiql:tabState'))?.tabs[1]?.variables?.includes('slug')"
        )
        page.reload()
        page.wait_for_selector(EDITOR)
        expect(page.get_by_role("tab")).to_have_count(2)
        page.click("[aria-label='Show History']")
        expect(page.locator(".graphiql-history-items")).to_contain_text("TopicTree")


def test_it_works_below_a_path(browser: Browser, database: Path) -> None:
    app = create_app(database)

    @asynccontextmanager
    async def until_closed(_: Starlette) -> AsyncIterator[None]:
        yield
        await app.state.api.close()

    outer = Starlette(routes=[Mount("/all/articles", app)], lifespan=until_closed)
    with running(outer) as host, opened(browser, f"{host}/all/articles/graphql") as page:
        page.get_by_role("button", name="Latest").click()
        answer(page, '"articles":')


def test_with_keys_the_page_explains_how_to_enter_one_and_then_shows_all(
    browser: Browser, database: Path
) -> None:
    app = create_app(database, Settings(keys=KEPT.entry))
    with running(app) as host, opened(browser, f"{host}/graphql", refused=401) as page:
        expect(page.locator(".samples")).to_contain_text("needs an API key")
        shot(page, "key-needed")
        page.get_by_role("button", name="Headers").click()
        write(page, "section[aria-label='Headers']", json.dumps({"authorization": f"Bearer {KEY}"}))
        page.click("[aria-label^='Re-fetch GraphQL schema']")
        page.get_by_role("button", name="Latest").click()
        answer(page, '"articles":')
        page.wait_for_function("() => localStorage.getItem('graphiql:tabState')?.includes('Latest')")
        assert KEY not in page.evaluate("JSON.stringify(localStorage)")


def test_with_trusted_only_the_trusted_samples_are_offered_and_the_schema_is_shown(
    browser: Browser, database: Path, tmp_path: Path
) -> None:
    (tmp_path / "path.graphql").write_bytes((OPERATIONS / "path.graphql").read_bytes())
    settings = Settings(trusted_documents=str(tmp_path), trusted_only=True)
    with running(create_app(database, settings)) as host, opened(browser, f"{host}/graphql") as page:
        expect(page.locator(".samples button")).to_have_count(1)
        page.get_by_role("button", name="Path").click()
        answer(page, '"found": true')


def test_without_introspection_the_page_says_so_and_queries_run(browser: Browser, database: Path) -> None:
    app = create_app(database, Settings(no_introspection=True))
    with running(app) as host, opened(browser, f"{host}/graphql", refused=404) as page:
        answer(page, "does not publish")
        run(page)
        answer(page, '"totalCount": 60')
        shot(page, "no-introspection")


def test_another_site_can_not_show_it_in_a_frame(browser: Browser, url: str) -> None:
    frame = Starlette(routes=[Route("/", lambda _: HTMLResponse(f"<iframe src={url}></iframe>"))])
    with running(frame) as other, visitor(browser) as context:
        page = context.new_page()
        page.goto(other.replace("127.0.0.1", "localhost"))
        inner = page.frames[1]
        assert inner.locator("#page").count() == 0


def test_a_first_visit_loads_less_than_3_mb(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="Latest").click()
        answer(page, '"articles":')  # by now all that works in the background is there too
        assert 500_000 < loaded_bytes(page) < MOST_BYTES
