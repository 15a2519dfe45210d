// mercurius as its documentation teaches: JIT after the first execution, a loader for each relation.
// Run as `node mercurius.js DATABASE PORT`.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { open } from './tables.js'

const [database, port] = process.argv.slice(2)
const tables = open(database)

const resolvers = {
  Query: {
    article: (_, { by }) => tables.article(by),
    articles: (_, { first }) => ({ nodes: tables.newest(first) }),
    nodes: (_, { ids }) => tables.articles(ids)
  },
  Article: {
    neighborhood: (article, { maxDepth, limit }) => tables.neighborhood(article.id, maxDepth, limit)
  },
  Node: {
    resolveType: () => 'Article'
  }
}

const loaders = {
  Article: {
    provider: async queries => tables.providers(queries.map(({ obj }) => obj.providerId)),
    topics: async queries => tables.topics(queries.map(({ obj }) => obj.id)),
    related: async queries => tables.related(queries.map(({ obj, params }) => ({ id: obj.id, first: params.first })))
  }
}

const app = Fastify({ logger: false })
const schema = readFileSync(new URL('contract.graphql', import.meta.url), 'utf8')
app.register(mercurius, { schema, resolvers, loaders, jit: 1 })
await app.listen({ port: Number(port), host: '127.0.0.1' })
