"""A GraphQL API over a graph of related articles, made from a folder of Markdown files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph_api.schema.networkx_graph import networkx_graph
    from graph_api.server.app import create_app

__all__ = ["create_app", "networkx_graph"]

_MODULES = {"create_app": "graph_api.server.app", "networkx_graph": "graph_api.schema.networkx_graph"}


def __getattr__(name: str) -> Any:
    """Imports `create_app` or `networkx_graph` at first use: neither the server nor networkx loads without need."""
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(_MODULES[name]), name)
