"""The Starlette app: GraphQL over HTTP, the schema's text, and health. It can be mounted in another."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph_api.errors import HttpError, StoreError
from graph_api.schema import build_schema
from graph_api.server.assets import Assets
from graph_api.server.dispatch import Front
from graph_api.server.graphql.fast_path import ShortWay, is_open
from graph_api.server.graphql.http import GraphQLEndpoint
from graph_api.server.graphql.negotiation import PLAIN_JSON
from graph_api.server.http_errors import error_body
from graph_api.server.metrics import metrics
from graph_api.server.observability import request_record
from graph_api.server.observability.observer import Observation, Observer
from graph_api.server.pages import BUILT, page
from graph_api.server.runtime.compression import Compression
from graph_api.server.samples import Samples
from graph_api.server.state import Service
from graph_api.settings import Settings

logger = logging.getLogger(__name__)

_UNCACHED = {"cache-control": "no-store"}


def create_app(
    database: str | Path, settings: Settings | None = None, observer: Observer | None = None
) -> Starlette:
    """An app that serves the graph in *database*, as `graph-api serve --db` does.

    The database may appear, and change, after the app has started. Mounted in another app it needs no
    lifespan of its own: the database is opened by the first request. Requests are told of by *observer*,
    by default nowhere, since the program that embeds the app has a log of its own.
    """
    observer = observer or Observer()
    service = Service(build_schema(), Path(database), settings or Settings(), observer)
    endpoint = GraphQLEndpoint(service)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        del app
        await service.last_revision_headers()  # opens the database, if it can be
        async with observer.told():
            yield
        await service.close()

    app = Starlette(
        routes=[
            Route("/graphql", page("graphiql", "GraphiQL").answer, name="graphql"),  # see Front
            Route("/assets/{name}", Assets(BUILT).answer, name="assets"),
            Route("/samples.json", Samples(service).answer, name="samples"),
            Route("/schema.graphql", _schema_text, name="schema"),
            Route("/healthz", _healthz, name="healthz"),
            Route("/readyz", _readyz, name="readyz"),
            Route("/metrics", metrics, name="metrics"),
        ],
        middleware=[
            Middleware(Observation, observer=observer),
            *service.sites.middleware,
            Middleware(Front, endpoint=endpoint, service=service),
            Middleware(Compression),
        ],
        exception_handlers={HTTPException: _refused, HttpError: _unanswered},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a redirect would be built from the client's Host header
    app.state.service = service
    app.state.short = ShortWay(endpoint, observer) if is_open(service.settings) else None
    return app


async def _schema_text(request: Request) -> Response:
    service: Service = request.app.state.service
    service.access.caller(request.headers.get("authorization", "").encode("latin-1"))
    if service.settings.no_introspection:
        raise HttpError(404, "this server does not tell its schema", "INTROSPECTION_DISABLED")
    return PlainTextResponse(service.schema_text, media_type="text/plain; charset=utf-8")


async def _healthz(request: Request) -> Response:
    del request
    return JSONResponse({"status": "alive"}, headers=_UNCACHED)


async def _readyz(request: Request) -> Response:
    service: Service = request.app.state.service
    try:
        revision = await service.current_revision()
    except StoreError as error:
        logger.warning("not ready: %s", error)
        return JSONResponse({"status": "no graph is loaded"}, status_code=503, headers=_UNCACHED)
    return JSONResponse({"status": "ready", "revision": revision}, headers=_UNCACHED)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
    refusal = HttpError(error.status_code, error.detail, code)
    request_record.of(request.scope).code = code
    return Response(error_body(refusal), error.status_code, error.headers, PLAIN_JSON)


async def _unanswered(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpError)
    request_record.of(request.scope).code = error.code
    return Response(error_body(error), error.status, {**_UNCACHED, **error.headers}, PLAIN_JSON)
