"""Keyset pagination: the entries after a sort key, as SQL conditions.

"After (a, b)" is not one condition with OR but several disjoint ranges in the order of the list, each a conjunction
(`a = ? AND b > ?`, then `a > ?`, then `a IS NULL`). Each range is one index scan, however deep in the list a page begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph_api.store.lists import SortKey, SortValue
from graph_api.store.sqlite.sql import Sql, both


@dataclass(frozen=True, slots=True)
class Column:
    """One column of ORDER BY: an SQL expression without parameters, and how its values are sorted."""

    sql: str
    descending: bool = False
    nulls_first: bool = False
    nullable: bool = False

    @property
    def direction(self) -> str:
        """The ORDER BY term. It has no NULLS FIRST or LAST where that is SQLite's default: with it the planner
        would not use an index."""
        usual = self.nulls_first != self.descending
        nulls = "" if usual or not self.nullable else f" NULLS {'FIRST' if self.nulls_first else 'LAST'}"
        return f"{self.sql}{' DESC' if self.descending else ''}{nulls}"


def ordered_by(columns: Sequence[Column]) -> str:
    """The ORDER BY clause."""
    return "ORDER BY " + ", ".join(column.direction for column in columns)


def reversed_(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The reverse order."""
    return tuple(
        replace(column, descending=not column.descending, nulls_first=not column.nulls_first)
        for column in columns
    )


def ranges_after(columns: Sequence[Column], key: SortKey) -> list[Sql]:
    """Disjoint conditions for the entries strictly after *key*, in the order of the list."""
    ranges: list[Sql] = []
    for last in reversed(range(len(columns))):
        equal = [_same(column, value) for column, value in zip(columns[:last], key, strict=False)]
        ranges += [both(*equal, beyond) for beyond in _beyond(columns[last], key[last])]
    return ranges


def ranges_not_after(columns: Sequence[Column], key: SortKey) -> list[Sql]:
    """Disjoint conditions for the entry with *key* and those before it, the nearest first."""
    at = both(*(_same(column, value) for column, value in zip(columns, key, strict=True)))
    return [at, *ranges_after(reversed_(columns), key)]


def _same(column: Column, value: SortValue) -> Sql:
    return Sql(f"{column.sql} IS NULL") if value is None else Sql(f"{column.sql} = ?", (value,))


def _beyond(column: Column, value: SortValue) -> list[Sql]:
    if value is None:
        return [Sql(f"{column.sql} IS NOT NULL")] if column.nulls_first else []
    greater = Sql(f"{column.sql} {'<' if column.descending else '>'} ?", (value,))
    nulls_follow = column.nullable and not column.nulls_first
    return [greater, Sql(f"{column.sql} IS NULL")] if nulls_follow else [greater]
