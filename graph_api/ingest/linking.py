"""Resolves the references of a folder's documents within one graph, again only where the answer may have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from graph_api.documents.document import Reference, ReferenceForm
from graph_api.documents.site import Site
from graph_api.ingest.document_json import known_as
from graph_api.ingest.links import LinkIndex, Target
from graph_api.records import EdgeOrigin, NodeKey
from graph_api.store.writing import (
    FileRecord,
    GraphWriter,
    Link,
    LinkTarget,
    StoredReference,
    batches,
    document_key,
)

_BATCH = 2_000  # documents whose references are in memory at once
_FORMS = {form.value: form for form in ReferenceForm}


@dataclass(slots=True, kw_only=True)
class LinkedFolder:
    """A folder whose documents name each other, and what changed in it.

    *read* are the files that were read again. The other two are true when a document, or what documents are named
    by, changed: in the graph of all files, and in the published graph.
    """

    folder: str
    site: Site
    read: set[NodeKey] = field(default_factory=set[NodeKey])
    has_changed_targets: bool = False
    has_changed_published: bool = False

    def replace(self, old: Collection[LinkTarget], new: Iterable[FileRecord]) -> None:
        """Record that *new* files replaced those with the targets *old*."""
        files = {document_key(file.folder, file.path): file for file in new}
        self.read.update(files)
        targets = {target for key, file in files.items() if (target := _target(key, file)) is not None}
        self.has_changed_targets |= _of_all(targets) != _of_all(old)
        self.has_changed_published |= _published(targets) != _published(old)


def _target(key: NodeKey, file: FileRecord) -> LinkTarget | None:
    if file.subject is None or file.identity is None or file.known_as is None:
        return None
    return LinkTarget(key, file.subject, file.path, file.identity, file.known_as, file.is_hidden)


def _of_all(targets: Iterable[LinkTarget]) -> set[LinkTarget]:
    return {target._replace(is_hidden=False) for target in targets}


def _published(targets: Iterable[LinkTarget]) -> set[LinkTarget]:
    return {target for target in targets if not target.is_hidden}


def link(graph: GraphWriter, folder: LinkedFolder, *, published_only: bool) -> set[NodeKey]:
    """Resolve again the references that may have changed. Returns the articles whose references did."""
    is_changed = folder.has_changed_published if published_only else folder.has_changed_targets
    is_equal = not graph.is_new and not is_changed
    if is_equal and not folder.read:
        return set()
    targets = graph.link_targets(folder.folder)
    documents = {target.document: target for target in targets}
    index = _index(targets, folder)
    changed: set[NodeKey] = set()
    for batch in batches(folder.read & documents.keys() if is_equal else documents, _BATCH):
        links = {
            document: list(_links(references, documents[document], index))
            for document, references in graph.references(batch).items()
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
    """Where *references* lead; pages of other sites are left out."""
    for one in references:
        reference = Reference(_FORMS[one.form], one.target, one.line, one.text)
        target = index.resolve(reference, source.path)
        if target is not None or not index.is_external(reference):
            origin = EdgeOrigin.LISTED if reference.form is ReferenceForm.LISTED else EdgeOrigin.LINKED
            yield Link(one.position, None if target is None else target.document, origin)
