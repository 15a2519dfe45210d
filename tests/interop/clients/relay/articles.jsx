import { graphql, useLazyLoadQuery, usePaginationFragment } from "react-relay";
import { Environment, Network, RecordSource, Store } from "relay-runtime";

const url = "http://127.0.0.1:8000/graphql";
const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };

async function ask({ text }, variables) {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: text, variables }) });
  return response.json();
}

export const environment = new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });

function Related({ article }) {
  const { data, hasNext, loadNext, refetch } = usePaginationFragment(
    graphql`
      fragment articles_related on Article
      @refetchable(queryName: "articlesRelatedQuery")
      @argumentDefinitions(size: { type: "Int", defaultValue: 2 }, after: { type: "String" }) {
        related(first: $size, after: $after) @connection(key: "articles_related") { edges { node { id title } } }
      }
    `,
    article,
  );
  return (
    <ul>
      {data.related.edges.map(({ node }) => <li key={node.id}>{node.title}</li>)}
      {hasNext && <button onClick={() => loadNext(2)}>More</button>}
      <button onClick={() => refetch({ size: 1 }, { fetchPolicy: "network-only" })}>Start again</button>
    </ul>
  );
}

export function Article({ slug }) {
  const { article } = useLazyLoadQuery(
    graphql`query articlesQuery($slug: String!) { article(by: { slug: $slug }) { ...articles_related } }`,
    { slug },
  );
  return <Related article={article} />;
}
