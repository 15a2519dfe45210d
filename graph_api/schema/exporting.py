"""Nodes as other programs shall see them, for `Subgraph.export` and `graph-api export`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph_api.graph.export import ExportLink, ExportNode, GraphFormat, Value, export
from graph_api.graph.stream import Columns
from graph_api.graph.walk import Link
from graph_api.records import Article, NodeKey, Provider
from graph_api.schema.scalars import moment_text
from graph_api.schema.walking import Node, Subgraph, links, records
from graph_api.store.reads import Reads, Rights

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


def exported(parents: Sequence[Subgraph], rights: Rights, format: GraphFormat) -> Reads[list[str]]:
    """The subgraph as text for another program, each node with its label and attributes."""
    theirs = yield from links(parents, rights)
    found = yield from records((key for parent in parents for key in parent.keys), rights)
    texts: list[str] = []
    for parent, linked in zip(parents, theirs, strict=True):
        nodes = [export_node(found[key]) for key in parent.keys]
        texts.append(export(nodes, [export_link(link, found) for link in linked], format))
    return texts


def export_node(node: Node) -> ExportNode:
    """The node with what is short and known of it."""
    if isinstance(node, Article):
        return ExportNode(id=node.id, label=node.title, attributes=dict(_of_article(node)))
    if isinstance(node, Provider):
        return ExportNode(id=node.id, label=node.name, attributes={"kind": "provider", "domain": node.domain})
    return ExportNode(id=node.id, label=node.name, attributes={"kind": "topic", "slug": node.slug})


def _of_article(article: Article) -> Iterator[tuple[str, Value]]:
    """Attributes by the names that the schema's fields have; nothing for null."""
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
    """The link, its ends by their ids."""
    return ExportLink(
        source=nodes[NodeKey(link.source)].id,
        target=nodes[NodeKey(link.target)].id,
        kind=link.kind,
        position=link.position,
        reciprocal=link.reciprocal,
    )
