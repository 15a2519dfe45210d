"""Arrays of the values of articles: groups and statistics of any set of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from graph_api.store.columns import ArticleValues, Columns, FacetField, Group, build, microseconds

DOMAINS, SLUGS = (7, 3), (40, 20, 30)  # keys, as their domains and slugs are sorted


def article(
    key: int,
    moment: str | None = None,
    quality: int | None = None,
    provider: int | None = None,
    category: str | None = None,
) -> ArticleValues:
    published = microseconds(datetime.fromisoformat(moment).replace(tzinfo=UTC)) if moment else None
    return ArticleValues(key, published, quality, None, provider, "article", category)


def columns(*articles: ArticleValues, topics: Sequence[tuple[int, int]] = ()) -> Columns:
    pairs = np.array(topics, dtype=np.int64).reshape(-1, 2)
    return build(articles, pairs, providers_by_domain=DOMAINS, topics_by_slug=SLUGS)


def groups(found: Columns, field: FacetField, *keys: int, size: int = 9) -> object:
    rows = found.indexes(np.array(keys)) if keys else None
    return found.labels[field].groups(rows, size)


def test_the_largest_groups_come_first_and_equal_ones_by_name() -> None:
    found = columns(*(article(key, category=name) for key, name in enumerate("cabbadd")))
    largest = [Group("a", 2), Group("b", 2), Group("d", 2)]
    assert groups(found, FacetField.CATEGORY, size=3) == (largest, 1, 0)


def test_an_article_counts_in_each_of_its_topics_and_as_missing_without_any() -> None:
    found = columns(*map(article, (1, 2, 3)), topics=[(1, 20), (1, 30), (3, 30)])
    assert groups(found, FacetField.TOPIC) == ([Group(30, 2), Group(20, 1)], 0, 1)
    assert groups(found, FacetField.TOPIC, 2) == ([], 0, 1)
    assert groups(found, FacetField.TOPIC, 3, 1, size=1) == ([Group(30, 2)], 1, 0)


def test_topics_and_providers_that_are_not_there_do_not_count() -> None:
    found = columns(article(1, provider=8), article(2, provider=7), topics=[(1, 99), (2, 20), (5, 20)])
    assert groups(found, FacetField.PROVIDER) == ([Group(7, 1)], 0, 1)
    assert groups(found, FacetField.TOPIC) == ([Group(20, 1)], 0, 1)


def test_months_and_years_are_those_of_utc_also_before_1970() -> None:
    moments = ["1969-12-31T23:59:59", "1970-01-01", "2023-03-15", "2023-03-31T23:59:59", "0001-01-01", None]
    found = columns(*(article(key, moment) for key, moment in enumerate(moments)))
    months = [Group("2023-03", 2), Group("0001-01", 1), Group("1969-12", 1), Group("1970-01", 1)]
    assert groups(found, FacetField.MONTH) == (months, 0, 1)
    years = [Group("2023", 2), Group("0001", 1), Group("1969", 1), Group("1970", 1)]
    assert groups(found, FacetField.YEAR) == (years, 0, 1)


def test_keys_that_are_not_there_have_no_row() -> None:
    found = columns(article(5), article(9))
    assert found.indexes(np.array([9, 7, 5, 10])).tolist() == [1, 0]
    assert columns().indexes(np.array([1])).tolist() == []


def test_statistics_leave_missing_values_out() -> None:
    found = columns(article(1, "2023-01-02", 10), article(2, None, 5), article(3, "2021-01-01"))
    stats = found.stats(None)
    assert (stats.count, stats.avg_quality, stats.avg_heat) == (3, 7.5, None)
    assert stats.min_published == datetime(2021, 1, 1, tzinfo=UTC)
    assert stats.max_published == datetime(2023, 1, 2, tzinfo=UTC)
    assert found.stats(np.array([1])).max_published is None


@pytest.mark.parametrize("field", FacetField)
def test_no_articles_have_no_groups(field: FacetField) -> None:
    assert groups(columns(), field) == ([], 0, 0)
    assert columns().stats(None).count == 0
