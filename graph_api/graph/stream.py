"""Whole graphs as text, chunk by chunk: any number of nodes and links in bounded memory.

networkx's writers hold the graph several times over, so these write line by line what its readers read
alike (tests compare the two). XML declares its columns first, hence *columns*: the attributes nodes may
have, and their types.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

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

Columns: TypeAlias = Mapping[str, type[str] | type[int] | type[float] | type[bool]]

_CHUNK = 64 * 1024  # characters a chunk has at least, the last one aside
_LINK_COLUMNS: Columns = {"kind": str, "position": int, "reciprocal": bool}
_TYPES = {str: "string", int: "long", float: "double", bool: "boolean"}


def stream(
    nodes: Iterable[ExportNode], links: Iterable[ExportLink], format: GraphFormat, columns: Columns
) -> Iterator[str]:
    """The text of the graph in chunks of some 64,000 characters. All nodes are taken before any link.

    An attribute that is not a column is a KeyError in the XML formats.
    """
    gathered: list[str] = []
    size = 0
    for line in _FORMATS[format](nodes, links, columns):
        gathered.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield "".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield "".join(gathered)


# -- JSON ------------------------------------------------------------------------------------------------


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _listed(items: Iterable[object]) -> Iterator[str]:
    """The members of a JSON list, one a line."""
    for number, item in enumerate(items):
        yield (",\n" if number else "\n") + _json(item)


def _link_json(link: ExportLink) -> dict[str, Value]:
    return link_values(link) | {"source": link.source, "target": link.target, "key": link.kind.name}


def _node_link_json(nodes: Iterable[ExportNode], links: Iterable[ExportLink], _: Columns) -> Iterator[str]:
    yield '{"directed":true,"multigraph":true,"graph":{},"nodes":['
    yield from _listed(node_values(node) | {"id": node.id} for node in nodes)
    yield '\n],"edges":['
    yield from _listed(map(_link_json, links))
    yield "\n]}\n"


def _cytoscape_json(nodes: Iterable[ExportNode], links: Iterable[ExportLink], _: Columns) -> Iterator[str]:
    yield '{"data":[],"directed":true,"multigraph":true,"elements":{"nodes":['
    yield from _listed(
        {"data": node_values(node) | {"id": node.id, "value": node.id, "name": node.label or node.id}}
        for node in nodes
    )
    yield '\n],"edges":['
    yield from _listed({"data": _link_json(link)} for link in links)
    yield "\n]}}\n"


# -- XML -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ids:
    """The short names of columns: `ids.nodes["label"]`."""

    nodes: Mapping[str, str]
    links: Mapping[str, str]

    @classmethod
    def of(cls, node_columns: Columns) -> _Ids:
        nodes = {name: f"d{number}" for number, name in enumerate(node_columns)}
        first = len(nodes)
        return cls(nodes, {name: f"d{first + number}" for number, name in enumerate(_LINK_COLUMNS)})


def _text(value: Value) -> str:
    return legal(str(value).lower() if isinstance(value, bool) else str(value))


def _attribute(value: Value) -> str:
    """Quoted; line breaks and tabs are written as references, or readers would make spaces of them."""
    return quoteattr(_text(value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _graphml(nodes: Iterable[ExportNode], links: Iterable[ExportLink], columns: Columns) -> Iterator[str]:
    columns = {"label": str, **columns}
    ids = _Ids.of(columns)
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for owner, names, types in (("node", ids.nodes, columns), ("edge", ids.links, _LINK_COLUMNS)):
        for name, type in types.items():
            declared = f'for="{owner}" attr.name={_attribute(name)} attr.type="{_TYPES[type]}"'
            yield f'<key id="{names[name]}" {declared}/>\n'
    yield '<graph edgedefault="directed">\n'
    for node in nodes:
        yield f"<node id={_attribute(node.id)}>{_data(node_values(node), ids.nodes)}</node>\n"
    for link in links:
        ends = f"source={_attribute(link.source)} target={_attribute(link.target)}"
        yield f'<edge {ends} id="{link.kind.name}">{_data(link_values(link), ids.links)}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _data(values: Mapping[str, Value], ids: Mapping[str, str]) -> str:
    return "".join(
        f'<data key="{ids[name]}">{escape(_text(value), {chr(13): "&#13;"})}</data>'
        for name, value in values.items()
    )


def _gexf(nodes: Iterable[ExportNode], links: Iterable[ExportLink], columns: Columns) -> Iterator[str]:
    ids = _Ids.of(columns)
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    yield '<graph defaultedgetype="directed" mode="static">\n'
    for owner, names, types in (("edge", ids.links, _LINK_COLUMNS), ("node", ids.nodes, columns)):
        yield f'<attributes mode="static" class="{owner}">\n'
        for name, type in types.items():
            yield f'<attribute id="{names[name]}" title={_attribute(name)} type="{_TYPES[type]}"/>\n'
        yield "</attributes>\n"
    yield "<nodes>\n"
    for node in nodes:
        named = f"id={_attribute(node.id)} label={_attribute(node.label)}"
        yield f"<node {named}>{_attvalues(node.attributes, ids.nodes)}</node>\n"
    yield "</nodes>\n<edges>\n"
    for number, link in enumerate(links):
        ends = f"source={_attribute(link.source)} target={_attribute(link.target)}"
        yield f'<edge id="{number}" {ends}>{_attvalues(link_values(link), ids.links)}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def _attvalues(values: Mapping[str, Value], ids: Mapping[str, str]) -> str:
    each = (f'<attvalue for="{ids[name]}" value={_attribute(value)}/>' for name, value in values.items())
    return f"<attvalues>{''.join(each)}</attvalues>"


# -- lines -------------------------------------------------------------------------------------------------


def _dot(nodes: Iterable[ExportNode], links: Iterable[ExportLink], _: Columns) -> Iterator[str]:
    lines = chain([DOT_HEAD], map(dot_node, nodes), map(dot_link, links), [DOT_TAIL])
    return (f"{line}\n" for line in lines)


def _mermaid(nodes: Iterable[ExportNode], links: Iterable[ExportLink], _: Columns) -> Iterator[str]:
    lines = chain([MERMAID_HEAD], map(mermaid_node, nodes), map(mermaid_link, links))
    return (f"{line}\n" for line in lines)


_FORMATS: Mapping[
    GraphFormat, Callable[[Iterable[ExportNode], Iterable[ExportLink], Columns], Iterator[str]]
] = {
    GraphFormat.NODE_LINK_JSON: _node_link_json,
    GraphFormat.CYTOSCAPE_JSON: _cytoscape_json,
    GraphFormat.GRAPHML: _graphml,
    GraphFormat.GEXF: _gexf,
    GraphFormat.DOT: _dot,
    GraphFormat.MERMAID: _mermaid,
}
