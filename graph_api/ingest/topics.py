"""One topic, made from its taxonomy files and from how articles spell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from graph_api.documents.document import TopicDocument
from graph_api.documents.slugs import topic_slug
from graph_api.ingest import document_json, problems
from graph_api.ingest.file_rows import problem_rows
from graph_api.ingest.providers import most_used
from graph_api.ingest.taxonomy import Path, Taxonomy
from graph_api.records import NodeKey, Problem, name_key, topic_id
from graph_api.store.sqlite.writer_rows import Row, Spelling, TopicNameRow, TopicRow


def topic_rows(
    key: NodeKey, slug: str | None, spellings: Sequence[Spelling], taxonomy: Taxonomy
) -> list[Row]:
    """The rows of a topic; *slug* is None when it has no file. No rows when nothing mentions it."""
    if slug is not None:
        return _with_file(key, slug, spellings, taxonomy)
    if not spellings:
        return []
    uses = {spelling.name: spelling.uses for spelling in spellings}
    shown = {spelling.name: spelling.shown for spelling in spellings if spelling.shown}
    name = most_used(Counter(shown or uses))
    row = _row(key, topic_slug(name), _bare(name), parent=None, hidden=not shown)
    return [row, *_names(row, spellings)]


def _with_file(key: NodeKey, slug: str, spellings: Sequence[Spelling], taxonomy: Taxonomy) -> list[Row]:
    documents = taxonomy.documents[slug]
    parent = taxonomy.parents.get(slug)
    parent_key = None if parent is None else name_key(topic_id(parent))
    row = _row(key, slug, documents[0][1], parent=parent_key, hidden=False)
    return [row, *_names(row, spellings), *problem_rows(key, _problems(slug, documents, taxonomy), None)]


def _row(
    key: NodeKey, slug: str, document: TopicDocument, *, parent: NodeKey | None, hidden: bool
) -> TopicRow:
    return TopicRow(
        key=key,
        id=topic_id(slug),
        slug=slug,
        name=document.name,
        shortname=document.shortname,
        keywords=document_json.of_texts(document.keywords),
        hashtags=document_json.of_texts(document.hashtags),
        images=document_json.of_images(document.images),
        parent=parent,
        extra=document.extra,
        hidden=hidden,
        slug_folded=slug.casefold(),
        name_folded=document.name.casefold(),
    )


def _bare(name: str) -> TopicDocument:
    """What is known of a topic that only articles mention."""
    return TopicDocument(
        slug="", name=name, shortname=None, parent=None, keywords=(), hashtags=(), images=(), extra=None
    )


def _names(row: TopicRow, spellings: Sequence[Spelling]) -> list[Row]:
    known = {row.name, *(spelling.name for spelling in spellings)}
    if row.shortname is not None:
        known.add(row.shortname)
    return [TopicNameRow(name, row.key) for name in sorted({name.casefold() for name in known})]


def _problems(
    slug: str, documents: Sequence[tuple[Path, TopicDocument]], taxonomy: Taxonomy
) -> tuple[Problem, ...]:
    path, winner = documents[0]
    found = [problems.duplicate(other, path, "topic") for other, _ in documents[1:]]
    if winner.parent is not None and slug in taxonomy.cut:
        found.append(problems.parent_cycle(path, winner.parent))
    elif winner.parent is not None and slug not in taxonomy.parents:
        found.append(problems.unknown_parent(path, winner.parent))
    return tuple(found)
