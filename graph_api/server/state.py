"""What the routes of one app share: settings, access, the open store and its engine.

The store is opened by the first request and closed with the app. Why not at start: an app that is mounted in another
does not see that app's lifespan, and an app whose database does not exist yet must start and say so at `/readyz`.
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
from graph_api.execution.operation_cache import OperationCache
from graph_api.records import ContentStatus, Revision
from graph_api.server.access import Access
from graph_api.server.graphql.csrf import CrossSite
from graph_api.server.graphql.persisted import PersistedOperations, read_trusted_documents
from graph_api.server.observability.metrics import engine_gauges, gauge
from graph_api.server.observability.observer import Observer
from graph_api.server.rate_limit.buckets import TokenBuckets
from graph_api.settings import IN_MEMORY, Settings
from graph_api.store import StoreUrl, open_store
from graph_api.store.plans import Rights, ask
from graph_api.store.protocol import Store
from graph_api.store.reads import Status

logger = logging.getLogger(__name__)

Header = tuple[bytes, bytes]

_REVISION_TIMEOUT_S = 0.5


class ApiState:
    """The state of one app."""

    def __init__(
        self,
        schema: strawberry.Schema,
        database: StoreUrl,
        settings: Settings,
        observer: Observer | None = None,
    ) -> None:
        self.schema = schema
        self.observer = observer or Observer()
        self.observer.sources.append(self._gauges)
        self.settings = settings
        self.access = Access(settings)
        self.cross_site = CrossSite(settings)
        self.rates = rate_limiter(settings) if settings.rate_limit else None
        self.persisted = _persisted(schema, settings)
        self._database = database
        self._store: Store | None = None
        self._engine: Engine | None = None
        self._opening: asyncio.Task[Engine] | None = None
        self._revision = ""
        self._headers: list[Header] = []
        self._statuses: dict[Rights, ContentStatus] = {}

    @cached_property
    def schema_text(self) -> str:
        """The schema in the schema definition language."""
        return self.schema.as_str() + "\n"

    @property
    def open_engine(self) -> Engine | None:
        """The engine, None before the store is open."""
        return self._engine

    async def engine(self) -> Engine:
        """The engine over the open store. Raises StoreError while the database cannot be opened."""
        return self._engine or await self._opened()

    async def current_revision(self) -> str:
        """The revision that the store holds now. Raises StoreError when there is no graph."""
        await self.engine()
        assert self._store is not None, "an engine has a store"
        revision = await self._store.revision()
        self.revision_headers(revision)
        return revision

    async def status(self, rights: Rights) -> ContentStatus:
        """Counts of the content, cached for each revision. Raises StoreError when there is no graph."""
        revision = await self.current_revision()
        cached = self._statuses.get(rights)
        if cached is not None and cached.revision == revision:
            return cached
        assert self._store is not None, "it has a revision"
        status, _ = await self._store.run(ask(Status(rights)))
        self._statuses[rights] = status
        return status

    def revision_headers(self, revision: str) -> list[Header]:
        """The headers that name *revision*. Logs a revision that is new."""
        if revision is not self._revision and revision != self._revision:  # comparing takes longer
            logger.info("the content has revision %s", revision)
            self._revision = revision
            self._headers = [(b"graph-revision", revision.encode())]
            if isinstance(revision, Revision):
                self._headers.append((b"graph-generation", b"%d" % revision.generation))
        return self._headers

    async def last_revision_headers(self) -> list[Header]:
        """The headers for a response that holds no content: the current revision, or the last known one when the
        store does not answer in time; empty before any revision was seen."""
        try:
            async with asyncio.timeout(_REVISION_TIMEOUT_S):
                return self.revision_headers(await (await self.engine()).revision())
        except (StoreError, TimeoutError):
            return self._headers

    async def close(self) -> None:
        """Closes the database and the rate limiter; a later request opens them again."""
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
            help = "Whether the rate limit storage is unreachable, so that each worker counts on its own."
            yield gauge("rate_limit_storage_away", help, self.rates.is_away)

    async def _opened(self) -> Engine:
        """The engine. Requests share one attempt to open, which continues when the first of them is cancelled."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._opening_done)
        return await asyncio.shield(self._opening)

    async def _open(self) -> Engine:
        self._store = await open_store(
            self._database,
            reader_connections=self.settings.reader_connections,
            checked=True,
            max_text=self.settings.max_answer,
        )
        self._engine = Engine(self.schema, self._store, self.settings, loads_adjacency=True)
        return self._engine

    def _opening_done(self, opening: asyncio.Task[Engine]) -> None:
        self._opening = None
        if not opening.cancelled():
            opening.exception()  # mark it as seen: the waiting requests raise it


def rate_limiter(settings: Settings) -> TokenBuckets:
    """The buckets of `--rate-limit` in their storage. Raises `UsageError` for a storage that cannot be used.

    The Redis module is imported here because its packages are optional.
    """
    if settings.rate_limit_storage == IN_MEMORY:
        return TokenBuckets(settings.rate_limit)
    try:
        module = importlib.import_module("graph_api.server.rate_limit.redis")
    except ModuleNotFoundError as error:
        raise UsageError(f"rates in Redis need {error.name}: pip install 'graph-api[redis]'") from error
    shared: TokenBuckets = module.RedisBuckets(settings.rate_limit, settings.rate_limit_storage)
    return shared


def _persisted(schema: strawberry.Schema, settings: Settings) -> PersistedOperations:
    """Raises `SourceError` for trusted documents that cannot be served."""
    trusted: dict[str, str] = {}
    if settings.trusted_documents:
        trusted = read_trusted_documents(Path(settings.trusted_documents), OperationCache(schema, settings))
    return PersistedOperations(settings.persisted_query_bytes, trusted, only=settings.trusted_only)
