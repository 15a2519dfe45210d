"""Where related edges come from, and what a content report tells of a folder that is read by path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_api.ingest import ingest
from graph_api.settings import Settings
from tests.ingest.build import write_folder
from tests.schema.asking import ask

FILES = {
    "a.md": "---\ntitle: A\nrelated: [b]\n---\n[b](b.md) [c](c.md) [gone](gone.md) [site](https://other.example/)\n",
    "b.md": "# B\n\n[[A]] [[D]]\n",
    "c.md": "---\ntitle: C\n---\nNothing.\n",
    "d.md": "---\ntitle: D\npublished: false\n---\n[a](a.md)\n",
    "e.md": "---\ntitle: [\n---\n",
    "_part.md": "A part.",
    "empty.md": "",
}
EDGES = "edges { node { title } origin position reciprocal }"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    ingest([write_folder(tmp_path / "garden", FILES)], tmp_path / "g.db")
    return tmp_path / "g.db"


def edges(database: Path, title: str, arguments: str, settings: Settings | None = None) -> list[Any]:
    query = f'{{ article(by: {{path: "{title.lower()}.md"}}) {{ related{arguments} {{ {EDGES} }} }} }}'
    found = ask(database, query, settings)["article"]["related"]["edges"]
    return [(one["node"]["title"], one["origin"], one["position"], one["reciprocal"]) for one in found]


def test_listed_articles_come_first_and_an_edge_that_is_both_is_listed(database: Path) -> None:
    assert edges(database, "A", "") == [("B", "LISTED", 0, True), ("C", "LINKED", 1, False)]


def test_lists_are_divided_by_origin(database: Path) -> None:
    assert edges(database, "A", "(origin: LINKED)") == [("C", "LINKED", 1, False)]
    assert edges(database, "A", "(origin: LISTED, direction: BOTH)") == [("B", "LISTED", 0, True)]
    # B links to A, and A lists B: of the origin LINKED the edge that leads back is the one
    assert ("B", "LINKED", None, True) in edges(database, "A", "(origin: LINKED, direction: BOTH)")


def test_the_origin_of_an_edge_that_leads_here_is_that_of_the_other_article(database: Path) -> None:
    assert sorted(edges(database, "B", "(direction: IN)")) == [("A", "LISTED", None, True)]
    assert edges(database, "C", "(direction: IN)") == [("A", "LINKED", None, False)]


def test_walks_follow_edges_of_one_origin(database: Path) -> None:
    query = """query ($origin: EdgeOrigin) { article(by: {path: "a.md"}) {
        neighborhood(maxDepth: 1, direction: OUT, origin: $origin) {
            nodes { ... on Article { title } } links { kind origin from { ... on Article { title } } }
        } } }"""
    found = ask(database, query, origin="LISTED")["article"]["neighborhood"]
    assert found["nodes"] == [{"title": "A"}, {"title": "B"}]
    assert found["links"] == [{"kind": "RELATED", "origin": "LISTED", "from": {"title": "A"}}]
    both = ask(database, query, origin=None)["article"]["neighborhood"]
    assert [node["title"] for node in both["nodes"]] == ["A", "B", "C"]
    assert {link["origin"] for link in both["links"]} == {"LISTED", "LINKED"}


REPORT = """{ contentReport { listed: related(origin: LISTED) linked: related(origin: LINKED) related
    linksFound linksResolved files { articles taxonomy rejected leftOut } } }"""


def test_the_report_counts_files_edges_and_links(database: Path) -> None:
    assert ask(database, REPORT)["contentReport"] == {
        "listed": 1,
        "linked": 4,
        "related": 5,
        "linksFound": 6,
        "linksResolved": 5,
        "files": {"articles": 4, "taxonomy": 0, "rejected": 1, "leftOut": 2},
    }


def test_published_only_callers_see_no_hidden_origin(database: Path) -> None:
    """D is hidden, and so are the edges to and from it; the rejected file could be hidden too."""
    report = ask(database, REPORT, Settings(published_only=True))["contentReport"]
    assert report == {
        "listed": 1,
        "linked": 2,
        "related": 3,
        "linksFound": 5,
        "linksResolved": 3,
        "files": {"articles": 3, "taxonomy": 0, "rejected": 0, "leftOut": 2},
    }
    assert edges(database, "A", "(direction: IN)", Settings(published_only=True)) == [
        ("B", "LINKED", None, True)
    ]
