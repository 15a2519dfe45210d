"""Stories: groups of articles that are related to each other, each led by one; and `Article.story` and `stories`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graph_api.execution.fields import ByKey
from graph_api.records import Article, NodeKey
from graph_api.schema import matching
from graph_api.schema.arguments import FacetsWanted, StoryList
from graph_api.schema.identifiers import NodeHandle
from graph_api.schema.paging import Connection, Edge, Listing, pages
from graph_api.schema.ranking import Ranked, RankedScope, Scores
from graph_api.schema.resolvers.facets import FacetBucket, counted
from graph_api.schema.resolvers.nodes import ARTICLES, STORIES, Story, node
from graph_api.search import label as label_of
from graph_api.store.analysis import Analysis
from graph_api.store.columns import ArticleStats, Columns, FacetField, Indexes, Interval
from graph_api.store.filters import Among, And, Filter
from graph_api.store.lists import AllArticles
from graph_api.store.plans import Reads, Rights, ask
from graph_api.store.reads import ArticleColumns, GraphAnalysis, Members, SearchIndex

_LABELED = 50  # members whose titles make the label


@dataclass(frozen=True, slots=True)
class AllStories(RankedScope):
    """The stories with at least *min_size* articles, the largest first."""

    min_size: int

    def ranked(self, filter: Filter | None, rights: Rights) -> Reads[Ranked]:
        """Those with an article that fits *filter*."""
        analysis = yield from ask(GraphAnalysis(rights))
        chosen = analysis.story_sizes >= self.min_size
        if filter is not None:
            members = yield from ask(
                Members(AllArticles(), rights, (yield from matching.answered(filter, rights)))
            )
            chosen &= analysis.with_member(members)
        leads = analysis.keys.take(analysis.stories.leads)
        return Ranked(Scores(leads[chosen], analysis.story_sizes[chosen]))


def story(parents: Sequence[object], rights: Rights, handle: NodeHandle) -> Reads[list[object | None]]:
    """The story with this id, or null when it does not exist."""
    return (yield from node(parents, rights, handle))


def stories(parents: Sequence[object], rights: Rights, wanted: StoryList) -> Reads[list[Connection]]:
    """The stories, the largest first: groups of articles that are related to each other.

    Articles that list each other are one story. Where no article lists another, the communities of their links are.
    """
    del rights
    return [Connection(AllStories(wanted.min_size), wanted.listing) for _ in parents]
    yield


def page_nodes(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The stories of the page, without cursors."""
    return ByKey([page.keys for page in (yield from pages(parents, rights))], STORIES, many=True)


def edge_node(parents: Sequence[Edge], rights: Rights) -> Reads[ByKey]:
    """The story."""
    del rights
    return ByKey([parent.item.key for parent in parents], STORIES)
    yield


# -- of an article ---------------------------------------------------------------------------------------


def main_story(parents: Sequence[Article], rights: Rights) -> Reads[ByKey]:
    """The story that the article belongs to most: the one where it has the most related articles. Null when it stands
    alone."""
    analysis = yield from ask(GraphAnalysis(rights))
    numbers = analysis.stories.main.take(analysis.indexes([parent.key for parent in parents])).tolist()
    return ByKey([_lead(analysis, number) if number >= 0 else None for number in numbers], STORIES)


def all_stories(parents: Sequence[Article], rights: Rights) -> Reads[ByKey]:
    """All stories that the article belongs to, the one it belongs to most first."""
    analysis = yield from ask(GraphAnalysis(rights))
    articles = analysis.indexes([parent.key for parent in parents])
    keys = [[_lead(analysis, number) for number in own] for own in analysis.stories.of(articles)]
    return ByKey(keys, STORIES, many=True)


def _lead(analysis: Analysis, number: int) -> NodeKey:
    return NodeKey(int(analysis.keys[analysis.stories.leads[number]]))


# -- fields of a story -------------------------------------------------------------------------------------


def lead(parents: Sequence[Story], rights: Rights) -> Reads[ByKey]:
    """The article that leads the story: the published one, else the one with the highest quality, else the most central."""
    del rights
    return ByKey([parent.key for parent in parents], ARTICLES)
    yield


def label(parents: Sequence[Story], rights: Rights) -> Reads[list[str]]:
    """Up to three words that the titles of the story share and others lack; the title of the lead when they share none."""
    analysis, index = (yield from ask(GraphAnalysis(rights))), (yield from ask(SearchIndex(rights)))
    members = [analysis.members(parent.number)[:_LABELED] for parent in parents]
    keys = [list(map(NodeKey, analysis.keys.take(each).tolist())) for each in members]
    found = yield from ARTICLES({key for each in keys for key in each} | {one.key for one in parents}, rights)
    titles = [[found[key].title for key in each] for each in keys]
    return [label_of(index, each) or found[one.key].title for one, each in zip(parents, titles, strict=True)]


def articles(parents: Sequence[Story], rights: Rights, wanted: Listing) -> Reads[list[Connection]]:
    """The articles of the story."""
    analysis = yield from ask(GraphAnalysis(rights))
    found: list[Connection] = []
    for parent in parents:
        keys = analysis.keys.take(analysis.members(parent.number)).tolist()
        own: Filter = Among(tuple(map(NodeKey, keys)))
        filter = own if wanted.filter is None else And((own, wanted.filter))
        found.append(Connection(AllArticles(), replace(wanted, filter=filter)))
    return found


def first_seen(parents: Sequence[Story], rights: Rights) -> Reads[list[datetime | None]]:
    """The time of publication of its first article; null when none has one."""
    return [stats.min_published for stats in (yield from _stats(parents, rights))]


def last_seen(parents: Sequence[Story], rights: Rights) -> Reads[list[datetime | None]]:
    """The time of publication of its latest article; null when none has one."""
    return [stats.max_published for stats in (yield from _stats(parents, rights))]


def providers(parents: Sequence[Story], rights: Rights, first: int) -> Reads[list[list[FacetBucket]]]:
    """The providers of its articles, those with the most articles first."""
    return (yield from _buckets(parents, rights, FacetField.PROVIDER, first))


def topics(parents: Sequence[Story], rights: Rights, first: int) -> Reads[list[list[FacetBucket]]]:
    """The topics of its articles, those with the most articles first."""
    return (yield from _buckets(parents, rights, FacetField.TOPIC, first))


@dataclass(frozen=True, slots=True, eq=False)
class TimelineBucket:
    """The articles of one period."""

    start: datetime
    count: int


def timeline(
    parents: Sequence[Story], rights: Rights, interval: Interval
) -> Reads[list[list[TimelineBucket]]]:
    """How many of its articles were published in each period, the earliest first; periods without any are left out."""
    columns, indexes = yield from _members(parents, rights)
    return [[TimelineBucket(*one) for one in columns.periods(each, interval)] for each in indexes]


def _members(parents: Sequence[Story], rights: Rights) -> Reads[tuple[Columns, list[Indexes]]]:
    """The values of all articles, and the articles of each story."""
    columns, analysis = (yield from ask(ArticleColumns(rights))), (yield from ask(GraphAnalysis(rights)))
    return columns, [analysis.members(parent.number) for parent in parents]


def _stats(parents: Sequence[Story], rights: Rights) -> Reads[list[ArticleStats]]:
    columns, indexes = yield from _members(parents, rights)
    return [columns.stats(each) for each in indexes]


def _buckets(
    parents: Sequence[Story], rights: Rights, field: FacetField, first: int
) -> Reads[list[list[FacetBucket]]]:
    columns, indexes = yield from _members(parents, rights)
    facets = yield from counted(columns, indexes, FacetsWanted((field,), first), rights)
    return [facet.buckets for [facet] in facets]
