import { graphql } from "relay-runtime";

export const query = graphql`
  query titlesQuery($first: Int) {
    articles(first: $first) {
      nodes {
        id
        ...titles_article
      }
    }
  }
`;

export const fragment = graphql`
  fragment titles_article on Article {
    title
  }
`;
