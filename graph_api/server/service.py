"""The store and the engine behind an app, opened when first needed and closed with the app.

Why not at start: an app that is mounted in another does not see that app's lifespan, and an app whose
database does not exist yet must start all the same and say so at `/readyz`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import strawberry

from graph_api.execution.engine import Engine
from graph_api.settings import Settings
from graph_api.store.adjacency import adjacency_path
from graph_api.store.sqlite import SqliteStore, open_store


class Service:
    """What the routes share. *revision* is the last one seen, None before anything was read."""

    def __init__(self, schema: strawberry.Schema, database: Path, settings: Settings) -> None:
        self.schema = schema
        self.settings = settings
        self.revision: str | None = None
        self._database = database
        self._store: SqliteStore | None = None
        self._engine: Engine | None = None
        self._opening = asyncio.Lock()

    async def store(self) -> SqliteStore:
        """The open store. Raises StoreError as long as the database cannot be opened."""
        async with self._opening:
            if self._store is None:
                self._store = await open_store(
                    self._database, reader_connections=self.settings.reader_connections
                )
            return self._store

    async def engine(self) -> Engine:
        """The engine over the open store. Raises StoreError as long as the database cannot be opened."""
        if self._engine is None:
            self._engine = Engine(
                self.schema, await self.store(), self.settings, adjacency_path(self._database)
            )
        return self._engine

    async def current_revision(self) -> str:
        """The revision the store holds now. Raises StoreError when there is no graph."""
        self.revision = await (await self.store()).revision()
        return self.revision

    async def close(self) -> None:
        """The database is closed; a later request opens it again."""
        store, self._store, self._engine = self._store, None, None
        if store is not None:
            await store.close()
