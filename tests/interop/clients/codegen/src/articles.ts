import { graphql } from "./gql/gql.js";
import type { RelatedQueryVariables, TypedDocumentString } from "./gql/graphql.js";

const url = "http://127.0.0.1:8000/graphql";
const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };

async function ask<Result, Variables>(query: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

const Related = graphql(`
  query Related($by: ArticleBy!, $filter: ArticleFilter, $after: String) {
    article(by: $by) {
      related(first: 2, after: $after, filter: $filter) {
        nodes { title provider { name } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

const variables: RelatedQueryVariables = {
  by: { slug: "pytorch-2-0-brings-new-fire-to-open-source-machine-learning" },
  filter: { publishedDateTime: { gte: "2023-01-01T00:00:00Z" } },
};
do {
  const { article } = await ask(Related, variables);
  for (const { title } of article?.related.nodes ?? []) console.log(title);
  variables.after = article?.related.pageInfo.hasNextPage ? article.related.pageInfo.endCursor : null;
} while (variables.after);
