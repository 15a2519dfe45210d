// Asks URL one query by Apollo Client's link for persisted queries, twice by POST and twice by GET, each time with a new
// client; prints for each what it got, and the requests that it sent.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const queries = {
  POST: gql`query Post { articles(first: 1) { totalCount } }`,
  GET: gql`query Get { articles(first: 1) { totalCount } }`,
};

async function asked(way) {
  const requests = [];
  const watched = async (url, init) => {
    const response = await fetch(url, init);
    const sent = init.body ? JSON.parse(init.body) : Object.fromEntries(new URL(url).searchParams);
    requests.push([init.method, "query" in sent ? "text" : "hash", response.status]);
    return response;
  };
  const http = new HttpLink({ uri: process.env.URL, fetch: watched });
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: way === "GET" }).concat(http);
  const { data } = await new ApolloClient({ link, cache: new InMemoryCache() }).query({ query: queries[way] });
  return { total: data.articles.totalCount, requests };
}

const told = [];
for (const way of ["POST", "POST", "GET", "GET"]) told.push(await asked(way));
console.log(JSON.stringify(told));
