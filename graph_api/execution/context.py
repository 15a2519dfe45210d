"""The context of an operation on Strawberry's ordinary executor: it joins single parents to batches.

The ordinary executor is the oracle in tests; requests are answered from compiled plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from strawberry.dataloader import DataLoader

from graph_api.execution.fields import Batch
from graph_api.store.reads import Reads, Rights

T = TypeVar("T")


class Run(Protocol):
    """Drives a plan and returns what it returns."""

    def __call__(self, plan: Reads[T], /) -> T: ...


class Context:
    """One operation's rights, how its plans are run, and a loader per field and arguments."""

    def __init__(self, run: Run, rights: Rights) -> None:
        self.rights = rights
        self._run = run
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
            return self._run(batch.values(parents, self.rights, prepared))

        return DataLoader(load, cache_key_fn=id)
