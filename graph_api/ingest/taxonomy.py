"""The tree of topics of the taxonomy files, the topics that names in articles mean, and the record of each topic.

Of several files of one topic the smallest path wins. A name means the topic with that name, else the one with that
shortname, else the topic with the name's slug; of several the one with the smallest slug.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from graph_api.documents.document import TopicDocument
from graph_api.documents.slugs import topic_slug
from graph_api.ingest import document_json, problems
from graph_api.records import NodeKey, Problem, Topic, name_key, topic_id
from graph_api.store.folding import fold
from graph_api.store.writing import NodeProblems, NodeRecord, Spelling, Statement, TopicRecord

Slug: TypeAlias = str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNames:
    """Which topic a name in an article means, and in which folders an unknown one is worth a warning."""

    slug_of_name: Mapping[str, Slug]
    slugs: Collection[Slug]
    folders: Collection[str]

    def slug(self, name: str) -> Slug:
        """The slug of the topic that *name* means."""
        return self.slug_of_name.get(fold(name)) or topic_slug(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All topics that have a file: their documents, the winner first, with the paths."""

    documents: Mapping[Slug, list[tuple[str, TopicDocument]]]
    topic_names: TopicNames
    parents: Mapping[Slug, Slug]
    cut: Collection[Slug]  # topics whose parent is ignored: it is their descendant


def taxonomy(statements: Iterable[Statement]) -> Taxonomy:
    """The taxonomy of the topic files; statements about one topic come with the winner first."""
    documents: dict[Slug, list[tuple[str, TopicDocument]]] = {}
    folders: set[str] = set()
    for statement in statements:
        found = (statement.path, document_json.topic(statement.payload))
        documents.setdefault(statement.identity, []).append(found)
        folders.add(statement.folder)
    winners = {slug: documents[slug][0][1] for slug in sorted(documents)}
    names = _names(winners)
    parents, cut = _without_cycles(_parents(winners, names))
    topic_names = TopicNames(slug_of_name=names, slugs=frozenset(winners), folders=frozenset(folders))
    return Taxonomy(documents=documents, topic_names=topic_names, parents=parents, cut=cut)


def _names(winners: Mapping[Slug, TopicDocument]) -> dict[str, Slug]:
    names: dict[str, Slug] = {}
    for slug, document in winners.items():
        names.setdefault(fold(document.name), slug)
    for slug, document in winners.items():
        if document.shortname is not None:
            names.setdefault(fold(document.shortname), slug)
    return names


def _parents(winners: Mapping[Slug, TopicDocument], names: Mapping[str, Slug]) -> dict[Slug, Slug]:
    """The parents that have a file."""
    found: dict[Slug, Slug] = {}
    for slug, document in winners.items():
        if document.parent is not None:
            parent = names.get(fold(document.parent)) or topic_slug(document.parent)
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


# -- records -----------------------------------------------------------------------------------------------


def topic_records(
    key: NodeKey, slug: Slug | None, spellings: Sequence[Spelling], taxonomy: Taxonomy
) -> list[NodeRecord]:
    """The records of a topic; *slug* is None when it has no file. No records when nothing mentions it."""
    names = [spelling.name for spelling in spellings]
    if slug is not None:
        documents = taxonomy.documents[slug]
        topic = _topic(key, slug, documents[0][1], taxonomy.parents.get(slug))
        found = _problems(slug, documents, taxonomy)
        record = TopicRecord(topic=topic, names=[*_own_names(topic), *names])
        return [record, *([NodeProblems(owner=key, problems=found)] if found else [])]
    if not spellings:
        return []
    name = most_used(Counter({spelling.name: spelling.uses for spelling in spellings}))
    topic = _topic(key, topic_slug(name), _bare(name), None)
    return [TopicRecord(topic=topic, names=[name, *names])]


def most_used(uses: Counter[str]) -> str:
    """The text with the highest count, of several the smallest."""
    return min(uses, key=lambda text: (-uses[text], text))


def _topic(key: NodeKey, slug: Slug, document: TopicDocument, parent: Slug | None) -> Topic:
    return Topic(
        key=key,
        id=topic_id(slug),
        slug=slug,
        name=document.name,
        shortname=document.shortname,
        keywords=document.keywords,
        hashtags=document.hashtags,
        images=document.images,
        parent_key=None if parent is None else name_key(topic_id(parent)),
        extra=document.extra,
    )


def _bare(name: str) -> TopicDocument:
    """The document of a topic that only articles mention."""
    return TopicDocument(
        slug="", name=name, shortname=None, parent=None, keywords=(), hashtags=(), images=(), extra=None
    )


def _own_names(topic: Topic) -> list[str]:
    return [topic.name] if topic.shortname is None else [topic.name, topic.shortname]


def _problems(
    slug: Slug, documents: Sequence[tuple[str, TopicDocument]], taxonomy: Taxonomy
) -> list[Problem]:
    path, winner = documents[0]
    found = [problems.duplicate(other, path, "topic") for other, _ in documents[1:]]
    if winner.parent is not None and slug in taxonomy.cut:
        found.append(problems.parent_cycle(path, winner.parent))
    elif winner.parent is not None and slug not in taxonomy.parents:
        found.append(problems.unknown_parent(path, winner.parent))
    return found
