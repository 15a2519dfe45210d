"""Conditions on articles, providers and topics, as frozen values that any store can compile.

Two-valued: a comparison with a null is false, `Not` turns false into true. Text operators contains,
startsWith and endsWith compare case-folded text (`str.casefold`), eq and in compare exactly; ordering
of numbers and moments is by value. An empty `And` is true, an empty `Or` is false, an empty `in` false.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from graph_api.records import EdgeDirection


class TextField(Enum):
    """Text that can be compared; which of them make sense depends on what is filtered."""

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
)
