"""The store's lists against the reference, on generated graphs and reads."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.errors import RequestError
from graph_api.records import EdgeDirection, NodeKey
from graph_api.store.filters import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_RELATED,
    And,
    Compare,
    Filter,
    FlagField,
    FlagIs,
    HasTopics,
    Match,
    Not,
    NumberField,
    NumberIs,
    OfProvider,
    OfRelated,
    OfTopics,
    Or,
    Quantifier,
    TextField,
    TextIn,
    TextIs,
)
from graph_api.store.reads import (
    PRECEDING,
    AllArticles,
    AllProviders,
    ArticlesOfProvider,
    ArticlesOfTopic,
    Counts,
    Item,
    ListKey,
    Lists,
    Order,
    OrderField,
    Place,
    Read,
    RelatedArticles,
    Rights,
    Slice,
    Window,
)
from graph_api.store.sqlite.filters import articles, condition
from graph_api.store.sqlite.lists import lists as lists_of
from graph_api.store.sqlite.tables import SCRIPT
from tests.store.build import AnyNode, article, graph, key
from tests.store.generated import NAMES, article_filters, graphs, lists, rights
from tests.store.reference import Reference
from tests.store.run import answer, answers

ALL = Rights()
WHOLE = Window(100)


@given(graphs(), lists(), rights)
def test_whole_lists_and_counts_are_the_reference_s(
    nodes: list[AnyNode], wanted: tuple[ListKey, Filter | None, tuple[Order, ...]], rights: Rights
) -> None:
    scope, filter, order = wanted
    items = Reference(nodes, rights).items(scope, filter, order)
    with TemporaryDirectory() as folder:
        path = graph(Path(folder, "g.db"), *nodes)
        reads: list[Read[Any]] = [
            Lists((scope,), rights, WHOLE, filter, order),
            Counts((scope,), rights, filter),
        ]
        found, count = answers(path, reads)
    assert list(found[scope].items) == items
    assert count == {scope: len(items)}


@given(graphs(), lists(), rights, st.data())
def test_windows_are_the_reference_s(
    nodes: list[AnyNode],
    wanted: tuple[ListKey, Filter | None, tuple[Order, ...]],
    rights: Rights,
    data: st.DataObject,
) -> None:
    scope, filter, order = wanted
    reference = Reference(nodes, rights)
    items = reference.items(scope, None, order)  # also what the filter leaves out
    windows = data.draw(st.lists(_windows(items), min_size=1, max_size=6))
    with TemporaryDirectory() as folder:
        path = graph(Path(folder, "g.db"), *nodes)
        reads: list[Read[Any]] = [Lists((scope,), rights, window, filter, order) for window in windows]
        found = [each[scope] for each in answers(path, reads)]
    assert list(map(_told, found)) == [
        _told(reference.slice(scope, filter, order, window)) for window in windows
    ]


@settings(max_examples=50)
@given(graphs(), st.lists(article_filters, min_size=4, max_size=10), rights)
def test_filters_are_the_reference_s(nodes: list[AnyNode], filters: list[Filter], rights: Rights) -> None:
    reference = Reference(nodes, rights)
    with TemporaryDirectory() as folder:
        path = graph(Path(folder, "g.db"), *nodes)
        reads: list[Read[Any]] = [Lists((AllArticles(),), rights, WHOLE, filter) for filter in filters]
        found = [each[AllArticles()].items for each in answers(path, reads)]
    assert found == [tuple(reference.items(AllArticles(), filter, ())) for filter in filters]


NULL_LEAVES: list[Filter] = [
    NumberIs(NumberField.QUALITY, Compare.GTE, 0),
    TextIs(TextField.CATEGORY, Match.CONTAINS, "a"),
    TextIn(TextField.CATEGORY, ("a",)),
    FlagIs(FlagField.PUBLISHED, value=True),
    OfProvider(And(())),
]


@pytest.mark.parametrize("leaf", NULL_LEAVES)
def test_a_comparison_with_null_is_false_and_its_not_is_true(leaf: Filter, tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    for filter, count in ((leaf, 0), (Not(leaf), 1), (Not(Or((leaf, Not(And(()))))), 1)):
        assert answer(path, Counts((AllArticles(),), ALL, filter)) == {AllArticles(): count}


@pytest.mark.parametrize("wanted", ["%", "_", "*", "?", "[a]", "\\", "'", "\0", "\ud800", "a\0"])
def test_text_is_compared_as_it_is_never_as_a_pattern(wanted: str, tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a", title="abc"))
    for match in Match:
        filter = TextIs(TextField.TITLE, match, wanted)
        assert answer(path, Counts((AllArticles(),), ALL, filter)) == {AllArticles(): 0}
    assert answer(path, Counts((AllArticles(),), ALL, TextIn(TextField.TITLE, (wanted,)))) == {
        AllArticles(): 0
    }


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


@st.composite
def _places(draw: st.DrawFn, items: list[Item]) -> Place:
    """The place of an item, as it comes back from a cursor: in the list, or removed with some that preceded it."""
    at = draw(st.integers(0, len(items) - 1))
    removed = draw(st.integers(0, at + 1))
    keys = [item.key for item in items[:at]]
    known = [NodeKey(-number) if number < removed else key for number, key in enumerate(reversed(keys), 1)]
    sort = tuple(json.loads(json.dumps(items[at].sort)))
    kept = known[: draw(st.integers(0, PRECEDING))]
    return Place(
        (*sort[:-1], 5) if removed else sort, tuple(reversed(kept)), len(kept) == at and draw(st.booleans())
    )


def _windows(items: list[Item]) -> st.SearchStrategy[Window]:
    bound = st.none() | _places(items) if items else st.none()
    return st.builds(Window, st.integers(0, 4), bound, bound, st.booleans())


@given(graphs(), lists(), rights, st.integers(1, 3), st.booleans())
def test_walking_all_pages_gives_every_item_once(
    nodes: list[AnyNode],
    wanted: tuple[ListKey, Filter | None, tuple[Order, ...]],
    rights: Rights,
    size: int,
    backward: bool,
) -> None:
    scope, filter, order = wanted
    with TemporaryDirectory() as folder:
        path = graph(Path(folder, "g.db"), *nodes)
        whole = answer(path, Lists((scope,), rights, WHOLE, filter, order))[scope].items
        walked: list[Item] = []
        window = Window(size, backward=backward)
        for _ in range(len(whole) + 1):
            page = answer(path, Lists((scope,), rights, window, filter, order))[scope]
            walked = [*page.items, *walked] if backward else [*walked, *page.items]
            if not (page.has_previous if backward else page.has_next):
                break
            window = (
                Window(size, before=page.place(0), backward=True)
                if backward
                else Window(size, after=page.place(-1))
            )
    assert walked == list(whole)


@given(graphs(), rights, st.sampled_from(EdgeDirection), st.integers(0, 4))
def test_related_articles_of_many_are_those_of_each(
    nodes: list[AnyNode], rights: Rights, direction: EdgeDirection, size: int
) -> None:
    scopes = tuple(RelatedArticles(key(name), direction) for name in NAMES)
    reference = Reference(nodes, rights)
    with TemporaryDirectory() as folder:
        path = graph(Path(folder, "g.db"), *nodes)
        found = answer(path, Lists(scopes, rights, Window(size)))
    assert {scope: _told(slice) for scope, slice in found.items()} == {
        scope: _told(reference.slice(scope, None, (), Window(size))) for scope in scopes
    }


def _told(slice: Slice) -> tuple[object, ...]:
    return slice.keys, slice.items, slice.has_next, slice.has_previous


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


def test_a_filter_may_be_wide(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"), article("c"))
    for kind in (And, Or):
        filter = kind((LEAF,) * (MAX_CONDITIONS - 1))
        assert answer(path, Counts((AllArticles(),), ALL, filter)) == {AllArticles(): 1}


def test_a_filter_too_deep_or_too_wide_is_refused_with_a_code(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    leaf: Filter = TextIn(TextField.SLUG, ("a",))
    deep = leaf
    for _ in range(5000):
        deep = Not(deep)
    for filter, code in ((deep, "FILTER_TOO_DEEP"), (And((leaf,) * 1001), "FILTER_TOO_LARGE")):
        with pytest.raises(RequestError) as refused:
            answer(path, Counts((AllArticles(),), ALL, filter))
        assert refused.value.code == code


def test_only_lists_of_articles_can_be_ordered_and_only_related_ones_by_position(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    for scope, field in ((AllProviders(), OrderField.TITLE), (AllArticles(), OrderField.POSITION)):
        with pytest.raises(RequestError):
            answer(path, Lists((scope,), ALL, WHOLE, None, (Order(field),)))
