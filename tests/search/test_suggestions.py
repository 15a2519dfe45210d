"""Completions of names, and corrections of words."""

from __future__ import annotations

import pytest

from graph_api.search import Document, Kind, build, did_you_mean, parse, suggest
from tests.search.plain_search import article

INDEX = build(
    "r",
    [
        article(1, "Kubernetes security on Azure", "about cluster policies"),
        article(2, "Azure Kubernetes Service", "kubernetes"),
        Document(3, Kind.TOPIC, "Kubernetes"),
        Document(4, Kind.PROVIDER, "Kube Weekly"),
        article(5, "Azure .NET and C++", "functions functional"),
        article(6, "机器学习入门"),
    ],
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kubernetse", ["kubernetes"]),
        ("Kubernets -azure", ["kubernetes -azure"]),
        ("securty kubernetse", ["security kubernetes"]),
        ("kubernetes", []),
        ("zzzzzzzz", []),
        ("kubernetse zzzzzzzz", []),
        ("-kubernetse kubernets*", []),
        ("ab 机学", []),
        ("", []),
    ],
)
def test_unknown_words_are_replaced_by_the_nearest(query: str, expected: list[str]) -> None:
    assert did_you_mean(INDEX, parse(query)) == expected


def test_other_near_words_follow_the_nearest_and_most_frequent() -> None:
    index = build(
        "r",
        [article(1, "functional"), article(2, "functions"), article(3, "functions"), article(4, "function")],
    )
    assert did_you_mean(index, parse("functionas azure")) == []
    assert did_you_mean(index, parse("Functionas")) == ["functions", "functional", "function"]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("kub", {1, 2, 3, 4}),
        ("Kube w", {4}),
        ("azure kub", {1, 2}),
        ("azure ", {1, 2, 5}),
        ("cluster", set[int]()),
        (".n", {5}),
        ("C+", {5}),
        ("学", {6}),
        ("机器学", {6}),
        ("", set[int]()),
        ('"', set[int]()),
    ],
)
def test_names_are_completed_by_their_words(prefix: str, expected: set[int]) -> None:
    assert {hit.key for hit in suggest(INDEX, prefix, 10)} == expected


def test_short_names_come_first_and_kinds_can_be_chosen() -> None:
    assert suggest(INDEX, "kubernetes", 10)[0].key == 3
    assert [hit.key for hit in suggest(INDEX, "kub", 10, kinds=[Kind.PROVIDER])] == [4]
