"""Pieces of SQL with their bound parameters, in order."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from graph_api.store.plans import Rights
from graph_api.store.sqlite.tables import PUBLISHED

Value: TypeAlias = int | str | bytes | None


@dataclass(frozen=True, slots=True)
class Sql:
    """*text* with one `?` for each of *parameters*. Values of clients are parameters, never text."""

    text: str
    parameters: tuple[Value, ...] = ()

    def __add__(self, other: Sql) -> Sql:
        return Sql(self.text + other.text, self.parameters + other.parameters)

    def all(self, connection: sqlite3.Connection) -> list[Any]:
        """Every row of the statement; its cursor is exhausted, so that nothing of it stays active."""
        return connection.execute(self.text, self.parameters).fetchall()


def graph(rights: Rights) -> str:
    """The prefix of the tables that callers with *rights* read: of all files, or of those that are not hidden.

    No statement has another condition on rights.
    """
    return PUBLISHED if rights.published_only else ""


AMONG = (
    "IN (SELECT value FROM json_each(?))"  # a column is one of the values of a parameter: `integers`, `texts`
)
TRUE = Sql("1")
FALSE = Sql("0")
_GROUP = 16  # a chain of n operators is n deep, and SQLite refuses more than 1,000: long chains become trees


def joined(operator: str, parts: Collection[Sql]) -> Sql:
    """The *parts* (at least one) under AND or OR, in parentheses when there are several."""
    level = list(parts)
    while len(level) > 1:
        level = [_chain(operator, level[i : i + _GROUP]) for i in range(0, len(level), _GROUP)]
    return level[0]


def both(*parts: Sql) -> Sql:
    """All of *parts*, without those that are always true."""
    needed = [part for part in parts if part != TRUE]
    return joined("AND", needed) if needed else TRUE


def either(*parts: Sql) -> Sql:
    """Any of *parts*, without those that are never true."""
    possible = [part for part in parts if part != FALSE]
    return joined("OR", possible) if possible else FALSE


def integers(values: Iterable[int]) -> str:
    """The distinct *values*, in order, as one parameter for `json_each(?)`."""
    return orjson.dumps(list(dict.fromkeys(values))).decode()


def texts(values: Iterable[str]) -> str:
    """The distinct *values* that a text column can hold, in order, as one parameter for `json_each(?)`."""
    return orjson.dumps([value for value in dict.fromkeys(values) if storable(value)]).decode()


def storable(text: str) -> bool:
    """Whether any column can hold *text*: no lone surrogates, which have no UTF-8, and no NUL.

    SQLite's JSON ends a text at NUL, so that "a\\0b" would match "a".
    """
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _chain(operator: str, parts: list[Sql]) -> Sql:
    if len(parts) == 1:
        return parts[0]
    text = f" {operator} ".join(part.text for part in parts)
    return Sql(f"({text})", tuple(value for part in parts for value in part.parameters))
