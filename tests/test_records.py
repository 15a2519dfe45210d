"""Records repeat no declaration differently."""

from __future__ import annotations

from typing import get_type_hints

from graph_api.records import Article, ArticleFields


def test_an_article_has_every_declared_field_with_its_type() -> None:
    declared = get_type_hints(ArticleFields)
    assert {name: get_type_hints(Article).get(name) for name in declared} == declared
