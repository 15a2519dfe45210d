"""Searches as plans meet them: the matches of a query, filters that contain one, and pages in the order of relevance.

A cursor of a search is a score and a key. Both may belong to another revision or to a node that is gone: the page then
begins where they would be.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np

from graph_api.records import NodeKey
from graph_api.search import Hit, Index, Kind, Matches, match, parse
from graph_api.store.filters import And, Filter, TextMatches, queries, with_matches
from graph_api.store.reads import (
    AllArticles,
    FittingKeys,
    Item,
    Keys,
    ListKey,
    Lists,
    Pause,
    Place,
    Reads,
    Rights,
    SearchIndex,
    Slice,
    Window,
    ask,
)

L = TypeVar("L", bound=ListKey)

_HEAVY = 2_000_000  # documents times conditions from which on a search takes too long for the event loop
_PREFIX = 10  # a beginning of words takes as long as so many words


def index_for(rights: Rights) -> Reads[Index]:
    """The index of what *rights* show."""
    return (yield from ask(SearchIndex(rights)))


def searched(text: str, kinds: Collection[Kind], rights: Rights) -> Reads[Matches]:
    """The matches of the query *text*, found in a thread when that takes long."""
    index, query = (yield from index_for(rights)), parse(text)
    conditions = sum(_PREFIX if clause.is_prefix else 1 for clause in query.clauses)
    yield from ask(Pause(apart=len(index) * conditions > _HEAVY))
    return match(index, query, kinds=kinds)


def fitting(matches: Matches, filter: Filter | None, rights: Rights) -> Reads[Matches]:
    """Those of *matches* that are no articles, or fit *filter*."""
    if filter is None:
        return matches
    resolved = cast(Filter, (yield from answered(filter, rights)))
    fits = yield from ask(FittingKeys(_keys(matches), resolved, rights))
    return matches.among(np.fromiter(fits, np.int64, len(fits)))


def _keys(matches: Matches) -> Keys:
    return cast(Keys, tuple(matches.keys().tolist()))


def answered(filter: Filter | None, rights: Rights) -> Reads[Filter | None]:
    """*filter* with the articles that its searches match, as stores need it."""
    texts = set(queries(filter)) if filter is not None else set[str]()
    if filter is None or not texts:
        return filter
    keys: dict[str, Keys] = {}
    for text in sorted(texts):
        keys[text] = _keys((yield from searched(text, [Kind.ARTICLE], rights)))
    return with_matches(filter, keys)


# -- pages by relevance ------------------------------------------------------------------------------------


def ranked_by(filter: Filter | None) -> str | None:
    """The query whose scores order a list with this filter: one that all its items match."""
    if isinstance(filter, TextMatches):
        return filter.query
    parts = filter.parts if isinstance(filter, And) else ()
    return next((query for query in map(ranked_by, parts) if query is not None), None)


def ranked_pages(
    scopes: Sequence[L], window: Window, filter: Filter, rights: Rights
) -> Reads[dict[L, Slice]]:
    """The pages of several lists of articles, ordered by relevance for the query of *filter*."""
    query = ranked_by(filter)
    assert query is not None, "arguments are checked before the first read"
    found = yield from searched(query, [Kind.ARTICLE], rights)
    if all(isinstance(scope, AllArticles) for scope in scopes):
        rest = yield from answered(_without(filter, query), rights)
        page = yield from page_of(found, window, rest, rights)
        return dict.fromkeys(scopes, page)
    resolved = yield from answered(filter, rights)
    lists = yield from ask(Lists(tuple(scopes), rights, Window(max(found.count(), 1)), resolved))
    pages: dict[L, Slice] = {}
    for scope in scopes:
        own = found.among(np.array(lists[scope].keys, np.int64))
        pages[scope] = yield from page_of(own, window, None, rights)
    return pages


def _without(filter: Filter, query: str) -> Filter | None:
    """*filter* without its search for *query*, which all articles match anyhow; None when nothing is left."""
    if filter == TextMatches(query):
        return None
    if not isinstance(filter, And):
        return filter
    return And(tuple(part for part in filter.parts if part != TextMatches(query)))


def page_of(matches: Matches, window: Window, filter: Filter | None, rights: Rights) -> Reads[Slice]:
    """The part of those of *matches* that fit *filter* that *window* shows.

    Matches are filtered in the order of the page, until it is full: a filter keeps enough of the first few hundred,
    or few match.
    """
    after, before = _hit(window.after), _hit(window.before)
    own = _Fitting(matches, filter, rights)
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
    items = [Item(NodeKey(hit.key), (hit.score, hit.key)) for hit in shown]
    return Slice.of(items, has_next=has_next, has_previous=has_previous)


_PORTION = 200  # matches that are filtered together; then four times as many
_LARGEST_PORTION = 20_000


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Those of *matches* that fit *filter*."""

    matches: Matches
    filter: Filter | None
    rights: Rights

    def first(self, count: int, after: Hit | None, before: Hit | None) -> Reads[list[Hit]]:
        """The first *count* strictly between two places."""
        found: list[Hit] = []
        size = count if self.filter is None else max(count, _PORTION)
        while len(found) < count and (some := self.matches.first(size, after)):
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
        while len(found) < count and (some := self.matches.last(size, before)):
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
