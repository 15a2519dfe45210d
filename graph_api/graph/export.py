"""What exported graphs are made of, and the formats of lines: DOT and Mermaid. See `writers` for bounded graphs, and
`stream` for whole ones.

Every text is a function of the graph alone: nodes and links stand in the order given, and no writer's date
is left in. Titles survive whatever they hold, with two exceptions that the formats force: characters that
XML 1.0 cannot express (control characters, lone surrogates, U+FFFE, U+FFFF) become U+FFFD in GraphML, GEXF,
DOT and Mermaid, and a carriage return is a line break in DOT and Mermaid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from graph_api.records import EdgeKind

Value: TypeAlias = str | int | float | bool

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
