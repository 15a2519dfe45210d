"""References are resolved again only where the answer may have changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest

from graph_api.documents.document import ReferenceForm
from graph_api.documents.site import Identity, Site
from graph_api.ingest.linking import LinkedFolder, link
from graph_api.records import EdgeOrigin, NodeKey
from graph_api.store.writing import FileRecord, Link, LinkTarget, StoredReference, document_key

FOLDER = "/garden"
SITE = Site(identity=Identity.BY_PATH, body_links=True)
PATHS = ("a.md", "b.md", "c.md")


class FakeGraph:
    """The part of a `GraphWriter` that links need: each document links to b. Notes whose references were asked for."""

    def __init__(self, *, is_new: bool = False) -> None:
        self.is_new = is_new
        self.asked: set[str] = set()
        self.set: dict[NodeKey, list[Link]] = {}

    def link_targets(self, folder: str) -> list[LinkTarget]:
        assert folder == FOLDER
        return [target(path) for path in PATHS]

    def references(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[StoredReference]]:
        self.asked |= {path for path in PATHS if document_key(FOLDER, path) in documents}
        return {key: [StoredReference(0, ReferenceForm.LINK.value, "b.md", 1, "")] for key in documents}

    def links(self, documents: Collection[NodeKey]) -> Mapping[NodeKey, list[Link]]:
        return {key: found for key, found in self.set.items() if key in documents}

    def set_links(self, links: Mapping[NodeKey, Sequence[Link]]) -> None:
        self.set |= {key: list(found) for key, found in links.items()}


def subject(path: str) -> NodeKey:
    return NodeKey(PATHS.index(path))


def target(path: str, title: str = "", *, is_hidden: bool = False) -> LinkTarget:
    key = document_key(FOLDER, path)
    return LinkTarget(key, subject(path), path, f"https://x.example/{path}", f'[[],["{title}"]]', is_hidden)


def record(path: str, title: str = "", *, is_hidden: bool = False) -> FileRecord:
    said = target(path, title)
    return FileRecord(
        folder=FOLDER,
        path=path,
        sha256=b"",
        kind="article",
        subject=said.subject,
        identity=said.identity,
        published_date_time=None,
        is_hidden=is_hidden,
        payload="{}",
        known_as=said.known_as,
    )


def folder() -> LinkedFolder:
    return LinkedFolder(folder=FOLDER, site=SITE)


def test_a_changed_body_resolves_the_references_of_its_file_only() -> None:
    graph, changed = FakeGraph(), folder()
    changed.replace([target("c.md")], [record("c.md")])
    assert link(graph, changed, published_only=False) == {subject("c.md")}  # type: ignore[arg-type]  # a part of it
    assert graph.asked == {"c.md"}
    assert graph.set == {document_key(FOLDER, "c.md"): [Link(0, subject("b.md"), EdgeOrigin.LINKED)]}


def test_nothing_is_resolved_when_nothing_was_read() -> None:
    graph = FakeGraph()
    assert link(graph, folder(), published_only=False) == set()  # type: ignore[arg-type]  # as above
    assert graph.asked == set()


def test_a_graph_that_is_new_resolves_all() -> None:
    graph = FakeGraph(is_new=True)
    assert link(graph, folder(), published_only=True) == set(map(subject, PATHS))  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([target("c.md")], [record("c.md", "Another title")]),
        ([target("c.md")], []),
        ([], [record("c.md")]),
    ],
)
def test_other_names_or_documents_resolve_all(old: list[LinkTarget], new: list[FileRecord]) -> None:
    graph, changed = FakeGraph(), folder()
    changed.replace(old, new)
    link(graph, changed, published_only=False)  # type: ignore[arg-type]  # as above
    assert graph.asked == set(PATHS)


def test_a_document_that_is_hidden_now_is_another_set_of_published_ones_only() -> None:
    changed = folder()
    changed.replace([target("c.md")], [record("c.md", is_hidden=True)])
    assert (changed.has_changed_targets, changed.has_changed_published) == (False, True)


def test_an_article_whose_links_lead_where_they_did_is_not_derived_again() -> None:
    graph, changed = FakeGraph(), folder()
    changed.replace([], [record("c.md")])
    link(graph, changed, published_only=False)  # type: ignore[arg-type]  # as above
    assert link(graph, changed, published_only=False) == set()  # type: ignore[arg-type]  # as above
