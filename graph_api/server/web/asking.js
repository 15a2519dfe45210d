// How this page asks the API: operations over HTTP, the schema as the text that the server publishes.

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { buildSchema, introspectionFromSchema, Kind, parse } from "graphql";

export const READ_SCHEMA = "ReadSchema";

const send = createGraphiQLFetcher({ url: "graphql" });

// The text is there where only trusted documents are answered, too, and no introspection.
const readSchema = async (headers) => {
  const answer = await fetch("schema.graphql", { headers });
  if (!answer.ok) return { data: null, ...(await answer.json()) };
  return { data: introspectionFromSchema(buildSchema(await answer.text(), { assumeValid: true })) };
};

// The editor learns a moment late how an operation is called; where there is only one, its name says nothing.
const renamed = (operation) => {
  try {
    const operations = parse(operation.query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 ? { ...operation, operationName: operations[0].name?.value } : operation;
  } catch {
    return { ...operation, operationName: undefined }; // the server says what is wrong with the text
  }
};

export const ask = (operation, options) =>
  operation.operationName === READ_SCHEMA ? readSchema(options?.headers) : send(renamed(operation), options);
