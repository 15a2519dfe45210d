"""Graphs as text for other programs: six formats, bounded graphs through networkx's own writers.

Every text is a function of the graph alone: nodes and links stand in the order given, and no writer's date
is left in. Titles survive whatever they hold, with two exceptions that the formats force: characters that
XML 1.0 cannot express (control characters, lone surrogates, U+FFFE, U+FFFF) become U+FFFD in GraphML, GEXF,
DOT and Mermaid, and a carriage return is a line break in DOT and Mermaid. For whole graphs see `stream`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

import networkx as nx

from graph_api.graph.questions import EdgeKind

Value: TypeAlias = str | int | float | bool

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE = re.compile(rb' lastmodifieddate="[^"]*"')


class GraphFormat(Enum):
    """What a graph can be exported as."""

    NODE_LINK_JSON = "node_link_json"
    CYTOSCAPE_JSON = "cytoscape_json"
    GRAPHML = "graphml"
    GEXF = "gexf"
    DOT = "dot"
    MERMAID = "mermaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportNode:
    """A node as others shall see it. *attributes*: numbers, texts and truth values; nothing for null."""

    id: str
    label: str
    attributes: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLink:
    """A link between two exported nodes, by their ids."""

    source: str
    target: str
    kind: EdgeKind
    position: int | None = None
    reciprocal: bool = False


def export(nodes: Sequence[ExportNode], links: Sequence[ExportLink], format: GraphFormat) -> str:
    """*nodes* and *links* in *format*. Every end of a link must be among the nodes; ids are unique."""
    return _WRITERS[format](nodes, links)


def legal(text: str) -> str:
    """*text* with U+FFFD for every character that XML 1.0 cannot express."""
    return _ILLEGAL.sub("\ufffd", text)


def node_values(node: ExportNode) -> dict[str, Value]:
    """What is written of *node* besides its id."""
    return {"label": node.label, **node.attributes}


def link_values(link: ExportLink) -> dict[str, Value]:
    """What is written of *link* besides its ends."""
    position = {} if link.position is None else {"position": link.position}
    return {"kind": link.kind.name, **position, "reciprocal": link.reciprocal}


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


# -- DOT -------------------------------------------------------------------------------------------------

DOT_HEAD, DOT_TAIL = "digraph {", "}"


def dot_text(value: Value) -> str:
    """*value* in DOT's quotes. Graphviz reads backslashes and HTML entities in labels; so both are escaped."""
    if isinstance(value, bool):
        return f'"{str(value).lower()}"'
    text = _one_break(legal(str(value)))
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def dot_node(node: ExportNode) -> str:
    """One line of DOT."""
    return f"  {dot_text(node.id)} {_dot_values(node_values(node))};"


def dot_link(link: ExportLink) -> str:
    """One line of DOT; a mutual pair has heads at both ends."""
    values = link_values(link) | ({"dir": "both"} if link.reciprocal else {})
    return f"  {dot_text(link.source)} -> {dot_text(link.target)} {_dot_values(values)};"


def _dot_values(values: Mapping[str, Value]) -> str:
    return "[" + ", ".join(f"{dot_text(name)}={dot_text(value)}" for name, value in values.items()) + "]"


# -- Mermaid -----------------------------------------------------------------------------------------------

MERMAID_HEAD = "flowchart LR"
_MERMAID_SPECIAL = re.compile(r"[!-&(-+\--/:-@\[-`{-~]")  # ASCII punctuation but ' and ,
_MERMAID_ID = re.compile(r"[^A-Za-z0-9]")


def mermaid_text(text: str) -> str:
    """*text* in quotes. All punctuation that Mermaid gives a meaning somewhere becomes `#code;`."""
    escaped = _MERMAID_SPECIAL.sub(lambda found: f"#{ord(found[0])};", _one_break(legal(text)))
    return '"' + escaped.replace("\n", "<br/>") + '"'


def mermaid_id(id: str) -> str:
    """A name that Mermaid takes and that no other id has: `n_`, then `_hex_` for all but ASCII alphanumerics."""
    return "n_" + _MERMAID_ID.sub(lambda found: f"_{ord(found[0]):x}_", id)


def mermaid_node(node: ExportNode) -> str:
    """One line of Mermaid; attributes have no place in it."""
    return f"  {mermaid_id(node.id)}[{mermaid_text(node.label)}]"


def mermaid_link(link: ExportLink) -> str:
    """One line of Mermaid; a mutual pair has heads at both ends."""
    label = link.kind.name.lower() + ("" if link.position is None else f" {link.position}")
    arrow = "<-->" if link.reciprocal else "-->"
    return f'  {mermaid_id(link.source)} {arrow}|"{label}"| {mermaid_id(link.target)}'


def _one_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


_WRITERS: Mapping[GraphFormat, Callable[[Sequence[ExportNode], Sequence[ExportLink]], str]] = {
    GraphFormat.NODE_LINK_JSON: _node_link_json,
    GraphFormat.CYTOSCAPE_JSON: _cytoscape_json,
    GraphFormat.GRAPHML: _graphml,
    GraphFormat.GEXF: _gexf,
    GraphFormat.DOT: _dot,
    GraphFormat.MERMAID: _mermaid,
}
