"""Lists in the order of a score that no store sorts by: relevance, PageRank, trending, and the size of stories.

A cursor of such a list is a score and a key. Both may belong to another revision or to a node that is gone: the page then
begins where they would be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_api.records import NodeKey
from graph_api.schema import matching
from graph_api.search import Hit, Kind
from graph_api.store.analysis import Analysis, Fractions
from graph_api.store.columns import NULL, Column, Columns, microseconds
from graph_api.store.filters import Filter
from graph_api.store.lists import (
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    Item,
    ListKey,
    Order,
    OrderField,
    Place,
    RelatedArticles,
    Slice,
    Window,
)
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import ArticleColumns, FittingKeys, GraphAnalysis, Lists, Members

L = TypeVar("L", bound=ListKey)

RANKED = frozenset({OrderField.RELEVANCE, OrderField.PAGE_RANK, OrderField.TRENDING})
"""The orders by such a score. A list with one of them has no other criterion."""

_FEW = 5_000  # articles up to which a filter looks at them, not at all articles
GRAVITY = 1.8
_HOUR_US = 3_600_000_000


class Ranking(Protocol):
    """Keys with scores: the highest score first, equal ones by key."""

    def first(self, count: int, after: Hit | None = None) -> list[Hit]:
        """The first *count*, of those that follow *after*, which need not be one of them."""
        ...

    def last(self, count: int, before: Hit | None = None) -> list[Hit]:
        """The *count* before *before*, in the same order."""
        ...

    def count(self) -> int:
        """How many there are."""
        ...

    def keys(self) -> Column:
        """All keys."""
        ...

    def among(self, keys: Column) -> Ranking:
        """Those that have one of *keys*."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A `Ranking` of *nodes* by *scores*, both in any order."""

    nodes: Column
    scores: Column

    def first(self, count: int, after: Hit | None = None) -> list[Hit]:
        if after is not None:
            lower, equal = self.scores < after.score, self.scores == after.score
            return self._where(lower | equal & (self.nodes > after.key)).first(count)
        excess = len(self.nodes) - count
        if count and excess > 0:  # those with lower scores are left out before the rest is sorted
            candidates = np.flatnonzero(self.scores >= np.partition(self.scores, excess)[excess])
            return _sorted(self.nodes.take(candidates), self.scores.take(candidates), count)
        return _sorted(self.nodes, self.scores, count)

    def last(self, count: int, before: Hit | None = None) -> list[Hit]:
        turned = Scores(~self.nodes, -self.scores)  # all orders the other way round
        hits = turned.first(count, None if before is None else Hit(~before.key, -before.score))
        return [Hit(~hit.key, -hit.score) for hit in reversed(hits)]

    def count(self) -> int:
        return len(self.nodes)

    def keys(self) -> Column:
        return self.nodes

    def among(self, keys: Column) -> Scores:
        return self._where(np.isin(self.nodes, keys))

    def _where(self, chosen: NDArray[np.bool_]) -> Scores:
        return Scores(self.nodes[chosen], self.scores[chosen])


def _sorted(nodes: Column, scores: Column, count: int) -> list[Hit]:
    order = np.lexsort((nodes, -scores))[:count]
    return list(map(Hit, nodes.take(order).tolist(), scores.take(order).tolist()))


def integers(scores: Fractions) -> Column:
    """Integers in the order of *scores*, none of which is negative: their bits."""
    found: Column = np.ascontiguousarray(scores + 0.0).view(np.int64)  # + 0.0 makes 0 of -0
    return found


def fraction(score: int) -> float:
    """The score that `integers` made *score* of."""
    return float(np.array([score], np.int64).view(np.float64)[0])


class Ranked(NamedTuple):
    """A *ranking*, the filter that its articles have besides, and the moment that it was made for, if any. *has_others*:
    there may be other nodes than articles in it."""

    ranking: Ranking
    rest: Filter | None = None
    moment: tuple[int, ...] = ()
    has_others: bool = False


class RankedScope:
    """A list that no store keeps, always in the order of a score."""

    def ranked(self, filter: Filter | None, rights: Rights) -> Reads[Ranked]:
        """The list with this filter."""
        raise NotImplementedError


def page(scope: RankedScope, filter: Filter | None, window: Window, rights: Rights) -> Reads[Slice]:
    """A page of such a list."""
    found = yield from scope.ranked(filter, rights)
    rest = yield from matching.answered(found.rest, rights)
    return (yield from page_of(found.ranking, window, rest, rights, found.moment))


def whole(scope: RankedScope, filter: Filter | None, rights: Rights) -> Reads[Ranking]:
    """All of such a list."""
    found = yield from scope.ranked(filter, rights)
    rest = yield from matching.answered(found.rest, rights)
    if rest is None:
        return found.ranking
    if found.has_others or found.ranking.count() <= _FEW:
        keys = tuple(map(NodeKey, found.ranking.keys().tolist()))
        fits = yield from ask(FittingKeys(keys, rest, rights))
        return found.ranking.among(np.fromiter(fits, np.int64, len(fits)))
    return found.ranking.among((yield from ask(Members(AllArticles(), rights, rest))))


# -- lists of articles -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RankedList:
    """A list of articles with an order of RANKED: its filter, order and window."""

    filter: Filter | None
    order: Order
    window: Window


def pages(scopes: Sequence[L], wanted: RankedList, rights: Rights) -> Reads[dict[L, Slice]]:
    """The page of each of several lists of articles."""
    ranked = yield from _ranking(wanted, rights)
    if all(isinstance(scope, AllArticles) for scope in scopes):
        filter = yield from matching.answered(ranked.rest, rights)
        page = yield from page_of(ranked.ranking, wanted.window, filter, rights, ranked.moment)
        return dict.fromkeys(scopes, page)
    filter = yield from matching.answered(wanted.filter, rights)
    found: dict[L, Slice] = {}
    for scope in scopes:
        positions = yield from _positions(scope, ranked.ranking.count(), filter, rights)
        own = ranked.ranking.among(np.fromiter(positions, np.int64, len(positions)))
        found[scope] = yield from page_of(own, wanted.window, None, rights, ranked.moment, positions)
    return found


def _ranking(wanted: RankedList, rights: Rights) -> Reads[Ranked]:
    """The ranking of all articles of a list."""
    match wanted.order.field:
        case OrderField.RELEVANCE:
            query = matching.ranked_by(wanted.filter)
            assert query is not None, "arguments are checked before the first read"
            assert wanted.filter is not None
            found = yield from matching.searched(query, [Kind.ARTICLE], rights)
            return Ranked(found, matching.without(wanted.filter, query))
        case OrderField.PAGE_RANK:
            analysis = yield from ask(GraphAnalysis(rights))
            ranks = integers(analysis.page_rank)
            return Ranked(Scores(analysis.keys, ranks if wanted.order.descending else -ranks), wanted.filter)
        case _:
            moment = moment_of(wanted.window) or microseconds(datetime.now(UTC))
            columns, analysis = yield from _values(rights)
            scores = trending_scores(columns, analysis, moment, GRAVITY)
            return Ranked(Scores(columns.keys, integers(scores)), wanted.filter, (moment,))


def _positions(
    scope: ListKey, count: int, filter: Filter | None, rights: Rights
) -> Reads[Mapping[NodeKey, int | None]]:
    """The articles of a list, which has at most *count*, with their positions where they have one."""
    if isinstance(scope, RelatedArticles):
        lists = yield from ask(Lists((scope,), rights, Window(count), filter))
        return {item.key: item.position for item in lists[scope].items}
    assert not isinstance(scope, AllProviders | AllTopics | AllProblems), "a list of articles"
    members = yield from ask(Members(scope, rights, filter))
    return dict.fromkeys(map(NodeKey, members.tolist()))


def _values(rights: Rights) -> Reads[tuple[Columns, Analysis]]:
    return (yield from ask(ArticleColumns(rights))), (yield from ask(GraphAnalysis(rights)))


# -- trending ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trending(RankedScope):
    """The articles that are published at *moment*, in microseconds since 1970, by their scores then."""

    moment: int
    gravity: float

    def ranked(self, filter: Filter | None, rights: Rights) -> Reads[Ranked]:
        """Those that fit *filter*."""
        columns, analysis = yield from _values(rights)
        scores = trending_scores(columns, analysis, self.moment, self.gravity)
        published = columns.published_us <= self.moment  # NULL is before all moments
        return Ranked(Scores(columns.keys[published], integers(scores[published])), filter, (self.moment,))


def trending_scores(columns: Columns, analysis: Analysis, moment: int, gravity: float) -> Fractions:
    """heat / (hours + 2)^gravity for each article, its hours at *moment*; 0 before it is published.

    Quality stands in where no article has a heat, else PageRank. An article without a date is as old as the oldest.
    """
    points = _points(columns, analysis)
    hours = age_hours(columns, moment)
    decay = np.power(np.maximum(hours, 0) + 2, gravity)
    return np.where(hours < 0, 0.0, points / decay)


def _points(columns: Columns, analysis: Analysis) -> Fractions:
    for values in (columns.heat, columns.quality):
        if (values != NULL).any():
            return np.maximum(values, 0).astype(np.float64)
    return analysis.page_rank


def age_hours(columns: Columns, moment: int) -> Fractions:
    """The age of each article at *moment*, negative before it is published. One without a date is as old as the oldest."""
    dated = columns.published_us != NULL
    oldest = int(columns.published_us[dated].min()) if dated.any() else moment
    published = np.where(dated, columns.published_us, min(oldest, moment))
    return (moment - published) / _HOUR_US


def moment_of(window: Window) -> int | None:
    """The moment in the cursors of a page, if it has any: the pages of a list are all of one moment."""
    place = window.after or window.before
    if place is None:
        return None
    moment = place.sort[1]
    assert isinstance(moment, int), "cursors are checked before the first read"
    return moment


# -- pages -------------------------------------------------------------------------------------------------

_PORTION = 200  # items that are filtered together; then four times as many
_LARGEST_PORTION = 20_000
_NO_POSITIONS: Mapping[NodeKey, int | None] = MappingProxyType({})


def page_of(
    ranking: Ranking,
    window: Window,
    filter: Filter | None,
    rights: Rights,
    moment: tuple[int, ...] = (),
    positions: Mapping[NodeKey, int | None] = _NO_POSITIONS,
) -> Reads[Slice]:
    """The part of those of *ranking* that fit *filter* that *window* shows.

    They are filtered in the order of the page, until it is full: a filter keeps enough of the first few hundred, or
    there are few. *moment* is part of their sort keys, *positions* are those of the items.
    """
    after, before = _hit(window.after), _hit(window.before)
    own = _Fitting(ranking, filter, rights)
    if window.backward:
        hits = yield from own.last(window.size + 1, before, after)
        shown = hits[max(len(hits) - window.size, 0) :]
    else:
        hits = yield from own.first(window.size + 1, after, before)
        shown = hits[: window.size]
    more = len(hits) > window.size
    has_next, has_previous = more and not window.backward, more and window.backward
    if before is not None and not has_next:
        has_next = bool((yield from own.first(1, Hit(before.key - 1, before.score), None)))
    if after is not None and not has_previous:
        has_previous = bool((yield from own.last(1, Hit(after.key + 1, after.score), None)))
    items = [
        Item(key, (hit.score, *moment, key), positions.get(key)) for hit in shown if (key := NodeKey(hit.key))
    ]
    return Slice.of(items, has_next=has_next, has_previous=has_previous)


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Those of *ranking* that fit *filter*."""

    ranking: Ranking
    filter: Filter | None
    rights: Rights

    def first(self, count: int, after: Hit | None, before: Hit | None) -> Reads[list[Hit]]:
        """The first *count* strictly between two places."""
        found: list[Hit] = []
        size = count if self.filter is None else max(count, _PORTION)
        while len(found) < count and (some := self.ranking.first(size, after)):
            inside = [hit for hit in some if before is None or _follows(before, hit)]
            found += yield from self._kept(inside)
            if len(inside) < len(some) or len(some) < size:
                break
            after, size = some[-1], min(4 * size, _LARGEST_PORTION)
        return found[:count]

    def last(self, count: int, before: Hit | None, after: Hit | None) -> Reads[list[Hit]]:
        """The last *count* strictly between two places, in the same order."""
        found: list[Hit] = []
        size = count if self.filter is None else max(count, _PORTION)
        while len(found) < count and (some := self.ranking.last(size, before)):
            inside = [hit for hit in some if after is None or _follows(hit, after)]
            found = [*(yield from self._kept(inside)), *found]
            if len(inside) < len(some) or len(some) < size:
                break
            before, size = some[0], min(4 * size, _LARGEST_PORTION)
        return found[max(len(found) - count, 0) :]

    def _kept(self, hits: list[Hit]) -> Reads[list[Hit]]:
        if self.filter is None or not hits:
            return hits
        fits = yield from ask(FittingKeys(tuple(NodeKey(hit.key) for hit in hits), self.filter, self.rights))
        return [hit for hit in hits if hit.key in fits]


def _hit(place: Place | None) -> Hit | None:
    if place is None:
        return None
    score = place.sort[0]
    assert isinstance(score, int), "cursors are checked before the first read"
    return Hit(place.key, score)


def _follows(hit: Hit, other: Hit) -> bool:
    return (-hit.score, hit.key) > (-other.score, other.key)
