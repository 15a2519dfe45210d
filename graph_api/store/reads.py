"""The reads that a store answers: frozen values without SQL, each for many keys at once.

A *plan* is a generator that yields reads and receives their answers: from the store, the row cache, or dicts in tests. Every read of content carries the caller's rights. Rows that do not exist, or that the
caller may not see, are absent from the answer.

To add a read, define its class here and answer it in each store (`complete` refuses a store that lacks one).
The class itself says how it is cached and narrowed (`KeyedRead`) and how its rows are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeAlias, TypeGuard, TypeVar

from graph_api.graph.adjacency import Csr
from graph_api.graph.protocol import Edges, Steps
from graph_api.records import (
    Article,
    ContentStatus,
    Detail,
    EdgeDirection,
    EdgeKind,
    EdgeOrigin,
    Image,
    NodeKey,
    Problem,
    Provider,
    Secured,
    Severity,
    SourceFile,
    Topic,
)
from graph_api.search import Index
from graph_api.store.analysis import Analysis
from graph_api.store.columns import Column, Columns
from graph_api.store.filters import Filter
from graph_api.store.link_suggestions import Suggestions

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class Rights(NamedTuple):  # hashed at every lookup in the row cache; a dataclass hashes more slowly
    """A caller's rights: *published_only* hides unpublished content, *secured* shows secured payloads."""

    published_only: bool = False
    secured: bool = False


class Read(Generic[T_co]):
    """A question to the store, answered with T_co.

    Why no ABC: each read is tested by `isinstance` several times, which is six times slower for abstract classes.
    """

    __slots__ = ()
    is_walk_step: ClassVar[bool] = False  # consecutive steps are one span in traces

    @property
    def key_count(self) -> int:
        """How many keys are read."""
        raise NotImplementedError

    def row_count(self, answer: Any) -> int | None:  # Any: T_co may not be the type of a parameter
        """How many rows *answer* holds; None for reads that statistics ignore because they read no content."""
        return len(answer)


@dataclass(frozen=True, slots=True)
class KeyedRead(Read[Mapping[K, R]]):
    """A read answered with one row per key; keys without a row are absent.

    The answer for one key does not depend on the other keys, so rows are cached one by one and a read can be
    narrowed to the keys that the cache lacks.
    """

    keys: tuple[K, ...]
    rights: Rights

    @property
    def cache_key(self) -> Hashable:
        """All fields but the keys: reads with an equal cache key share cached rows."""
        kind: Any = type(self)  # mypy holds that a type with a __hash__ of its own has no hash
        return kind, _all_but_keys(kind)(self)

    def narrowed(self, keys: tuple[K, ...]) -> Self:
        """The same read for these *keys*."""
        return replace(self, keys=keys)

    @property
    def key_count(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class GraphRead(Read[T_co]):
    """A read answered with one value about everything that the caller may see.

    Making it may take seconds, so it is never made on the event loop. It is cached, apart from the rows, until the revision
    changes, and made by one plan while others wait for it.
    """

    rights: Rights

    @property
    def cache_key(self) -> Hashable:
        """The kind of read, and which of the two graphs it reads."""
        return type(self), self.rights.published_only

    @property
    def key_count(self) -> int:
        return 0

    def row_count(self, answer: Any) -> int | None:  # noqa: ARG002 - as all reads
        return None


@cache
def _all_but_keys(kind: type[Any]) -> Callable[[object], Hashable]:
    return attrgetter(*(field.name for field in fields(kind) if field.name != "keys"))


def is_keyed(read: Read[Any]) -> TypeGuard[KeyedRead[Any, Any]]:
    """Whether *read* is answered by key. (`isinstance` alone leaves the type's parameters unknown.)"""
    return isinstance(read, KeyedRead)


Reads: TypeAlias = Generator[Read[Any], Any, T]


def ask(read: Read[T]) -> Reads[T]:
    """The rows of *read*, typed: `rows = yield from ask(ArticleRows(keys, rights))`."""
    rows: T = yield read
    return rows


Keys: TypeAlias = tuple[NodeKey, ...]


@dataclass(frozen=True, slots=True)
class Pause(Read[tuple[()]]):
    """Reads nothing: a long computation yields it so that the driver can check its time, or cancel it.

    *apart*: the next piece of work takes some milliseconds, too long for an event loop. *rows* counts the
    edges that a walk took from arrays since its last pause.
    """

    is_walk_step: ClassVar[bool] = True

    apart: bool = False
    rows: int = 0

    @property
    def key_count(self) -> int:
        return 0

    def row_count(self, answer: Any) -> int | None:  # noqa: ARG002 - as all reads
        return self.rows or None


# -- rows by key ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArticleRows(KeyedRead[NodeKey, Article]):
    """The articles with these keys."""


@dataclass(frozen=True, slots=True)
class DetailRows(KeyedRead[NodeKey, str]):
    """This detail of the articles with these keys; absent where there is none, or an empty one."""

    detail: Detail


@dataclass(frozen=True, slots=True)
class DetailSizes(KeyedRead[NodeKey, int]):
    """How many bytes this detail has in UTF-8; absent as in `DetailRows`."""

    detail: Detail


@dataclass(frozen=True, slots=True)
class SecuredRows(KeyedRead[NodeKey, Secured]):
    """The encrypted payloads of the articles with these keys; absent where there is none, and without the right."""


@dataclass(frozen=True, slots=True)
class ImageRows(KeyedRead[NodeKey, tuple[Image, ...]]):
    """The images of the articles with these keys, in the document's order; absent when there are none."""


@dataclass(frozen=True, slots=True)
class SourceRows(KeyedRead[NodeKey, tuple[SourceFile, ...]]):
    """The files behind the articles with these keys: the winning file first; absent for stubs."""


@dataclass(frozen=True, slots=True)
class TopicKeys(KeyedRead[NodeKey, Keys]):
    """The topics of the articles with these keys, in the document's order; absent when there are none."""


@dataclass(frozen=True, slots=True)
class ProviderRows(KeyedRead[NodeKey, Provider]):
    """The providers with these keys."""


@dataclass(frozen=True, slots=True)
class TopicRows(KeyedRead[NodeKey, Topic]):
    """The topics with these keys."""


@dataclass(frozen=True, slots=True)
class ChildKeys(KeyedRead[NodeKey, Keys]):
    """The children of the topics with these keys, by name then slug; absent when there are none."""


@dataclass(frozen=True, slots=True)
class Reciprocal(Read[frozenset[tuple[NodeKey, NodeKey]]]):
    """Those of the (article, other article) *pairs* in which each lists the other as related."""

    pairs: tuple[tuple[NodeKey, NodeKey], ...]
    rights: Rights

    @property
    def key_count(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True, slots=True)
class Origins(Read[Mapping[tuple[NodeKey, NodeKey], EdgeOrigin]]):
    """The origin of the related edge of each of the (from, to) *pairs*; pairs without one are absent."""

    pairs: tuple[tuple[NodeKey, NodeKey], ...]
    rights: Rights

    @property
    def key_count(self) -> int:
        return len(self.pairs)


# -- edges -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Adjacency(Read[Csr | None]):
    """The edges that callers with these rights may see, where they are in memory: walks then read them there."""

    rights: Rights

    @property
    def key_count(self) -> int:
        return 0

    def row_count(self, answer: Any) -> int | None:  # noqa: ARG002 - as all reads
        return None


@dataclass(frozen=True, slots=True)
class NeighborKeys(Read[Steps]):
    """The steps from *frontier* along visible edges, as `graph.protocol.Neighbors.steps` defines them."""

    is_walk_step: ClassVar[bool] = True

    frontier: Keys
    kinds: frozenset[EdgeKind]
    direction: EdgeDirection
    limit: int
    skip: int
    rights: Rights

    @property
    def key_count(self) -> int:
        return len(self.frontier)

    def row_count(self, answer: Any) -> int | None:
        return len(answer[0])


@dataclass(frozen=True, slots=True)
class EdgesAmong(Read[Edges]):
    """The visible edges from *sources* to *targets*, as `graph.protocol.Neighbors.edges` defines them.

    Positions are without gaps over what the caller may see.
    """

    is_walk_step: ClassVar[bool] = True

    sources: Keys
    targets: Keys
    kinds: frozenset[EdgeKind]
    rights: Rights

    @property
    def key_count(self) -> int:
        return len(self.sources)

    def row_count(self, answer: Any) -> int | None:
        return len(answer[0])


@dataclass(frozen=True, slots=True)
class FittingKeys(Read[frozenset[NodeKey]]):
    """Those of *keys* that a walk may visit: articles that fit *filter*, and providers and topics, which
    no filter of articles excludes."""

    keys: Keys
    filter: Filter
    rights: Rights

    @property
    def key_count(self) -> int:
        return len(self.keys)


# -- texts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SearchIndex(GraphRead[Index]):
    """The index of all texts that callers with these rights may see."""


# -- keys by something else ----------------------------------------------------------------------------


class ArticleIdentifier(Enum):
    """Identifiers of an article other than its id.

    URL is any of its URLs in canonical form. SLUG and PATH (relative to the source folder) may fit
    several articles: the newest answers, then the one with the smallest id.
    """

    URL = "url"
    SLUG = "slug"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class ArticleKeysBy(Read[Mapping[str, NodeKey]]):
    """The key of the article for each of *values*."""

    by: ArticleIdentifier
    values: tuple[str, ...]
    rights: Rights

    @property
    def key_count(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class TopicKeysByName(Read[Mapping[str, NodeKey]]):
    """The key of the topic with each of *names*, compared without regard to case."""

    names: tuple[str, ...]
    rights: Rights

    @property
    def key_count(self) -> int:
        return len(self.names)


# -- lists -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AllArticles:
    """Every article of the graph."""


@dataclass(frozen=True, slots=True)
class ArticlesOfProvider:
    """The articles of one provider."""

    key: NodeKey


@dataclass(frozen=True, slots=True)
class ArticlesOfTopic:
    """The articles of one topic; *descendants* adds those of all topics below it, each article once."""

    key: NodeKey
    descendants: bool = False


class RelatedArticles(NamedTuple):
    """The articles that share a related edge with one article.

    OUT: those it names, by position. IN: those that name it, newest first. BOTH: OUT, then those that
    are only IN, each article once. Those are the default orders, used when the list's order is empty.
    With an *origin* only edges of that origin count.
    """

    key: NodeKey
    direction: EdgeDirection
    origin: EdgeOrigin | None = None


@dataclass(frozen=True, slots=True)
class AllProviders:
    """Every provider, by `order_key` of the name, then domain. Other orders are not offered."""


@dataclass(frozen=True, slots=True)
class AllTopics:
    """Every topic, by `order_key` of the name, then slug. Other orders are not offered."""


@dataclass(frozen=True, slots=True)
class AllProblems:
    """The problems of the last ingest, by path, line, column and code."""

    severity: Severity | None = None
    code: str | None = None


ArticleListKey: TypeAlias = AllArticles | ArticlesOfProvider | ArticlesOfTopic | RelatedArticles
ListKey: TypeAlias = ArticleListKey | AllProviders | AllTopics | AllProblems

SortValue: TypeAlias = int | str | None
SortKey: TypeAlias = tuple[SortValue, ...]


class OrderField(Enum):
    """Fields that articles are ordered by; POSITION only in lists of `RelatedArticles`.

    RELEVANCE, PAGE_RANK and TRENDING are no orders of a store: the schema sorts by these scores.
    """

    PUBLISHED_DATE_TIME = "published_date_time"
    HEAT = "heat"
    QUALITY = "quality"
    TITLE = "title"
    RELATED_COUNT = "related_count"
    POSITION = "position"
    RELEVANCE = "relevance"
    PAGE_RANK = "page_rank"
    TRENDING = "trending"


@dataclass(frozen=True, slots=True)
class Order:
    """One step of an order. Every list ends with the article's key, so that its order is total."""

    field: OrderField
    descending: bool = True
    nulls_first: bool = False


PRECEDING = 8  # a place remembers the keys of at most so many items before its own


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an item in a list, which stays good while the content changes.

    *sort* is the item's sort key, its node's key last. *preceding* are the keys of the nearest items before it, at most
    PRECEDING, nearest last; with *from_start* there were no others. When the item has left the list, its place
    is just after the nearest of them that is still there (`graph_api.store.sorting.anchor`).
    """

    sort: SortKey
    preceding: Keys = ()
    from_start: bool = False

    @property
    def key(self) -> NodeKey:
        key = self.sort[-1]
        assert isinstance(key, int), "sort keys end with the key of the node"
        return NodeKey(key)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an ordered list: of the items strictly between two places, the first *size* ones (0 is allowed), or
    with *backward* the last ones, in the same order."""

    size: int
    after: Place | None = None
    before: Place | None = None
    backward: bool = False


class Item(NamedTuple):
    """One entry of a list: the node's key, its full sort key, and for related OUT and BOTH its position
    (from 0, dense over what the caller may see; None for an article that is only IN)."""

    key: NodeKey
    sort: SortKey
    position: int | None = None


class Slice(NamedTuple):
    """A part of a list: the *keys* of its items, and whether items follow and precede it.

    *given* are the items. It is None when the list begins at position 0 and is sorted by position: the items then follow
    from the keys, and are made only when a field needs more than these. *preceding* and
    *from_start* describe the items before the slice, as those of a `Place`.
    """

    keys: Keys
    has_next: bool
    has_previous: bool
    given: tuple[Item, ...] | None = None
    preceding: Keys = ()
    from_start: bool = True

    @classmethod
    def of(
        cls,
        items: Iterable[Item],
        *,
        has_next: bool,
        has_previous: bool,
        preceding: Keys = (),
        from_start: bool = True,
    ) -> Slice:
        """The slice with these *items*."""
        given = tuple(items)
        keys = tuple([item.key for item in given])
        return cls(keys, has_next, has_previous, given, preceding, from_start)

    @property
    def items(self) -> tuple[Item, ...]:
        """The entries, in order."""
        if self.given is not None:
            return self.given
        return tuple([Item(key, (place, key), place) for place, key in enumerate(self.keys)])

    def place(self, index: int) -> Place:
        """The place of the item at *index*, which counts from the end when it is negative."""
        at = index % len(self.keys)
        sort = self.given[at].sort if self.given is not None else (at, self.keys[at])
        before = (*self.preceding, *self.keys[max(at - PRECEDING, 0) : at])
        return Place(sort, before[-PRECEDING:], self.from_start and len(self.preceding) + at <= PRECEDING)


@dataclass(frozen=True, slots=True)
class Lists(KeyedRead[ListKey, Slice]):
    """The same window of several lists; all keys of one read are of one class.

    The items of `AllProblems` carry the problem's ordinal in place of a key. Every key is answered;
    the list of a node that does not exist is empty.
    """

    window: Window
    filter: Filter | None = None
    order: tuple[Order, ...] = ()

    def row_count(self, answer: Any) -> int | None:
        return sum([len(one.keys) for one in answer.values()])

    @property
    def listing(self) -> Keys | None:
        """The articles whose first related articles are asked for, without filter or order: the most frequent read of
        lists. None for other lists."""
        if self.filter is not None or self.order or self.window != Window(self.window.size):
            return None
        keys = [
            key.key
            for key in self.keys
            if isinstance(key, RelatedArticles) and key.direction is EdgeDirection.OUT and key.origin is None
        ]
        return tuple(keys) if len(keys) == len(self.keys) else None

    def listed(self, found: Iterable[Sequence[NodeKey]]) -> Mapping[ListKey, Slice]:
        """The answer. *found* has for each article of `listing` the articles that it lists, up to one more than the window's
        size."""
        size = self.window.size
        return {
            key: Slice(tuple(keys[:size]), len(keys) > size, False)
            for key, keys in zip(self.keys, found, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Counts(KeyedRead[ListKey, int]):
    """How many items several whole lists have; all keys of one read are of one class."""

    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class Members(Read[Column]):
    """The keys of all articles of one whole list, in any order."""

    scope: ArticleListKey
    rights: Rights
    filter: Filter | None = None

    @property
    def key_count(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class ArticleColumns(GraphRead[Columns]):
    """The values of all articles in arrays, from which facets and statistics are counted."""


@dataclass(frozen=True, slots=True)
class GraphAnalysis(GraphRead[Analysis]):
    """Degrees, PageRank, clustering and stories of all articles."""


@dataclass(frozen=True, slots=True)
class LinkSuggestions(GraphRead[Suggestions]):
    """Missing reciprocal relations, near-duplicates and orphans among all articles."""


@dataclass(frozen=True, slots=True)
class ProblemRows(KeyedRead[NodeKey, Problem]):
    """The problems with these ordinals, as the items of an `AllProblems` list name them."""


@dataclass(frozen=True, slots=True)
class Status(Read[ContentStatus]):
    """Counts of the content that the caller may see, and its revision."""

    rights: Rights

    @property
    def key_count(self) -> int:
        return 1

    def row_count(self, answer: Any) -> int | None:  # noqa: ARG002 - as all reads
        return 1


# -- stores answer all of them ---------------------------------------------------------------------------

_DEFINED: list[Any] = list(globals().values())
KINDS: frozenset[type[Read[Any]]] = frozenset(
    each for each in _DEFINED if isinstance(each, type) and Read in each.__mro__[1:]
) - {KeyedRead, GraphRead, Pause}
"""Every kind of read that a store answers."""

A = TypeVar("A")


def complete(answers: Mapping[type[Read[Any]], A]) -> Mapping[type[Read[Any]], A]:
    """A store's *answers*, one for each kind of read; a missing or unknown kind is a TypeError at import."""
    if wrong := KINDS ^ answers.keys():
        raise TypeError(f"this store and the reads do not agree on {sorted(kind.__name__ for kind in wrong)}")
    return answers
