"""The fields of `Provider`, and the fields of `Query` that answer providers."""

from __future__ import annotations

from collections.abc import Sequence

from graph_api.execution.fields import Distinct
from graph_api.records import Provider
from graph_api.schema.identifiers import NodeHandle
from graph_api.schema.paging import Connection, Listing
from graph_api.schema.resolvers.nodes import node
from graph_api.store.reads import AllProviders, ArticlesOfProvider, Reads, Rights


def provider(parents: Sequence[object], rights: Rights, handle: NodeHandle) -> Reads[list[object | None]]:
    """The provider, or null when it does not exist."""
    return (yield from node(parents, rights, handle))


def providers(parents: Sequence[object], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """All providers, sorted by name."""
    del rights
    return Distinct([Connection(AllProviders(), wanted) for _ in parents])
    yield


def articles(parents: Sequence[Provider], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """The articles of this provider."""
    del rights
    return Distinct([Connection(ArticlesOfProvider(parent.key), wanted) for parent in parents])
    yield
