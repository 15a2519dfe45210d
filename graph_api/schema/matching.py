"""Searches in plans: the matches of a query, and filters that contain one."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from graph_api.search import Index, Kind, Matches, match, parse
from graph_api.store.filters import And, Filter, TextMatches, queries, with_matches
from graph_api.store.plans import Keys, Pause, Reads, Rights, ask
from graph_api.store.reads import SearchIndex

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


def ranked_by(filter: Filter | None) -> str | None:
    """The query whose scores order a list with this filter: one that all its items match."""
    if isinstance(filter, TextMatches):
        return filter.query
    parts = filter.parts if isinstance(filter, And) else ()
    return next((query for query in map(ranked_by, parts) if query is not None), None)


def without(filter: Filter, query: str) -> Filter | None:
    """*filter* without its search for *query*, which all articles match anyhow; None when nothing is left."""
    if filter == TextMatches(query):
        return None
    if not isinstance(filter, And):
        return filter
    return And(tuple(part for part in filter.parts if part != TextMatches(query)))
