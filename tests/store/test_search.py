"""The index that a store answers with: the same documents from every store."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given

from graph_api.search import Index
from graph_api.store.plans import Rights
from graph_api.store.reads import SearchIndex
from tests.store import generated
from tests.store.build import AnyNode
from tests.store.stores import OTHERS, STORES, answers


def content(index: Index) -> tuple[object, ...]:
    texts = index.texts
    return (
        index.keys.tolist(),
        index.kinds.tolist(),
        index.vocabulary.all(),
        index.stream[index.stream_offset : index.stream_offset + int(index.stream_starts[-1])],
        texts.docs.tolist(),
        texts.impacts.tolist(),
    )


@pytest.mark.parametrize("name", OTHERS)
@given(nodes=generated.graphs())
def test_every_store_has_the_index_of_the_same_texts(name: str, nodes: list[AnyNode]) -> None:
    reads = [SearchIndex(Rights(published_only=only)) for only in (False, True)]
    with TemporaryDirectory() as folder:
        Path(folder, "other").mkdir()
        found = answers(STORES[name](Path(folder), nodes), reads)
        expected = answers(STORES["dict"](Path(folder, "other"), nodes), reads)
    assert list(map(content, found)) == list(map(content, expected))
