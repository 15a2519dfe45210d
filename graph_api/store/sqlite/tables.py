"""The tables of the SQLite store.

The database is a cache of the source folders: `SCHEMA_VERSION` is bumped at any change here, and of what
files are taken to say; a database with another version is rebuilt, never migrated. Two layers: `document`, `mention`, `embedded` and
`problem` say what each file says; all other tables are derived from them by one pure function for each
node, so that an incremental ingest and a fresh one give the same rows. Every key is a function of content
(see `graph_api.records`), never a row number. Columns that end in `_folded` hold `str.casefold()` of
their neighbour; `_us` is microseconds since 1970 in UTC; lists of texts and images are JSON (an image is
an object with the fields of `records.Image`, absent where null).
"""

from __future__ import annotations

SCHEMA_VERSION = 4
APPLICATION_ID = 0x67726170  # "grap": tells our files from any other SQLite database

SCRIPT = """
CREATE TABLE meta (               -- revision: hex; generated_at: when it was first stored, ISO 8601 in UTC;
                                  -- program: the version of graph-api that read the files
    name TEXT PRIMARY KEY, value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- what the files say -----------------------------------------------------------------------------------
CREATE TABLE document (
    key INTEGER PRIMARY KEY,      -- 63 bits of SHA-256 over folder, NUL, path
    folder TEXT NOT NULL,         -- absolute path of the source folder
    path TEXT NOT NULL,           -- relative to the folder, with /
    sha256 BLOB NOT NULL,         -- of the file's bytes
    kind TEXT NOT NULL,           -- article | topic | provider | rejected
    subject INTEGER,              -- key of the node it describes; NULL when rejected
    identity TEXT,                -- what the key was made from: canonical URL, domain or slug; tells collisions
    published_us INTEGER,         -- an article's own date: of several files of one article the newest wins
    payload TEXT                  -- the document without its related items, JSON; NULL when rejected
) STRICT;
CREATE INDEX document_subject ON document (subject) WHERE subject IS NOT NULL;
CREATE INDEX document_topic ON document (subject) WHERE kind = 'topic'; -- the taxonomy, read at each ingest
CREATE INDEX document_path ON document (path);
CREATE UNIQUE INDEX document_hash ON document (folder, path, sha256);   -- all an unchanged file needs

CREATE TABLE mention (            -- an article document lists another article as related
    document INTEGER NOT NULL, position INTEGER NOT NULL, target INTEGER NOT NULL,
    embedded INTEGER NOT NULL,    -- the embedded copy of the target
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_target ON mention (target, document);
CREATE INDEX mention_embedded ON mention (embedded);

CREATE TABLE embedded (           -- copies agree almost always, so each distinct one is kept once
    key INTEGER PRIMARY KEY,      -- 63 bits of SHA-256 over payload
    target INTEGER NOT NULL, url TEXT NOT NULL, -- of the article it is a copy of
    payload TEXT NOT NULL         -- a related item, JSON
) STRICT;
CREATE INDEX embedded_url ON embedded (target, url);

CREATE TABLE problem (
    key INTEGER PRIMARY KEY,      -- 63 bits of SHA-256 over owner, code, message and how many equal ones precede
    owner INTEGER NOT NULL,       -- key of the document, or of the node for problems between documents
    code TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL, hint TEXT,
    path TEXT NOT NULL, line INTEGER, column_ INTEGER, article INTEGER
) STRICT;
CREATE INDEX problem_owner ON problem (owner);
CREATE INDEX problem_order ON problem (path, line, column_, code, key);

-- the graph --------------------------------------------------------------------------------------------
CREATE TABLE article (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, url TEXT NOT NULL, slug TEXT NOT NULL, title TEXT NOT NULL,
    excerpt TEXT, category TEXT, type TEXT NOT NULL, published_us INTEGER,
    web_url TEXT, original_url TEXT, amp_web_url TEXT, cdn_amp_web_url TEXT,
    quality INTEGER, heat INTEGER, published INTEGER, is_stub INTEGER NOT NULL,
    provider INTEGER,
    hidden INTEGER NOT NULL,         -- 1: left out for callers that see published content only
    related_count INTEGER NOT NULL,  -- length of the list of related articles (OUT)
    topic_count INTEGER NOT NULL, has_image INTEGER NOT NULL,
    slug_folded TEXT NOT NULL, title_folded TEXT NOT NULL, category_folded TEXT, type_folded TEXT NOT NULL,
    url_folded TEXT NOT NULL
) STRICT;
CREATE INDEX article_newest ON article (published_us DESC, key);
CREATE INDEX article_quality ON article (quality DESC, key);
CREATE INDEX article_heat ON article (heat DESC, key);
CREATE INDEX article_stub ON article (key) WHERE is_stub = 1;
CREATE INDEX article_slug ON article (slug);
CREATE INDEX article_provider ON article (provider, published_us DESC, key);
CREATE INDEX article_provider_key ON article (provider, key);  -- walks read a few of a hub's by key, unsorted

CREATE TABLE article_detail (     -- long and seldom asked for; no row when all are NULL
    key INTEGER PRIMARY KEY, body TEXT, featured_content TEXT, ciphertext TEXT, iv TEXT, extra TEXT
) STRICT;

CREATE TABLE article_image (
    article INTEGER NOT NULL, position INTEGER NOT NULL, url TEXT NOT NULL,
    width INTEGER, height INTEGER, title TEXT, is_cached INTEGER,
    PRIMARY KEY (article, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE article_url (        -- every canonical URL an article is known by
    url TEXT NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (url, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_url_article ON article_url (article);

CREATE TABLE article_topic (
    article INTEGER NOT NULL, position INTEGER NOT NULL, topic INTEGER NOT NULL,
    published_us INTEGER,         -- the article's, so that a topic's newest articles are one index walk
    name TEXT NOT NULL,           -- the topic as the article spells it
    hidden INTEGER NOT NULL,      -- the article's
    PRIMARY KEY (article, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_topic_name ON article_topic (topic, name, hidden);
CREATE INDEX article_topic_newest ON article_topic (topic, published_us DESC, article);
CREATE INDEX article_topic_key ON article_topic (topic, article);

CREATE TABLE related (
    src INTEGER NOT NULL,
    position INTEGER NOT NULL,    -- from 0, without gaps
    dst INTEGER NOT NULL,
    PRIMARY KEY (src, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX related_dst ON related (dst, src);

CREATE TABLE naming (             -- how each article names its provider; without images: []
    article INTEGER PRIMARY KEY, provider INTEGER NOT NULL,
    domain TEXT NOT NULL, name TEXT NOT NULL, images TEXT NOT NULL,
    hidden INTEGER NOT NULL       -- the article's
) STRICT;
CREATE INDEX naming_name ON naming (provider, domain, name, images, hidden);

CREATE TABLE provider (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL,
    other_names TEXT NOT NULL,
    shown_names TEXT NOT NULL,    -- those of other_names that are not only of hidden articles
    description TEXT, images TEXT NOT NULL, extra TEXT,
    hidden INTEGER NOT NULL, domain_folded TEXT NOT NULL, name_folded TEXT NOT NULL
) STRICT;
CREATE INDEX provider_order ON provider (name_folded, domain);

CREATE TABLE topic (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL, shortname TEXT,
    keywords TEXT NOT NULL, hashtags TEXT NOT NULL, images TEXT NOT NULL, parent INTEGER, extra TEXT,
    hidden INTEGER NOT NULL, slug_folded TEXT NOT NULL, name_folded TEXT NOT NULL
) STRICT;
CREATE INDEX topic_order ON topic (name_folded, slug);
CREATE INDEX topic_parent ON topic (parent, name_folded, slug) WHERE parent IS NOT NULL;

CREATE TABLE topic_name (         -- every spelling a topic is known by, folded
    name_folded TEXT NOT NULL, topic INTEGER NOT NULL, PRIMARY KEY (name_folded, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_name_topic ON topic_name (topic);
"""
