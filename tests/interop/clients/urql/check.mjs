// Prints, after what the sample prints, what the cache answers without asking the server, and what it warned of.
const warnings = [];
console.warn = (message) => warnings.push(message);

const { gql } = await import("@urql/core");
const { client } = await import("./articles.mjs");

const NODE = gql`
  query Node($id: ID!) {
    node(id: $id) { ...Named }
  }
  fragment Named on Node {
    id
    ... on Article { quality images { url } }
    ... on Topic { name }
  }
`;
const PAGES = gql`
  query Pages($slug: String!) {
    article(by: { slug: $slug }) { related(first: 2) { edges { node { id title } } } }
  }
`;
const slug = "pytorch-2-0-brings-new-fire-to-open-source-machine-learning";
const ofCache = { requestPolicy: "cache-only" };
const { data } = await client.query(PAGES, { slug }, ofCache);
const articles = data.article.related.edges.map(({ node }) => node);
const asked = { id: articles[0].id };
await client.query(NODE, asked);
const { node } = (await client.query(NODE, asked, ofCache)).data;
const wrong = await client.query(gql`{ articles { nodes { titel } } }`);
console.log(JSON.stringify({ articles, node, wrong: wrong.error.message, warnings }));
