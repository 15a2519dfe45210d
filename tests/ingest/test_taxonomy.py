"""Topics: how spellings, names and parents of the taxonomy lead to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ingest.build import (
    article,
    codes,
    fill,
    hold,
    names,
    select,
    topic,
)


def test_spellings_that_differ_in_case_are_one_topic_under_the_most_used(database: Path) -> None:
    hold(
        database,
        article("a", topics=["Big Data"]),
        article("b", topics=["big data"]),
        article("c", topics=["big data"]),
    )
    assert select(database, "SELECT slug, name FROM topic") == [("big-data", "big data")]
    assert names(database, "SELECT name_folded FROM topic_name") == ["big data"]


@pytest.mark.parametrize("spelled", ["Artificial Intelligence", "artificial intelligence", "AI", "ai"])
def test_name_and_shortname_of_the_taxonomy_lead_to_its_topic(database: Path, spelled: str) -> None:
    hold(
        database, topic("Artificial Intelligence", slug="a-i", shortname="AI"), article("a", topics=[spelled])
    )
    assert select(database, "SELECT slug, name FROM topic") == [("a-i", "Artificial Intelligence")]
    assert codes(database) == []


def test_two_spellings_of_one_topic_in_an_article_are_one(database: Path) -> None:
    hold(
        database,
        topic("Artificial Intelligence", shortname="AI"),
        article("a", topics=["X", "AI", "x", "artificial intelligence"]),
    )
    assert select(database, "SELECT position, name FROM article_topic ORDER BY position") == [
        (0, "X"),
        (1, "AI"),
    ]
    assert names(database, "SELECT topic_count FROM article") == ["2"]


def test_a_topic_unknown_to_the_taxonomy_gives_a_warning(database: Path) -> None:
    hold(database, topic("Known"), article("a", topics=["Known", "Other"]))
    assert codes(database) == [("W220", "1.md")]


def test_without_taxonomy_no_topic_is_unknown(database: Path) -> None:
    fill(database, {"/a": {"a.md": article("a", topics=["Other"])}, "/b": {"t.yaml": topic("Known")}})
    assert codes(database) == []


def parents(database: Path) -> list[tuple[Any, ...]]:
    query = "SELECT t.slug, p.slug FROM topic t LEFT JOIN topic p ON p.key = t.parent ORDER BY t.slug"
    return select(database, query)


def test_parents_are_found_by_name(database: Path) -> None:
    hold(database, topic("Root", slug="top"), topic("Child", parent="root"))
    assert parents(database) == [("child", "top"), ("top", None)]


def test_a_parent_that_is_not_in_the_taxonomy_gives_a_warning(database: Path) -> None:
    hold(database, topic("Child", parent="Nowhere"))
    assert parents(database) == [("child", None)]
    assert codes(database) == [("W222", "0.md")]


def test_a_cycle_of_parents_is_cut_at_its_smallest_slug(database: Path) -> None:
    hold(
        database,
        topic("A", parent="C"),
        topic("B", parent="A"),
        topic("C", parent="B"),
        topic("Z", parent="B"),
    )
    assert parents(database) == [("a", None), ("b", "a"), ("c", "b"), ("z", "b")]
    assert codes(database) == [("W221", "0.md")]


def test_a_topic_cannot_be_its_own_parent(database: Path) -> None:
    hold(database, topic("A", parent="A"))
    assert parents(database) == [("a", None)]
    assert codes(database) == [("W221", "0.md")]


def test_two_files_of_one_topic_give_a_warning(database: Path) -> None:
    hold(database, topic("First", slug="t"), topic("Second", slug="t"))
    assert select(database, "SELECT slug, name FROM topic") == [("t", "First")]
    assert codes(database) == [("W224", "1.md")]
