// GraphiQL over the API that stands beside this page: every address is relative, so that it works under any path.

import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./graphiql.css";
import "./workers.js";

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import "monaco-graphql/esm/lite.js"; // the editor: GraphiQL would ask for it only once it runs
import { editor } from "monaco-graphql/esm/monaco-editor.js";
import { createRoot } from "react-dom/client";

import { ask, READ_SCHEMA } from "./asking.js";
import { memory } from "./memory.js";
import { SAMPLES } from "./samples.jsx";

const FIRST = `# The newest articles.
# Run it with Ctrl-Enter.
query Newest {
  articles(first: 5) {
    totalCount
    nodes {
      title
      publishedDateTime
      provider {
        name
      }
      topics {
        name
      }
      related {
        totalCount
      }
    }
  }
}
`;

// Articles are full of letters that could be taken for others; in code the editor would frame each.
editor.onDidCreateEditor((created) => created.updateOptions({ unicodeHighlight: { ambiguousCharacters: false } }));

const EXPLORER = { ...explorerPlugin(), title: "Explorer" };
const isFirstVisit = memory.getItem("graphiql:visiblePlugin") === null;

createRoot(document.getElementById("page")).render(
  <GraphiQL
    fetcher={ask}
    introspectionQueryName={READ_SCHEMA}
    storage={memory}
    plugins={[SAMPLES, EXPLORER, HISTORY_PLUGIN]}
    visiblePlugin={isFirstVisit ? SAMPLES : undefined}
    defaultQuery={FIRST}
    defaultEditorToolsVisibility="variables"
    responseTooltip={() => null /* it would load pictures from other hosts */}
  >
    <GraphiQL.Logo>graph-api</GraphiQL.Logo>
  </GraphiQL>,
);
