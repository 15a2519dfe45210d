"""The peers' data: the dev corpus read in plain Python, kept as neutral JSON and as a SQLite file.

Only the rules of identity come from the product (`records`, `urls`, `slugs`): ids must agree or no answer
could. ParsedFile, merging and tables are written again here, the plain way, so that equal answers of all
servers also say that ingest is right. Kept in a cache folder outside the work tree.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from graph_api.documents.slugs import topic_slug
from graph_api.documents.urls import canonical_url
from graph_api.records import article_id, provider_id, topic_id
from tests.corpora import SHARED, corpus

Row: TypeAlias = dict[str, Any]  # Any: JSON objects and YAML mappings as they come
Files: TypeAlias = list[tuple[str, Row]]

SEED = 20261122
_POINTS, _SPREADS, _STORIES = 400, 100, 20

_TABLES = """
CREATE TABLE provider (id TEXT PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL);
CREATE TABLE topic (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE article (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, excerpt TEXT, url TEXT NOT NULL, published TEXT, quality INTEGER,
    provider TEXT NOT NULL REFERENCES provider
);
CREATE INDEX article_newest ON article (published DESC, id);
CREATE TABLE article_topic (
    article TEXT NOT NULL, position INTEGER NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (article, position)
) WITHOUT ROWID;
CREATE TABLE related (
    src TEXT NOT NULL, position INTEGER NOT NULL, dst TEXT NOT NULL, PRIMARY KEY (src, position)
) WITHOUT ROWID;
CREATE INDEX related_dst ON related (dst, src);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Where the data stands: the folder of documents, the neutral dump and the peers' SQLite file."""

    corpus: Path
    dump: Path
    database: Path

    def variables(self) -> dict[str, list[dict[str, Any]]]:
        """The variables of the load, by question: the same for every server and every run."""
        found: dict[str, list[dict[str, Any]]] = json.loads(self.dump.read_bytes())["variables"]
        return found


def prepared(folder: Path | None) -> Dataset:
    """The data made from the documents in *folder* (the dev corpus when None), made once."""
    if folder is None and not SHARED.exists():
        raise FileNotFoundError(f"{SHARED} is not there: name a folder of articles with --corpus")
    source = folder or corpus("azure-dev")
    home = _cache() / _stamp(source)
    made = Dataset(corpus=source, dump=home / "dump.json", database=home / "peers.sqlite")
    if not made.database.exists():
        home.mkdir(parents=True, exist_ok=True)
        _write(made)
    return made


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "graph-api-bench"


def _stamp(source: Path) -> str:
    """Changes with the source and with the code that reads it."""
    files = sorted(source.rglob("*.*"))
    marks = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(Path(__file__).read_bytes() + repr(marks).encode()).hexdigest()[:16]


def _write(to: Dataset) -> None:
    dump = _dump(to.corpus)
    to.dump.write_text(json.dumps(dump, ensure_ascii=False))
    unfinished = to.database.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    with sqlite3.connect(unfinished) as db:
        db.executescript(_TABLES)
        _insert(db, dump)
        db.execute("ANALYZE")
    db.close()
    unfinished.rename(to.database)


def _insert(db: sqlite3.Connection, dump: Row) -> None:
    articles: list[Row] = dump["articles"]
    db.executemany("INSERT INTO provider VALUES (:id, :name, :domain)", dump["providers"])
    db.executemany("INSERT INTO topic VALUES (:id, :name)", dump["topics"])
    db.executemany(
        "INSERT INTO article VALUES (:id, :title, :excerpt, :url, :publishedDateTime, :quality, :provider)",
        articles,
    )
    for table, name in (("article_topic", "topics"), ("related", "related")):
        rows = ((one["id"], place, other) for one in articles for place, other in enumerate(one[name]))
        db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)


# -- reading ---------------------------------------------------------------------------------------------


def _dump(folder: Path) -> Row:
    """What the files say, merged by the rules of identity."""
    news = _files(folder / "_news", "*.md")
    topics = _files(folder / "_data/topics", "*.yaml")
    organizations = _files(folder / "_data/organizations", "*.md")
    slugs = {one["name"].casefold(): one["_id"] for _, one in topics}
    articles = _articles(news, slugs)
    names = {topic_id(_slug(name, slugs)): name for _, one in reversed(news) for name in one["topics"]}
    names |= {topic_id(one["_id"]): one["name"] for _, one in topics}
    return {
        "articles": articles,
        "providers": _providers(news, [one for _, one in organizations]),
        "topics": [{"id": id, "name": name} for id, name in sorted(names.items())],
        "variables": _variables(articles),
    }


def _files(folder: Path, pattern: str) -> Files:
    found = ((path.name, path.read_text(encoding="utf-8-sig")) for path in sorted(folder.glob(pattern)))
    return [(name, yaml.load(_front(text), yaml.CSafeLoader)) for name, text in found]


def _front(text: str) -> str:
    return text.split("\n---", 1)[0].removeprefix("---") if text.startswith("---") else text


def _articles(news: Files, slugs: Mapping[str, str]) -> list[Row]:
    """One row an article: of several files with one URL the newest wins, the related lists are united."""
    by_url: dict[str, list[Row]] = {}
    for _, one in news:
        by_url.setdefault(_url(one), []).append(one)
    removed = {url for url, files in by_url.items() if any(one.get("removed") for one in files)}
    rows = []
    for url, files in by_url.items():
        if url not in removed:
            first, *others = sorted(files, key=lambda one: one["publishedDateTime"], reverse=True)
            targets = [_url(item) for one in (first, *others) for item in one.get("related", ())]
            kept = [target for target in dict.fromkeys(targets) if target != url and target not in removed]
            rows.append(_row(url, first, slugs) | {"related": [article_id(target) for target in kept]})
    return rows


def _row(url: str, one: Row, slugs: Mapping[str, str]) -> Row:
    return {
        "id": article_id(url),
        "title": _text(one["title"]),
        "excerpt": None if one.get("excerpt") is None else _text(one["excerpt"]),
        "url": url,
        "publishedDateTime": _moment(one["publishedDateTime"]),
        "quality": one.get("quality"),
        "provider": provider_id(one["provider"]["domain"].lower()),
        "topics": list(dict.fromkeys(topic_id(_slug(name, slugs)) for name in one["topics"])),
    }


def _url(one: Row) -> str:
    return canonical_url(one.get("webUrl") or one["originalUrl"])


def _slug(name: str, slugs: Mapping[str, str]) -> str:
    return slugs.get(name.casefold()) or topic_slug(name)


def _text(text: str) -> str:
    return (
        " ".join(part for part in text.strip().splitlines() if part)
        if "\n" in text or "\r" in text
        else text.strip()
    )


def _moment(value: datetime) -> str:
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _providers(news: Files, organizations: Iterable[Row]) -> list[Row]:
    """A provider is its domain; the taxonomy's name wins, then the commonest, then the smallest."""
    spelled: dict[str, Counter[str]] = {}
    for _, one in news:
        mentions = [one["provider"], *(item["provider"] for item in one.get("related", ()))]
        for provider in mentions:
            spelled.setdefault(provider["domain"].lower(), Counter())[_text(provider["name"])] += 1
    names = {domain: min(count, key=lambda name: (-count[name], name)) for domain, count in spelled.items()}
    names |= {one["domain"].lower(): one["name"] for one in organizations}
    return [
        {"id": provider_id(domain), "name": name, "domain": domain} for domain, name in sorted(names.items())
    ]


# -- the load ----------------------------------------------------------------------------------------------


def _variables(articles: Sequence[Row]) -> dict[str, list[Row]]:
    """Articles at random for point questions, and lists of twenty that belong to different stories."""
    dice = random.Random(SEED)
    linked = [one for one in articles if one["related"]]
    story = _stories(linked)
    points = dice.sample(articles, min(_POINTS, len(articles)))
    centres = dice.sample(linked, min(_POINTS, len(linked)))
    return {
        "Q1": [{"id": one["id"]} for one in points],
        "Q2": [{}],
        "Q3": [{"ids": _spread(linked, story, dice)} for _ in range(_SPREADS)],
        "Q4": [{"id": one["id"]} for one in centres],
    }


def _spread(articles: Sequence[Row], story: Mapping[str, str], dice: random.Random) -> list[str]:
    chosen: dict[str, str] = {}
    for one in dice.sample(articles, len(articles)):
        if chosen.setdefault(story[one["id"]], one["id"]) and len(chosen) == _STORIES:
            break
    return list(chosen.values())


def _stories(articles: Sequence[Row]) -> dict[str, str]:
    """By article, one member of its story: the connected component of related."""
    leader = {one["id"]: one["id"] for one in articles}

    def of(id: str) -> str:
        while leader.setdefault(id, id) != id:
            leader[id] = id = leader[leader[id]]
        return id

    for one in articles:
        for other in one["related"]:
            leader[of(one["id"])] = of(other)
    return {id: of(id) for id in leader}
