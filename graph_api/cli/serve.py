"""`graph-api serve`: ingests folders and serves them as a GraphQL API."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import click
import uvicorn
from starlette.applications import Starlette

from graph_api.cli import log, sockets, workers
from graph_api.cli.arguments import database_of, ingested
from graph_api.cli.options import (
    SERVED,
    Sectioned,
    database,
    option,
    paths,
    settings,
    site_options,
)
from graph_api.cli.terminal import check_command, counted
from graph_api.documents.site import SiteOptions
from graph_api.errors import GraphApiError
from graph_api.execution import gc_policy
from graph_api.records import ContentStatus
from graph_api.server.app import create_app
from graph_api.server.graphql.fast_path import server_config
from graph_api.server.observability.observer import Observer
from graph_api.settings import Settings, counts_apart
from graph_api.store import StoreUrl, open_store
from graph_api.store.plans import Rights, ask
from graph_api.store.reads import Status

logger = logging.getLogger(__name__)

_SWITCH_S = 0.001  # after this time a walk on another thread yields to the event loop; the default is 5 ms


@click.command(
    cls=Sectioned,
    epilog="""
With PATHs, the folders are ingested first, and only they are served: other folders are removed from the
database. Without --db the database is a cache file for this set of folders. Without PATHs, the database that
--db names is served unchanged.

Ctrl-C exits with code 130, SIGTERM with 0; running operations get seven seconds to finish.

\b
Examples:
  graph-api serve articles/ --open
  graph-api serve articles/ more-articles/ --port 0
  graph-api serve --db articles.db --host 0.0.0.0 --workers 4
  GRAPH_API_PORT=9000 graph-api serve articles/
""",
)
@paths(required=False)
@database(SERVED)
@site_options()
@option("--open", "Open the API in the browser.", is_flag=True)
@settings()
def command(
    paths: tuple[Path, ...], db: str | None, site: SiteOptions, open: bool, settings: Settings
) -> None:
    """Serve folders of articles, or a database, as a GraphQL API."""
    source = database_of(paths, db)
    with log.started(settings) as observer, sockets.bound(settings.host, settings.port) as bound:
        # created before the ingest: wrong settings are reported at once
        app = create_app(source, settings, observer)
        content = _content(paths, source, site, settings)
        address = sockets.url(bound)

        def announce() -> None:
            click.echo(_banner(address, content, paths, source))
            if not app.state.api.access.has_keys and not sockets.is_local(bound):
                click.echo(f"graph-api: {_warning_of_open_access(settings)}", err=True)
            if counts_apart(settings):
                warning = "each worker counts --rate-limit separately; use --rate-limit-storage redis://... to share"
                click.echo(f"graph-api: {warning}", err=True)
            if open:
                webbrowser.open(f"{address}/graphql")

        if settings.workers == 1:
            _serve(app, settings, observer, bound, announce)
        else:
            with TemporaryDirectory(prefix="graph-api-") as shared:
                workers.supervise(_work, (source, settings, Path(shared)), bound, settings.workers, announce)


def _content(paths: Sequence[Path], source: StoreUrl, site: SiteOptions, settings: Settings) -> ContentStatus:
    """The status of what will be served: the folders, or their last ingest if they cannot be read now."""
    failure: GraphApiError | None = None
    try:
        if paths:
            ingested(paths, source, only=True, site=site)
    except GraphApiError as error:
        failure = error
    try:
        status = asyncio.run(_status(source, settings))
    except GraphApiError as error:
        raise failure or error from None
    if failure is not None:
        logger.warning("%s; serving the graph of %s UTC", failure, f"{status.generated_at:%Y-%m-%d %H:%M}")
    return status


async def _status(source: StoreUrl, settings: Settings) -> ContentStatus:
    store = await open_store(source, reader_connections=1, checked=True)
    try:
        status, _ = await store.run(ask(Status(Rights(published_only=settings.published_only))))
    finally:
        await store.close()
    return status


def _banner(address: str, status: ContentStatus, paths: Sequence[Path], source: StoreUrl) -> str:
    holds = [
        f"{counted(status.articles, 'article')} ({counted(status.stubs, 'stub')})",
        counted(status.providers, "provider"),
        counted(status.topics, "topic"),
        f"{status.related:,} related",
    ]
    if status.links_found:
        holds.append(f"links: {status.links_found:,} found, {status.links_resolved:,} resolved")
    rows = {
        "GraphQL": f"{address}/graphql  (GraphiQL in a browser)",
        "Schema": f"{address}/schema.graphql",
        "Health": f"{address}/healthz  {address}/readyz  {address}/metrics",
        "Content": ", ".join(holds),
        "Revision": status.revision,
        "Problems": _problems(status, paths),
    }
    lines = (f"  {name:<9} {value}" for name, value in rows.items() if value)
    return "\n".join(
        [f"graph-api serves {' '.join(map(str, paths or (source,)))}", *lines, "  Press Ctrl-C to stop."]
    )


def _warning_of_open_access(settings: Settings) -> str:
    readable = "everything published" if settings.published_only else "everything, unpublished articles too"
    return f"no API keys: anyone who can reach this server can read {readable}; `graph-api key NAME` creates a key"


def _problems(status: ContentStatus, paths: Sequence[Path]) -> str:
    counts = [counted(number, severity.value) for severity, number in status.problems.items() if number]
    shown_by = f"{check_command(paths)} shows them" if paths else "contentReport lists them"
    return f"{', '.join(counts)}; {shown_by}" if counts else ""


class _Server(uvicorn.Server):
    """A server that calls *announce* when it accepts connections, and stops when its supervisor dies."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if parent := multiprocessing.parent_process():
            asyncio.get_running_loop().add_reader(parent.sentinel, self._supervisor_died, parent.sentinel)
        gc_policy.settle()
        sys.setswitchinterval(_SWITCH_S)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # cancelled requests are no errors here
        await super().shutdown(sockets)

    def _supervisor_died(self, sentinel: int) -> None:
        asyncio.get_running_loop().remove_reader(sentinel)
        self.should_exit = True


def _work(
    source: StoreUrl,
    settings: Settings,
    shared: Path,
    bound: socket.socket,
    number: int,
    announce: Callable[[], None],
) -> None:
    """Serve as one of several processes, until SIGTERM."""
    with log.started(settings, worker=number, folder=shared) as observer:
        _serve(create_app(source, settings, observer), settings, observer, bound, announce)


def _serve(
    app: Starlette,
    settings: Settings,
    observer: Observer,
    bound: socket.socket,
    announce: Callable[[], None],
) -> None:
    """Serve until a signal arrives, which uvicorn raises again after its shutdown."""
    sockets.raise_descriptor_limit(settings.max_connections)
    server = _Server(server_config(app, app.state.endpoint, settings, observer), announce)
    signal.signal(signal.SIGTERM, _ended)
    server.run(sockets=sockets.duplicated(bound))


def _ended(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(0)
