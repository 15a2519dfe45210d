"""The context of one operation on the ordinary executor: it joins single parents to batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from strawberry.dataloader import DataLoader

from graph_api.execution.fields import Batch
from graph_api.store.protocol import Snapshot
from graph_api.store.reads import Rights


class Context:
    """One operation's view of the store: one snapshot, and a loader per field and arguments."""

    def __init__(self, snapshot: Snapshot, rights: Rights) -> None:
        self.rights = rights
        self._snapshot = snapshot
        self._loaders: dict[tuple[Batch, object], DataLoader[Any, Any]] = {}

    async def load(self, batch: Batch, arguments: Mapping[str, object], parent: object) -> object:
        """The field's value for *parent*, fetched together with all other parents of the same level."""
        prepared = batch.prepare(**arguments) if batch.prepare else None
        loader = self._loaders.get((batch, prepared))
        if loader is None:
            loader = self._loaders[batch, prepared] = self._loader(batch, prepared)
        return await loader.load(parent)

    def _loader(self, batch: Batch, prepared: object) -> DataLoader[Any, Any]:
        async def load(parents: list[Any]) -> Sequence[Any]:
            return await self._snapshot.run(batch.values(parents, self.rights, prepared))

        return DataLoader(load, cache_key_fn=id)
