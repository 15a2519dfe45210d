"""The tree of topics as the taxonomy files draw it, and how the names in articles find into it.

Of several files of one topic the smallest path wins. A name means the topic that is called so, else the
one with that shortname, else the topic with the name's slug; of several the smallest slug.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from graph_api.documents.document import TopicDocument
from graph_api.documents.slugs import topic_slug
from graph_api.ingest import document_json
from graph_api.store.sqlite.writer_rows import Saying

Path: TypeAlias = str
Slug: TypeAlias = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What decides to which topic an article's name leads, and whether that is worth a warning."""

    slug_of_name: Mapping[str, Slug]
    slugs: Collection[Slug]
    folders: Collection[str]

    def slug(self, name: str) -> Slug:
        """The slug of the topic that *name* means."""
        return self.slug_of_name.get(name.casefold()) or topic_slug(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All topics that have a file: their documents, the winner first, with the paths."""

    documents: Mapping[Slug, list[tuple[Path, TopicDocument]]]
    meaning: Meaning
    parents: Mapping[Slug, Slug]
    cut: Collection[Slug]  # topics whose parent is left out, since it is their descendant


def taxonomy(sayings: Iterable[Saying]) -> Taxonomy:
    """The taxonomy of the topic files; sayings about one topic come with the winner first."""
    documents: dict[Slug, list[tuple[Path, TopicDocument]]] = {}
    folders: set[str] = set()
    for saying in sayings:
        documents.setdefault(saying.identity, []).append((saying.path, document_json.topic(saying.payload)))
        folders.add(saying.folder)
    winners = {slug: documents[slug][0][1] for slug in sorted(documents)}
    names = _names(winners)
    parents, cut = _without_cycles(_parents(winners, names))
    meaning = Meaning(slug_of_name=names, slugs=frozenset(winners), folders=frozenset(folders))
    return Taxonomy(documents=documents, meaning=meaning, parents=parents, cut=cut)


def _names(winners: Mapping[Slug, TopicDocument]) -> dict[str, Slug]:
    names: dict[str, Slug] = {}
    for slug, document in winners.items():
        names.setdefault(document.name.casefold(), slug)
    for slug, document in winners.items():
        if document.shortname is not None:
            names.setdefault(document.shortname.casefold(), slug)
    return names


def _parents(winners: Mapping[Slug, TopicDocument], names: Mapping[str, Slug]) -> dict[Slug, Slug]:
    """The parents that are there."""
    found: dict[Slug, Slug] = {}
    for slug, document in winners.items():
        if document.parent is not None:
            parent = names.get(document.parent.casefold()) or topic_slug(document.parent)
            if parent in winners:
                found[slug] = parent
    return found


def _without_cycles(parents: Mapping[Slug, Slug]) -> tuple[dict[Slug, Slug], frozenset[Slug]]:
    """The parents with each cycle cut at its smallest slug, and those slugs."""
    cut: set[Slug] = set()
    done: set[Slug] = set()
    for start in parents:
        line: dict[Slug, None] = {}  # ordered: from *start* upwards
        at: Slug | None = start
        while at is not None and at not in line and at not in done:
            line[at] = None
            at = parents.get(at)
        if at is not None and at in line:
            upwards = list(line)
            cut.add(min(upwards[upwards.index(at) :]))
        done.update(line)
    return {slug: parent for slug, parent in parents.items() if slug not in cut}, frozenset(cut)
