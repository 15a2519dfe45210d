// The schema under graphql-eslint's recommended and Relay rules. A finding is mended in the schema; what is excepted
// here has its reason beside it.
import graphql from "@graphql-eslint/eslint-plugin";

const recommended = graphql.configs["flat/schema-recommended"].rules;
const relay = graphql.configs["flat/schema-relay"].rules;
const [, naming] = recommended["@graphql-eslint/naming-convention"];

const exceptions = {
  // The Federation specification names _entities, _service, _Any, _Entity and _Service; that nothing else begins so is
  // held by graphql-schema-linter.
  "@graphql-eslint/naming-convention": ["error", { ...naming, allowLeadingUnderscore: true }],
  "@graphql-eslint/relay-edge-types": [
    "error",
    {
      withEdgeSuffix: true,
      // Short lists, such as an article's topics and images, come whole; and `nodes` is the short way past `edges`.
      listTypeCanWrapOnlyEdgeType: false,
      // A problem of a document is known by its place in a file, which changes whenever the file does: it has no id
      // that would stay, so it is no Node. All other lists are of nodes.
      shouldImplementNode: false,
    },
  ],
  "@graphql-eslint/strict-id-in-types": [
    "error",
    {
      exceptions: {
        suffixes: ["Connection", "Edge"], // a page is known by its list and its cursors
        types: [
          "PageInfo", // Relay's own, which has no id
          "Image", // these three are values of an article or topic, with no life of their own
          "Secured",
          "SourceFile",
          "CommonNeighbors", // these six are worked out for one question, and its arguments tell them apart
          "Hop",
          "Link",
          "Path",
          "PathResult",
          "Subgraph",
          "ContentReport", // there is one, of the revision that is served
          "FileCounts", // these two are parts of ContentReport
          "LinkSuggestion",
          "ArticleStats", // these three are counted for one list
          "Facet",
          "FacetBucket",
          "Recommendation", // these two are computed for one reader's question
          "Reason",
          "NodeMetrics", // these three are computed for one article, topic or story
          "TopicCooccurrence",
          "TimelineBucket",
          "Highlight", // these three are worked out for one search
          "TextRange",
          "Suggestion",
          "Problem", // as above: nothing about it would stay
          "Cost", // that of the operation which asks
          "_Service", // the Federation specification's own, which has no id
        ],
      },
    },
  ],
};

export default [
  {
    files: ["*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    rules: { ...recommended, ...relay, ...exceptions },
  },
];
