"""Every store answers every kind of read as dicts do, on generated graphs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.store.reads import Read
from tests.store.build import AnyNode
from tests.store.generated import any_read, graphs
from tests.store.stores import OTHERS, assert_alike


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=200)
@given(nodes=graphs(), reads=st.lists(any_read, min_size=4, max_size=8))
def test_a_store_answers_as_dicts_do(name: str, nodes: list[AnyNode], reads: list[Read[Any]]) -> None:
    assert_alike(name, nodes, reads)
