"""Every export is read back by its own reader, and says what was exported."""

from __future__ import annotations

import html
import io
import json
import re
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import networkx as nx
import pydot
import pytest
from hypothesis import given, settings, strategies as st

from graph_api.graph.export import (
    MERMAID_EDGES,
    Columns,
    ExportLink,
    ExportNode,
    GraphFormat,
    Value,
    export,
    legal,
    mermaid_warning,
)
from graph_api.records import EdgeKind

# pydot 4.0.1 builds its parser with names that pyparsing 3.3 deprecates; may go when it no longer does
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot.dot_parser")

Said = tuple[dict[str, dict[str, Any]], set[tuple[Any, ...]]]
Nodes: TypeAlias = Sequence[ExportNode]
Links: TypeAlias = Sequence[ExportLink]

COLUMNS: Columns = {"quality": int, "score": float, "published": bool, "excerpt": str}
AWKWARD = [
    'say "hello"',
    "back\\slash\\",
    'both \\" and \\n',
    "line\nbreak",
    "carriage\rreturn\r\nand feed",
    "tab\tbed",
    "control \x00\x01\x0b\x1b\x7f\x85 \ufffe\uffff",
    "<b>&amp; &lt;tag&gt;</b> ]]> --> <!--",
    "日本語 ελληνικά العربية 👩‍🚀 e\u0301 \u2028\u2029\u200b",
    "[a](b) {c} |d| (e) ;f; %%g #h `i` *j* _k_ #35;",
    "style x:y#z; classDef a:b#c;",
    "1. not a list",
    "end",
    "  spaced  ",
    "-->|x|",
    "]]",
    "",
]


# -- readers ---------------------------------------------------------------------------------------------


def said_by_networkx(graph: Any) -> Said:
    nodes = {id: dict(values) for id, values in graph.nodes(data=True)}
    links = {
        (source, target, values["kind"], values.get("position"), values["reciprocal"])
        for source, target, values in graph.edges(data=True)
    }
    assert len(links) == graph.number_of_edges()
    return nodes, links


def read_node_link(text: str) -> Said:
    return said_by_networkx(nx.node_link_graph(json.loads(text), edges="links"))


def read_cytoscape(text: str) -> Said:
    nodes, links = said_by_networkx(nx.cytoscape_graph(json.loads(text)))
    for id, values in nodes.items():
        assert values.pop("id") == values.pop("value") == id
        assert values.pop("name") == (values["label"] or id)
    return nodes, links


def read_graphml(text: str) -> Said:
    return said_by_networkx(nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True))


def read_gexf(text: str) -> Said:
    return said_by_networkx(nx.read_gexf(io.BytesIO(text.encode())))


def read_dot(text: str) -> Said:
    """pydot gives names and values as they stand in the file; they are unquoted here as Graphviz does it."""
    [graph] = pydot.graph_from_dot_data(text) or []
    nodes = {dot_text(node.get_name()): dot_values(node) for node in graph.get_nodes()}
    links: set[tuple[Any, ...]] = set()
    for edge in graph.get_edges():
        values = dot_values(edge)
        position = values.get("position")
        links.add(
            (
                dot_text(str(edge.get_source())),
                dot_text(str(edge.get_destination())),
                values["kind"],
                None if position is None else int(position),
                values["reciprocal"] == "true",
            )
        )
    return nodes, links


def dot_values(owner: Any) -> dict[str, Any]:
    named = {dot_text(name): value for name, value in owner.get_attributes().items()}
    return {name: dot_label(value) if name == "label" else dot_text(value) for name, value in named.items()}


def dot_text(quoted: str) -> str:
    """Graphviz unescapes quotes alone; of two backslashes it keeps both."""
    if not quoted.startswith('"'):
        return quoted
    return re.sub(r"\\([\\\"])", lambda found: '"' if found[1] == '"' else found[0], quoted[1:-1])


def dot_label(quoted: str) -> str:
    """In labels Graphviz reads escapes and HTML entities too."""
    escapes = {"\\n": "\n", "\\\\": "\\"}
    return html.unescape(re.sub(r"\\.", lambda found: escapes[found[0]], dot_text(quoted)))


MERMAID_NODE = re.compile(r'  (n_\w+)\["([^"\n]*)"\]', re.ASCII)
MERMAID_LINK = re.compile(r'  (n_\w+) -->\|"([a-z]+)(?: (\d+))?"\| (n_\w+)', re.ASCII)


def read_mermaid(text: str) -> Said:
    """A strict reader of what we write: any other line is an error."""
    head, *lines = text.removesuffix("\n").split("\n")
    assert head == "flowchart LR"
    nodes: dict[str, dict[str, Any]] = {}
    links: set[tuple[Any, ...]] = set()
    for line in lines:
        if node := MERMAID_NODE.fullmatch(line):
            assert not links, "a node after a link"
            assert not re.search(r"[`*_<>\[\]{}|:%]", node[2].replace("<br/>", ""))
            label = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), node[2].replace("<br/>", "\n"))
            nodes[mermaid_id(node[1])] = {"label": label}
        else:
            link = MERMAID_LINK.fullmatch(line)
            assert link, line
            source, kind, position, target = link.groups()
            ends = mermaid_id(source), mermaid_id(target)
            links.add((*ends, kind.upper(), int(position) if position else None))
    return nodes, links


def mermaid_id(name: str) -> str:
    return re.sub(r"_([0-9a-f]+)_", lambda found: chr(int(found[1], 16)), name.removeprefix("n_"))


READERS: dict[GraphFormat, Callable[[str], Said]] = {
    GraphFormat.NODE_LINK_JSON: read_node_link,
    GraphFormat.CYTOSCAPE_JSON: read_cytoscape,
    GraphFormat.GRAPHML: read_graphml,
    GraphFormat.GEXF: read_gexf,
    GraphFormat.DOT: read_dot,
    GraphFormat.MERMAID: read_mermaid,
}


# -- what is expected --------------------------------------------------------------------------------------


def expected(nodes: Nodes, links: Links, format: GraphFormat) -> Said:
    said = {node.id: expected_values(node, format) for node in nodes}
    flags = 0 if format is GraphFormat.MERMAID else 1
    return said, {
        (one.source, one.target, one.kind.label.upper(), one.position, one.reciprocal)[: 4 + flags]
        for one in links
    }


def expected_values(node: ExportNode, format: GraphFormat) -> dict[str, Any]:
    values: dict[str, Value] = {"label": node.label, **node.attributes}
    if format is GraphFormat.MERMAID:
        values = {"label": node.label}
    said = {name: expected_value(value, format) for name, value in values.items()}
    if format is GraphFormat.DOT:
        return {
            name: text if name == "label" else without_odd_backslashes(str(text))
            for name, text in said.items()
        }
    return said


def expected_value(value: Value, format: GraphFormat) -> Value:
    if format is GraphFormat.DOT and not isinstance(value, str):
        return str(value).lower()
    if not isinstance(value, str) or format in {GraphFormat.NODE_LINK_JSON, GraphFormat.CYTOSCAPE_JSON}:
        return value
    value = legal(value)
    if format in {GraphFormat.DOT, GraphFormat.MERMAID}:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return value


def without_odd_backslashes(value: str) -> str:
    """What DOT makes of a text that is no label: backslashes before a quote, a line break or the end are even."""
    return re.sub(r'(?<!\\)((?:\\\\)*)\\(?=["\n]|\Z)', r"\1\\\\", value)


def text_of(nodes: Nodes, links: Links, format: GraphFormat) -> str:
    return "".join(export(nodes, links, format, COLUMNS))


FORMATS = pytest.mark.parametrize("format", GraphFormat)

TEXTS = st.text(max_size=20) | st.sampled_from(AWKWARD)
IDS = st.text("abcxyz0189:.-_%", min_size=1, max_size=8).map(lambda text: f"article:{text}")
ATTRIBUTES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "quality": st.integers(-(2**31), 2**31 - 1),
        "score": st.floats(allow_nan=False, allow_infinity=False),
        "published": st.booleans(),
        "excerpt": TEXTS,
    },
)


def _ends_and_label(ends: tuple[str, str, EdgeKind]) -> tuple[str, str, str]:
    return ends[0], ends[1], ends[2].label


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[ExportNode], list[ExportLink]]:
    ids = draw(st.lists(IDS, unique=True, max_size=6))
    nodes = [ExportNode(id=id, label=draw(TEXTS), attributes=draw(ATTRIBUTES)) for id in ids]
    if not ids:
        return [], []
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.sampled_from(EdgeKind))
    links = [
        ExportLink(
            source=source,
            target=target,
            kind=kind,
            position=draw(st.integers(0, 300)) if kind is EdgeKind.LISTED else None,
            reciprocal=draw(st.booleans()),
        )
        for source, target, kind in draw(st.lists(ends, unique_by=_ends_and_label, max_size=8))
    ]
    return nodes, links


@FORMATS
@settings(max_examples=30)
@given(graph=graphs())
def test_what_is_exported_is_read_back(
    format: GraphFormat, graph: tuple[list[ExportNode], list[ExportLink]]
) -> None:
    assert READERS[format](text_of(*graph, format)) == expected(*graph, format)


@pytest.mark.parametrize("format", [GraphFormat.NODE_LINK_JSON, GraphFormat.GRAPHML, GraphFormat.GEXF])
def test_related_edges_have_an_origin(format: GraphFormat) -> None:
    nodes = [ExportNode(id=id, label=id, attributes={}) for id in ("a", "b", "c")]
    links = [ExportLink("a", "b", EdgeKind.LISTED, 0), ExportLink("a", "c", EdgeKind.LINKED, 1)]
    text = text_of(nodes, [*links, ExportLink("b", "c", EdgeKind.TOPIC)], format)
    assert (text.count("LISTED"), text.count("LINKED")) == (1, 1)


@FORMATS
@pytest.mark.parametrize("title", AWKWARD)
def test_awkward_titles_survive(format: GraphFormat, title: str) -> None:
    nodes = [ExportNode(id="article:a", label=title, attributes={"excerpt": title})]
    assert READERS[format](text_of(nodes, [], format)) == expected(nodes, [], format)


@FORMATS
def test_the_same_graph_gives_the_same_text(format: GraphFormat) -> None:
    nodes = [ExportNode(id=f"article:{name}", label=name) for name in "cab"]
    links = [ExportLink(source="article:c", target="article:a", kind=EdgeKind.LISTED, position=0)]
    text = text_of(nodes, links, format)
    assert text == text_of(nodes, links, format)
    assert text.index("article") < text.rindex("article")
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text), "a date of writing"


@FORMATS
def test_a_stream_takes_no_more_memory_for_more_nodes(format: GraphFormat) -> None:
    def nodes(count: int) -> Iterator[ExportNode]:
        return (ExportNode(id=f"article:{number}", label="a title" * 10) for number in range(count))

    def links(count: int) -> Iterator[ExportLink]:
        return (
            ExportLink(source=f"article:{number}", target="article:0", kind=EdgeKind.LISTED)
            for number in range(count)
        )

    def peak(count: int) -> int:
        tracemalloc.start()
        size = sum(map(len, export(nodes(count), links(count), format, COLUMNS)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > count * 100
        return most

    peak(10)
    assert peak(10_000) < 2 * peak(2_500)


def test_names_of_nodes_in_mermaid_are_never_its_own_words() -> None:
    nodes = [ExportNode(id=id, label="x") for id in ("end", "default", "o", "a_b", "a:b", "a_5f_b")]
    said, _ = read_mermaid(text_of(nodes, [], GraphFormat.MERMAID))
    assert set(said) == {"end", "default", "o", "a_b", "a:b", "a_5f_b"}


@FORMATS
def test_two_articles_that_list_each_other_are_two_edges_with_their_own_positions(
    format: GraphFormat,
) -> None:
    nodes = [ExportNode(id=id, label=id) for id in ("a", "b")]
    links = [
        ExportLink("a", "b", EdgeKind.LISTED, 3, reciprocal=True),
        ExportLink("b", "a", EdgeKind.LISTED, 7, reciprocal=True),
    ]
    _, said = READERS[format](text_of(nodes, links, format))
    assert {link[:4] for link in said} == {("a", "b", "RELATED", 3), ("b", "a", "RELATED", 7)}


def test_edges_of_graphml_have_no_id_and_booleans_are_lower_case() -> None:
    node = ExportNode(id="a", label="a", attributes={"published": True})
    text = text_of([node], [ExportLink("a", "a", EdgeKind.LISTED)], GraphFormat.GRAPHML)
    assert re.findall("<edge [^>]*>", text) == ['<edge source="a" target="a">']
    assert re.findall("[Tt]rue|[Ff]alse", text) == ["true", "false"]


def test_only_labels_of_dot_have_entities() -> None:
    node = ExportNode(id="a&b", label="a&b", attributes={"excerpt": "https://x.org/?a=1&b=2"})
    text = text_of([node], [], GraphFormat.DOT)
    assert text.count("&amp;") == 1
    assert '"excerpt"="https://x.org/?a=1&b=2"' in text


@pytest.mark.parametrize(("edges", "named"), [(MERMAID_EDGES, []), (MERMAID_EDGES + 1, ["maxEdges: 501"])])
def test_more_edges_than_mermaid_draws_are_named_in_a_last_comment(edges: int, named: list[str]) -> None:
    nodes = [ExportNode(id="a", label="a")]
    links = [ExportLink("a", "a", EdgeKind.LISTED, position) for position in range(edges)]
    *_, last = export(nodes, links, GraphFormat.MERMAID, COLUMNS)
    assert re.findall(r"maxEdges: \d+", mermaid_warning(last)) == named
    assert last.endswith(f"%% {mermaid_warning(last)}\n") == bool(named)


def test_more_text_than_mermaid_draws_is_named_in_a_last_comment() -> None:
    nodes = [ExportNode(id=str(number), label="x" * 100) for number in range(600)]
    *_, last = export(nodes, [], GraphFormat.MERMAID, COLUMNS)
    [size] = re.findall(r"maxTextSize: (\d+)", mermaid_warning(last))
    text = text_of(nodes, [], GraphFormat.MERMAID)
    assert len(text) <= int(size)
    assert "maxEdges" not in mermaid_warning(last)
