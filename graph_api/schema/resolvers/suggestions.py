"""Link suggestions: what an editor may want to change, and why. The command `suggest-links` prints the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph_api.execution.fields import ByKey
from graph_api.records import Article, ContentStatus, NodeKey
from graph_api.schema.arguments import SuggestionList
from graph_api.schema.paging import Connection, Edge, pages
from graph_api.schema.ranking import Ranked, RankedScope, Scores
from graph_api.schema.resolvers.nodes import ARTICLES
from graph_api.search import Hit, Index, Kind, more_like
from graph_api.search.tokens import sequence
from graph_api.store import link_suggestions
from graph_api.store.filters import Filter
from graph_api.store.link_suggestions import Common, SuggestionKind
from graph_api.store.plans import Pause, Reads, Rights, ask
from graph_api.store.reads import LinkSuggestions, SearchIndex

MOST_LIKELY = 3  # articles that are suggested to an orphan
_LEAST_LIKENESS = 0.3  # of its title and theirs
_LOOKED_AT = 12  # articles with similar titles
_WORDS = 3  # that a reason names
_HEAVY = 20_000  # documents, from which on looking for similar titles takes too long for the event loop


class Details(NamedTuple):
    """What is suggested for an article: the *others* in order, why, and how sure that is, 0 to 1."""

    others: tuple[NodeKey, ...]
    reason: str
    score: float


@dataclass(slots=True, eq=False)
class Suggestion:
    """One suggestion. Its *details* are found once, when a field first needs them."""

    found: link_suggestions.Suggestion
    details: Details | None = field(default=None)

    @property
    def kind(self) -> SuggestionKind:
        return self.found.kind


@dataclass(frozen=True, slots=True)
class AllSuggestions(RankedScope):
    """The suggestions of this kind, of all kinds when None: by kind, then the surest first."""

    kind: SuggestionKind | None

    def ranked(self, filter: Filter | None, rights: Rights) -> Reads[Ranked]:
        """All of them; *filter* is None."""
        del filter
        found = yield from ask(LinkSuggestions(rights))
        return Ranked(Scores(*found.ranked(self.kind)))


def link_suggestions_of(
    parents: Sequence[ContentStatus], rights: Rights, wanted: SuggestionList
) -> Reads[list[Connection]]:
    """What an editor may want to change: relations that lack their way back, articles that occur twice, and articles without
    relations.

    By kind, then the highest score first. Computed when it is selected, once for each revision.
    """
    del rights
    return [Connection(AllSuggestions(wanted.kind), wanted.listing) for _ in parents]
    yield


def _suggestions(keys: Iterable[NodeKey | None], rights: Rights) -> Reads[Mapping[NodeKey, Suggestion]]:
    found = yield from ask(LinkSuggestions(rights))
    wanted = (key for key in dict.fromkeys(keys) if key is not None)
    return {NodeKey(one.key): Suggestion(one) for one in found.of(wanted)}


def page_nodes(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The suggestions of the page, without cursors."""
    return ByKey([page.keys for page in (yield from pages(parents, rights))], _suggestions, many=True)


def edge_node(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The suggestion."""
    del rights
    return ByKey([parent.item.key for parent in parents], _suggestions)
    yield


# -- fields of a suggestion --------------------------------------------------------------------------------


def article(parents: Sequence[Suggestion], rights: Rights) -> Reads[ByKey]:
    """The article to change."""
    del rights
    return ByKey([NodeKey(parent.found.article) for parent in parents], ARTICLES)
    yield


def others(parents: Sequence[Suggestion], rights: Rights) -> Reads[ByKey]:
    """The other articles: the one that it should list, the one that it duplicates, or up to three that it may be related to,
    the likeliest first."""
    return ByKey([one.others for one in (yield from detailed(parents, rights))], ARTICLES, many=True)


def reason(parents: Sequence[Suggestion], rights: Rights) -> Reads[list[str]]:
    """Why this is suggested, as a sentence in English."""
    return [one.reason for one in (yield from detailed(parents, rights))]


def score(parents: Sequence[Suggestion], rights: Rights) -> Reads[list[float]]:
    """How sure the suggestion is, 0 to 1: how alike the two lists are, the two texts, or the titles of the article and the
    likeliest other one."""
    return [one.score for one in (yield from detailed(parents, rights))]


def detailed(parents: Sequence[Suggestion], rights: Rights) -> Reads[list[Details]]:
    """The details of suggestions."""
    lacking = [parent for parent in parents if parent.details is None]
    keys = {NodeKey(key) for one in lacking for key in (one.found.article, one.found.other) if key}
    articles = yield from ARTICLES(sorted(keys), rights)
    for parent in lacking:
        own = articles[NodeKey(parent.found.article)]
        if parent.found.other is None:
            parent.details = yield from _of_orphan(own, rights)
        else:
            other = articles[NodeKey(parent.found.other)]
            parent.details = Details((other.key,), _reason(parent.found, own, other), parent.found.score)
    return [parent.details for parent in parents if parent.details is not None]


def _reason(found: link_suggestions.Suggestion, article: Article, other: Article) -> str:
    if found.kind is SuggestionKind.MISSING_RECIPROCAL:
        return (
            f"{_quoted(other)} lists {_quoted(article)}, which does not list it back; most relations of their folder are"
            " mutual."
        )
    stub = " (which has no document)" if other.is_stub else ""
    return f"{_quoted(article)} and {_quoted(other)}{stub} have {' and '.join(_in_common(found))}."


def _in_common(found: link_suggestions.Suggestion) -> Iterator[str]:
    if Common.TITLE in found.common:
        yield "the same title"
    if Common.ADDRESS in found.common:
        yield "addresses that differ in spelling only"
    if Common.TEXT in found.common:
        yield "the same text" if found.likeness == 1 else f"texts that are {found.likeness:.0%} alike"


def _quoted(article: Article) -> str:
    return f'"{article.title}"'


# -- orphans -----------------------------------------------------------------------------------------------


def _of_orphan(article: Article, rights: Rights) -> Reads[Details]:
    """The articles with the most similar titles: the likeliest relations of one without any."""
    index = yield from ask(SearchIndex(rights))
    yield from ask(Pause(apart=len(index) > _HEAVY))
    hits, whole = _similar(index, article)
    found = yield from ARTICLES([NodeKey(hit.key) for hit in hits], rights)
    others = [(found[NodeKey(hit.key)], hit.score / whole) for hit in hits]
    likely = _of_other_titles([one for one in others if one[1] >= _LEAST_LIKENESS], article)[:MOST_LIKELY]
    if not likely:
        return Details((), f"No article is related to {_quoted(article)}, and none has a similar title.", 0.0)
    best, likeness = likely[0]
    words = ", ".join(f'"{word}"' for word in _shared(index, article.title, best.title))
    reason = f"No article is related to {_quoted(article)}; it has the words {words} in common with {_quoted(best)}."
    return Details(tuple(one.key for one, _ in likely), reason, min(likeness, 1.0))


def _of_other_titles(
    likely: Iterable[tuple[Article, float]], article: Article
) -> list[tuple[Article, float]]:
    """Those with documents; of several with one title the first, and none with that of *article*: they are duplicates."""
    titles, kept = {tuple(sequence(article.title))}, list[tuple[Article, float]]()
    for one, likeness in likely:
        title = tuple(sequence(one.title))
        if not one.is_stub and title not in titles:
            kept.append((one, likeness))
        titles.add(title)
    return kept


def _similar(index: Index, article: Article) -> tuple[list[Hit], int]:
    """The articles with words of the title in theirs, the more and the rarer the better, without itself; and the score that
    it has itself."""
    matches = more_like(index, article.title, kinds=[Kind.ARTICLE], postings=index.names)
    whole = matches.score_of(article.key) or 1
    return [hit for hit in matches.first(_LOOKED_AT) if hit.key != article.key], max(whole, 1)


def _shared(index: Index, one: str, other: str) -> list[str]:
    """The rarest words that two titles have in common, rarest first."""
    theirs = set(sequence(other))
    numbers = {word: index.vocabulary.number(word) for word in dict.fromkeys(sequence(one)) if word in theirs}
    known = {word: number for word, number in numbers.items() if number is not None}
    return sorted(known, key=lambda word: (index.names.frequency(known[word]), word))[:_WORDS]
