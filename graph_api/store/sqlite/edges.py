"""The reads of walks: where edges lead, which of them stay within a set, and which nodes may be visited.

The one decision worth knowing: a node's edges of one kind and direction leave SQLite as one JSON array, not
as rows, which measured twice as fast (20,900 steps from 500 articles in 5 ms, against 9 ms). One statement
returns a row of arrays per key of a frontier; reading stops when there are enough steps.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import TypeAlias

import numpy as np
import orjson

from graph_api.graph.protocol import Edges, Steps
from graph_api.records import EdgeDirection, EdgeKind, NodeKey
from graph_api.store.plans import Keys, Rights
from graph_api.store.reads import ArticleRows, EdgesAmong, FittingKeys, NeighborKeys, ProviderRows, TopicRows
from graph_api.store.sqlite.filters import articles, condition
from graph_api.store.sqlite.sql import TRUE, Sql, graph, integers

NodeRead: TypeAlias = type[ArticleRows] | type[ProviderRows] | type[TopicRows]

_ALL = -1  # as SQLite's LIMIT has it
_LINKED = list(EdgeKind).index(EdgeKind.LINKED)
_NAMED = "SELECT r.dst AS far FROM {1}related r WHERE r.src = {0} ORDER BY r.position"

_OUT, _IN = EdgeDirection.OUT, EdgeDirection.IN
_WAYS = {_OUT: (_OUT,), _IN: (_IN,), EdgeDirection.BOTH: (_OUT, _IN)}

# A node's edges of one kind and direction, in their order: where they lead is `far`, {0} is the node's key, {1} the graph.
_LISTS: Mapping[tuple[EdgeKind, EdgeDirection], str] = {
    **{
        (kind, way): f"SELECT r.{far} AS far FROM {{1}}related r WHERE r.{near} = {{0}}"
        f" AND r.origin = {origin} ORDER BY r.{order}"
        for origin, kind in enumerate((EdgeKind.LISTED, EdgeKind.LINKED))
        for way, near, far, order in ((_OUT, "src", "dst", "position"), (_IN, "dst", "src", "src"))
    },
    (EdgeKind.PROVIDER, _OUT): (
        "SELECT a.provider AS far FROM {1}article a WHERE a.key = {0} AND a.provider IS NOT NULL"
    ),
    (EdgeKind.PROVIDER, _IN): "SELECT a.key AS far FROM {1}article a WHERE a.provider = {0} ORDER BY a.key",
    (EdgeKind.TOPIC, _OUT): (
        "SELECT at.topic AS far FROM {1}article_topic at WHERE at.article = {0} ORDER BY at.position"
    ),
    (EdgeKind.TOPIC, _IN): (
        "SELECT at.article AS far FROM {1}article_topic at WHERE at.topic = {0} ORDER BY at.article"
    ),
}
_TABLES: Mapping[NodeRead, str] = {ArticleRows: "article", ProviderRows: "provider", TopicRows: "topic"}


def neighbor_keys(connection: sqlite3.Connection, read: NeighborKeys) -> Steps:
    """The steps of *read*."""
    lists = _lists(_in_order(read.kinds), read.direction, read.rights)
    if read.limit <= 0 or not lists:
        return Steps([], [0] * len(read.frontier))
    at, skip = _begin(connection, lists, read.frontier, read.skip)
    found: list[list[NodeKey]] = [[] for _ in range(at)]
    if skip and at < len(read.frontier):
        found.append(_rest(connection, lists, read.frontier[at], skip, read.limit))
    room = read.limit - sum(map(len, found))
    found += _firsts(connection, lists, read.frontier[len(found) :], room)
    counts = [*map(len, found), *[0] * (len(read.frontier) - len(found))]
    return Steps(list(chain.from_iterable(found)), counts)


def edges_among(connection: sqlite3.Connection, read: EdgesAmong) -> Edges:
    """The edges of *read*. The index of an edge in its list is its position."""
    kinds = [place for place, kind in enumerate(EdgeKind) if kind in read.kinds]
    lists = _lists(_in_order(read.kinds), _OUT, read.rights)
    targets = {key: place for place, key in enumerate(read.targets)}
    found: list[tuple[int, int, int, int]] = []
    listed = _listed_counts(connection, read) if _LINKED in kinds else [0] * len(read.sources)
    if kinds:
        with _arrays(connection, lists, read.sources, _ALL) as rows:
            found = [
                (source, targets[far], kind, _position(place, kind, listed[source]))
                for source, arrays in enumerate(rows)
                for kind, array in zip(kinds, arrays, strict=True)
                for place, far in enumerate(orjson.loads(array))
                if far in targets
            ]
    return Edges(*np.array(found, dtype=np.int64).reshape(-1, 4).T)


def related(connection: sqlite3.Connection, keys: Keys, limit: int, rights: Rights) -> list[list[NodeKey]]:
    """For each of *keys*, in order, the first *limit* articles that it names."""
    with _arrays(connection, [_NAMED.replace("{1}", graph(rights))], keys, limit) as rows:
        return [orjson.loads(array) for (array,) in rows.fetchall()]


def _position(place: int, kind: int, listed: int) -> int:
    """The position of a related edge at a *place* of its list, after *listed* ones when it is linked; else -1."""
    return -1 if kind > _LINKED else place + listed if kind == _LINKED else place


def _listed_counts(connection: sqlite3.Connection, read: EdgesAmong) -> list[int]:
    """The number of articles that each source lists: linked ones follow them."""
    lists = _lists([EdgeKind.LISTED], _OUT, read.rights)
    with _columns(connection, "count(*)", lists, read.sources, _ALL) as rows:
        return [count for (count,) in rows.fetchall()]


def fitting_keys(connection: sqlite3.Connection, read: FittingKeys) -> frozenset[NodeKey]:
    """The keys of *read* that a walk may visit."""
    fits = condition(read.filter, articles(read.rights))
    found = _keys(connection, ArticleRows, read.keys, read.rights, fits)
    for other in (ProviderRows, TopicRows):
        found += _keys(connection, other, read.keys, read.rights, TRUE)
    return frozenset(found)


def _in_order(kinds: Collection[EdgeKind]) -> list[EdgeKind]:
    return [kind for kind in EdgeKind if kind in kinds]


def _lists(kinds: Sequence[EdgeKind], direction: EdgeDirection, rights: Rights) -> list[str]:
    """The lists a node's steps are made of, in their order."""
    return [_LISTS[kind, way].replace("{1}", graph(rights)) for kind in kinds for way in _WAYS[direction]]


def _firsts(
    connection: sqlite3.Connection, lists: Sequence[str], keys: Keys, limit: int
) -> list[list[NodeKey]]:
    """The steps of the first of *keys*, of the second, and so on, until there are *limit*."""
    found: list[list[NodeKey]] = []
    if limit:
        with _arrays(connection, lists, keys, limit) as rows:
            for arrays in rows:
                found.append(list(chain.from_iterable(map(orjson.loads, arrays)))[:limit])
                limit -= len(found[-1])
                if not limit:
                    break
    return found


def _begin(connection: sqlite3.Connection, lists: Sequence[str], keys: Keys, skip: int) -> tuple[int, int]:
    """The place of the key that has the first step after *skip* others, and how many of these are its own."""
    at = 0
    if skip:
        with _columns(connection, "count(*)", lists, keys, skip + 1) as rows:
            for lengths in rows:
                if sum(lengths) > skip:
                    break
                at, skip = at + 1, skip - sum(lengths)
    return at, skip


def _arrays(
    connection: sqlite3.Connection, lists: Sequence[str], keys: Keys, limit: int
) -> closing[sqlite3.Cursor]:
    """For each of *keys*, in order, the first *limit* entries of each of its lists, as JSON."""
    return _columns(connection, "json_group_array(far)", lists, keys, limit)


def _columns(
    connection: sqlite3.Connection, made: str, lists: Sequence[str], keys: Keys, limit: int
) -> closing[sqlite3.Cursor]:
    """For each of *keys*, in order, *made* of the first *limit* entries of each of its lists.

    `json_each` walks an array in its order. Closed early, the statement never looks at the later keys.
    """
    columns = ", ".join(f"(SELECT {made} FROM ({text.format('k.value')} LIMIT ?))" for text in lists)
    values = (*[limit] * len(lists), orjson.dumps(keys).decode())
    return closing(connection.execute(f"SELECT {columns} FROM json_each(?) k", values))


def _rest(
    connection: sqlite3.Connection, lists: Sequence[str], key: NodeKey, skip: int, limit: int
) -> list[NodeKey]:
    """The first *limit* steps of *key* after the first *skip*.

    One list at a time, so that SQLite skips the steps of a hub that were answered before instead of reading them again.
    """
    found: list[NodeKey] = []
    for text in lists:
        part = f"SELECT json_group_array(far) FROM ({text.format('?')} LIMIT ? OFFSET ?)"
        [(array,)] = Sql(part, (key, limit - len(found), skip)).all(connection)
        found += orjson.loads(array)
        skip = 0 if found else skip - _length(connection, text, key, skip)
    return found


def _length(connection: sqlite3.Connection, text: str, key: NodeKey, limit: int) -> int:
    """How many entries a list has, counted up to *limit*."""
    counted = Sql(f"SELECT count(*) FROM ({text.format('?')} LIMIT ?)", (key, limit)).all(connection)
    return int(counted[0][0])


def _keys(
    connection: sqlite3.Connection, kind: NodeRead, keys: Keys, rights: Rights, fits: Sql
) -> list[NodeKey]:
    """Those of *keys* that are nodes of this kind, visible to the caller, and fulfil *fits*."""
    start = Sql(
        f"SELECT a.key FROM json_each(?) k CROSS JOIN {graph(rights)}{_TABLES[kind]} a ON a.key = k.value WHERE ",
        (integers(keys),),
    )
    return [key for (key,) in (start + fits).all(connection)]
