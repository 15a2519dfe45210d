"""Records repeat no declaration differently."""

from __future__ import annotations

from typing import get_type_hints

from graph_api.records import Article, ArticleFields, Revision


def test_an_article_has_every_declared_field_with_its_type() -> None:
    declared = get_type_hints(ArticleFields)
    assert {name: get_type_hints(Article).get(name) for name in declared} == declared


def test_revisions_are_equal_with_their_generation_and_to_their_text() -> None:
    first, later = Revision("a", 1), Revision("a", 3)
    assert first == Revision("a", 1) == "a" == later
    assert first != later
    assert first != "b"
    assert len({first, Revision("a", 1), later}) == 2
    assert f"{first}" == "a"
