"""How all tests run: on uvloop as the server does, with no deadline on generated inputs, without network."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from graph_api.ingest import ingest

_LOCAL = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None}

# Hypothesis picks its own profile for CI; what is added holds for both: a busy machine is not a failure.
settings.register_profile("graph_api", settings(), deadline=None)
settings.load_profile("graph_api")


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests run on asyncio with uvloop, once a session."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """The database of a folder, made once a session and shared: tests read it, and may repeat the ingest."""

    @cache
    def of(folder: Path) -> Path:
        database = tmp_path_factory.mktemp("ingested") / "graph.sqlite"
        ingest([folder], database)
        return database

    return of


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Connections to other machines and look-ups of their names raise."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in _LOCAL:
        raise PermissionError(f"a test reached for the network: {host}")


sys.addaudithook(_refuse_network)
