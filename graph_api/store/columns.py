"""The values of all articles in arrays: facets and statistics are counted from them.

Why arrays: counting codes is much quicker than grouping rows in SQL. An article is its index in `Columns.keys`, a value
of a field its index in `Labels.names`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.graph.adjacency import spread
from graph_api.store.filters import FlagField

Column: TypeAlias = NDArray[np.int64]
Indexes: TypeAlias = NDArray[np.int64]  # indexes of articles
Codes: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.int8]  # 1 true, 0 false, -1 null
Name: TypeAlias = int | str  # the key of a topic or provider, or a text

NULL = np.iinfo(np.int64).min  # in a column of numbers
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FacetField(Enum):
    """What articles are grouped by."""

    TOPIC = "topic"
    PROVIDER = "provider"
    TYPE = "type"
    CATEGORY = "category"
    MONTH = "month"
    YEAR = "year"

    __hash__ = object.__hash__  # members are singletons; Enum's own hash is Python and slow in keys of dicts


class Interval(Enum):
    """The length of a period."""

    HOUR = "h"
    DAY = "D"
    WEEK = "W"
    MONTH = "M"


class Group(NamedTuple):
    """One value of a field, and how many *articles* have it."""

    name: Name
    articles: int


class Groups(NamedTuple):
    """The *largest* groups; the sum of the counts of all *others*; and how many articles have no value."""

    largest: list[Group]
    others: int
    missing: int


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The values of one field: the distinct *names*, ascending as clients see them, and the *codes* of each article.

    Without *starts* an article has one code, -1 for none. With *starts*, article i has those from `starts[i]` to
    `starts[i + 1]`, each once.
    """

    names: Sequence[Name]
    codes: Codes
    starts: Column | None = None
    places: Mapping[Name, int] = field(init=False, repr=False)  # the code of each name

    def __post_init__(self) -> None:
        places = {name: code for code, name in enumerate(self.names)}
        object.__setattr__(self, "places", places)  # as frozen dataclasses set fields of their own

    def groups(self, indexes: Indexes | None, size: int) -> Groups:
        """The articles at *indexes* (None: all) in groups: at most *size*, the largest first, equal ones by name."""
        counts, missing = self._counts(indexes)
        found = np.flatnonzero(counts)
        largest = found[np.argsort(-counts[found], kind="stable")][:size]
        groups = [
            Group(self.names[code], count)
            for code, count in zip(largest.tolist(), counts[largest].tolist(), strict=True)
        ]
        return Groups(groups, int(counts.sum()) - sum(group.articles for group in groups), missing)

    def having(self, *names: Name) -> Indexes:
        """The indexes of the articles that have one of these values, ascending."""
        return np.flatnonzero(self.shared(names))

    def shared(self, names: Iterable[Name]) -> Column:
        """How many of *names* each article has."""
        chosen = np.zeros(len(self.names) + 1, dtype=np.bool_)
        codes = (self.places.get(name) for name in names)
        chosen[[code + 1 for code in codes if code is not None]] = True
        hits = chosen.take(self.codes + 1)
        if self.starts is None:
            return hits.astype(np.int64)
        total = np.append(0, np.cumsum(hits))
        return np.diff(total.take(self.starts))

    def _counts(self, indexes: Indexes | None) -> tuple[Column, int]:
        """How many articles have each name, and how many have none."""
        if self.starts is None:
            codes = self.codes if indexes is None else self.codes.take(indexes)
            counts = np.bincount(codes + 1, minlength=len(self.names) + 1)
            return counts[1:], int(counts[0])
        lengths, codes = np.diff(self.starts), self.codes
        if indexes is not None:
            lengths = lengths.take(indexes)
            codes = codes.take(spread(self.starts.take(indexes), lengths))
        return np.bincount(codes, minlength=len(self.names)), int(np.count_nonzero(lengths == 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleStats:
    """Statistics of a list of articles; those of a field without any value are None."""

    count: int
    min_published: datetime | None
    max_published: datetime | None
    avg_quality: float | None
    avg_heat: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """The articles that a caller may see, by key, and their values; NULL for a missing number."""

    keys: Column
    published_us: Column
    quality: Column
    heat: Column
    flags: Mapping[FlagField, Flags]
    labels: Mapping[FacetField, Labels]

    def topics_of(self, row: int) -> list[Name]:
        """The topics of the article at index *row*."""
        labels = self.labels[FacetField.TOPIC]
        assert labels.starts is not None, "articles may have several topics"
        codes = labels.codes[labels.starts[row] : labels.starts[row + 1]].tolist()
        return [labels.names[code] for code in codes]

    def indexes(self, keys: Column) -> Indexes:
        """The indexes of the articles with these *keys*, without those that are not there."""
        if not len(self.keys):
            return np.empty(0, dtype=np.int64)
        found = np.minimum(self.keys.searchsorted(keys), len(self.keys) - 1)
        indexes: Indexes = found[self.keys.take(found) == keys]
        return indexes

    def periods(self, indexes: Indexes, interval: Interval) -> list[tuple[datetime, int]]:
        """The periods of publication of the articles at *indexes*, in UTC: when each starts, and its number of articles."""
        moments = _present(self.published_us, indexes).astype("datetime64[us]")
        if interval is Interval.WEEK:  # weeks begin on Monday; those of numpy on Thursday, as 1970 did
            moments = moments.astype("datetime64[D]")
            moments -= (moments.astype(np.int64) + 3) % 7
        else:
            moments = moments.astype(f"datetime64[{interval.value}]")
        starts, counts = np.unique(moments.astype("datetime64[us]").astype(np.int64), return_counts=True)
        return [
            (_moment(start), count) for start, count in zip(starts.tolist(), counts.tolist(), strict=True)
        ]

    def stats(self, indexes: Indexes | None) -> ArticleStats:
        """Statistics of the articles at *indexes* (None: all)."""
        published, quality, heat = (
            _present(column, indexes) for column in (self.published_us, self.quality, self.heat)
        )
        return ArticleStats(
            count=len(self.keys) if indexes is None else len(indexes),
            min_published=_moment(int(published.min())) if len(published) else None,
            max_published=_moment(int(published.max())) if len(published) else None,
            avg_quality=int(quality.sum()) / len(quality) if len(quality) else None,
            avg_heat=int(heat.sum()) / len(heat) if len(heat) else None,
        )


def _present(column: Column, indexes: Indexes | None) -> Column:
    values = column if indexes is None else column.take(indexes)
    present: Column = values[values != NULL]
    return present


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(since_1970_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=since_1970_us)


# -- made from rows --------------------------------------------------------------------------------------


class ArticleValues(NamedTuple):
    """The values of one article, as a row of a store."""

    key: int
    published_us: int | None
    quality: int | None
    heat: int | None
    provider: int | None
    type: str
    category: str | None
    published: int | None = None
    is_stub: int = 0
    has_image: int = 0


def build(
    articles: Sequence[tuple[int | str | None, ...]],
    topics: Column,
    *,
    providers_by_domain: Sequence[int],
    topics_by_slug: Sequence[int],
) -> Columns:
    """The columns of *articles*, rows of `ArticleValues` by key.

    *topics* has rows (article, topic), by article. Providers and topics that are not named are left out.
    """
    columns: Sequence[Sequence[Any]] = list(zip(*articles, strict=True)) or [()] * len(ArticleValues._fields)
    key, moment, quality, heat, provider, type_, category, *flags = columns
    keys, published_us = _numbers(key), _numbers(moment)
    months = published_us.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)  # NULL is NaT
    return Columns(
        keys=keys,
        published_us=published_us,
        quality=_numbers(quality),
        heat=_numbers(heat),
        flags={field: _flags(values) for field, values in zip(FlagField, flags, strict=True)},
        labels={
            FacetField.TOPIC: _of_lists(keys, topics, topics_by_slug),
            FacetField.PROVIDER: Labels(providers_by_domain, _codes(_numbers(provider), providers_by_domain)),
            FacetField.TYPE: _of_texts(type_),
            FacetField.CATEGORY: _of_texts(category),
            FacetField.MONTH: _of_texts([_month(month) for month in months.tolist()]),
            FacetField.YEAR: _of_texts([(_month(month) or "")[:-3] or None for month in months.tolist()]),
        },
    )


def _numbers(values: Iterable[int | None]) -> Column:
    return np.fromiter((NULL if value is None else value for value in values), dtype=np.int64)


def _flags(values: Iterable[int | None]) -> Flags:
    return np.fromiter((-1 if value is None else value for value in values), dtype=np.int8)


def _month(since_1970: int) -> str | None:
    """The month as `2023-03`."""
    return None if since_1970 == NULL else f"{1970 + since_1970 // 12:04}-{since_1970 % 12 + 1:02}"


def _of_texts(values: Iterable[str | None]) -> Labels:
    given = list(values)
    names = sorted({value for value in given if value is not None})
    codes = {name: code for code, name in enumerate(names)}
    return Labels(names, np.fromiter((-1 if one is None else codes[one] for one in given), dtype=np.int32))


def _codes(values: Column, names: Sequence[int]) -> Codes:
    """The index of each value in *names*, -1 for those that are not there."""
    if not names:
        return np.full(len(values), -1, dtype=np.int32)
    given = np.array(names, dtype=np.int64)
    by_key = given.argsort()
    at = np.minimum(given.take(by_key).searchsorted(values), len(names) - 1)
    codes = by_key.take(at)
    return np.where(given.take(codes) == values, codes, -1).astype(np.int32)


def _of_lists(keys: Column, pairs: Column, names: Sequence[int]) -> Labels:
    """The labels of *pairs* (article, name), by article."""
    owners, codes = pairs[:, 0], _codes(pairs[:, 1], names)
    known = (codes >= 0) & np.isin(owners, keys)
    owners = owners[known]
    starts = np.append(owners.searchsorted(keys), len(owners))
    return Labels(names, codes[known], starts)
