"""Filters on arrays choose the articles that the store of dicts chooses."""

from __future__ import annotations

from hypothesis import given

from graph_api.store.column_filters import fitting
from graph_api.store.filters import (
    And,
    Filter,
    Match,
    Not,
    OfProvider,
    OfTopics,
    Or,
    Quantifier,
    TextField,
    TextIn,
    TextIs,
)
from tests.store import generated
from tests.store.build import AnyNode, article
from tests.store.stores import dict_store


@given(nodes=generated.graphs(), filter=generated.article_filters)
def test_filters_on_arrays_choose_what_the_store_chooses(nodes: list[AnyNode], filter: Filter) -> None:
    graph = dict_store(nodes).content.whole.nodes
    columns = graph.columns()
    mask = fitting(columns, filter)
    if mask is not None:
        expected = [graph.fits(graph.articles[key], filter) for key in columns.keys.tolist()]
        assert mask.tolist() == expected


def test_titles_are_left_to_the_store_and_slugs_of_topics_are_not() -> None:
    columns = dict_store(
        [article("a", topics=["t"], provider="p.org"), article("b")]
    ).content.whole.nodes.columns()
    title = TextIs(TextField.TITLE, Match.EQ, "a")
    assert fitting(columns, title) is None
    assert fitting(columns, And((title, TextIs(TextField.TYPE, Match.EQ, "article")))) is None
    of_topic = OfTopics(Quantifier.SOME, TextIs(TextField.SLUG, Match.EQ, "t"))
    of_provider = OfProvider(TextIn(TextField.DOMAIN, ("p.org", "q.org")))
    for filter in (of_topic, of_provider, And((of_topic, of_provider)), Not(Or(()))):
        mask = fitting(columns, filter)
        assert mask is not None
        assert mask.sum() == (2 if isinstance(filter, Not) else 1)
