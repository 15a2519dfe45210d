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
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.errors[0].message);
  return told.samples;
};

const Icon = () => (
  <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
    <path d="M4 4.5h12M4 10h6M4 15.5h6M12.5 9v8l5.5-4z" />
  </svg>
);

const Problem = ({ message }) => (
  <div role="alert">
    <p>The server says: {message}.</p>
    <p>
      An API key is entered under Headers, as <code>{'{"authorization": "Bearer KEY"}'}</code>; then fetch the schema
      again (the arrows below, or Shift-Ctrl-R).
    </p>
  </div>
);

const Samples = () => {
  const { queryEditor, variableEditor, headerEditor, schema, fetchError } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    headerEditor: state.headerEditor,
    schema: state.schema,
    fetchError: state.fetchError,
  }));
  const { addTab, setOperationName, run } = useGraphiQLActions();
  const [samples, setSamples] = useState([]);
  const [problem, setProblem] = useState("");

  // After the schema, and again when that is fetched again: the headers may hold an API key then.
  useEffect(() => {
    if (!schema && !fetchError) return;
    read(headersOf(headerEditor)).then(
      (found) => (setSamples(found), setProblem("")),
      (error) => (setSamples([]), setProblem(error.message)),
    );
  }, [schema, fetchError]);

  const open = ({ name, text, variables }) => {
    const headers = headerEditor.getValue(); // a tab has its own, and would lose the API key
    addTab();
    queryEditor.setValue(text);
    variableEditor.setValue(variables ? JSON.stringify(variables, null, 2) : "");
    headerEditor.setValue(headers);
    setOperationName(name);
    run();
  };

  return (
    <section className="samples" aria-label="Samples">
      <h2>Samples</h2>
      {problem ? <Problem message={problem} /> : <p>Each opens in a tab, filled in with your content, and runs.</p>}
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
