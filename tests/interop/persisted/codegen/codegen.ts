import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "schema.graphql",
  documents: "titles.graphql",
  generates: { "gql/": { preset: "client", presetConfig: { persistedDocuments: true } } },
};

export default config;
