"""Nodes and edges as other programs see them, for `Subgraph.export` and for exports of the whole graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph_api.execution.fields import TextChunks
from graph_api.graph.export import Columns, ExportLink, ExportNode, GraphFormat, Value, export
from graph_api.graph.walk import Link
from graph_api.records import Article, NodeKey, Provider
from graph_api.schema.resolvers.traversal import Node, Subgraph, linked, records
from graph_api.schema.scalars import moment_text
from graph_api.store.plans import Pause, Reads, Rights, ask

COLUMNS: Columns = {  # the attributes that nodes may have
    "kind": str,
    "url": str,
    "type": str,
    "publishedDateTime": str,
    "category": str,
    "quality": int,
    "heat": int,
    "published": bool,
    "isStub": bool,
    "domain": str,
    "slug": str,
}


def exported(parents: Sequence[Subgraph], rights: Rights, format: GraphFormat) -> Reads[list[TextChunks]]:
    """The subgraph in a format that other programs read. Two articles that list each other are two edges."""
    theirs = yield from linked(parents, rights)
    found = yield from records((key for parent in parents for key in parent.keys), rights)
    texts: list[TextChunks] = []
    for parent, links in zip(parents, theirs, strict=True):
        nodes = (export_node(found[key]) for key in parent.keys)
        edges = (export_link(link, found) for link in links.directed())
        yield from ask(Pause(apart=True))
        chunks = TextChunks()
        for chunk in export(nodes, edges, format, COLUMNS):
            chunks.append(chunk)
            yield from ask(Pause())
        texts.append(chunks)
    return texts


def export_node(node: Node) -> ExportNode:
    """The node with its short attributes."""
    if isinstance(node, Article):
        return ExportNode(id=node.id, label=node.title, attributes=dict(_of_article(node)))
    if isinstance(node, Provider):
        return ExportNode(id=node.id, label=node.name, attributes={"kind": "provider", "domain": node.domain})
    return ExportNode(id=node.id, label=node.name, attributes={"kind": "topic", "slug": node.slug})


def _of_article(article: Article) -> Iterator[tuple[str, Value]]:
    """Attributes under the names of the schema's fields; none for null."""
    yield "kind", "article"
    yield "url", article.url
    yield "type", article.type
    if article.published_date_time is not None:
        yield "publishedDateTime", moment_text(article.published_date_time)
    for name in ("category", "quality", "heat", "published"):
        if (value := getattr(article, name)) is not None:
            yield name, value
    yield "isStub", article.is_stub


def export_link(link: Link, nodes: Mapping[NodeKey, Node]) -> ExportLink:
    """The link, its ends as ids."""
    source, target, kind, position, reciprocal = link
    return ExportLink(nodes[NodeKey(source)].id, nodes[NodeKey(target)].id, kind, position, reciprocal)
