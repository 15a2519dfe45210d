"""Facets and statistics of lists that a search filters."""

from __future__ import annotations

from pathlib import Path

from graph_api.ingest import ingest
from graph_api.settings import Settings
from tests.ingest.build import write_folder
from tests.schema.asking import ask

FILES = {
    "a.md": "---\ntitle: Spring tides\ndate: 2020-01-02\ntags: [sea]\n---\n",
    "b.md": "---\ntitle: Neap tides\ndate: 2021-01-02\ntags: [sea, moon]\npublished: false\n---\n",
    "c.md": "---\ntitle: Winds\ndate: 2021-01-02\ntags: [air]\n---\n",
}
QUERY = """{ articles(first: 0, filter: {search: "tides"}) {
    totalCount stats { count } facets(by: [TOPIC, YEAR]) { buckets { key count } otherCount missingCount }
} }"""


def counted(database: Path, settings: Settings | None = None) -> tuple[int, list[dict[str, int]]]:
    found = ask(database, QUERY, settings)["articles"]
    assert found["totalCount"] == found["stats"]["count"]
    return found["totalCount"], [
        {bucket["key"]: bucket["count"] for bucket in facet["buckets"]} for facet in found["facets"]
    ]


def test_facets_count_what_the_search_finds_and_the_caller_may_see(tmp_path: Path) -> None:
    database = tmp_path / "g.db"
    ingest([write_folder(tmp_path / "notes", FILES)], database)
    assert counted(database) == (2, [{"sea": 2, "moon": 1}, {"2020": 1, "2021": 1}])
    assert counted(database, Settings(published_only=True)) == (1, [{"sea": 1}, {"2020": 1}])


def test_a_search_has_facets_of_the_articles_among_its_results(tmp_path: Path) -> None:
    database = tmp_path / "g.db"
    ingest([write_folder(tmp_path / "notes", FILES)], database)

    def of(arguments: str, settings: Settings | None = None) -> tuple[int, dict[str, int]]:
        query = (
            f"{{ search({arguments}) {{ totalCount facets(by: [TOPIC]) {{ buckets {{ key count }} }} }} }}"
        )
        found = ask(database, query, settings)["search"]
        [facet] = found["facets"]
        return found["totalCount"], {bucket["key"]: bucket["count"] for bucket in facet["buckets"]}

    assert of('query: "tides"') == (2, {"sea": 2, "moon": 1})
    assert of('query: "tides", filter: {title: {contains: "neap"}}') == (1, {"sea": 1, "moon": 1})
    assert of('query: "sea", types: []') == (
        3,
        {"sea": 2, "moon": 1},
    )  # the topic is a result, not an article
    assert of('query: "sea", types: [], filter: {title: {contains: "spring"}}') == (2, {"sea": 1})
    assert of('query: "tides"', Settings(published_only=True)) == (1, {"sea": 1})
