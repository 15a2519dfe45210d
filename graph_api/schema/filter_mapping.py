"""Maps the filters and orders of clients to those of the store; raises RequestError for invalid ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TypeGuard, TypeVar

from strawberry import UNSET

from graph_api.errors import RequestError
from graph_api.records import EdgeDirection
from graph_api.schema.inputs import (
    ArticleFilter,
    ArticleOrder,
    BooleanFilter,
    DateTimeFilter,
    IntFilter,
    NullsOrder,
    OrderDirection,
    ProviderFilter,
    StringFilter,
    TopicFilter,
    TopicListFilter,
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
    checked,
)
from graph_api.store.reads import Order

T = TypeVar("T")

MAX_VALUES = 1000
MAX_ORDER_STEPS = 5

_DURATION = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10})S)?)?",
    re.ASCII,
)
_COMPARES = {"eq": Compare.EQ, "gt": Compare.GT, "gte": Compare.GTE, "lt": Compare.LT, "lte": Compare.LTE}
_MATCHES = {
    "eq": Match.EQ,
    "contains": Match.CONTAINS,
    "starts_with": Match.STARTS_WITH,
    "ends_with": Match.ENDS_WITH,
}


def of_articles(given: ArticleFilter | None) -> Filter | None:
    """The store's filter for *given*; None when it matches every article."""
    return checked(_required(_article(given))) if given else None


def of_providers(given: ProviderFilter | None) -> Filter | None:
    """The store's filter for *given*; None when it matches every provider."""
    return _all(_provider(given)) if given else None


def of_topics(given: TopicFilter | None) -> Filter | None:
    """The store's filter for *given*; None when it matches every topic."""
    return _all(_topic(given)) if given else None


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


def _all(parts: Iterable[Filter]) -> Filter | None:
    found = tuple(parts)
    if len(found) == 1:
        return found[0]
    return And(found) if found else None


def _required(parts: Iterable[Filter]) -> Filter:
    return _all(parts) or And(())


def _article(given: ArticleFilter) -> Iterator[Filter]:
    yield from _combined(given)
    yield from _of_texts(given)
    yield from _of_numbers(given)
    yield from _of_flags(given)
    if given.provider:
        yield OfProvider(_required(_provider(given.provider)))
    if given.topics:
        yield from _topic_list(given.topics)
    if given.related:
        yield OfRelated(EdgeDirection.OUT, _required(_article(given.related)))


def _combined(given: ArticleFilter) -> Iterator[Filter]:
    if _is_given(given.and_):
        yield And(tuple(_required(_article(part)) for part in _bounded(given.and_)))
    if _is_given(given.or_):
        yield Or(tuple(_required(_article(part)) for part in _bounded(given.or_)))
    if given.not_:
        yield Not(_required(_article(given.not_)))


def _of_texts(given: ArticleFilter) -> Iterator[Filter]:
    texts = {
        TextField.TITLE: given.title,
        TextField.SLUG: given.slug,
        TextField.CATEGORY: given.category,
        TextField.TYPE: given.type,
        TextField.URL: given.url,
    }
    return chain.from_iterable(_text(field, part) for field, part in texts.items() if part)


def _of_numbers(given: ArticleFilter) -> Iterator[Filter]:
    numbers = {
        NumberField.QUALITY: given.quality,
        NumberField.HEAT: given.heat,
        NumberField.RELATED_COUNT: given.related_count,
    }
    yield from chain.from_iterable(_number(field, part) for field, part in numbers.items() if part)
    if given.published_date_time:
        yield from _moment(given.published_date_time)


def _of_flags(given: ArticleFilter) -> Iterator[Filter]:
    flags = {FlagField.PUBLISHED: given.published, FlagField.IS_STUB: given.is_stub}
    yield from chain.from_iterable(_flag(field, part) for field, part in flags.items() if part)
    if _is_given(given.has_image):
        yield FlagIs(FlagField.HAS_IMAGE, given.has_image)


def _text(field: TextField, given: StringFilter) -> Iterator[Filter]:
    for name, match in _MATCHES.items():
        if _is_given(value := getattr(given, name)):
            yield TextIs(field, match, value)
    if _is_given(given.ne):
        yield Not(TextIs(field, Match.EQ, given.ne))
    if _is_given(given.in_):
        yield TextIn(field, tuple(_bounded(given.in_)))
    if _is_given(given.not_in):
        yield Not(TextIn(field, tuple(_bounded(given.not_in))))
    yield from _null(field, given.is_null)


def _number(field: NumberField, given: IntFilter) -> Iterator[Filter]:
    yield from _compared(field, given)
    if _is_given(given.ne):
        yield Not(NumberIs(field, Compare.EQ, given.ne))
    yield from _null(field, given.is_null)


def _moment(given: DateTimeFilter) -> Iterator[Filter]:
    field = NumberField.PUBLISHED_DATE_TIME
    yield from _compared(field, given)
    if _is_given(given.within):
        now = datetime.now(UTC)
        yield NumberIs(field, Compare.GTE, _before(now, given.within))
        yield NumberIs(field, Compare.LTE, now)
    yield from _null(field, given.is_null)


def _compared(field: NumberField, given: IntFilter | DateTimeFilter) -> Iterator[Filter]:
    for name, compare in _COMPARES.items():
        if _is_given(value := getattr(given, name)):
            yield NumberIs(field, compare, value)


def _flag(field: FlagField, given: BooleanFilter) -> Iterator[Filter]:
    if _is_given(given.eq):
        yield FlagIs(field, given.eq)
    yield from _null(field, given.is_null)


def _null(field: TextField | NumberField | FlagField, wanted: bool | None) -> Iterator[Filter]:
    if _is_given(wanted):
        yield IsNull(field) if wanted else Not(IsNull(field))


def _provider(given: ProviderFilter) -> Iterator[Filter]:
    if given.domain:
        yield from _text(TextField.DOMAIN, given.domain)
    if given.name:
        yield from _text(TextField.NAME, given.name)


def _topic(given: TopicFilter) -> Iterator[Filter]:
    if given.slug:
        yield from _text(TextField.SLUG, given.slug)
    if given.name:
        yield from _text(TextField.NAME, given.name)


def _topic_list(given: TopicListFilter) -> Iterator[Filter]:
    quantified = {
        Quantifier.SOME: given.some,
        Quantifier.NONE: given.none,
        Quantifier.EVERY: given.every,
    }
    for quantifier, part in quantified.items():
        if part:
            yield OfTopics(quantifier, _required(_topic(part)))
    if _is_given(given.all):
        yield HasTopics(tuple(_bounded(given.all)))
    if given.count:
        yield from _number(NumberField.TOPIC_COUNT, given.count)


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


def _is_given(value: T | None) -> TypeGuard[T]:
    return value is not None and value is not UNSET


def _bounded(values: list[T] | None) -> list[T]:
    found = values or []
    if len(found) > MAX_VALUES:
        raise RequestError(f"a list in a filter must hold at most {MAX_VALUES} values; got {len(found)}")
    return found
