import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

export const client = new ApolloClient({
  link: new HttpLink({ uri: "http://127.0.0.1:8000/graphql" }),
  cache: new InMemoryCache({
    possibleTypes: { Node: ["Article", "Provider", "Story", "Topic"] },
    typePolicies: {
      Query: { fields: { articles: relayStylePagination(["filter", "orderBy"]) } },
      Article: { fields: { related: relayStylePagination(["direction", "filter", "orderBy"]) } },
    },
  }),
});

const RELATED = gql`
  query Related($slug: String!, $after: String) {
    article(by: { slug: $slug }) {
      id
      related(first: 2, after: $after) { edges { node { id title } } pageInfo { hasNextPage endCursor } }
    }
  }
`;

const asked = { query: RELATED, variables: { slug: "pytorch-2-0-brings-new-fire-to-open-source-machine-learning" } };
const list = client.watchQuery(asked);
let { data } = await client.query(asked);
while (data.article.related.pageInfo.hasNextPage) {
  const { endCursor } = data.article.related.pageInfo;
  ({ data } = await list.fetchMore({ variables: { after: endCursor } }));
}
for (const { node } of client.readQuery(asked).article.related.edges) console.log(node.title);
