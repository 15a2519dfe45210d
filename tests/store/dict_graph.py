"""A graph in dicts: lists, filters, orders, windows and counts, written from the words of `reads`, `filters` and `sorting`.

The reference model for every store. For small graphs, without regard to speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any, NamedTuple, TypeAlias, assert_never

import numpy as np

from graph_api import search
from graph_api.records import Detail, EdgeDirection, EdgeKind, EdgeOrigin, NodeKey, Problem, Provider
from graph_api.store import sorting
from graph_api.store.columns import ArticleValues, Columns, build
from graph_api.store.filters import (
    Among,
    And,
    Compare,
    Filter,
    FlagField,
    FlagIs,
    HasTopics,
    IsNull,
    Match,
    Not,
    NumberField,
    NumberIs,
    OfProvider,
    OfRelated,
    OfTopics,
    Or,
    Quantifier,
    TextField,
    TextIn,
    TextIs,
    TextMatches,
    checked,
)
from graph_api.store.folding import canonical, fold, order_key
from graph_api.store.lists import (
    PRECEDING,
    AllArticles,
    AllProblems,
    AllProviders,
    AllTopics,
    ArticlesOfProvider,
    ArticlesOfTopic,
    Item,
    ListKey,
    Order,
    OrderField,
    Place,
    RelatedArticles,
    Slice,
    SortKey,
    SortValue,
    Window,
)
from graph_api.store.sorting import OwnField, SortField, SortTerm
from graph_api.store.writing import ArticleRecord, TopicRecord
from tests.graph.small_graphs import SmallGraph

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Record: TypeAlias = ArticleRecord | Provider | TopicRecord | Problem


class Entry(NamedTuple):
    """A record in a list, with its position there when it is a related article."""

    key: NodeKey
    record: Record
    position: int | None = None


@dataclass
class DictGraph:
    """The nodes and edges that some callers see, and *problems* by their keys."""

    articles: dict[NodeKey, ArticleRecord] = field(default_factory=dict[NodeKey, ArticleRecord])
    providers: dict[NodeKey, Provider] = field(default_factory=dict[NodeKey, Provider])
    topics: dict[NodeKey, TopicRecord] = field(default_factory=dict[NodeKey, TopicRecord])
    related: dict[NodeKey, list[NodeKey]] = field(default_factory=dict[NodeKey, list[NodeKey]])
    linked: set[tuple[NodeKey, NodeKey]] = field(default_factory=set[tuple[NodeKey, NodeKey]])
    problems: dict[NodeKey, Problem] = field(default_factory=dict[NodeKey, Problem])

    # -- edges -------------------------------------------------------------------------------------------

    def out(self, key: NodeKey) -> list[NodeKey]:
        return [other for other in self.related.get(key, ()) if other in self.articles]

    def origin(self, key: NodeKey, other: NodeKey) -> EdgeOrigin:
        """Of the edge between them."""
        return EdgeOrigin.LINKED if (key, other) in self.linked else EdgeOrigin.LISTED

    def in_(self, key: NodeKey) -> list[NodeKey]:
        return [other for other in self.articles if key in self.out(other)]

    def topics_of(self, key: NodeKey) -> list[NodeKey]:
        return [topic.key for topic in self.articles[key].topics if topic.key in self.topics]

    def provider_of(self, key: NodeKey) -> NodeKey | None:
        provider = self.articles[key].article.provider_key
        return provider if provider in self.providers else None

    def children(self, key: NodeKey) -> list[NodeKey]:
        topics = [record.topic for record in self.topics.values()]
        below = [topic for topic in topics if topic.parent_key == key and key in self.topics]
        return [topic.key for topic in sorted(below, key=lambda topic: (order_key(topic.name), topic.slug))]

    def with_descendants(self, key: NodeKey) -> set[NodeKey]:
        found: set[NodeKey] = set()
        fresh = {key} & self.topics.keys()
        while fresh:
            found |= fresh
            fresh = {child for parent in fresh for child in self.children(parent)} - found
        return found

    def edges(self) -> SmallGraph:
        """All edges in plain lists, each node's in their order."""
        return SmallGraph(
            {
                **{
                    kind: [
                        (key, other)
                        for key in self.articles
                        for other in self.out(key)
                        if self.origin(key, other) is kind.origin
                    ]
                    for kind in (EdgeKind.LISTED, EdgeKind.LINKED)
                },
                EdgeKind.PROVIDER: [
                    (key, provider)
                    for key in self.articles
                    if (provider := self.provider_of(key)) is not None
                ],
                EdgeKind.TOPIC: [(key, topic) for key in self.articles for topic in self.topics_of(key)],
            }
        )

    def search_index(self) -> search.Index:
        """The index of all texts."""
        return search.build("dicts", self._documents())

    def _documents(self) -> Iterator[search.Document]:
        for key, record in self.articles.items():
            article, provider = record.article, self.provider_of(key)
            yield search.Document(
                key,
                search.Kind.ARTICLE,
                article.title,
                article.excerpt or "",
                record.details.get(Detail.BODY) or "",
                "\n".join(self.topics[topic].topic.name for topic in self.topics_of(key)),
                self.providers[provider].name if provider is not None else "",
            )
        for key, provider_ in self.providers.items():
            others = "\n".join([provider_.domain, *provider_.other_names])
            yield search.Document(
                key, search.Kind.PROVIDER, provider_.name, provider_.description or "", others
            )
        for key, record_ in self.topics.items():
            topic = record_.topic
            words = "\n".join([*topic.keywords, *topic.hashtags])
            yield search.Document(key, search.Kind.TOPIC, topic.name, topic.shortname or "", words)

    def columns(self) -> Columns:
        """The values of all articles."""
        records = [self.articles[key].article for key in sorted(self.articles)]
        providers = sorted(self.providers.values(), key=lambda provider: provider.domain)
        topics = sorted((record.topic for record in self.topics.values()), key=lambda topic: topic.slug)
        return build(
            [
                ArticleValues(
                    one.key,
                    None
                    if one.published_date_time is None
                    else (one.published_date_time - EPOCH) // timedelta(microseconds=1),
                    one.quality,
                    one.heat,
                    one.provider_key,
                    one.type,
                    one.category,
                    one.published,
                    one.is_stub,
                    bool(self.articles[one.key].images),
                )
                for one in records
            ],
            np.array(
                [(one.key, topic) for one in records for topic in self.topics_of(one.key)], dtype=np.int64
            ).reshape(-1, 2),
            providers_by_domain=[provider.key for provider in providers],
            topics_by_slug=[topic.key for topic in topics],
        )

    # -- lists -------------------------------------------------------------------------------------------

    def entries(self, list_key: ListKey, filter: Filter | None) -> list[Entry]:
        """The entries of a list that fit *filter*, in no order."""
        if filter is not None:
            checked(filter)
        return [entry for entry in self._all(list_key) if filter is None or self.fits(entry.record, filter)]

    def items(self, list_key: ListKey, filter: Filter | None, order: Sequence[Order]) -> list[Item]:
        """The whole list in its order."""
        terms = sorting.sort_terms(sorting.kind_of(list_key), order)
        found = [
            Item(entry.key, (*(self._value(term.field, entry) for term in terms), entry.key), entry.position)
            for entry in self.entries(list_key, filter)
        ]

        def in_order(one: Item, other: Item) -> int:
            return _compared(terms, one.sort, other.sort)

        return sorted(found, key=cmp_to_key(in_order))

    def slice(
        self, list_key: ListKey, filter: Filter | None, order: Sequence[Order], window: Window
    ) -> Slice:
        """The window of the list."""
        terms = sorting.sort_terms(sorting.kind_of(list_key), order)
        everything = self.items(list_key, filter, order)
        start, end = 0, len(everything)
        if window.after is not None:
            start = _spot(everything, terms, window.after)[1]
        if window.before is not None:
            end = _spot(everything, terms, window.before)[0]
        left = everything[start:end]
        cut = len(left) - window.size
        items = left[max(cut, 0) :] if window.backward else left[: window.size]
        first = start + max(cut, 0) if window.backward else start
        return Slice.of(
            items,
            has_next=end < len(everything) or (cut > 0 and not window.backward),
            has_previous=start > 0 or (cut > 0 and window.backward),
            preceding=tuple(item.key for item in everything[max(first - PRECEDING, 0) : first]),
            from_start=first <= PRECEDING,
        )

    def _all(self, list_key: ListKey) -> Iterable[Entry]:
        match list_key:
            case AllArticles():
                return self._entries(self.articles)
            case ArticlesOfProvider():
                return self._entries(key for key in self.articles if self.provider_of(key) == list_key.key)
            case ArticlesOfTopic():
                wanted = {list_key.key} & self.topics.keys()
                if list_key.descendants:
                    wanted = self.with_descendants(list_key.key)
                return self._entries(key for key in self.articles if wanted & set(self.topics_of(key)))
            case RelatedArticles():
                known = list_key.key in self.articles
                return self._related(list_key) if known else []
            case AllProviders():
                return [Entry(key, record) for key, record in self.providers.items()]
            case AllTopics():
                return [Entry(key, record) for key, record in self.topics.items()]
            case AllProblems():
                return [
                    Entry(key, record)
                    for key, record in self.problems.items()
                    if list_key.severity in {None, record.severity} and list_key.code in {None, record.code}
                ]
            case _:
                assert_never(list_key)

    def _entries(self, keys: Iterable[NodeKey]) -> list[Entry]:
        return [Entry(key, self.articles[key]) for key in keys]

    def _related(self, scope: RelatedArticles) -> list[Entry]:
        key, wanted = scope.key, {scope.origin, None}
        out = [
            (place, other)
            for place, other in enumerate(self.out(key))
            if scope.origin is None or self.origin(key, other) in wanted
        ]
        into = [other for other in self.in_(key) if scope.origin is None or self.origin(other, key) in wanted]
        named = [Entry(other, self.articles[other], place) for place, other in out]
        if scope.direction is EdgeDirection.OUT:
            return named
        if scope.direction is EdgeDirection.IN:
            return self._entries(into)
        return named + self._entries(other for other in into if other not in {other for _, other in out})

    def _value(self, sort_field: SortField, entry: Entry) -> SortValue:
        match sort_field:
            case OrderField.PUBLISHED_DATE_TIME:
                date = _article(entry.record).article.published_date_time
                return None if date is None else (date - EPOCH) // timedelta(microseconds=1)
            case OrderField.HEAT | OrderField.QUALITY:
                value: SortValue = getattr(_article(entry.record).article, sort_field.value)
                return value
            case OrderField.TITLE:
                return order_key(_article(entry.record).article.title)
            case OrderField.RELATED_COUNT:
                return len(self.out(entry.key))
            case OrderField.POSITION:
                return entry.position
            case OwnField.NAME:
                return order_key(_text(entry.record, TextField.NAME) or "")
            case OwnField.HANDLE:
                is_provider = isinstance(entry.record, Provider)
                return _text(entry.record, TextField.DOMAIN if is_provider else TextField.SLUG)
            case _:
                found: SortValue = getattr(entry.record, sort_field.value)
                return found

    # -- filters -----------------------------------------------------------------------------------------

    def fits(self, record: Record, filter: Filter) -> bool:
        """Whether an article, provider or topic fits *filter*."""
        match filter:
            case And():
                return all(self.fits(record, part) for part in filter.parts)
            case Or():
                return any(self.fits(record, part) for part in filter.parts)
            case Not():
                return not self.fits(record, filter.part)
            case TextIs():
                return _text_fits(_text(record, filter.field), filter)
            case TextIn():
                text = _text(record, filter.field)
                return text is not None and any(_equal(text, value, filter.field) for value in filter.values)
            case NumberIs():
                value = self._number(_article(record), filter.field)
                return value is not None and _COMPARE[filter.compare](value, filter.value)
            case FlagIs():
                return _flag(_article(record), filter.field) is filter.value
            case IsNull():
                return self._field(record, filter.field) is None
            case TextMatches() | Among():
                assert filter.keys is not None
                return _article(record).article.key in filter.keys
            case _:
                return self._others_fit(_article(record), filter)

    def _others_fit(
        self, record: ArticleRecord, filter: OfProvider | OfTopics | HasTopics | OfRelated
    ) -> bool:
        key = record.article.key
        match filter:
            case OfProvider():
                provider = self.provider_of(key)
                return provider is not None and self.fits(self.providers[provider], filter.filter)
            case OfTopics():
                fitting = [self.fits(self.topics[topic], filter.filter) for topic in self.topics_of(key)]
                return {
                    Quantifier.SOME: any(fitting),
                    Quantifier.EVERY: all(fitting),
                    Quantifier.NONE: not any(fitting),
                }[filter.quantifier]
            case HasTopics():
                slugs = {canonical(self.topics[topic].topic.slug) for topic in self.topics_of(key)}
                return slugs >= set(map(canonical, filter.slugs))
            case OfRelated():
                others = [other.key for other in self._related(RelatedArticles(key, filter.direction))]
                return any(self.fits(self.articles[other], filter.filter) for other in others)
            case _:
                assert_never(filter)

    def _field(self, record: Record, wanted: TextField | NumberField | FlagField) -> object:
        if isinstance(wanted, TextField):
            return _text(record, wanted)
        if isinstance(wanted, NumberField):
            return self._number(_article(record), wanted)
        return _flag(_article(record), wanted)

    def _number(self, record: ArticleRecord, wanted: NumberField) -> Any:
        key = record.article.key
        return {
            NumberField.QUALITY: record.article.quality,
            NumberField.HEAT: record.article.heat,
            NumberField.RELATED_COUNT: len(self.out(key)),
            NumberField.TOPIC_COUNT: len(self.topics_of(key)),
            NumberField.PUBLISHED_DATE_TIME: record.article.published_date_time,
        }[wanted]


_COMPARE: dict[Compare, Callable[[Any, Any], bool]] = {
    Compare.EQ: lambda one, other: bool(one == other),
    Compare.GT: lambda one, other: bool(one > other),
    Compare.GTE: lambda one, other: bool(one >= other),
    Compare.LT: lambda one, other: bool(one < other),
    Compare.LTE: lambda one, other: bool(one <= other),
}


def _equal(one: str, other: str, wanted: TextField) -> bool:
    return one == other if wanted is TextField.URL else canonical(one) == canonical(other)


def _text_fits(value: str | None, filter: TextIs) -> bool:
    if value is None:
        return False
    folded, wanted = fold(value), fold(filter.value)
    return {
        Match.EQ: _equal(value, filter.value, filter.field),
        Match.CONTAINS: wanted in folded,
        Match.STARTS_WITH: folded.startswith(wanted),
        Match.ENDS_WITH: folded.endswith(wanted),
    }[filter.match]


def _text(record: Record, wanted: TextField) -> str | None:
    match record:
        case ArticleRecord():
            return _attribute(record.article, wanted.value)
        case TopicRecord():
            return _attribute(record.topic, wanted.value)
        case _:
            return _attribute(record, wanted.value)


def _attribute(node: object, name: str) -> str | None:
    value: str | None = getattr(node, name)
    return value


def _flag(record: ArticleRecord, wanted: FlagField) -> bool | None:
    return {
        FlagField.PUBLISHED: record.article.published,
        FlagField.IS_STUB: record.article.is_stub,
        FlagField.HAS_IMAGE: bool(record.images),
    }[wanted]


def _article(record: Record) -> ArticleRecord:
    assert isinstance(record, ArticleRecord)
    return record


# -- orders ------------------------------------------------------------------------------------------------


def _compared(terms: Sequence[SortTerm], one: SortKey, other: SortKey) -> int:
    """Negative when *one* comes first; the key ends both."""
    for term, left, right in zip((*terms, SortTerm(OrderField.RELATED_COUNT)), one, other, strict=True):
        if left == right:
            continue
        if left is None or right is None:
            return -1 if (left is None) == term.nulls_first else 1
        smaller = left < right  # type: ignore[operator] # both are of the term's own type
        return -1 if smaller != term.descending else 1
    return 0


def _spot(items: Sequence[Item], terms: Sequence[SortTerm], place: Place) -> tuple[int, int]:
    """How many items precede *place*, and how many do not follow it: one more when its item is there."""
    at = {item.key: index for index, item in enumerate(items)}
    if place.key in at:
        return at[place.key], at[place.key] + 1
    nearest = [at[key] for key in place.preceding if key in at][-1:]
    if nearest or place.from_start:
        count = nearest[0] + 1 if nearest else 0
        return count, count
    position = place.sort[0]
    if terms[0] == SortTerm(OrderField.POSITION) and isinstance(position, int):
        removed = len(place.preceding) + 1
        count = sum(i.position is not None and i.position <= position - removed for i in items)
        return count, count
    count = sum(_compared(terms, item.sort, place.sort) < 0 for item in items)
    return count, count
