"""Filters evaluated on the arrays of all articles, without a statement for each: for facets and statistics.

Titles, slugs, URLs and other articles are not in the arrays: filters that need them are left to the store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.records import name_key, provider_id, topic_id
from graph_api.store.columns import NULL, Column, Columns, FacetField, microseconds
from graph_api.store.filters import (
    Among,
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
    OfTopics,
    Or,
    Quantifier,
    TextField,
    TextIn,
    TextIs,
    TextMatches,
)
from graph_api.store.folding import canonical, fold

Mask: TypeAlias = NDArray[np.bool_]

_LABELS = {TextField.TYPE: FacetField.TYPE, TextField.CATEGORY: FacetField.CATEGORY}
_COMPARE: Mapping[Compare, Callable[[Any, Any], Any]] = {
    Compare.EQ: np.equal,
    Compare.GT: np.greater,
    Compare.GTE: np.greater_equal,
    Compare.LT: np.less,
    Compare.LTE: np.less_equal,
}


def fitting(columns: Columns, filter: Filter) -> Mask | None:
    """Whether each article fits *filter*; None when the arrays do not have all that it needs."""
    match filter:
        case And():
            return _all(columns, filter.parts)
        case Or():
            masks = [fitting(columns, part) for part in filter.parts]
            known = [mask for mask in masks if mask is not None]
            return reduce(np.logical_or, known, _none(columns)) if len(known) == len(masks) else None
        case Not():
            mask = fitting(columns, filter.part)
            return None if mask is None else ~mask
        case NumberIs():
            return _number_is(columns, filter)
        case FlagIs(field, value):
            return np.equal(columns.flags[field], value)
        case IsNull():
            return _is_null(columns, filter)
        case TextIs() | TextIn():
            return _text_is(columns, filter)
        case OfProvider() | OfTopics() | HasTopics():
            return _of_others(columns, filter)
        case TextMatches() | Among():
            assert filter.keys is not None, "searches are answered before"
            return np.isin(columns.keys, np.array(filter.keys, np.int64))
        case _:
            return None


def _all(columns: Columns, parts: Collection[Filter]) -> Mask | None:
    found = ~_none(columns)
    for part in parts:
        mask = fitting(columns, part)
        if mask is None:
            return None
        found &= mask
    return found


def _none(columns: Columns) -> Mask:
    return np.zeros(len(columns.keys), dtype=np.bool_)


def _numbers(columns: Columns, field: NumberField) -> Column | None:
    match field:
        case NumberField.QUALITY:
            return columns.quality
        case NumberField.HEAT:
            return columns.heat
        case NumberField.PUBLISHED_DATE_TIME:
            return columns.published_us
        case NumberField.TOPIC_COUNT:
            starts = columns.labels[FacetField.TOPIC].starts
            return None if starts is None else np.diff(starts)
        case NumberField.RELATED_COUNT:
            return None


def _number_is(columns: Columns, filter: NumberIs) -> Mask | None:
    values = _numbers(columns, filter.field)
    if values is None:
        return None
    wanted = filter.value if isinstance(filter.value, int) else microseconds(filter.value)
    found: Mask = _COMPARE[filter.compare](values, wanted) & (values != NULL)
    return found


def _is_null(columns: Columns, filter: IsNull) -> Mask | None:
    match filter.field:
        case TextField.TYPE | TextField.CATEGORY:
            return columns.labels[_LABELS[filter.field]].codes < 0
        case NumberField():
            values = _numbers(columns, filter.field)
            return None if values is None else values == NULL
        case FlagField():
            return np.less(columns.flags[filter.field], 0)
        case _:
            return None


def _text_is(columns: Columns, filter: TextIs | TextIn) -> Mask | None:
    """Compared with each distinct value once."""
    if filter.field not in _LABELS:
        return None
    labels = columns.labels[_LABELS[filter.field]]
    fits = _comparison(filter)
    return np.array([False, *(fits(str(name)) for name in labels.names)]).take(labels.codes + 1)


def _comparison(filter: TextIs | TextIn) -> Callable[[str], bool]:
    if isinstance(filter, TextIn):
        values = set(map(canonical, filter.values))
        return lambda text: canonical(text) in values
    exact, folded = canonical(filter.value), fold(filter.value)
    match filter.match:
        case Match.EQ:
            return lambda text: canonical(text) == exact
        case Match.CONTAINS:
            return lambda text: folded in fold(text)
        case Match.STARTS_WITH:
            return lambda text: fold(text).startswith(folded)
        case Match.ENDS_WITH:
            return lambda text: fold(text).endswith(folded)


def _of_others(columns: Columns, filter: OfProvider | OfTopics | HasTopics) -> Mask | None:
    """Providers by their domain and topics by their slug, from which their keys are made."""
    providers, topics = columns.labels[FacetField.PROVIDER], columns.labels[FacetField.TOPIC]
    match filter:
        case OfProvider(TextIs(TextField.DOMAIN, Match.EQ, domain)):
            return providers.shared([_provider(domain)]) > 0
        case OfProvider(TextIn(TextField.DOMAIN, domains)):
            return providers.shared(map(_provider, domains)) > 0
        case OfTopics(quantifier, TextIs(TextField.SLUG, Match.EQ, slug)):
            return _quantified(quantifier, topics.shared([_topic(slug)]) > 0)
        case OfTopics(quantifier, TextIn(TextField.SLUG, slugs)):
            return _quantified(quantifier, topics.shared(map(_topic, slugs)) > 0)
        case HasTopics():
            wanted = set(map(_topic, filter.slugs))
            return np.equal(topics.shared(wanted), len(wanted))
        case _:
            return None


def _quantified(quantifier: Quantifier, having: Mask) -> Mask | None:
    match quantifier:
        case Quantifier.SOME:
            return having
        case Quantifier.NONE:
            return ~having
        case Quantifier.EVERY:
            return None


def _provider(domain: str) -> int:
    return name_key(provider_id(canonical(domain)))


def _topic(slug: str) -> int:
    return name_key(topic_id(canonical(slug)))
