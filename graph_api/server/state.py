"""The store and the engine behind an app, opened when first needed and closed with the app.

Why not at start: an app that is mounted in another does not see that app's lifespan, and an app whose
database does not exist yet must start all the same and say so at `/readyz`.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import strawberry
from prometheus_client.metrics_core import Metric

from graph_api.errors import StoreError, UsageError
from graph_api.execution.engine import Engine
from graph_api.execution.preparation import Preparation
from graph_api.records import ContentStatus
from graph_api.server.access import Access
from graph_api.server.graphql.csrf import Sites
from graph_api.server.graphql.persisted import Persisted
from graph_api.server.graphql.trusted_documents import trusted_documents
from graph_api.server.observability.metrics import engine_gauges, gauge
from graph_api.server.observability.observer import Observer
from graph_api.server.rate_limit.buckets import Rates
from graph_api.settings import IN_MEMORY, Settings
from graph_api.store.reads import Rights, Status, ask
from graph_api.store.sqlite.store import SqliteStore, open_store

logger = logging.getLogger(__name__)

Header = tuple[bytes, bytes]

_WAIT_FOR_REVISION_S = 0.5


class Service:
    """What the routes share."""

    def __init__(
        self, schema: strawberry.Schema, database: Path, settings: Settings, observer: Observer | None = None
    ) -> None:
        self.schema = schema
        self.observer = observer or Observer()
        self.observer.sources.append(self._gauges)
        self.settings = settings
        self.access = Access(settings)
        self.sites = Sites(settings)
        self.rates = rates_of(settings) if settings.rate_limit else None
        self.persisted = _persisted(schema, settings)
        self._database = database
        self._store: SqliteStore | None = None
        self._engine: Engine | None = None
        self._opening: asyncio.Task[Engine] | None = None
        self._revision = ""
        self._headers: list[Header] = []
        self._statuses: dict[Rights, ContentStatus] = {}

    @cached_property
    def schema_text(self) -> str:
        """The schema in the schema definition language."""
        return self.schema.as_str() + "\n"

    async def engine(self) -> Engine:
        """The engine over the open store. Raises StoreError as long as the database cannot be opened."""
        return self._engine or await self._opened()

    @property
    def open_engine(self) -> Engine | None:
        """The engine, if the store is open."""
        return self._engine

    async def current_revision(self) -> str:
        """The revision the store holds now. Raises StoreError when there is no graph."""
        engine = await self.engine()
        assert self._store is not None, "an engine has a store"
        del engine
        revision = await self._store.revision()
        self.revision_headers(revision)
        return revision

    async def status(self, rights: Rights) -> ContentStatus:
        """What the store holds, counted once a revision. Raises StoreError when there is no graph."""
        revision = await self.current_revision()
        known = self._statuses.get(rights)
        if known is not None and known.revision == revision:
            return known
        assert self._store is not None, "it has a revision"
        found, _ = await self._store.run(ask(Status(rights)))
        self._statuses[rights] = found
        return found

    def revision_headers(self, revision: str) -> list[Header]:
        """The headers of an answer made from *revision*, which is the last one seen from now on."""
        if revision != self._revision:
            logger.info("the content has revision %s", revision)
            self._revision = revision
            self._headers = [(b"graph-revision", revision.encode())]
        return self._headers

    async def last_revision_headers(self) -> list[Header]:
        """The headers of an answer made from no content: the revision held now, or when the store cannot
        tell at once, the last one seen; none before any was."""
        try:
            async with asyncio.timeout(_WAIT_FOR_REVISION_S):
                return self.revision_headers(await (await self.engine()).revision())
        except (StoreError, TimeoutError):
            return self._headers

    async def close(self) -> None:
        """The database is closed; a later request opens it again."""
        if self._opening is not None:
            await asyncio.wait([self._opening])
        store, self._store, self._engine = self._store, None, None
        if store is not None:
            await store.close()
        if self.rates is not None:
            await self.rates.close()

    def _gauges(self) -> Iterator[Metric]:
        if self._engine is not None:
            yield from engine_gauges(self._engine)
        if self.rates is not None and self.settings.rate_limit_storage != IN_MEMORY:
            told = "Whether the storage of rates does not answer, so that each worker counts on its own."
            yield gauge("rate_limit_storage_away", told, self.rates.is_away)

    async def _opened(self) -> Engine:
        """The engine, once the database is open: that goes on when who asked first does not wait for it."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._opened_or_not)
        return await asyncio.shield(self._opening)

    async def _open(self) -> Engine:
        self._store = await open_store(
            self._database,
            reader_connections=self.settings.reader_connections,
            examined=True,
            most_text=self.settings.max_answer,
        )
        self._engine = Engine(self.schema, self._store, self.settings, self._database)
        return self._engine

    def _opened_or_not(self, opening: asyncio.Task[Engine]) -> None:
        self._opening = None
        if not opening.cancelled():
            opening.exception()  # whoever waits for it is told


def rates_of(settings: Settings) -> Rates:
    """The rates of `--rate-limit`, in their storage. Raises `UsageError` for one that cannot be used.

    Those that are shared are imported only where they are wanted: they need what is not always there.
    """
    if settings.rate_limit_storage == IN_MEMORY:
        return Rates(settings.rate_limit)
    try:
        module = importlib.import_module("graph_api.server.rate_limit.redis")
    except ModuleNotFoundError as error:
        raise UsageError(f"rates in Redis need {error.name}: pip install 'graph-api[redis]'") from error
    shared: Rates = module.SharedRates(settings.rate_limit, settings.rate_limit_storage)
    return shared


def _persisted(schema: strawberry.Schema, settings: Settings) -> Persisted:
    """Raises `SourceError` for trusted documents that cannot be served."""
    trusted: dict[str, str] = {}
    if settings.trusted_documents:
        trusted = trusted_documents(Path(settings.trusted_documents), Preparation(schema, settings))
    return Persisted(settings.persisted_query_bytes, trusted, only=settings.trusted_only)
