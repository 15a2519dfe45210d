// Asks URL for its schema in each way that tools do; prints for each whether it tells the same as the schema's text.
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from "graphql";

const everything = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};
const WAYS = {
  everything,
  standard: {},
  graphiql: { inputValueDeprecation: true, schemaDescription: true },
  "without descriptions": { ...everything, descriptions: false },
};

const printed = (schema) => printSchema(lexicographicSortSchema(schema));
const text = buildSchema(await (await fetch(new URL("/schema.graphql", process.env.URL))).text());

async function told(options) {
  const body = JSON.stringify({ query: getIntrospectionQuery(options), operationName: "IntrospectionQuery" });
  const headers = { "content-type": "application/json" };
  const { data, errors } = await (await fetch(process.env.URL, { method: "POST", headers, body })).json();
  return errors ? { errors } : { same: printed(buildClientSchema(data)) === printed(text), types: data.__schema.types.length };
}

const answers = {};
for (const [way, options] of Object.entries(WAYS)) answers[way] = await told(options);
console.log(JSON.stringify(answers));
