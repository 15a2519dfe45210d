"""`Article.recommendations` and `Query.recommend`: the best articles, chosen so that they differ, and the reasons for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np

from graph_api.execution.fields import ByKey
from graph_api.recommendation import Found, Liked, ReasonKind, Recommender
from graph_api.records import Article, ArticleId, NodeKey, Provider, Topic
from graph_api.schema import matching, ranking
from graph_api.schema.arguments import RecommendationsWanted, RecommendWanted
from graph_api.schema.resolvers.nodes import ARTICLES, PROVIDERS, STORIES, TOPICS, Story, for_each
from graph_api.search import Index
from graph_api.search.tokens import fold, tokens
from graph_api.store.analysis import Analysis
from graph_api.store.columns import NULL, Columns, FacetField
from graph_api.store.lists import Window
from graph_api.store.plans import Pause, Reads, Rights, ask
from graph_api.store.reads import ArticleColumns, GraphAnalysis, SearchIndex

_POOL, _LARGEST_POOL = 5, 200  # articles for each one that is chosen, and at most
_EVIDENCE = 3  # nodes, and words, of one reason
_COMMON = 0.1  # a word that a larger part of all articles has tells nothing
_HEAVY = 20_000  # articles from which on the scores take too long for the event loop
_DAY_US = 86_400_000_000

Evidence: TypeAlias = Article | Provider | Topic | Story


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What all recommendations of a revision are made from."""

    index: Index
    columns: Columns
    analysis: Analysis
    recommender: Recommender

    def row(self, article: Article) -> int:
        [row] = self.analysis.indexes([article.key])
        return row


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation:
    """An article at a *rank* from 1, and what its score was made of."""

    article: Article
    score: float
    rank: int
    row: int
    like: Sequence[Article]
    found: Found


@dataclass(frozen=True, slots=True, eq=False)
class Reason:
    """A part of a score, or something else that speaks for an article."""

    kind: ReasonKind
    contribution: float
    text: str
    evidence: Sequence[Evidence]


def recommendations(
    parents: Sequence[Article], rights: Rights, wanted: RecommendationsWanted
) -> Reads[list[list[Recommendation]]]:
    """Articles that a reader of this one may want next, the best first: never the article itself or one of the same title.

    BLEND counts similar words, closeness in time, related articles, and what the most similar articles are related to.
    """
    basis = yield from basis_of(rights)
    found: dict[NodeKey, list[Recommendation]] = {}
    for parent in parents:
        found[parent.key] = yield from recommended(basis, [parent], [], wanted, rights)
    return [found[parent.key] for parent in parents]


def recommend(
    parents: Sequence[object], rights: Rights, wanted: RecommendWanted
) -> Reads[list[list[Recommendation]]]:
    """Articles like those in `like` and unlike those in `unlike`, the best first. Unknown ids are left out."""
    found = yield from ARTICLES([handle.key for handle in (*wanted.like, *wanted.unlike)], rights)
    by_id = {article.id: article for article in found.values()}  # a key is shorter, so other ids have it too
    like, unlike = (
        [by_id[ArticleId(one.id)] for one in handles if one.id in by_id]
        for handles in (wanted.like, wanted.unlike)
    )
    if not like:
        return for_each(parents, [])
    basis = yield from basis_of(rights)
    return for_each(parents, (yield from recommended(basis, like, unlike, wanted.options, rights)))


def basis_of(rights: Rights) -> Reads[Basis]:
    index, columns = (yield from ask(SearchIndex(rights))), (yield from ask(ArticleColumns(rights)))
    analysis = yield from ask(GraphAnalysis(rights))
    return Basis(index, columns, analysis, Recommender(index, columns, analysis.related))


def recommended(
    basis: Basis,
    like: Sequence[Article],
    unlike: Sequence[Article],
    wanted: RecommendationsWanted,
    rights: Rights,
) -> Reads[list[Recommendation]]:
    yield from ask(Pause(apart=len(basis.columns.keys) > _HEAVY))
    liked, unliked = ([Liked(basis.row(one), one.title) for one in each] for each in (like, unlike))
    found = basis.recommender.recommend(
        liked, unliked, strategy=wanted.strategy, half_life_days=wanted.half_life_days
    )
    scores = found.scores
    if wanted.exclude_related:
        scores = np.where(basis.recommender.related([one.row for one in liked]), 0, scores)
    some = np.flatnonzero(scores > 0)
    candidates = ranking.Scores(basis.columns.keys.take(some), ranking.integers(scores.take(some)))
    filter = yield from matching.answered(wanted.filter, rights)
    window = Window(min(_POOL * wanted.first, _LARGEST_POOL))
    page = yield from ranking.page_of(candidates, window, filter, rights)
    records = yield from ARTICLES(page.keys, rights)
    pool = [(records[key], basis.row(records[key])) for key in page.keys]
    chosen = _diverse(
        [(article, float(scores[row])) for article, row in pool],
        {_normal(one.title) for one in (*like, *unlike)},
        wanted,
    )
    rows = {article.key: row for article, row in pool}
    return [
        Recommendation(article, float(scores[rows[article.key]]), rank, rows[article.key], like, found)
        for rank, article in enumerate(chosen, 1)
    ]


def _diverse(
    pool: Sequence[tuple[Article, float]], taken: set[str], wanted: RecommendationsWanted
) -> list[Article]:
    """Maximal marginal relevance (Carbonell and Goldstein, 1998): one by one the article with the best score, less the
    more its title is like that of one that was chosen before. No two have one title, and none has one of *taken*."""
    most = max((score for _, score in pool), default=1.0)
    words = {article.key: set(tokens(article.title)) for article, _ in pool}
    likest = dict.fromkeys(words, 0.0)
    rest, chosen = list(pool), list[Article]()
    while rest and len(chosen) < wanted.first:
        best = max(
            range(len(rest)),
            key=lambda at: (
                (1 - wanted.diversity) * rest[at][1] / most - wanted.diversity * likest[rest[at][0].key],
                -at,
            ),
        )
        article, _ = rest.pop(best)
        if (title := _normal(article.title)) in taken:
            continue
        taken.add(title)
        chosen.append(article)
        own = words[article.key]
        for other, _ in rest:
            likest[other.key] = max(likest[other.key], _jaccard(own, words[other.key]))
    return chosen


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _normal(title: str) -> str:
    return " ".join(fold(title).split())


# -- reasons -----------------------------------------------------------------------------------------------


def article(parents: Sequence[Recommendation], rights: Rights) -> Reads[ByKey]:
    """The recommended article."""
    del rights
    return ByKey([parent.article.key for parent in parents], ARTICLES)
    yield


def reasons(parents: Sequence[Recommendation], rights: Rights) -> Reads[list[list[Reason]]]:
    """Why the article is recommended, the largest contribution first. Contributions sum to the score.

    Reasons that did not count come last, with a contribution of 0.
    """
    basis = yield from basis_of(rights)
    drafts = [list(_drafts(basis, parent)) for parent in parents]
    named = [draft for each in drafts for draft in each]
    nodes = _Nodes(
        (yield from ARTICLES(_keys(named, "articles"), rights)),
        (yield from TOPICS(_keys(named, "topics"), rights)),
        (yield from PROVIDERS(_keys(named, "providers"), rights)),
        (yield from STORIES(_keys(named, "stories"), rights)),
    )
    return [[_reason(draft, nodes) for draft in each] for each in drafts]


class _Nodes(NamedTuple):
    """The nodes that reasons name, by key."""

    articles: Mapping[NodeKey, Article]
    topics: Mapping[NodeKey, Topic]
    providers: Mapping[NodeKey, Provider]
    stories: Mapping[NodeKey, Story]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Draft:
    """A reason whose nodes have not been read. In *text*, {} stands for the name of the first topic or provider."""

    kind: ReasonKind
    contribution: float
    text: str
    articles: Sequence[NodeKey] = ()
    topics: Sequence[NodeKey] = ()
    providers: Sequence[NodeKey] = ()
    stories: Sequence[NodeKey] = ()


def _keys(drafts: Iterable[_Draft], kind: str) -> list[NodeKey]:
    return [key for draft in drafts for key in getattr(draft, kind)]


def _reason(draft: _Draft, nodes: _Nodes) -> Reason:
    named: list[Topic | Provider] = [
        *(nodes.topics[key] for key in draft.topics),
        *(nodes.providers[key] for key in draft.providers),
    ]
    text = draft.text.replace("{}", named[0].name) if named else draft.text
    others: list[Evidence] = [
        *(nodes.articles[key] for key in draft.articles),
        *(nodes.stories[key] for key in draft.stories),
    ]
    return Reason(draft.kind, draft.contribution, text, [*named, *others])


def _drafts(basis: Basis, of: Recommendation) -> Iterator[_Draft]:
    contributions = {kind: float(part[of.row]) for kind, part in of.found.parts.items()}
    counted = [kind for kind, contribution in contributions.items() if contribution]
    for kind in sorted(counted, key=lambda kind: -contributions[kind]):
        contribution = contributions[kind]
        if contribution > 0:
            yield replace(_draft(basis, of, kind), contribution=contribution)
        else:
            yield _Draft(kind=kind, contribution=contribution, text="Speaks more for articles of `unlike`")
    for kind in (ReasonKind.SAME_STORY, ReasonKind.SHARED_TOPIC, ReasonKind.SAME_PROVIDER):
        if kind not in counted and _applies(basis, of, kind):
            yield _draft(basis, of, kind)


def _applies(basis: Basis, of: Recommendation, kind: ReasonKind) -> bool:
    match kind:
        case ReasonKind.SAME_STORY:
            return bool(_shared_stories(basis, of))
        case ReasonKind.SHARED_TOPIC:
            return any(having <= len(basis.columns.keys) / 2 for having, _ in _shared_topics(basis, of))
        case _:
            return of.article.provider_key in {one.provider_key for one in of.like} - {None}


def _draft(basis: Basis, of: Recommendation, kind: ReasonKind) -> _Draft:
    match kind:
        case ReasonKind.LINKED:
            near = set(basis.analysis.related.of([of.row]).targets.tolist())
            keys = [one.key for one in of.like if basis.row(one) in near]
            return _Draft(kind=kind, contribution=0.0, text="They are related", articles=keys[:_EVIDENCE])
        case ReasonKind.CO_RELATED:
            return _co_related(basis, of)
        case ReasonKind.SHARED_TOPIC:
            return _shared_topic(basis, of)
        case ReasonKind.SAME_PROVIDER:
            keys = [NodeKey(of.article.provider_key)] if of.article.provider_key is not None else []
            return _Draft(kind=kind, contribution=0.0, text="Published by {} too", providers=keys)
        case ReasonKind.SAME_STORY:
            stories = _shared_stories(basis, of)[:_EVIDENCE]
            return _Draft(kind=kind, contribution=0.0, text="In the same story", stories=stories)
        case ReasonKind.RANDOM_WALK:
            return _Draft(kind=kind, contribution=0.0, text="A few steps away along related articles")
        case ReasonKind.TEXT_SIMILAR:
            return _Draft(kind=kind, contribution=0.0, text=_similar_words(basis, of))
        case ReasonKind.FRESH:
            return _Draft(kind=kind, contribution=0.0, text=_apart(basis, of))


def _co_related(basis: Basis, of: Recommendation) -> _Draft:
    near = set(basis.analysis.related.of([of.row]).targets.tolist())
    if of.found.voters:
        between, whose = [row for row in of.found.voters if row in near], "of the most similar articles"
    else:
        liked = basis.analysis.related.of([basis.row(one) for one in of.like]).targets.tolist()
        between, whose = sorted(near & set(liked)), "of the same articles"
    keys = [NodeKey(key) for key in basis.columns.keys.take(between[:_EVIDENCE]).tolist()]
    return _Draft(
        kind=ReasonKind.CO_RELATED, contribution=0.0, text=f"Related to {len(between)} {whose}", articles=keys
    )


def _shared_topic(basis: Basis, of: Recommendation) -> _Draft:
    shared = _shared_topics(basis, of)
    text = f"Shares the topic {{}}, which {shared[0][0]:,} articles have"
    return _Draft(kind=ReasonKind.SHARED_TOPIC, contribution=0.0, text=text, topics=[shared[0][1]])


def _shared_topics(basis: Basis, of: Recommendation) -> list[tuple[int, NodeKey]]:
    """The topics that an article shares with those that are liked, with the number of their articles; the rarest first."""
    liked = {name for one in of.like for name in basis.columns.topics_of(basis.row(one))}
    own = set(basis.columns.topics_of(of.row)) & liked
    labels = basis.columns.labels[FacetField.TOPIC]
    return sorted((len(labels.having(name)), NodeKey(name)) for name in own if isinstance(name, int))


def _shared_stories(basis: Basis, of: Recommendation) -> list[NodeKey]:
    own, *theirs = basis.analysis.stories.of([of.row, *map(basis.row, of.like)])
    liked = {story for each in theirs for story in each}
    shared = [story for story in own if story in liked]
    leads = basis.analysis.stories.leads.take(shared)
    return [NodeKey(key) for key in basis.columns.keys.take(leads).tolist()]


def _similar_words(basis: Basis, of: Recommendation) -> str:
    """The rarest words of liked titles that title or excerpt have too."""
    own = set(tokens(f"{of.article.title} {of.article.excerpt or ''}"))
    shared = {word for one in of.like for word in tokens(one.title)} & own
    numbers = {word: basis.index.vocabulary.number(word) for word in shared}
    rarest = sorted(
        (basis.index.texts.frequency(number), word) for word, number in numbers.items() if number is not None
    )
    most = max(_COMMON * len(basis.index), rarest[0][0]) if rarest else 0
    words = ", ".join(word for frequency, word in rarest[:_EVIDENCE] if frequency <= most)
    return f"Similar words: {words}" if words else "Similar words in the text"


def _apart(basis: Basis, of: Recommendation) -> str:
    published = basis.columns.published_us
    moments = [int(published[basis.row(one)]) for one in of.like]
    days = min(abs(int(published[of.row]) - one) // _DAY_US for one in moments if one != NULL)
    if days == 0:
        return "Published within a day"
    return "Published a day apart" if days == 1 else f"Published {days:,} days apart"
