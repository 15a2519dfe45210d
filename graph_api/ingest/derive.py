"""Which nodes a change touches, and their rows made anew by the functions a fresh ingest uses.

An article depends on its files; a stub on the files that list it and on whether their articles are in
the graph and hidden; a list of related articles on its own files and on which targets are in the graph;
a provider or topic on its files and on the articles that name it. What is touched follows these lines
and no others, so a change costs what it touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph_api.ingest.articles import from_copies, from_files
from graph_api.ingest.providers import provider_rows
from graph_api.ingest.taxonomy import Meaning, Taxonomy, taxonomy
from graph_api.ingest.topics import topic_rows
from graph_api.records import NodeKey, name_key, topic_id
from graph_api.store.sqlite.writer import Writer, batches
from graph_api.store.sqlite.writer_rows import FileRows, Saying


@dataclass(frozen=True, slots=True)
class Touched:
    """The nodes a change can have touched: what changed files are about, and what they list."""

    articles: set[NodeKey] = field(default_factory=set[NodeKey])
    providers: set[NodeKey] = field(default_factory=set[NodeKey])
    topics: set[NodeKey] = field(default_factory=set[NodeKey])
    copied: set[NodeKey] = field(default_factory=set[NodeKey])
    told: set[NodeKey] = field(default_factory=set[NodeKey])  # articles that a changed file is about

    def add(self, kind: str, keys: Iterable[NodeKey]) -> None:
        """The nodes of one kind are touched."""
        {"article": self.articles, "provider": self.providers, "topic": self.topics}[kind].update(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The articles that came, went, and stayed while a file about them changed."""

    added: int
    gone: int
    changed: int


def known_taxonomy(writer: Writer) -> Taxonomy:
    """The taxonomy as the database has it."""
    return taxonomy(saying for found in writer.sayings("topic").values() for saying in found)


def replace(writer: Writer, forgotten: set[NodeKey], files: list[FileRows], touched: Touched) -> None:
    """What *forgotten* files said is gone, what *files* say is there; *touched* knows whom it concerns."""
    before = writer.subjects(forgotten)
    touched.copied.update(writer.targets(forgotten))
    touched.articles.update(writer.unsettled_targets(before.get("article", ())))
    writer.forget(forgotten)
    writer.remember(files)
    after = writer.subjects({file.document.key for file in files})
    touched.articles.update(writer.unsettled_targets(after.get("article", ())))
    for subjects in (before, after):
        touched.told.update(subjects.get("article", ()))
        for kind, keys in subjects.items():
            touched.add(kind, keys)


def derive(writer: Writer, touched: Touched, before: Taxonomy) -> Derived:
    """Every touched node has the rows that a fresh ingest of the same files would give it."""
    writer.drop_unused_copies(touched.copied)
    after = known_taxonomy(writer) if touched.topics else before
    if after.meaning != before.meaning:  # names lead elsewhere now: in any article
        touched.articles.update(writer.article_subjects())
    if touched.topics:
        touched.topics.update(name_key(topic_id(slug)) for slug in (*before.documents, *after.documents))
    derived = _derive_articles(writer, touched, after.meaning)
    _derive_topics(writer, touched.topics, after)
    _derive_providers(writer, touched.providers)
    return derived


# -- articles ----------------------------------------------------------------------------------------------


def _derive_articles(writer: Writer, touched: Touched, meaning: Meaning) -> Derived:
    articles = touched.articles
    before = writer.urls(articles)
    _touch_named(writer, touched)
    writer.remove("article", articles)
    without_files = set(articles)
    for batch in batches(articles):
        without_files -= _add_articles_with_files(writer, batch, meaning)
    for batch in batches(without_files):
        _add_stubs(writer, batch)
    after = writer.urls(articles)
    _touch_named(writer, touched)
    moved = {key for key in articles if before.get(key) != after.get(key)}
    _relate(writer, articles | writer.listing(moved))
    return Derived(
        added=len(after.keys() - before.keys()),
        gone=len(before.keys() - after.keys()),
        changed=len(before.keys() & after.keys() & touched.told),
    )


def _touch_named(writer: Writer, touched: Touched) -> None:
    touched.providers.update(writer.providers_of(touched.articles))
    touched.topics.update(writer.topics_of(touched.articles))


def _add_articles_with_files(writer: Writer, keys: list[NodeKey], meaning: Meaning) -> set[NodeKey]:
    copied = writer.copied_urls(keys)
    found = writer.sayings("article", keys)
    writer.add(
        row
        for key, sayings in found.items()
        for row in from_files(key, sayings, copied.get(key, ()), meaning)
    )
    return set(found)


def _add_stubs(writer: Writer, keys: list[NodeKey]) -> None:
    writer.add(row for key, copies in writer.copies(keys).items() for row in from_copies(key, copies))


def _relate(writer: Writer, articles: set[NodeKey]) -> None:
    for batch in batches(articles):
        listed = writer.related(batch)
        writer.relate({key: list(dict.fromkeys(listed.get(key, ()))) for key in batch})


# -- providers and topics ----------------------------------------------------------------------------------


def _derive_providers(writer: Writer, keys: set[NodeKey]) -> None:
    writer.remove("provider", keys)
    for batch in batches(keys):
        sayings: Mapping[NodeKey, list[Saying]] = writer.sayings("provider", batch)
        namings = writer.namings(batch)
        writer.add(
            row for key in batch for row in provider_rows(key, sayings.get(key, ()), namings.get(key, ()))
        )


def _derive_topics(writer: Writer, keys: set[NodeKey], after: Taxonomy) -> None:
    writer.remove("topic", keys)
    slugs = {name_key(topic_id(slug)): slug for slug in after.documents}
    for batch in batches(keys):
        spellings = writer.spellings(batch)
        writer.add(
            row for key in batch for row in topic_rows(key, slugs.get(key), spellings.get(key, ()), after)
        )
