"""Metrics of articles, and what goes together: against networkx and plain counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from tests.schema.asking import ask
from tests.store.build import article, graph

_EDGES = {"a": ["b", "c", "d"], "b": ["a", "c"], "c": ["b"], "d": [], "e": ["a"]}


def test_metrics_are_those_of_networkx(tmp_path: Path) -> None:
    nodes = [article(name, related=names, linked=names[-1:]) for name, names in _EDGES.items()]
    path = graph(tmp_path / "g.db", *nodes)
    query = "{ articles { nodes { slug metrics { inDegree outDegree pageRank clustering } } } }"
    found = {node["slug"]: node["metrics"] for node in ask(path, query)["articles"]["nodes"]}
    directed: nx.DiGraph[str] = nx.DiGraph(_EDGES)  # type: ignore[arg-type]
    ranks = _page_rank(directed)
    clustering: Any = nx.clustering(directed.to_undirected())
    for name, metrics in found.items():
        assert metrics["inDegree"] == directed.in_degree(name)
        assert metrics["outDegree"] == directed.out_degree(name)
        assert metrics["pageRank"] == pytest.approx(ranks[name], abs=1e-6)
        assert metrics["clustering"] == pytest.approx(clustering[name])


def _page_rank(graph: nx.DiGraph[str]) -> dict[str, float]:
    """networkx's in plain Python: its own needs scipy."""
    ranks: dict[str, float] = nx.algorithms.link_analysis.pagerank_alg._pagerank_python(graph, tol=1e-12)  # type: ignore[attr-defined]
    return ranks


def test_top_topics_of_providers_are_counted(tmp_path: Path) -> None:
    path = graph(
        tmp_path / "g.db",
        article("a", provider="p.example", topics=["t", "u"]),
        article("b", provider="p.example", topics=["u"]),
        article("c", provider="q.example", topics=["t"]),
    )
    found = ask(path, "{ providers { nodes { domain topTopics(first: 1) { key count node { id } } } } }")
    assert found["providers"]["nodes"] == [
        {"domain": "p.example", "topTopics": [{"key": "u", "count": 2, "node": {"id": "topic:u"}}]},
        {"domain": "q.example", "topTopics": [{"key": "t", "count": 1, "node": {"id": "topic:t"}}]},
    ]


def test_topics_occur_together_as_often_as_articles_have_both(tmp_path: Path) -> None:
    topics = {"a": "tuv", "b": "tu", "c": "t", "d": "v", "e": ""}
    path = graph(tmp_path / "g.db", *(article(name, topics=list(own)) for name, own in topics.items()))
    query = '{ topic(by: {slug: "t"}) { cooccurring { topic { slug } count jaccard } } }'
    own, others = {"a", "b", "c"}, {"u": {"a", "b"}, "v": {"a", "d"}}
    assert ask(path, query)["topic"]["cooccurring"] == [
        {"topic": {"slug": slug}, "count": len(own & names), "jaccard": len(own & names) / len(own | names)}
        for slug, names in others.items()
    ]
