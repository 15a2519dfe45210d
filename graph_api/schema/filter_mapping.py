"""Maps the filters and orders of clients to those of the store; raises RequestError for invalid ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from strawberry import UNSET

from graph_api.errors import RequestError
from graph_api.records import EdgeDirection
from graph_api.schema.inputs import (
    ArticleFilter,
    ArticleOrder,
    NullsOrder,
    OrderDirection,
    ProviderFilter,
    TopicFilter,
)
from graph_api.store.filters import (
    And,
    Compare,
    Filter,
    FlagField,
    FlagIs,
    HasTopics,
    IsNull,
    Match,
    Not,
    NumberField,
    NumberIs,
    OfProvider,
    OfRelated,
    OfTopics,
    Or,
    Quantifier,
    TextField,
    TextIn,
    TextIs,
    TextMatches,
    checked,
)
from graph_api.store.lists import Order

T = TypeVar("T")

MAX_VALUES = 1000
MAX_ORDER_STEPS = 5
MAX_QUERY = 1000

_DURATION = re.compile(
    r"P(?:(?P<years>\d{1,20})Y)?(?:(?P<months>\d{1,20})M)?(?:(?P<weeks>\d{1,20})W)?(?:(?P<days>\d{1,20})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,20})H)?(?:(?P<minutes>\d{1,20})M)?(?:(?P<seconds>\d{1,20})S)?)?",
    re.ASCII,
)


def of_articles(given: ArticleFilter | None) -> Filter | None:
    """The store's filter for *given*; None when it matches every article."""
    if not given:
        return None
    filter = checked(_article(given))
    return None if filter == And(()) else filter


def of_providers(given: ProviderFilter | None) -> Filter | None:
    """The store's filter for *given*; None when it matches every provider."""
    return _of(given, _PROVIDER)


def of_topics(given: TopicFilter | None) -> Filter | None:
    """The store's filter for *given*; None when it matches every topic."""
    return _of(given, _TOPIC)


def _of(given: object, fields: Mapping[str, Conditions]) -> Filter | None:
    found = tuple(_each(given, fields)) if given else ()
    return _all(found) if found else None


def order(given: Sequence[ArticleOrder]) -> tuple[Order, ...]:
    """The store's order for *given*; empty for the list's default order."""
    if len(given) > MAX_ORDER_STEPS:
        raise RequestError(f"orderBy must hold at most {MAX_ORDER_STEPS} criteria; got {len(given)}")
    return tuple(
        Order(
            step.field,
            descending=step.direction is OrderDirection.DESC,
            nulls_first=step.nulls is NullsOrder.FIRST,
        )
        for step in given
    )


def query(name: str, text: str) -> str:
    """*text*, checked: a search query, given as the argument *name*."""
    if len(text) > MAX_QUERY:
        raise RequestError(f"{name} must have at most {MAX_QUERY} characters; got {len(text)}")
    return text


# -- conditions ------------------------------------------------------------------------------------------

Conditions: TypeAlias = Callable[[Any], Iterable[Filter]]  # Any: the value of a field of an input object


def _each(given: object, fields: Mapping[str, Conditions]) -> Iterator[Filter]:
    """The conditions of an input object: those of each of its *fields* that has a value."""
    for name, conditions in fields.items():
        value = getattr(given, name)
        if value is not None and value is not UNSET:
            yield from conditions(value)


def _all(parts: Iterable[Filter]) -> Filter:
    found = tuple(parts)
    return found[0] if len(found) == 1 else And(found)


def _null(field: TextField | NumberField | FlagField, wanted: bool) -> Filter:
    return IsNull(field) if wanted else Not(IsNull(field))


def _text(field: TextField) -> Conditions:
    fields: Mapping[str, Conditions] = {
        "eq": lambda value: [TextIs(field, Match.EQ, value)],
        "ne": lambda value: [Not(TextIs(field, Match.EQ, value))],
        "in_": lambda values: [TextIn(field, _bounded(values))],
        "not_in": lambda values: [Not(TextIn(field, _bounded(values)))],
        "contains": lambda value: [TextIs(field, Match.CONTAINS, value)],
        "starts_with": lambda value: [TextIs(field, Match.STARTS_WITH, value)],
        "ends_with": lambda value: [TextIs(field, Match.ENDS_WITH, value)],
        "is_null": lambda wanted: [_null(field, wanted)],
    }
    return lambda given: _each(given, fields)


def _compared(field: NumberField) -> dict[str, Conditions]:
    return {
        "eq": lambda value: [NumberIs(field, Compare.EQ, value)],
        "gt": lambda value: [NumberIs(field, Compare.GT, value)],
        "gte": lambda value: [NumberIs(field, Compare.GTE, value)],
        "lt": lambda value: [NumberIs(field, Compare.LT, value)],
        "lte": lambda value: [NumberIs(field, Compare.LTE, value)],
        "is_null": lambda wanted: [_null(field, wanted)],
    }


def _number(field: NumberField) -> Conditions:
    fields = _compared(field)
    fields["ne"] = lambda value: [Not(NumberIs(field, Compare.EQ, value))]
    return lambda given: _each(given, fields)


def _moment(field: NumberField) -> Conditions:
    def within(duration: str) -> list[Filter]:
        now = datetime.now(UTC)
        return [
            NumberIs(field, Compare.GTE, _before(now, duration)),
            NumberIs(field, Compare.LTE, now),
        ]

    fields = {**_compared(field), "within": within}
    return lambda given: _each(given, fields)


def _flag(field: FlagField) -> Conditions:
    fields: Mapping[str, Conditions] = {
        "eq": lambda value: [FlagIs(field, value)],
        "is_null": lambda wanted: [_null(field, wanted)],
    }
    return lambda given: _each(given, fields)


_PROVIDER: Mapping[str, Conditions] = {"domain": _text(TextField.DOMAIN), "name": _text(TextField.NAME)}
_TOPIC: Mapping[str, Conditions] = {"slug": _text(TextField.SLUG), "name": _text(TextField.NAME)}
_TOPICS: Mapping[str, Conditions] = {
    "some": lambda given: [OfTopics(Quantifier.SOME, _all(_each(given, _TOPIC)))],
    "none": lambda given: [OfTopics(Quantifier.NONE, _all(_each(given, _TOPIC)))],
    "every": lambda given: [OfTopics(Quantifier.EVERY, _all(_each(given, _TOPIC)))],
    "all": lambda slugs: [HasTopics(_bounded(slugs))],
    "count": _number(NumberField.TOPIC_COUNT),
}


def _article(given: ArticleFilter) -> Filter:
    return _all(_each(given, _ARTICLE))


_ARTICLE: Mapping[str, Conditions] = {
    "and_": lambda parts: [And(tuple(map(_article, _bounded(parts))))],
    "or_": lambda parts: [Or(tuple(map(_article, _bounded(parts))))],
    "not_": lambda part: [Not(_article(part))],
    "title": _text(TextField.TITLE),
    "slug": _text(TextField.SLUG),
    "category": _text(TextField.CATEGORY),
    "type": _text(TextField.TYPE),
    "url": _text(TextField.URL),
    "quality": _number(NumberField.QUALITY),
    "heat": _number(NumberField.HEAT),
    "related_count": _number(NumberField.RELATED_COUNT),
    "published_date_time": _moment(NumberField.PUBLISHED_DATE_TIME),
    "published": _flag(FlagField.PUBLISHED),
    "is_stub": _flag(FlagField.IS_STUB),
    "has_image": lambda value: [FlagIs(FlagField.HAS_IMAGE, value)],
    "provider": lambda given: [OfProvider(_all(_each(given, _PROVIDER)))],
    "topics": lambda given: _each(given, _TOPICS),
    "search": lambda text: [TextMatches(query("search", text))],
    "related": lambda given: [OfRelated(EdgeDirection.OUT, _article(given))],
}


def _before(now: datetime, duration: str) -> datetime:
    found = _DURATION.fullmatch(duration)
    amounts = {unit: int(n) for unit, n in found.groupdict().items() if n} if found else {}
    if not amounts:
        raise RequestError(
            f"within must be an ISO 8601 duration in whole units, such as P7D or PT36H; got {duration[:40]!r}"
        )
    days = 365 * amounts.pop("years", 0) + 30 * amounts.pop("months", 0) + amounts.pop("days", 0)
    try:
        return now - timedelta(days=days, **amounts)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _bounded(values: Sequence[T]) -> tuple[T, ...]:
    if len(values) > MAX_VALUES:
        raise RequestError(f"a list in a filter must hold at most {MAX_VALUES} values; got {len(values)}")
    return tuple(values)
