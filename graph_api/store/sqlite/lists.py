"""Reads pages of sorted lists, and counts whole lists.

A page is read from its cursor on in index ranges (see `keyset`), one entry more than its size, which shows whether
more follow. Several lists are read by one statement each: a statement costs microseconds, and its LIMIT bounds the work,
which one statement over all lists could not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from graph_api.records import NodeKey, name_key, provider_id, topic_id
from graph_api.store import sorting
from graph_api.store.columns import Column as Numbers
from graph_api.store.filters import (
    And,
    Filter,
    HasTopics,
    Match,
    OfProvider,
    OfTopics,
    Quantifier,
    TextField,
    TextIs,
)
from graph_api.store.folding import canonical
from graph_api.store.lists import (
    PRECEDING,
    AllArticles,
    ArticlesOfProvider,
    ArticlesOfTopic,
    Item,
    ListKey,
    Place,
    Slice,
    SortKey,
    Window,
)
from graph_api.store.plans import Keys
from graph_api.store.reads import Counts, Lists, Members
from graph_api.store.sorting import Anchor, SortTerm
from graph_api.store.sqlite import edges, keyset
from graph_api.store.sqlite.filters import condition
from graph_api.store.sqlite.keyset import Column
from graph_api.store.sqlite.list_queries import ListQuery, columns, list_query
from graph_api.store.sqlite.row_mapping import Row
from graph_api.store.sqlite.sql import AMONG, TRUE, Sql, both, either, integers, storable


def lists(connection: sqlite3.Connection, read: Lists) -> Mapping[ListKey, Slice]:
    """The page of each list of *read*."""
    if (listing := read.listing) is not None:
        return read.listed(edges.related(connection, listing, read.window.size + 1, read.rights))
    found = _entries(connection, read)
    return {
        scope: _slice(
            _list(connection, entries, sorting.sort_terms(sorting.kind_of(scope), read.order), where),
            read.window,
        )
        for scope, (entries, where) in found.items()
    }


def counts(connection: sqlite3.Connection, read: Counts) -> Mapping[ListKey, int]:
    """The length of each list of *read*."""
    whole = read.filter is None
    return {
        scope: _count(connection, entries, where, whole=whole)
        for scope, (entries, where) in _entries(connection, read).items()
    }


def members(connection: sqlite3.Connection, read: Members) -> Numbers:
    """The keys of the articles of *read*."""
    [(entries, where)] = _entries(connection, Counts((read.scope,), read.rights, read.filter)).values()
    rows = (Sql(f"SELECT {entries.key} FROM ") + entries.tables + Sql(" WHERE ") + where).all(connection)
    return np.fromiter((key for (key,) in rows), dtype=np.int64, count=len(rows))


def _entries(connection: sqlite3.Connection, read: Lists | Counts) -> dict[ListKey, tuple[ListQuery, Sql]]:
    """The query of each list and the condition on its entries. The filter is compiled once."""
    narrow, filter = _narrowed(read.keys, read.filter)
    queries = [list_query(connection, scope, read.rights) for scope in narrow]
    fits = condition(filter, queries[0].subject) if queries else TRUE
    wanted = ((entries, both(entries.where, fits)) for entries in queries)
    return dict(zip(read.keys, wanted, strict=True))


# -- one list --------------------------------------------------------------------------------------------


def _list(
    connection: sqlite3.Connection, entries: ListQuery, terms: tuple[SortTerm, ...], where: Sql
) -> _List:
    return _List(connection, entries, terms, columns(entries, terms), where)


@dataclass(frozen=True, slots=True)
class _List:
    """A sorted list that can be read from either end."""

    connection: sqlite3.Connection
    query: ListQuery
    terms: tuple[SortTerm, ...]
    columns: tuple[Column, ...]
    where: Sql

    def read(self, ranges: Sequence[Sql], limit: int) -> list[Row]:
        """The first *limit* rows of consecutive *ranges*: key, position, sort key."""
        found: list[Row] = []
        for part in ranges:
            if len(found) < limit:
                end = Sql(f" {keyset.ordered_by(self.columns)} LIMIT ?", (limit - len(found),))
                found += (self._selected(part) + end).all(self.connection)
        return found

    def any(self, ranges: Sequence[Sql]) -> bool:
        """Whether there is an entry in *ranges*."""
        return any(self.read([part], 1) for part in ranges)

    def within(self, ranges: Sequence[Sql]) -> _List:
        return replace(self, where=both(self.where, either(*ranges)))

    def backward(self) -> _List:
        return replace(self, columns=keyset.reversed_(self.columns))

    def sort_keys(self, keys: Iterable[NodeKey]) -> dict[NodeKey, SortKey]:
        """The sort keys of those *keys* that are in the list. No ORDER BY: SQLite would scan the index of the order."""
        rows = self._selected(Sql(f"{self.query.key} {AMONG}", (integers(keys),))).all(self.connection)
        return {row[0]: row[2:] for row in rows}

    def _selected(self, part: Sql) -> Sql:
        named = ", ".join([self.query.key, self.query.position, *(column.sql for column in self.columns)])
        return Sql(f"SELECT {named} FROM ") + self.query.tables + Sql(" WHERE ") + both(self.where, part)


class _Bound(NamedTuple):
    """One bound of a page: the ranges inside and outside of it, the nearest entries first.

    *crossed*: whether there are entries outside; None when a query has to find out.
    """

    inside: list[Sql]
    outside: list[Sql]
    crossed: bool | None
    preceding: Keys = ()
    from_start: bool = True


_OPEN = _Bound([TRUE], [], False)


def _slice(entries: _List, window: Window) -> Slice:
    """The page of *entries* in this window, and what precedes it."""
    after, before = _after(entries, window.after), _before(entries, window.before)
    if not window.backward:
        rows = entries.within(before.inside).read(after.inside, window.size + 1)
        has_next = len(rows) > window.size or _crossed(entries.backward(), before)
        items, preceding, from_start = rows[: window.size], after.preceding, after.from_start
        has_previous = _crossed(entries, after)
    else:
        rows = entries.within(after.inside).backward().read(before.inside, window.size + PRECEDING + 1)
        items, rest = rows[: window.size][::-1], [row[0] for row in rows[window.size :]][::-1]
        has_next = _crossed(entries.backward(), before)
        has_previous = bool(rest) or _crossed(entries, after)
        preceding = (*after.preceding, *rest)
        from_start = after.from_start and len(rest) <= PRECEDING
    return Slice.of(
        map(_item, items),
        has_next=has_next,
        has_previous=has_previous,
        preceding=preceding[-PRECEDING:],
        from_start=from_start and len(preceding) <= PRECEDING,
    )


def _crossed(entries: _List, bound: _Bound) -> bool:
    return entries.any(bound.outside) if bound.crossed is None else bound.crossed


def _after(entries: _List, place: Place | None) -> _Bound:
    """The bound of a page that begins after *place*."""
    if place is None:
        return _OPEN
    at = _anchor(entries, place)
    if at.sort is None:
        return _OPEN
    order = entries.columns[: len(at.sort)]
    return _Bound(
        keyset.ranges_after(order, at.sort),
        keyset.ranges_not_after(order, at.sort),
        True if at.found else None,
        at.preceding,
        at.from_start,
    )


def _before(entries: _List, place: Place | None) -> _Bound:
    """The bound of a page that ends before *place*."""
    if place is None:
        return _OPEN
    at = _anchor(entries, place)
    if at.sort is None:
        return _Bound([], [TRUE], None)
    order = entries.columns[: len(at.sort)]
    if at.own:
        reverse = keyset.reversed_(order)
        crossed = True if at.found else None
        return _Bound(
            keyset.ranges_after(reverse, at.sort), keyset.ranges_not_after(reverse, at.sort), crossed
        )
    return _Bound(keyset.ranges_not_after(order, at.sort), keyset.ranges_after(order, at.sort), None)


def _anchor(entries: _List, place: Place) -> Anchor:
    return sorting.anchor(place, entries.terms, entries.sort_keys((*place.preceding, place.key)))


def _item(row: Row) -> Item:
    return Item(row[0], row[2:], row[1])


def _count(connection: sqlite3.Connection, entries: ListQuery, where: Sql, *, whole: bool) -> int:
    statement = Sql("SELECT count(*) FROM ") + entries.tables + Sql(" WHERE ") + where
    if whole and entries.length is not None:
        statement = entries.length
    return int(statement.all(connection)[0][0])


# -- lists with an index ----------------------------------------------------------------------------------


def _narrowed(scopes: Sequence[ListKey], filter: Filter | None) -> tuple[Sequence[ListKey], Filter | None]:
    """The same lists, with a filter for one provider or topic replaced by that node's own list, which has an index.

    The node's key is a function of its domain or slug (see `graph_api.records`), so the filter names it.
    """
    if filter is None or any(not isinstance(scope, AllArticles) for scope in scopes):
        return scopes, filter
    parts = filter.parts if isinstance(filter, And) else (filter,)
    for place, part in enumerate(parts):
        if (narrow := _scope_of(part)) is not None:
            rest = parts[:place] + parts[place + 1 :]
            return [narrow] * len(scopes), And(rest) if rest else None
    return scopes, filter


def _scope_of(filter: Filter) -> ArticlesOfProvider | ArticlesOfTopic | None:
    match filter:
        case OfProvider(TextIs(TextField.DOMAIN, Match.EQ, domain)) if storable(domain):
            return ArticlesOfProvider(name_key(provider_id(domain)))
        case OfTopics(Quantifier.SOME, TextIs(TextField.SLUG, Match.EQ, slug)) if storable(slug):
            return ArticlesOfTopic(name_key(topic_id(canonical(slug))))
        case HasTopics((slug,)) if storable(slug):
            return ArticlesOfTopic(name_key(topic_id(canonical(slug))))
        case _:
            return None
