"""Compact adjacency is saved and loaded, and a file that is not that of the revision is refused."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from graph_api.errors import ArraysMismatch
from graph_api.graph.adjacency import build, load, save
from graph_api.records import EdgeKind
from tests.graph.small_graphs import RELATED, TOPIC, SmallGraph, graphs, related


@settings(max_examples=60)
@given(graphs())
def test_a_saved_adjacency_is_loaded_as_it_was(graph: SmallGraph) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made, path = graph.csr(), Path(folder) / "adjacency"
        save(made, path)
        loaded = load(path, "r1")
        assert (loaded.revision, loaded.kinds) == (made.revision, made.kinds)
        assert np.array_equal(loaded.keys, made.keys)
        assert np.array_equal(loaded.starts, made.starts)
        assert np.array_equal(loaded.neighbors, made.neighbors)
        assert [one.name for one in Path(folder).iterdir()] == ["adjacency"]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "adjacency"
    save(related((2**62, 1), (1, 2), (1, 2**63 - 1)).csr(), path)
    return path


def test_another_revision_is_refused(saved: Path) -> None:
    with pytest.raises(ArraysMismatch, match="another revision than r2"):
        load(saved, "r2")


@pytest.mark.parametrize("size", [0, 7, 100, 191, 192, 200, -1])
def test_a_file_cut_short_is_refused(saved: Path, size: int) -> None:
    saved.write_bytes(saved.read_bytes()[:size])
    with pytest.raises(ArraysMismatch):
        load(saved, "r1")


def test_a_file_with_more_than_its_header_says_is_refused(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes() + b"\0")
    with pytest.raises(ArraysMismatch, match="its header says"):
        load(saved, "r1")


@pytest.mark.parametrize("at", range(0, 164, 5))
def test_any_damage_of_the_header_is_noticed(saved: Path, at: int) -> None:
    damaged = bytearray(saved.read_bytes())
    damaged[at] ^= 0x40
    saved.write_bytes(damaged)
    with pytest.raises(ArraysMismatch):
        load(saved, "r1")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArraysMismatch):
        load(tmp_path / "nothing", "r1")


def test_who_has_mapped_the_old_file_keeps_it(saved: Path) -> None:
    old = load(saved, "r1")
    save(build("r2", {RELATED: np.array([[8, 9]])}), saved)
    assert old.keys.tolist() == [1, 2, 2**62, 2**63 - 1]
    assert load(saved, "r2").keys.tolist() == [8, 9]


def test_a_kind_without_edges_is_among_the_kinds_that_are_held() -> None:
    assert build("r", {RELATED: np.array([[1, 2]])}).kinds == (RELATED,)
    assert build("r", {TOPIC: np.empty((0, 2), dtype=np.int64)}).kinds == (TOPIC,)


def test_nodes_without_edges_are_among_the_keys() -> None:
    csr = build("r", {RELATED: np.array([[1, 2]])}, nodes=np.array([7, 1]))
    assert csr.keys.tolist() == [1, 2, 7]


def test_an_edge_takes_at_most_twelve_bytes() -> None:
    rng = np.random.default_rng(1)
    edges = np.unique(rng.integers(0, 2_000, (20_000, 2)), axis=0)
    assert build("r", {EdgeKind.LISTED: edges}).nbytes <= 12 * len(edges)
