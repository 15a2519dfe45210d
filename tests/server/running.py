"""An app on a real socket: `with running(app) as url:` is uvicorn, configured as the command line does it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from graph_api.server.graphql.fast_path import server_config
from graph_api.server.observability.observer import Observer
from graph_api.server.runtime.connection import uvicorn_config
from graph_api.settings import Settings

_PATIENCE_S = 30


class _Announcing(uvicorn.Server):
    """Says when it can be reached."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.reachable = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.reachable.set()


@contextmanager
def running(
    app: ASGIApp, settings: Settings | None = None, observer: Observer | None = None
) -> Iterator[str]:
    """The URL under which *app* is served, on a thread of its own, until the block ends."""
    settings = settings or Settings()
    if isinstance(app, Starlette) and hasattr(app.state, "endpoint"):
        config = server_config(app, app.state.endpoint, settings, observer)
    else:
        config = uvicorn_config(app, settings, observer)
    with served(config) as url:
        yield url


@contextmanager
def served(config: uvicorn.Config) -> Iterator[str]:
    """The URL of a server with this *config*, on a thread of its own, until the block ends."""
    server = _Announcing(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.reachable.wait(_PATIENCE_S), "the server has not started"
            host, port = listener.getsockname()
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            thread.join(_PATIENCE_S)
            assert not thread.is_alive(), "the server has not stopped"
