"""The order of every list: what its sort keys are made of, declared once for stores and for cursors.

An item's sort key holds one value for each term of its list's order, then the key of the item's node, so that
every order is total. A store maps each field to a value of its own; `graph_api.schema.paging` checks cursors
by the types of the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cmp_to_key, partial
from typing import NamedTuple, TypeAlias, assert_never

from graph_api.errors import RequestError
from graph_api.records import EdgeDirection, NodeKey
from graph_api.store.lists import (
    PRECEDING,
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    ArticlesOfProvider,
    ArticlesOfTopic,
    ListKey,
    Order,
    OrderField,
    Place,
    RelatedArticles,
    SortKey,
    SortValue,
)
from graph_api.store.plans import Keys


class ListKind(Enum):
    """Lists that share their own order, the one that is used when a client asks for no other."""

    ARTICLES = "articles"
    RELATED_OUT = "related OUT"
    RELATED_IN = "related IN"
    RELATED_BOTH = "related BOTH"
    PROVIDERS = "providers"
    TOPICS = "topics"
    PROBLEMS = "problems"
    SEARCH = "search"
    STORIES = "stories"
    TRENDING = "trending"
    SUGGESTIONS = "link suggestions"


class OwnField(Enum):
    """Fields of default orders, which clients cannot name in orderBy. HANDLE: a provider's domain, a topic's slug. MOMENT:
    the time that a list was made for, the same for all its items. SIZE: of a story. SCORE: of a suggestion,
    within its kind."""

    NAME = "name"
    HANDLE = "handle"
    PATH = "path"
    LINE = "line"
    COLUMN = "column"
    CODE = "code"
    MOMENT = "moment"
    SIZE = "size"
    SCORE = "score"


SortField: TypeAlias = OrderField | OwnField


class SortTerm(NamedTuple):
    """A term of an order: which field, and how its values are sorted. It has one value in each sort key."""

    field: SortField
    descending: bool = False
    nulls_first: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the values are texts; all others are integers (moments in microseconds since 1970)."""
        return self.field in _TEXTS

    @property
    def is_nullable(self) -> bool:
        """Whether items may have no value."""
        return self.field not in _NEVER_NULL


_TEXTS: frozenset[SortField] = frozenset(
    {OrderField.TITLE, OwnField.NAME, OwnField.HANDLE, OwnField.PATH, OwnField.CODE}
)
_NEVER_NULL = _TEXTS | {
    OrderField.RELATED_COUNT,
    OrderField.RELEVANCE,
    OrderField.PAGE_RANK,
    OrderField.TRENDING,
    OwnField.MOMENT,
    OwnField.SIZE,
    OwnField.SCORE,
}

_NEWEST = SortTerm(OrderField.PUBLISHED_DATE_TIME, descending=True)
_LISTED = SortTerm(OrderField.POSITION)
RELEVANT = SortTerm(OrderField.RELEVANCE, descending=True)
_TRENDING = (SortTerm(OrderField.TRENDING, descending=True), SortTerm(OwnField.MOMENT))
_NAMED = (SortTerm(OwnField.NAME), SortTerm(OwnField.HANDLE))
_OWN: Mapping[ListKind, tuple[SortTerm, ...]] = {
    ListKind.ARTICLES: (_NEWEST,),
    ListKind.RELATED_OUT: (_LISTED,),
    ListKind.RELATED_IN: (_NEWEST,),
    ListKind.RELATED_BOTH: (_LISTED, _NEWEST),
    ListKind.PROVIDERS: _NAMED,
    ListKind.TOPICS: _NAMED,
    ListKind.SEARCH: (RELEVANT,),
    ListKind.STORIES: (SortTerm(OwnField.SIZE, descending=True),),
    ListKind.TRENDING: _TRENDING,
    ListKind.SUGGESTIONS: (SortTerm(OwnField.SCORE, descending=True),),
    ListKind.PROBLEMS: (
        SortTerm(OwnField.PATH),
        SortTerm(OwnField.LINE, nulls_first=True),
        SortTerm(OwnField.COLUMN, nulls_first=True),
        SortTerm(OwnField.CODE),
    ),
}
_RELATED = {
    EdgeDirection.OUT: ListKind.RELATED_OUT,
    EdgeDirection.IN: ListKind.RELATED_IN,
    EdgeDirection.BOTH: ListKind.RELATED_BOTH,
}


def sort_terms(kind: ListKind, order: Sequence[Order]) -> tuple[SortTerm, ...]:
    """The steps of *order*, or the list's own when it is empty; the node's key follows them.

    Raises RequestError for an order that lists of this kind do not offer.
    """
    if not order:
        return _OWN[kind]
    if kind in {ListKind.PROVIDERS, ListKind.TOPICS, ListKind.PROBLEMS}:
        raise RequestError(f"orderBy is offered by lists of articles only, not by {kind.value}")
    if kind is ListKind.ARTICLES and any(term.field is OrderField.POSITION for term in order):
        raise RequestError("orderBy POSITION is offered by Article.related only")
    if order[0].field is OrderField.TRENDING:
        return _TRENDING
    return tuple(SortTerm(term.field, term.descending, term.nulls_first) for term in order)


def kind_of(scope: ListKey) -> ListKind:
    """The kind of the list that *scope* names."""
    match scope:
        case RelatedArticles():
            return _RELATED[scope.direction]
        case AllArticles() | ArticlesOfProvider() | ArticlesOfTopic():
            return ListKind.ARTICLES
        case AllProviders():
            return ListKind.PROVIDERS
        case AllTopics():
            return ListKind.TOPICS
        case AllProblems():
            return ListKind.PROBLEMS
        case _:
            assert_never(scope)


_KEY = SortTerm(
    OrderField.RELATED_COUNT
)  # orders like the node's key at the end of each sort key: integers, ascending


# -- places ----------------------------------------------------------------------------------------------


def remembered(terms: Sequence[SortTerm]) -> int:
    """How many preceding items a cursor of a list with this order remembers.

    Where the item has been removed, values still show where it was, and positions do not.
    """
    return PRECEDING if terms[0].field is OrderField.POSITION else 2


class Anchor(NamedTuple):
    """The current position of a place in a list.

    *sort* is a sort key, or its first values; None for the start of the list. With *own* the place is that of the
    item with this sort key, else it is just after it. *found*: there is such an item. *preceding* and *from_start*
    describe what precedes an item that follows, as in a `Place`.
    """

    sort: SortKey | None
    own: bool
    found: bool
    preceding: Keys
    from_start: bool


def anchor(place: Place, terms: Sequence[SortTerm], sorts: Mapping[NodeKey, SortKey]) -> Anchor:
    """The current position of *place*. *sorts*: the sort keys of those of its keys that are in the list.

    It is that of the item if it is in the list, else just after the nearest preceding item that is in the list. If there
    is none: the start of the list if these were all preceding items, else the position that the item's values give it.
    """
    remembered = (*place.preceding, place.key)
    nearest = next((key for key in reversed(remembered) if key in sorts), None)
    if nearest is not None:
        by_sort = cmp_to_key(partial(compare, terms))
        ordered = sorted(sorts, key=lambda key: by_sort(sorts[key]))
        preceding = tuple(ordered[: ordered.index(nearest) + 1])
        return Anchor(sorts[nearest], nearest == place.key, True, preceding, place.from_start)
    if place.from_start:
        return Anchor(None, False, False, (), True)
    return Anchor(_without_removed(place, terms), False, False, (), False)


def _without_removed(place: Place, terms: Sequence[SortTerm]) -> SortKey:
    """The sort key of *place* after its item and all *preceding* items were removed: its position is lower by as many."""
    position, *_ = place.sort
    if terms[0] != _LISTED or not isinstance(position, int):
        return place.sort
    return (position - len(place.preceding) - 1,)


def compare(terms: Sequence[SortTerm], one: SortKey, other: SortKey) -> int:
    """Negative when *one* comes before *other* in the order of *terms*, 0 when they are equal."""
    for term, a, b in zip((*terms, _KEY), one, other, strict=True):
        if a != b:
            return _compared(term, a, b)
    return 0


def _compared(term: SortTerm, a: SortValue, b: SortValue) -> int:
    if a is None or b is None:
        return -1 if (a is None) is term.nulls_first else 1
    smaller = a < b  # type: ignore[operator] # pyright: ignore[reportOperatorIssue] - values of one field have one type
    return -1 if smaller is not term.descending else 1
