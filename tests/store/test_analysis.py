"""The analysis of a graph: the same in every store, and the same whether a former one was at hand or not."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from graph_api.store.analysis import Analysis, analyze, load, save
from graph_api.store.plans import Rights
from graph_api.store.reads import GraphAnalysis
from tests.store import generated
from tests.store.build import AnyNode
from tests.store.stores import OTHERS, STORES, answers, dict_store


def content(analysis: Analysis) -> list[Any]:
    stories, blocks = analysis.stories, analysis.blocks
    arrays = (
        analysis.keys,
        analysis.related.starts,
        analysis.related.targets,
        *analysis.degrees,
        analysis.page_rank,
        analysis.clustering,
        blocks.starts,
        blocks.members,
        stories.starts,
        stories.members,
        stories.leads,
        stories.densities,
        stories.main,
    )
    return [array.tolist() for array in arrays]


def analyses(nodes: list[AnyNode], name: str = "dict") -> list[Analysis]:
    reads = [GraphAnalysis(Rights(published_only=only)) for only in (False, True)]
    with TemporaryDirectory() as folder:
        found = answers(STORES[name](Path(folder), nodes), reads)
        return [
            Analysis(**{name: getattr(one, name) for name in Analysis.__dataclass_fields__}) for one in found
        ]


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=30)
@given(nodes=generated.graphs())
def test_every_store_has_the_same_analysis(name: str, nodes: list[AnyNode]) -> None:
    assert list(map(content, analyses(nodes, name))) == list(map(content, analyses(nodes)))


@settings(max_examples=30)
@given(former=generated.graphs(), nodes=generated.graphs())
def test_a_former_analysis_changes_nothing(former: list[AnyNode], nodes: list[AnyNode]) -> None:
    graph = dict_store(nodes).content.whole.nodes
    csr, columns = graph.edges().csr(), graph.columns()
    expected = analyze("r", csr, columns)
    for old in (*analyses(former), expected):
        assert content(analyze("r", csr, columns, old)) == content(expected)


@settings(max_examples=30)
@given(nodes=generated.graphs())
def test_a_saved_analysis_is_loaded_as_it_was(nodes: list[AnyNode]) -> None:
    made = analyses(nodes)[0]
    with TemporaryDirectory() as folder:
        save(made, Path(folder) / "analysis")
        loaded = load(Path(folder) / "analysis")
        assert (loaded.revision, loaded.mark) == (made.revision, made.mark)
        assert content(loaded) == content(made)
        assert np.array_equal(loaded.story_sizes, made.story_sizes)
