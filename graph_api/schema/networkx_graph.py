"""The graph as a networkx graph, for notebooks and scripts: `graph_api.networkx_graph(...)`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import TypeVar

import networkx as nx

from graph_api.errors import UsageError
from graph_api.ingest import default_database, ingest
from graph_api.records import EdgeKind, EdgeOrigin, Severity
from graph_api.schema.arguments import kinds_of
from graph_api.schema.full_export import ExportScope, FullExport
from graph_api.schema.inputs import Via
from graph_api.store import StoreUrl, at
from graph_api.store.plans import Rights

Option = TypeVar("Option", bound=Enum)


def networkx_graph(
    *sources: StoreUrl,
    via: Iterable[str] = ("related",),
    origin: str | None = None,
    published_only: bool = False,
) -> nx.MultiDiGraph[str]:
    """The graph of one database or of folders of documents, in memory.

    Nodes are ids; their attributes are those of exports: `kind` (article, provider or topic), `label` (the
    title or name), `url`, `publishedDateTime` and so on, without those that are null. Edges have `kind`, related
    ones `origin` and `position` (in the list of related articles, from 0), and `reciprocal`; the kind is the key too.
    *via* names the kinds of edges: "related", "provider", "topic"; *origin* "listed" or "linked" leaves out the
    related edges of the other origin. Nodes are in the order of `graph-api export`.

    Everything in the database is included; with *published_only* nothing that is hidden from readers.
    Folders are read into the cache first, as `graph-api query` does. Raises UsageError for sources that
    cannot be combined, and StoreError or SourceError when they cannot be read.
    """
    rights = Rights(published_only=published_only)
    kinds = _kinds(via, origin)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    with at(_database(sources)).session() as session:
        full = FullExport(session.run, ExportScope(rights=rights, kinds=kinds))
        for node in full.nodes():
            graph.add_node(node.id, **node.values)
        for link in full.links():
            graph.add_edge(link.source, link.target, key=link.kind.label.upper(), **link.values)
    return graph


def _kinds(via: Iterable[str], origin: str | None) -> frozenset[EdgeKind]:
    chosen = [_named(Via, "via", name) for name in via]
    return kinds_of(chosen, None if origin is None else _named(EdgeOrigin, "origin", origin))


def _named(options: type[Option], argument: str, name: str) -> Option:
    try:
        return options[name.upper()]
    except KeyError:
        known = ", ".join(option.name.lower() for option in options)
        raise UsageError(f"{argument} takes {known}; got {name!r}") from None


def _database(sources: tuple[StoreUrl, ...]) -> StoreUrl:
    folders = [Path(os.fspath(source)) for source in sources if Path(os.fspath(source)).is_dir()]
    if not folders and len(sources) == 1:
        return sources[0]
    if not folders or len(folders) < len(sources):
        raise UsageError("name one database, or one or more folders of documents")
    database = default_database(folders)
    report = ingest(folders, database, only=True)
    if errors := report.problems.get(Severity.ERROR, 0):
        warnings.warn(f"{errors} errors in documents: `graph-api check` lists them", stacklevel=3)
    return database
