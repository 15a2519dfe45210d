"""Walks over real corpora agree with networkx over a plain reading of the same files."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import orjson
import pytest

from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests import reference_reader as plain
from tests.corpora import corpus
from tests.schema.traversing import with_edges

ASKED = 200
NEAR = """query ($id: ID!, $depth: Int) { article(by: {id: $id}) {
  neighborhood(maxDepth: $depth, limit: 1000) {
    nodeCount linkCount truncated hops { depth articles { id } } links { from { id } to { id } reciprocal } } } }"""
BETWEEN = """query ($a: ID!, $b: ID!) {
  shortestPath(from: $a, to: $b, options: {limit: 100}) { distance truncated paths { nodes { id } } }
  commonNeighbors(a: $a, b: $b) { articles { id } jaccard adamicAdar } }"""


@dataclass(frozen=True, slots=True)
class Walked:
    """A corpus: its lists as its files say, and what the API answers to the questions of one operation."""

    listed: Any  # nx.DiGraph
    ask: Callable[[str, list[dict[str, Any]]], list[Any]]

    @property
    def mutual(self) -> Any:
        """The graph without directions."""
        return self.listed.to_undirected()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((name, edges), id=f"{name} from {'edges' if edges else 'store'}", marks=marks)
        for name, marks in (("azure-mini", ()), ("azure-dev", pytest.mark.slow))
        for edges in (False, True)
    ],
)
def walked(request: pytest.FixtureRequest, ingested: Callable[[Path], Path]) -> Walked:
    name, from_edges = request.param
    database = ingested(corpus(name))
    listed: Any = nx.DiGraph()
    for key, said in plain.articles(corpus(name)).items():
        listed.add_node(key)
        listed.add_edges_from((key, other) for other in said.related)

    def ask(query: str, variables: list[dict[str, Any]]) -> list[Any]:
        return asyncio.run(_answered(database, query, variables, from_edges=from_edges))

    return Walked(listed, ask)


async def _answered(
    database: Path, query: str, variables: list[dict[str, Any]], *, from_edges: bool
) -> list[Any]:
    store = await open_store(database, reader_connections=1)
    try:
        settings = Settings(response_cache_bytes=0)
        engine = Engine(build_schema(), store, settings, loads_adjacency=from_edges)
        if from_edges:
            await with_edges(engine)
        bodies = [(await engine.execute(query, each)).body for each in variables]
    finally:
        await store.close()
    found = [orjson.loads(body) for body in bodies]
    assert not any("errors" in each for each in found)
    return [each["data"] for each in found]


def test_neighborhoods_are_those_of_networkx(walked: Walked) -> None:
    chosen = random.Random(4)
    keys = sorted(walked.listed)
    asked = [{"id": chosen.choice(keys), "depth": chosen.randint(1, 4)} for _ in range(ASKED)]
    mutual = walked.mutual
    for one, data in zip(asked, walked.ask(NEAR, asked), strict=True):
        found = data["article"]["neighborhood"]
        distances = nx.single_source_shortest_path_length(mutual, one["id"], cutoff=one["depth"])
        hops = {node["id"]: hop["depth"] for hop in found["hops"] for node in hop["articles"]}
        assert found["truncated"] == (len(distances) > 1000)
        assert found["nodeCount"] == len(hops) == min(len(distances), 1000)
        assert all(distances[id] == depth for id, depth in hops.items())
        _are_all_links(found, walked.listed.subgraph(hops))


def _are_all_links(found: Any, among: Any) -> None:
    said = {(link["from"]["id"], link["to"]["id"], link["reciprocal"]) for link in found["links"]}
    ways = {(a, b) for a, b, _ in said} | {(b, a) for a, b, both in said if both}
    assert ways == set(among.edges)
    assert found["linkCount"] == len(said) == len(among.to_undirected().edges)


def test_shortest_paths_are_those_of_networkx(walked: Walked) -> None:
    pairs, mutual = _pairs(walked), walked.mutual
    for (a, b), data in zip(pairs, walked.ask(BETWEEN, [{"a": a, "b": b} for a, b in pairs]), strict=True):
        found = data["shortestPath"]
        paths = [[node["id"] for node in path["nodes"]] for path in found["paths"]]
        every = list(nx.all_shortest_paths(mutual, a, b)) if nx.has_path(mutual, a, b) else []
        if not every or len(every[0]) > 7:
            assert (paths, found["distance"]) == ([], None)
            continue
        assert found["distance"] == len(every[0]) - 1
        assert paths == sorted(every)[:100]  # keys sort as ids do
        assert found["truncated"] == (len(every) > 100)


def test_what_two_articles_share_is_what_networkx_says(walked: Walked) -> None:
    pairs, mutual = _pairs(walked), walked.mutual
    for (a, b), data in zip(pairs, walked.ask(BETWEEN, [{"a": a, "b": b} for a, b in pairs]), strict=True):
        found = data["commonNeighbors"]
        [(_, _, jaccard)] = nx.jaccard_coefficient(mutual, [(a, b)])
        [(_, _, weight)] = nx.adamic_adar_index(mutual, [(a, b)])
        assert [one["id"] for one in found["articles"]] == sorted(nx.common_neighbors(mutual, a, b))
        assert (found["jaccard"], found["adamicAdar"]) == pytest.approx((jaccard, weight))


def _pairs(walked: Walked) -> list[tuple[str, str]]:
    """Any two, and as many with a few steps between them: most articles have no path to most others."""
    chosen = random.Random(5)
    keys = sorted(walked.listed)
    mutual = walked.mutual
    far = [tuple(chosen.sample(keys, 2)) for _ in range(ASKED // 2)]
    starts = [chosen.choice([key for key in keys if mutual.degree[key]]) for _ in range(ASKED // 2)]
    near = [(start, _near(mutual, start, chosen)) for start in starts]
    return [(a, b) for a, b in (*far, *near)]


def _near(mutual: Any, start: str, chosen: random.Random) -> str:
    found: dict[str, int] = nx.single_source_shortest_path_length(mutual, start, cutoff=5)
    farthest = max(found.values())
    return chosen.choice(sorted(key for key, distance in found.items() if distance == farthest))
