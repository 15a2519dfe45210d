"""The graph in plain Python, as its schema describes it: naive resolvers over the nodes of a test graph.

Nothing of the product's reading is used: no SQL, no batch functions, no plans. Every field is answered for
one parent at a time, lists are sorted and sliced whole, and graphql-core's ordinary executor does the rest
over the printed SDL. What the product alone decides is left open: cursors are of its own making, so an
answer holds an `Open` value in their place.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, cmp_to_key
from typing import Any, TypeAlias, TypeVar

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute_sync,
)
from graphql.language import DocumentNode

from graph_api import search
from graph_api.documents import canonical_url
from graph_api.schema import texts
from graph_api.schema.inputs import BodyFormat
from graph_api.schema.scalars import moment, url as checked_url
from graph_api.store.folding import fold, order_key
from graph_api.store.plans import Rights
from tests.execution import plain_filters, plain_suggestions
from tests.store.build import AnyNode, ArticleNode, ProblemNode, ProviderNode, TopicNode

T = TypeVar("T")
Given: TypeAlias = dict[str, Any]  # arguments as graphql-core hands them over

_ARTICLE_ID = re.compile(r"article:[a-z2-7]{16}")
_NAME_ID = re.compile(r"(provider|topic):.+", re.DOTALL)
_CAPITAL = re.compile(r"(?=[A-Z])")


class Open(str):
    """A cursor: any text agrees with it, what it says is for this graph alone."""

    __slots__ = ()


class OpenInt(int):
    """A number that only admission knows: any number agrees with it."""


UNANSWERED = {
    "Article": {"neighborhood", "story", "stories", "metrics", "recommendations"},
    "Provider": {"topTopics"},
    "Topic": {"cooccurring"},
    "ContentReport": {"files"},  # these graphs are made of nodes, not of files
    "LinkSuggestion": {"others", "reason", "score"},
    "Query": {
        "search",
        "suggest",
        "shortestPath",
        "allPaths",
        "commonNeighbors",
        "subgraph",
        "story",
        "stories",
        "recommend",
        "trending",
        "_entities",
        "_service",
    },
}
"""Fields that the plain graph does not answer: walks have an oracle of their own, networkx; a gateway's
questions are those of `node` in other words; what is found and in which order is tested with the search room, what
follows from the whole graph with its resolvers."""


@cache
def schema(sdl: str) -> GraphQLSchema:
    """The schema that *sdl* describes, but for what is UNANSWERED; its scalars read and write what their
    descriptions say."""
    made = build_schema(sdl)
    for name, unanswered in UNANSWERED.items():
        type_ = made.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        for missing in unanswered & set(type_.fields):
            del type_.fields[missing]
    cost = made.type_map["Cost"]
    assert isinstance(cost, GraphQLObjectType)
    for field in cost.fields.values():  # Int would make a plain number of an open one
        field.type = GraphQLNonNull(GraphQLScalarType("OpenInt", serialize=lambda value: value))
    for name, parse, serialize in (("DateTime", moment, _moment_text), ("URL", checked_url, str)):
        scalar = made.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.parse_value = scalar.coerce_input_value = parse  # type: ignore[method-assign, assignment]
        scalar.serialize = scalar.coerce_output_value = serialize  # type: ignore[method-assign, assignment]
    return made


def _moment_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Plain:
    """The part of a graph that *rights* let one see, and how it answers operations."""

    def __init__(self, sdl: str, nodes: Iterable[AnyNode], rights: Rights, revision: str = "one") -> None:
        everything = list(nodes)
        shown = [node for node in everything if isinstance(node, ProblemNode) or not _hidden(node, rights)]
        self.schema = schema(sdl)
        self.rights = rights
        self.revision = revision
        self.articles = [ArticleView(self, node) for node in shown if isinstance(node, ArticleNode)]
        self.providers = [ProviderView(self, node) for node in shown if isinstance(node, ProviderNode)]
        self.topics = [TopicView(self, node) for node in shown if isinstance(node, TopicNode)]
        gone = {node.name for node in everything if isinstance(node, ArticleNode) and _hidden(node, rights)}
        problems = [node for node in shown if isinstance(node, ProblemNode)]
        self.problems = [ProblemView(self, node) for node in problems if node.article not in gone]

    def execute(self, document: DocumentNode, variables: Given) -> ExecutionResult:
        """The ordinary answer to a valid document."""
        return execute_sync(
            self.schema,
            document,
            QueryView(self),
            variable_values=variables,
            field_resolver=_resolve,
            type_resolver=lambda value, *_: type(value).__name__.removesuffix("View"),
        )

    def article(self, name: str | None) -> ArticleView | None:
        return next((each for each in self.articles if each.node.name == name), None)

    def provider(self, domain: str | None) -> ProviderView | None:
        return next((each for each in self.providers if each.node.domain == domain), None)

    def topic(self, slug: str | None) -> TopicView | None:
        return next((each for each in self.topics if each.node.slug == slug), None)

    @cached_property
    def _index(self) -> search.Index:
        return search.build("plain", self._documents())

    def _documents(self) -> Iterator[search.Document]:
        for each in self.articles:
            topics = "\n".join(topic.name for topic in each.topics)
            provider = each.provider.name if each.provider else ""
            body = each.node.body or ""
            yield search.Document(
                each.node.key,
                search.Kind.ARTICLE,
                each.title,
                each.node.excerpt or "",
                body,
                topics,
                provider,
            )
        for one in self.providers:
            others = "\n".join([one.domain, *one.other_names])
            yield search.Document(one.node.key, search.Kind.PROVIDER, one.name, "", others)
        for own in self.topics:
            yield search.Document(own.node.key, search.Kind.TOPIC, own.name, "", "\n".join(own.keywords))

    def matching(self, query: str) -> dict[int, int]:
        """The keys of the articles that match *query*, with their scores."""
        found = search.match(self._index, search.parse(query), kinds=[search.Kind.ARTICLE])
        return {hit.key: hit.score for hit in found.first(10_000)}

    @cached_property
    def page_ranks(self) -> dict[str, float]:
        """PageRank of each article, in single precision."""
        names, count = [each.node.name for each in self.articles], max(len(self.articles), 1)
        out = {each.node.name: [other.node.name for other in each.out] for each in self.articles}
        ranks = dict.fromkeys(names, 1 / count)
        for _ in range(200):
            idle = sum(ranks[name] for name in names if not out[name])
            ranks = {
                name: (1 - 0.85) / count
                + 0.85
                * (
                    idle / count
                    + sum(ranks[other] / len(out[other]) for other in names if name in out[other])
                )
                for name in names
            }
        return {name: struct.unpack("f", struct.pack("f", rank))[0] for name, rank in ranks.items()}

    def trending(self, article: ArticleView, now: datetime) -> float:
        """The score of an article."""
        nodes = [each.node for each in self.articles]
        points: float = self.page_ranks[article.node.name]
        if any(node.heat is not None for node in nodes):
            points = max(article.node.heat or 0, 0)
        elif any(node.quality is not None for node in nodes):
            points = max(article.node.quality or 0, 0)
        oldest = min((node.date for node in nodes if node.date is not None), default=now)
        hours = (now - (article.node.date or min(oldest, now))) / timedelta(hours=1)
        return points / (hours + 2) ** 1.8 if hours >= 0 else 0

    def by_id(self, id: str) -> Any:
        if not _ARTICLE_ID.fullmatch(id) and not _NAME_ID.fullmatch(id):
            raise GraphQLError("not an id")
        everything: list[Any] = [*self.articles, *self.providers, *self.topics]
        return next((each for each in everything if each.node.id == id), None)


def _hidden(node: ArticleNode | ProviderNode | TopicNode, rights: Rights) -> bool:
    return rights.published_only and node.hidden


def _resolve(source: Any, info: Any, **given: Any) -> Any:
    """The attribute of the view that has the field's name; a method gets the arguments."""
    value = getattr(source, _CAPITAL.sub("_", info.field_name).lower())
    return value(given) if callable(value) else value


# -- what a query starts from ------------------------------------------------------------------------------


@dataclass
class QueryView:
    graph: Plain

    @property
    def revision(self) -> str:
        return self.graph.revision

    @property
    def cost(self) -> CostView:
        return CostView()

    @property
    def content_report(self) -> ContentReportView:
        return ContentReportView(self.graph)

    def node(self, given: Given) -> Any:
        return self.graph.by_id(given["id"])

    def nodes(self, given: Given) -> list[Any]:
        if len(given["ids"]) > 100:
            raise GraphQLError("too many ids")
        return [self.graph.by_id(id) for id in given["ids"]]

    def article(self, given: Given) -> ArticleView | None:
        name, value = _handle(given["by"])
        if name == "id":
            return _of_kind(ArticleView, self.graph.by_id(value), value, "article:")
        if name == "url":
            value = canonical_url(value)
        fitting = [each for each in self.graph.articles if value in _NAMES[name](each.node)]
        return _ordered(fitting, [_newest, _by_id])[0] if fitting else None

    def provider(self, given: Given) -> ProviderView | None:
        name, value = _handle(given["by"])
        if name == "id":
            return _of_kind(ProviderView, self.graph.by_id(value), value, "provider:")
        return self.graph.provider(value.lower())

    def topic(self, given: Given) -> TopicView | None:
        name, value = _handle(given["by"])
        if name == "id":
            return _of_kind(TopicView, self.graph.by_id(value), value, "topic:")
        if name == "slug":
            return self.graph.topic(value)
        folded = fold(value)
        own = [each for each in self.graph.topics if fold(each.node.name) == folded]
        also = [each for each in self.graph.topics if folded in map(fold, each.node.names)]
        return min(own or also, key=lambda each: each.node.slug, default=None)

    def articles(self, given: Given) -> Page:
        return _articles(self.graph.articles, given)

    def providers(self, given: Given) -> Page:
        return _named(self.graph.providers, "providers", given)

    def topics(self, given: Given) -> Page:
        return _named(self.graph.topics, "topics", given)


_NAMES: dict[str, Callable[[ArticleNode], Sequence[str]]] = {
    "slug": lambda node: [node.slug],
    "url": lambda node: [node.url, *node.urls],
    "path": lambda node: [path for path, _ in node.files],
}


def _handle(by: Given) -> tuple[str, str]:
    [(name, value)] = by.items()
    if not value:
        raise GraphQLError("empty")
    return name, value


def _of_kind(view: type[T], found: object, id: str, kind: str) -> T | None:
    if not id.startswith(kind):
        raise GraphQLError("an id of another kind")
    return found if isinstance(found, view) else None


@dataclass
class CostView:
    requested: int = OpenInt(0)
    limit: int = OpenInt(0)


@dataclass
class ContentReportView:
    graph: Plain
    generated_at: datetime = datetime(2026, 11, 22, 10, tzinfo=UTC)

    @property
    def revision(self) -> str:
        return self.graph.revision

    @property
    def articles(self) -> int:
        return len(self.graph.articles)

    @property
    def stubs(self) -> int:
        return sum(each.is_stub for each in self.graph.articles)

    links_found = links_resolved = 0  # these graphs are made of nodes, not of files with bodies

    def related(self, given: Given) -> int:
        wanted = [given["origin"]] if given.get("origin") else ["LISTED", "LINKED"]
        return sum(one.origin_of(other) in wanted for one in self.graph.articles for other in one.out)

    def problems(self, given: Given) -> Page:
        wanted = {name: given[name] for name in ("severity", "code") if given.get(name) is not None}
        found = [
            Item(each)
            for each in self.graph.problems
            if all(getattr(each, name) == value for name, value in wanted.items())
        ]
        steps = [
            Step(lambda item: item.node.path),
            Step(lambda item: item.node.line, nulls_first=True),
            Step(lambda item: item.node.column, nulls_first=True),
            Step(lambda item: item.node.code),
            Step(lambda item: item.node.node.key),
        ]
        return Page(found, steps, "problems", given)

    def link_suggestions(self, given: Given) -> Page:
        found = plain_suggestions.suggestions([each.node for each in self.graph.articles])
        views = [
            SuggestionView(one, self.graph.article(one.article))
            for one in found
            if given.get("kind") in {None, one.kind}
        ]
        steps = [
            Step(lambda item: item.node.found.rank, descending=True),
            Step(lambda item: item.node.found.key),
        ]
        return Page([Item(view) for view in views], steps, "link suggestions", given)


# -- nodes -------------------------------------------------------------------------------------------------


class SuggestionView:
    def __init__(self, found: plain_suggestions.PlainSuggestion, article: ArticleView | None) -> None:
        self.found = found
        self.kind = found.kind
        self.article = article


@dataclass
class ImageView:
    url: str
    width: int | None = None
    is_cached: bool | None = None
    height: None = None
    title: None = None


@dataclass
class SourceFileView:
    path: str
    sha256: str


@dataclass
class SecuredView:
    ciphertext: str
    iv: str


class ArticleView:
    """An article; what test graphs never say is null."""

    original_url = amp_web_url = cdn_amp_web_url = featured_content = extra = None

    def __init__(self, graph: Plain, node: ArticleNode) -> None:
        self.graph = graph
        self.node = node
        self.id, self.url, self.web_url = node.id, node.url, node.url
        self.slug, self.title, self.category, self.type = node.slug, node.title, node.category, node.type
        self.published_date_time, self.published, self.is_stub = node.date, node.published, node.stub
        self.quality, self.heat = node.quality, node.heat

    @property
    def out(self) -> list[ArticleView]:
        found = map(self.graph.article, self.node.related)
        return [each for each in found if each is not None]

    @property
    def in_(self) -> list[ArticleView]:
        return [each for each in self.graph.articles if self.node.name in each.node.related]

    def origin_of(self, other: ArticleView) -> str:
        return self.node.origin(other.node.name).name

    @property
    def provider(self) -> ProviderView | None:
        return self.graph.provider(self.node.provider)

    @property
    def topics(self) -> list[TopicView]:
        found = map(self.graph.topic, self.node.topics)
        return [each for each in found if each is not None]

    @property
    def images(self) -> list[ImageView]:
        return [ImageView(url, width) for width, url in enumerate(self.node.images)]

    @property
    def sources(self) -> list[SourceFileView]:
        files = sorted(self.node.files)
        files.sort(key=lambda file: (file[1] is not None, file[1]), reverse=True)
        return [SourceFileView(path, hashlib.sha256(path.encode()).hexdigest()) for path, _ in files]

    @property
    def secured(self) -> SecuredView | None:
        return SecuredView(*self.node.secured) if self.node.secured and self.graph.rights.secured else None

    def excerpt(self, given: Given) -> str | None:
        wanted = given.get("maxChars")
        if wanted is not None and wanted < 1:
            raise GraphQLError("maxChars")
        return texts.shortened(self.node.excerpt, wanted)

    def body(self, given: Given) -> str | None:
        format = BodyFormat[given.get("format") or "MARKDOWN"]
        return texts.body(self.node.body, format, self.node.url) if self.node.body else None

    def related(self, given: Given) -> Page:
        direction = given.get("direction") or "OUT"
        listed = [Item(each, self, place) for place, each in enumerate(self.out)]
        wanted = [given["origin"]] if given.get("origin") else ["LISTED", "LINKED"]
        listed = [item for item in listed if self.origin_of(item.node) in wanted]
        into = [each for each in self.in_ if each.origin_of(self) in wanted]
        named = [item.node for item in listed]
        only_in = [Item(each, self) for each in into if direction == "IN" or each not in named]
        plain_filters.checked(given.get("filter"))
        entries = (listed if direction != "IN" else []) + (only_in if direction != "OUT" else [])
        fitting = [item for item in entries if plain_filters.fits(item.node, given.get("filter"))]
        placed = [Step(lambda item: item.position)]
        own = {"OUT": placed, "IN": [_newest], "BOTH": [*placed, _newest]}[direction]
        steps = _order(given, positions=True) or own
        return Page(fitting, [*steps, _by_id], f"related {direction}", given)


class ProviderView:
    description = extra = None

    def __init__(self, graph: Plain, node: ProviderNode) -> None:
        self.graph = graph
        self.node = node
        self.id, self.domain, self.name = node.id, node.domain, node.name
        self.handle = node.domain
        self.other_names = [node.name.upper()]
        self.images = [ImageView(f"https://{node.domain}/logo.png", 16, is_cached=True)]

    def articles(self, given: Given) -> Page:
        own = [each for each in self.graph.articles if each.provider is self]
        return _articles(own, given)


class TopicView:
    shortname = extra = None

    def __init__(self, graph: Plain, node: TopicNode) -> None:
        self.graph = graph
        self.node = node
        self.id, self.slug, self.name, self.handle = node.id, node.slug, node.name, node.slug
        self.keywords = [node.name]
        self.hashtags: list[str] = []
        self.images: list[ImageView] = []

    @property
    def parent(self) -> TopicView | None:
        return self.graph.topic(self.node.parent)

    @property
    def children(self) -> list[TopicView]:
        own = [each for each in self.graph.topics if each.node.parent == self.node.slug]
        return sorted(own, key=lambda each: (order_key(each.name), each.slug))

    def descends_from(self, other: TopicView) -> bool:
        """Whether *other* is this topic or above it."""
        above: list[TopicView] = []
        at: TopicView | None = self
        while at is not None and at not in above:
            above.append(at)
            at = at.parent
        return other in above

    def articles(self, given: Given) -> Page:
        wanted = {self}
        if given.get("includeDescendants"):
            wanted = {each for each in self.graph.topics if each.descends_from(self)}
        own = [each for each in self.graph.articles if not wanted.isdisjoint(each.topics)]
        return _articles(own, given)


class ProblemView:
    hint = None

    def __init__(self, graph: Plain, node: ProblemNode) -> None:
        self.node = node
        self.code, self.severity, self.path = node.code, node.severity.upper(), node.path
        self.line, self.column = node.line, node.column
        self.message = f"{node.code} in {node.folder}/{node.path}"
        self.article = graph.article(node.article)


# -- lists -------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Item:
    """An entry of a list; *origin* is the article whose related list it is in."""

    node: Any
    origin: ArticleView | None = None
    position: int | None = None


@dataclass(eq=False)
class Step:
    """One step of an order."""

    value: Callable[[Item], Any]
    descending: bool = False
    nulls_first: bool = False

    def compared(self, one: Any, other: Any) -> int:
        """Negative when *one* stands before *other*."""
        if one == other:
            return 0
        if one is None or other is None:
            return -1 if (one is None) == self.nulls_first else 1
        return -1 if (one < other) != self.descending else 1


class Page:
    """A connection: the whole list, and the part of it that the paging arguments ask for."""

    def __init__(self, items: list[Item], steps: list[Step], kind: str, given: Given) -> None:
        self._steps = steps
        orders = [[step["field"], step["direction"], step["nulls"]] for step in _steps_given(given)]
        self._seal = [kind, *orders]
        self._placed = orders[0][0] == "POSITION" if orders else kind in {"related OUT", "related BOTH"}
        size, backward = _size(given)
        whole = sorted(items, key=cmp_to_key(self._in_order))
        start, end = 0, len(whole)
        if given.get("after") is not None:
            start = self._spot(whole, given["after"])[1]
        if given.get("before") is not None:
            end = self._spot(whole, given["before"])[0]
        left = whole[start:end]
        page = left[max(len(left) - size, 0) :] if backward else left[:size]
        cut = len(left) > len(page)
        self.total_count = len(whole)
        self._articles = [item.node for item in whole]
        self.nodes = [item.node for item in page]
        self.edges = [EdgeView(item, self._cursor(whole, item)) for item in page]
        self.page_info = PageInfoView(
            has_next_page=end < len(whole) or (cut and not backward),
            has_previous_page=start > 0 or (cut and backward),
            start_cursor=self.edges[0].cursor if page else None,
            end_cursor=self.edges[-1].cursor if page else None,
        )

    def facets(self, given: Given) -> list[FacetView]:
        size = 10 if given.get("size") is None else given["size"]
        if not 1 <= size <= 100:
            raise GraphQLError("size")
        return [FacetView(field, self._articles, size) for field in dict.fromkeys(given["by"])]

    @property
    def stats(self) -> StatsView:
        return StatsView(self._articles)

    def _key(self, item: Item) -> list[Any]:
        return [_jsonable(step.value(item)) for step in self._steps]

    def _in_order(self, one: Item, other: Item) -> int:
        return self._compared(self._key(one), self._key(other))

    def _compared(self, one: list[Any], other: list[Any]) -> int:
        for step, left, right in zip(self._steps, one, other, strict=True):
            if different := step.compared(left, right):
                return different
        return 0

    def _cursor(self, whole: list[Item], item: Item) -> Open:
        index, remembered = whole.index(item), 8 if self._placed else 2
        preceding = [self._key(each)[-1] for each in whole[max(index - remembered, 0) : index]]
        told = [self._seal, self._key(item), preceding, index <= remembered]
        return Open(json.dumps(told).encode().hex())

    def _spot(self, whole: list[Item], cursor: str) -> tuple[int, int]:
        """How many items precede the cursor's place, and how many do not follow it."""
        try:
            seal, key, preceding, from_start = json.loads(bytes.fromhex(cursor))
        except (ValueError, TypeError):
            raise GraphQLError("not a cursor") from None
        if seal != self._seal:
            raise GraphQLError("a cursor of another list")
        at = {self._key(item)[-1]: index for index, item in enumerate(whole)}
        if key[-1] in at:
            return at[key[-1]], at[key[-1]] + 1
        nearest = [at[one] for one in preceding if one in at][-1:]
        if nearest or from_start:
            count = nearest[0] + 1 if nearest else 0
        elif self._placed and key[0] is not None:
            last = key[0] - len(preceding) - 1
            count = sum(item.position is not None and item.position <= last for item in whole)
        else:
            count = sum(self._compared(self._key(item), key) < 0 for item in whole)
        return count, count


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class FacetView:
    """The articles grouped by a field: each group by its key."""

    def __init__(self, field: str, articles: list[ArticleView], size: int) -> None:
        groups: dict[str, BucketView] = {}
        self.missing_count = 0
        for article in articles:
            values = list(_facet_values(field, article))
            self.missing_count += not values
            for key, label, node in values:
                groups.setdefault(key, BucketView(key, label, node)).count += 1
        found = sorted(groups.values(), key=lambda bucket: (-bucket.count, bucket.key))
        self.field, self.buckets = field, found[:size]
        self.other_count = sum(bucket.count for bucket in found[size:])


def _facet_values(field: str, article: ArticleView) -> Iterator[tuple[str, str, Any]]:
    date = article.published_date_time
    if field == "TOPIC":
        yield from ((topic.slug, topic.name, topic) for topic in article.topics)
    elif field == "PROVIDER" and article.provider:
        yield article.provider.domain, article.provider.name, article.provider
    elif field == "TYPE":
        yield article.type, article.type, None
    elif field == "CATEGORY" and article.category is not None:
        yield article.category, article.category, None
    elif field == "MONTH" and date:
        yield f"{date.year}-{date.month:02}", f"{_MONTHS[date.month - 1]} {date.year}", None
    elif field == "YEAR" and date:
        yield str(date.year), str(date.year), None


@dataclass
class BucketView:
    key: str
    label: str
    node: Any
    count: int = 0


class StatsView:
    def __init__(self, articles: list[ArticleView]) -> None:
        dates = [each.published_date_time for each in articles if each.published_date_time is not None]
        quality = [each.quality for each in articles if each.quality is not None]
        heat = [each.heat for each in articles if each.heat is not None]
        self.count = len(articles)
        self.min_published, self.max_published = min(dates, default=None), max(dates, default=None)
        self.avg_quality = sum(quality) / len(quality) if quality else None
        self.avg_heat = sum(heat) / len(heat) if heat else None


@dataclass
class PageInfoView:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: Open | None
    end_cursor: Open | None


class EdgeView:
    def __init__(self, item: Item, cursor: Open) -> None:
        self.cursor = cursor
        self.node = item.node
        self.position = item.position
        self._origin = item.origin

    @property
    def origin(self) -> str:
        assert self._origin is not None
        one, other = self._origin, self.node
        return str(one.origin_of(other) if self.position is not None else other.origin_of(one))

    @property
    def reciprocal(self) -> bool:
        assert self._origin is not None
        return self.node in self._origin.out and self._origin in self.node.out


def _size(given: Given) -> tuple[int, bool]:
    first, last = given.get("first"), given.get("last")
    size = last if last is not None else 20 if first is None else first
    if (first is not None and last is not None) or not 0 <= size <= 100:
        raise GraphQLError("page size")
    return size, last is not None


def _jsonable(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else value


_newest = Step(lambda item: item.node.published_date_time, descending=True)
_by_id = Step(lambda item: item.node.id)
_FIELDS: dict[str, Callable[[Item], Any]] = {
    "PUBLISHED_DATE_TIME": lambda item: item.node.published_date_time,
    "HEAT": lambda item: item.node.heat,
    "QUALITY": lambda item: item.node.quality,
    "TITLE": lambda item: order_key(item.node.title),
    "RELATED_COUNT": lambda item: len(item.node.out),
    "POSITION": lambda item: item.position,
}


def _steps_given(given: Given) -> list[Given]:
    found: list[Given] = given.get("orderBy") or []
    return found


def _order(given: Given, *, positions: bool = False) -> list[Step]:
    steps = _steps_given(given)
    if len(steps) > 5 or (not positions and any(step["field"] == "POSITION" for step in steps)):
        raise GraphQLError("orderBy")
    for name, by in (("RELEVANCE", _by_relevance), ("PAGE_RANK", _by_page_rank), ("TRENDING", _by_trending)):
        if any(step["field"] == name for step in steps):
            if len(steps) > 1 or (steps[0]["direction"] != "DESC" and name != "PAGE_RANK"):
                raise GraphQLError(f"orderBy {name}")
            return [by(steps[0], given.get("filter") or {})]
    return [
        Step(_FIELDS[step["field"]], step["direction"] == "DESC", step["nulls"] == "FIRST") for step in steps
    ]


def _by_page_rank(step: Given, _: Given) -> Step:
    return Step(lambda item: item.node.graph.page_ranks[item.node.node.name], step["direction"] == "DESC")


def _by_trending(_: Given, __: Given) -> Step:
    now = datetime.now(UTC)
    return Step(lambda item: item.node.graph.trending(item.node, now), descending=True)


def _by_relevance(_: Given, filter: Given) -> Step:
    query = _searched(filter)
    if query is None:
        raise GraphQLError("orderBy RELEVANCE")
    return Step(lambda item: item.node.graph.matching(query).get(item.node.node.key), descending=True)


def _searched(filter: Given) -> str | None:
    """The first query that all articles of the list match."""
    inner = map(_searched, filter.get("and") or ())
    return next((query for query in inner if query is not None), filter.get("search"))


def _ordered(articles: list[ArticleView], steps: list[Step]) -> list[ArticleView]:
    page = Page([Item(each) for each in articles], steps, "", {"first": 100})
    found: list[ArticleView] = page.nodes
    return found


def _articles(own: list[ArticleView], given: Given) -> Page:
    plain_filters.checked(given.get("filter"))
    fitting = [Item(each) for each in own if plain_filters.fits(each, given.get("filter"))]
    return Page(fitting, [*(_order(given) or [_newest]), _by_id], "articles", given)


def _named(own: Sequence[ProviderView | TopicView], kind: str, given: Given) -> Page:
    fits = plain_filters.names_fit
    fitting = [Item(each) for each in own if fits(each, given.get("filter"))]
    steps = [Step(lambda item: order_key(item.node.name)), Step(lambda item: item.node.handle)]
    return Page(fitting, steps, kind, given)
