"""Lists: which lists there are, how they are ordered, and the parts of them that are read.

`reads.Lists` reads a `Window` of a list as a `Slice`; `sorting` says what each order means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from graph_api.records import EdgeDirection, EdgeOrigin, NodeKey, Severity
from graph_api.store.plans import Keys


@dataclass(frozen=True, slots=True)
class AllArticles:
    """Every article of the graph."""


@dataclass(frozen=True, slots=True)
class ArticlesOfProvider:
    """The articles of one provider."""

    key: NodeKey


@dataclass(frozen=True, slots=True)
class ArticlesOfTopic:
    """The articles of one topic; *descendants* adds those of all topics below it, each article once."""

    key: NodeKey
    descendants: bool = False


class RelatedArticles(NamedTuple):
    """The articles that share a related edge with one article.

    OUT: those it names, by position. IN: those that name it, newest first. BOTH: OUT, then those that
    are only IN, each article once. Those are the default orders, used when the list's order is empty.
    With an *origin* only edges of that origin count.
    """

    key: NodeKey
    direction: EdgeDirection
    origin: EdgeOrigin | None = None


@dataclass(frozen=True, slots=True)
class AllProviders:
    """Every provider, by `order_key` of the name, then domain. Other orders are not offered."""


@dataclass(frozen=True, slots=True)
class AllTopics:
    """Every topic, by `order_key` of the name, then slug. Other orders are not offered."""


@dataclass(frozen=True, slots=True)
class AllProblems:
    """The problems of the last ingest, by path, line, column and code."""

    severity: Severity | None = None
    code: str | None = None


ArticleListKey: TypeAlias = AllArticles | ArticlesOfProvider | ArticlesOfTopic | RelatedArticles
ListKey: TypeAlias = ArticleListKey | AllProviders | AllTopics | AllProblems
SortValue: TypeAlias = int | str | None
SortKey: TypeAlias = tuple[SortValue, ...]


class OrderField(Enum):
    """Fields that articles are ordered by; POSITION only in lists of `RelatedArticles`.

    RELEVANCE, PAGE_RANK and TRENDING are no orders of a store: the schema sorts by these scores.
    """

    PUBLISHED_DATE_TIME = "published_date_time"
    HEAT = "heat"
    QUALITY = "quality"
    TITLE = "title"
    RELATED_COUNT = "related_count"
    POSITION = "position"
    RELEVANCE = "relevance"
    PAGE_RANK = "page_rank"
    TRENDING = "trending"


@dataclass(frozen=True, slots=True)
class Order:
    """One step of an order. Every list ends with the article's key, so that its order is total."""

    field: OrderField
    descending: bool = True
    nulls_first: bool = False


PRECEDING = 8  # keys of preceding items in a place, at most


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an item in a list, which stays valid while the content changes.

    *sort* is the item's sort key, its node's key last. *preceding* are the keys of the nearest items before it, at most
    PRECEDING, nearest last; with *from_start* there were no others. When the item has left the list, its place
    is just after the nearest of them that is still there (`graph_api.store.sorting.anchor`).
    """

    sort: SortKey
    preceding: Keys = ()
    from_start: bool = False

    @property
    def key(self) -> NodeKey:
        key = self.sort[-1]
        assert isinstance(key, int), "sort keys end with the key of the node"
        return NodeKey(key)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an ordered list: of the items strictly between two places, the first *size* ones (0 is allowed), or
    with *backward* the last ones, in the same order."""

    size: int
    after: Place | None = None
    before: Place | None = None
    backward: bool = False


class Item(NamedTuple):
    """One entry of a list: the node's key, its full sort key, and for related OUT and BOTH its position
    (from 0, dense over what the caller may see; None for an article that is only IN)."""

    key: NodeKey
    sort: SortKey
    position: int | None = None


class Slice(NamedTuple):
    """A part of a list: the *keys* of its items, and whether items follow and precede it.

    *given* are the items. It is None when the list begins at position 0 and is sorted by position: the items then follow
    from the keys, and are made only when a field needs more than these. *preceding* and
    *from_start* describe the items before the slice, as those of a `Place`.
    """

    keys: Keys
    has_next: bool
    has_previous: bool
    given: tuple[Item, ...] | None = None
    preceding: Keys = ()
    from_start: bool = True

    @classmethod
    def of(
        cls,
        items: Iterable[Item],
        *,
        has_next: bool,
        has_previous: bool,
        preceding: Keys = (),
        from_start: bool = True,
    ) -> Slice:
        """The slice with these *items*."""
        given = tuple(items)
        keys = tuple([item.key for item in given])
        return cls(keys, has_next, has_previous, given, preceding, from_start)

    @property
    def items(self) -> tuple[Item, ...]:
        """The entries, in order."""
        if self.given is not None:
            return self.given
        return tuple([Item(key, (place, key), place) for place, key in enumerate(self.keys)])

    def place(self, index: int) -> Place:
        """The place of the item at *index*, which counts from the end when it is negative."""
        at = index % len(self.keys)
        sort = self.given[at].sort if self.given is not None else (at, self.keys[at])
        before = (*self.preceding, *self.keys[max(at - PRECEDING, 0) : at])
        return Place(sort, before[-PRECEDING:], self.from_start and len(self.preceding) + at <= PRECEDING)
