"""A path becomes a sentence, whichever way its links run."""

from __future__ import annotations

import pytest

from graph_api.graph.explanation import explanation
from graph_api.graph.walk import Link
from graph_api.records import EdgeKind

RELATED, LINKED, PROVIDER, TOPIC = EdgeKind
TITLES = {1: "A", 2: "B", 3: "C", 4: " a\n title ", 7: "Daily", 8: "AI"}


def link(source: int, target: int, kind: EdgeKind = RELATED, *, reciprocal: bool = False) -> Link:
    return Link(source=source, target=target, kind=kind, position=None, reciprocal=reciprocal)


@pytest.mark.parametrize(
    ("path", "links", "words"),
    [
        ([1, 2], [link(1, 2)], "“A” lists “B” as related"),
        ([1, 2], [link(2, 1)], "“B” lists “A” as related"),
        ([1, 2], [link(1, 2, reciprocal=True)], "“A” and “B” list each other as related"),
        ([1, 2, 3], [link(1, 2), link(2, 3)], "“A” lists “B” as related; “B” lists “C” as related"),
        ([1, 2, 3], [link(1, 2), link(3, 2)], "“A” and “C” both list “B” as related"),
        ([1, 2, 3], [link(2, 1), link(2, 3)], "“B” lists both “A” and “C” as related"),
        (
            [1, 7, 2],
            [link(1, 7, PROVIDER), link(2, 7, PROVIDER)],
            "“A” and “B” are both published by “Daily”",
        ),
        ([1, 8, 2], [link(1, 8, TOPIC), link(2, 8, TOPIC)], "“A” and “B” are both about “AI”"),
        (
            [8, 1, 7],
            [link(1, 8, TOPIC), link(1, 7, PROVIDER)],
            "“A” is about “AI”; “A” is published by “Daily”",
        ),
        ([1, 2, 8], [link(1, 2), link(2, 8, TOPIC)], "“A” lists “B” as related; “B” is about “AI”"),
        ([4], [], "“a title” is both ends of the path"),
    ],
)
def test_a_path_in_words(path: list[int], links: list[Link], words: str) -> None:
    assert explanation(path, links, TITLES) == words


def test_braces_in_titles_are_text() -> None:
    assert explanation([1, 2], [link(1, 2)], {1: "{0}", 2: "{x}"}) == "“{0}” lists “{x}” as related"
