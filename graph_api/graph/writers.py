"""Bounded graphs as text, through networkx's own writers where it has one.

Imported when a graph is first exported: networkx takes 13 MB of memory that most servers never need.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import networkx as nx

from graph_api.graph.export import (
    DOT_HEAD,
    DOT_TAIL,
    MERMAID_HEAD,
    ExportLink,
    ExportNode,
    GraphFormat,
    Value,
    dot_link,
    dot_node,
    legal,
    link_values,
    mermaid_link,
    mermaid_node,
    node_values,
)

_Writer: TypeAlias = Callable[[Sequence[ExportNode], Sequence[ExportLink]], str]

_DATE = re.compile(rb' lastmodifieddate="[^"]*"')


def export(nodes: Sequence[ExportNode], links: Sequence[ExportLink], format: GraphFormat) -> str:
    """*nodes* and *links* in *format*. Every end of a link must be among the nodes; ids are unique."""
    return _WRITERS[format](nodes, links)


def _as_networkx(
    nodes: Iterable[ExportNode], links: Iterable[ExportLink], clean: Callable[[str], str]
) -> nx.MultiDiGraph[str]:
    """The graph; two kinds of links between two nodes are parallel edges, told apart by their kind."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in nodes:
        graph.add_node(clean(node.id), **_cleaned(node_values(node), clean))
    for link in links:
        graph.add_edge(clean(link.source), clean(link.target), key=link.kind.name, **link_values(link))
    return graph


def _cleaned(values: Mapping[str, Value], clean: Callable[[str], str]) -> dict[str, Value]:
    return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))  # ASCII: also lone surrogates survive


def _node_link_json(nodes: Sequence[ExportNode], links: Sequence[ExportLink]) -> str:
    return _json(nx.node_link_data(_as_networkx(nodes, links, str)))


def _cytoscape_json(nodes: Sequence[ExportNode], links: Sequence[ExportLink]) -> str:
    graph = _as_networkx(nodes, links, str)
    for node in nodes:
        graph.nodes[node.id]["name"] = node.label  # what Cytoscape shows
    return _json(nx.cytoscape_data(graph))


def _graphml(nodes: Sequence[ExportNode], links: Sequence[ExportLink]) -> str:
    file = io.BytesIO()
    nx.write_graphml_xml(_as_networkx(nodes, links, legal), file)
    # The writer leaves carriage returns in texts as they are, and readers would turn them to line feeds.
    return file.getvalue().decode().replace("\r", "&#13;")


def _gexf(nodes: Sequence[ExportNode], links: Sequence[ExportLink]) -> str:
    file = io.BytesIO()
    nx.write_gexf(_as_networkx(nodes, links, legal), file)
    return _DATE.sub(b"", file.getvalue(), count=1).decode()


def _dot(nodes: Sequence[ExportNode], links: Sequence[ExportLink]) -> str:
    return "\n".join([DOT_HEAD, *map(dot_node, nodes), *map(dot_link, links), DOT_TAIL]) + "\n"


def _mermaid(nodes: Sequence[ExportNode], links: Sequence[ExportLink]) -> str:
    return "\n".join([MERMAID_HEAD, *map(mermaid_node, nodes), *map(mermaid_link, links)]) + "\n"


_WRITERS: Mapping[GraphFormat, _Writer] = {
    GraphFormat.NODE_LINK_JSON: _node_link_json,
    GraphFormat.CYTOSCAPE_JSON: _cytoscape_json,
    GraphFormat.GRAPHML: _graphml,
    GraphFormat.GEXF: _gexf,
    GraphFormat.DOT: _dot,
    GraphFormat.MERMAID: _mermaid,
}
