"""The settings: one frozen table of name, default and help, from which flags and variables are made.

A flag `--reader-connections` is the variable `GRAPH_API_READER_CONNECTIONS` and the field
`reader_connections`; the command line, the README's table and the tests all read this one place.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import TypeVar

T = TypeVar("T")


def setting(default: T, help: str, *, unit: str = "") -> T:
    """A field of the settings table; *unit* is shown in help (`bytes`, `s`)."""
    made: T = field(default=default, metadata={"help": help, "unit": unit})
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an API is served. Every field has a default that suits one machine."""

    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "TCP port to listen on; 0 picks a free one.")
    root_path: str = setting("", "Path under which a proxy serves the API, such as /articles.")
    trusted_proxies: str = setting("", "Comma-separated addresses whose X-Forwarded-* headers are believed.")
    published_only: bool = setting(False, "Leave out everything marked published: false.")
    expose_secured: bool = setting(False, "Answer Article.secured, the opaque encrypted payload.")
    reader_connections: int = setting(4, "Database connections that answer operations at the same time.")


def table() -> tuple[Field[object], ...]:
    """The settings in order; each carries `metadata["help"]` and `metadata["unit"]`."""
    return fields(Settings)


def variable(name: str) -> str:
    """The environment variable of the setting or option *name*: `GRAPH_API_PORT` for `port`."""
    return "GRAPH_API_" + name.upper().replace("-", "_")
