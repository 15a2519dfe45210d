"""Pages by sort key, compiled: where a list goes on after a given entry.

The one decision worth knowing: "after (a, b)" is not one condition with OR but several disjoint ranges,
in the list's order, each a plain conjunction (`a = ? AND b > ?`, then `a > ?`, then `a IS NULL`): each is
one walk of an index, wherever in a long list the page begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph_api.store.reads import SortKey, SortValue
from graph_api.store.sqlite.sql import Sql, both


@dataclass(frozen=True, slots=True)
class Column:
    """One step of an order: an expression without parameters, and how its values are ordered."""

    sql: str
    descending: bool = False
    nulls_first: bool = False
    nullable: bool = False

    @property
    def direction(self) -> str:
        """The expression as ORDER BY takes it; SQLite's own place for nulls is not spelled out, so that
        its planner sees an index for what it is."""
        usual = self.nulls_first != self.descending
        nulls = "" if usual or not self.nullable else f" NULLS {'FIRST' if self.nulls_first else 'LAST'}"
        return f"{self.sql}{' DESC' if self.descending else ''}{nulls}"


def ordered_by(columns: Sequence[Column]) -> str:
    """The ORDER BY clause."""
    return "ORDER BY " + ", ".join(column.direction for column in columns)


def reversed_(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The same order read from its end."""
    return tuple(
        replace(column, descending=not column.descending, nulls_first=not column.nulls_first)
        for column in columns
    )


def ranges_after(columns: Sequence[Column], key: SortKey) -> list[Sql]:
    """Disjoint conditions that together are "strictly after *key*"; earlier ones hold earlier entries."""
    ranges: list[Sql] = []
    for last in reversed(range(len(columns))):
        equal = [_same(column, value) for column, value in zip(columns[:last], key, strict=False)]
        ranges += [both(*equal, beyond) for beyond in _beyond(columns[last], key[last])]
    return ranges


def ranges_not_after(columns: Sequence[Column], key: SortKey) -> list[Sql]:
    """Disjoint conditions that together are "at *key* or before it"; the nearest entries first."""
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
