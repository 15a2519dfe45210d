"""Runs SQL for many keys, a bounded number of keys at a time, and scripts statement by statement."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from graph_api.records import NodeKey
from graph_api.store.sqlite.row_mapping import Row
from graph_api.store.sqlite.sql import AMONG, integers
from graph_api.store.sqlite.writer_rows import (
    TableRow,
    Values,
)
from graph_api.store.writing import (
    batches,
)


class BatchedSql:
    """Runs SQL for many keys, a bounded number of keys at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, text: str, *values: str) -> list[Row]:
        return self._connection.execute(text, values).fetchall()

    def keys(self, text: str, keys: Collection[NodeKey]) -> set[NodeKey]:
        return {key for (key,) in self.among(text, keys)}

    def among(self, text: str, keys: Collection[NodeKey]) -> Iterator[Row]:
        for batch in batches(keys):
            yield from self._connection.execute(text, (integers(batch),)).fetchall()

    def delete(self, table: str, column: str, keys: Collection[NodeKey], condition: str = "") -> None:
        text = f"DELETE FROM {table} WHERE {column} {AMONG}{condition}"
        for batch in batches(keys):
            self._connection.execute(text, (integers(batch),))

    def insert(self, rows: Iterable[TableRow], prefixes: Mapping[str, str]) -> None:
        by_table: defaultdict[str, list[Values]] = defaultdict(list)
        for table, values in rows:
            by_table[table].append(values)
        for table, found in by_table.items():
            text = _insertion(prefixes.get(table, "") + table, len(found[0]))
            self._connection.executemany(text, found)


def sql_statements(script: str) -> Iterator[str]:
    """The statements of *script*. (`executescript` would commit.)"""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@cache
def _insertion(table: str, columns: int) -> str:
    is_shared = table == "embedded"  # equal copies are stored once
    return f"INSERT {'OR IGNORE ' if is_shared else ''}INTO {table} VALUES ({', '.join('?' * columns)})"
