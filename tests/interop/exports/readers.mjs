// Reads the exports in the folder EXPORTS with the programs they are for; prints for each program its nodes, by id,
// and its edges as [source, target, attributes].
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { instance } from "@viz-js/viz";
import cytoscape from "cytoscape";
import { forceLink, forceSimulation } from "d3-force";
import Graph from "graphology";
import gexf from "graphology-gexf";
import graphml from "graphology-graphml";
import { JSDOM } from "jsdom";

const text = (name) => readFileSync(join(process.env.EXPORTS, name), "utf8");
const told = {};

for (const [name, format] of Object.entries({ graphml, gexf })) {
  const graph = format.parse(Graph, text(name));
  told[`graphology ${name}`] = {
    nodes: Object.fromEntries(graph.mapNodes((id, attributes) => [id, attributes])),
    edges: graph.mapEdges((edge, attributes, source, target) => [source, target, attributes]),
    directed: graph.directedSize === graph.size,
  };
}

{
  const { data, directed, elements } = JSON.parse(text("cytoscape-json"));
  const graph = cytoscape({ headless: true, data, elements });
  told.cytoscape = {
    nodes: Object.fromEntries(graph.nodes().map((node) => [node.id(), node.data()])),
    edges: graph.edges().map((edge) => [edge.source().id(), edge.target().id(), edge.data()]),
    directed,
  };
}

{
  const { nodes, links, directed } = JSON.parse(text("node-link-json"));
  const linked = forceLink(links).id((node) => node.id);
  forceSimulation(nodes).force("link", linked).stop();
  const plain = ({ index, x, y, vx, vy, id, ...values }) => values;
  told["d3-force"] = {
    nodes: Object.fromEntries(nodes.map((node) => [node.id, plain(node)])),
    edges: linked.links().map(({ source, target, index, key, ...values }) => [source.id, target.id, values]),
    directed,
  };
}

{
  const viz = await instance();
  const { directed, objects, edges } = JSON.parse(viz.renderString(text("dot"), { format: "dot_json" }));
  const names = new Map(objects.map(({ _gvid, name }) => [_gvid, name]));
  const svg = viz.renderString(text("dot"), { format: "svg" });
  const titles = new JSDOM(svg, { contentType: "image/svg+xml" }).window.document.querySelectorAll(".node text");
  told.graphviz = {
    nodes: Object.fromEntries(objects.map(({ _gvid, name, ...values }) => [name, values])),
    edges: edges.map(({ _gvid, tail, head, ...values }) => [names.get(tail), names.get(head), values]),
    directed,
    shown: [...titles].map((title) => title.textContent),
  };
}

{
  const { window } = new JSDOM("<!doctype html><body></body>");
  globalThis.window = window;
  globalThis.document = window.document;
  const { default: mermaid } = await import("mermaid");
  mermaid.initialize({ startOnLoad: false });
  // Mermaid keeps #34; as a word of its own until it draws; its decodeEntities is not exported.
  const shown = (label) =>
    label
      .replaceAll("<br>", "\n")
      .replace(/ﬂ°°(\d+)¶ß/gu, (_, code) => String.fromCodePoint(code));
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text("mermaid"));
  told.mermaid = {
    nodes: Object.fromEntries([...db.getVertices()].map(([id, { text: label }]) => [id, { label: shown(label) }])),
    edges: db.getEdges().map(({ start, end, text: label, type }) => [start, end, { label, type }]),
    directed: true,
  };
}

console.log(JSON.stringify(told));
