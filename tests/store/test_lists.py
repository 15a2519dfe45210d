"""Lists, filters, orders and counts: what every store answers, and as dicts do on generated graphs."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.errors import RequestError
from graph_api.records import EdgeDirection, NodeKey
from graph_api.store.filters import (
    MAX_CONDITIONS,
    And,
    Compare,
    Filter,
    FlagField,
    FlagIs,
    Match,
    Not,
    NumberField,
    NumberIs,
    OfProvider,
    Or,
    TextField,
    TextIn,
    TextIs,
)
from graph_api.store.lists import (
    PRECEDING,
    AllArticles,
    AllProviders,
    AllTopics,
    Item,
    ListKey,
    Order,
    OrderField,
    Place,
    RelatedArticles,
    Window,
)
from graph_api.store.plans import Rights
from graph_api.store.reads import ArticleRows, Counts, Lists, ProviderRows, TopicRows
from tests.store.build import AnyNode, article, key, provider, topic
from tests.store.generated import NAMES, article_filters, graphs, lists, rights
from tests.store.stores import OTHERS, STORES, Answer, Stored, answers, assert_alike

ALL = Rights()
WHOLE = Window(100)


@pytest.mark.parametrize("name", OTHERS)
@given(nodes=graphs(), wanted=lists(), rights=rights)
def test_whole_lists_and_counts_are_those_of_dicts(
    name: str, nodes: list[AnyNode], wanted: tuple[ListKey, Filter | None, tuple[Order, ...]], rights: Rights
) -> None:
    key, filter, order = wanted
    assert_alike(name, nodes, [Lists((key,), rights, WHOLE, filter, order), Counts((key,), rights, filter)])


@pytest.mark.parametrize("name", OTHERS)
@given(nodes=graphs(), wanted=lists(), rights=rights, data=st.data())
def test_windows_are_those_of_dicts(
    name: str,
    nodes: list[AnyNode],
    wanted: tuple[ListKey, Filter | None, tuple[Order, ...]],
    rights: Rights,
    data: st.DataObject,
) -> None:
    key, filter, order = wanted
    [whole] = answers(STORES["dict"](Path(), nodes), [Lists((key,), rights, WHOLE, None, order)])
    items = whole[key].items  # also what the filter leaves out
    windows = data.draw(st.lists(_windows(items), min_size=1, max_size=6))
    assert_alike(name, nodes, [Lists((key,), rights, window, filter, order) for window in windows])


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=50)
@given(nodes=graphs(), filters=st.lists(article_filters, min_size=4, max_size=10), rights=rights)
def test_filters_are_those_of_dicts(
    name: str, nodes: list[AnyNode], filters: list[Filter], rights: Rights
) -> None:
    assert_alike(name, nodes, [Lists((AllArticles(),), rights, WHOLE, filter) for filter in filters])


@pytest.mark.parametrize("name", OTHERS)
@given(nodes=graphs(), rights=rights, direction=st.sampled_from(EdgeDirection), size=st.integers(0, 4))
def test_related_articles_of_many_are_those_of_each(
    name: str, nodes: list[AnyNode], rights: Rights, direction: EdgeDirection, size: int
) -> None:
    keys = tuple(RelatedArticles(key(each), direction) for each in NAMES)
    assert_alike(name, nodes, [Lists(keys, rights, Window(size))])


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


@pytest.mark.parametrize("name", sorted(STORES))
@given(nodes=graphs(), wanted=lists(), rights=rights, size=st.integers(1, 3), backward=st.booleans())
def test_walking_all_pages_gives_every_item_once(
    name: str,
    nodes: list[AnyNode],
    wanted: tuple[ListKey, Filter | None, tuple[Order, ...]],
    rights: Rights,
    size: int,
    backward: bool,
) -> None:
    scope, filter, order = wanted
    with TemporaryDirectory() as folder:
        answer = Answer(STORES[name](Path(folder), nodes))
        whole = answer(Lists((scope,), rights, WHOLE, filter, order))[scope].items
        walked: list[Item] = []
        window = Window(size, backward=backward)
        for _ in range(len(whole) + 1):
            page = answer(Lists((scope,), rights, window, filter, order))[scope]
            walked = [*page.items, *walked] if backward else [*walked, *page.items]
            if not (page.has_previous if backward else page.has_next):
                break
            window = (
                Window(size, before=page.place(0), backward=True)
                if backward
                else Window(size, after=page.place(-1))
            )
    assert walked == list(whole)


NULL_LEAVES: list[Filter] = [
    NumberIs(NumberField.QUALITY, Compare.GTE, 0),
    TextIs(TextField.CATEGORY, Match.CONTAINS, "a"),
    TextIn(TextField.CATEGORY, ("a",)),
    FlagIs(FlagField.PUBLISHED, value=True),
    OfProvider(And(())),
]


@pytest.mark.parametrize("leaf", NULL_LEAVES)
def test_a_comparison_with_null_is_false_and_its_not_is_true(leaf: Filter, stored: Stored) -> None:
    answer = stored(article("a"))
    for filter, count in ((leaf, 0), (Not(leaf), 1), (Not(Or((leaf, Not(And(()))))), 1)):
        assert answer(Counts((AllArticles(),), ALL, filter)) == {AllArticles(): count}


@pytest.mark.parametrize("wanted", ["%", "_", "*", "?", "[a]", "\\", "'", "\0", "\ud800", "a\0"])
def test_text_is_compared_as_it_is_never_as_a_pattern(wanted: str, stored: Stored) -> None:
    answer = stored(article("a", title="abc"))
    for match in Match:
        filter = TextIs(TextField.TITLE, match, wanted)
        assert answer(Counts((AllArticles(),), ALL, filter)) == {AllArticles(): 0}
    assert answer(Counts((AllArticles(),), ALL, TextIn(TextField.TITLE, (wanted,)))) == {AllArticles(): 0}


def test_a_filter_may_be_wide(stored: Stored) -> None:
    answer = stored(article("a"), article("c"))
    for kind in (And, Or):
        filter = kind((TextIn(TextField.SLUG, ("a", "b")),) * (MAX_CONDITIONS - 1))
        assert answer(Counts((AllArticles(),), ALL, filter)) == {AllArticles(): 1}


def test_a_filter_too_deep_or_too_wide_is_refused_with_a_code(stored: Stored) -> None:
    answer = stored(article("a"))
    leaf: Filter = TextIn(TextField.SLUG, ("a",))
    deep = leaf
    for _ in range(5000):
        deep = Not(deep)
    for filter, code in ((deep, "FILTER_TOO_DEEP"), (And((leaf,) * 1001), "FILTER_TOO_LARGE")):
        with pytest.raises(RequestError) as refused:
            answer(Counts((AllArticles(),), ALL, filter))
        assert refused.value.code == code


def test_only_lists_of_articles_can_be_ordered_and_only_related_ones_by_position(stored: Stored) -> None:
    answer = stored(article("a"))
    for scope, field in ((AllProviders(), OrderField.TITLE), (AllArticles(), OrderField.POSITION)):
        with pytest.raises(RequestError):
            answer(Lists((scope,), ALL, WHOLE, None, (Order(field),)))


@pytest.mark.parametrize(
    ("title", "wanted", "matches"),
    [
        ("Café", "Café", set(Match)),
        ("İstanbul", "istanbul", {Match.CONTAINS, Match.STARTS_WITH, Match.ENDS_WITH}),
        ("İstanbul", "STAN", {Match.CONTAINS}),
        ("STRASSE", "straße", {Match.CONTAINS, Match.STARTS_WITH, Match.ENDS_WITH}),
        ("Café", "cafe", set[Match]()),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_canonically_equivalent_texts_are_equal(
    title: str, wanted: str, matches: set[Match], form: Literal["NFC", "NFD"], stored: Stored
) -> None:
    answer = stored(article("a", title=normalize("NFC", title)))
    asked = normalize(form, wanted)
    filters = {match: TextIs(TextField.TITLE, match, asked) for match in Match}
    found = {m for m, each in filters.items() if answer(Counts((AllArticles(),), ALL, each))[AllArticles()]}
    assert found == matches
    counted = answer(Counts((AllArticles(),), ALL, TextIn(TextField.TITLE, (asked,))))
    assert counted == {AllArticles(): int(Match.EQ in matches)}


def test_orders_by_text_put_accents_beside_their_letters(stored: Stored) -> None:
    titles = ["Zebra", "äpfel", "Apfel", "Österreich", "apfel", "Äpfel", "Oslo", "İzmir", "ida"]
    in_order = ["Apfel", "apfel", "Äpfel", "äpfel", "ida", "İzmir", "Oslo", "Österreich", "Zebra"]
    answer = stored(
        *(article(f"a{number}", title=title) for number, title in enumerate(titles)),
        *(provider(f"{number}.org", name=title) for number, title in enumerate(titles)),
        *(topic(f"t{number}", name=title) for number, title in enumerate(titles)),
    )
    for descending in (False, True):
        order = (Order(OrderField.TITLE, descending=descending),)
        keys = answer(Lists((AllArticles(),), ALL, WHOLE, None, order))[AllArticles()].keys
        rows = answer(ArticleRows(keys, ALL))
        assert [rows[key].title for key in keys] == (in_order[::-1] if descending else in_order)
    providers = answer(Lists((AllProviders(),), ALL, WHOLE))[AllProviders()].keys
    provider_rows = answer(ProviderRows(providers, ALL))
    assert [provider_rows[key].name for key in providers] == in_order
    topics = answer(Lists((AllTopics(),), ALL, WHOLE))[AllTopics()].keys
    topic_rows = answer(TopicRows(topics, ALL))
    assert [topic_rows[key].name for key in topics] == in_order


def test_folding_a_long_run_of_marks_takes_no_square_of_its_length(stored: Stored) -> None:
    answer = stored(article("a"))
    marks = "a" + "\u0301\u0316" * 100_000  # some minutes for `unicodedata.normalize`
    filter = Or(tuple(TextIs(TextField.TITLE, match, marks) for match in Match))
    assert answer(Counts((AllArticles(),), ALL, filter)) == {AllArticles(): 0}
