// Prints, after what the sample prints, what the cache holds and what it answers without asking the server.
import { gql } from "@apollo/client";
import { client } from "./articles.mjs";

const NODE = gql`
  query Node($id: ID!) {
    node(id: $id) { ...Named }
  }
  fragment Named on Node {
    id
    ... on Article { quality }
    ... on Topic { name }
  }
`;
const articles = Object.keys(client.cache.extract()).filter((key) => key.startsWith("Article:"));
const asked = { query: NODE, variables: { id: articles.at(-1).slice("Article:".length) } };
await client.query(asked);
const { data } = await client.query({ ...asked, fetchPolicy: "cache-only" });
console.log(JSON.stringify({ articles, node: data.node, cached: client.cache.extract()[articles.at(-1)] }));
