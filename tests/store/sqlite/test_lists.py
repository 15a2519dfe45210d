"""SQL of lists and filters: walks of indexes, and filters of any allowed shape."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from hypothesis import given, strategies as st

from graph_api.records import EdgeDirection, NodeKey
from graph_api.store.filters import (
    MAX_DEPTH,
    MAX_RELATED,
    And,
    Filter,
    HasTopics,
    Match,
    Not,
    OfProvider,
    OfRelated,
    OfTopics,
    Or,
    Quantifier,
    TextField,
    TextIn,
    TextIs,
)
from graph_api.store.lists import (
    AllArticles,
    ArticlesOfProvider,
    ArticlesOfTopic,
    ListKey,
    Order,
    OrderField,
    Place,
    Window,
)
from graph_api.store.plans import Rights
from graph_api.store.reads import Lists
from graph_api.store.sqlite.filters import articles, condition
from graph_api.store.sqlite.lists import lists as lists_of
from graph_api.store.sqlite.tables import SCRIPT

ALL = Rights()

INDEXED: list[tuple[ListKey, Filter | None, OrderField]] = [
    (AllArticles(), None, OrderField.PUBLISHED_DATE_TIME),
    (AllArticles(), None, OrderField.QUALITY),
    (AllArticles(), None, OrderField.HEAT),
    (ArticlesOfProvider(NodeKey(1)), None, OrderField.PUBLISHED_DATE_TIME),
    (ArticlesOfTopic(NodeKey(1)), None, OrderField.PUBLISHED_DATE_TIME),
    (AllArticles(), HasTopics(("s",)), OrderField.PUBLISHED_DATE_TIME),
    (
        AllArticles(),
        OfProvider(TextIs(TextField.DOMAIN, Match.EQ, "x.org")),
        OrderField.PUBLISHED_DATE_TIME,
    ),
]


PAGES = [
    Window(20),
    Window(20, after=Place((5, 7))),
    Window(20, after=Place((None, 7))),
    Window(20, before=Place((5, 7)), backward=True),
]


@pytest.mark.parametrize(("scope", "filter", "field"), INDEXED)
@pytest.mark.parametrize("published_only", [False, True])
def test_pages_of_long_lists_are_index_walks_wherever_they_begin(
    scope: ListKey, filter: Filter | None, field: OrderField, published_only: bool
) -> None:
    rights = Rights(published_only=published_only)
    for window in PAGES:
        steps = query_plan(Lists((scope,), rights, window, filter, (Order(field),)))
        walks = [
            step
            for step in steps
            if step.startswith(("SCAN", "SEARCH")) and "VIRTUAL TABLE" not in step  # keys in one parameter
        ]
        assert walks
        assert all("USING" in step for step in walks)
        assert not [step for step in steps if "TEMP B-TREE" in step]
        if window.after == Place((5, 7)):
            assert all(step.startswith("SEARCH") for step in walks)


def query_plan(read: Lists) -> list[str]:
    """How SQLite answers *read*, step by step, as it says itself."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCRIPT)
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        lists_of(connection, read)
        connection.set_trace_callback(None)
        return [row[3] for text in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]


LEAF: Filter = TextIn(TextField.SLUG, ("a", "b"))
LEVELS: dict[str, Callable[[Filter], Filter]] = {
    "and": lambda part: And((part, *[LEAF] * 70)),
    "or": lambda part: Or((*[LEAF] * 70, part)),
    "not": Not,
    "related": lambda part: OfRelated(EdgeDirection.BOTH, part),
}


@given(st.lists(st.sampled_from(sorted(LEVELS)), min_size=MAX_DEPTH - 2, max_size=MAX_DEPTH - 2))
def test_any_filter_of_the_allowed_depth_compiles(levels: list[str]) -> None:
    deep: Filter = OfTopics(Quantifier.EVERY, LEAF)
    for place, level in enumerate(levels):
        allowed = level != "related" or levels[:place].count("related") < MAX_RELATED
        deep = LEVELS[level if allowed else "and"](deep)
    where = condition(deep, articles(ALL))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCRIPT)
        assert connection.execute(f"SELECT 1 FROM article a WHERE (1 AND {where.text})", where.parameters)
