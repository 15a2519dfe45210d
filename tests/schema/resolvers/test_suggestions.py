"""`contentReport.linkSuggestions`: kinds, reasons, pages, and what callers who see published content only learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_api.settings import Settings
from tests.schema.asking import ask, refusal
from tests.store.build import article, graph

QUERY = """query ($kind: LinkSuggestionKind, $first: Int, $after: String, $last: Int, $before: String) {
  contentReport { linkSuggestions(kind: $kind, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    nodes { kind reason score article { slug } others { slug } }
    edges { cursor node { kind } }
    pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
  } } }"""
TEXT = "one two three four five six seven eight nine ten eleven twelve thirteen"


def file(name: str) -> list[tuple[str, int]]:
    return [(f"{name}.md", 1)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """a and b list each other, c is listed by b alone; d and e are duplicates; f, g and h stand alone."""
    return graph(
        tmp_path / "g.db",
        article("a", related="b", files=file("a")),
        article("b", related="ac", files=file("b")),
        article("c", title="Third article", files=file("c")),
        article("d", title="Shared Title", related="e", files=file("d"), excerpt=TEXT),
        article("e", title="shared title", related="d", files=file("e"), excerpt=f"{TEXT} more"),
        article("f", title="Whales of the northern ocean", files=file("f")),
        article("g", title="Songs of northern whales", files=file("g")),
        article("h", title="Bread", files=file("h")),
    )


def suggestions(path: Path, settings: Settings | None = None, **variables: Any) -> Any:
    return ask(path, QUERY, settings, **variables)["contentReport"]["linkSuggestions"]


def test_an_article_that_does_not_list_back_is_named_with_the_one_that_lists_it(path: Path) -> None:
    found = suggestions(path, kind="MISSING_RECIPROCAL")
    assert found["totalCount"] == 1
    assert found["nodes"] == [
        {
            "kind": "MISSING_RECIPROCAL",
            "reason": '"b" lists "Third article", which does not list it back; most relations of their folder are mutual.',
            "score": pytest.approx(1 / 3),  # of the articles a, b and c one is in both lists or their owner
            "article": {"slug": "c"},
            "others": [{"slug": "b"}],
        }
    ]


def test_duplicates_say_what_they_have_in_common(path: Path) -> None:
    [found] = suggestions(path, kind="NEAR_DUPLICATE")["nodes"]
    assert {found["article"]["slug"], *(other["slug"] for other in found["others"])} == {"d", "e"}
    assert "have the same title and texts that are 92% alike." in found["reason"]
    assert found["score"] == pytest.approx(0.5 + 0.5 * 12 / 13)


def test_orphans_come_with_the_articles_of_similar_titles_and_why(path: Path) -> None:
    found = {one["article"]["slug"]: one for one in suggestions(path, kind="ORPHAN")["nodes"]}
    assert found.keys() == {"f", "g", "h"}
    assert found["f"]["others"] == [{"slug": "g"}]
    assert found["f"]["reason"] == (
        'No article is related to "Whales of the northern ocean"; "Songs of northern whales" is the likeliest: similar words:'
        " northern, of, whales."
    )
    assert 0.15 <= found["f"]["score"] <= 1
    assert (found["h"]["others"], found["h"]["score"]) == ([], 0)


def test_pages_cover_the_list_once_in_order_of_kind_then_score(path: Path) -> None:
    whole = suggestions(path)
    assert [node["kind"] for node in whole["nodes"]] == [
        "MISSING_RECIPROCAL",
        "NEAR_DUPLICATE",
        *["ORPHAN"] * 3,
    ]
    assert whole["totalCount"] == 5
    seen: list[Any] = []
    after = None
    while True:
        page = suggestions(path, first=2, after=after)
        seen += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == whole["nodes"]
    assert suggestions(path, last=2)["nodes"] == whole["nodes"][-2:]
    assert suggestions(path, last=2, before=whole["edges"][2]["cursor"])["nodes"] == whole["nodes"][:2]


def test_cursors_of_other_lists_are_refused(path: Path) -> None:
    stories = ask(path, "{ stories { edges { cursor } } }")["stories"]["edges"]
    [error] = refusal(path, QUERY, after=stories[0]["cursor"])
    assert error["extensions"]["code"] == "BAD_CURSOR"


def test_hidden_articles_are_never_named_nor_counted(tmp_path: Path) -> None:
    """Not as orphans, duplicates or likely relations, not by what they list, and not by their words."""
    shown = [
        article("a", title="Whales of the northern ocean", related="b", files=file("a"), excerpt=TEXT),
        article("b", related="ac", files=file("b")),
        article("c", title="Third article", files=file("c")),
        article("f", title="Bread and butter", files=file("f")),
        article("g", title="Butter and bread", files=file("g")),
    ]
    hidden = [
        article("x", title="Bread and butter", published=False, files=file("x")),
        article("y", title="Secret", related="fgab", published=False, files=file("y")),
        article("z", title="Copy", excerpt=TEXT, published=False, files=file("z")),
    ]
    whole, less = graph(tmp_path / "whole.db", *shown, *hidden), graph(tmp_path / "less.db", *shown)
    published = Settings(published_only=True)
    assert suggestions(whole, published) == suggestions(less) == suggestions(less, published)
    assert suggestions(whole) != suggestions(less)
    assert {"x", "z"} <= {one["article"]["slug"] for one in suggestions(whole)["nodes"]} | {
        other["slug"] for one in suggestions(whole)["nodes"] for other in one["others"]
    }
