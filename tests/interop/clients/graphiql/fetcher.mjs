// Asks as GraphiQL does, through its own toolkit: for the schema, then a query; prints the answer to the query.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { getIntrospectionQuery } from "graphql";

const ask = createGraphiQLFetcher({ url: "http://127.0.0.1:8000/graphql", fetch });
await ask({ query: getIntrospectionQuery(), operationName: "IntrospectionQuery" });
for await (const part of await ask({ query: "{ revision }" })) console.log(JSON.stringify(part));
