"""Windows of ordered lists, and how long whole lists are.

A window is read in the direction it is cut: after its first bound in index ranges (see `keyset`), one
entry more than asked for, which tells whether the list goes on. What lies on the other side of a bound is
looked at only when there is a bound. Several lists are read one after the other: a statement costs
microseconds here, and a LIMIT for each bounds the work, which one statement over all of them cannot.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graph_api.records import name_key, provider_id, topic_id
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
from graph_api.store.reads import (
    AllArticles,
    ArticlesOfProvider,
    ArticlesOfTopic,
    Counts,
    Item,
    ListKey,
    Lists,
    Slice,
    SortKey,
    Window,
)
from graph_api.store.sqlite import edges, keyset
from graph_api.store.sqlite.filters import condition
from graph_api.store.sqlite.keyset import Column
from graph_api.store.sqlite.list_sources import Source, columns, source
from graph_api.store.sqlite.row_mapping import Row
from graph_api.store.sqlite.sql import TRUE, Sql, both, storable


def lists(connection: sqlite3.Connection, read: Lists) -> Mapping[ListKey, Slice]:
    """The window of every list of *read*."""
    if (listing := read.listing) is not None:
        return read.listed(edges.related(connection, listing, read.window.size + 1, read.rights))
    found = _entries(connection, read)
    return {
        scope: _slice(_List(connection, entries, columns(entries, scope, read.order), where), read.window)
        for scope, (entries, where) in found.items()
    }


def counts(connection: sqlite3.Connection, read: Counts) -> Mapping[ListKey, int]:
    """The length of every list of *read*."""
    whole = read.filter is None and not read.rights.published_only
    return {
        scope: _count(connection, entries, where, whole=whole)
        for scope, (entries, where) in _entries(connection, read).items()
    }


def _entries(connection: sqlite3.Connection, read: Lists | Counts) -> dict[ListKey, tuple[Source, Sql]]:
    """Where the entries of each list come from and which of them are wanted; the filter is compiled once."""
    narrow, filter = _narrowed(read.keys, read.filter)
    sources = [source(connection, scope, read.rights) for scope in narrow]
    fits = condition(filter, sources[0].subject) if sources else TRUE
    wanted = ((entries, both(entries.where, fits)) for entries in sources)
    return dict(zip(read.keys, wanted, strict=True))


# -- one list --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _List:
    """An ordered list, ready to be read from either end."""

    connection: sqlite3.Connection
    source: Source
    columns: tuple[Column, ...]
    where: Sql

    def read(self, ranges: Sequence[Sql], limit: int) -> list[Row]:
        """The first *limit* rows of *ranges*, which follow each other: key, position, sort key."""
        found: list[Row] = []
        for part in ranges:
            if len(found) < limit:
                found += self._statement(part, limit - len(found)).all(self.connection)
        return found

    def any(self, ranges: Sequence[Sql]) -> bool:
        """Whether there is an entry in *ranges*."""
        return any(self.read([part], 1) for part in ranges)

    def backward(self) -> _List:
        return replace(self, columns=keyset.reversed_(self.columns))

    def _statement(self, part: Sql, limit: int) -> Sql:
        named = ", ".join([self.source.key, self.source.position, *(column.sql for column in self.columns)])
        start = Sql(f"SELECT {named} FROM ") + self.source.tables + Sql(" WHERE ")
        end = Sql(f" {keyset.ordered_by(self.columns)} LIMIT ?", (limit,))
        return start + both(self.where, part) + end


def _slice(entries: _List, window: Window) -> Slice:
    """The window of *entries*; read from its end and turned round when it is a backward one."""
    if not window.backward:
        rows, beyond, behind = _cut(entries, window.size, window.after, window.before)
        return Slice.of(map(_item, rows), has_next=beyond, has_previous=behind)
    rows, beyond, behind = _cut(entries.backward(), window.size, window.before, window.after)
    return Slice.of(map(_item, reversed(rows)), has_next=behind, has_previous=beyond)


def _cut(
    entries: _List, size: int, start: SortKey | None, end: SortKey | None
) -> tuple[list[Row], bool, bool]:
    """The first *size* rows between *start* and *end*, whether rows follow them, and whether some precede."""
    order = entries.columns
    ahead = replace(entries, where=both(entries.where, keyset.after(keyset.reversed_(order), end)))
    found = ahead.read([TRUE] if start is None else keyset.ranges_after(order, start), size + 1)
    beyond = len(found) > size or (
        end is not None and entries.any(keyset.ranges_not_after(keyset.reversed_(order), end))
    )
    behind = start is not None and entries.any(keyset.ranges_not_after(order, start))
    return found[:size], beyond, behind


def _item(row: Row) -> Item:
    return Item(row[0], row[2:], row[1])


def _count(connection: sqlite3.Connection, entries: Source, where: Sql, *, whole: bool) -> int:
    statement = Sql("SELECT count(*) FROM ") + entries.tables + Sql(" WHERE ") + where
    if whole and entries.length is not None:
        statement = entries.length
    return int(statement.all(connection)[0][0])


# -- short ways ------------------------------------------------------------------------------------------


def _narrowed(scopes: Sequence[ListKey], filter: Filter | None) -> tuple[Sequence[ListKey], Filter | None]:
    """The same lists by a shorter way: all articles of one provider or topic are found by its index.

    Keys are a function of domain and slug (see `graph_api.records`), so the filter itself names the key.
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
            return ArticlesOfTopic(name_key(topic_id(slug)))
        case HasTopics((slug,)) if storable(slug):
            return ArticlesOfTopic(name_key(topic_id(slug)))
        case _:
            return None
