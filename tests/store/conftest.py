"""Tests that ask for `stored` run on every store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.build import AnyNode
from tests.store.stores import STORES, Answer, Stored


@pytest.fixture(params=sorted(STORES))
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Stored:
    """Makes a store of words, and answers reads from it."""

    def made(*nodes: AnyNode) -> Answer:
        return Answer(STORES[request.param](tmp_path, nodes))

    return made
