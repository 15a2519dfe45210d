"""Compact adjacency answers like a dict, survives its file, and refuses a file that is not its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from graph_api.errors import AdjacencyMismatch
from graph_api.graph.adjacency import Csr, build, load, save
from graph_api.graph.numbering import PlaceGround
from graph_api.graph.protocol import Among, EdgeKind, Edges, Neighbours, Steps
from graph_api.records import EdgeDirection
from tests.graph.small_graphs import BOTH, OUT, RELATED, TOPIC, SmallGraph, graphs, keys, related

ALL_KINDS = frozenset(EdgeKind)
FRONTIERS = st.lists(keys | st.just(5000), max_size=64).map(tuple)


def _rows(edges: Edges) -> list[tuple[int, int, EdgeKind, int | None]]:
    return list(edges.rows())


@settings(max_examples=200)
@given(graphs(), FRONTIERS, st.sampled_from(EdgeDirection), st.integers(0, 40), st.integers(1, 40))
def test_neighbours_are_those_of_the_dict(
    graph: SmallGraph, frontier: tuple[int, ...], direction: EdgeDirection, skip: int, most: int
) -> None:
    question = Neighbours(frontier, ALL_KINDS, direction, most, skip)
    memory, by_dict = graph.in_memory().answer(question), graph.answer(question)
    assert memory == by_dict


@settings(max_examples=200)
@given(graphs(), FRONTIERS, st.lists(keys, unique=True))
def test_links_and_filters_are_those_of_the_dict(
    graph: SmallGraph, sources: tuple[int, ...], targets: list[int]
) -> None:
    memory = graph.in_memory()
    for question in (Among(sources, tuple(targets), ALL_KINDS), Among(sources, (), ALL_KINDS)):
        assert _rows(memory.answer(question)) == _rows(graph.answer(question))


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
        assert np.array_equal(loaded.neighbours, made.neighbours)
        assert [one.name for one in Path(folder).iterdir()] == ["adjacency"]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "adjacency"
    save(related((2**62, 1), (1, 2), (1, 2**63 - 1)).csr(), path)
    return path


def test_keys_of_63_bits_survive(saved: Path) -> None:
    ground = PlaceGround(load(saved, "r1"))
    steps = ground.answer(Neighbours(ground.numbers([1]), ALL_KINDS, BOTH))
    assert ground.keys(steps.targets) == (2, 2**63 - 1, 2**62)


def test_another_revision_is_refused(saved: Path) -> None:
    with pytest.raises(AdjacencyMismatch, match="another revision than r2"):
        load(saved, "r2")


@pytest.mark.parametrize("size", [0, 7, 100, 191, 192, 200, -1])
def test_a_file_cut_short_is_refused(saved: Path, size: int) -> None:
    saved.write_bytes(saved.read_bytes()[:size])
    with pytest.raises(AdjacencyMismatch):
        load(saved, "r1")


def test_a_file_with_more_than_its_header_says_is_refused(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes() + b"\0")
    with pytest.raises(AdjacencyMismatch, match="its header says"):
        load(saved, "r1")


@pytest.mark.parametrize("at", range(0, 164, 5))
def test_any_damage_of_the_header_is_noticed(saved: Path, at: int) -> None:
    damaged = bytearray(saved.read_bytes())
    damaged[at] ^= 0x40
    saved.write_bytes(damaged)
    with pytest.raises(AdjacencyMismatch):
        load(saved, "r1")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdjacencyMismatch):
        load(tmp_path / "nothing", "r1")


def test_who_has_mapped_the_old_file_keeps_it(saved: Path) -> None:
    old = load(saved, "r1")
    save(build("r2", {RELATED: np.array([[8, 9]])}), saved)
    assert old.keys.tolist() == [1, 2, 2**62, 2**63 - 1]
    assert load(saved, "r2").keys.tolist() == [8, 9]


def test_a_kind_that_is_not_held_is_told_from_one_without_edges() -> None:
    assert build("r", {RELATED: np.array([[1, 2]])}).kinds == (RELATED,)
    assert build("r", {TOPIC: np.empty((0, 2), dtype=np.int64)}).kinds == (TOPIC,)


def test_nodes_without_edges_have_a_place() -> None:
    csr = build("r", {RELATED: np.array([[1, 2]])}, nodes=np.array([7, 1]))
    assert csr.keys.tolist() == [1, 2, 7]
    assert PlaceGround(csr).numbers([7, 1, 2]) == (2, 0, 1)


def test_nodes_that_are_not_held_have_numbers_of_their_own_and_no_edges() -> None:
    ground = PlaceGround(build("r", {RELATED: np.array([[1, 2], [2, 1]])}))
    some, many = [8, 1, 9, 8], [*range(50), 8]
    assert ground.numbers(some) == (-1, 0, -2, -1)
    assert ground.keys(ground.numbers(some)) == tuple(some)
    assert ground.keys(ground.numbers(many)) == tuple(many)
    assert ground.answer(Neighbours(ground.numbers(many), ALL_KINDS, OUT)).targets == [1, 0]
    assert _rows(ground.answer(Among(ground.numbers(some), ground.numbers(many), ALL_KINDS))) == [
        (1, 2, RELATED, 0)
    ]


def test_an_empty_graph_has_answers() -> None:
    empty: Csr = build("r", {})
    ground = PlaceGround(empty)
    for frontier in (ground.numbers(range(20)), ground.numbers(range(60))):
        assert ground.answer(Neighbours(frontier, ALL_KINDS, OUT)) == Steps([], [0] * len(frontier))
        assert _rows(ground.answer(Among(frontier, frontier, ALL_KINDS))) == []


def test_an_edge_takes_at_most_twelve_bytes() -> None:
    rng = np.random.default_rng(1)
    edges = np.unique(rng.integers(0, 2_000, (20_000, 2)), axis=0)
    assert build("r", {EdgeKind.RELATED: edges}).nbytes <= 12 * len(edges)
