"""A GraphQL API over a graph of related articles, made from a folder of Markdown files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph_api.server.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """`create_app`, imported when asked for: the server is not loaded for a look at the records."""
    if name == "create_app":
        from graph_api.server.app import create_app  # noqa: PLC0415 - see above

        return create_app
    raise AttributeError(name)
