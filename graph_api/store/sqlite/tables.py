"""The tables of the SQLite store.

The database is a cache of the source folders: one with another `SCHEMA_VERSION` is rebuilt, never migrated.
`document`, `mention`, `embedded` and `problem` hold what each file says. The tables of `GRAPH` are derived from them,
twice: `article` and so on from all files, `published_article` and so on from the files that are not hidden. While no
article is hidden, the published ones are views of the others and cost nothing. A statement applies rights by the names
of its tables alone.

Every key is a function of content (see `graph_api.records`), never a row number. Columns that end in `_folded` hold
`store.folding.fold` of their neighbor, those that end in `_order` its `order_key`; `_us` is microseconds since 1970
in UTC; lists of texts and images are JSON (an image has the fields of `records.Image`, absent where null).
"""

from __future__ import annotations

from datetime import datetime
from types import NoneType
from typing import Any, get_args, get_type_hints
from zlib import crc32

from graph_api.records import Article

APPLICATION_ID = 0x67726170  # "grap": marks our files among SQLite databases
PUBLISHED = "published_"  # before the names of the second graph's tables

COLUMN_NAMES = {"published_date_time": "published_us", "provider_key": "provider", "parent_key": "parent"}
"""Where a column is not called as the field of the record."""

_TYPES = {str: "TEXT", int: "INTEGER", bool: "INTEGER", datetime: "INTEGER"}


def _column(name: str, hint: Any) -> str:
    options = [getattr(option, "__supertype__", option) for option in get_args(hint) or (hint,)]
    [kind] = [_TYPES[option] for option in options if option is not NoneType]
    return f"{COLUMN_NAMES.get(name, name)} {kind}{'' if NoneType in options else ' NOT NULL'}"


_ARTICLE_COLUMNS = ", ".join(
    _column(name, hint) for name, hint in get_type_hints(Article).items() if name != "key"
)

FILES = """
CREATE TABLE meta (               -- revision: hex; generation; generated_at: when the revision was first stored, ISO
                                  -- 8601 in UTC; program: the version of graph-api that read the files
    name TEXT PRIMARY KEY, value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE site (
    folder TEXT PRIMARY KEY, value TEXT NOT NULL -- how ingest reads the files of the folder, JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    key INTEGER PRIMARY KEY,      -- 63 bits of SHA-256 over folder, NUL, path
    folder TEXT NOT NULL,         -- absolute path of the source folder
    path TEXT NOT NULL,           -- relative to the folder, with /
    sha256 BLOB NOT NULL,         -- of the text with LF line ends
    kind TEXT NOT NULL,           -- article | topic | provider | rejected | left_out
    subject INTEGER,              -- key of the node it describes; NULL when rejected or left out
    identity TEXT,                -- what the key was made from: canonical URL, domain or slug; shows collisions
    published_us INTEGER,         -- an article's own date: of several files of one article the newest wins
    is_hidden INTEGER NOT NULL,   -- 1: says published: false, or is rejected
    payload TEXT,                 -- the document without its related items, JSON; NULL when rejected or left out
    known_as TEXT                 -- addresses and names by which other files name it, JSON
) STRICT;
CREATE INDEX document_subject ON document (subject) WHERE subject IS NOT NULL;
CREATE INDEX document_topic ON document (subject) WHERE kind = 'topic'; -- the taxonomy, read at each ingest
CREATE INDEX document_hidden ON document (kind) WHERE is_hidden = 1;
CREATE INDEX document_path ON document (path);
CREATE UNIQUE INDEX document_hash ON document (folder, path, sha256);   -- all an unchanged file needs
CREATE VIEW published_document AS SELECT * FROM document WHERE is_hidden = 0;

CREATE TABLE mention (            -- an article document names another article and embeds a copy of it
    document INTEGER NOT NULL, position INTEGER NOT NULL, target INTEGER NOT NULL,
    embedded INTEGER NOT NULL,    -- the embedded copy of the target
    origin INTEGER NOT NULL,      -- 0: listed in front matter, 1: linked in the body
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

CREATE TABLE reference (          -- an article document names another document of its folder
    document INTEGER NOT NULL, position INTEGER NOT NULL,
    form TEXT NOT NULL, target TEXT NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE any_problem (
    key INTEGER NOT NULL,         -- 63 bits of SHA-256 over path or node, code, message and how many equal ones precede
    equal_key INTEGER NOT NULL,   -- the same, without equal problems of other folders
    owner INTEGER NOT NULL,       -- key of the document, or of the node for problems between documents
    code TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL, hint TEXT,
    path TEXT NOT NULL, line INTEGER, column_ INTEGER, article INTEGER,
    seen INTEGER NOT NULL,        -- with 0: both graphs, 1: the graph of all files, 2: the published graph
    PRIMARY KEY (owner, equal_key, seen)
) STRICT;
CREATE INDEX problem_key ON any_problem (key);
CREATE INDEX problem_equal ON any_problem (equal_key, owner);
CREATE INDEX problem_order ON any_problem (path, line, column_, code, key);
CREATE VIEW problem AS SELECT * FROM any_problem WHERE seen <> 2;
CREATE VIEW published_problem AS SELECT * FROM any_problem WHERE seen <> 1;
"""

GRAPH = {
    "article": f"""
CREATE TABLE article (
    key INTEGER PRIMARY KEY, {_ARTICLE_COLUMNS},
    related_count INTEGER NOT NULL,  -- length of the list of related articles (OUT)
    topic_count INTEGER NOT NULL, has_image INTEGER NOT NULL,
    slug_folded TEXT NOT NULL, title_folded TEXT NOT NULL, category_folded TEXT, type_folded TEXT NOT NULL,
    url_folded TEXT NOT NULL, title_order TEXT NOT NULL
) STRICT;
CREATE INDEX article_newest ON article (published_us DESC, key);
CREATE INDEX article_quality ON article (quality DESC, key);
CREATE INDEX article_heat ON article (heat DESC, key);
CREATE INDEX article_stub ON article (key) WHERE is_stub = 1;
CREATE INDEX article_slug ON article (slug);
CREATE INDEX article_provider ON article (provider, published_us DESC, key);
CREATE INDEX article_provider_key ON article (provider, key);  -- walks read a few of a hub's by key, unsorted
""",
    "article_detail": """
CREATE TABLE article_detail (     -- long and seldom asked for; no row when all are NULL
    key INTEGER PRIMARY KEY, body TEXT, featured_content TEXT, extra TEXT, ciphertext TEXT, iv TEXT
) STRICT;
""",
    "article_image": """
CREATE TABLE article_image (
    article INTEGER NOT NULL, position INTEGER NOT NULL, url TEXT NOT NULL,
    width INTEGER, height INTEGER, title TEXT, is_cached INTEGER,
    PRIMARY KEY (article, position)
) STRICT, WITHOUT ROWID;
""",
    "article_url": """
CREATE TABLE article_url (        -- every canonical URL an article is known by
    url TEXT NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (url, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_url_article ON article_url (article);
""",
    "article_address": """
CREATE TABLE article_address (    -- the pages of an article that is identified by its path, below the site's root
    address TEXT NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (address, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_address_article ON article_address (article);
""",
    "article_topic": """
CREATE TABLE article_topic (
    article INTEGER NOT NULL, position INTEGER NOT NULL, topic INTEGER NOT NULL,
    published_us INTEGER,         -- the article's, so that a topic's newest articles are one index walk
    name TEXT NOT NULL,           -- the topic as the article spells it
    PRIMARY KEY (article, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_topic_name ON article_topic (topic, name);
CREATE INDEX article_topic_newest ON article_topic (topic, published_us DESC, article);
CREATE INDEX article_topic_key ON article_topic (topic, article);
""",
    "related": """
CREATE TABLE related (
    src INTEGER NOT NULL,
    position INTEGER NOT NULL,    -- from 0, without gaps
    dst INTEGER NOT NULL,
    origin INTEGER NOT NULL,      -- 0: listed, 1: linked; listed ones come first
    PRIMARY KEY (src, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX related_dst ON related (dst, src, origin);
CREATE INDEX related_linked ON related (src) WHERE origin = 1; -- empty in most graphs: counts what comes from bodies
""",
    "link": """
CREATE TABLE link (               -- where a reference leads in this graph
    document INTEGER NOT NULL, position INTEGER NOT NULL,
    target INTEGER,               -- an article; NULL: nowhere
    origin INTEGER NOT NULL,      -- as in related
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_target ON link (target, document) WHERE target IS NOT NULL;
""",
    "naming": """
CREATE TABLE naming (             -- how each article names its provider; without images: []
    article INTEGER PRIMARY KEY, provider INTEGER NOT NULL,
    domain TEXT NOT NULL, name TEXT NOT NULL, images TEXT NOT NULL
) STRICT;
CREATE INDEX naming_name ON naming (provider, domain, name, images);
""",
    "provider": """
CREATE TABLE provider (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL,
    other_names TEXT NOT NULL, description TEXT, images TEXT NOT NULL, extra TEXT,
    domain_folded TEXT NOT NULL, name_folded TEXT NOT NULL, name_order TEXT NOT NULL
) STRICT;
CREATE INDEX provider_order ON provider (name_order, domain);
""",
    "topic": """
CREATE TABLE topic (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL, shortname TEXT,
    keywords TEXT NOT NULL, hashtags TEXT NOT NULL, images TEXT NOT NULL, parent INTEGER, extra TEXT,
    slug_folded TEXT NOT NULL, name_folded TEXT NOT NULL, name_order TEXT NOT NULL
) STRICT;
CREATE INDEX topic_order ON topic (name_order, slug);
CREATE INDEX topic_parent ON topic (parent, name_order, slug) WHERE parent IS NOT NULL;
""",
    "topic_name": """
CREATE TABLE topic_name (         -- every spelling a topic is known by, folded
    name_folded TEXT NOT NULL, topic INTEGER NOT NULL, PRIMARY KEY (name_folded, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_name_topic ON topic_name (topic);
""",
}

PUBLISHED_VIEWS = "".join(f"CREATE VIEW {PUBLISHED}{name} AS SELECT * FROM {name};\n" for name in GRAPH)


def published_tables() -> str:
    """The script that makes the tables of the published graph."""
    return "".join(
        script.replace("CREATE TABLE ", f"CREATE TABLE {PUBLISHED}")
        .replace(f"INDEX {name}", f"INDEX {PUBLISHED}{name}")
        .replace(f" ON {name} ", f" ON {PUBLISHED}{name} ")
        for name, script in GRAPH.items()
    )


SCRIPT = FILES + "".join(GRAPH.values()) + PUBLISHED_VIEWS
_MEANING = 5  # raise it when equal files come to mean something else, though the tables stay
SCHEMA_VERSION = (
    crc32(f"{_MEANING}{SCRIPT}".encode()) >> 1 or 1
)  # a positive `user_version`: 32 bits with a sign
