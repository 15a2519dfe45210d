"""The Starlette app: GraphQL over HTTP, the schema's text, and health. It can be mounted in another."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph_api.errors import StoreError
from graph_api.schema import build_schema
from graph_api.server.graphql_http import GraphQLEndpoint
from graph_api.server.revision import RevisionHeader
from graph_api.server.service import Service
from graph_api.settings import Settings

logger = logging.getLogger(__name__)


def create_app(database: str | Path, settings: Settings | None = None) -> Starlette:
    """An app that serves the graph in *database*, as `graph-api serve --db` does.

    The database may appear, and change, after the app has started. Mounted in another app it needs no
    lifespan of its own: the database is opened by the first request.
    """
    service = Service(build_schema(), Path(database), settings or Settings())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        yield
        await service.close()

    app = Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(service), name="graphql"),
            Route("/schema.graphql", _schema_text, name="schema"),
            Route("/healthz", _healthz, name="healthz"),
            Route("/readyz", _readyz, name="readyz"),
        ],
        middleware=[Middleware(RevisionHeader, service=service)],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a redirect would be built from the client's Host header
    app.state.service = service
    return app


async def _schema_text(request: Request) -> Response:
    service: Service = request.app.state.service
    return PlainTextResponse(service.schema.as_str() + "\n", media_type="text/plain; charset=utf-8")


async def _healthz(request: Request) -> Response:
    del request
    return JSONResponse({"status": "alive"})


async def _readyz(request: Request) -> Response:
    service: Service = request.app.state.service
    try:
        revision = await service.current_revision()
    except StoreError as error:
        logger.warning("not ready: %s", error)
        return JSONResponse({"status": "no graph is loaded"}, status_code=503)
    return JSONResponse({"status": "ready", "revision": revision})
