"""The writing side of a store: an ingest hands over whole records.

A store keeps the parsed document of each file, so that unchanged files are not parsed again, and two graphs derived from
them: one of all files, and a published one without hidden files. A reader's rights choose the graph, so no part of a hidden
file can reach a caller who sees published content only. Where no file is hidden the graphs are equal, and a store need not
keep the second.

Short texts, slugs and paths are in NFC, so that stores compare them without normalizing; URLs, details and payloads are
verbatim.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from graph_api.records import (
    Article,
    Detail,
    EdgeOrigin,
    Image,
    NodeKey,
    Problem,
    Provider,
    Secured,
    Severity,
    Topic,
    name_key,
)

T = TypeVar("T")

# -- files -------------------------------------------------------------------------------------------------


class EmbeddedCopy(NamedTuple):
    """A related article as a file embeds it: its key, canonical URL, and the item as JSON.

    *position* is that of the reference that it comes from, else of the item in its list. A copy is not used where the
    reference at its position leads to a document.
    """

    target: NodeKey
    url: str
    payload: str
    position: int = 0
    origin: EdgeOrigin = EdgeOrigin.LISTED


class StoredReference(NamedTuple):
    """A place where a file names a document; *form* is a value of `ReferenceForm`, *line* a line of the file."""

    position: int
    form: str
    target: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file: its path, its document, and its problems.

    *kind* is article, topic, provider, rejected or left_out. *identity* is the canonical URL, slug or domain that *subject*,
    the key of the node, was made from. *payload* is the document as JSON without its *related* items. The last
    three are None for a rejected file, and for one that is left out, which is no document and no error.

    *known_as* is what other files name the document by, as JSON, None when nothing may name it; *references* are the
    documents that it names.
    """

    folder: str
    path: str
    sha256: bytes
    kind: str
    subject: NodeKey | None
    identity: str | None
    published_date_time: datetime | None
    is_hidden: bool
    payload: str | None
    related: Sequence[EmbeddedCopy] = ()
    known_as: str | None = None
    references: Sequence[StoredReference] = ()
    problems: Sequence[Problem] = ()


class KnownFile(NamedTuple):
    """A file that the store holds: the store's key of it, the hash of its text, and its identity."""

    key: NodeKey
    sha256: bytes
    identity: str | None


class Statement(NamedTuple):
    """The document that one file holds, about the node *subject*."""

    subject: NodeKey
    identity: str
    folder: str
    path: str
    payload: str


class Copy(NamedTuple):
    """An article as the file at *path* embeds it."""

    target: NodeKey
    url: str
    path: str
    payload: str


class LinkTarget(NamedTuple):
    """A document that others of its folder may name: its key, path, identity, and what it is known as (JSON)."""

    document: NodeKey
    subject: NodeKey
    path: str
    identity: str
    known_as: str
    is_hidden: bool


class Link(NamedTuple):
    """The article that the reference at *position* leads to, None when there is none."""

    position: int
    target: NodeKey | None
    origin: EdgeOrigin


class Edge(NamedTuple):
    """An edge from an article to a related one."""

    target: NodeKey
    origin: EdgeOrigin


class DeadReference(NamedTuple):
    """A listed reference without a document, in the file at *path*."""

    path: str
    line: int
    target: str


# -- keys that every store uses ---------------------------------------------------------------------------


def document_key(folder: str, path: str) -> NodeKey:
    """The key of the file at *path* of *folder*."""
    return name_key(f"{folder}\0{path}")


def batches(keys: Iterable[NodeKey], size: int = 500) -> Iterator[list[NodeKey]]:
    """The keys in ascending order, so that tables grow at their ends, at most *size* at a time."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def keyed_problems(
    owner: str, problems: Iterable[Problem], article: NodeKey | None = None
) -> dict[NodeKey, Problem]:
    """The problems of one *owner* by their keys, about *article* if there is one: the path of a file, or a node's key.

    A key stays while other problems come and go, and does not depend on where the folder lies: cursors contain it. Equal
    problems of files with one path, in several folders, have one key here; `equal_problem_key` makes them distinct.
    """
    found: dict[NodeKey, Problem] = {}
    for problem in problems:
        key, equal_before = _problem_key(owner, problem, 0), 0
        while key in found:
            equal_before += 1
            key = _problem_key(owner, problem, equal_before)
        found[key] = problem if article is None else replace(problem, article=article)
    return found


def equal_problem_key(key: NodeKey, before: int) -> NodeKey:
    """The key of a problem of a file, when so many *before* it, in other folders, have the same *key*."""
    return name_key(f"{key}:{before}") if before else key


def _problem_key(owner: str, problem: Problem, equal_before: int) -> NodeKey:
    return name_key(f"problem:{owner}:{equal_before}:{problem.code}:{problem.message}")


# -- the graph ---------------------------------------------------------------------------------------------


class TopicMention(NamedTuple):
    """A topic of an article, and how the article spells it."""

    key: NodeKey
    name: str


class ProviderMention(NamedTuple):
    """How an article names its provider."""

    key: NodeKey
    domain: str
    name: str
    images: tuple[Image, ...]


class ProviderName(NamedTuple):
    """A name (with images) of a provider, and the number of articles that use it."""

    provider: NodeKey
    domain: str
    name: str
    images: tuple[Image, ...]
    uses: int


class Spelling(NamedTuple):
    """A spelling of a topic, and the number of articles that use it."""

    topic: NodeKey
    name: str
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRecord:
    """An article with all that belongs to it except its list of related articles, which `set_related` sets.

    *urls*: all canonical URLs that find it. *addresses*: the paths of its pages below the root of its site, as
    `folding.address` has them, which find it too.
    """

    article: Article
    details: Mapping[Detail, str]
    secured: Secured | None
    images: Sequence[Image]
    urls: Sequence[str]
    topics: Sequence[TopicMention]
    provider: ProviderMention | None
    addresses: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRecord:
    """A topic, and all names it is found by."""

    topic: Topic
    names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProblems:
    """The problems between the files of one node; *article* is its key when it is an article of the graph."""

    owner: NodeKey
    problems: Sequence[Problem]
    article: NodeKey | None = None


NodeRecord: TypeAlias = ArticleRecord | Provider | TopicRecord | NodeProblems


# -- protocols ---------------------------------------------------------------------------------------------


class GraphWriter(Protocol):
    """One of the two graphs, open for change, and the files that its nodes are derived from.

    *is_new*: it is empty and has to be derived completely.

    Reads take many keys; keys that have nothing are absent. Statements and copies come with the winner first: the
    newest document, then the smallest path, then the smallest hash. Nothing depends on the order of ingests.
    """

    @property
    def is_new(self) -> bool: ...

    def statements(
        self, kind: str, subjects: Collection[NodeKey] | None = None
    ) -> Mapping[NodeKey, list[Statement]]:
        """What the files of one kind say about *subjects*, about all when None."""
        ...

    def copies(self, targets: Collection[NodeKey]) -> Mapping[NodeKey, list[Copy]]:
        """The copies of *targets* that articles of this graph embed.

        A target whose files are all hidden from this graph has none: such an article is in no list.
        """
        ...

    def copied_urls(self, targets: Collection[NodeKey]) -> Mapping[NodeKey, set[str]]:
        """The URLs under which files list *targets*: two for one key are a collision."""
        ...

    def related(self, articles: Collection[NodeKey]) -> Mapping[NodeKey, list[Edge]]:
        """The articles of this graph that the files of *articles* name: listed ones first, the winner's first among
        them, repeats kept."""
        ...

    def link_targets(self, folder: str) -> list[LinkTarget]:
        """The articles' documents of *folder* that others may name, by path."""
        ...

    def references(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[StoredReference]]:
        """What *documents* name, by position."""
        ...

    def links(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[Link]]:
        """Where the references of *documents* lead, by position."""
        ...

    def set_links(self, links: Mapping[NodeKey, Sequence[Link]]) -> None:
        """Set where the references of each document lead, except those to pages of other sites."""
        ...

    def dead_references(
        self, form: str, articles: Collection[NodeKey]
    ) -> Mapping[NodeKey, list[DeadReference]]:
        """The references of one form in the files of *articles* that have neither a document nor a copy."""
        ...

    def provider_names(self, providers: Collection[NodeKey]) -> Mapping[NodeKey, list[ProviderName]]:
        """How articles name *providers*."""
        ...

    def spellings(self, topics: Collection[NodeKey]) -> Mapping[NodeKey, list[Spelling]]:
        """How articles spell *topics*."""
        ...

    def urls(self, articles: Collection[NodeKey]) -> Mapping[NodeKey, str]:
        """The canonical URL of each of *articles* that is in the graph."""
        ...

    def providers_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        """The providers of *articles*."""
        ...

    def topics_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        """The topics of *articles*."""
        ...

    def articles_listing(self, targets: Collection[NodeKey]) -> set[NodeKey]:
        """The articles with a file that lists one of *targets*."""
        ...

    def changeable_by_copies(self, targets: Collection[NodeKey]) -> set[NodeKey]:
        """Those of *targets* whose record may depend on copies: stubs of this graph, and targets that a file lists under a URL
        without an article file in this graph. May include others."""
        ...

    def remove(self, kind: str, keys: Collection[NodeKey]) -> None:
        """Remove the nodes of one kind (article, provider, topic) with all that belongs to them."""
        ...

    def add(self, records: Iterable[NodeRecord]) -> None:
        """Add nodes and problems that are not there."""
        ...

    def set_related(self, lists: Mapping[NodeKey, Sequence[Edge]]) -> None:
        """Set the related articles of each key, in order; each target once."""
        ...

    def counts(self) -> tuple[int, int]:
        """The number of articles, and of stubs among them."""
        ...

    def link_counts(self) -> tuple[int, int]:
        """The number of links in bodies, and of those that lead to a document."""
        ...


class StoreWriter(Protocol):
    """The content of a store, open for change, within one transaction."""

    def folders(self) -> list[str]:
        """The source folders of the content, and those that had files before, sorted."""
        ...

    def site(self, folder: str) -> str | None:
        """How the files of *folder* were read, as ingest stored it; None for a new folder."""
        ...

    def set_site(self, folder: str, site: str | None) -> None:
        """Store how the files of *folder* are read; None removes it."""
        ...

    def link_targets(self, files: Collection[NodeKey]) -> set[LinkTarget]:
        """Those of *files* that others may name."""
        ...

    def known_files(self, folder: str) -> dict[str, KnownFile]:
        """The files of *folder*, by path."""
        ...

    def has_documents(self, folder: str) -> bool:
        """Whether any file of *folder* is a document."""
        ...

    def hashes(self) -> Mapping[str, list[tuple[str, bytes]]]:
        """Path and hash of every file by folder, except of those that are left out."""
        ...

    def remove_files(self, files: Collection[NodeKey]) -> None:
        """Remove files with their documents, references and problems."""
        ...

    def add_files(self, files: Collection[FileRecord]) -> None:
        """Store files that are not there."""
        ...

    def drop_unused_copies(self, targets: Collection[NodeKey]) -> None:
        """Remove the copies of *targets* that no file embeds any more."""
        ...

    def subjects(self, files: Collection[NodeKey] | None = None) -> Mapping[str, set[NodeKey]]:
        """The nodes that *files* are about, all files when None, by kind."""
        ...

    def listed_by(self, subjects: Collection[NodeKey] | None = None) -> set[NodeKey]:
        """The articles that the files of *subjects* list, all files when None."""
        ...

    def graphs(self) -> Sequence[GraphWriter]:
        """The graphs to derive once the files have changed: that of all files, then the published one.

        The second may be absent while no article is hidden: then the first is both.
        """
        ...

    def number_equal_problems(self) -> None:
        """Give equal problems of files with the same path in several folders distinct keys.

        Visible files come first, then the order of the folders counts: hidden files change no key of a visible one.
        """
        ...

    def revision(self) -> str | None:
        """The revision of the content before this transaction."""
        ...

    def set_revision(self, revision: str) -> None:
        """Store the revision. One that differs from the stored one gets the next generation and the current time."""
        ...

    def problem_counts(self) -> Mapping[Severity, int]:
        """The number of problems of each severity."""
        ...


class WritableStore(Protocol):
    """A store that an ingest may change. It need not exist yet."""

    def write(
        self, work: Callable[[StoreWriter], T], *, program: str, folders: Collection[str] | None = None
    ) -> T:
        """Run *work* in one transaction and return its result; nothing is kept when it raises.

        A store that another version of *program* wrote, or that is damaged, is emptied first, except for how folders are
        read; *work* may then run twice. Raises `StoreLocked` when another ingest runs, and `StoreError` when the store
        cannot be written, belongs to another program, or would have to be emptied while it holds folders besides
        *folders* (None: remove them).
        """
        ...
