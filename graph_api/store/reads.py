"""The reads that a store answers: frozen values without SQL, each for many keys at once.

Rows that do not exist, or that the caller may not see, are absent from the answer.

To add a read, define its class here and answer it in each store (`complete` refuses a store that lacks one). `plans` says
what a read has, `lists` what a list is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, TypeVar

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
    SourceFile,
    Topic,
)
from graph_api.search import Index
from graph_api.store.analysis import Analysis
from graph_api.store.columns import Column, Columns
from graph_api.store.filters import Filter
from graph_api.store.link_suggestions import Suggestions
from graph_api.store.lists import ArticleListKey, ListKey, Order, RelatedArticles, Slice, Window
from graph_api.store.plans import GraphRead, KeyedRead, Keys, Pause, Read, Rights

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
