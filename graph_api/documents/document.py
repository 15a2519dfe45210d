"""What a valid file says: one frozen document, ready to be merged with others into the graph.

Texts are trimmed, line breaks inside them folded to one space; URLs are canonical where the name says
so and the source text elsewhere; moments are UTC. `extra` is JSON text of the keys nobody else claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from graph_api.records import Image, Problem, Secured


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMention:
    """A publisher as an article names it; *domain* is lower case and the identity."""

    domain: str
    name: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedItem:
    """A related article as another document embeds it; *url* is canonical."""

    url: str
    slug: str
    title: str
    excerpt: str | None
    type: str
    published_date_time: datetime | None
    web_url: str | None
    original_url: str | None
    amp_web_url: str | None
    cdn_amp_web_url: str | None
    quality: int | None
    provider: ProviderMention | None
    images: tuple[Image, ...]
    extra: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDocument:
    """An article file. *related* is clean: no self-relation, each URL once, in the document's order."""

    url: str
    slug: str
    title: str
    excerpt: str | None
    category: str | None
    type: str
    published_date_time: datetime | None
    web_url: str | None
    original_url: str | None
    amp_web_url: str | None
    cdn_amp_web_url: str | None
    quality: int | None
    heat: int | None
    published: bool | None
    removed: bool
    featured_content: str | None
    secured: Secured | None
    provider: ProviderMention | None
    topics: tuple[str, ...]
    images: tuple[Image, ...]
    related: tuple[RelatedItem, ...]
    body: str | None
    extra: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDocument:
    """A taxonomy file of one topic; *parent* is the parent's name."""

    slug: str
    name: str
    shortname: str | None
    parent: str | None
    keywords: tuple[str, ...]
    hashtags: tuple[str, ...]
    images: tuple[Image, ...]
    extra: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDocument:
    """A file that describes one provider."""

    domain: str
    name: str
    other_names: tuple[str, ...]
    description: str | None
    images: tuple[Image, ...]
    extra: str | None


Document: TypeAlias = ArticleDocument | TopicDocument | ProviderDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one file: its document, or None when it was rejected, and all its problems."""

    path: str
    sha256: str
    document: Document | None
    problems: tuple[Problem, ...]
