"""Traversal on small graphs agrees with networkx, whichever way it is answered."""

from __future__ import annotations

from itertools import pairwise
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings, strategies as st

from tests.schema.traversing import EVERYTHING, Asked, World, all_ways, fits, questions, worlds
from tests.store.build import ArticleNode

FEW = settings(max_examples=20)
MANY = settings(max_examples=50)
SEVERAL = st.lists(questions(), min_size=4, max_size=4)
SCORES = st.lists(
    questions(), min_size=20, max_size=20
)  # a database made for each world takes longer to fill


@FEW
@given(worlds(), SEVERAL)
def test_walks_agree_with_networkx_whichever_way_they_are_answered(
    world: World, several: list[Asked]
) -> None:
    for asked, data in zip(several, _answered(world, several), strict=True):
        _agrees(data, world, asked)


@pytest.mark.slow
@MANY
@given(worlds(), SCORES)
def test_walks_agree_with_networkx_on_a_thousand_questions(world: World, several: list[Asked]) -> None:
    for asked, data in zip(several, _answered(world, several), strict=True):
        _agrees(data, world, asked)


@FEW
@given(worlds(), SEVERAL)
def test_what_is_hidden_is_in_no_walk_and_in_no_count(world: World, several: list[Asked]) -> None:
    seen = world.without_hidden()
    for asked, data in zip(several, _answered(world, several, published_only=True), strict=True):
        if {asked.a, asked.b} <= seen.by_id.keys():
            _agrees(data, seen, asked)
        else:
            _is_not_there(data)
            _is_chosen(data["subgraph"], seen, asked)


def _answered(world: World, several: list[Asked], *, published_only: bool = False) -> list[Any]:
    with TemporaryDirectory() as folder:
        variables = [asked.variables for asked in several]
        return all_ways(world.written(Path(folder)), EVERYTHING, variables, published_only=published_only)


def _is_not_there(data: Any) -> None:
    """One of the two ends is hidden: nothing tells that it exists."""
    nothing: dict[str, Any] = {"found": False, "distance": None, "paths": [], "truncated": False}
    assert (data["shortestPath"], data["allPaths"], data["commonNeighbors"]) == (nothing, nothing, None)


def _agrees(data: Any, world: World, asked: Asked) -> None:
    _is_nearest(data["article"]["neighborhood"], world, asked)
    allowed = world.networkx(asked, {asked.a, asked.b}, asked.avoid)
    _are_paths(data["shortestPath"], _shortest(allowed, asked), world, asked)
    _are_paths(data["allPaths"], _simple(allowed, asked), world, asked)
    _is_shared(data["commonNeighbors"], world, asked)
    _is_chosen(data["subgraph"], world, asked)


def _ids(nodes: Any) -> list[str]:
    return [node["id"] for node in nodes]


# -- neighborhoods ------------------------------------------------------------------------------------------


def _is_nearest(found: Any, world: World, asked: Asked) -> None:
    distances = nx.single_source_shortest_path_length(
        world.networkx(asked, {asked.a}), asked.a, cutoff=asked.depth
    )
    nearest = _discovered(world, asked)
    assert {id: distances[id] for id in nearest} == dict(distances)
    kept = nearest[: asked.limit]
    assert _ids(found["nodes"]) == kept
    assert found["truncated"] == (len(kept) < len(nearest))
    assert [hop["depth"] for hop in found["hops"]] == sorted({distances[id] for id in kept})
    assert [_ids(hop["articles"]) for hop in found["hops"]] == [
        [id for id in kept if distances[id] == hop["depth"] and isinstance(world.by_id[id], ArticleNode)]
        for hop in found["hops"]
    ]
    _are_links(found, world, asked)


def _discovered(world: World, asked: Asked) -> list[str]:
    """Breadth-first, in the order of discovery."""
    found = [asked.a]
    hop = [asked.a]
    for _ in range(asked.depth):
        reached = dict.fromkeys(to for id in hop for to in world.steps(id, asked))
        hop = [id for id in reached if id not in found and fits(world.by_id[id], asked)]
        found += hop
    return found


def _are_links(found: Any, world: World, asked: Asked) -> None:
    expected = world.links(_ids(found["nodes"]), asked)
    assert _sorted(found["links"]) == _sorted(expected)
    assert [one["from"] for one in found["links"]] == [one["from"] for one in expected]
    assert (found["nodeCount"], found["linkCount"]) == (len(found["nodes"]), len(expected))


def _sorted(links: Any) -> Any:
    return sorted(links, key=lambda link: (link["from"]["id"], link["to"]["id"], link["kind"]))


# -- paths ---------------------------------------------------------------------------------------------------


def _shortest(allowed: Any, asked: Asked) -> list[list[str]]:
    if not nx.has_path(allowed, asked.a, asked.b):
        return []
    paths = list(nx.all_shortest_paths(allowed, asked.a, asked.b))
    return paths if len(paths[0]) - 1 <= asked.steps else []


def _simple(allowed: Any, asked: Asked) -> list[list[str]]:
    if asked.a == asked.b:
        return [[asked.a]]
    return list(nx.all_simple_paths(allowed, asked.a, asked.b, cutoff=asked.steps))


def _are_paths(found: Any, expected: list[list[str]], world: World, asked: Asked) -> None:
    expected.sort(key=lambda path: (len(path), [world.key(id) for id in path]))
    paths = [_ids(path["nodes"]) for path in found["paths"]]
    assert paths == expected[: asked.limit]
    assert found["truncated"] == (len(expected) > asked.limit)
    assert found["found"] == bool(paths)
    assert found["distance"] == (len(paths[0]) - 1 if paths else None)
    for path, ids in zip(found["paths"], paths, strict=True):
        assert path["length"] == len(path["links"]) == len(ids) - 1
        for link, (here, there) in zip(path["links"], pairwise(ids), strict=True):
            _is_step(link, here, there, world, asked)


def _is_step(link: Any, here: str, there: str, world: World, asked: Asked) -> None:
    ends = (link["from"]["id"], link["to"]["id"])
    along = [(here, there)] * (asked.direction != "IN") + [(there, here)] * (asked.direction != "OUT")
    assert ends in along
    assert link["kind"] in asked.via
    assert link["position"] == world.edges[*ends, link["kind"]]
    assert link["reciprocal"] == ((*ends[::-1], link["kind"]) in world.edges)


# -- what two share --------------------------------------------------------------------------------------------


def _is_shared(found: Any, world: World, asked: Asked) -> None:
    a, b = world.by_id[asked.a], world.by_id[asked.b]
    assert isinstance(a, ArticleNode)
    assert isinstance(b, ArticleNode)
    listed: nx.Graph[str] = nx.Graph()
    listed.add_nodes_from(world.by_id)
    listed.add_edges_from(
        (one, other) for one, other, kind in world.edges if kind == "RELATED" and one != other
    )
    shared = set(listed[a.id]) & set(listed[b.id])
    assert _ids(found["articles"]) == sorted(shared, key=world.key)
    assert _ids(found["topics"]) == [f"topic:{slug}" for slug in a.topics if slug in b.topics]
    assert found["sameProvider"] == (a.provider is not None and a.provider == b.provider)
    [(_, _, jaccard)] = nx.jaccard_coefficient(listed, [(a.id, b.id)])
    assert isclose(found["jaccard"], jaccard)
    if a != b:  # networkx divides by ln(1) = 0 where a neighbor of one alone is shared with itself
        [(_, _, weight)] = nx.adamic_adar_index(listed, [(a.id, b.id)])
        assert isclose(found["adamicAdar"], weight)


# -- subgraphs -------------------------------------------------------------------------------------------------


def _is_chosen(found: Any, world: World, asked: Asked) -> None:
    chosen = _chosen(world, asked)
    beside = [
        to
        for id in chosen[: asked.limit]
        for to in sorted(
            (to for from_, to, kind in world.edges if from_ == id and kind in asked.via - {"RELATED"}),
            key=world.key,
        )
    ]
    whole = list(dict.fromkeys([*chosen[: asked.limit], *beside]))
    assert _ids(found["nodes"]) == whole[: asked.limit]
    assert found["truncated"] == (max(len(chosen), len(whole)) > asked.limit)
    assert [hop["depth"] for hop in found["hops"]] == [0]
    _are_links(found, world, asked)


def _chosen(world: World, asked: Asked) -> list[str]:
    """The ids that are there and fit, in the order given; all articles when none are given."""
    if asked.ids is not None:
        return [id for id in dict.fromkeys(asked.ids) if id in world.by_id and fits(world.by_id[id], asked)]
    return [node.id for node in sorted(world.articles, key=lambda node: node.key) if fits(node, asked)]
