"""Reads the exports in a folder with the installed networkx and igraph; prints what each finds, as JSON."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import networkx as nx

folder = Path(sys.argv[1])
told = {}


def text(name):
    return (folder / name).read_text(encoding="utf-8")


def by_networkx(name, graph):
    edges = [[source, target, values] for source, target, values in graph.edges(data=True)]
    told[f"networkx {name}"] = {
        "nodes": dict(graph.nodes(data=True)),
        "edges": edges,
        "directed": graph.is_directed(),
    }


later = tuple(map(int, version("networkx").split(".")[:2])) >= (3, 4)
by_networkx(
    "node-link-json",
    nx.node_link_graph(json.loads(text("node-link-json")), **({"edges": "links"} if later else {})),
)
by_networkx("cytoscape-json", nx.cytoscape_graph(json.loads(text("cytoscape-json"))))
by_networkx("graphml", nx.read_graphml(folder / "graphml", force_multigraph=True))
by_networkx("gexf", nx.read_gexf(folder / "gexf"))

try:
    import igraph
except ImportError:
    pass
else:
    graph = igraph.Graph.Read_GraphML(str(folder / "graphml"))
    ids = graph.vs["id"]
    told["igraph graphml"] = {
        "nodes": {vertex["id"]: vertex.attributes() for vertex in graph.vs},
        "edges": [[ids[edge.source], ids[edge.target], edge.attributes()] for edge in graph.es],
        "directed": graph.is_directed(),
    }

print(json.dumps(told))
