"""Pages of matches: the same parts of the list that a plain list has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from graph_api.records import NodeKey
from graph_api.schema.matching import page_of, ranked_by
from graph_api.search import Document, Hit, Kind, build, match, parse
from graph_api.store.driver import run
from graph_api.store.filters import And, FlagField, FlagIs, Not, Or, TextMatches
from graph_api.store.reads import FittingKeys, Place, Read, Rights, Window

_FLAG = FlagIs(FlagField.IS_STUB, value=False)
_TITLES = ("azure", "azure data", "azure azure lake", "data", "azure x y z")


def _order(hit: Hit) -> tuple[int, int]:
    return -hit.score, hit.key


_places = st.none() | st.builds(
    lambda score, key: Place((score, NodeKey(key))), st.integers(0, 9000), st.integers(0, 40)
)


@given(
    st.lists(st.sampled_from(_TITLES), max_size=12),
    st.integers(0, 4),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 11), _places),
    st.one_of(st.none(), st.integers(0, 11), _places),
    st.booleans(),
)
def test_a_page_is_what_is_strictly_between_two_places(
    titles: list[str],
    size: int,
    backward: bool,
    after: Place | int | None,
    before: Place | int | None,
    is_filtered: bool,
) -> None:
    documents = [Document(3 * key + 1, Kind.ARTICLE, title) for key, title in enumerate(titles)]
    matches = match(build("r", documents), parse("azure"))
    whole = [hit for hit in matches.first(100) if not is_filtered or _fits(hit.key)]
    start, end = (_place(whole, bound) for bound in (after, before))
    rights, window = Rights(), Window(size, start, end, backward)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("graph_api.schema.matching._PORTION", 2)
        page = run(page_of(matches, window, _FLAG if is_filtered else None, rights), _answer)
    low, high = ((-place.sort[0], place.key) if place else None for place in (start, end))  # type: ignore[operator]
    inside = [
        hit for hit in whole if (low is None or _order(hit) > low) and (high is None or _order(hit) < high)
    ]
    shown = inside[max(0, len(inside) - size) :] if backward else inside[:size]
    assert [item.key for item in page.items] == [hit.key for hit in shown]
    assert [item.sort for item in page.items] == [(hit.score, hit.key) for hit in shown]
    more = len(inside) > size
    beyond = high is not None and any(_order(hit) >= high for hit in whole)
    prior = low is not None and any(_order(hit) <= low for hit in whole)
    assert page.has_next == (beyond or (more and not backward))
    assert page.has_previous == (prior or (more and backward))


def _fits(key: int) -> bool:
    return key % 2 == 0


def _answer(read: Read[Any]) -> Any:
    """The keys that the filter keeps."""
    assert isinstance(read, FittingKeys)
    assert read.filter == _FLAG
    return frozenset(key for key in read.keys if _fits(key))


def _place(whole: list[Hit], bound: Place | int | None) -> Place | None:
    """A place of the list, one that need not be in it, or none."""
    if isinstance(bound, int):
        hit = whole[bound % len(whole)] if whole else None
        return Place((hit.score, NodeKey(hit.key))) if hit else None
    return bound


def test_a_list_is_ranked_by_a_search_that_all_its_articles_match() -> None:
    search = TextMatches("azure")
    assert ranked_by(search) == "azure"
    assert ranked_by(And((_FLAG, And((search,))))) == "azure"
    assert ranked_by(Not(search)) is None
    assert ranked_by(Or((search, _FLAG))) is None
    assert ranked_by(None) is None


def test_filters_are_equal_by_their_query_alone() -> None:
    assert TextMatches("azure", (NodeKey(1),)) == TextMatches("azure")
    assert hash(TextMatches("azure", (NodeKey(1),))) == hash(TextMatches("azure"))
