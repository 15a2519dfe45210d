"""Recommendations as arrays: the parts of scores, against plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from graph_api.recommendation import HALF_LIFE_DAYS, Liked, ReasonKind, Recommender, Strategy
from graph_api.search import Document, Kind, build
from graph_api.search.tokens import sequence
from graph_api.store.analysis import related_lists
from graph_api.store.columns import ArticleValues, build as build_columns

DAY_US = 86_400_000_000
WORDS = ["azure", "storage", "fedex", "cloud", "kube", "机器学习"]


class Graph:
    """Articles with titles, days (None: undated), topics, and related pairs; and a recommender of them."""

    def __init__(
        self,
        titles: Sequence[str],
        days: Sequence[int | None] | None = None,
        pairs: Sequence[tuple[int, int]] = (),
        topics: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.titles = titles
        self.days = days or [None] * len(titles)
        self.near: dict[int, set[int]] = {row: set() for row in range(len(titles))}
        for one, other in pairs:
            if one != other:
                self.near[one].add(other)
                self.near[other].add(one)
        self.index = build("r", [Document(key, Kind.ARTICLE, title) for key, title in enumerate(titles, 1)])
        values = [
            ArticleValues(key, None if day is None else day * DAY_US, None, None, None, "a", None, None)
            for key, day in enumerate(self.days, 1)
        ]
        columns = build_columns(
            values,
            np.array([(row + 1, topic) for row, topic in topics], np.int64).reshape(-1, 2),
            providers_by_domain=[],
            topics_by_slug=sorted({topic for _, topic in topics}),
        )
        ends = np.array([pair for pair in pairs if pair[0] != pair[1]], np.int64).reshape(-1, 2)
        self.recommender = Recommender(
            self.index, columns, related_lists(ends[:, 0], ends[:, 1], len(titles))
        )

    def best(self, row: int, strategy: Strategy = Strategy.BLEND) -> list[int]:
        scores = self.recommender.recommend([Liked(row, self.titles[row])], strategy=strategy).scores
        order: list[int] = np.argsort(-scores, kind="stable").tolist()
        return [one for one in order if scores[one] > 0]

    def similarity(self, row: int, other: int) -> float:
        """BM25 in plain Python: scores of single words are the index's own, tested with it."""
        index = self.index
        found = 0.0
        for word in set(sequence(self.titles[row])):
            number = index.vocabulary.number(word)
            if number is None:
                continue
            for postings, weight in ((index.names, 1), (index.texts, 0.25)):
                entries = postings.of(number)
                found += weight * dict(zip(entries.docs.tolist(), entries.scores.tolist(), strict=True)).get(
                    other, 0
                )
        return found / 1_000_000

    def blend(self, row: int) -> dict[int, float]:
        """The scores of the blend, in plain Python."""
        text: dict[int, float] = {}
        for other in range(len(self.titles)):
            if other != row:
                alone = not self.near[row] and not self.near[other]
                days = self.days[row], self.days[other]
                near = 0.0 if None in days else 2 ** (-abs(days[0] - days[1]) / HALF_LIFE_DAYS)  # type: ignore[operator]
                text[other] = self.similarity(row, other) * (1.35 if alone else 1) * (0.2 + 0.8 * near)
        voters = [one for one in sorted(text, key=lambda one: (-text[one], one)) if text[one] > 0][:20]
        most = text[voters[0]] if voters else 1.0
        everything = sum(text[voter] ** 1.5 for voter in voters)
        scores: dict[int, float] = {}
        for other, own in text.items():
            agreed = sum(text[voter] ** 1.5 for voter in voters if other in self.near[voter])
            share = agreed / everything if voters else 0
            scores[other] = own + 3 * most * share**1.5 + (3 * most if other in self.near[row] else 0)
        return scores


_titles = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=2, max_size=30
)


@given(_titles, st.data())
def test_the_blend_is_that_of_plain_python_and_its_parts_sum_to_it(
    titles: list[str], data: st.DataObject
) -> None:
    rows = st.integers(0, len(titles) - 1)
    days = data.draw(st.lists(st.none() | st.integers(0, 40), min_size=len(titles), max_size=len(titles)))
    pairs = data.draw(st.lists(st.tuples(rows, rows), max_size=20))
    graph, row = Graph(titles, days, pairs), data.draw(rows)
    found = graph.recommender.recommend([Liked(row, titles[row])])
    for other, expected in graph.blend(row).items():
        assert found.scores[other] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.scores[row] == 0
    assert np.allclose(sum(found.parts.values()), found.scores)


@pytest.mark.parametrize("strategy", Strategy)
def test_no_strategy_recommends_the_article_itself(strategy: Strategy) -> None:
    graph = Graph(
        ["azure a", "azure b", "azure c"], [1, 1, 1], [(0, 1), (1, 2), (0, 2)], [(0, 7), (1, 7), (2, 7)]
    )
    for row in range(3):
        assert row not in graph.best(row, strategy)
        assert graph.best(row, strategy)


def test_what_similar_articles_are_related_to_is_recommended_without_a_common_word() -> None:
    graph = Graph(["fedex deal", "fedex deal again", "shipping giant", "kube"], [1, 1, 1, 1], [(1, 2)])
    assert graph.best(0) == [2, 1]
    found = graph.recommender.recommend([Liked(0, "fedex deal")])
    assert {kind for kind, part in found.parts.items() if part[2]} == {ReasonKind.CO_RELATED}
    assert found.voters == [1]


def test_near_in_time_counts_more_and_undated_articles_work() -> None:
    titles = ["fedex deal", "fedex one", "fedex two"]
    assert Graph(titles, [100, 1, 99]).best(0) == [2, 1]
    assert sorted(Graph(titles).best(0)) == [1, 2]


def test_a_cold_article_in_chinese_gets_similar_ones() -> None:
    titles = ["机器学习入门", "azure", "学习机器翻译", "kube"]
    assert Graph(titles).best(0) == [2]


def test_related_has_related_articles_only_and_co_related_those_with_common_neighbors() -> None:
    titles = ["azure a", "azure b", "azure c", "azure d"]
    graph = Graph(titles, pairs=[(0, 1), (1, 2)])
    assert graph.best(0, Strategy.RELATED) == [1]
    assert graph.best(0, Strategy.CO_RELATED) == [2]
    scores = graph.recommender.recommend([Liked(0, "azure a")], strategy=Strategy.CO_RELATED).scores
    assert scores[2] == pytest.approx(1 / math.log(2))


def test_rare_topics_count_more() -> None:
    topics = [(0, 1), (0, 2), (1, 1), (2, 2), (3, 2), (4, 2)]
    best = Graph(list("abcde"), topics=topics).best(0, Strategy.TOPICS)
    assert best[0] == 1
    assert set(best[1:]) == {2, 3, 4}


def test_a_walk_reaches_near_articles_more_often() -> None:
    chain = list(pairwise(range(6)))
    assert Graph(list("abcdef"), pairs=chain).best(0, Strategy.RANDOM_WALK) == [1, 2, 3]


def test_what_is_unlike_takes_away() -> None:
    titles = ["azure storage", "azure one", "storage one", "azure two"]
    graph = Graph(titles)
    liked, unliked = Liked(0, titles[0]), Liked(3, titles[3])
    found = graph.recommender.recommend([liked], [unliked])
    assert found.scores[1] < graph.recommender.recommend([liked]).scores[1]
    assert found.scores[3] == found.scores[0] == 0
    assert np.allclose(sum(found.parts.values()), found.scores)
