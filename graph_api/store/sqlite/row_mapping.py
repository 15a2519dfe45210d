"""Maps rows of the tables to records.

A read may return thousands of nodes, so `mapping_of` compiles the function that makes them, once for each class.
Each `..._COLUMNS` text lists the columns in the order in which the function beneath it takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeAlias, TypeVar, get_type_hints

import orjson

from graph_api.records import (
    Article,
    EdgeOrigin,
    Image,
    NodeKey,
    Problem,
    Provider,
    Severity,
    SourceFile,
    Topic,
)
from graph_api.store.sqlite.tables import COLUMN_NAMES

Row: TypeAlias = tuple[Any, ...]  # sqlite3 gives no types; the tables are STRICT
N = TypeVar("N", Article, Provider, Topic)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(microseconds: int | None) -> datetime | None:
    """The moment so many microseconds after 1970, in UTC."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


IMAGE_COLUMNS = "i.article, i.url, i.width, i.height, i.title, i.is_cached"


def image(row: Row) -> Image:
    """The image of a row of IMAGE_COLUMNS."""
    return Image(url=row[1], width=row[2], height=row[3], title=row[4], is_cached=_flag(row[5]))


ORIGINS = list(EdgeOrigin)  # by their numbers in tables
SOURCE_COLUMNS = "d.subject, d.path, d.sha256"


def source(row: Row) -> SourceFile:
    """The file of a row of SOURCE_COLUMNS."""
    return SourceFile(path=row[1], sha256=row[2].hex())


PROBLEM_COLUMNS = "p.key, p.code, p.severity, p.message, p.hint, p.path, p.line, p.column_, p.article"


def problem(row: Row) -> Problem:
    """The problem of a row of PROBLEM_COLUMNS."""
    return Problem(
        code=row[1],
        severity=Severity(row[2]),
        message=row[3],
        hint=row[4],
        path=row[5],
        line=row[6],
        column=row[7],
        article=row[8],
    )


# -- nodes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowMapping(Generic[N]):
    """How the rows of a table `n` become nodes: of its *columns*, in this order, *nodes* makes records by key."""

    columns: str
    nodes: Callable[[list[Row]], dict[NodeKey, N]]


@cache
def mapping_of(record: type[N]) -> RowMapping[N]:
    """How rows become records of this class, with all their fields.

    A dict comprehension that names the columns takes a third of the time of a call for each row.
    """
    names = record._fields
    made = f"{{key: new(record, ({', '.join(map(_value, names))})) for {', '.join(names)} in rows}}"
    known = {"record": record, **_MADE}
    nodes = eval(f"lambda rows, new=tuple.__new__: {made}", known)  # noqa: S307 - made of our own names only
    return RowMapping(", ".join(f"n.{COLUMN_NAMES.get(name, name)}" for name in names), nodes)


def _value(name: str) -> str:
    return f"made_{name}({name})" if f"made_{name}" in _MADE else name


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _texts(json: str) -> tuple[str, ...]:
    return () if json == "[]" else tuple(orjson.loads(json))


def _images(json: str) -> tuple[Image, ...]:
    if json == "[]":
        return ()
    found: list[Mapping[str, Any]] = orjson.loads(json)
    return tuple(Image(**fields) for fields in found)


_BY_TYPE: Mapping[object, Callable[[Any], object]] = {
    datetime | None: moment,
    bool | None: _flag,
    bool: bool,
    tuple[str, ...]: _texts,
    tuple[Image, ...]: _images,
}
_MADE = {
    f"made_{name}": _BY_TYPE[hint]
    for record in (Article, Provider, Topic)
    for name, hint in get_type_hints(record).items()
    if hint in _BY_TYPE
}
