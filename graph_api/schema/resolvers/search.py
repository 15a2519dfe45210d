"""`Query.search` and `Query.suggest`: matches, their highlights, and corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph_api.execution.fields import ByKey
from graph_api.records import Article, Detail, NodeKey, Provider, Topic
from graph_api.schema import matching
from graph_api.schema.arguments import SearchList, SuggestionsWanted
from graph_api.schema.paging import Connection, Edge, pages
from graph_api.schema.ranking import Ranked, RankedScope
from graph_api.schema.resolvers.nodes import for_each
from graph_api.schema.resolvers.traversal import records
from graph_api.search import (
    Kind,
    Matches,
    Query,
    did_you_mean as corrected,
    marks,
    parse,
    passage,
    prose,
    suggest as completed,
)
from graph_api.search.index import UNIT
from graph_api.store.filters import Filter
from graph_api.store.lists import Item
from graph_api.store.plans import Pause, Reads, Rights, ask
from graph_api.store.reads import DetailRows, DetailSizes, ProviderRows, TopicKeys, TopicRows

_PASSAGE = 200  # characters of a quoted body
_READ = 20_000  # characters of a body in which words are looked for
_LARGEST_BYTES = 1_000_000  # bodies that are larger are not quoted


@dataclass(slots=True, eq=False)
class Search(RankedScope):
    """The results of one search. Its matches are found once, when a field first needs them."""

    query: str
    kinds: frozenset[Kind]
    _matches: Matches | None = field(default=None)

    def ranked(self, filter: Filter | None, rights: Rights) -> Reads[Ranked]:
        """The matches; the filter concerns articles only."""
        if self._matches is None:
            self._matches = yield from matching.searched(self.query, self.kinds, rights)
        return Ranked(self._matches, filter, has_others=self.kinds != frozenset({Kind.ARTICLE}))


class TextRange(NamedTuple):
    """Code points of a text, from *start* to before *end*."""

    start: int
    end: int


class Highlight(NamedTuple):
    """A part of a result's text, and what of it the query asked for."""

    field: str
    text: str
    ranges: tuple[TextRange, ...]


def search(parents: Sequence[object], rights: Rights, wanted: SearchList) -> Reads[list[Connection]]:
    """A full-text search in articles, providers and topics, best matches first.

    The score is BM25 over all fields; titles and names weigh most. Results with equal scores are sorted by id.
    """
    del rights
    found = Connection(Search(wanted.query, wanted.kinds), wanted.listing)
    return for_each(parents, found)
    yield


def nodes(parents: Sequence[Connection], rights: Rights) -> Reads[ByKey]:
    """The results of the page, without cursors."""
    return ByKey([page.keys for page in (yield from pages(parents, rights))], records, many=True)


def score(parents: Sequence[Edge], rights: Rights) -> Reads[list[float]]:
    """How well the result matches, 0 or more: BM25 over all fields. Scores of different queries cannot be compared."""
    del rights
    return [score / UNIT for parent in parents if isinstance(score := parent.item.sort[0], int)]
    yield


def did_you_mean(parents: Sequence[Connection], rights: Rights) -> Reads[list[list[str]]]:
    """The query with unknown words replaced by similar words of the content, the likeliest first; at most three.

    Empty when all words occur somewhere, or a word is like none.
    """
    index = yield from matching.index_for(rights)
    yield from ask(Pause(apart=not index.knows_words))
    return [corrected(index, parse(_query(parent))) for parent in parents]


def _query(connection: Connection) -> str:
    assert isinstance(connection.scope, Search), "the fields of a SearchConnection"
    return connection.scope.query


def node(parents: Sequence[Edge] | Sequence[Suggestion], rights: Rights) -> Reads[ByKey]:
    """The article, provider or topic."""
    del rights
    return ByKey([parent.item.key for parent in parents], records)
    yield


# -- highlights --------------------------------------------------------------------------------------------


def highlights(parents: Sequence[Edge], rights: Rights) -> Reads[list[list[Highlight]]]:
    """The texts of the result in which words of the query occur: title, name, excerpt or description whole, of the body
    the best passage; body, topics and provider of an article when title and excerpt lack something of the query."""
    found = yield from records((parent.item.key for parent in parents), rights)
    answers: list[list[Highlight]] = []
    for parent in parents:
        yield from ask(Pause())
        quotes = _Quotes(parse(_query(parent.connection)))
        match found.get(parent.item.key):
            case Article() as article:
                yield from _quote_article(quotes, article, rights)
            case Provider() as provider:
                quotes.add("name", provider.name)
                quotes.add("description", provider.description)
                quotes.add("otherNames", "\n".join([provider.domain, *provider.other_names]))
            case Topic() as topic:
                quotes.add("name", topic.name)
                quotes.add("shortname", topic.shortname)
                quotes.add("keywords", "\n".join([*topic.keywords, *topic.hashtags]))
            case None:
                pass
        answers.append(quotes.shown)
    return answers


class _Quotes:
    """The texts *shown* for a query, and the clauses that none of them has."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.shown: list[Highlight] = []
        self.lacking = {number for number, clause in enumerate(query.clauses) if not clause.is_excluded}

    def add(self, field: str, text: str | None, max_length: int | None = None) -> None:
        """Add the passage of *text* (about *max_length* characters, None: all of it) if it matches the query."""
        found = marks(text, self._query) if text else None
        if text and found is not None and found.ranges:
            shown = passage(text, found.ranges, max_length or len(text))
            ranges = tuple([TextRange(*span) for span in shown.ranges])
            self.shown.append(Highlight(field, shown.text, ranges))
            self.lacking -= found.found


def _quote_article(quotes: _Quotes, article: Article, rights: Rights) -> Reads[None]:
    quotes.add("title", article.title)
    quotes.add("excerpt", article.excerpt)
    if quotes.lacking:
        quotes.add("body", (yield from _body_of(article, rights)), _PASSAGE)
        topics = (yield from ask(TopicKeys((article.key,), rights))).get(article.key, ())
        named = yield from ask(TopicRows(topics, rights))
        quotes.add("topics", "\n".join(named[key].name for key in topics if key in named))
        own = () if article.provider_key is None else (article.provider_key,)
        for provider in (yield from ask(ProviderRows(own, rights))).values():
            quotes.add("provider", provider.name)


def _body_of(article: Article, rights: Rights) -> Reads[str]:
    sizes = yield from ask(DetailSizes((article.key,), rights, Detail.BODY))
    if not 0 < sizes.get(article.key, 0) <= _LARGEST_BYTES:
        return ""
    bodies = yield from ask(DetailRows((article.key,), rights, Detail.BODY))
    return prose(bodies.get(article.key, ""))[:_READ]


# -- suggestions -------------------------------------------------------------------------------------------


class Suggestion(NamedTuple):
    """A node whose name completes what was typed."""

    item: Item
    text: str
    type: Kind


def suggest(
    parents: Sequence[object], rights: Rights, wanted: SuggestionsWanted
) -> Reads[list[list[Suggestion]]]:
    """Articles, providers and topics whose title or name has all words of what has been typed, best matches first."""
    index = yield from matching.index_for(rights)
    hits = completed(index, wanted.prefix, wanted.first, kinds=wanted.kinds)
    found = yield from records((NodeKey(hit.key) for hit in hits), rights)
    made = [
        Suggestion(Item(record.key, (hit.score, hit.key)), _name(record), index.kind_of(hit.key))
        for hit in hits
        if (record := found.get(NodeKey(hit.key))) is not None
    ]
    return for_each(parents, made)


def _name(record: Article | Provider | Topic) -> str:
    return record.title if isinstance(record, Article) else record.name
