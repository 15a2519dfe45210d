// The panel of sample operations: the server fills them in with what its content holds.

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";

const headersOf = (editor) => {
  try {
    return JSON.parse(editor?.getValue() || "{}");
  } catch {
    return {};
  }
};

const read = async (headers) => {
  const answer = await fetch("samples.json", { headers });
  const { samples = [], errors = [] } = await answer.json();
  return { samples, needsKey: [401, 403].includes(answer.status), problem: errors[0]?.message };
};

const Icon = () => (
  <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
    <path d="M4 4.5h12M4 10h6M4 15.5h6M12.5 9v8l5.5-4z" />
  </svg>
);

const KeyNeeded = () => (
  <p>
    Enter it under Headers, as <code>{'{"authorization": "Bearer KEY"}'}</code>, and fetch the schema again: the arrows
    below, or Shift-Ctrl-R.
  </p>
);

const Samples = () => {
  const { queryEditor, variableEditor, headerEditor, schema, fetchError } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    headerEditor: state.headerEditor,
    schema: state.schema,
    fetchError: state.fetchError,
  }));
  const { addTab, updateActiveTabValues, setOperationName, run } = useGraphiQLActions();
  const [{ samples, needsKey, problem }, setFound] = useState({ samples: [] });

  // After the schema, and again when that is fetched again: the headers may hold an API key then.
  useEffect(() => {
    if (!schema && !fetchError) return;
    read(headersOf(headerEditor)).then(setFound, () => setFound({ samples: [], problem: "the server is out of reach" }));
  }, [schema, fetchError]);

  const open = ({ name, text, variables }) => {
    const headers = headerEditor.getValue(); // a tab has its own, and would lose the API key
    const filled = variables ? JSON.stringify(variables, null, 2) : "";
    addTab();
    queryEditor.setValue(text);
    variableEditor.setValue(filled);
    headerEditor.setValue(headers);
    updateActiveTabValues({ query: text, variables: filled, headers }); // the editors tell the tab later
    setOperationName(name);
    run();
  };

  return (
    <section className="samples" aria-label="Samples">
      <h2>Samples</h2>
      <p>{problem ? `There are none: ${problem}.` : "Each opens in a tab, filled in with your content, and runs."}</p>
      {needsKey && <KeyNeeded />}
      <ul>
        {samples.map((sample) => (
          <li key={sample.name}>
            <button type="button" title={sample.shows} onClick={() => open(sample)}>
              <strong>{sample.title}</strong>
              <span>{sample.shows}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
};

export const SAMPLES = { title: "Samples", icon: Icon, content: Samples };
