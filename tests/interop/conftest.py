"""A server for third-party clients, and a record of their requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph_api.server.app import create_app
from tests.interop.watched import Served, Watched
from tests.server.running import running

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def served(ingested: Callable[[Path], Path]) -> Iterator[Served]:
    """The seeds, served."""
    app = Watched(create_app(ingested(SEEDS)))
    with running(app) as url:
        yield Served(url, app.exchanges)
