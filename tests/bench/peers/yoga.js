// GraphQL Yoga as its documentation teaches: parsed and validated documents are kept, a DataLoader for
// each relation is made for each request. Run as `node yoga.js DATABASE PORT`.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import DataLoader from 'dataloader'
import { createSchema, createYoga } from 'graphql-yoga'
import { open } from './tables.js'

const [database, port] = process.argv.slice(2)
const tables = open(database)

const resolvers = {
  Query: {
    article: (_, { by }) => tables.article(by),
    articles: (_, { first }) => ({ nodes: tables.newest(first) }),
    nodes: (_, { ids }, { articles }) => articles.loadMany(ids)
  },
  Article: {
    provider: ({ providerId }, _, { providers }) => providers.load(providerId),
    topics: ({ id }, _, { topics }) => topics.load(id),
    related: ({ id }, { first }, { related }) => related.load({ id, first }),
    neighborhood: ({ id }, { maxDepth, limit }) => tables.neighborhood(id, maxDepth, limit)
  },
  Node: {
    __resolveType: () => 'Article'
  }
}

const context = () => ({
  articles: new DataLoader(async ids => tables.articles(ids)),
  providers: new DataLoader(async ids => tables.providers(ids)),
  topics: new DataLoader(async ids => tables.topics(ids)),
  related: new DataLoader(async keys => tables.related(keys), { cacheKeyFn: ({ id, first }) => `${first} ${id}` })
})

const typeDefs = readFileSync(new URL('contract.graphql', import.meta.url), 'utf8')
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), context, graphiql: false, logging: false })
createServer(yoga).listen(Number(port), '127.0.0.1')
