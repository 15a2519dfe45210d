"""A store in dicts, the reference model: it implements the protocols of `graph_api.store` and answers every read.

`DictStore` keeps what files say and the two graphs derived from them; reads are answered by `DictGraph`. For small
graphs, without regard to speed. The same behavior is expected of every store: see `test_behavior`.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np

from graph_api.errors import StoreError
from graph_api.graph.adjacency import Csr, build
from graph_api.graph.protocol import Edges, Steps
from graph_api.records import (
    Article,
    ContentStatus,
    EdgeOrigin,
    FileOutcome,
    Image,
    NodeKey,
    Problem,
    Provider,
    Revision,
    Secured,
    Severity,
    SourceFile,
    Topic,
)
from graph_api.search import Index
from graph_api.store import driver, reads
from graph_api.store.analysis import Analysis, analyze
from graph_api.store.columns import Column, Columns
from graph_api.store.folding import address, canonical, fold
from graph_api.store.link_suggestions import ArticleFacts, Suggestions, suggest
from graph_api.store.lists import ListKey, Slice
from graph_api.store.plans import Keys, Read, Reads, Rights
from graph_api.store.protocol import Health, Reader, Store, TracedRead
from graph_api.store.reads import ArticleIdentifier, complete
from graph_api.store.writing import (
    ArticleRecord,
    Copy,
    DeadReference,
    Edge,
    EmbeddedCopy,
    FileRecord,
    GraphWriter,
    KnownFile,
    Link,
    LinkTarget,
    NodeProblems,
    NodeRecord,
    ProviderName,
    Spelling,
    Statement,
    StoredReference,
    StoreWriter,
    TopicRecord,
    document_key,
    equal_problem_key,
    keyed_problems,
)
from tests.graph.small_graphs import finish
from tests.store.dict_graph import EPOCH, DictGraph

T = TypeVar("T")
V = TypeVar("V")


# -- the writing side --------------------------------------------------------------------------------------


@dataclass
class Content:
    """A `StoreWriter`: what files say, and the two graphs, the second of published files only."""

    files: dict[NodeKey, FileRecord] = field(default_factory=dict[NodeKey, FileRecord])
    whole: WritableGraph = field(init=False)
    published: WritableGraph | None = None
    now: str | None = None
    generation: int = 0
    generated_at: datetime = EPOCH
    program: str = ""
    sites: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.whole = WritableGraph(self, published_only=False)

    def seen(self, rights: Rights) -> WritableGraph:
        """The graph that *rights* show."""
        return self.published if rights.published_only and self.published is not None else self.whole

    def graph(self, rights: Rights) -> DictGraph:
        """The same for reads, with the problems that *rights* show."""
        graph = self.seen(rights)
        problems = dict(self._problems(rights.published_only))
        for owned in graph.owned.values():
            problems |= keyed_problems(str(owned.owner), owned.problems, owned.article)
        graph.nodes.problems = problems
        return graph.nodes

    def _problems(self, published_only: bool) -> Iterator[tuple[NodeKey, Problem]]:
        """The problems of files; of equal ones in several folders those of visible files come first."""
        uses: Counter[NodeKey] = Counter()
        for file in sorted(self.files.values(), key=lambda file: (file.is_hidden, file.folder)):
            article = file.subject if file.kind == "article" else None
            for key, problem in keyed_problems(file.path, file.problems, article).items():
                if not (published_only and file.is_hidden):
                    yield equal_problem_key(key, uses[key]), problem
                uses[key] += 1

    def number_equal_problems(self) -> None:
        """Keys are given when problems are read."""

    def folders(self) -> list[str]:
        return sorted({file.folder for file in self.files.values()} | self.sites.keys())

    def link_targets(self, files: Collection[NodeKey]) -> set[LinkTarget]:
        targets = (_target(key, self.files[key]) for key in files)
        return {target for target in targets if target is not None}

    def site(self, folder: str) -> str | None:
        return self.sites.get(folder)

    def set_site(self, folder: str, site: str | None) -> None:
        self.sites.pop(folder, None)
        if site is not None:
            self.sites[folder] = site

    def known_files(self, folder: str) -> dict[str, KnownFile]:
        return {
            file.path: KnownFile(key, file.sha256, file.identity)
            for key, file in self.files.items()
            if file.folder == folder
        }

    def has_documents(self, folder: str) -> bool:
        return any(file.folder == folder and file.payload is not None for file in self.files.values())

    def hashes(self) -> Mapping[str, list[tuple[str, bytes]]]:
        found: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for file in self.files.values():
            if file.kind != "left_out":
                found[file.folder].append((file.path, file.sha256))
        return found

    def remove_files(self, files: Collection[NodeKey]) -> None:
        for key in files:
            del self.files[key]
            for graph in filter(None, (self.whole, self.published)):
                graph.linked.pop(key, None)

    def add_files(self, files: Collection[FileRecord]) -> None:
        for file in files:
            key = document_key(file.folder, file.path)
            assert key not in self.files
            self.files[key] = file

    def drop_unused_copies(self, targets: Collection[NodeKey]) -> None:
        """Copies are kept with their files here, so that none is unused."""

    def subjects(self, files: Collection[NodeKey] | None = None) -> Mapping[str, set[NodeKey]]:
        found: defaultdict[str, set[NodeKey]] = defaultdict(set)
        for key, file in self.files.items():
            if file.subject is not None and (files is None or key in files):
                found[file.kind].add(file.subject)
        return found

    def listed_by(self, subjects: Collection[NodeKey] | None = None) -> set[NodeKey]:
        return {
            copy.target
            for file in self.files.values()
            if subjects is None or file.subject in subjects
            for copy in file.related
        }

    def graphs(self) -> Sequence[GraphWriter]:
        if not any(file.kind == "article" and file.is_hidden for file in self.files.values()):
            self.published = None
            return [self.whole]
        is_new = self.published is None
        self.published = self.published or WritableGraph(self, published_only=True)
        self.published.is_new = is_new
        return [self.whole, self.published]

    def revision(self) -> str | None:
        return self.now

    def set_revision(self, revision: str) -> None:
        if revision != self.now:
            self.now, self.generation, self.generated_at = revision, self.generation + 1, datetime.now(UTC)

    def named(self) -> Revision:
        """The revision with its generation."""
        return Revision(self.now or "", self.generation)

    def problem_counts(self) -> Mapping[Severity, int]:
        found = Counter(problem.severity for problem in self.graph(Rights()).problems.values())
        return {severity: found[severity] for severity in Severity}


class WritableGraph:
    """A `GraphWriter`: one of the two graphs."""

    def __init__(self, content: Content, *, published_only: bool) -> None:
        self.is_new = published_only
        self.nodes = DictGraph()
        self.owned: dict[NodeKey, NodeProblems] = {}
        self.linked: dict[NodeKey, list[Link]] = {}
        self._content = content
        self._published_only = published_only

    # -- what nodes are derived from ---------------------------------------------------------------------

    def files(self) -> list[FileRecord]:
        """The files of this graph, winners first."""
        files = [
            file for file in self._content.files.values() if not (self._published_only and file.is_hidden)
        ]
        return sorted(files, key=_winner_first)

    def statements(
        self, kind: str, subjects: Collection[NodeKey] | None = None
    ) -> Mapping[NodeKey, list[Statement]]:
        found: defaultdict[NodeKey, list[Statement]] = defaultdict(list)
        for file in self.files():
            if (
                file.kind == kind
                and file.subject is not None
                and (subjects is None or file.subject in subjects)
            ):
                said = Statement(
                    file.subject, file.identity or "", file.folder, file.path, file.payload or ""
                )
                found[file.subject].append(said)
        return found

    def copies(self, targets: Collection[NodeKey]) -> Mapping[NodeKey, list[Copy]]:
        found: defaultdict[NodeKey, list[Copy]] = defaultdict(list)
        for file in self.files():
            source = self.nodes.articles.get(file.subject) if file.subject is not None else None
            if source is None or source.article.url != file.identity or source.article.is_stub:
                continue
            for copy in self._copies(file):
                if copy.target in targets and not self._has_only_hidden_files(copy.target, copy.url):
                    found[copy.target].append(Copy(copy.target, copy.url, file.path, copy.payload))
        return found

    def _copies(self, file: FileRecord) -> Iterator[EmbeddedCopy]:
        """The copies of *file*, except those where a reference leads to a document."""
        found = self.linked.get(document_key(file.folder, file.path), ())
        leading = {link.position for link in found if link.target is not None}
        return (copy for copy in file.related if copy.position not in leading)

    def _has_only_hidden_files(self, target: NodeKey, url: str) -> bool:
        """Asked of articles without a file in this graph."""
        return self._published_only and any(
            (file.subject, file.kind, file.identity) == (target, "article", url)
            for file in self._content.files.values()
        )

    def copied_urls(self, targets: Collection[NodeKey]) -> Mapping[NodeKey, set[str]]:
        found: defaultdict[NodeKey, set[str]] = defaultdict(set)
        for file in self.files():
            for copy in file.related:
                if copy.target in targets:
                    found[copy.target].add(copy.url)
        return found

    def related(self, articles: Collection[NodeKey]) -> Mapping[NodeKey, list[Edge]]:
        found: defaultdict[NodeKey, list[Edge]] = defaultdict(list)
        urls = self.urls(self.nodes.articles)
        for file in self.files():
            key = file.subject
            if (
                file.kind == "article"
                and key in articles
                and key is not None
                and urls.get(key) == file.identity
            ):
                copies = (copy for copy in self._copies(file) if urls.get(copy.target) == copy.url)
                placed = [(copy.position, Edge(copy.target, copy.origin)) for copy in copies]
                placed += [
                    (link.position, Edge(link.target, link.origin))
                    for link in self.linked.get(document_key(file.folder, file.path), ())
                    if link.target in urls and link.target is not None
                ]
                found[key] += [edge for _, edge in sorted(placed, key=itemgetter(0))]
        return {
            key: sorted(edges, key=lambda edge: edge.origin is EdgeOrigin.LINKED)
            for key, edges in found.items()
        }

    # -- references of documents to others --------------------------------------------------------------------

    def link_targets(self, folder: str) -> list[LinkTarget]:
        targets = (
            _target(document_key(folder, file.path), file) for file in self.files() if file.folder == folder
        )
        found = (target for target in targets if target is not None)
        return sorted(found, key=lambda target: target.path)

    def references(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[StoredReference]]:
        files = {key: self._content.files[key] for key in documents}
        return {key: list(file.references) for key, file in files.items() if file.references}

    def links(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[Link]]:
        return {key: self.linked[key] for key in documents if self.linked.get(key)}

    def set_links(self, links: Mapping[NodeKey, Sequence[Link]]) -> None:
        self.linked |= {key: list(found) for key, found in links.items()}

    def dead_references(
        self, form: str, articles: Collection[NodeKey]
    ) -> Mapping[NodeKey, list[DeadReference]]:
        found: defaultdict[NodeKey, list[DeadReference]] = defaultdict(list)
        for file in sorted(self.files(), key=lambda file: file.path):
            if file.kind != "article" or file.subject not in articles or file.subject is None:
                continue
            links = {
                link.position: link
                for link in self.links([document_key(file.folder, file.path)]).get(
                    document_key(file.folder, file.path), ()
                )
            }
            copied = {copy.position for copy in file.related}
            for one in file.references:
                if (
                    one.form == form
                    and one.position in links
                    and links[one.position].target is None
                    and one.position not in copied
                ):
                    found[file.subject].append(DeadReference(file.path, one.line, one.target))
        return found

    def provider_names(self, providers: Collection[NodeKey]) -> Mapping[NodeKey, list[ProviderName]]:
        named = [record.provider for record in self.nodes.articles.values() if record.provider is not None]
        found: defaultdict[NodeKey, list[ProviderName]] = defaultdict(list)
        for mention, uses in Counter(named).items():
            if mention.key in providers:
                found[mention.key].append(ProviderName(*mention, uses))
        return found

    def spellings(self, topics: Collection[NodeKey]) -> Mapping[NodeKey, list[Spelling]]:
        used = Counter(mention for record in self.nodes.articles.values() for mention in record.topics)
        found: defaultdict[NodeKey, list[Spelling]] = defaultdict(list)
        for mention, uses in sorted(used.items()):
            if mention.key in topics:
                found[mention.key].append(Spelling(mention.key, mention.name, uses))
        return found

    # -- which nodes a change touches ----------------------------------------------------------------------

    def urls(self, articles: Collection[NodeKey]) -> Mapping[NodeKey, str]:
        return {key: self.nodes.articles[key].article.url for key in articles if key in self.nodes.articles}

    def providers_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        records = (self.nodes.articles[key] for key in articles if key in self.nodes.articles)
        return {record.provider.key for record in records if record.provider is not None}

    def topics_of(self, articles: Collection[NodeKey]) -> set[NodeKey]:
        records = (self.nodes.articles[key] for key in articles if key in self.nodes.articles)
        return {mention.key for record in records for mention in record.topics}

    def articles_listing(self, targets: Collection[NodeKey]) -> set[NodeKey]:
        return {
            file.subject
            for file in self.files()
            if file.subject is not None
            and (
                any(copy.target in targets for copy in file.related)
                or any(
                    link.target in targets
                    for link in self.linked.get(document_key(file.folder, file.path), ())
                )
            )
        }

    def changeable_by_copies(self, targets: Collection[NodeKey]) -> set[NodeKey]:
        copies = (copy for file in self._content.files.values() for copy in file.related)
        articles = self.nodes.articles
        stubs = {key for key in targets if key in articles and articles[key].article.is_stub}
        return stubs | {c.target for c in copies if c.target in targets and not self._is_settled(c)}

    def _is_settled(self, copy: Any) -> bool:
        record = self.nodes.articles.get(copy.target)
        return record is not None and not record.article.is_stub and record.article.url == copy.url

    # -- change ----------------------------------------------------------------------------------------------

    def remove(self, kind: str, keys: Collection[NodeKey]) -> None:
        nodes: dict[str, dict[NodeKey, Any]] = {
            "article": self.nodes.articles,
            "provider": self.nodes.providers,
            "topic": self.nodes.topics,
        }
        for key in keys:
            nodes[kind].pop(key, None)
            self.owned.pop(key, None)
            if kind == "article":
                self.nodes.related.pop(key, None)

    def add(self, records: Iterable[NodeRecord]) -> None:
        for record in records:
            match record:
                case ArticleRecord():
                    _add(self.nodes.articles, record.article.key, record)
                case Provider():
                    _add(self.nodes.providers, record.key, record)
                case TopicRecord():
                    _add(self.nodes.topics, record.topic.key, record)
                case NodeProblems():
                    _add(self.owned, record.owner, record)

    def set_related(self, lists: Mapping[NodeKey, Sequence[Edge]]) -> None:
        self.nodes.related |= {key: [edge.target for edge in found] for key, found in lists.items()}
        self.nodes.linked = {pair for pair in self.nodes.linked if pair[0] not in lists} | {
            (key, edge.target)
            for key, found in lists.items()
            for edge in found
            if edge.origin is EdgeOrigin.LINKED
        }

    def counts(self) -> tuple[int, int]:
        records = self.nodes.articles.values()
        return len(records), sum(record.article.is_stub for record in records)

    def link_counts(self) -> tuple[int, int]:
        links = [link for each in self.linked.values() for link in each if link.origin is EdgeOrigin.LINKED]
        return len(links), sum(link.target is not None for link in links)


def _target(key: NodeKey, file: FileRecord) -> LinkTarget | None:
    if file.subject is None or file.identity is None or file.known_as is None:
        return None
    return LinkTarget(key, file.subject, file.path, file.identity, file.known_as, file.is_hidden)


def _add(known: dict[NodeKey, V], key: NodeKey, record: V) -> None:
    assert key not in known
    known[key] = record


def _winner_first(file: FileRecord) -> tuple[float, str, bytes, str]:
    date = file.published_date_time
    return (float("inf") if date is None else -date.timestamp(), file.path, file.sha256, file.folder)


# -- the reading side --------------------------------------------------------------------------------------

_ANSWERS: dict[type[Read[Any]], Callable[[Content, DictGraph, Any], Any]] = {}


def _answers(kind: type[Read[Any]]) -> Callable[[T], T]:
    def registered(function: Any) -> Any:
        _ANSWERS[kind] = function
        return function

    return registered


def answer(content: Content, read: Read[T]) -> T:
    """The answer to *read*."""
    rights: Rights = getattr(read, "rights", Rights())
    found: T = _ANSWERS[type(read)](content, content.graph(rights), read)
    return found


def _known(keys: Iterable[NodeKey], records: Mapping[NodeKey, V]) -> dict[NodeKey, V]:
    return {key: records[key] for key in keys if key in records}


def _some(found: Mapping[NodeKey, V]) -> dict[NodeKey, V]:
    """Without keys that have nothing."""
    return {key: value for key, value in found.items() if value}


@_answers(reads.ArticleRows)
def _articles(_: Content, graph: DictGraph, read: reads.ArticleRows) -> Mapping[NodeKey, Article]:
    return {key: record.article for key, record in _known(read.keys, graph.articles).items()}


@_answers(reads.DetailRows)
def _details(_: Content, graph: DictGraph, read: reads.DetailRows) -> Mapping[NodeKey, str]:
    records = _known(read.keys, graph.articles)
    return {
        key: record.details[read.detail] for key, record in records.items() if record.details.get(read.detail)
    }


@_answers(reads.DetailSizes)
def _detail_sizes(content: Content, graph: DictGraph, read: reads.DetailSizes) -> Mapping[NodeKey, int]:
    found = _details(content, graph, reads.DetailRows(read.keys, read.rights, read.detail))
    return {key: len(text.encode()) for key, text in found.items()}


@_answers(reads.SecuredRows)
def _secured(_: Content, graph: DictGraph, read: reads.SecuredRows) -> Mapping[NodeKey, Secured]:
    records = _known(read.keys, graph.articles) if read.rights.secured else {}
    return {key: record.secured for key, record in records.items() if record.secured is not None}


@_answers(reads.ImageRows)
def _images(_: Content, graph: DictGraph, read: reads.ImageRows) -> Mapping[NodeKey, tuple[Image, ...]]:
    return _some({key: tuple(record.images) for key, record in _known(read.keys, graph.articles).items()})


@_answers(reads.SourceRows)
def _sources(
    content: Content, graph: DictGraph, read: reads.SourceRows
) -> Mapping[NodeKey, tuple[SourceFile, ...]]:
    files = content.seen(read.rights).files()
    return _some(
        {
            key: tuple(
                SourceFile(path=file.path, sha256=file.sha256.hex())
                for file in files
                if file.subject == key and file.kind == "article"
            )
            for key in _known(read.keys, graph.articles)
        }
    )


@_answers(reads.TopicKeys)
def _topic_keys(_: Content, graph: DictGraph, read: reads.TopicKeys) -> Mapping[NodeKey, Keys]:
    return _some({key: tuple(graph.topics_of(key)) for key in _known(read.keys, graph.articles)})


@_answers(reads.ProviderRows)
def _providers(_: Content, graph: DictGraph, read: reads.ProviderRows) -> Mapping[NodeKey, Provider]:
    return _known(read.keys, graph.providers)


@_answers(reads.TopicRows)
def _topics(_: Content, graph: DictGraph, read: reads.TopicRows) -> Mapping[NodeKey, Topic]:
    return {key: record.topic for key, record in _known(read.keys, graph.topics).items()}


@_answers(reads.ChildKeys)
def _children(_: Content, graph: DictGraph, read: reads.ChildKeys) -> Mapping[NodeKey, Keys]:
    return _some({key: tuple(graph.children(key)) for key in _known(read.keys, graph.topics)})


@_answers(reads.Reciprocal)
def _reciprocal(_: Content, graph: DictGraph, read: reads.Reciprocal) -> frozenset[tuple[NodeKey, NodeKey]]:
    return frozenset(
        (one, other) for one, other in read.pairs if other in graph.out(one) and one in graph.out(other)
    )


@_answers(reads.Origins)
def _origins(
    _: Content, graph: DictGraph, read: reads.Origins
) -> Mapping[tuple[NodeKey, NodeKey], EdgeOrigin]:
    return {
        (one, other): graph.origin(one, other)
        for one, other in read.pairs
        if one in graph.articles and other in graph.out(one)
    }


@_answers(reads.SearchIndex)
def _search_index(_: Content, graph: DictGraph, read: reads.SearchIndex) -> Index:
    del read
    return graph.search_index()


@_answers(reads.Adjacency)
def _no_adjacency(_: Content, __: DictGraph, read: reads.Adjacency) -> None:
    del read


@_answers(reads.NeighborKeys)
def _neighbors(_: Content, graph: DictGraph, read: reads.NeighborKeys) -> Steps:
    return finish(graph.edges().steps(read.frontier, read.kinds, read.direction, read.limit, read.skip))


@_answers(reads.EdgesAmong)
def _edges_among(_: Content, graph: DictGraph, read: reads.EdgesAmong) -> Edges:
    return finish(graph.edges().edges(read.sources, read.targets, read.kinds))


@_answers(reads.FittingKeys)
def _fitting(_: Content, graph: DictGraph, read: reads.FittingKeys) -> frozenset[NodeKey]:
    others = {*graph.providers, *graph.topics}
    articles = _known(read.keys, graph.articles).items()
    fits = {key for key, record in articles if graph.fits(record, read.filter)}
    return frozenset(fits | (set(read.keys) & others))


@_answers(reads.ArticleKeysBy)
def _article_keys(content: Content, graph: DictGraph, read: reads.ArticleKeysBy) -> Mapping[str, NodeKey]:
    files = content.seen(read.rights).files()
    found: dict[str, NodeKey] = {}
    for value in read.values:
        records = graph.articles.values()
        fitting = [record.article for record in records if _is_known_by(record, read.by, value, files)]
        fitting = fitting or [record.article for record in records if _has_page(record, read.by, value)]
        if fitting:
            found[value] = min(fitting, key=_newest_first).key
    return found


def _is_known_by(
    record: ArticleRecord, by: ArticleIdentifier, value: str, files: Sequence[FileRecord]
) -> bool:
    match by:
        case ArticleIdentifier.URL:
            return value in record.urls
        case ArticleIdentifier.SLUG:
            return canonical(value) == canonical(record.article.slug)
        case ArticleIdentifier.PATH:
            own = (file.path for file in files if file.subject == record.article.key)
            return canonical(value) in map(canonical, own)


def _has_page(record: ArticleRecord, by: ArticleIdentifier, value: str) -> bool:
    """Whether an article that is identified by its path has a page at the address *value*."""
    if by is ArticleIdentifier.URL:
        return bool(record.addresses) and address(value) in record.urls
    return by is ArticleIdentifier.PATH and address(value) in record.addresses


def _newest_first(article: Article) -> tuple[float, NodeKey]:
    date = article.published_date_time
    return (float("inf") if date is None else -date.timestamp(), article.key)


@_answers(reads.TopicKeysByName)
def _topic_keys_by_name(_: Content, graph: DictGraph, read: reads.TopicKeysByName) -> Mapping[str, NodeKey]:
    found: dict[str, NodeKey] = {}
    for name in read.names:
        named = [record for record in graph.topics.values() if fold(name) in map(fold, record.names)]
        if named:
            best = min(named, key=lambda record: (fold(record.topic.name) != fold(name), record.topic.slug))
            found[name] = best.topic.key
    return found


@_answers(reads.Lists)
def _lists(_: Content, graph: DictGraph, read: reads.Lists) -> Mapping[ListKey, Slice]:
    return {key: graph.slice(key, read.filter, read.order, read.window) for key in read.keys}


@_answers(reads.Counts)
def _counts(_: Content, graph: DictGraph, read: reads.Counts) -> Mapping[ListKey, int]:
    return {key: len(graph.entries(key, read.filter)) for key in read.keys}


@_answers(reads.Members)
def _members(_: Content, graph: DictGraph, read: reads.Members) -> Column:
    return np.array([entry.key for entry in graph.entries(read.scope, read.filter)], dtype=np.int64)


@_answers(reads.ArticleColumns)
def _columns(_: Content, graph: DictGraph, read: reads.ArticleColumns) -> Columns:
    del read
    return graph.columns()


@_answers(reads.GraphAnalysis)
def _analysis(_: Content, graph: DictGraph, read: reads.GraphAnalysis) -> Analysis:
    del read
    return analyze("dicts", graph.edges().csr(), graph.columns())


@_answers(reads.LinkSuggestions)
def _link_suggestions(content: Content, graph: DictGraph, read: reads.LinkSuggestions) -> Suggestions:
    shown = [file for file in content.files.values() if not (read.rights.published_only and file.is_hidden)]
    folders = {key: [file.folder for file in shown if file.subject == key] for key in graph.articles}
    facts = [
        ArticleFacts(key, each.is_stub, min(folders[key], default=None), _addresses(each))
        for key, each in sorted((key, record.article) for key, record in graph.articles.items())
    ]
    return suggest(graph.search_index(), graph.edges().csr(), facts)


def _addresses(article: Article) -> tuple[str | None, ...]:
    return article.url, article.original_url, article.amp_web_url


@_answers(reads.ProblemRows)
def _problem_rows(_: Content, graph: DictGraph, read: reads.ProblemRows) -> Mapping[NodeKey, Problem]:
    return _known(read.keys, graph.problems)


@_answers(reads.Status)
def _status(content: Content, graph: DictGraph, read: reads.Status) -> ContentStatus:
    articles, stubs = content.seen(read.rights).counts()
    found = Counter(problem.severity for problem in graph.problems.values())
    links_found, links_resolved = content.seen(read.rights).link_counts()
    files = Counter(
        FileOutcome.TAXONOMY if file.kind in {"topic", "provider"} else FileOutcome(file.kind)
        for file in content.files.values()
        if not (read.rights.published_only and file.is_hidden)
    )
    return ContentStatus(
        revision=content.named(),
        generated_at=content.generated_at,
        articles=articles,
        stubs=stubs,
        providers=len(graph.providers),
        topics=len(graph.topics),
        related=sum(len(graph.out(key)) for key in graph.articles),
        linked=sum(
            graph.origin(key, other) is EdgeOrigin.LINKED
            for key in graph.articles
            for other in graph.out(key)
        ),
        links_found=links_found,
        links_resolved=links_resolved,
        files={outcome: files[outcome] for outcome in FileOutcome},
        problems={severity: found[severity] for severity in Severity},
    )


complete(_ANSWERS)


# -- the store ---------------------------------------------------------------------------------------------


class DictReader:
    """A `Reader` and a `Session`: the content as it was when it was lent."""

    def __init__(self, content: Content) -> None:
        self._content = content

    @property
    def revision(self) -> str:
        return self._content.named()

    def answer(self, read: Read[T]) -> T:
        return answer(self._content, read)

    def run(self, plan: Reads[T], /) -> T:
        return driver.run(plan, self.answer)

    def traced(self, plan: Reads[T]) -> tuple[T, list[TracedRead]]:
        return self.run(plan), []

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(work)

    def check(self) -> None:
        """What was read is of one revision."""

    def release(self) -> None:
        """There is no connection to give back."""


class OpenDictStore(Store):
    """A `Store`."""

    def __init__(self, location: DictStore) -> None:
        self._location = location

    def lend_now(self, until_s: float) -> Reader | None:
        del until_s
        return DictReader(self._location.content)

    async def lend(self) -> Reader:
        return DictReader(self._location.content)

    def revision_now(self) -> str | None:
        return self._location.content.named()

    async def revision(self) -> str:
        return self._location.content.named()

    async def adjacency(self, rights: Rights, revision: str) -> Csr | None:
        content = self._location.content
        if content.now != revision:
            return None
        edges = content.graph(rights).edges().edge_lists
        arrays = {kind: np.array(rows, dtype=np.int64).reshape(-1, 2) for kind, rows in edges.items()}
        return build(revision, arrays)

    async def close(self) -> None:
        """Nothing is open."""


class DictStore:
    """A `StoreLocation`, and a `WritableStore`."""

    def __init__(self) -> None:
        self.content = Content()

    def __str__(self) -> str:
        return "dict"

    def write(
        self,
        work: Callable[[StoreWriter], T],
        *,
        program: str,
        folders: Collection[str] | None = None,
    ) -> T:
        kept = deepcopy(self.content)
        if kept.program != program:
            if folders is not None and set(kept.folders()) - set(folders):
                raise StoreError(f"{self} holds other folders")
            sites = {name: site for name, site in kept.sites.items() if folders is None or name in folders}
            kept = Content(program=program, generation=kept.generation, sites=sites)
        result = work(kept)
        self.content = kept
        return result

    def exists(self) -> bool:
        return self.content.now is not None

    def health(self) -> Health:
        files: dict[str, dict[str, bytes]] = {}
        for file in self.content.files.values():
            files.setdefault(file.folder, {})[file.path] = file.sha256
        return Health(
            files=files, sites=self.content.sites, program=self.content.program, size_bytes=0, backlog_bytes=0
        )

    def is_locked(self) -> bool:
        return False

    def free_bytes(self) -> int | None:
        return None

    async def open(self, *, reader_connections: int, checked: bool, max_text: int) -> Store:
        del reader_connections, checked, max_text
        return OpenDictStore(self)

    @contextmanager
    def session(self) -> Iterator[DictReader]:
        yield DictReader(self.content)
