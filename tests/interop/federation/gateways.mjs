// Answers each of QUERIES through @apollo/gateway and through @graphql-hive/gateway, with our running server as one
// subgraph and `reviews` as the other; prints { answers: { gateway: [answer, ...] }, trace }, the last being what
// Apollo's gateway reads in the traces that subgraphs send for the last query.
import { composeServices } from "@apollo/composition";
import { ApolloGateway } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { Trace } from "@apollo/usage-reporting-protobuf";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { parse } from "graphql";
import { REVIEWS, reviews } from "./beside.mjs";

const { OURS, QUERIES, REFERENCES } = process.env;

async function supergraph(urlOfReviews) {
  const asked = { query: "{ _service { sdl } }" };
  const headers = { "content-type": "application/json" };
  const response = await fetch(OURS, { method: "POST", headers, body: JSON.stringify(asked) });
  const { data } = await response.json();
  const { errors, supergraphSdl } = composeServices([
    { name: "articles", url: OURS, typeDefs: parse(data._service.sdl) },
    { name: "reviews", url: urlOfReviews, typeDefs: parse(REVIEWS) },
  ]);
  if (errors?.length) throw new Error(errors.join("\n"));
  return supergraphSdl;
}

async function throughApollo(supergraphSdl, queries, plugins = []) {
  const gateway = new ApolloGateway({ supergraphSdl, logger: { debug() {}, info() {}, warn() {}, error() {} } });
  const server = new ApolloServer({ gateway, plugins, includeStacktraceInErrorResponses: false });
  await server.start();
  const answers = [];
  for (const query of queries) answers.push((await server.executeOperation({ query })).body.singleResult);
  await server.stop();
  return answers;
}

async function traced(supergraphSdl, query) {
  let plan;
  const requestDidStart = async ({ metrics }) => {
    metrics.captureTraces = true;
    return { willSendResponse: async () => (plan = metrics.queryPlanTrace) };
  };
  await throughApollo(supergraphSdl, [query], [{ requestDidStart }]);
  return Trace.QueryPlanNode.toObject(plan);
}

async function throughHive(supergraphSdl, queries) {
  const gateway = createGatewayRuntime({ supergraph: supergraphSdl, logging: false, maskedErrors: false });
  const answers = [];
  for (const query of queries) {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const request = { method: "POST", headers, body: JSON.stringify({ query }) };
    answers.push(await (await gateway.fetch("http://gateway/graphql", request)).json());
  }
  await gateway[Symbol.asyncDispose]();
  return answers;
}

const beside = await reviews(JSON.parse(REFERENCES));
const sdl = await supergraph(beside.url);
const queries = JSON.parse(QUERIES);
const answers = { apollo: await throughApollo(sdl, queries), hive: await throughHive(sdl, queries) };
const trace = await traced(sdl, queries.at(-1));
await beside.close();
process.stdout.write(JSON.stringify({ answers, trace }), () => process.exit(0)); // once it is written
