"""Nodes as other programs shall see them, for `Subgraph.export` and `graph-api export`.

Graphs of some size are not written by networkx: 5,000 nodes and 50,000 links take its writers up to 1.8 s of
processor time in one piece, which nothing can stop, and so many objects at once that the garbage collector
holds up the event loop for longer than an answer may. `stream` takes a fifth of that, a chunk at a time; what
the two write is read alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph_api.graph.export import ExportLink, ExportNode, GraphFormat, Value
from graph_api.graph.stream import Columns, stream
from graph_api.graph.walk import Link
from graph_api.records import Article, NodeKey, Provider
from graph_api.schema.resolvers.traversal import Node, Subgraph, linked, records
from graph_api.schema.scalars import moment_text
from graph_api.store.reads import Reads, Rights, Turn, ask

_AT_ONCE = 1000  # nodes and links that networkx writes in some 35 ms

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
    theirs = yield from linked(parents, rights)
    found = yield from records((key for parent in parents for key in parent.keys), rights)
    texts: list[str] = []
    for parent, its_links in zip(parents, theirs, strict=True):
        nodes = (export_node(found[key]) for key in parent.keys)
        edges = (export_link(link, found) for link in its_links)
        yield from ask(Turn(apart=True))
        if parent.node_count + len(its_links) <= _AT_ONCE:
            texts.append(_written(tuple(nodes), tuple(edges), format))
        else:
            texts.append((yield from _in_turns(stream(nodes, edges, format, COLUMNS))))
    return texts


def _written(nodes: Sequence[ExportNode], links: Sequence[ExportLink], format: GraphFormat) -> str:
    from graph_api.graph.writers import export  # noqa: PLC0415 - with it comes networkx: see there

    return export(nodes, links, format)


def _in_turns(text: Iterable[str]) -> Reads[str]:
    """The whole *text*; between its chunks whoever drives has a turn."""
    chunks: list[str] = []
    for chunk in text:
        chunks.append(chunk)
        yield from ask(Turn())
    return "".join(chunks)


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
