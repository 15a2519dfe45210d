"""`create_app`: the Starlette app and its routes. Any ASGI server can run it, another app can mount it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from graph_api.errors import HttpError
from graph_api.schema import build_schema
from graph_api.server.dispatch import GRAPHQL_PATH, Dispatch
from graph_api.server.graphql.http import GraphQLEndpoint
from graph_api.server.graphql.negotiation import PLAIN_JSON
from graph_api.server.health import UNCACHED, healthz, metrics, readyz
from graph_api.server.http_errors import error_body
from graph_api.server.observability import request_record
from graph_api.server.observability.observer import Observer, ObserverMiddleware
from graph_api.server.pages import BUILT, Assets, page
from graph_api.server.runtime.compression import Compression
from graph_api.server.samples import Samples
from graph_api.server.state import ApiState
from graph_api.settings import Settings
from graph_api.store import StoreUrl


def create_app(
    database: StoreUrl, settings: Settings | None = None, observer: Observer | None = None
) -> Starlette:
    """An app that serves the graph in *database*, as `graph-api serve --db` does.

    The database may appear, and change, after the app has started. A mounted app needs no lifespan of its own: its
    first request opens the database. *observer* logs and counts requests; without one the app logs none, since the
    program that embeds it has a log of its own.
    """
    observer = observer or Observer()
    state = ApiState(build_schema(), database, settings or Settings(), observer)
    endpoint = GraphQLEndpoint(state)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        del app
        await state.last_revision_headers()  # opens the database, if it is there
        async with observer.sharing_metrics():
            yield
        await state.close()

    routes = _routes(state)
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(ObserverMiddleware, observer=observer),
            *state.cross_site.middleware,
            Middleware(Dispatch, endpoint=endpoint, state=state),
            Middleware(Compression),
        ],
        exception_handlers={HTTPException: _routing_error, HttpError: _http_error},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # Starlette would build the address from the client's Host header
    observer.metrics.paths = frozenset(route.path for route in routes if "{" not in route.path)
    app.state.api = state
    app.state.endpoint = endpoint
    return app


def _routes(state: ApiState) -> list[Route]:
    return [
        Route(GRAPHQL_PATH, page("graphiql", "GraphiQL").respond, name="graphql"),  # operations: see Dispatch
        Route("/", _redirect("graphql", 307), name="root"),
        Route(f"{GRAPHQL_PATH}/", _redirect("../graphql", 308), methods=["GET", "POST"], name="slash"),
        Route("/assets/{name}", Assets(BUILT).respond, name="assets"),
        Route("/samples.json", Samples(state).respond, name="samples"),
        Route("/schema.graphql", _schema_text, name="schema"),
        Route("/healthz", healthz, name="healthz"),
        Route("/readyz", readyz, name="readyz"),
        Route("/metrics", metrics, name="metrics"),
    ]


def _redirect(relative: str, status: int) -> Callable[[Request], Awaitable[Response]]:
    """Redirects to the API below the prefix, or to the *relative* location where no prefix is known: a proxy may
    have stripped one. Never to the client's Host header, which cannot be trusted."""

    async def respond(request: Request) -> Response:
        prefix = request.scope.get("root_path", "")
        location = f"{prefix}{GRAPHQL_PATH}" if prefix else relative
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(location + query, status)

    return respond


async def _schema_text(request: Request) -> Response:
    state: ApiState = request.app.state.api
    state.access.caller(request.headers.get("authorization", "").encode("latin-1"))
    if state.settings.no_introspection:
        raise HttpError(404, "this server does not publish its schema", "INTROSPECTION_DISABLED")
    return PlainTextResponse(state.schema_text, media_type="text/plain; charset=utf-8")


async def _routing_error(request: Request, error: Exception) -> Response:
    """Starlette's 404 and 405 as JSON."""
    assert isinstance(error, HTTPException)
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
    request_record.of(request.scope).code = code
    api = f"the API is at {request.scope.get('root_path', '')}{GRAPHQL_PATH}"
    allowed = " and ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
    message = {
        404: f"this path does not exist; {api}",
        405: f"this path does not support {request.method}, only {allowed}; {api}",
    }.get(error.status_code, error.detail)
    body = error_body(HttpError(error.status_code, message, code))
    return Response(body, error.status_code, error.headers, PLAIN_JSON)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpError)
    request_record.of(request.scope).code = error.code
    return Response(error_body(error), error.status, {**UNCACHED, **error.headers}, PLAIN_JSON)
