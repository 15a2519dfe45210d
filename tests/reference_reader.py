"""An independent reader of a corpus: plain Python over the same files, without the package's code.

It implements identity, the merging of files and the folding of texts a second time, so that a mistake in the package
makes the two differ.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit

import yaml

Fields: TypeAlias = dict[str, Any]

_TRACKER = re.compile(r"(utm_\w+|fbclid|gclid|msclkid|mc_cid|mc_eid|igshid|_ga)(=|$)", re.IGNORECASE)
_RELATED = re.compile(r"^related:\n(?:[ -].*\n)+", re.MULTILINE)
_RELATED_URL = re.compile(r"^ +webUrl: (.+)$", re.MULTILINE)
_KEPT = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainArticle:
    """An article as its files say: *fields* of the file that wins, *paths* of all, the winner first."""

    id: str
    url: str
    fields: Fields
    paths: Sequence[str]
    related: Sequence[str]  # ids


@cache
def front_matters(folder: Path) -> Mapping[str, Fields]:
    """The front matter of each article's file, by path; of a related copy only its webUrl is kept."""
    return {
        file.relative_to(folder).as_posix(): _front_matter(file) for file in sorted(folder.glob("_news/*.md"))
    }


def _front_matter(file: Path) -> Fields:
    """Nearly all of a corpus is copies of related articles; to load them too would take most of a minute."""
    _, text, _ = file.read_text(encoding="utf-8").split("---\n", 2)
    copies = _RELATED.search(text)
    fields: Fields = yaml.load(_RELATED.sub("", text), yaml.CSafeLoader)
    if copies:
        urls = _RELATED_URL.findall(copies.group())
        fields["related"] = [{"webUrl": yaml.load(url, yaml.CSafeLoader)} for url in urls]
    return fields


@cache
def articles(folder: Path) -> Mapping[str, PlainArticle]:
    """Every article that the graph should have, by id: files merged, what is removed left out."""
    files: defaultdict[str, list[tuple[str, Fields]]] = defaultdict(list)
    for path, fields in front_matters(folder).items():
        files[canonical(fields.get("webUrl") or fields["originalUrl"])].append((path, fields))
    found = {
        identity(url): sorted(own, key=lambda one: (-moment(one[1]).timestamp(), one[0]))
        for url, own in files.items()
        if not any(fields.get("removed") for _, fields in own)
    }
    return {
        key: PlainArticle(
            id=key,
            url=canonical(own[0][1].get("webUrl") or own[0][1]["originalUrl"]),
            fields=own[0][1],
            paths=[path for path, _ in own],
            related=_related(key, [fields for _, fields in own], found),
        )
        for key, own in found.items()
    }


def _related(key: str, files: Sequence[Fields], known: Mapping[str, object]) -> list[str]:
    """The lists of all files, one after the other: each article once, never itself, none that is removed."""
    listed = (identity(canonical(copy["webUrl"])) for fields in files for copy in fields.get("related", ()))
    return [other for other in dict.fromkeys(listed) if other != key and other in known]


def removed(folder: Path) -> list[Fields]:
    """The front matters that take their article out of the graph."""
    return [fields for fields in front_matters(folder).values() if fields.get("removed")]


@cache
def canonical(url: str) -> str:
    """Scheme and host in lower case, without default port, fragment and trackers; percent-encoded."""
    parts = urlsplit(url.strip())
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port not in (None, {"http": 80, "https": 443}[parts.scheme]) else ""
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _TRACKER.match(pair))
    return urlunsplit((parts.scheme, host + port, quote(parts.path, _KEPT) or "/", quote(query, _KEPT), ""))


@cache
def identity(url: str) -> str:
    """The id of the article with this canonical URL."""
    return f"article:{base64.b32encode(hashlib.sha256(url.encode()).digest()).decode().lower()[:16]}"


def moment(fields: Fields) -> datetime:
    """When it was published, in UTC."""
    found: datetime = fields["publishedDateTime"].astimezone(UTC)
    return found


def folded(text: str) -> str:
    """A text as the graph keeps it: line breaks as one space, no white space around it."""
    return re.sub(r"[\r\n]+", " ", text).strip()
