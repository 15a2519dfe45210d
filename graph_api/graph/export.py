"""Graphs as text for other programs, chunk by chunk: any number of nodes and links in bounded memory.

The text depends on the graph alone: nodes and links keep the order given, and there is no date of writing.
Two articles that list each other are two edges, each with its position. All characters of titles are kept,
with two exceptions: characters that XML 1.0 cannot express (control characters, lone surrogates, U+FFFE,
U+FFFF) become U+FFFD in GraphML, GEXF, DOT and Mermaid, and a carriage return becomes a line break in DOT and
Mermaid.

Why not networkx's writers: they hold the graph several times over, and write in one piece that nothing can
stop. Tests read every format with networkx and with the programs that it is for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from graph_api.records import EdgeKind

Value: TypeAlias = str | int | float | bool
Columns: TypeAlias = Mapping[str, type[str] | type[int] | type[float] | type[bool]]

MERMAID_EDGES, MERMAID_CHARACTERS = 500, 50_000  # Mermaid's defaults of maxEdges and maxTextSize

_CHUNK = 64 * 1024  # characters of a chunk at least, the last one aside
_LINK_COLUMNS: Columns = {"kind": str, "origin": str, "position": int, "reciprocal": bool}


class GraphFormat(Enum):
    """The formats of exported graphs."""

    NODE_LINK_JSON = "node_link_json"
    CYTOSCAPE_JSON = "cytoscape_json"
    GRAPHML = "graphml"
    GEXF = "gexf"
    DOT = "dot"
    MERMAID = "mermaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportNode:
    """A node of an exported graph. *attributes* has no entry for null."""

    id: str
    label: str
    attributes: Mapping[str, Value] = field(default_factory=dict[str, Value])

    @property
    def values(self) -> dict[str, Value]:
        """Label and attributes."""
        return {"label": self.label, **self.attributes}


class ExportLink(NamedTuple):
    """An edge between two exported nodes, by their ids; *reciprocal* where there is an edge back."""

    source: str
    target: str
    kind: EdgeKind
    position: int | None = None
    reciprocal: bool = False

    @property
    def values(self) -> dict[str, Value]:
        """Kind, origin and position if there are any, and reciprocal."""
        origin = {} if self.kind.origin is None else {"origin": self.kind.origin.name}
        position = {} if self.position is None else {"position": self.position}
        return {"kind": self.kind.label.upper(), **origin, **position, "reciprocal": self.reciprocal}


Nodes: TypeAlias = Iterable[ExportNode]
Links: TypeAlias = Iterable[ExportLink]


def export(nodes: Nodes, links: Links, format: GraphFormat, columns: Columns) -> Iterator[str]:
    """The text of the graph in chunks of some 64,000 characters. Takes all nodes before any link.

    *columns* are the attributes that nodes may have, and their types, which XML declares first; another
    attribute is a KeyError there. Every end of a link must be among the nodes; ids are unique.
    """
    lines: list[str] = []
    size = 0
    for line in _FORMATS[format](nodes, links, columns):
        lines.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield "".join(lines)
            lines, size = [], 0
    if lines:
        yield "".join(lines)


# -- JSON --------------------------------------------------------------------------------------------------


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))  # ASCII: also lone surrogates survive


def _json_items(items: Iterable[object]) -> Iterator[str]:
    """The members of a JSON array, one a line."""
    for number, item in enumerate(items):
        yield (",\n" if number else "\n") + _json(item)


def _json_link(link: ExportLink) -> dict[str, Value]:
    return link.values | {"source": link.source, "target": link.target, "key": link.kind.label.upper()}


def _node_link_json(nodes: Nodes, links: Links, _: Columns) -> Iterator[str]:
    """Edges are under `links`: D3 and networkx up to 3.5 look there, and later networkx takes the name of the key."""
    yield '{"directed":true,"multigraph":true,"graph":{},"nodes":['
    yield from _json_items(node.values | {"id": node.id} for node in nodes)
    yield '\n],"links":['
    yield from _json_items(map(_json_link, links))
    yield "\n]}\n"


def _cytoscape_json(nodes: Nodes, links: Links, _: Columns) -> Iterator[str]:
    yield '{"data":[],"directed":true,"multigraph":true,"elements":{"nodes":['
    yield from _json_items(
        {"data": node.values | {"id": node.id, "value": node.id, "name": node.label or node.id}}
        for node in nodes
    )
    yield '\n],"edges":['
    yield from _json_items({"data": _json_link(link)} for link in links)
    yield "\n]}}\n"


# -- XML ---------------------------------------------------------------------------------------------------

_TYPES = {str: "string", int: "long", float: "double", bool: "boolean"}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """*text* with U+FFFD for every character that XML 1.0 cannot express."""
    return _ILLEGAL.sub("\ufffd", text)


def _text(value: Value) -> str:
    return legal(str(value).lower() if isinstance(value, bool) else str(value))


def _attribute(value: Value) -> str:
    """Quoted; line breaks and tabs as references, or readers would replace them by spaces."""
    return quoteattr(_text(value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _column_ids(columns: Columns, prefix: str) -> tuple[dict[str, str], dict[str, str]]:
    """The ids by which XML refers to the columns of nodes and of links."""
    nodes = {name: f"{prefix}{number}" for number, name in enumerate(columns)}
    return nodes, {name: f"{prefix}{len(nodes) + number}" for number, name in enumerate(_LINK_COLUMNS)}


def _graphml(nodes: Nodes, links: Links, columns: Columns) -> Iterator[str]:
    """Edges have no ids: GraphML needs none, and readers that want them number the edges."""
    columns = {"label": str, **columns}
    of_nodes, of_links = _column_ids(columns, "d")
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for owner, ids, types in (("node", of_nodes, columns), ("edge", of_links, _LINK_COLUMNS)):
        for name, type in types.items():
            declared = f'for="{owner}" attr.name={_attribute(name)} attr.type="{_TYPES[type]}"'
            yield f'<key id="{ids[name]}" {declared}/>\n'
    yield '<graph edgedefault="directed">\n'
    for node in nodes:
        yield f"<node id={_attribute(node.id)}>{_data(node.values, of_nodes)}</node>\n"
    for link in links:
        ends = f"source={_attribute(link.source)} target={_attribute(link.target)}"
        yield f"<edge {ends}>{_data(link.values, of_links)}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _data(values: Mapping[str, Value], ids: Mapping[str, str]) -> str:
    return "".join(
        f'<data key="{ids[name]}">{escape(_text(value), {chr(13): "&#13;"})}</data>'
        for name, value in values.items()
    )


def _gexf(nodes: Nodes, links: Links, columns: Columns) -> Iterator[str]:
    """Columns have numbers as ids: graphology takes other ids for their names."""
    of_nodes, of_links = _column_ids(columns, "")
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    yield '<graph defaultedgetype="directed" mode="static">\n'
    for owner, ids, types in (("edge", of_links, _LINK_COLUMNS), ("node", of_nodes, columns)):
        yield f'<attributes mode="static" class="{owner}">\n'
        for name, type in types.items():
            yield f'<attribute id="{ids[name]}" title={_attribute(name)} type="{_TYPES[type]}"/>\n'
        yield "</attributes>\n"
    yield "<nodes>\n"
    for node in nodes:
        named = f"id={_attribute(node.id)} label={_attribute(node.label)}"
        yield f"<node {named}>{_attvalues(node.attributes, of_nodes)}</node>\n"
    yield "</nodes>\n<edges>\n"
    for number, link in enumerate(links):
        ends = f"source={_attribute(link.source)} target={_attribute(link.target)}"
        yield f'<edge id="{number}" {ends}>{_attvalues(link.values, of_links)}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def _attvalues(values: Mapping[str, Value], ids: Mapping[str, str]) -> str:
    each = (f'<attvalue for="{ids[name]}" value={_attribute(value)}/>' for name, value in values.items())
    return f"<attvalues>{''.join(each)}</attvalues>"


# -- DOT ---------------------------------------------------------------------------------------------------

_BACKSLASHES = re.compile(r'(?<!\\)(\\*)("|\n|\Z)')


def _one_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _dot_label(text: str) -> str:
    """*text* in quotes, for a label: there Graphviz reads backslashes and HTML entities."""
    text = _one_break(legal(text))
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def _dot_quoted(value: Value) -> str:
    """*value* in quotes, for anything but a label: there Graphviz reads an escaped quote and nothing else.

    An odd number of backslashes before a quote, a line break or the end cannot be expressed: one is added.
    """

    def even(found: re.Match[str]) -> str:
        backslashes, next = found.groups()
        return backslashes + "\\" * (len(backslashes) % 2) + ('\\"' if next == '"' else next)

    text = _one_break(_text(value))
    return f'"{_BACKSLASHES.sub(even, text)}"' if "\\" in text or '"' in text else f'"{text}"'


def _dot_values(values: Mapping[str, Value]) -> str:
    quoted = (
        f"{_dot_quoted(name)}={_dot_label(str(value)) if name == 'label' else _dot_quoted(value)}"
        for name, value in values.items()
    )
    return f"[{', '.join(quoted)}]"


def _dot(nodes: Nodes, links: Links, _: Columns) -> Iterator[str]:
    yield "digraph {\n"
    for node in nodes:
        yield f"  {_dot_quoted(node.id)} {_dot_values(node.values)};\n"
    for link in links:
        yield f"  {_dot_quoted(link.source)} -> {_dot_quoted(link.target)} {_dot_values(link.values)};\n"
    yield "}\n"


# -- Mermaid -----------------------------------------------------------------------------------------------

_MERMAID_SPECIAL = re.compile(r"[!-&(-+\--/:-@\[-`{-~]")  # ASCII punctuation but ' and ,
_MERMAID_ID = re.compile(r"[^A-Za-z0-9]")
_MERMAID_COMMENT = "%% "


def _mermaid_text(text: str) -> str:
    """*text* in quotes. All punctuation that Mermaid gives a meaning somewhere becomes `#code;`."""
    escaped = _MERMAID_SPECIAL.sub(lambda found: f"#{ord(found[0])};", _one_break(legal(text)))
    return '"' + escaped.replace("\n", "<br/>") + '"'


def _mermaid_id(id: str) -> str:
    """A name that Mermaid takes, different for each id: `n_`, then `_hex_` for all but ASCII alphanumerics."""
    return "n_" + _MERMAID_ID.sub(lambda found: f"_{ord(found[0]):x}_", id)


def _mermaid_link(link: ExportLink) -> str:
    label = link.kind.label + ("" if link.position is None else f" {link.position}")
    return f'  {_mermaid_id(link.source)} -->|"{label}"| {_mermaid_id(link.target)}\n'


def _mermaid(nodes: Nodes, links: Links, _: Columns) -> Iterator[str]:
    """Nodes have labels alone. A graph that Mermaid does not draw by default ends with a comment that says so."""
    edges = characters = 0
    drawn = (f"  {_mermaid_id(node.id)}[{_mermaid_text(node.label)}]\n" for node in nodes)
    for line in chain(["flowchart LR\n"], drawn):
        characters += len(line)
        yield line
    for line in map(_mermaid_link, links):
        edges, characters = edges + 1, characters + len(line)
        yield line
    settings: list[str] = []
    if edges > MERMAID_EDGES:
        settings.append(f"maxEdges: {edges} (default {MERMAID_EDGES})")
    if characters > MERMAID_CHARACTERS:
        settings.append(f"maxTextSize: {characters + 1000} (default {MERMAID_CHARACTERS})")
    if settings:
        yield f"{_MERMAID_COMMENT}Mermaid draws this graph only when mermaid.initialize sets {', '.join(settings)}\n"


def mermaid_warning(last_chunk: str) -> str:
    """The comment that ends a Mermaid text which Mermaid does not draw by default; else empty."""
    last_line = last_chunk.rstrip("\n").rpartition("\n")[2]
    return last_line.removeprefix(_MERMAID_COMMENT) if last_line.startswith(_MERMAID_COMMENT) else ""


_FORMATS: Mapping[GraphFormat, Callable[[Nodes, Links, Columns], Iterator[str]]] = {
    GraphFormat.NODE_LINK_JSON: _node_link_json,
    GraphFormat.CYTOSCAPE_JSON: _cytoscape_json,
    GraphFormat.GRAPHML: _graphml,
    GraphFormat.GEXF: _gexf,
    GraphFormat.DOT: _dot,
    GraphFormat.MERMAID: _mermaid,
}
