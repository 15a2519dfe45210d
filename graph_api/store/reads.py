"""The reads a store answers: frozen values, never SQL, each written for many keys at once.

A *plan* is a generator that yields reads and receives their rows; whoever knows the rows may answer a
read: the store, a cache in memory, or a dict in a test. Every read that could show hidden content
carries the caller's rights. Rows that do not exist, or that the caller may not see, are absent.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph_api.records import (
    Article,
    ContentStatus,
    Detail,
    EdgeDirection,
    EdgeKind,
    Image,
    NodeKey,
    Problem,
    Provider,
    Secured,
    Severity,
    SourceFile,
    Topic,
)
from graph_api.store.filters import Filter

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Rights(NamedTuple):  # its hash is taken with every row looked up in memory: a dataclass's takes longer
    """What a caller may see: with *published_only* nothing hidden, with *secured* also secured payloads."""

    published_only: bool = False
    secured: bool = False


class Read(Generic[T_co]):
    """A question to the store; T_co is what it is answered with."""

    __slots__ = ()


Reads: TypeAlias = Generator[Read[Any], Any, T]


def ask(read: Read[T]) -> Reads[T]:
    """The rows of *read*, typed: `rows = yield from ask(ArticleRows(keys, rights))`."""
    rows: T = yield read
    return rows


Keys: TypeAlias = tuple[NodeKey, ...]
Column: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Turn(Read[tuple[()]]):
    """Nothing is read: a long computation offers whoever drives it a turn, to look at the time or to stop it.

    With *apart* what follows takes some milliseconds in one piece, too long for an event loop.
    """

    apart: bool = False


# -- rows by key ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArticleRows(Read[Mapping[NodeKey, Article]]):
    """The articles with these keys. Of their records only *fields* are looked at, all when None."""

    keys: Keys
    rights: Rights
    fields: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DetailRows(Read[Mapping[NodeKey, str]]):
    """This detail of the articles with these keys; absent where there is none."""

    detail: Detail
    keys: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class DetailSizes(Read[Mapping[NodeKey, int]]):
    """How many bytes this detail has, of the articles with these keys; absent where there is none."""

    detail: Detail
    keys: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class SecuredRows(Read[Mapping[NodeKey, Secured]]):
    """The encrypted payloads of the articles with these keys; absent where there is none, and without the right."""

    keys: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class ImageRows(Read[Mapping[NodeKey, tuple[Image, ...]]]):
    """The images of the articles with these keys, in the document's order; absent when there are none."""

    keys: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class SourceRows(Read[Mapping[NodeKey, tuple[SourceFile, ...]]]):
    """The files behind the articles with these keys: the winning file first; absent for stubs."""

    keys: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class TopicKeys(Read[Mapping[NodeKey, Keys]]):
    """The topics of the articles with these keys, in the document's order; absent when there are none."""

    keys: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class ProviderRows(Read[Mapping[NodeKey, Provider]]):
    """The providers with these keys. Of their records only *fields* are looked at, all when None."""

    keys: Keys
    rights: Rights
    fields: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TopicRows(Read[Mapping[NodeKey, Topic]]):
    """The topics with these keys. Of their records only *fields* are looked at, all when None."""

    keys: Keys
    rights: Rights
    fields: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ChildKeys(Read[Mapping[NodeKey, Keys]]):
    """The children of the topics with these keys, by name then slug; absent when there are none."""

    keys: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class Reciprocal(Read[frozenset[tuple[NodeKey, NodeKey]]]):
    """Those of the (article, other article) *pairs* in which each lists the other as related."""

    pairs: tuple[tuple[NodeKey, NodeKey], ...]
    rights: Rights


# -- edges -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroundFor(Read[Any]):
    """The ground that walks with these rights walk on in memory, None where they ask with keys (`StepRows`)."""

    rights: Rights


@dataclass(frozen=True, slots=True)
class OnGround(Read[Any]):
    """What a walk asks the ground in memory that it walks on, which answers, whoever drives the plan."""

    ground: Any  # what `GroundFor` was answered with: this room knows nothing of it
    question: Any


@dataclass(frozen=True, slots=True)
class StepRows(Read[tuple[Sequence[NodeKey], Sequence[int]]]):
    """The first *most* steps from *frontier* after the first *skip*, one for each edge: their targets, and
    how many of these belong to each key of the frontier.

    Edges run from an article to the article it lists, to its provider and to its topics; OUT follows them,
    IN goes against them. Order: the frontier's; then kind; then OUT before IN; OUT as the node lists them
    (by position), IN by the source's key. A mutual pair seen in BOTH gives two steps. Keys that are not in
    the graph, or not to be seen, have none.
    """

    frontier: Keys
    kinds: frozenset[EdgeKind]
    direction: EdgeDirection
    most: int
    skip: int
    rights: Rights


@dataclass(frozen=True, slots=True)
class EdgesAmong(Read[tuple[Column, Column, Column, Column]]):
    """The edges from *sources* to *targets* by columns from, to, kind, position: by source as given, then as
    `StepRows` orders OUT.

    Ends are told by their places in *sources* and *targets*, kinds by their places in `EdgeKind`. Positions are
    those of related edges, dense over what the caller may see; -1 for other kinds.
    """

    sources: Keys
    targets: Keys
    kinds: frozenset[EdgeKind]
    rights: Rights


@dataclass(frozen=True, slots=True)
class FittingKeys(Read[frozenset[NodeKey]]):
    """Those of *keys* that a walk may visit: articles that fit *filter*, and providers and topics, which
    no filter of articles excludes."""

    keys: Keys
    filter: Filter
    rights: Rights


# -- keys by something else ----------------------------------------------------------------------------


class ArticleHandle(Enum):
    """What an article can be looked up by, its id aside.

    URL is any of its URLs in canonical form. SLUG and PATH (relative to the source folder) may fit
    several articles: the newest answers, then the one with the smallest id.
    """

    URL = "url"
    SLUG = "slug"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class ArticleKeysBy(Read[Mapping[str, NodeKey]]):
    """The key of the article for each of *values*."""

    handle: ArticleHandle
    values: tuple[str, ...]
    rights: Rights


@dataclass(frozen=True, slots=True)
class TopicKeysByName(Read[Mapping[str, NodeKey]]):
    """The key of the topic with each of *names*, compared without regard to case."""

    names: tuple[str, ...]
    rights: Rights


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

    OUT: those it lists, by position. IN: those that list it, newest first. BOTH: OUT, then those that
    are only IN, each article once. Those are the default orders, used when the list's order is empty.
    """

    key: NodeKey
    direction: EdgeDirection


@dataclass(frozen=True, slots=True)
class AllProviders:
    """Every provider, by name without regard to case, then domain. Other orders are not offered."""


@dataclass(frozen=True, slots=True)
class AllTopics:
    """Every topic, by name without regard to case, then slug. Other orders are not offered."""


@dataclass(frozen=True, slots=True)
class AllProblems:
    """The problems of the last ingest, by path, line, column and code."""

    severity: Severity | None = None
    code: str | None = None


ArticleScope: TypeAlias = AllArticles | ArticlesOfProvider | ArticlesOfTopic | RelatedArticles
Scope: TypeAlias = ArticleScope | AllProviders | AllTopics | AllProblems

SortValue: TypeAlias = int | str | None
SortKey: TypeAlias = tuple[SortValue, ...]


class OrderField(Enum):
    """What articles can be ordered by. POSITION only within `RelatedArticles`."""

    PUBLISHED_DATE_TIME = "published_date_time"
    HEAT = "heat"
    QUALITY = "quality"
    TITLE = "title"
    RELATED_COUNT = "related_count"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class Order:
    """One step of an order. Every list ends with the article's key, so that its order is total."""

    field: OrderField
    descending: bool = True
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of an ordered list is wanted: *size* items (0 is allowed) strictly after and before the
    given sort keys, from the start of what is left, or with *backward* from its end (order unchanged)."""

    size: int
    after: SortKey | None = None
    before: SortKey | None = None
    backward: bool = False


class Item(NamedTuple):
    """One entry of a list: the node's key, its full sort key, and for related OUT and BOTH its position
    (from 0, dense over what the caller may see; None for an article that is only IN)."""

    key: NodeKey
    sort: SortKey
    position: int | None = None


class Slice(NamedTuple):
    """A part of a list: the *keys* of its items, and whether the list goes on after and before it.

    *given* are the items; None where they follow from the keys, which stand at the positions from 0 on and are
    sorted by these: the first related articles of many are mostly asked for their keys alone.
    """

    keys: Keys
    has_next: bool
    has_previous: bool
    given: tuple[Item, ...] | None = None

    @classmethod
    def of(cls, items: Iterable[Item], *, has_next: bool, has_previous: bool) -> Slice:
        """The slice with these *items*."""
        given = tuple(items)
        return cls(tuple([item.key for item in given]), has_next, has_previous, given)

    @property
    def items(self) -> tuple[Item, ...]:
        """The entries, in order."""
        if self.given is not None:
            return self.given
        return tuple([Item(key, (place, key), place) for place, key in enumerate(self.keys)])


@dataclass(frozen=True, slots=True)
class Lists(Read[Mapping[Scope, Slice]]):
    """The same window of the lists of several scopes; all scopes of one read are of one class.

    The items of `AllProblems` carry the problem's ordinal in place of a key. Every scope is answered;
    a scope whose node does not exist has an empty list.
    """

    scopes: tuple[Scope, ...]
    filter: Filter | None
    order: tuple[Order, ...]
    window: Window
    rights: Rights

    @property
    def listing(self) -> Keys | None:
        """The articles whose first related articles are asked for, in the order in which they list them: the
        commonest lists of all. None when these are others."""
        if self.filter is not None or self.order or self.window != Window(self.window.size):
            return None
        keys = [
            scope.key
            for scope in self.scopes
            if isinstance(scope, RelatedArticles) and scope.direction is EdgeDirection.OUT
        ]
        return tuple(keys) if len(keys) == len(self.scopes) else None

    def listed(self, found: Iterable[Sequence[NodeKey]]) -> Mapping[Scope, Slice]:
        """The answer, *found* being for each article of `listing` what it lists: one more than asked for at most."""
        size = self.window.size
        return {
            scope: Slice(tuple(keys[:size]), len(keys) > size, False)
            for scope, keys in zip(self.scopes, found, strict=True)
        }


@dataclass(frozen=True, slots=True)
class Counts(Read[Mapping[Scope, int]]):
    """How many items the whole lists of several scopes have."""

    scopes: tuple[Scope, ...]
    filter: Filter | None
    rights: Rights


@dataclass(frozen=True, slots=True)
class ProblemRows(Read[Mapping[NodeKey, Problem]]):
    """The problems with these ordinals, as the items of an `AllProblems` list name them."""

    ordinals: Keys
    rights: Rights


@dataclass(frozen=True, slots=True)
class Status(Read[ContentStatus]):
    """What the graph holds, as far as the caller may see it."""

    rights: Rights
