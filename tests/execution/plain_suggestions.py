"""Link suggestions in plain Python: every pair of articles is compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, pairwise

from graph_api.search.prose import prose
from graph_api.search.tokens import sequence
from tests.store.build import ArticleNode

KINDS = ("MISSING_RECIPROCAL", "NEAR_DUPLICATE", "ORPHAN")
_MASK = 2**64 - 1


@dataclass(frozen=True)
class PlainSuggestion:
    """A suggestion; articles are named, *key* and *rank* order it."""

    kind: str
    article: str
    other: str | None
    score: float
    key: int

    @property
    def rank(self) -> int:
        return (3 - KINDS.index(self.kind)) * 2**21 + round(self.score * 2**20)


def suggestions(articles: Sequence[ArticleNode]) -> list[PlainSuggestion]:
    """All suggestions for a graph, in any order. Its files are in one folder."""
    given = sorted(articles, key=lambda one: one.key)
    return [*_missing(given), *_duplicates(given), *_orphans(given)]


def _made(kind: str, article: ArticleNode, other: ArticleNode | None, score: float) -> PlainSuggestion:
    key = _mixed(_mixed(_mixed(KINDS.index(kind)) ^ article.key) ^ (other.key if other else 0)) >> 1
    return PlainSuggestion(kind, article.name, other.name if other else None, score, key)


def _mixed(number: int) -> int:
    found = (number + 0x9E3779B97F4A7C15) & _MASK
    found = (found ^ found >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    found = (found ^ found >> 27) * 0x94D049BB133111EB & _MASK
    return found ^ found >> 31


def _missing(articles: Sequence[ArticleNode]) -> Iterator[PlainSuggestion]:
    documents = {one.name: one for one in articles if not one.stub}
    lists = {
        one.name: {name for name in one.related if name in documents and name not in one.linked}
        for one in documents.values()
    }
    edges = [
        (one, other)
        for one in lists
        for other in lists[one]
        if documents[one].files and documents[other].files
    ]
    one_way = [(one, other) for one, other in edges if one not in documents[other].related]
    if 2 * (len(edges) - len(one_way)) > len(edges):
        for one, other in one_way:
            own, theirs = lists[one] | {one}, lists[other] | {other}
            score = len(own & theirs) / len(own | theirs)
            yield _made("MISSING_RECIPROCAL", documents[other], documents[one], score)


def _duplicates(articles: Sequence[ArticleNode]) -> Iterator[PlainSuggestion]:
    names = {one.name: sequence(one.title) for one in articles}
    by_title = sorted(articles, key=lambda one: (names[one.name], one.key))
    for title, group in groupby(by_title, key=lambda one: names[one.name]):
        first, *others = group
        if len(title) > 1 and len(others) < 5:
            for other in others:
                if not (first.stub and other.stub):
                    article, duplicate = (other, first) if first.stub else (first, other)
                    yield _made("NEAR_DUPLICATE", article, duplicate, 0.5)
    for one, other in combinations(articles, 2):  # no text of these graphs is long enough
        assert min(len(words(one)), len(words(other))) < 10


def words(article: ArticleNode) -> set[tuple[str, str]]:
    """The pairs of neighboring words in excerpt and body."""
    texts = sequence(article.excerpt or ""), sequence(prose(article.body or ""))
    return {pair for text in texts for pair in pairwise(text)}


def _orphans(articles: Sequence[ArticleNode]) -> Iterator[PlainSuggestion]:
    known = {one.name for one in articles}
    related = {(one.name, other) for one in articles for other in one.related if other in known}
    touched = {name for pair in related for name in pair}
    for one in articles:
        if not one.stub and one.name not in touched:
            yield _made("ORPHAN", one, None, 0.0)
