"""Recommends articles, and says what each score is made of.

Three things count, and were measured on the stories of a corpus (tests/bench/bench_recommendations.py): similar words, mostly
of titles (BM25); closeness in time, which tells a story from its subject; and a vote of the most similar articles for
those that they are related to. The vote counts by the share of similarity that agrees on it, to the power of 1.5: what
few of them are related to is most likely another story.

Everything is computed from arrays of one revision that hold what the caller may see, so nothing hidden can count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import add
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph_api.search import Index, Kind, similarity
from graph_api.search.index import FINE
from graph_api.store.analysis import RelatedLists
from graph_api.store.columns import NULL, Columns, FacetField

Scores: TypeAlias = NDArray[np.float64]  # by article, its index in the columns

HALF_LIFE_DAYS = 5.0  # of the part of similarity that fades with the time between two articles
_SHORTEST = 1e-6  # days; with shorter half-lives numbers overflow
_LASTING = 0.2  # the part that does not
_TEXTS = 0.25  # the weight of words of whole articles, beside those of titles
_ALONE = 1.35  # of two articles that are related to none yet, since new stories consist of such
_VOTERS = 20
_VOTER_POWER, _VOTE_POWER = 1.5, 1.5  # of a voter's similarity, and of the share of a vote
_VOTE = 3.0  # the weight of all votes, times the similarity of the most similar article
_DAMPING, _STEPS, _WIDTH = 0.85, 3, 500  # of random walks: the nodes with most weight go on
_DAY_US = 86_400_000_000


class Strategy(Enum):
    """What recommendations are made from."""

    BLEND = "blend"
    RELATED = "related"
    CO_RELATED = "co_related"
    TOPICS = "topics"
    TEXT = "text"
    RANDOM_WALK = "random_walk"


class ReasonKind(Enum):
    """Why an article is recommended."""

    LINKED = "linked"
    CO_RELATED = "co_related"
    SHARED_TOPIC = "shared_topic"
    SAME_PROVIDER = "same_provider"
    SAME_STORY = "same_story"
    RANDOM_WALK = "random_walk"
    TEXT_SIMILAR = "text_similar"
    FRESH = "fresh"

    __hash__ = object.__hash__  # members are singletons; Enum's own hash is Python and slow in keys of dicts


Parts: TypeAlias = Mapping[ReasonKind, Scores]


class Liked(NamedTuple):
    """An article that recommendations are for: its index in the columns, and its title."""

    row: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """The scores of all articles as sums of their *parts*; and the *voters*, the most similar articles, best first."""

    parts: Parts
    voters: Sequence[int]

    @property
    def scores(self) -> Scores:
        """The sums; articles with 0 or less are not recommended."""
        return reduce(add, self.parts.values())


class Recommender:
    """Recommends articles of *columns* by their texts in *index* and what each is *related* to."""

    def __init__(self, index: Index, columns: Columns, related: RelatedLists) -> None:
        self._index = index
        self._columns = columns
        self._edges = related
        docs = np.flatnonzero(index.kinds == Kind.ARTICLE)
        is_whole = len(docs) == len(columns.keys)  # else *columns* are a part of the articles
        self._docs = docs if is_whole else docs[np.isin(index.keys.take(docs), columns.keys)]

    def recommend(
        self,
        like: Sequence[Liked],
        unlike: Sequence[Liked] = (),
        *,
        strategy: Strategy = Strategy.BLEND,
        half_life_days: float = HALF_LIFE_DAYS,
    ) -> Found:
        """The sum of the scores for each of *like*, without those for each of *unlike*; these themselves have 0."""
        wanted = [self._one(liked, strategy, half_life_days) for liked in like]
        unwanted = [self._one(liked, strategy, half_life_days) for liked in unlike]
        given = [liked.row for liked in (*like, *unlike)]
        parts: dict[ReasonKind, Scores] = {}
        for kind in wanted[0].parts:
            parts[kind] = reduce(add, [found.parts[kind] for found in wanted])
            for found in unwanted:
                parts[kind] = parts[kind] - found.parts[kind]
            parts[kind][given] = 0
        voters = dict.fromkeys(voter for found in wanted for voter in found.voters)
        return Found(parts=parts, voters=list(voters))

    def score_of_copy(self, liked: Liked) -> float:
        """The BLEND score of an article with the same title, published at the same time, without votes: what others are
        compared with."""
        own = self._words_in_common(liked.title)[liked.row]
        is_dated = self._columns.published_us[liked.row] != NULL
        return float(own) if is_dated else _LASTING * float(own)

    def related(self, rows: Sequence[int]) -> NDArray[np.bool_]:
        """Whether each article is related to one of *rows*, in either direction."""
        found = np.zeros(len(self._columns.keys), dtype=np.bool_)
        found[self._edges.of(rows).targets] = True
        return found

    def _one(self, liked: Liked, strategy: Strategy, half_life_days: float) -> Found:
        match strategy:
            case Strategy.BLEND:
                return self._blend(liked, half_life_days)
            case Strategy.RELATED:
                found = self._blend(liked, half_life_days)
                related = self.related([liked.row])
                return Found(
                    parts={kind: part * related for kind, part in found.parts.items()}, voters=found.voters
                )
            case Strategy.TEXT:
                return Found(parts={ReasonKind.TEXT_SIMILAR: self._similarity(liked)}, voters=())
            case Strategy.TOPICS:
                faded = self._faded(self._topics(liked.row), liked.row, half_life_days)
                return Found(
                    parts={ReasonKind.SHARED_TOPIC: faded.lasting, ReasonKind.FRESH: faded.fading}, voters=()
                )
            case Strategy.CO_RELATED:
                return Found(parts={ReasonKind.CO_RELATED: self._common_neighbors(liked.row)}, voters=())
            case Strategy.RANDOM_WALK:
                return Found(parts={ReasonKind.RANDOM_WALK: self._walk(liked.row)}, voters=())

    # -- the blend -------------------------------------------------------------------------------------------

    def _blend(self, liked: Liked, half_life_days: float) -> Found:
        row = liked.row
        similarity = self._similarity(liked)
        is_alone = self._edges.counts == 0
        if is_alone[row]:
            similarity[is_alone] *= _ALONE
        faded = self._faded(similarity, row, half_life_days)
        scores = faded.lasting + faded.fading
        scores[row] = 0
        voters = _best(scores, _VOTERS)
        most = float(scores[voters[0]]) if voters else 1.0
        linked = np.where(self.related([row]), _VOTE * most, 0.0)
        return Found(
            parts={
                ReasonKind.TEXT_SIMILAR: faded.lasting,
                ReasonKind.FRESH: faded.fading,
                ReasonKind.CO_RELATED: _VOTE * most * self._votes(voters, scores),
                ReasonKind.LINKED: linked,
            },
            voters=voters,
        )

    def _votes(self, voters: Sequence[int], scores: Scores) -> Scores:
        """For each article the share of the similarity of all *voters* that those have which are related to it, to the
        power of 1.5."""
        shares = np.zeros(len(scores))
        if not voters:
            return shares
        weights = scores.take(voters) ** _VOTER_POWER
        found = self._edges.of(voters)
        np.add.at(shares, found.targets, (weights / weights.sum()).take(found.owners))
        some = np.flatnonzero(shares)
        shares[some] = np.minimum(shares.take(some), 1) ** _VOTE_POWER
        return shares

    def _similarity(self, liked: Liked) -> Scores:
        """BM25 of the words of the title in the titles of all articles, and with less weight in their whole texts."""
        found = self._words_in_common(liked.title)
        found[liked.row] = 0
        return found

    def _words_in_common(self, title: str) -> Scores:
        index = self._index
        titles, texts = (similarity(index, postings, title) for postings in (index.names, index.texts))
        found: Scores = (titles + _TEXTS * texts).take(self._docs) / FINE
        return found

    def _faded(self, similarity: Scores, row: int, half_life_days: float) -> _Faded:
        published = self._columns.published_us
        if published[row] == NULL:
            return _Faded(_LASTING * similarity, np.zeros(len(similarity)))
        fading = np.zeros(len(similarity))
        some = np.flatnonzero((similarity > 0) & (published != NULL))
        days = np.abs(published.take(some) - published[row]) * (1 / _DAY_US)
        fading[some] = (
            (1 - _LASTING) * similarity.take(some) * np.exp2(days * (-1 / max(half_life_days, _SHORTEST)))
        )
        return _Faded(_LASTING * similarity, fading)

    # -- other strategies --------------------------------------------------------------------------------------

    def _topics(self, row: int) -> Scores:
        """For each article the sum of the rarity of the topics that it shares with *row*."""
        labels, count = self._columns.labels[FacetField.TOPIC], len(self._columns.keys)
        found = np.zeros(count)
        for name in self._columns.topics_of(row):
            having = labels.having(name)
            found[having] += np.log1p(count / len(having))
        found[row] = 0
        return found

    def _common_neighbors(self, row: int) -> Scores:
        """Adamic-Adar: the sum of 1 / ln(number of related articles) over the articles related to both."""
        found = np.zeros(len(self._columns.keys))
        near = self._edges.of([row]).targets
        further = self._edges.of(near.tolist())
        weights = 1 / np.log(np.maximum(self._edges.counts.take(near), 2))
        np.add.at(found, further.targets, weights.take(further.owners))
        found[row] = 0
        return found

    def _walk(self, row: int) -> Scores:
        """How often a reader who follows related edges for up to three steps from *row* comes to each article."""
        found = np.zeros(len(self._columns.keys))
        weights = found.copy()
        weights[row] = 1
        for _ in range(_STEPS):
            nodes = _best(weights, _WIDTH)
            edges = self._edges.of(nodes)
            shares = _DAMPING * weights.take(nodes) / np.maximum(self._edges.counts.take(nodes), 1)
            weights = np.zeros(len(found))
            np.add.at(weights, edges.targets, shares.take(edges.owners))
            found += weights
        found[row] = 0
        return found


class _Faded(NamedTuple):
    """Similarity in two parts: one that does not depend on time, one that is smaller the more days lie between."""

    lasting: Scores
    fading: Scores


def _best(scores: Scores, count: int) -> list[int]:
    """The articles with the highest scores above 0, at most *count*, best first; equal ones by number."""
    some = np.flatnonzero(scores > 0)
    if len(some) > count:
        least = np.partition(scores.take(some), len(some) - count)[len(some) - count]
        some = some[scores.take(some) >= least]
    best: list[int] = some[np.argsort(-scores.take(some), kind="stable")][:count].tolist()
    return best
