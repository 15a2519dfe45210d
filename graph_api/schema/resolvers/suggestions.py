"""Link suggestions: what an editor may want to change, and why. The command `suggest-links` prints the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph_api.execution.fields import ByKey
from graph_api.recommendation import HALF_LIFE_DAYS, Liked, Strategy
from graph_api.records import Article, ContentStatus, NodeKey
from graph_api.schema.arguments import RecommendationsWanted, SuggestionList
from graph_api.schema.paging import Connection, Edge, pages
from graph_api.schema.ranking import Ranked, RankedScope, Scores
from graph_api.schema.resolvers.nodes import ARTICLES
from graph_api.schema.resolvers.recommendations import basis_of, reasons, recommended
from graph_api.store import link_suggestions
from graph_api.store.filters import Filter, FlagField, FlagIs
from graph_api.store.link_suggestions import Common, SuggestionKind
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import LinkSuggestions

MOST_LIKELY = 3  # articles that are suggested to an orphan
_LEAST_LIKENESS = 0.15  # the score of a suggested article beside that of one with the orphan's title


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
    """How sure the suggestion is, 0 to 1: how alike the two lists are, or the two texts; of an orphan the score of the
    likeliest article, as a recommendation, beside that of an article with the same title."""
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

_WANTED = RecommendationsWanted(
    first=MOST_LIKELY,
    strategy=Strategy.BLEND,
    diversity=0.0,
    half_life_days=HALF_LIFE_DAYS,
    exclude_related=True,
    filter=FlagIs(FlagField.IS_STUB, value=False),
)


def _of_orphan(article: Article, rights: Rights) -> Reads[Details]:
    """The articles that are recommended for it: the likeliest relations of one without any.

    Their scores are compared with that of an article with the same title.
    """
    basis = yield from basis_of(rights)
    found = yield from recommended(basis, [article], [], _WANTED, rights)
    own = max(basis.recommender.score_of_copy(Liked(basis.row(article), article.title)), 1e-9)
    likely = [one for one in found if one.score >= _LEAST_LIKENESS * own]
    if not likely:
        return Details((), f"No article is related to {_quoted(article)}, and none is like it.", 0.0)
    [why] = yield from reasons(likely[:1], rights)
    because = "; ".join(reason.text[0].lower() + reason.text[1:] for reason in why)
    best = _quoted(likely[0].article)
    reason = f"No article is related to {_quoted(article)}; {best} is the likeliest: {because}."
    return Details(tuple(one.article.key for one in likely), reason, min(likely[0].score / own, 1.0))
