// What stands beside our subgraph: `reviews` extends its types and refers to them, `shop` is Relay-style and its own.
import { buildSubgraphSchema } from "@apollo/subgraph";
import { createHandler } from "graphql-http/lib/use/http";
import { parse } from "graphql";
import { createServer } from "node:http";

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`;

export const REVIEWS = `${LINK}
  type Article @key(fields: "id") { id: ID! readers: Int! }
  type Provider @key(fields: "domain") { domain: String! rating: Int! }
  type Topic @key(fields: "slug") { slug: String! followers: Int! }
  type Bookmark { note: String! article: Article topic: Topic provider: Provider }
  type Query { bookmarks: [Bookmark!]! }`;

export const SHOP = `${LINK}
  interface Node { id: ID! }
  type Product implements Node @key(fields: "id") { id: ID! name: String! }
  type ProductEdge { cursor: String! node: Product! }
  type ProductConnection { edges: [ProductEdge!]! pageInfo: PageInfo! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Query { node(id: ID!): Node products(first: Int): ProductConnection! }`;

const length = (text) => text.length;

/** The URL of a running `reviews`, whose bookmarks refer to these articles, topics and providers. */
export function reviews({ articles, topics, providers }) {
  const bookmarks = articles.map((id, place) => ({
    note: `bookmark ${place}`,
    article: { __typename: "Article", id },
    topic: { __typename: "Topic", slug: topics[place % topics.length] },
    provider: { __typename: "Provider", domain: providers[place % providers.length] },
  }));
  const resolvers = {
    Article: { readers: ({ id }) => length(id), __resolveReference: (key) => key },
    Provider: { rating: ({ domain }) => length(domain), __resolveReference: (key) => key },
    Topic: { followers: ({ slug }) => length(slug), __resolveReference: (key) => key },
    Query: { bookmarks: () => bookmarks },
  };
  const schema = buildSubgraphSchema({ typeDefs: parse(REVIEWS), resolvers });
  return listening(createHandler({ schema }));
}

/** The URL under which *handler* answers, and how to end it. */
export async function listening(handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}
