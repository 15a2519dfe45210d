"""Resolves the references of a folder's documents within one graph, again only where the answer may have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath

from graph_api.documents.document import Reference, ReferenceForm
from graph_api.documents.site import Site
from graph_api.ingest.document_json import known_as
from graph_api.ingest.links import LinkIndex, Target
from graph_api.records import EdgeOrigin, NodeKey
from graph_api.store.writing import GraphWriter, Link, LinkTarget, StoredReference

_BATCH = 2_000  # documents whose references are in memory at once
_FORMS = {form.value: form for form in ReferenceForm}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFolder:
    """A folder whose documents name each other: its site, its documents in each graph *before* the change, and
    those that were read again."""

    folder: str
    site: Site
    before: Sequence[list[LinkTarget]]
    read: set[NodeKey] = field(default_factory=set[NodeKey])


def before(graphs: Iterable[GraphWriter], folder: str, site: Site) -> LinkedFolder:
    """The folder as *graphs* have it before its files change."""
    targets = [graph.link_targets(folder) for graph in graphs]
    return LinkedFolder(folder=folder, site=site, before=targets)


def link(graph: GraphWriter, number: int, folder: LinkedFolder) -> set[NodeKey]:
    """Resolve what may have changed in the graph with this *number*; the articles whose references lead elsewhere now."""
    targets = graph.link_targets(folder.folder)
    is_equal = not graph.is_new and number < len(folder.before) and folder.before[number] == targets
    documents = {target.document: target for target in targets}
    if is_equal and not folder.read & documents.keys():
        return set()
    index = _index(targets, folder)
    changed: set[NodeKey] = set()
    for batch in _batches(folder.read & documents.keys() if is_equal else documents.keys()):
        found = graph.references(folder.folder, batch)
        links = {
            document: list(_links(references, documents[document], index))
            for document, references in found.items()
        }
        former = graph.links(batch)
        moved = {
            document: links.get(document, [])
            for document in batch
            if former.get(document, []) != links.get(document, [])
        }
        graph.set_links(moved)
        changed.update(documents[document].subject for document in moved)
    return changed


def _index(targets: Iterable[LinkTarget], folder: LinkedFolder) -> LinkIndex:
    found = (Target(one.subject, one.path, one.identity, *known_as(one.known_as)) for one in targets)
    return LinkIndex(found, folder.site.base_url, PurePath(folder.folder).name)


def _links(references: Iterable[StoredReference], source: LinkTarget, index: LinkIndex) -> Iterator[Link]:
    for one in references:
        form = _FORMS[one.form]
        target = index.resolve(Reference(form, one.target, one.line, one.text), source.path)
        origin = EdgeOrigin.LISTED if form is ReferenceForm.LISTED else EdgeOrigin.LINKED
        yield Link(one.position, None if target is None else target.document, origin)


def _batches(documents: Collection[NodeKey]) -> Iterator[list[NodeKey]]:
    ordered = iter(sorted(documents))
    while batch := list(islice(ordered, _BATCH)):
        yield batch
