"""Conditions on articles, providers and topics: frozen values that every store evaluates alike.

A comparison with null is false, and `Not` of it true. An empty `And` is true; an empty `Or` and an empty `TextIn` are false.
CONTAINS, STARTS_WITH and ENDS_WITH compare text without regard to case, EQ and `TextIn` exactly.

The bounds at the end hold for all stores, because SQLite's parser refuses deep nesting. They are checked before the
first read, when the operation is prepared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from graph_api.errors import RequestError
from graph_api.records import EdgeDirection, NodeKey


class TextField(Enum):
    """Text of an article (TITLE to URL), a provider (DOMAIN, NAME) or a topic (SLUG, NAME)."""

    TITLE = "title"
    SLUG = "slug"
    CATEGORY = "category"
    TYPE = "type"
    URL = "url"
    DOMAIN = "domain"
    NAME = "name"


class NumberField(Enum):
    """Numbers and moments of an article; PUBLISHED_DATE_TIME takes datetimes, the others integers."""

    QUALITY = "quality"
    HEAT = "heat"
    RELATED_COUNT = "related_count"
    TOPIC_COUNT = "topic_count"
    PUBLISHED_DATE_TIME = "published_date_time"


class FlagField(Enum):
    """Yes-or-no facts of an article."""

    PUBLISHED = "published"
    IS_STUB = "is_stub"
    HAS_IMAGE = "has_image"


class Match(Enum):
    """How text is compared."""

    EQ = "eq"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"


class Compare(Enum):
    """How numbers are compared."""

    EQ = "="
    GT = ">"
    GTE = ">="
    LT = "<"
    LTE = "<="


class Quantifier(Enum):
    """Of a list: some element fits, every element fits (true for an empty list), no element fits."""

    SOME = "some"
    EVERY = "every"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


@dataclass(frozen=True, slots=True)
class TextIs:
    field: TextField
    match: Match
    value: str


@dataclass(frozen=True, slots=True)
class TextIn:
    field: TextField
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberIs:
    field: NumberField
    compare: Compare
    value: int | datetime


@dataclass(frozen=True, slots=True)
class FlagIs:
    field: FlagField
    value: bool


@dataclass(frozen=True, slots=True)
class IsNull:
    field: TextField | NumberField | FlagField


@dataclass(frozen=True, slots=True)
class OfProvider:
    """The article has a provider that fits *filter* (DOMAIN and NAME)."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class OfTopics:
    """The article's topics fit *filter* (SLUG and NAME) as *quantifier* says."""

    quantifier: Quantifier
    filter: Filter


@dataclass(frozen=True, slots=True)
class HasTopics:
    """The article has every one of these topics, by slug."""

    slugs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfRelated:
    """Some article that shares a related edge in *direction* fits *filter*."""

    direction: EdgeDirection
    filter: Filter


@dataclass(frozen=True, slots=True)
class TextMatches:
    """The article matches this search *query*. A store reads *keys*, the articles that match in the revision and with
    the rights of the read; they are left out of comparisons, because query, revision and rights determine them."""

    query: str
    keys: tuple[NodeKey, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Among:
    """The article is one of those with these *keys*."""

    keys: tuple[NodeKey, ...]


Filter: TypeAlias = (
    And
    | Or
    | Not
    | TextIs
    | TextIn
    | NumberIs
    | FlagIs
    | IsNull
    | OfProvider
    | OfTopics
    | HasTopics
    | OfRelated
    | TextMatches
    | Among
)


# -- searches --------------------------------------------------------------------------------------------


def queries(filter: Filter) -> Iterator[str]:
    """The search queries anywhere in *filter*."""
    pending = [filter]
    while pending:
        part = pending.pop()
        if isinstance(part, TextMatches):
            yield part.query
        pending += _below(part)


def with_matches(filter: Filter, keys: Mapping[str, tuple[NodeKey, ...]]) -> Filter:
    """*filter* with the *keys* that match each query."""
    match filter:
        case TextMatches():
            return replace(filter, keys=keys[filter.query])
        case And() | Or():
            return replace(filter, parts=tuple(with_matches(part, keys) for part in filter.parts))
        case Not():
            return Not(with_matches(filter.part, keys))
        case OfRelated():
            return replace(filter, filter=with_matches(filter.filter, keys))
        case _:
            return filter


# -- bounds ----------------------------------------------------------------------------------------------

MAX_DEPTH = 10
MAX_RELATED = 2
MAX_CONDITIONS = 1000


def size(filter: Filter) -> int:
    """The number of conditions in *filter*, it among them."""
    return 1 + sum(map(size, _below(filter)))


def checked(filter: Filter) -> Filter:
    """*filter* itself. Raises RequestError when it exceeds a bound.

    A level is an `And`, `Or` or `Not`, or the filter of a provider, of topics or of related articles.
    """
    level: list[tuple[Filter, int]] = [(filter, 0)]  # with the number of OfRelated above
    depth = conditions = 0
    while level:
        conditions += len(level)
        depth += 1
        _check(depth, conditions, max(related for _, related in level))
        level = [
            (below, related + isinstance(part, OfRelated))
            for part, related in level
            for below in _below(part)
        ]
    return filter


def _check(depth: int, conditions: int, related: int) -> None:
    if depth > MAX_DEPTH:
        raise RequestError(f"a filter must nest at most {MAX_DEPTH} levels deep", code="FILTER_TOO_DEEP")
    if related > MAX_RELATED:
        raise RequestError(
            f"a filter must nest related at most {MAX_RELATED} levels deep",
            code="FILTER_TOO_DEEP",
        )
    if conditions > MAX_CONDITIONS:
        raise RequestError(f"a filter must have at most {MAX_CONDITIONS} conditions", code="FILTER_TOO_LARGE")


def _below(filter: Filter) -> tuple[Filter, ...]:
    match filter:
        case And() | Or():
            return filter.parts
        case Not():
            return (filter.part,)
        case OfProvider() | OfTopics() | OfRelated():
            return (filter.filter,)
        case _:
            return ()
