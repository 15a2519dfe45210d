"""Finds the nodes that a change touches and derives them again, in both graphs, as a fresh ingest does.

An article depends on its files; a stub on the files that list it and on whether their articles are in the graph; a
list of related articles on its own files and on which targets are in the graph; a provider or topic on its files and
on the articles that name it. Other nodes stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph_api.documents.document import ReferenceForm
from graph_api.documents.site import Identity
from graph_api.ingest import document_json
from graph_api.ingest.articles import from_copies, from_files
from graph_api.ingest.linking import LinkedFolder, link
from graph_api.ingest.providers import provider_records
from graph_api.ingest.taxonomy import Taxonomy, TopicNames, taxonomy, topic_records
from graph_api.records import NodeKey, name_key, topic_id
from graph_api.store.writing import Edge, FileRecord, GraphWriter, StoreWriter, batches


@dataclass(frozen=True, slots=True)
class Touched:
    """The nodes that changed files are about, by kind, and the articles that these list.

    *relinked* are the articles whose references changed because other files changed.
    """

    articles: set[NodeKey] = field(default_factory=set[NodeKey])
    relinked: set[NodeKey] = field(default_factory=set[NodeKey])
    providers: set[NodeKey] = field(default_factory=set[NodeKey])
    topics: set[NodeKey] = field(default_factory=set[NodeKey])
    listed: set[NodeKey] = field(default_factory=set[NodeKey])


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """How many articles were added and removed, and how many stayed while a file about them changed."""

    added: int = 0
    removed: int = 0
    changed: int = 0


def replace(writer: StoreWriter, old: set[NodeKey], new: Sequence[FileRecord], touched: Touched) -> None:
    """Replace *old* files by *new* ones, and add to *touched* what these and those are about."""
    before = writer.subjects(old)
    touched.listed.update(writer.listed_by(before.get("article", set())))
    writer.remove_files(old)
    writer.add_files(new)
    after = {file.subject for file in new if file.kind == "article" and file.subject is not None}
    touched.listed.update(writer.listed_by(after))
    touched.articles.update(before.get("article", ()), after)
    touched.providers.update(before.get("provider", ()), _subjects(new, "provider"))
    touched.topics.update(before.get("topic", ()), _subjects(new, "topic"))


def _subjects(files: Iterable[FileRecord], kind: str) -> Iterable[NodeKey]:
    return [file.subject for file in files if file.kind == kind and file.subject is not None]


def derive(
    writer: StoreWriter, touched: Touched, before: Taxonomy, linked: Sequence[LinkedFolder]
) -> Derived:
    """Give every touched node, in both graphs, the records that a fresh ingest of the same files would give it.

    *before* is the taxonomy before the files changed, *linked* are the folders whose documents name each other. The
    counts are those of the graph of all files.
    """
    graphs = writer.graphs()
    for number, graph in enumerate(graphs):
        for folder in linked:
            relinked = link(graph, folder, published_only=number > 0)
            touched.relinked.update(relinked)
            touched.listed.update(writer.listed_by(relinked))
    after = stored_taxonomy(graphs[0]) if touched.topics else before
    unsettled = [graph.changeable_by_copies(touched.listed) for graph in graphs]
    writer.drop_unused_copies(touched.listed)
    base_urls = _base_urls(writer)
    counts, *_ = [
        _derive(writer, graph, touched, found, before, after, base_urls)
        for graph, found in zip(graphs, unsettled, strict=True)
    ]
    return counts


def _base_urls(writer: StoreWriter) -> dict[str, str]:
    """The base URLs of the folders that are read by path."""
    sites = {folder: document_json.site(writer.site(folder)) for folder in writer.folders()}
    return {folder: site.base_url for folder, site in sites.items() if site.identity is Identity.BY_PATH}


def stored_taxonomy(graph: GraphWriter) -> Taxonomy:
    """The taxonomy of the files that the store holds."""
    return taxonomy(found for each in graph.statements("topic").values() for found in each)


def _derive(
    writer: StoreWriter,
    graph: GraphWriter,
    touched: Touched,
    unsettled: set[NodeKey],
    before: Taxonomy,
    after: Taxonomy,
    base_urls: Mapping[str, str],
) -> Derived:
    articles = touched.articles | touched.relinked | unsettled
    providers, topics = set(touched.providers), set(touched.topics)
    if graph.is_new:
        subjects = writer.subjects()
        articles |= subjects.get("article", set()) | writer.listed_by()
        providers |= subjects.get("provider", set())
        topics |= subjects.get("topic", set())
    elif after.topic_names != before.topic_names:  # any article may have other topics now
        articles |= writer.subjects().get("article", set())
    if touched.topics or graph.is_new:
        topics |= {name_key(topic_id(slug)) for slug in (*before.documents, *after.documents)}
    former = graph.urls(articles)
    providers |= graph.providers_of(articles)
    topics |= graph.topics_of(articles)
    _derive_articles(graph, articles, former, after.topic_names, base_urls)
    providers |= graph.providers_of(articles)
    topics |= graph.topics_of(articles)
    _derive_topics(graph, topics, after)
    _derive_providers(graph, providers)
    present = graph.urls(articles).keys()
    return Derived(
        added=len(present - former.keys()),
        removed=len(former.keys() - present),
        changed=len(present & former.keys() & touched.articles),
    )


def _derive_articles(
    graph: GraphWriter,
    articles: set[NodeKey],
    former: Mapping[NodeKey, str],
    topic_names: TopicNames,
    base_urls: Mapping[str, str],
) -> None:
    graph.remove("article", articles)
    without_files = set(articles)
    for batch in batches(articles):
        copied, dead = graph.copied_urls(batch), graph.dead_references(ReferenceForm.LISTED.value, batch)
        found = graph.statements("article", batch)
        without_files -= found.keys()
        graph.add(
            record
            for key, statements in found.items()
            for record in from_files(
                key, statements, copied.get(key, ()), dead.get(key, ()), topic_names, base_urls
            )
        )
    for batch in batches(without_files):
        copies = graph.copies(batch)
        graph.add(record for key, found in copies.items() for record in from_copies(key, found))
    present = graph.urls(articles)
    moved = {key for key in articles if former.get(key) != present.get(key)}
    for batch in batches(articles | graph.articles_listing(moved)):
        listed = graph.related(batch)
        graph.set_related({key: _edges(key, listed.get(key, ())) for key in batch})


def _edges(article: NodeKey, named: Iterable[Edge]) -> list[Edge]:
    """One edge to each of the articles that are *named*, the first; none to the article itself."""
    found: dict[NodeKey, Edge] = {}
    for edge in named:
        if edge.target != article:
            found.setdefault(edge.target, edge)
    return list(found.values())


def _derive_topics(graph: GraphWriter, keys: set[NodeKey], after: Taxonomy) -> None:
    graph.remove("topic", keys)
    slugs = {name_key(topic_id(slug)): slug for slug in after.documents}
    for batch in batches(keys):
        spellings = graph.spellings(batch)
        graph.add(
            record
            for key in batch
            for record in topic_records(key, slugs.get(key), spellings.get(key, ()), after)
        )


def _derive_providers(graph: GraphWriter, keys: set[NodeKey]) -> None:
    graph.remove("provider", keys)
    for batch in batches(keys):
        statements, names = graph.statements("provider", batch), graph.provider_names(batch)
        graph.add(
            record
            for key in batch
            for record in provider_records(key, statements.get(key, ()), names.get(key, ()))
        )
