"""Real documents: the development corpus against an independent count, and the seeds."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from graph_api.documents import (
    ArticleDocument,
    ParsedFile,
    ProviderDocument,
    TopicDocument,
    parse,
    read_file,
    scan,
)
from tests.corpora import corpus, shared_path

_SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def readings(folder: Path) -> list[ParsedFile]:
    """The readings of all documents of a folder."""
    files = (read_file(folder, path) for path in scan(folder))
    return [
        file if isinstance(file, ParsedFile) else parse(file.path, file.data, file.sha256) for file in files
    ]


@cache
def dev() -> tuple[list[ParsedFile], dict[str, ArticleDocument], dict[str, Any]]:
    """The development corpus: its readings, its articles by path, and what is known about it."""
    expected = json.loads(shared_path("corpus", "counts.json").read_text())["azure_dev"]
    found = readings(corpus("azure-dev"))
    articles = {
        reading.path: reading.document for reading in found if isinstance(reading.document, ArticleDocument)
    }
    return found, articles, expected


def test_every_file_of_the_corpus_is_a_document() -> None:
    found, _, expected = dev()
    kinds = Counter(type(reading.document) for reading in found)
    assert kinds == {
        ArticleDocument: expected["collections_file_counts"]["_news"],
        TopicDocument: expected["collections_file_counts"]["_data/topics"],
        ProviderDocument: expected["collections_file_counts"]["_data/organizations"],
    }


def test_warnings_are_exactly_for_what_is_odd() -> None:
    found, _, expected = dev()
    assert Counter(problem.code for reading in found for problem in reading.problems) == {
        "W206": expected["related_self_items"],
        "W207": expected["related_duplicate_items_in_list"],
    }


def test_every_warning_points_at_the_address_it_is_about() -> None:
    found, _, _ = dev()
    for reading in found:
        if not reading.problems:
            continue
        lines = (corpus("azure-dev") / reading.path).read_text().split("\n")
        for problem in reading.problems:
            assert problem.line is not None
            assert problem.column == 5
            assert lines[problem.line - 1].startswith("    webUrl: ")


def test_articles_and_relations_are_as_counted() -> None:
    _, articles, expected = dev()
    assert len({document.url for document in articles.values()}) == expected["distinct_article_urls"]
    related = sum(len(document.related) for document in articles.values())
    odd = expected["related_self_items"] + expected["related_duplicate_items_in_list"]
    assert related == expected["related_items_raw"] - odd
    edges = {(document.url, item.url) for document in articles.values() for item in document.related}
    assert len(edges) == expected["distinct_directed_edges"]


def test_scores_flags_and_providers_are_as_counted() -> None:
    _, articles, expected = dev()
    documents = articles.values()
    assert sum(document.quality or 0 for document in documents) == expected["sum_quality"]
    assert sum(document.heat or 0 for document in documents) == expected["sum_heat"]
    assert sum(document.heat == -1 for document in documents) == expected["heat_minus_1"]
    assert sum(document.published is True for document in documents) == expected["published_true"]
    assert (
        len({document.provider.domain for document in documents if document.provider})
        == expected["providers_by_domain"]
    )
    assert Counter(topic for document in documents for topic in document.topics) == expected["topics"]


def test_several_files_of_one_article_have_one_url() -> None:
    _, articles, expected = dev()
    for paths in expected["duplicate_url_groups"].values():
        assert len({articles[path.removeprefix("azure/")].url for path in paths}) == 1


def test_the_seeds_have_no_problems() -> None:
    found = readings(_SEEDS)
    assert [problem for reading in found for problem in reading.problems] == []
    assert sum(isinstance(reading.document, ArticleDocument) for reading in found) > 40
