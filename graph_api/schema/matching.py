"""Searches as plans meet them: the matches of a query, filters that contain one, and pages in the order of relevance.

A cursor of a search is a score and a key. Both may belong to another revision or to a node that is gone: the page then
begins where they would be.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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

_LARGE = 200_000  # documents from which on a search takes too long for the event loop


def index_for(rights: Rights) -> Reads[Index]:
    """The index of what *rights* show."""
    index = yield from ask(SearchIndex(rights))
    yield from ask(Pause(apart=len(index) > _LARGE))
    return index


def matches_of(query: str, kinds: Collection[Kind], filter: Filter | None, rights: Rights) -> Reads[Matches]:
    """The matches of *query*; of articles those that fit *filter*."""
    found = match((yield from index_for(rights)), parse(query), kinds=kinds)
    if filter is None:
        return found
    resolved = cast(Filter, (yield from answered(filter, rights)))
    fitting = yield from ask(FittingKeys(_keys(found), resolved, rights))
    return found.among(np.fromiter(fitting, np.int64, len(fitting)))


def _keys(matches: Matches) -> Keys:
    return cast(Keys, tuple(matches.keys().tolist()))


def answered(filter: Filter | None, rights: Rights) -> Reads[Filter | None]:
    """*filter* with the articles that its searches match, as stores need it."""
    texts = set(queries(filter)) if filter is not None else set[str]()
    if filter is None or not texts:
        return filter
    index = yield from index_for(rights)
    keys = {text: _keys(match(index, parse(text), kinds=[Kind.ARTICLE])) for text in texts}
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
    found = match((yield from index_for(rights)), parse(query), kinds=[Kind.ARTICLE])
    if isinstance(filter, TextMatches) and all(isinstance(scope, AllArticles) for scope in scopes):
        return {scope: sliced(found, window) for scope in scopes}
    resolved = yield from answered(filter, rights)
    lists = yield from ask(Lists(tuple(scopes), rights, Window(max(found.count(), 1)), resolved))
    return {scope: sliced(found.among(np.array(lists[scope].keys, np.int64)), window) for scope in scopes}


def sliced(matches: Matches, window: Window) -> Slice:
    """The part of *matches* that *window* shows."""
    after, before = _hit(window.after), _hit(window.before)
    if window.backward:
        hits = [hit for hit in matches.last(window.size + 1, before) if after is None or _follows(hit, after)]
        shown = hits[max(len(hits) - window.size, 0) :]
    else:
        hits = [
            hit for hit in matches.first(window.size + 1, after) if before is None or _follows(before, hit)
        ]
        shown = hits[: window.size]
    more = len(hits) > window.size
    return Slice.of(
        [Item(NodeKey(hit.key), (hit.score, hit.key)) for hit in shown],
        has_next=(not window.backward and more) or _reaches(matches, before),
        has_previous=(window.backward and more) or _begins(matches, after),
    )


def _hit(place: Place | None) -> Hit | None:
    if place is None:
        return None
    score = place.sort[0]
    assert isinstance(score, int), "cursors are checked before the first read"
    return Hit(place.key, score)


def _follows(hit: Hit, other: Hit) -> bool:
    return (-hit.score, hit.key) > (-other.score, other.key)


def _reaches(matches: Matches, before: Hit | None) -> bool:
    """Whether there is a match at *before* or after it."""
    last = matches.last(1) if before is not None else []
    return any(before is not None and not _follows(before, hit) for hit in last)


def _begins(matches: Matches, after: Hit | None) -> bool:
    """Whether there is a match at *after* or before it."""
    first = matches.first(1) if after is not None else []
    return any(after is not None and not _follows(hit, after) for hit in first)
