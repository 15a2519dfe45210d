// Composes our subgraph with the others by both libraries; prints what each says, and the supergraph of the first.
import { composeServices as apollo } from "@apollo/composition";
import { composeServices as guild } from "@theguild/federation-composition";
import { parse } from "graphql";
import { REVIEWS, SHOP } from "./beside.mjs";

const sources = { articles: process.env.SDL, reviews: REVIEWS, shop: SHOP };
const services = Object.entries(sources).map(([name, text]) => ({
  name,
  url: `http://127.0.0.1/${name}`,
  typeDefs: parse(text),
}));

const told = (result) => ({
  errors: (result.errors ?? []).map((error) => error.message),
  hints: (result.hints ?? []).map((hint) => `${hint.definition?.code ?? hint.code}: ${hint.message}`),
  composed: Boolean(result.supergraphSdl),
});
console.log(JSON.stringify({ apollo: told(apollo(services)), guild: told(guild(services)) }));
