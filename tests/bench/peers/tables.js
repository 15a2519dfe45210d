// The questions to SQLite that both Node servers ask, each for many keys at once.
import Database from 'better-sqlite3'

const ARTICLE =
  'a.id, a.title, a.excerpt, a.url, a.published AS publishedDateTime, a.quality, a.provider AS providerId'
const KEYS = '(SELECT value FROM json_each(?))'

export function open (path) {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  const articles = db.prepare(`SELECT ${ARTICLE} FROM article a WHERE a.id IN ${KEYS}`)
  const byUrl = db.prepare(`SELECT ${ARTICLE} FROM article a WHERE a.url = ?`)
  const newest = db.prepare(`SELECT ${ARTICLE} FROM article a ORDER BY a.published DESC, a.id LIMIT ?`)
  const providers = db.prepare(`SELECT id, name, domain FROM provider WHERE id IN ${KEYS}`)
  const topics = db.prepare(
    `SELECT r.article, t.id, t.name FROM article_topic r JOIN topic t ON t.id = r.topic
     WHERE r.article IN ${KEYS} ORDER BY r.article, r.position`)
  const related = db.prepare(
    `SELECT ${ARTICLE}, r.src FROM related r JOIN article a ON a.id = r.dst
     WHERE r.src IN ${KEYS} AND r.position < ? ORDER BY r.src, r.position`)
  const neighbors = db.prepare(
    `SELECT src AS near, dst AS far, 0 AS way, position FROM related WHERE src IN ${KEYS}
     UNION ALL SELECT dst, src, 1, 0 FROM related WHERE dst IN ${KEYS} ORDER BY way, position, far`)
  const links = db.prepare(
    `SELECT src, dst FROM related WHERE src IN ${KEYS} AND dst IN ${KEYS} ORDER BY position`)

  const tables = {
    articles: ids => one(ids, articles.all(JSON.stringify(ids))),
    article: by => by.id ? tables.articles([by.id])[0] : byUrl.get(by.url) ?? null,
    newest: first => newest.all(first),
    providers: ids => one(ids, providers.all(JSON.stringify(ids))),
    topics: ids => many(ids, topics.all(JSON.stringify(ids)), 'article'),
    // keys: [{ id, first }]
    related: keys => {
      const lists = new Map()
      for (const first of new Set(keys.map(key => key.first))) {
        const ids = keys.filter(key => key.first === first).map(key => key.id)
        const found = many(ids, related.all(JSON.stringify(ids), first), 'src')
        ids.forEach((id, place) => lists.set(`${first} ${id}`, found[place]))
      }
      return keys.map(key => ({ nodes: lists.get(`${key.first} ${key.id}`) }))
    },
    neighborhood: (start, maxDepth, limit) => {
      const order = [start]
      const seen = new Set(order)
      let frontier = order
      for (let hop = 0; hop < maxDepth && order.length <= limit; hop++) {
        const asked = JSON.stringify(frontier)
        const near = many(frontier, neighbors.all(asked, asked), 'near').flat()
        frontier = [...new Set(near.map(row => row.far))].filter(id => !seen.has(id))
        for (const id of frontier) { seen.add(id); order.push(id) }
      }
      const ids = order.slice(0, limit)
      const kept = JSON.stringify(ids)
      const nodes = tables.articles(ids)
      const known = new Map(nodes.map(node => [node.id, node]))
      return {
        nodes,
        links: once(many(ids, links.all(kept, kept), 'src').flat())
          .map(row => ({ from: known.get(row.src), to: known.get(row.dst) })),
        nodeCount: nodes.length,
        truncated: order.length > limit
      }
    }
  }
  return tables
}

function one (ids, rows) {
  const found = new Map(rows.map(row => [row.id, row]))
  return ids.map(id => found.get(id) ?? null)
}

function many (ids, rows, key) {
  const found = new Map(ids.map(id => [id, []]))
  for (const row of rows) found.get(row[key]).push(row)
  return ids.map(id => found.get(id))
}

// Those that list each other are one link, from the one that comes first.
function once (rows) {
  const found = new Set()
  return rows.filter(({ src, dst }) => !found.has(`${dst} ${src}`) && found.add(`${src} ${dst}`))
}
