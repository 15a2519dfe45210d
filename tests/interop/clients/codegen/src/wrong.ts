// What does not fit the schema does not compile: tsc would report an expectation that is not met.
import type { ArticleBy, RelatedQuery, RelatedQueryVariables } from "./gql/graphql.js";

type Article = NonNullable<RelatedQuery["article"]>;
export const titles = ({ related }: Article): string[] => related.nodes.map(({ title }) => title);
export const providers = ({ related }: Article): (string | undefined)[] =>
  related.nodes.map(({ provider }) => provider?.name);

// @ts-expect-error: a provider can be missing
export const names = ({ related }: Article): string[] => related.nodes.map(({ provider }) => provider.name);
// @ts-expect-error: a field that was not asked for
export const excerpts = ({ related }: Article) => related.nodes.map(({ excerpt }) => excerpt);
// @ts-expect-error: two ways to name an article, where one is wanted
export const both: ArticleBy = { id: "article:4q2m5r3vdkd7cfwe", slug: "a" };
// @ts-expect-error: a number in quotes
export const quoted: RelatedQueryVariables = { by: { slug: "a" }, filter: { quality: { gt: "10" } } };
// @ts-expect-error: a condition that does not exist
export const unknown: RelatedQueryVariables = { by: { slug: "a" }, filter: { titel: { eq: "a" } } };
