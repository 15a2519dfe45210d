import { readFileSync } from "node:fs";
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { minifyIntrospectionQuery } from "@urql/introspection";
import { buildSchema, introspectionFromSchema } from "graphql";

const sdl = readFileSync("schema.graphql", "utf8");
const schema = minifyIntrospectionQuery(introspectionFromSchema(buildSchema(sdl)));
const withoutId = schema.__schema.types.filter(({ fields }) => fields?.every(({ name }) => name !== "id"));

export const client = new Client({
  url: "http://127.0.0.1:8000/graphql",
  exchanges: [
    cacheExchange({
      schema,
      keys: Object.fromEntries(withoutId.map(({ name }) => [name, () => null])), // kept within their parents
      resolvers: { Query: { articles: relayPagination() }, Article: { related: relayPagination() } },
    }),
    fetchExchange,
  ],
});

const RELATED = gql`
  query Related($slug: String!, $after: String) {
    article(by: { slug: $slug }) {
      id
      related(first: 2, after: $after) { edges { node { id title } } pageInfo { hasNextPage endCursor } }
    }
  }
`;

const slug = "pytorch-2-0-brings-new-fire-to-open-source-machine-learning";
let related = { pageInfo: { endCursor: null } };
do {
  const { data, error } = await client.query(RELATED, { slug, after: related.pageInfo.endCursor });
  if (error) throw error;
  related = data.article.related;
} while (related.pageInfo.hasNextPage);
for (const { node } of related.edges) console.log(node.title);
